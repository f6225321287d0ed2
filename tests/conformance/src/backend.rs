//! Which stores there are, and how a case gets a fresh one.

use std::{future::ready, path::PathBuf, pin::Pin, sync::Arc};

use nailsage_store::{Access, Clock, MemoryStore, OpenOptions, Store};
use nailsage_store_sqlite::SqliteStore;
use tempfile::TempDir;

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
}

/// Every store that has to keep the contract. A new one is added here, and every case runs on it.
pub(crate) fn backends() -> Vec<Arc<dyn Backend>> {
    vec![Arc::new(Memory), Arc::new(Sqlite)]
}

/// A book that is kept nowhere but in its store object.
pub(crate) struct Nowhere;

impl Home for Nowhere {
    fn reopen(&self) -> Option<Opening<'_, Arc<dyn Store>>> {
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

impl File {
    fn open(&self, access: Access) -> Arc<dyn Store> {
        let options = OpenOptions { access, clock: Arc::clone(&self.clock) };
        let store = SqliteStore::open(&self.path, &options);
        Arc::new(store.unwrap_or_else(|error| panic!("{} cannot be opened: {error:?}", self.path.display())))
    }
}

impl Home for File {
    fn reopen(&self) -> Option<Opening<'_, Arc<dyn Store>>> {
        Some(Box::pin(ready(self.open(Access::Existing))))
    }
}
