//! A book in an SQLite file.

use std::{
    future::ready,
    path::{Path, PathBuf},
    sync::Arc,
    time::Duration,
};

use nailsage_store::{Access, Answer, Command, OpenError, OpenOptions, Pending, Store, StoreError, writer::Writer};
use rusqlite::Connection;
use tempfile::TempDir;

use crate::{
    connection::{ensure_engine, open_writer},
    engine::Engine,
    inspect::inspect,
    migrate::migrate,
    place::{ensure_local, resolve},
    readers::Readers,
    reset::reset,
};

/// A book in an SQLite file, with one writer thread and a few readers.
///
/// Its futures need no particular runtime. Several stores, in one process or in many, may share a file; they take
/// turns. Dropping it carries out what was handed over first.
#[derive(Debug)]
pub struct SqliteStore {
    // In the order in which they end. The writer's connection must be the last one: only then does SQLite fold its log
    // into the file and leave nothing beside it.
    readers: Readers,
    writer: Option<Writer>,
    _private_folder: Option<TempDir>,
}

impl SqliteStore {
    /// Opens the book at a path.
    ///
    /// # Errors
    ///
    /// See [`OpenError`]; nothing has been written.
    pub fn open(path: &Path, options: &OpenOptions) -> Result<Self, OpenError> {
        Self::open_in(path, options, None)
    }

    /// Removes everything in the book at a path. It is empty then, with ids from 1 on, for every store that has it open, too.
    ///
    /// Nothing else in the file is touched. It waits some seconds for those who write.
    ///
    /// # Errors
    ///
    /// See [`OpenError`], [`OpenError::Busy`] before all; nothing has been removed.
    pub fn reset(path: &Path) -> Result<(), OpenError> {
        ensure_engine()?;
        let path = &resolved(path)?;
        ensure_local(path)?;
        reset(path)
    }

    /// What errors call the book at a path. Nothing is opened.
    ///
    /// # Errors
    ///
    /// [`OpenError::PermissionDenied`] and [`OpenError::Failed`] where the path cannot be followed.
    pub fn place(path: &Path) -> Result<String, OpenError> {
        Ok(resolved(path)?.display().to_string())
    }

    fn open_in(path: &Path, options: &OpenOptions, private_folder: Option<TempDir>) -> Result<Self, OpenError> {
        ensure_engine()?;
        let path = &resolved(path)?;
        let place = path.display().to_string();
        ensure_local(path)?;
        let found = inspect(path, options.access)?;
        let failed = |error: std::io::Error| OpenError::Failed {
            place: place.clone(),
            during: "starting its threads",
            source: Arc::new(error),
        };
        let writer = match options.access {
            Access::ReadOnly => None,
            access => {
                if access.migrates() {
                    migrate(path, found, access)?;
                }
                let engine = Engine::new(path.to_owned(), open_writer(path, false)?);
                Some(Writer::start(engine, Arc::clone(&options.clock)).map_err(failed)?)
            }
        };
        let readers = Readers::start(path).map_err(failed)?;
        Ok(Self { readers, writer, _private_folder: private_folder })
    }

    /// Opens an empty book in a private temporary file that goes away with the store.
    ///
    /// # Errors
    ///
    /// See [`OpenError`].
    pub fn open_private(options: &OpenOptions) -> Result<Self, OpenError> {
        let folder = tempfile::Builder::new().prefix("nailsage-").tempdir().map_err(|error| OpenError::Failed {
            place: "a private book".to_owned(),
            during: "making its temporary folder",
            source: Arc::new(error),
        })?;
        let path = folder.path().join("book.db");
        Self::open_in(&path, options, Some(folder))
    }

    pub(crate) fn ask<T: Send + 'static>(
        &self,
        question: impl FnOnce(&Connection) -> Result<T, StoreError> + Send + 'static,
    ) -> Pending<T> {
        self.readers.ask(question)
    }
}

/// The one path by which a book is known.
fn resolved(path: &Path) -> Result<PathBuf, OpenError> {
    resolve(path).map_err(|error| {
        let place = path.display().to_string();
        match error.kind() {
            std::io::ErrorKind::PermissionDenied => OpenError::PermissionDenied { place, source: Arc::new(error) },
            _ => OpenError::Failed { place, during: "following its path", source: Arc::new(error) },
        }
    })
}

impl Store for SqliteStore {
    fn submit(&self, command: Command, timeout: Duration) -> Pending<Answer> {
        match &self.writer {
            Some(writer) => writer.submit(command, timeout),
            None => Box::pin(ready(Err(StoreError::unavailable("it was opened for reading only")))),
        }
    }
}
