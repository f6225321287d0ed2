//! The dependencies: known defects, licences, sources. Not part of `cargo xtask ci`: what it finds changes without a change of ours.

use std::process::Stdio;

use anyhow::{Result, bail};

use crate::cargo::{cargo, run};
use crate::workspace::Workspace;

/// Runs cargo-deny, which reads `deny.toml`.
pub(crate) fn run_deny(workspace: &Workspace) -> Result<()> {
    let mut version = cargo(&workspace.root);
    version.args(["deny", "--version"]).stdout(Stdio::null()).stderr(Stdio::null());
    // Asked first: that a subcommand is missing and that it found something look alike from outside.
    if !version.status().is_ok_and(|status| status.success()) {
        bail!("cargo-deny is missing: cargo install --locked cargo-deny");
    }
    run(cargo(&workspace.root).args(["deny", "--all-features", "check"]))
}
