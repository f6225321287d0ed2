//! The document's views: their columns, as the database itself names them, and their values, worked out by hand.

use std::{path::Path, sync::Arc};

use nailsage_store::{Access, Command, OpenOptions};
use nailsage_store_sqlite::SqliteStore;
use nailsage_views::{
    ADDED_UP, CLOSED, OPEN, PERFORMANCE, RECENT_MAX, SIGNALS, StoryClock, VIEWS, play, recent_signal, shown, signals,
    trading,
};
use rusqlite::{Connection, types::ValueRef};

/// A book in which these commands were carried out, for plain SQL.
fn book(folder: &Path, commands: &[Command]) -> Connection {
    let path = folder.join("book.db");
    let options = OpenOptions { access: Access::Create, clock: Arc::new(StoryClock) };
    play(&SqliteStore::open(&path, &options).unwrap(), commands);
    Connection::open(&path).unwrap()
}

fn rows(connection: &Connection, sql: &str) -> Vec<String> {
    let mut statement = connection.prepare(sql).unwrap();
    let columns = statement.column_count();
    let cell = |value: ValueRef<'_>| match value {
        ValueRef::Null => None,
        ValueRef::Integer(number) => Some(number.to_string()),
        ValueRef::Real(number) => Some(number.to_string()),
        ValueRef::Text(text) => Some(String::from_utf8(text.to_vec()).unwrap()),
        ValueRef::Blob(bytes) => panic!("no view has bytes: {bytes:?}"),
    };
    let rows = statement.query_map([], |row| (0..columns).map(|column| row.get_ref(column).map(cell)).collect());
    shown(rows.unwrap().map(Result::unwrap).collect())
}

#[test]
fn views_have_the_documents_columns_first_and_in_its_order_and_then_ours() {
    let folder = tempfile::tempdir().unwrap();
    let connection = book(folder.path(), &[]);
    for view in VIEWS {
        let names = rows(&connection, &format!("SELECT name FROM pragma_table_info('{}') ORDER BY cid", view.name));
        assert_eq!(names, [view.documents, view.ours].concat(), "{}", view.name);
    }
    let views = rows(&connection, "SELECT name FROM sqlite_schema WHERE type = 'view' ORDER BY name");
    assert_eq!(views, ["v_closed_positions", "v_open_positions", "v_recent_signals", "v_strategy_performance"]);
}

#[test]
fn open_positions_are_shown_with_their_strategy_and_readable_times() {
    let folder = tempfile::tempdir().unwrap();
    let connection = book(folder.path(), &trading());
    assert_eq!(rows(&connection, "SELECT * FROM v_open_positions ORDER BY id"), OPEN);
}

#[test]
fn closed_positions_are_shown_with_their_duration() {
    let folder = tempfile::tempdir().unwrap();
    let connection = book(folder.path(), &trading());
    assert_eq!(rows(&connection, "SELECT * FROM v_closed_positions ORDER BY id"), CLOSED);
}

#[test]
fn performance_is_what_positions_and_trades_add_up_to() {
    let folder = tempfile::tempdir().unwrap();
    let connection = book(folder.path(), &trading());
    assert_eq!(rows(&connection, "SELECT * FROM v_strategy_performance ORDER BY strategy_id"), PERFORMANCE);
    let sums = "SELECT strategy_id, num_open_positions, num_closed_positions, total_unrealized_pnl, total_realized_pnl, \
                total_fees_paid, num_wins, num_losses FROM v_strategy_performance ORDER BY strategy_id";
    assert_eq!(rows(&connection, sums), rows(&connection, ADDED_UP));
}

#[test]
fn recent_signals_are_the_last_hundred_newest_first() {
    let folder = tempfile::tempdir().unwrap();
    let connection = book(folder.path(), &signals());
    let expected: Vec<_> = (SIGNALS - RECENT_MAX + 1..=SIGNALS).rev().map(recent_signal).collect();
    // As the document asks for them: the order is the view's own.
    assert_eq!(rows(&connection, "SELECT * FROM v_recent_signals"), expected);
}
