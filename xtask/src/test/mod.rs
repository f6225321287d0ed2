//! `cargo xtask test`: every test of the workspace, then the table of conformance cases by backend, then the
//! closing line `N passed, N failed` over everything, which is always the last line.

mod backends;
mod report;
mod section;
mod table;
#[cfg(test)]
mod tests;

use std::fmt;
use std::io::{self, Read as _, Write as _};
use std::process::ExitStatus;

use anyhow::{Context as _, Result};

use crate::cargo::{cargo, shown};
use crate::workspace::Workspace;

use self::backends::Backends;
use self::report::Report;

/// The package and the test target that hold the conformance suite.
const SUITE: (&str, &str) = ("nailsage-conformance", "conformance");

/// The run was red, and has said so.
#[derive(Debug)]
pub(crate) struct Red;

impl fmt::Display for Red {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        formatter.write_str("the test run is red")
    }
}

impl std::error::Error for Red {}

/// Runs the tests and sums them up; the error is [`Red`] unless they could not be started.
pub(crate) fn run(workspace: &Workspace, is_without_postgres: bool) -> Result<()> {
    let backends = Backends::of(workspace, is_without_postgres);
    let mut report = Report::new(backends.names.clone(), backends.note());
    let status = run_cargo(workspace, &backends, &mut report)?;
    let summary = report.summary(status.success());
    let mut out = io::stdout().lock();
    out.write_all(summary.text.as_bytes())?;
    out.flush()?;
    if summary.failed > 0 { Err(Red.into()) } else { Ok(()) }
}

/// Runs `cargo test`, showing its output as it comes.
fn run_cargo(workspace: &Workspace, backends: &Backends, report: &mut Report) -> Result<ExitStatus> {
    // Cargo says on its error output which binary runs and the binaries speak on the other: one pipe for both keeps
    // the order in which they spoke.
    let (mut reader, writer) = io::pipe().context("no pipe for the tests' output")?;
    let mut command = cargo(&workspace.root);
    // Not stopping at the first binary that fails: one run tells everything.
    command.args(["test", "--workspace", "--no-fail-fast"]).args(backends.arguments());
    match backends.variable() {
        (name, Some(value)) => command.env(name, value),
        (name, None) => command.env_remove(name),
    };
    command.stdout(writer.try_clone()?).stderr(writer);
    let line = shown(&command);
    println!("$ {line}");
    let mut child = command.spawn().with_context(|| format!("cannot start `{line}`"))?;
    // It holds the writing ends, without which the pipe would never end.
    drop(command);

    let mut out = io::stdout().lock();
    let mut buffer = [0; 8192];
    loop {
        let length = match reader.read(&mut buffer) {
            Ok(0) => break,
            Ok(length) => length,
            Err(error) if error.kind() == io::ErrorKind::Interrupted => continue,
            Err(error) => return Err(error).context("cannot read the tests' output"),
        };
        out.write_all(&buffer[..length])?;
        out.flush()?;
        report.feed(&buffer[..length]);
    }
    child.wait().context("lost sight of the tests")
}
