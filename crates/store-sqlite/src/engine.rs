//! The writer's connection and its transactions: begin and load, write and commit, and what each failure means.

use std::{path::PathBuf, sync::Arc, time::Instant};

use nailsage_store::{
    OpenError, StoreError,
    footprint::Footprint,
    group::Settlement,
    inspect::ensure_version,
    plan::Writes,
    state::State,
    writer::{self, NotBegun},
};
use rusqlite::{Connection, Error};

use crate::{
    connection::open_writer,
    fault::{is_busy, store_error},
    load,
    write::write,
};

/// The one connection that writes. It is opened again after any failure that leaves doubt about it.
#[derive(Debug)]
pub(crate) struct Engine {
    path: PathBuf,
    connection: Option<Connection>,
}

impl Engine {
    pub(crate) fn new(path: PathBuf, connection: Connection) -> Self {
        Self { path, connection: Some(connection) }
    }

    fn connected(&mut self) -> Result<&Connection, NotBegun> {
        let connection = match self.connection.take() {
            Some(connection) => connection,
            None => open_writer(&self.path, false).map_err(|error| match error {
                OpenError::Busy { .. } => NotBegun::Busy(Arc::new(error)),
                error => NotBegun::Failed(StoreError::backend("opening the book again", error)),
            })?,
        };
        Ok(self.connection.insert(connection))
    }
}

/// SQLite waits for nobody for ever, so deadlines are left to the queue.
impl writer::Engine for Engine {
    fn begin(&mut self, footprint: &Footprint, _until: Instant) -> Result<State, NotBegun> {
        let connection = self.connected()?;
        let loaded = begin_and_load(connection, footprint);
        if loaded.is_err() {
            self.roll_back();
        }
        loaded
    }

    fn commit(&mut self, writes: &Writes, _until: Instant) -> Settlement {
        let connection = self.connection.as_ref().expect("a group that has begun has its connection");
        if let Err(error) = write(connection, writes) {
            self.roll_back();
            return Settlement::NotCommitted(error);
        }
        match connection.execute_batch("COMMIT") {
            Ok(()) => Settlement::Committed,
            Err(error) if is_busy(&error) && !connection.is_autocommit() => {
                self.roll_back();
                Settlement::NotCommitted(store_error("commit", error))
            }
            Err(error) => {
                // The rows may be in the log or not, and only opening it again will tell: see SQLite's own warning
                // about a failed fsync. Nothing else may run on this connection.
                tracing::error!(%error, book = %self.path.display(), "a commit failed, the connection is opened again");
                self.connection = None;
                Settlement::Unknown(Arc::new(error))
            }
        }
    }

    /// Also ends one that failed. A connection that cannot even do that is dropped.
    fn roll_back(&mut self) {
        if let Some(connection) = &self.connection
            && !connection.is_autocommit()
            && let Err(error) = connection.execute_batch("ROLLBACK")
        {
            tracing::error!(%error, book = %self.path.display(), "a rollback failed, the connection is opened again");
            self.connection = None;
        }
    }
}

fn begin_and_load(connection: &Connection, footprint: &Footprint) -> Result<State, NotBegun> {
    let begun = connection.prepare_cached("BEGIN IMMEDIATE").and_then(|mut begin| begin.execute([]));
    begun.map_err(|error| not_begun("begin", error))?;
    let book = load::book(connection).map_err(|error| not_begun("reading the book row", error))?;
    ensure_version(&book).map_err(NotBegun::Failed)?;
    load::state(connection, book, footprint).map_err(|error| not_begun("loading what a command touches", error))
}

fn not_begun(during: &'static str, error: Error) -> NotBegun {
    if is_busy(&error) { NotBegun::Busy(Arc::new(error)) } else { NotBegun::Failed(store_error(during, error)) }
}
