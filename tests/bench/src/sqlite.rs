//! The store on SQLite, against a loop on one thread.

mod by_hand;
mod compare;
mod sameness;

use anyhow::Context as _;
use tokio::runtime::Runtime;

pub(crate) use compare::Measured;

use crate::Arguments;

/// Runs everything that was asked for.
pub(crate) fn run(runtime: &Runtime, arguments: &Arguments) -> anyhow::Result<Vec<Measured>> {
    let mut rows = Vec::new();
    for workload in arguments.workloads() {
        sameness::check(runtime, workload).with_context(|| format!("{workload}: both sides write the same rows"))?;
        for keyed in arguments.keyed() {
            for &submitters in &arguments.submitters {
                let row = compare::compare(runtime, workload, keyed, submitters, arguments.rounds)?;
                eprintln!("{row}");
                rows.push(row);
            }
        }
    }
    Ok(rows)
}
