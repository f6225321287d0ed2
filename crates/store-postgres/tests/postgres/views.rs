//! The document's views: their columns, as the database itself names them, and their values, worked out by hand.

use std::sync::Arc;

use futures_executor::block_on;
use nailsage_store::{Access, Command, OpenOptions};
use nailsage_store_postgres::PostgresStore;
use nailsage_test_postgres::{Database, server};
use nailsage_views::{
    ADDED_UP, CLOSED, OPEN, PERFORMANCE, RECENT_MAX, SIGNALS, StoryClock, VIEWS, play, recent_signal, shown, signals,
    trading,
};

use crate::session::Session;

/// A book in which these commands were carried out, for plain SQL.
fn book(commands: &[Command]) -> Database {
    let database = server().database();
    let options = OpenOptions { access: Access::Create, clock: Arc::new(StoryClock) };
    play(&block_on(PostgresStore::open(database.url(), &options)).unwrap(), commands);
    database
}

fn rows(database: &Database, sql: &str) -> Vec<String> {
    shown(database.rows(sql))
}

#[test]
fn views_have_the_documents_columns_first_and_in_its_order_and_then_ours() {
    let database = book(&[]);
    for view in VIEWS {
        let names = rows(
            &database,
            &format!(
                "SELECT column_name FROM information_schema.columns WHERE table_name = '{}' ORDER BY ordinal_position",
                view.name
            ),
        );
        assert_eq!(names, [view.documents, view.ours].concat(), "{}", view.name);
    }
    let views = rows(&database, "SELECT viewname FROM pg_views WHERE schemaname = 'public' ORDER BY viewname");
    assert_eq!(views, ["v_closed_positions", "v_open_positions", "v_recent_signals", "v_strategy_performance"]);
}

#[test]
fn open_positions_are_shown_with_their_strategy_and_readable_times() {
    let database = book(&trading());
    assert_eq!(rows(&database, "SELECT * FROM v_open_positions ORDER BY id"), OPEN);
}

#[test]
fn closed_positions_are_shown_with_their_duration() {
    let database = book(&trading());
    assert_eq!(rows(&database, "SELECT * FROM v_closed_positions ORDER BY id"), CLOSED);
}

#[test]
fn readable_times_are_in_utc_wherever_the_session_is() {
    let database = book(&trading());
    let session = Session::new(database.url());
    session.run("SET timezone = 'Asia/Tokyo'; SET datestyle = 'German'; SET intervalstyle = 'sql_standard'").unwrap();
    assert_eq!(shown(session.run("SELECT * FROM v_open_positions ORDER BY id").unwrap()), OPEN);
    assert_eq!(shown(session.run("SELECT * FROM v_closed_positions ORDER BY id").unwrap()), CLOSED);
}

#[test]
fn performance_is_what_positions_and_trades_add_up_to() {
    let database = book(&trading());
    assert_eq!(rows(&database, "SELECT * FROM v_strategy_performance ORDER BY strategy_id"), PERFORMANCE);
    let sums = "SELECT strategy_id, num_open_positions, num_closed_positions, total_unrealized_pnl, total_realized_pnl, \
                total_fees_paid, num_wins, num_losses FROM v_strategy_performance ORDER BY strategy_id";
    assert_eq!(rows(&database, sums), rows(&database, ADDED_UP));
}

#[test]
fn recent_signals_are_the_last_hundred_newest_first() {
    let database = book(&signals());
    let expected: Vec<_> = (SIGNALS - RECENT_MAX + 1..=SIGNALS).rev().map(recent_signal).collect();
    // As the document asks for them: the order is the view's own.
    assert_eq!(rows(&database, "SELECT * FROM v_recent_signals"), expected);
}
