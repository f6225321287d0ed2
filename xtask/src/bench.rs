//! The benchmark: a program of its own, so that this one depends on nothing of ours.

use anyhow::Result;

use crate::{
    cargo::{cargo, run},
    workspace::Workspace,
};

/// Where the report of a whole run goes.
const REPORT: &str = "docs/benchmarks.md";

/// Runs it. With arguments, the report is printed; without, it is a whole run and replaces the committed one.
pub(crate) fn run_benchmark(workspace: &Workspace, arguments: &[String]) -> Result<()> {
    // The command line is measured, too; it is looked for beside the benchmark.
    run(cargo(&workspace.root).args(["build", "--release", "--quiet", "--package", "nailsage-cli"]))?;
    let mut command = cargo(&workspace.root);
    command.args(["run", "--release", "--quiet", "--package", "nailsage-bench", "--"]);
    if arguments.is_empty() {
        command.args(["--out", REPORT]);
    }
    run(command.args(arguments))
}
