//! What lies at a path, found out without writing to it.

use std::{io::ErrorKind, path::Path, sync::Arc};

use nailsage_store::{
    Access, OpenError,
    inspect::{Found, HISTORY_TABLE},
};
use rusqlite::{Connection, OptionalExtension};

use crate::{connection::open_reader, fault::open_error, place::folder_of};

/// Looks at a path and says whether it can be opened in this way.
pub(crate) fn inspect(path: &Path, access: Access) -> Result<Found, OpenError> {
    let place = path.display().to_string();
    look(path, &place)?.admit(&place, access)
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
    if !tables.iter().any(|name| name == "book") {
        return Found::without_book(place, "an SQLite database", &tables);
    }
    let version: Option<i64> = connection
        .query_row("SELECT schema_version FROM book WHERE id = 1", [], |row| row.get(0))
        .optional()
        .map_err(failed)?;
    let has_history = tables.iter().any(|name| name == HISTORY_TABLE) && history_rows(&connection).map_err(failed)? > 0;
    Found::with_book(place, version, has_history)
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
