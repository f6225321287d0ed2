//! The source document's SQL on a database that the store wrote, and money as plain SQL sees it.

use futures_executor::block_on;
use nailsage_store::{Action, ClosePosition, Command, PositionRef, Store as _, StoreExt as _};
use nailsage_test_postgres::Database;

use crate::{
    book::{Book, MINUTE, all_done, at, book, deposit, done, long, submit},
    session::value,
};

/// The document's blocks for PostgreSQL, as they stand there. The last one is its conversion of timestamps with the one
/// correction that it needs: positions have no column `timestamp`.
const BLOCKS: [&str; 9] = [
    "SELECT * FROM v_open_positions;",
    "SELECT * FROM v_closed_positions;",
    "SELECT * FROM v_strategy_performance;",
    "SELECT * FROM v_recent_signals;",
    "SELECT * FROM v_strategy_performance
WHERE strategy_name = 'dev_scalper_1m_v1';",
    "SELECT signal_type, rejection_reason, COUNT(*) as count
FROM signals
WHERE was_executed = FALSE
GROUP BY signal_type, rejection_reason
ORDER BY count DESC;",
    "SELECT
    strategy_name,
    COUNT(*) FILTER (WHERE realized_pnl > 0) AS wins,
    COUNT(*) FILTER (WHERE realized_pnl <= 0) AS losses,
    ROUND(100.0 * COUNT(*) FILTER (WHERE realized_pnl > 0) / COUNT(*), 2) AS win_rate_pct
FROM v_closed_positions
GROUP BY strategy_name;",
    "SELECT
    timestamp,
    total_equity,
    total_unrealized_pnl,
    total_realized_pnl,
    num_open_positions
FROM state_snapshots
ORDER BY timestamp ASC;",
    "SELECT to_timestamp(entry_timestamp / 1000.0) FROM positions;",
];

/// The document's block that is no valid SQL on its own schema.
const INVALID: &str = "SELECT to_timestamp(timestamp / 1000.0) FROM positions;";

/// A book in which a position was closed and another is open.
fn traded() -> Book {
    let book = book();
    let opened = block_on(book.store.open_position(at(1), long())).unwrap();
    let close = ClosePosition::new(PositionRef::Id(opened.position_id), "46500".parse().unwrap());
    block_on(book.store.close_position(at(2), close)).unwrap();
    block_on(book.store.open_position(at(3), long())).unwrap();
    book
}

fn texts(database: &Database, sql: &str) -> Vec<Vec<String>> {
    let rows = database.rows(&format!("SET timezone = 'UTC'; {sql}")).into_iter();
    rows.map(|row| row.into_iter().map(Option::unwrap_or_default).collect()).collect()
}

#[test]
fn every_valid_sql_block_of_the_document_runs() {
    let Book { store: _store, database } = traded();
    for block in BLOCKS {
        drop(database.rows(block));
    }
    let (state, message) = database.try_rows(INVALID).unwrap_err();
    assert_eq!(state, "42703", "the document's one invalid block has become another: update the docs ({message})");
    assert_eq!(texts(&database, BLOCKS[0]).len(), 1);
    assert_eq!(texts(&database, BLOCKS[1]).len(), 1);
    assert_eq!(texts(&database, BLOCKS[6]), [["scalper", "1", "0", "100.00"]]);
    assert_eq!(texts(&database, BLOCKS[8])[0], ["2023-11-14 22:13:21+00"]);
}

#[test]
fn a_thousand_deposits_of_a_cent_are_exact_to_plain_sql() {
    let Book { store, database } = book();
    done(submit(&store, Command::new(at(1), deposit("90000")), MINUTE));
    assert_eq!(value(&database, "SELECT current_bankroll FROM strategies"), "100000.000000");
    let pending: Vec<_> = (0..1_000).map(|_| store.submit(Command::new(at(2), deposit("0.01")), MINUTE)).collect();
    all_done(pending);
    assert_eq!(value(&database, "SELECT current_bankroll = 100010 FROM strategies"), "t");
    assert_eq!(value(&database, "SELECT trim_scale(current_bankroll) FROM strategies"), "100010");
    assert_eq!(value(&database, "SELECT sum(delta_micros) FROM ledger"), "90010000000");
}

#[test]
fn the_database_itself_refuses_to_rewrite_history() {
    let Book { store, database } = book();
    let close = ClosePosition::new(PositionRef::only_open(long().strategy), "46500".parse().unwrap());
    let signal = nailsage_store::RecordSignal {
        strategy: crate::book::STRATEGY.parse().unwrap(),
        starlisting_id: None,
        signal_type: "neutral".parse().unwrap(),
        confidence: None,
        price: "46500".parse().unwrap(),
        rejection_reason: Some("cooldown".parse().unwrap()),
        then: Vec::new(),
    };
    let actions: Vec<Action> = vec![long().into(), close.into(), signal.into(), deposit("1").into()];
    block_on(store.execute(Command::of(at(1), actions))).unwrap();
    for sql in [
        "UPDATE ledger SET delta_micros = 0",
        "DELETE FROM ledger",
        "TRUNCATE ledger",
        "UPDATE trades SET price = 1",
        "DELETE FROM trades",
        "TRUNCATE trades",
        "UPDATE positions SET realized_pnl = 1",
        "DELETE FROM positions",
        "TRUNCATE positions CASCADE",
        "UPDATE signals SET was_executed = TRUE, rejection_reason = NULL",
        "DELETE FROM signals",
        "TRUNCATE signals CASCADE",
        "UPDATE event_log SET severity = 'DEBUG'",
        "DELETE FROM event_log",
        "TRUNCATE event_log",
    ] {
        let (state, message) = database.try_rows(sql).expect_err(sql);
        assert_eq!(state, "23000", "{sql}: {message}");
    }
}

/// A row of each table that names a row of another, which is not there.
const ORPHANS: [&str; 5] = [
    "INSERT INTO positions (id, strategy_id, starlisting_id, side, size, entry_price, entry_timestamp, unrealized_pnl,
     fees_paid, status, created_at, updated_at, mark_price, marked_at) VALUES (9, 99, 7, 'long', 1, 1, 1700000000000, 0, 0,
     'open', 1700000000000, 1700000000000, 1, 1700000000000)",
    "INSERT INTO signals VALUES (9, 99, 7, 'long', NULL, 1, 1700000000000, FALSE, 'cooldown', 1700000000000)",
    "INSERT INTO trades VALUES (9, 99, 1, 7, 'open_long', 1, 1, 0, 0, 1700000000000, NULL, 1700000000000)",
    "INSERT INTO trades VALUES (9, 1, 99, 7, 'open_long', 1, 1, 0, 0, 1700000000000, NULL, 1700000000000)",
    "INSERT INTO trades VALUES (9, 1, 1, 7, 'open_long', 1, 1, 0, 0, 1700000000000, 99, 1700000000000)",
];

#[test]
fn rows_that_belong_to_nobody_are_refused() {
    let Book { store, database } = book();
    block_on(store.open_position(at(1), long())).unwrap();
    for sql in ORPHANS {
        let (state, message) = database.try_rows(sql).expect_err(sql);
        assert_eq!(state, "23503", "{sql}: {message}");
        let is_signal = sql.ends_with("99, 1700000000000)");
        let fixed = sql.replace("99,", if is_signal { "NULL," } else { "1," });
        database.execute(&format!("BEGIN; {fixed}; ROLLBACK"));
    }
}
