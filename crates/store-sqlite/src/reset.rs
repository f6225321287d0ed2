//! Emptying a book: everything in it goes and it begins anew, in one transaction.
//!
//! The file stays. Deleting it would pull it away from under whoever has it open: they would go on writing to a file without
//! a name, and their log would be taken for the new one's. In a transaction others wait, or see all of it or nothing.

use std::{
    path::Path,
    thread::sleep,
    time::{Duration, Instant},
};

use nailsage_store::{
    Access, OpenError,
    inspect::{HISTORY_TABLE, TABLES, VIEWS},
};
use rusqlite::{Connection, Result};

use crate::{
    connection::open_writer,
    fault::{is_busy, open_error},
    inspect::inspect,
    migrate::{migrate, runner, under_lock},
};

/// How long others may hold the book before it is given up.
const LOCK_TIMEOUT: Duration = Duration::from_secs(10);

/// How often the lock is asked for: a writer under load leaves it free for moments only.
const LOCK_INTERVAL: Duration = Duration::from_millis(1);

/// Empties the book at `path`.
pub(crate) fn reset(path: &Path) -> Result<(), OpenError> {
    reset_within(path, LOCK_TIMEOUT)
}

/// With a limit to how long others are waited for.
fn reset_within(path: &Path, timeout: Duration) -> Result<(), OpenError> {
    let place = path.display().to_string();
    // Brought up to date first: then what is ours in it is what this version knows, and its history is written down.
    migrate(path, inspect(path, Access::Migrate)?, Access::Migrate)?;
    under_lock(path, &place, || {
        inspect(path, Access::Existing)?;
        let connection = open_writer(path, false)?;
        let failed = |error| open_error(&place, "resetting it", error);
        // Dropping a table would otherwise look for rows that refer to it. It can be set outside of a transaction only.
        connection.execute_batch("PRAGMA foreign_keys = off").map_err(failed)?;
        begin(&connection, &place, timeout)?;
        // A connection that is dropped rolls back.
        empty(&connection).and_then(|()| connection.execute_batch("COMMIT")).map_err(failed)?;
        tracing::info!(book = %place, "the book is empty");
        shrink(&connection, &place);
        Ok(())
    })
}

/// Begins a transaction, unless others hold the book for too long.
fn begin(connection: &Connection, place: &str, timeout: Duration) -> Result<(), OpenError> {
    let give_up = Instant::now() + timeout;
    let failed = |error| open_error(place, "waiting for others", error);
    connection.busy_timeout(Duration::ZERO).map_err(failed)?;
    loop {
        match connection.execute_batch("BEGIN IMMEDIATE") {
            Err(error) if is_busy(&error) && Instant::now() < give_up => sleep(LOCK_INTERVAL),
            begun => return begun.map_err(failed),
        }
    }
}

/// Drops what is ours and makes it anew, as the migrations say. Of what is not ours, only indexes and triggers on our tables
/// go with them.
fn empty(connection: &Connection) -> Result<()> {
    for view in VIEWS {
        connection.execute_batch(&format!("DROP VIEW IF EXISTS main.{view}"))?;
    }
    for table in TABLES {
        connection.execute_batch(&format!("DROP TABLE main.{table}"))?;
    }
    let runner = runner();
    // Their history stays, since all of them are applied; a file that was edited before its release is the new one from now
    // on.
    let applied = format!("UPDATE main.{HISTORY_TABLE} SET checksum = ?1 WHERE version = ?2");
    for migration in runner.get_migrations() {
        connection.execute_batch(migration.sql().unwrap_or_default())?;
        connection.execute(&applied, (migration.checksum().to_string(), migration.version()))?;
    }
    Ok(())
}

/// Gives the room back to the disk. The book is empty whether that works or not.
fn shrink(connection: &Connection, place: &str) {
    // The copy goes through a temporary file: what else lies in this one may be large.
    let sql = "PRAGMA temp_store = default; VACUUM; PRAGMA wal_checkpoint(truncate)";
    if let Err(error) = connection.execute_batch(sql) {
        tracing::debug!(%error, book = %place, "the file keeps its size for now");
    }
}

#[cfg(test)]
#[allow(clippy::unwrap_used, reason = "a test says what it expects by failing")]
mod tests {
    use nailsage_store::OpenOptions;

    use super::*;
    use crate::SqliteStore;

    #[test]
    fn a_book_that_others_hold_for_too_long_is_busy_and_whole() {
        let folder = tempfile::tempdir().unwrap();
        let path = folder.path().join("book.db");
        drop(SqliteStore::open(&path, &OpenOptions::default()).unwrap());
        let other = Connection::open(&path).unwrap();
        other.execute_batch("BEGIN IMMEDIATE; UPDATE book SET next_event_id = 5").unwrap();
        let error = reset_within(&path, Duration::from_millis(50)).unwrap_err();
        assert!(matches!(error, OpenError::Busy { .. }), "{error:?}");
        other.execute_batch("COMMIT").unwrap();
        let next: i64 = other.query_row("SELECT next_event_id FROM book", [], |row| row.get(0)).unwrap();
        assert_eq!(next, 5);
    }
}
