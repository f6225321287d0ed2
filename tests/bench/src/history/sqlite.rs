//! On SQLite: two files, and the steps of the virtual machine.

use std::{path::Path, process::Command, sync::Arc, time::Instant};

use anyhow::ensure;
use nailsage_store_sqlite::SqliteStore;
use rusqlite::{Connection, StatementStatus};
use tokio::runtime::Runtime;

use super::{
    Asked, History,
    book::{self, Size},
    measure::{self, Opened, in_turns},
    questions::{VIEWS, ViewUse},
};
use crate::options;

/// What a statement did.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) struct Steps {
    /// Instructions of the virtual machine.
    pub(crate) machine: u64,
    /// Rows of the answer.
    pub(crate) rows: usize,
}

/// Makes a book of this size. Indexes are made when the rows are there, because that is much faster.
pub(crate) fn load(path: &Path, size: Size) -> anyhow::Result<()> {
    drop(SqliteStore::open(path, &options())?);
    let connection = Connection::open(path)?;
    // Nobody needs what is left of a load that breaks off.
    connection.execute_batch(
        "PRAGMA journal_mode = OFF; PRAGMA synchronous = OFF; PRAGMA locking_mode = EXCLUSIVE; PRAGMA cache_size = -65536",
    )?;
    let mut indexes =
        connection.prepare("SELECT name, sql FROM sqlite_schema WHERE type = 'index' AND sql IS NOT NULL")?;
    let indexes: Vec<(String, String)> =
        indexes.query_map([], |row| Ok((row.get(0)?, row.get(1)?)))?.collect::<Result<_, _>>()?;
    for (name, _) in &indexes {
        connection.execute_batch(&format!("DROP INDEX {name}"))?;
    }
    for statement in book::statements(size)? {
        connection.execute_batch(&statement)?;
    }
    for (_, sql) in &indexes {
        connection.execute_batch(sql)?;
    }
    Ok(())
}

/// Reads a view to its end, which must not walk through more than it may.
pub(crate) fn steps(connection: &Connection, view: &ViewUse) -> anyhow::Result<Steps> {
    let mut statement = connection.prepare_cached(view.sql)?;
    statement.reset_status(StatementStatus::VmStep);
    statement.reset_status(StatementStatus::FullscanStep);
    let columns = statement.column_count();
    let mut found = statement.query([])?;
    let mut rows = 0;
    while let Some(row) = found.next()? {
        for column in 0..columns {
            std::hint::black_box(row.get_ref(column)?);
        }
        rows += 1;
    }
    drop(found);
    let count = |status| u64::try_from(statement.get_status(status)).unwrap_or_default();
    let (machine, scanned_rows) = (count(StatementStatus::VmStep), count(StatementStatus::FullscanStep));
    ensure!(scanned_rows <= view.scanned_rows_max, "{} scans {scanned_rows} rows", view.name);
    Ok(Steps { machine, rows })
}

/// Loads in a process of its own: what that leaves in memory would hide what asking takes.
fn load_elsewhere(path: &Path, closed: i64) -> anyhow::Result<()> {
    let mut command = Command::new(std::env::current_exe()?);
    let loaded = command.arg("--load").arg(path).args(["--closed", &closed.to_string()]).status()?;
    ensure!(loaded.success(), "the book was not made: {loaded}");
    Ok(())
}

fn all_views(connection: &Connection) -> anyhow::Result<()> {
    VIEWS.iter().try_for_each(|view| steps(connection, view).map(drop))
}

pub(super) fn run(runtime: &Runtime, closed: (i64, i64)) -> anyhow::Result<History> {
    let folder = tempfile::tempdir()?;
    let open = |closed| -> anyhow::Result<(Opened, Connection)> {
        let path = folder.path().join(format!("{closed}.db"));
        let begun = Instant::now();
        load_elsewhere(&path, closed)?;
        let store = SqliteStore::open(&path, &options())?;
        eprintln!("SQLite: {closed} closed positions made in {:.0} s", begun.elapsed().as_secs_f64());
        Ok((Opened { store: Arc::new(store), closed }, Connection::open(&path)?))
    };
    let ((young, young_sql), (old, old_sql)) = (open(closed.0)?, open(closed.1)?);
    let memory_mib = (
        measure::memory_mib(runtime, &young, || all_views(&young_sql))?,
        measure::memory_mib(runtime, &old, || all_views(&old_sql))?,
    );
    let mut views = Vec::new();
    for view in &VIEWS {
        let work = (steps(&young_sql, view)?.machine, steps(&old_sql, view)?.machine);
        let rows = |connection| Ok(steps(connection, view)?.rows);
        let (milliseconds, rows) = in_turns(|| rows(&young_sql), || rows(&old_sql))?;
        eprintln!("{:>50}: {work:?} steps, {:.3} ms, {:.3} ms", view.name, milliseconds.0, milliseconds.1);
        views.push(Asked { name: view.name, rows, work: Some(work), milliseconds });
    }
    Ok(History {
        engine: "SQLite",
        unit: "steps",
        closed,
        views,
        questions: measure::questions(runtime, &young, &old)?,
        memory_mib: memory_mib.0.zip(memory_mib.1),
    })
}
