//! What reading costs when the book has a long history: the same questions to a young book and to an old one, in turns.

mod book;
mod measure;
mod memory;
mod metrics;
mod postgres;
mod questions;
mod report;
mod sqlite;
#[cfg(test)]
mod tests;

use std::path::Path;

use anyhow::ensure;
use tokio::runtime::Runtime;

pub(crate) use self::report::{TITLE, render};

use crate::{Arguments, Engine};

/// Snapshots in every book: the curve is as long in a young one, so that only the history differs.
const SNAPSHOTS: i64 = 100_000;

/// One question to both books.
#[derive(Debug, Clone)]
pub(crate) struct Asked {
    pub(crate) name: &'static str,
    /// How many rows the old book answered with.
    pub(crate) rows: usize,
    /// Steps of the virtual machine or pages touched, where the engine tells: of the young book and of the old one.
    pub(crate) work: Option<(u64, u64)>,
    /// The median times, likewise.
    pub(crate) milliseconds: (f64, f64),
}

/// All that was measured on one engine.
#[derive(Debug, Clone)]
pub(crate) struct History {
    pub(crate) engine: &'static str,
    /// What its work is counted in.
    pub(crate) unit: &'static str,
    /// Closed positions of the young book and of the old one.
    pub(crate) closed: (i64, i64),
    /// The documents' views.
    pub(crate) views: Vec<Asked>,
    /// Questions through the store.
    pub(crate) questions: Vec<Asked>,
    /// The most memory that this process had while it asked, in MiB; `None` where the system does not tell.
    pub(crate) memory_mib: Option<(f64, f64)>,
}

/// Makes the file of a book, as a process of its own.
pub(crate) fn load(path: &Path, arguments: &Arguments) -> anyhow::Result<()> {
    let [closed] = arguments.closed[..] else { anyhow::bail!("name the closed positions of one book") };
    sqlite::load(path, book::Size { closed, snapshots: SNAPSHOTS })
}

/// Runs it on every engine that was asked for.
pub(crate) fn run(runtime: &Runtime, arguments: &Arguments) -> anyhow::Result<Vec<History>> {
    let [young, old] = arguments.closed[..] else { anyhow::bail!("name the closed positions of two books") };
    ensure!(book::CLOSED_MIN <= young && young < old, "at least {} closed positions, then more", book::CLOSED_MIN);
    let mut histories = Vec::new();
    if arguments.runs(Engine::Sqlite) {
        histories.push(sqlite::run(runtime, (young, old))?);
    }
    if arguments.runs(Engine::Postgres) {
        histories.push(postgres::run(runtime, (young, old))?);
    }
    Ok(histories)
}
