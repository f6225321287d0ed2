//! Every check in one run: each is run even when one before it failed, so that one run tells everything.

use std::time::Instant;

use anyhow::{Result, bail};

use crate::workspace::Workspace;
use crate::{checks, oracle, package, tidy};

type Check = fn(&Workspace) -> Result<()>;

/// The quick ones first.
const CHECKS: [(&str, Check); 7] = [
    ("tidy", tidy::run),
    ("fmt", checks::fmt),
    ("clippy", checks::clippy),
    ("docs", checks::docs),
    ("features", checks::features),
    ("oracle", |workspace| oracle::run_oracle(workspace, false)),
    ("package", package::run),
];

/// Runs the checks and sums them up.
pub(crate) fn run(workspace: &Workspace) -> Result<()> {
    let mut lines = Vec::new();
    let mut failed = Vec::new();
    for (name, check) in CHECKS {
        println!("\n== {name}");
        let start = Instant::now();
        let result = check(workspace);
        let seconds = start.elapsed().as_secs_f64();
        match result {
            Ok(()) => lines.push(format!("{name:<9} ok      {seconds:>6.1} s")),
            Err(error) => {
                eprintln!("error: {error:#}");
                lines.push(format!("{name:<9} FAILED  {seconds:>6.1} s"));
                failed.push(name);
            }
        }
    }
    println!("\n== checks\n{}", lines.join("\n"));
    if !failed.is_empty() {
        bail!("failed: {} (alone: cargo xtask {})", failed.join(", "), failed[0]);
    }
    Ok(())
}
