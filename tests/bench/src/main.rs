//! Benchmarks: the book against the fastest loop that one would write by hand, interleaved in one run.
//!
//! `cargo xtask bench` runs it and writes `docs/benchmarks.md`. Only ratios mean something: machines differ, and so does
//! one machine from minute to minute.

#![expect(clippy::cast_possible_wrap, reason = "counts of a benchmark are far below 2^63")]

mod fdatasync;
mod history;
mod page;
mod postgres;
mod report;
mod sqlite;
mod through_store;
mod unit;

use std::{path::PathBuf, sync::Arc};

use anyhow::Context as _;
use clap::{Parser, ValueEnum};
use nailsage_domain::UnixMillis;
use nailsage_store::{Clock, OpenOptions};

use crate::unit::{NOW, Workload};

/// All tables that units write.
const TABLES: [&str; 10] = [
    "book",
    "strategies",
    "strategy_totals",
    "daily_totals",
    "positions",
    "signals",
    "trades",
    "ledger",
    "requests",
    "event_log",
];

/// The book against loops written by hand.
#[derive(Debug, Parser)]
struct Arguments {
    /// Where the report goes; it is printed otherwise.
    #[arg(long)]
    out: Option<PathBuf>,
    /// Only this engine.
    #[arg(long)]
    engine: Option<Engine>,
    /// How many callers hand over commands at once.
    #[arg(long, value_delimiter = ',', default_value = "1,8,64,512")]
    submitters: Vec<usize>,
    /// How often each comparison is run; the report shows medians.
    #[arg(long, default_value_t = 7)]
    rounds: usize,
    /// Only this workload.
    #[arg(long)]
    workload: Option<Workload>,
    /// Only with request keys, or only without.
    #[arg(long)]
    keys: Option<bool>,
    /// Only this part of what is measured on PostgreSQL, or the part `history`.
    #[arg(long)]
    part: Option<Part>,
    /// How many positions have ended in the two books of the part `history`.
    #[arg(long, value_delimiter = ',', default_value = "10000,5000000")]
    closed: Vec<i64>,
    /// Be the second process of one of the comparisons, with submitters from this one on.
    #[arg(long, hide = true)]
    partner: Option<usize>,
    /// Make the file of a book with so many positions that have ended, and no more.
    #[arg(long, hide = true)]
    load: Option<PathBuf>,
}

/// Where the book is.
#[derive(Debug, Clone, Copy, PartialEq, Eq, ValueEnum)]
enum Engine {
    /// One file.
    Sqlite,
    /// A server of the benchmark's own.
    Postgres,
}

/// What is measured.
#[derive(Debug, Clone, Copy, PartialEq, Eq, ValueEnum)]
enum Part {
    /// Unit by unit, against loops written by hand.
    Units,
    /// Loading in bulk, against COPY.
    Bulk,
    /// Two processes, against one.
    Two,
    /// Reading a book of millions of positions, against one of thousands. It takes minutes and gigabytes, so it is left
    /// out unless it is asked for.
    History,
}

impl Arguments {
    fn measures(&self, part: Part) -> bool {
        self.part.map_or(part != Part::History, |only| only == part)
    }

    fn runs(&self, engine: Engine) -> bool {
        self.engine.is_none_or(|only| only == engine)
    }

    fn workloads(&self) -> Vec<Workload> {
        self.workload.map_or_else(|| Workload::ALL.to_vec(), |workload| vec![workload])
    }

    fn keyed(&self) -> Vec<bool> {
        self.keys.map_or_else(|| vec![true, false], |keyed| vec![keyed])
    }
}

/// A clock that stands still, so that all sides write the same stamps.
#[derive(Debug)]
struct FixedClock;

impl Clock for FixedClock {
    fn now(&self) -> UnixMillis {
        UnixMillis::new(NOW).expect("a time in 2023 is plausible")
    }
}

fn options() -> OpenOptions {
    OpenOptions { clock: Arc::new(FixedClock), ..OpenOptions::default() }
}

/// The median; the values are sorted on the way.
fn median(values: &mut [f64]) -> f64 {
    values.sort_by(f64::total_cmp);
    values[values.len() / 2]
}

fn main() -> anyhow::Result<()> {
    let arguments = Arguments::parse();
    if let Some(path) = &arguments.load {
        return history::load(path, &arguments);
    }
    let runtime = tokio::runtime::Builder::new_multi_thread().worker_threads(2).enable_all().build()?;
    if let Some(first_submitter) = arguments.partner {
        let workload = arguments.workload.context("a partner is told its workload")?;
        return postgres::partner(&runtime, workload, first_submitter);
    }
    if arguments.measures(Part::History) {
        let histories = history::render(&history::run(&runtime, &arguments)?);
        return page::write(arguments.out.as_deref(), |page| page::with_section(page, history::TITLE, &histories));
    }
    let sqlite = arguments.runs(Engine::Sqlite).then(|| sqlite::run(&runtime, &arguments)).transpose()?;
    let postgres = arguments.runs(Engine::Postgres).then(|| postgres::run(&runtime, &arguments)).transpose()?;
    let report = report::render(sqlite.as_deref(), postgres.as_ref(), fdatasync::median_micros()?);
    // What was not measured now stays as it is.
    page::write(arguments.out.as_deref(), |page| report + page::section(page, history::TITLE))
}
