//! Making and migrating a book, under a lock that all processes honour. Resetting one takes the same lock.

use std::{
    fs::{File, OpenOptions},
    path::{Path, PathBuf},
    sync::Arc,
};

use nailsage_store::{
    Access, OpenError,
    inspect::{Found, SCHEMA_VERSION},
};
use refinery::{Runner, Target};

use crate::{connection::open_writer, inspect::inspect};

mod embedded {
    //! The files of `schema/sqlite`, which this crate reaches through its folder `migrations`.
    refinery::embed_migrations!("migrations");
}

/// Brings the book at `path` to this crate's schema version, if it is not there yet.
pub(crate) fn migrate(path: &Path, found: Found, access: Access) -> Result<(), OpenError> {
    if !found.needs_migration() {
        return Ok(());
    }
    let place = path.display().to_string();
    // Whoever had the lock before may have done it.
    under_lock(path, &place, || inspect(path, access).and_then(|found| migrate_under_lock(path, &place, found)))
}

/// Does something while nobody else makes, migrates or resets the book.
pub(crate) fn under_lock<T>(
    path: &Path,
    place: &str,
    work: impl FnOnce() -> Result<T, OpenError>,
) -> Result<T, OpenError> {
    let lock = Lock::take(path, place)?;
    let result = work();
    lock.release();
    result
}

fn migrate_under_lock(path: &Path, place: &str, found: Found) -> Result<(), OpenError> {
    if !found.needs_migration() {
        return Ok(());
    }
    let was_there = path.exists();
    let result = run(path, place, found);
    match &result {
        Ok(()) => tracing::info!(book = %place, "schema is at version {}", SCHEMA_VERSION),
        // What this call has made is no book and nobody's; nothing is left behind.
        Err(_) if !was_there => remove_remains(path),
        Err(_) => {}
    }
    result
}

fn remove_remains(path: &Path) {
    for suffix in ["", "-wal", "-shm", "-journal"] {
        let mut name = path.as_os_str().to_owned();
        name.push(suffix);
        match std::fs::remove_file(&name) {
            Ok(()) => {}
            Err(error) if error.kind() == std::io::ErrorKind::NotFound => {}
            // What failed before says more, and the next start takes an empty file for none.
            Err(error) => tracing::warn!(%error, file = %Path::new(&name).display(), "a file is left behind"),
        }
    }
}

fn run(path: &Path, place: &str, found: Found) -> Result<(), OpenError> {
    let failed = |error: refinery::Error| migration_error(place, error);
    let mut connection = open_writer(path, true)?;
    if let Found::Book { version, has_history: false } = found {
        // Made by hand from the same files: the history is written down, the files are not run again.
        let version = i32::try_from(version).unwrap_or(i32::MAX);
        runner().set_target(Target::FakeVersion(version)).run(&mut connection).map_err(failed)?;
    }
    // All files and their history in one transaction: a crash leaves the old version whole.
    runner().set_grouped(true).run(&mut connection).map_err(failed)?;
    Ok(())
}

pub(crate) fn runner() -> Runner {
    embedded::migrations::runner()
}

fn migration_error(place: &str, error: refinery::Error) -> OpenError {
    let mut cause: Option<&(dyn std::error::Error + 'static)> = Some(&error);
    while let Some(inner) = cause {
        if let Some(engine) = inner.downcast_ref::<rusqlite::Error>()
            && let Some(code) = engine.sqlite_error()
        {
            // Without the statement, which would be the whole file.
            let engine = rusqlite::Error::SqliteFailure(*code, None);
            return crate::fault::open_error(place, "migrating the schema", engine);
        }
        cause = inner.source();
    }
    OpenError::Failed { place: place.to_owned(), during: "migrating the schema", source: Arc::new(error) }
}

/// A lock on a file beside the book. Never on the book itself: closing that file would drop SQLite's own locks.
struct Lock {
    file: File,
    path: PathBuf,
}

impl Lock {
    fn take(book: &Path, place: &str) -> Result<Self, OpenError> {
        let mut path = book.as_os_str().to_owned();
        path.push("-migrating");
        let path = PathBuf::from(path);
        let failed = |error: std::io::Error| match error.kind() {
            std::io::ErrorKind::PermissionDenied | std::io::ErrorKind::ReadOnlyFilesystem => {
                OpenError::PermissionDenied { place: place.to_owned(), source: Arc::new(error) }
            }
            std::io::ErrorKind::StorageFull | std::io::ErrorKind::QuotaExceeded => {
                OpenError::Full { place: place.to_owned(), source: Arc::new(error) }
            }
            _ => OpenError::Failed {
                place: place.to_owned(),
                during: "locking it for migration",
                source: Arc::new(error),
            },
        };
        let file = OpenOptions::new().create(true).truncate(false).write(true).open(&path).map_err(failed)?;
        file.lock().map_err(failed)?;
        Ok(Self { file, path })
    }

    /// Whoever waits looks at the book anew, so the file may go before the lock does.
    fn release(self) {
        if let Err(error) = std::fs::remove_file(&self.path) {
            // Windows does not remove a file that another process has open; that one removes it.
            tracing::debug!(%error, path = %self.path.display(), "the migration lock stays behind");
        }
        drop(self.file);
    }
}
