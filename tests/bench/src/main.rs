//! Benchmarks: the book against the fastest loop that one would write by hand, interleaved in one run.
//!
//! `cargo xtask bench` runs it and writes `docs/benchmarks.md`. Only ratios mean something: machines differ, and so does
//! one machine from minute to minute.

#![expect(clippy::cast_possible_wrap, reason = "counts of a benchmark are far below 2^63")]

mod fdatasync;
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
const TABLES: [&str; 9] =
    ["book", "strategies", "strategy_totals", "positions", "signals", "trades", "ledger", "requests", "event_log"];

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
    /// Only this part of what is measured on PostgreSQL.
    #[arg(long)]
    part: Option<Part>,
    /// Be the second process of one of the comparisons, with submitters from this one on.
    #[arg(long, hide = true)]
    partner: Option<usize>,
}

/// Where the book is.
#[derive(Debug, Clone, Copy, PartialEq, Eq, ValueEnum)]
enum Engine {
    /// One file.
    Sqlite,
    /// A server of the benchmark's own.
    Postgres,
}

/// What is measured on PostgreSQL.
#[derive(Debug, Clone, Copy, PartialEq, Eq, ValueEnum)]
enum Part {
    /// Unit by unit, against loops written by hand.
    Units,
    /// Loading in bulk, against COPY.
    Bulk,
    /// Two processes, against one.
    Two,
}

impl Arguments {
    fn measures(&self, part: Part) -> bool {
        self.part.is_none_or(|only| only == part)
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
    let runtime = tokio::runtime::Builder::new_multi_thread().worker_threads(2).enable_all().build()?;
    if let Some(first_submitter) = arguments.partner {
        let workload = arguments.workload.context("a partner is told its workload")?;
        return postgres::partner(&runtime, workload, first_submitter);
    }
    let sqlite = arguments.runs(Engine::Sqlite).then(|| sqlite::run(&runtime, &arguments)).transpose()?;
    let postgres = arguments.runs(Engine::Postgres).then(|| postgres::run(&runtime, &arguments)).transpose()?;
    let report = report::render(sqlite.as_deref(), postgres.as_ref(), fdatasync::median_micros()?);
    match arguments.out {
        Some(path) => std::fs::write(&path, report).with_context(|| format!("writing {}", path.display()))?,
        None => print!("{report}"),
    }
    Ok(())
}
