//! What lies at a path, found out without writing to it.

use std::{io::ErrorKind, path::Path, sync::Arc};

use nailsage_store::{Access, OpenError};
use rusqlite::{Connection, OptionalExtension};

use crate::{connection::open_reader, fault::open_error, place::folder_of};

/// The schema version that this crate reads and writes.
pub(crate) const SCHEMA_VERSION: i64 = 1;

/// Tables of the earlier Python system, which had no `book`.
const PYTHON_TABLES: [&str; 4] = ["strategies", "positions", "signals", "trades"];

/// The migrations' own table; alone in a file, it is what an interrupted first start leaves.
const HISTORY_TABLE: &str = "refinery_schema_history";

/// What was found.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Found {
    /// Nothing, or an empty database.
    Nothing,
    /// A book.
    Book {
        version: i64,
        /// Whether the migrations know of it; false when it was made by hand.
        has_history: bool,
    },
}

impl Found {
    /// Whether the migrations have something to do.
    pub(crate) fn needs_migration(self) -> bool {
        !matches!(self, Self::Book { version: SCHEMA_VERSION, has_history: true })
    }
}

/// Looks at a path and says whether it can be opened in this way.
pub(crate) fn inspect(path: &Path, access: Access) -> Result<Found, OpenError> {
    let place = path.display().to_string();
    let found = look(path, &place)?;
    match found {
        Found::Nothing if access == Access::Create => Ok(found),
        Found::Nothing => Err(OpenError::NotFound { place }),
        Found::Book { version, .. } if version > SCHEMA_VERSION => {
            Err(OpenError::NewerSchema { place, found: version, known: SCHEMA_VERSION })
        }
        Found::Book { version, .. } if version < SCHEMA_VERSION && access != Access::Create => {
            Err(OpenError::OlderSchema { place, found: version, known: SCHEMA_VERSION })
        }
        Found::Book { .. } => Ok(found),
    }
}

fn look(path: &Path, place: &str) -> Result<Found, OpenError> {
    match std::fs::metadata(path) {
        Ok(file) if file.is_dir() => {
            return Err(OpenError::NotABook { place: place.to_owned(), found: "it is a folder".to_owned() });
        }
        // The size alone is not proof: a crash can leave everything in the write-ahead log.
        Ok(_) => {}
        Err(error) if error.kind() == ErrorKind::NotFound => return look_at_folder(path, place),
        Err(error) => return Err(not_reachable(place, error)),
    }
    ensure_access(path, place)?;
    let connection = open_reader(path)?;
    let failed = |error| open_error(place, "reading the schema", error);
    let tables = tables(&connection).map_err(failed)?;
    if tables.iter().all(|table| table == HISTORY_TABLE) {
        return Ok(Found::Nothing);
    }
    let has = |table: &str| tables.iter().any(|name| name == table);
    if !has("book") {
        if PYTHON_TABLES.iter().all(|table| has(table)) {
            return Err(OpenError::PythonDatabase { place: place.to_owned() });
        }
        let found = format!("it is an SQLite database with the tables {}", tables.join(", "));
        return Err(OpenError::NotABook { place: place.to_owned(), found });
    }
    let version: Option<i64> = connection
        .query_row("SELECT schema_version FROM book WHERE id = 1", [], |row| row.get(0))
        .optional()
        .map_err(failed)?;
    let version = version.ok_or_else(|| OpenError::Corrupt {
        place: place.to_owned(),
        what: "its table book is empty: it was made by hand and not to the end".to_owned(),
    })?;
    Ok(Found::Book { version, has_history: has(HISTORY_TABLE) && history_rows(&connection).map_err(failed)? > 0 })
}

fn look_at_folder(path: &Path, place: &str) -> Result<Found, OpenError> {
    let folder = folder_of(path);
    match std::fs::metadata(&folder) {
        Ok(found) if found.is_dir() => Ok(Found::Nothing),
        Ok(_) => {
            let found = format!("{} is not a folder", folder.display());
            Err(OpenError::NotABook { place: place.to_owned(), found })
        }
        Err(error) if error.kind() == ErrorKind::NotFound => {
            Err(OpenError::NotFound { place: format!("{place} (the folder {} does not exist)", folder.display()) })
        }
        Err(error) => Err(not_reachable(place, error)),
    }
}

fn not_reachable(place: &str, error: std::io::Error) -> OpenError {
    let place = place.to_owned();
    if error.kind() == ErrorKind::PermissionDenied {
        return OpenError::PermissionDenied { place, source: Arc::new(error) };
    }
    OpenError::Failed { place, during: "looking for the file", source: Arc::new(error) }
}

/// SQLite says only that it cannot open a file. The file is asked without opening it: closing a second descriptor would
/// drop the locks that another store in this process holds.
#[cfg(unix)]
fn ensure_access(path: &Path, place: &str) -> Result<(), OpenError> {
    use nix::{
        fcntl::{AT_FDCWD, AtFlags},
        unistd::{AccessFlags, faccessat},
    };
    faccessat(AT_FDCWD, path, AccessFlags::R_OK, AtFlags::AT_EACCESS)
        .map_err(|error| not_reachable(place, error.into()))
}

#[cfg(not(unix))]
fn ensure_access(_path: &Path, _place: &str) -> Result<(), OpenError> {
    Ok(())
}

fn tables(connection: &Connection) -> rusqlite::Result<Vec<String>> {
    let sql = "SELECT name FROM sqlite_schema WHERE type = 'table' AND name NOT LIKE 'sqlite_%' ORDER BY name";
    connection.prepare(sql)?.query_map([], |row| row.get(0))?.collect()
}

fn history_rows(connection: &Connection) -> rusqlite::Result<i64> {
    connection.query_row(&format!("SELECT count(*) FROM {HISTORY_TABLE}"), [], |row| row.get(0))
}
