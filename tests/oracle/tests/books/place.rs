//! Books on both engines, and plain SQL beside the store.

use std::sync::OnceLock;

use futures_executor::block_on;
use nailsage_store::{Access, OpenOptions, Store};
use nailsage_store_postgres::PostgresStore;
use nailsage_store_sqlite::SqliteStore;
use nailsage_test_postgres::{Database, server};
use rusqlite::{Connection, types::Value};
use tempfile::TempDir;

/// An empty book of its own.
pub(crate) struct Place {
    // Closed before the place goes away.
    store: Box<dyn Store>,
    kept: Kept,
}

enum Kept {
    Sqlite { sql: Connection, _folder: TempDir },
    Postgres(Database),
}

impl Place {
    pub(crate) fn store(&self) -> &dyn Store {
        self.store.as_ref()
    }

    /// Runs a statement that writes.
    pub(crate) fn execute(&self, sql: &str) {
        match &self.kept {
            Kept::Postgres(database) => database.execute(sql),
            Kept::Sqlite { sql: connection, .. } => connection.execute_batch(sql).unwrap(),
        }
    }

    /// What a statement gives, every cell as text.
    pub(crate) fn rows(&self, sql: &str) -> Vec<Vec<Option<String>>> {
        match &self.kept {
            Kept::Postgres(database) => database.rows(sql),
            Kept::Sqlite { sql: connection, .. } => {
                let mut statement = connection.prepare(sql).unwrap();
                let columns = statement.column_count();
                let rows = statement.query_map([], |row| (0..columns).map(|it| row.get(it).map(text)).collect());
                rows.unwrap().map(Result::unwrap).collect()
            }
        }
    }
}

fn text(value: Value) -> Option<String> {
    match value {
        Value::Null => None,
        Value::Integer(number) => Some(number.to_string()),
        // The shortest text that is this double and no other.
        Value::Real(number) => Some(number.to_string()),
        Value::Text(text) => Some(text),
        Value::Blob(_) => panic!("no column asked for holds bytes"),
    }
}

pub(crate) fn sqlite() -> Place {
    let folder = tempfile::tempdir().unwrap();
    let path = folder.path().join("book.db");
    let store = SqliteStore::open(&path, &OpenOptions { access: Access::Create, ..OpenOptions::default() }).unwrap();
    Place { store: Box::new(store), kept: Kept::Sqlite { sql: Connection::open(path).unwrap(), _folder: folder } }
}

pub(crate) fn postgres() -> Place {
    static EMPTY: OnceLock<Database> = OnceLock::new();
    let empty = EMPTY.get_or_init(|| {
        let database = server().database();
        drop(open(&database, Access::Create));
        database
    });
    let database = server().copy_of(empty);
    Place { store: Box::new(open(&database, Access::Existing)), kept: Kept::Postgres(database) }
}

fn open(database: &Database, access: Access) -> PostgresStore {
    block_on(PostgresStore::open(database.url(), &OpenOptions { access, ..OpenOptions::default() })).unwrap()
}
