//! The long loops, of which the test run has a short form.

use anyhow::Result;

use crate::{
    cargo::{cargo, run},
    workspace::Workspace,
};

/// How often `ingest` is killed.
const KILLS: &str = "100";

/// How many random command sequences each model test runs.
const SEQUENCES: &str = "2000";

/// Runs the crash tests and the model test in their long form.
pub(crate) fn run_soak(workspace: &Workspace) -> Result<()> {
    let mut crash = cargo(&workspace.root);
    crash.env("NAILSAGE_SOAK", "1").env("NAILSAGE_SOAK_KILLS", KILLS);
    run(crash.args(["test", "--release", "--package", "nailsage-cli", "--test", "crash", "--", "--nocapture"]))?;
    let mut model = cargo(&workspace.root);
    model.env("PROPTEST_CASES", SEQUENCES);
    run(model.args(["test", "--release", "--package", "nailsage-model", "--", "--nocapture"]))
}
