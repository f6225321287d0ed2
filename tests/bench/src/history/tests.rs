//! Views cost the same whatever the history: a book of ten times as many closed positions takes the same work.
#![allow(clippy::unwrap_used, reason = "a test says what it expects by failing")]

use std::sync::Arc;

use nailsage_store::{Access, Clock as _, ClosePosition, Command, OpenOptions, Store, StoreExt as _};
use nailsage_store_postgres::PostgresStore;
use nailsage_store_sqlite::SqliteStore;
use nailsage_test_postgres::{Database, is_asked_for, server};
use nailsage_views::{ADDED_UP, shown};
use rusqlite::{Connection, types::ValueRef};
use tokio::runtime::{Builder, Runtime};

use super::{
    book::{OPEN, Size},
    postgres,
    questions::{QUESTIONS, VIEWS},
    sqlite,
};
use crate::{FixedClock, options, postgres::server::connect};

/// ANALYZE looks at 30,000 rows of a table, so up to there the server's statistics, and with them its plans, are not by chance.
const YOUNG: Size = Size { closed: 5_000, snapshots: 1_000 };
const OLD: Size = Size { closed: 25_000, snapshots: 1_000 };

fn runtime() -> Runtime {
    Builder::new_multi_thread().worker_threads(2).enable_all().build().unwrap()
}

#[track_caller]
fn assert_same_work(what: &str, young: u64, old: u64) {
    assert!(2 * old <= 3 * young, "{what}: {young} of the young book and {old} of the old one");
}

fn loaded_file(size: Size) -> (tempfile::TempDir, Connection) {
    let folder = tempfile::tempdir().unwrap();
    let path = folder.path().join("book.db");
    sqlite::load(&path, size).unwrap();
    let connection = Connection::open(&path).unwrap();
    (folder, connection)
}

fn loaded_database(runtime: &Runtime, size: Size) -> Database {
    let database = server().database();
    runtime.block_on(postgres::load(database.url(), size)).unwrap();
    database
}

#[test]
fn views_take_the_same_steps_whatever_the_history() {
    let ((_young_folder, young), (_old_folder, old)) = (loaded_file(YOUNG), loaded_file(OLD));
    for view in &VIEWS {
        let (young, old) = (sqlite::steps(&young, view).unwrap(), sqlite::steps(&old, view).unwrap());
        assert_same_work(view.name, young.machine, old.machine);
        assert!(young.rows > 0 && old.rows == young.rows, "{}: {} and {} rows", view.name, young.rows, old.rows);
    }
}

#[test]
fn views_touch_the_same_pages_whatever_the_history() {
    // None in a run that was asked to do without PostgreSQL, which its end says.
    if !is_asked_for() {
        return;
    }
    let runtime = runtime();
    let (young, old) = (loaded_database(&runtime, YOUNG), loaded_database(&runtime, OLD));
    for view in &VIEWS {
        let [young, old] = [&young, &old].map(|database| {
            runtime.block_on(async {
                let client = connect(database.url()).await.unwrap();
                // The first reading marks rows as seen, which touches pages once.
                postgres::buffers(&client, view).await.unwrap();
                postgres::buffers(&client, view).await.unwrap()
            })
        });
        assert_same_work(view.name, young, old);
    }
}

fn rows(connection: &Connection, sql: &str) -> Vec<String> {
    let mut statement = connection.prepare(sql).unwrap();
    let columns = statement.column_count();
    let cell = |value: ValueRef<'_>| match value {
        ValueRef::Null => None,
        ValueRef::Integer(number) => Some(number.to_string()),
        ValueRef::Real(number) => Some(number.to_string()),
        ValueRef::Text(text) | ValueRef::Blob(text) => Some(String::from_utf8(text.to_vec()).unwrap()),
    };
    let rows = statement.query_map([], |row| (0..columns).map(|column| row.get_ref(column).map(cell)).collect());
    shown(rows.unwrap().map(Result::unwrap).collect())
}

/// What a loaded book is asked to be: sums that are those of its rows, and ledgers and ids without gaps.
const SUMS: &str = "SELECT strategy_id, num_open_positions, num_closed_positions, total_unrealized_pnl, total_realized_pnl, \
    total_fees_paid, num_wins, num_losses FROM v_strategy_performance ORDER BY strategy_id";
