//! Packages every publishable crate and builds what was packaged, so that a file which is missing in a package,
//! a migration above all, is found before a release.
//!
//! `cargo package` can build the packages itself, but it keeps the unpacked ones of crates that depend on each other
//! by name and version: a second run, after a change, would build against the first run's sources. So the archives
//! are unpacked here into a workspace of their own.

use std::env;
use std::fmt::Write as _;
use std::fs;
use std::path::Path;
use std::process::Command;

use anyhow::{Context as _, Result, ensure};

use crate::cargo::{cargo, run as run_command};
use crate::workspace::{Crate, Workspace};

/// Packages and builds.
pub(crate) fn run(workspace: &Workspace) -> Result<()> {
    let members = workspace.crates.iter();
    let publishable: Vec<_> = members.filter(|member| member.is_publishable).collect();
    ensure!(!publishable.is_empty(), "no crate is publishable");

    let mut command = cargo(&workspace.root);
    command.args(["package", "--no-verify"]);
    // While working, the tree is dirty; where the CI runs, whatever is not committed would not be published.
    if env::var_os("CI").is_none() {
        command.arg("--allow-dirty");
    }
    for member in &publishable {
        command.args(["--package", &member.name]);
    }
    run_command(&mut command)?;

    let folder = workspace.target_folder.join("packaged");
    unpack(workspace, &publishable, &folder)?;
    run_command(cargo(&folder).args(["check", "--workspace", "--target-dir"]).arg(folder.join("target")))
}

fn unpack(workspace: &Workspace, members: &[&Crate], folder: &Path) -> Result<()> {
    fs::create_dir_all(folder)?;
    for member in members {
        let name = format!("{}-{}", member.name, member.version);
        let unpacked = folder.join(&name);
        if unpacked.exists() {
            // Files of the run before, which this one may not have any more.
            fs::remove_dir_all(&unpacked).with_context(|| format!("cannot remove {}", unpacked.display()))?;
        }
        let archive = workspace.target_folder.join("package").join(format!("{name}.crate"));
        let mut tar = Command::new("tar");
        // -m: the times in the archive are one constant, from which cargo would conclude that nothing changed.
        tar.arg("-xzmf").arg(archive).current_dir(folder);
        run_command(&mut tar)?;
    }
    fs::write(folder.join("Cargo.toml"), manifest(members))?;
    // The same versions as in the workspace, so that nothing new is fetched.
    fs::copy(workspace.root.join("Cargo.lock"), folder.join("Cargo.lock"))?;
    Ok(())
}

/// A workspace in which the packages find each other, as they will once they are published.
fn manifest(members: &[&Crate]) -> String {
    let mut folders = String::new();
    let mut patches = String::new();
    for Crate { name, version, .. } in members {
        write!(folders, "\"{name}-{version}\", ").expect("a String takes all");
        writeln!(patches, "{name} = {{ path = \"{name}-{version}\" }}").expect("a String takes all");
    }
    format!("[workspace]\nresolver = \"3\"\nmembers = [{folders}]\n\n[patch.crates-io]\n{patches}")
}
