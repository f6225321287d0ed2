//! The source document's SQL on a file that the store wrote, and money as plain SQL sees it.

use futures_executor::block_on;
use nailsage_store::{Action, ClosePosition, Command, PositionRef, Store as _, StoreExt as _};
use rusqlite::{Connection, types::Value};

use crate::book::{at, create, deposit, long, register};

/// The document's blocks for SQLite, as they stand there. The last one is its conversion of timestamps with the one
/// correction that it needs: positions have no column `timestamp`.
const BLOCKS: [&str; 9] = [
    "SELECT * FROM v_open_positions;",
    "SELECT * FROM v_closed_positions;",
    "SELECT * FROM v_strategy_performance;",
    "SELECT * FROM v_recent_signals;",
    "SELECT * FROM v_strategy_performance WHERE strategy_name = 'dev_scalper_1m_v1';",
    "SELECT signal_type, rejection_reason, COUNT(*) as count FROM signals WHERE was_executed = FALSE
     GROUP BY signal_type, rejection_reason ORDER BY count DESC;",
    "SELECT strategy_name, COUNT(*) FILTER (WHERE realized_pnl > 0) AS wins,
     COUNT(*) FILTER (WHERE realized_pnl <= 0) AS losses,
     ROUND(100.0 * COUNT(*) FILTER (WHERE realized_pnl > 0) / COUNT(*), 2) AS win_rate_pct
     FROM v_closed_positions GROUP BY strategy_name;",
    "SELECT timestamp, total_equity, total_unrealized_pnl, total_realized_pnl, num_open_positions
     FROM state_snapshots ORDER BY timestamp ASC;",
    "SELECT datetime(entry_timestamp / 1000, 'unixepoch') FROM positions;",
];

fn rows(connection: &Connection, sql: &str) -> Vec<Vec<Value>> {
    let mut statement = connection.prepare(sql).unwrap();
    let columns = statement.column_count();
    let rows = statement.query_map([], |row| (0..columns).map(|it| row.get(it)).collect()).unwrap();
    rows.map(Result::unwrap).collect()
}

#[test]
fn every_valid_sql_block_of_the_document_runs() {
    let folder = tempfile::tempdir().unwrap();
    let path = folder.path().join("book.db");
    let store = create(&path);
    register(&store);
    let opened = block_on(store.open_position(at(1), long())).unwrap();
    let close = ClosePosition::new(PositionRef::Id(opened.position_id), "46500".parse().unwrap());
    block_on(store.close_position(at(2), close)).unwrap();
    block_on(store.open_position(at(3), long())).unwrap();
    let connection = Connection::open(&path).unwrap();
    for block in BLOCKS {
        rows(&connection, block);
    }
    let invalid = connection.prepare("SELECT datetime(timestamp / 1000, 'unixepoch') FROM positions;");
    assert!(invalid.is_err(), "the document's one invalid block has become valid: update the docs");
    assert_eq!(rows(&connection, BLOCKS[0]).len(), 1);
    assert_eq!(rows(&connection, BLOCKS[6])[0][1], Value::Integer(1));
    assert_eq!(rows(&connection, BLOCKS[8])[0][0], Value::Text("2023-11-14 22:13:21".to_owned()));
}

#[test]
fn a_thousand_deposits_of_a_cent_are_exact_to_plain_sql() {
    let folder = tempfile::tempdir().unwrap();
    let path = folder.path().join("book.db");
    let store = create(&path);
    register(&store);
    block_on(store.adjust_bankroll(at(1), deposit("90000"))).unwrap();
    let timeout = std::time::Duration::from_mins(1);
    let pending: Vec<_> = (0..1_000).map(|_| store.submit(Command::new(at(2), deposit("0.01")), timeout)).collect();
    for pending in pending {
        block_on(pending).unwrap();
    }
    let connection = Connection::open(&path).unwrap();
    let bankroll = rows(&connection, "SELECT current_bankroll FROM strategies");
    assert_eq!(bankroll, [[Value::Real(100_010.0)]]);
    let ledger = rows(&connection, "SELECT sum(delta_micros) FROM ledger");
    assert_eq!(ledger, [[Value::Integer(90_010_000_000)]]);
}

#[test]
fn the_file_itself_refuses_to_rewrite_history() {
    let folder = tempfile::tempdir().unwrap();
    let path = folder.path().join("book.db");
    let store = create(&path);
    register(&store);
    let actions: Vec<Action> = vec![
        long().into(),
        ClosePosition::new(PositionRef::only_open(long().strategy), "46500".parse().unwrap()).into(),
    ];
    block_on(store.execute(Command::of(at(1), actions))).unwrap();
    let connection = Connection::open(&path).unwrap();
    for sql in [
        "UPDATE ledger SET delta_micros = 0",
        "DELETE FROM ledger",
        "UPDATE trades SET price = 1",
        "DELETE FROM trades",
        "UPDATE positions SET realized_pnl = 1",
        "DELETE FROM positions",
        "UPDATE event_log SET severity = 'DEBUG'",
        "DELETE FROM event_log",
    ] {
        assert!(connection.execute(sql, []).is_err(), "{sql}");
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
    let folder = tempfile::tempdir().unwrap();
    let path = folder.path().join("book.db");
    let store = create(&path);
    register(&store);
    block_on(store.open_position(at(1), long())).unwrap();
    let connection = Connection::open(&path).unwrap();
    connection.execute_batch("PRAGMA foreign_keys = ON").unwrap();
    for sql in ORPHANS {
        let error = connection.execute(sql, []).expect_err(sql).to_string();
        assert_eq!(error, "FOREIGN KEY constraint failed", "{sql}");
        let is_signal = sql.ends_with("99, 1700000000000)");
        let fixed = sql.replace("99,", if is_signal { "NULL," } else { "1," });
        connection.execute_batch(&format!("BEGIN; {fixed}; ROLLBACK")).expect(&fixed);
    }
}
