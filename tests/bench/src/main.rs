//! Benchmarks: the book against the fastest loop that one would write by hand, interleaved in one run.
//!
//! `cargo xtask bench` runs it and writes `docs/benchmarks.md`. Only ratios mean something: machines differ, and so does
//! one machine from minute to minute.

#![expect(clippy::cast_possible_wrap, reason = "counts of a benchmark are far below 2^63")]

mod by_hand;
mod compare;
mod fdatasync;
mod report;
mod sameness;
mod through_store;
mod unit;

use std::{path::PathBuf, sync::Arc};

use anyhow::Context as _;
use clap::Parser;
use nailsage_domain::UnixMillis;
use nailsage_store::{Clock, OpenOptions};

use crate::{compare::compare, unit::Workload};

/// The book against a loop written by hand, on SQLite.
#[derive(Debug, Parser)]
struct Arguments {
    /// Where the report goes; it is printed otherwise.
    #[arg(long)]
    out: Option<PathBuf>,
    /// How many callers hand over commands at once.
    #[arg(long, value_delimiter = ',', default_value = "1,8,64,512")]
    submitters: Vec<usize>,
    /// How often each pair is run; the report shows medians.
    #[arg(long, default_value_t = 7)]
    rounds: usize,
    /// Only this workload.
    #[arg(long)]
    workload: Option<Workload>,
}

/// A clock that stands still, so that both sides write the same stamps.
#[derive(Debug)]
struct FixedClock;

impl Clock for FixedClock {
    fn now(&self) -> UnixMillis {
        UnixMillis::new(1_700_000_000_000).expect("a time in 2023 is plausible")
    }
}

fn options() -> OpenOptions {
    OpenOptions { clock: Arc::new(FixedClock), ..OpenOptions::default() }
}

fn main() -> anyhow::Result<()> {
    let arguments = Arguments::parse();
    let runtime = tokio::runtime::Builder::new_multi_thread().worker_threads(2).build()?;
    let workloads = match arguments.workload {
        Some(workload) => vec![workload],
        None => Workload::ALL.to_vec(),
    };
    let mut rows = Vec::new();
    for workload in workloads {
        sameness::check(&runtime, workload).with_context(|| format!("{workload}: both sides write the same rows"))?;
        for keyed in [true, false] {
            for &submitters in &arguments.submitters {
                let row = compare(&runtime, workload, keyed, submitters, arguments.rounds)?;
                eprintln!("{row}");
                rows.push(row);
            }
        }
    }
    let report = report::render(&rows, fdatasync::median_micros()?);
    match arguments.out {
        Some(path) => std::fs::write(&path, report).with_context(|| format!("writing {}", path.display()))?,
        None => print!("{report}"),
    }
    Ok(())
}
