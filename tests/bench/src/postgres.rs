//! The store on PostgreSQL, against loops written by hand.

mod at_once;
mod compare;
mod numeric;
mod rows;
mod sameness;
mod server;
mod single;
mod work;

use anyhow::Context as _;
use tokio::runtime::Runtime;

pub(crate) use compare::Measured;

use crate::Arguments;

/// Runs everything that was asked for.
pub(crate) fn run(runtime: &Runtime, arguments: &Arguments) -> anyhow::Result<Vec<Measured>> {
    let cluster = server::start();
    let mut rows = Vec::new();
    for workload in arguments.workloads() {
        sameness::check(runtime, &cluster, workload)
            .with_context(|| format!("{workload}: all three write the same rows"))?;
        for keyed in arguments.keyed() {
            for &submitters in &arguments.submitters {
                let row = compare::compare(runtime, &cluster, workload, keyed, submitters, arguments.rounds)?;
                eprintln!("{row}");
                rows.push(row);
            }
        }
    }
    Ok(rows)
}
