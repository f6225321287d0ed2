//! Which stores there are, and how a case gets a fresh one.

use std::{
    future::ready,
    path::PathBuf,
    pin::Pin,
    sync::{Arc, OnceLock},
};

use nailsage_store::{Access, Clock, MemoryStore, OpenOptions, Store};
use nailsage_store_postgres::PostgresStore;
use nailsage_store_sqlite::SqliteStore;
use nailsage_test_postgres::{Database, is_asked_for, server};
use tempfile::TempDir;

use crate::fixture::all_at_once;

/// A store that is being opened.
pub(crate) type Opening<'a, T> = Pin<Box<dyn Future<Output = T> + Send + 'a>>;

/// A kind of store.
pub(crate) trait Backend: Send + Sync {
    /// What it is called in the names of trials.
    fn name(&self) -> &'static str;

    /// An empty book of its own, stamped by this clock.
    fn create(&self, clock: Arc<dyn Clock>) -> Opening<'_, Book>;
}

/// An open book and the place where it is kept.
pub(crate) struct Book {
    pub(crate) store: Arc<dyn Store>,
    pub(crate) home: Box<dyn Home>,
}

/// Where a book is kept.
pub(crate) trait Home: Send + Sync {
    /// The same book, opened again by a store object of its own. `None` if the book is kept nowhere but in its store
    /// object; a case then goes on with another handle of that.
    fn reopen(&self) -> Option<Opening<'_, Arc<dyn Store>>>;

    /// So many stores that are opened at the same moment at a place where there is no book yet. `None` as above.
    fn start_at_once(&self, count: usize) -> Option<Opening<'_, Vec<Arc<dyn Store>>>>;
}

/// Every store that has to keep the contract. A new one is added here, and every case runs on it.
pub(crate) fn backends() -> Vec<Arc<dyn Backend>> {
    let mut backends: Vec<Arc<dyn Backend>> = vec![Arc::new(Memory), Arc::new(Sqlite)];
    if is_asked_for() {
        backends.push(Arc::new(Postgres));
    }
    backends
}

/// A book that is kept nowhere but in its store object.
pub(crate) struct Nowhere;

impl Home for Nowhere {
    fn reopen(&self) -> Option<Opening<'_, Arc<dyn Store>>> {
        None
    }

    fn start_at_once(&self, _count: usize) -> Option<Opening<'_, Vec<Arc<dyn Store>>>> {
        None
    }
}

/// The memory backend.
struct Memory;

impl Backend for Memory {
    fn name(&self) -> &'static str {
        "memory"
    }

    fn create(&self, clock: Arc<dyn Clock>) -> Opening<'_, Book> {
        let store: Arc<dyn Store> = Arc::new(MemoryStore::with_clock(clock));
        Box::pin(ready(Book { store, home: Box::new(Nowhere) }))
    }
}

/// The SQLite backend, each book in a file of its own.
struct Sqlite;

impl Backend for Sqlite {
    fn name(&self) -> &'static str {
        "sqlite"
    }

    fn create(&self, clock: Arc<dyn Clock>) -> Opening<'_, Book> {
        let folder = tempfile::tempdir().expect("a temporary folder can be made");
        let home = File { path: folder.path().join("book.db"), clock, _folder: folder };
        Box::pin(ready(Book { store: home.open(Access::Create), home: Box::new(home) }))
    }
}

/// A book in a file.
struct File {
    path: PathBuf,
    clock: Arc<dyn Clock>,
    // Removed with everything in it once the case is over.
    _folder: TempDir,
}

fn options(access: Access, clock: &Arc<dyn Clock>) -> OpenOptions {
    OpenOptions { access, clock: Arc::clone(clock) }
}

impl File {
    fn open(&self, access: Access) -> Arc<dyn Store> {
        let store = SqliteStore::open(&self.path, &options(access, &self.clock));
        Arc::new(store.unwrap_or_else(|error| panic!("{} cannot be opened: {error:?}", self.path.display())))
    }
}

impl Home for File {
    fn reopen(&self) -> Option<Opening<'_, Arc<dyn Store>>> {
        Some(Box::pin(ready(self.open(Access::Existing))))
    }

    fn start_at_once(&self, count: usize) -> Option<Opening<'_, Vec<Arc<dyn Store>>>> {
        let path = self.path.with_file_name("started.db");
        let open = move |path: PathBuf, clock: Arc<dyn Clock>| -> Arc<dyn Store> {
            let store = SqliteStore::open(&path, &options(Access::Create, &clock));
            Arc::new(store.unwrap_or_else(|error| panic!("a starter failed: {error:?}")))
        };
        // Opening a file blocks, so each has a thread of its own.
        let starters: Vec<_> = (0..count)
            .map(|_| (path.clone(), Arc::clone(&self.clock)))
            .map(|(path, clock)| std::thread::spawn(move || open(path, clock)))
            .collect();
        let stores = starters.into_iter().map(|starter| starter.join().expect("a starter opens the book")).collect();
        Some(Box::pin(ready(stores)))
    }
}

/// The PostgreSQL backend, each book in a database of its own.
struct Postgres;

impl Backend for Postgres {
    fn name(&self) -> &'static str {
        "postgres"
    }

    fn create(&self, clock: Arc<dyn Clock>) -> Opening<'_, Book> {
        Box::pin(async move {
            let database = server().copy_of(empty_book());
            let store = open(database.url(), Access::Existing, &clock).await;
            Book { store, home: Box::new(OwnDatabase { database, clock }) }
        })
    }
}

/// A book that is made once and copied for each case, because copying is much faster than making.
fn empty_book() -> &'static Database {
    static EMPTY: OnceLock<Database> = OnceLock::new();
    EMPTY.get_or_init(|| {
        let database = server().database();
        let options = OpenOptions::default();
        let opening = PostgresStore::open(database.url(), &options);
        let store = tokio::task::block_in_place(|| tokio::runtime::Handle::current().block_on(opening));
        // Nobody may be connected to what is copied.
        drop(store.unwrap_or_else(|error| panic!("a book cannot be made: {error:?}")));
        database
    })
}

async fn open(url: &str, access: Access, clock: &Arc<dyn Clock>) -> Arc<dyn Store> {
    let store = PostgresStore::open(url, &options(access, clock)).await;
    Arc::new(store.unwrap_or_else(|error| panic!("the database cannot be opened: {error:?}")))
}

/// A book in a database that goes away with the case.
struct OwnDatabase {
    database: Database,
    clock: Arc<dyn Clock>,
}

impl Home for OwnDatabase {
    fn reopen(&self) -> Option<Opening<'_, Arc<dyn Store>>> {
        Some(Box::pin(open(self.database.url(), Access::Existing, &self.clock)))
    }

    fn start_at_once(&self, count: usize) -> Option<Opening<'_, Vec<Arc<dyn Store>>>> {
        // The same database, in a schema where there is nothing yet: it goes away with the rest.
        self.database.execute("CREATE SCHEMA started");
        let url = format!("{}?options=-c%20search_path%3Dstarted", self.database.url());
        let clock = Arc::clone(&self.clock);
        Some(Box::pin(async move {
            let starters = (0..count).map(|_| (url.clone(), Arc::clone(&clock)));
            all_at_once(starters.map(|(url, clock)| async move { open(&url, Access::Create, &clock).await })).await
        }))
    }
}
