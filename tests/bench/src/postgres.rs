//! The store on PostgreSQL, against loops written by hand, against COPY, and in two processes against one.

mod at_once;
mod bulk;
mod compare;
mod numeric;
mod rows;
mod sameness;
pub(crate) mod server;
mod single;
mod two;
mod work;

use anyhow::{Context as _, ensure};
use tokio::runtime::Runtime;

pub(crate) use self::{
    bulk::{Bulk, IN_FLIGHT, TOGETHER},
    compare::Measured,
    two::{SUBMITTERS, Two, partner},
};

use crate::{Arguments, Part, unit::Workload};

/// All that was measured.
#[derive(Debug)]
pub(crate) struct Results {
    pub(crate) version: String,
    pub(crate) units: Vec<Measured>,
    pub(crate) bulk: Vec<Bulk>,
    pub(crate) two: Vec<Two>,
}

/// Runs everything that was asked for.
pub(crate) fn run(runtime: &Runtime, arguments: &Arguments) -> anyhow::Result<Results> {
    let cluster = server::start();
    let version = cluster.database().rows("SHOW server_version").into_iter().flatten().next().flatten();
    let version = version.context("the server does not tell its version")?;
    let mut results = Results { version, units: Vec::new(), bulk: Vec::new(), two: Vec::new() };
    for workload in arguments.workloads().into_iter().filter(|_| arguments.measures(Part::Units)) {
        sameness::check(runtime, &cluster, workload)
            .with_context(|| format!("{workload}: all three write the same rows"))?;
        for keyed in arguments.keyed() {
            for &submitters in &arguments.submitters {
                let row = compare::compare(runtime, &cluster, workload, keyed, submitters, arguments.rounds)?;
                eprintln!("{row}");
                results.units.push(row);
            }
        }
    }
    if arguments.measures(Part::Bulk) {
        results.bulk = bulk::compare(runtime, &cluster, arguments.rounds)?;
        results.bulk.iter().for_each(|row| eprintln!("{row}"));
    }
    // Closing needs preparations that two processes would have to agree upon; a tick closes as well.
    let workloads = arguments.workloads().into_iter().filter(|it| *it != Workload::Close);
    for workload in workloads.filter(|_| arguments.measures(Part::Two)) {
        let row = two::compare(runtime, &cluster, workload, arguments.rounds)?;
        eprintln!("{row}");
        ensure!(row.deadlocks == 0, "two processes have deadlocked");
        results.two.push(row);
    }
    Ok(results)
}