const WRONG: [&str; 5] = [
    "SELECT s.id FROM strategies AS s JOIN ledger AS l ON l.strategy_id = s.id GROUP BY s.id, s.initial_bankroll, \
     s.current_bankroll HAVING round((s.current_bankroll - s.initial_bankroll) * 1000000) <> sum(l.delta_micros)",
    "SELECT * FROM (SELECT strategy_id, balance_micros, delta_micros, lag(balance_micros) OVER (PARTITION BY strategy_id \
     ORDER BY seq) AS before FROM ledger) AS l WHERE before + delta_micros <> balance_micros",
    "SELECT t.strategy_id FROM strategy_totals AS t JOIN ledger AS l ON l.strategy_id = t.strategy_id GROUP BY t.strategy_id, \
     t.ledger_seq HAVING count(*) <> t.ledger_seq OR max(l.seq) <> t.ledger_seq",
    "SELECT t.strategy_id FROM strategy_totals AS t JOIN daily_totals AS d ON d.strategy_id = t.strategy_id GROUP BY \
     t.strategy_id, t.num_closed, t.win_micros, t.loss_micros HAVING sum(d.num_closed) <> t.num_closed OR \
     sum(d.win_micros) <> t.win_micros OR sum(d.loss_micros) <> t.loss_micros",
    "SELECT b.id FROM book AS b WHERE b.next_position_id <> (SELECT count(*) + 1 FROM positions) OR b.next_trade_id <> \
     (SELECT count(*) + 1 FROM trades) OR b.next_trade_id <> (SELECT max(id) + 1 FROM trades) OR b.next_signal_id <> \
     (SELECT count(*) + 1 FROM signals) OR b.next_event_id <> (SELECT count(*) + 1 FROM event_log) OR b.next_metric_id <> \
     (SELECT count(*) + 1 FROM performance_metrics)",
];

/// The store reads everything that is measured, and goes on writing.
fn assert_usable(runtime: &Runtime, store: &Arc<dyn Store>) {
    for question in QUESTIONS {
        let rows = runtime.block_on((question.ask)(store.as_ref(), YOUNG.closed)).unwrap();
        // No index serves these: their page ends after so many rows, before it comes to the old ones.
        let is_walk = question.name.contains("long retired") && !question.name.contains("by exit");
        assert!(rows > 0 || is_walk, "nothing to read: {}", question.name);
    }
    let position = nailsage_domain::PositionId::new(YOUNG.closed + OPEN).unwrap();
    let close = ClosePosition::new(position, "50100".parse().unwrap());
    runtime.block_on(store.execute(Command::new(FixedClock.now(), close))).unwrap();
}

#[test]
fn a_loaded_file_is_a_sound_book() {
    let (folder, connection) = loaded_file(YOUNG);
    assert_eq!(rows(&connection, SUMS), rows(&connection, ADDED_UP));
    for sql in WRONG {
        assert_eq!(rows(&connection, sql), [""; 0], "{sql}");
    }
    assert_eq!(rows(&connection, "PRAGMA foreign_key_check"), [""; 0]);
    assert_eq!(rows(&connection, "PRAGMA integrity_check"), ["ok"]);
    let store = SqliteStore::open(&folder.path().join("book.db"), &options()).unwrap();
    assert_usable(&runtime(), &(Arc::new(store) as Arc<dyn Store>));
}

#[test]
fn a_loaded_database_is_a_sound_book() {
    if !is_asked_for() {
        return;
    }
    let runtime = runtime();
    let database = loaded_database(&runtime, YOUNG);
    assert_eq!(shown(database.rows(SUMS)), shown(database.rows(ADDED_UP)));
    for sql in WRONG {
        assert_eq!(shown(database.rows(sql)), [""; 0], "{sql}");
    }
    let options = OpenOptions { access: Access::Existing, ..options() };
    let store = runtime.block_on(PostgresStore::open(database.url(), &options)).unwrap();
    assert_usable(&runtime, &(Arc::new(store) as Arc<dyn Store>));
}
