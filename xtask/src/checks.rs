//! The checks that are one call of cargo each.

use std::env;

use anyhow::{Context as _, Result};

use crate::cargo::{cargo, cargo_of_toolchain, run};
use crate::workspace::Workspace;

/// The crate that downstream programs use, and whose feature sets are therefore all checked.
const FACADE: &str = "nailsage";

/// Formatting.
pub(crate) fn fmt(workspace: &Workspace) -> Result<()> {
    run(cargo(&workspace.root).args(["fmt", "--all", "--check"]))
}

/// Lints of every target, tests included.
pub(crate) fn clippy(workspace: &Workspace) -> Result<()> {
    let arguments = ["clippy", "--workspace", "--all-targets", "--", "-Dwarnings"];
    run(cargo(&workspace.root).args(arguments))
}

/// The documentation, whose broken links are warnings and so errors.
pub(crate) fn docs(workspace: &Workspace) -> Result<()> {
    let mut command = cargo(&workspace.root);
    command.args(["doc", "--workspace", "--no-deps"]);
    run(command.env("RUSTDOCFLAGS", with_denied_warnings("RUSTDOCFLAGS")))
}

/// The facade with each of its feature sets, its library's own tests included. They are run by themselves: together with
/// other crates, these would switch features back on.
pub(crate) fn features(workspace: &Workspace) -> Result<()> {
    let facade = workspace.member(FACADE);
    let facade = facade.with_context(|| format!("there is no crate `{FACADE}`"))?;
    for set in feature_sets(&facade.features) {
        let of_library = |tool| {
            let mut command = cargo(&workspace.root);
            command.args([tool, "--package", FACADE, "--lib"]).args(&set);
            command
        };
        run(of_library("clippy").args(["--", "-Dwarnings"]))?;
        run(&mut of_library("test"))?;
    }
    Ok(())
}

/// Everything, built with the oldest supported toolchain.
pub(crate) fn msrv(workspace: &Workspace) -> Result<()> {
    let facade = workspace.member(FACADE);
    let version = facade
        .and_then(|facade| facade.rust_version.as_deref())
        .with_context(|| format!("`{FACADE}` names no rust-version"))?;
    let mut command = cargo_of_toolchain(version, &workspace.root);
    command.args(["check", "--workspace", "--all-targets"]);
    run(&mut command).with_context(|| format!("if it is missing: rustup toolchain install {version}"))
}

/// The arguments for none, each one alone, the default and all of these features.
fn feature_sets(features: &[String]) -> Vec<Vec<&str>> {
    let mut sets = vec![vec!["--no-default-features"]];
    for feature in features.iter().filter(|feature| *feature != "default") {
        sets.push(vec!["--no-default-features", "--features", feature]);
    }
    sets.push(vec![]);
    sets.push(vec!["--all-features"]);
    sets
}

fn with_denied_warnings(variable: &str) -> String {
    let given = env::var(variable).unwrap_or_default();
    format!("{given} -Dwarnings").trim().to_owned()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_feature_is_checked_alone_and_default_is_not_one_of_them() {
        let features = ["default", "memory", "sqlite"].map(str::to_owned);
        let sets: Vec<_> = feature_sets(&features).iter().map(|set| set.join(" ")).collect();
        let expected = [
            "--no-default-features",
            "--no-default-features --features memory",
            "--no-default-features --features sqlite",
            "",
            "--all-features",
        ];
        assert_eq!(sets, expected);
    }
}
