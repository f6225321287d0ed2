//! One version of everything: dependencies, lints and package facts come from the workspace, and what can be
//! published carries what a registry wants.

use std::collections::BTreeMap;

use toml_edit::{Document, Item, TableLike};

use crate::workspace::{Crate, Workspace};

use super::finding::Finding;
use super::tree::Tree;

const RULE: &str = "manifests";

const DEPENDENCY_TABLES: [&str; 3] = ["dependencies", "dev-dependencies", "build-dependencies"];

/// Finds the manifests that say for themselves what the workspace says.
pub(crate) fn check(workspace: &Workspace, tree: &Tree) -> Vec<Finding> {
    let mut findings = Vec::new();
    for member in &workspace.crates {
        let text = tree.text(&member.manifest());
        let mut found = Vec::new();
        check_publishable(member, &text, &mut found);
        match Document::parse(text.as_str()) {
            Ok(document) => check_inheritance(&document, &text, &mut found),
            Err(error) => found.push((1, error.message().to_owned())),
        }
        let found = found.into_iter();
        findings.extend(found.map(|(line, to_do)| Finding::new(RULE, member.manifest(), line, to_do)));
    }
    findings
}

fn check_publishable(member: &Crate, text: &str, found: &mut Vec<(usize, String)>) {
    if !member.is_publishable {
        return;
    }
    let facts =
        [("description", &member.description), ("license", &member.license), ("repository", &member.repository)];
    let line = line_where(text, |line| line.trim() == "[package]");
    for (fact, value) in facts {
        if value.as_ref().is_none_or(|value| value.trim().is_empty()) {
            found.push((line, format!("give the package a {fact}, or `publish = false`")));
        }
    }
}

fn check_inheritance(document: &Document<&str>, text: &str, found: &mut Vec<(usize, String)>) {
    let root = document.as_table();
    for fact in ["version", "edition", "rust-version", "license"] {
        let package = root.get("package");
        let item = package.and_then(|package| package.get(fact));
        if !item.is_some_and(is_inherited) {
            let line = line_where(text, |line| line.starts_with(fact));
            found.push((line, format!("write `{fact}.workspace = true`")));
        }
    }
    if !root.get("lints").is_some_and(is_inherited) {
        let line = line_where(text, |line| line.starts_with("[lints"));
        found.push((line, "write `[lints]` with `workspace = true`".to_owned()));
    }
    let targets = root.get("target").and_then(Item::as_table_like);
    let targets = targets.into_iter().flat_map(TableLike::iter);
    let targets = targets.filter_map(|(_, target)| target.as_table_like());
    let root: &dyn TableLike = root;
    for parent in std::iter::once(root).chain(targets) {
        for table in DEPENDENCY_TABLES {
            let dependencies = parent.get(table).and_then(Item::as_table_like);
            for (name, item) in dependencies.into_iter().flat_map(TableLike::iter) {
                if !is_inherited(item) {
                    let to_do = format!("write `{name}.workspace = true`, with the version in the root manifest");
                    found.push((line_of_dependency(text, name), to_do));
                }
            }
        }
    }
}

fn is_inherited(item: &Item) -> bool {
    item.get("workspace").and_then(Item::as_bool) == Some(true)
}

/// The line of a manifest where that dependency stands; 1 if it is not found.
pub(super) fn line_of_dependency(text: &str, name: &str) -> usize {
    let mut lines = BTreeMap::new();
    let mut is_in_dependencies = false;
    for (index, line) in text.lines().enumerate() {
        let line = line.trim();
        if let Some(header) = line.strip_prefix('[') {
            let header = header.trim_end_matches(']');
            is_in_dependencies = header.ends_with("dependencies");
            // A dependency with a table of its own.
            if let Some((table, key)) = header.rsplit_once('.')
                && table.ends_with("dependencies")
            {
                lines.entry(key).or_insert(index + 1);
            }
        } else if is_in_dependencies {
            let key = line.split(['=', '.']).next().unwrap_or_default();
            lines.entry(key.trim().trim_matches('"')).or_insert(index + 1);
        }
    }
    lines.get(name).copied().unwrap_or(1)
}

fn line_where(text: &str, is_wanted: impl Fn(&str) -> bool) -> usize {
    text.lines().position(is_wanted).map_or(1, |index| index + 1)
}
