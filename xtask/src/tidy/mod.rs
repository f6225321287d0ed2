//! `cargo xtask tidy`: the house rules that no compiler checks. It reads, never writes, and shows all findings at once.
//!
//! A rule is a file here with a function from the tree or the workspace to findings, and tests that show it finding
//! something in a small broken tree.

mod code_text;
mod domain_purity;
mod file_head;
mod finding;
mod layers;
mod manifests;
mod migration_events;
mod migrations;
mod promises;
mod schemas;
#[cfg(test)]
mod tests;
mod tree;
mod unfinished;

use anyhow::{Result, bail};

use crate::workspace::Workspace;

pub(crate) use self::schemas::page as schema_page;
pub(crate) use self::tree::Tree;

use self::finding::Finding;

/// Checks the tree and prints what it finds.
pub(crate) fn run(workspace: &Workspace) -> Result<()> {
    let tree = Tree::walk(&workspace.root)?;
    let findings = check(workspace, &tree);
    for finding in &findings {
        println!("{finding}");
    }
    if !findings.is_empty() {
        bail!("{} findings", findings.len());
    }
    println!("{} files, nothing found", tree.files().len());
    Ok(())
}

/// What every rule finds, in the order of the files.
fn check(workspace: &Workspace, tree: &Tree) -> Vec<Finding> {
    let mut findings = [
        layers::check(workspace, tree),
        manifests::check(workspace, tree),
        domain_purity::check(tree),
        file_head::check(tree),
        unfinished::check(tree),
        migrations::check(tree),
        migration_events::check(tree),
        schemas::check(tree),
        schemas::page::check(tree),
        promises::check(tree),
    ]
    .concat();
    findings.sort();
    findings
}
