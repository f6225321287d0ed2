//! Views show the same on both engines, to the last digit, whatever was written through the stores.
//!
//! Neither backend may know the other, so this is the place where both are known and nothing lies between store and SQL.

use std::{sync::Arc, time::Duration};

use futures_executor::block_on;
use nailsage_model::generate;
use nailsage_store::{Access, Command, OpenOptions, Store};
use nailsage_store_postgres::PostgresStore;
use nailsage_store_sqlite::SqliteStore;
use nailsage_test_postgres::{is_asked_for, server};
use nailsage_views::{StoryClock, VIEWS, shown, signals, trading};
use proptest::{
    strategy::{Strategy as _, ValueTree as _},
    test_runner::TestRunner,
};
use rusqlite::{Connection, types::ValueRef};

/// Random sequences beside the stories.
const SEQUENCES: usize = 40;

const TIMEOUT: Duration = Duration::from_mins(1);

fn options(access: Access) -> OpenOptions {
    OpenOptions { access, clock: Arc::new(StoryClock) }
}

/// Hands all over, the refused ones among them too.
fn submit(store: &dyn Store, commands: &[Command]) {
    let pending: Vec<_> = commands.iter().map(|command| store.submit(command.clone(), TIMEOUT)).collect();
    for pending in pending {
        block_on(pending).expect("the store answers");
    }
}

fn rows(connection: &Connection, sql: &str) -> Vec<Vec<Option<String>>> {
    let mut statement = connection.prepare(sql).expect("a view");
    let columns = statement.column_count();
    let cell = |value: ValueRef<'_>| match value {
        ValueRef::Null => None,
        ValueRef::Integer(number) => Some(number.to_string()),
        ValueRef::Real(number) => Some(number.to_string()),
        ValueRef::Text(text) | ValueRef::Blob(text) => Some(String::from_utf8_lossy(text).into_owned()),
    };
    let rows = statement.query_map([], |row| (0..columns).map(|column| row.get_ref(column).map(cell)).collect());
    rows.expect("a view").map(|row| row.expect("a row")).collect()
}

#[test]
fn views_show_the_same_on_both_engines_to_the_last_digit() {
    // None in a run that was asked to do without PostgreSQL, which its end says.
    if !is_asked_for() {
        return;
    }
    let empty = server().database();
    drop(block_on(PostgresStore::open(empty.url(), &options(Access::Create))).expect("a new book"));
    let mut runner = TestRunner::deterministic();
    let random = generate::commands();
    let random = (0..SEQUENCES).map(|_| random.new_tree(&mut runner).expect("nothing is filtered out").current());
    let mut rows_seen = [0; VIEWS.len()];
    for commands in [trading(), signals()].into_iter().chain(random) {
        let database = server().copy_of(&empty);
        let postgres =
            block_on(PostgresStore::open(database.url(), &options(Access::Existing))).expect("a copied book");
        submit(&postgres, &commands);
        let folder = tempfile::tempdir().expect("a folder");
        let path = folder.path().join("book.db");
        submit(&SqliteStore::open(&path, &options(Access::Create)).expect("a new book"), &commands);
        let connection = Connection::open(&path).expect("the book");
        for (view, seen) in VIEWS.iter().zip(&mut rows_seen) {
            let sql = format!("SELECT * FROM {} ORDER BY {}", view.name, view.order);
            let (sqlite, postgres) = (shown(rows(&connection, &sql)), shown(database.rows(&sql)));
            *seen += sqlite.len();
            assert_eq!(sqlite, postgres, "{}, SQLite then PostgreSQL, of {commands:#?}", view.name);
        }
    }
    assert!(rows_seen.iter().all(|seen| *seen > SEQUENCES), "too little was compared: {rows_seen:?}");
}
