//! The benchmark: a program of its own, so that this one depends on nothing of ours.

use anyhow::Result;

use crate::{
    cargo::{cargo, run},
    workspace::Workspace,
};

/// Where the report of a whole run goes.
const REPORT: &str = "docs/benchmarks.md";

/// What is left out of a whole run, because it takes minutes and gigabytes; it has a section of the report to itself.
const HISTORY: [&str; 2] = ["--part", "history"];

/// Runs it. Without arguments it is a whole run and replaces the committed report, and a run of the part `history` replaces
/// its section; with others, what was measured is printed.
pub(crate) fn run_benchmark(workspace: &Workspace, arguments: &[String]) -> Result<()> {
    // The command line is measured, too; it is looked for beside the benchmark.
    run(cargo(&workspace.root).args(["build", "--release", "--quiet", "--package", "nailsage-cli"]))?;
    let mut command = cargo(&workspace.root);
    command.args(["run", "--release", "--quiet", "--package", "nailsage-bench", "--"]);
    if arguments.is_empty() || *arguments == HISTORY {
        command.args(["--out", REPORT]);
    }
    run(command.args(arguments))
}
