//! Connections as the book needs them: every setting is made and then read back.

use std::{path::Path, time::Duration};

use nailsage_store::OpenError;
use rusqlite::{Connection, OpenFlags, config::DbConfig, types::FromSql};

use crate::fault::open_error;

/// The oldest engine that is trusted: before it, a rare race in resetting the write-ahead log could lose a commit.
const ENGINE_VERSION_MIN: (i32, &str) = (3_051_003, "3.51.3");

/// How long the writer waits for another process at BEGIN before it gives the group back to the queue, where deadlines
/// are watched.
const WRITER_BUSY_TIMEOUT: Duration = Duration::from_millis(100);

/// How long a reader waits; readers only ever wait for recovery or for a checkpoint that ends the log.
const READER_BUSY_TIMEOUT: Duration = Duration::from_secs(5);

/// Pages that each connection may keep in memory, in KiB.
const WRITER_CACHE_KIB: i64 = 65_536;

/// How many prepared statements a connection keeps: all that this crate has.
const STATEMENTS_MAX: usize = 128;

pub(crate) fn ensure_engine() -> Result<(), OpenError> {
    if rusqlite::version_number() >= ENGINE_VERSION_MIN.0 {
        return Ok(());
    }
    let missing = format!("SQLite {} is too old, {} or later is needed", rusqlite::version(), ENGINE_VERSION_MIN.1);
    Err(OpenError::Unfit { missing })
}

/// A connection for the writer, in write-ahead mode with every commit synced.
pub(crate) fn open_writer(path: &Path, may_create: bool) -> Result<Connection, OpenError> {
    let place = path.display().to_string();
    let mut flags = OpenFlags::SQLITE_OPEN_READ_WRITE | OpenFlags::SQLITE_OPEN_NO_MUTEX;
    flags.set(OpenFlags::SQLITE_OPEN_CREATE, may_create);
    let connection = open(path, &place, flags, WRITER_BUSY_TIMEOUT)?;
    set(&connection, &place, "journal_mode", "wal", &"wal".to_owned())?;
    // FULL: what was acknowledged survives power loss. Group commit makes it affordable.
    set(&connection, &place, "synchronous", "full", &2_i64)?;
    // Where a sync alone does not reach the disk (macOS), this one does; elsewhere it changes nothing.
    set(&connection, &place, "fullfsync", "on", &1_i64)?;
    set(&connection, &place, "checkpoint_fullfsync", "on", &1_i64)?;
    set(&connection, &place, "foreign_keys", "on", &1_i64)?;
    // Savepoints of statements stay out of the file system.
    set(&connection, &place, "temp_store", "memory", &2_i64)?;
    // Without it, INSERT OR REPLACE would get round the triggers that keep the book append-only.
    set(&connection, &place, "recursive_triggers", "on", &1_i64)?;
    set(&connection, &place, "cache_size", &format!("-{WRITER_CACHE_KIB}"), &-WRITER_CACHE_KIB)?;
    Ok(connection)
}

/// A connection that cannot write.
pub(crate) fn open_reader(path: &Path) -> Result<Connection, OpenError> {
    let place = path.display().to_string();
    let flags = OpenFlags::SQLITE_OPEN_READ_ONLY | OpenFlags::SQLITE_OPEN_NO_MUTEX;
    let connection = open(path, &place, flags, READER_BUSY_TIMEOUT)?;
    set(&connection, &place, "query_only", "on", &1_i64)?;
    Ok(connection)
}

fn open(path: &Path, place: &str, flags: OpenFlags, busy_timeout: Duration) -> Result<Connection, OpenError> {
    let failed = |error| open_error(place, "opening the file", error);
    let connection = Connection::open_with_flags(path, flags).map_err(failed)?;
    connection.busy_timeout(busy_timeout).map_err(failed)?;
    connection.set_prepared_statement_cache_capacity(STATEMENTS_MAX);
    // Plans do not depend on bound values. Otherwise SQLite compiles a statement anew whenever they change: with groups of
    // 64 that was half of the writer's time.
    connection.set_db_config(DbConfig::SQLITE_DBCONFIG_ENABLE_QPSG, true).map_err(failed)?;
    // A schema made by somebody else must not run functions with side effects.
    set(&connection, place, "trusted_schema", "off", &0_i64)?;
    Ok(connection)
}

/// Makes a setting and reads it back, because SQLite passes over what it cannot do.
fn set<T: FromSql + PartialEq>(
    connection: &Connection,
    place: &str,
    name: &str,
    value: &str,
    expected: &T,
) -> Result<(), OpenError> {
    let failed = |error| open_error(place, "setting up the connection", error);
    connection.execute_batch(&format!("PRAGMA {name} = {value}")).map_err(failed)?;
    let found: T = connection.pragma_query_value(None, name, |row| row.get(0)).map_err(failed)?;
    if found == *expected {
        return Ok(());
    }
    Err(OpenError::Unfit { missing: format!("SQLite did not accept {name} = {value} for {place}") })
}
