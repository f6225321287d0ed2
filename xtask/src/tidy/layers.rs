//! Forbidden arrows between crates. The table is the architecture: a crate without a row in it is a finding too.

use std::collections::{BTreeMap, BTreeSet, VecDeque};

use crate::workspace::{Crate, Workspace};

use super::finding::Finding;
use super::manifests::line_of_dependency;
use super::tree::Tree;

const RULE: &str = "layers";

/// What a crate may know.
struct Layer {
    name: &'static str,
    /// The only crates of ours that it may name.
    ours: &'static [&'static str],
    /// Packages that it may not be built from, not even through others. A `*` at the end stands for any ending.
    never: &'static [&'static [&'static str]],
    /// Packages that it may not name itself.
    not_named: &'static [&'static [&'static str]],
}

const SQLITE: &[&str] = &["rusqlite", "libsqlite3-sys"];
const POSTGRES: &[&str] = &["tokio-postgres*", "postgres*", "deadpool*"];
const DRIVERS: &[&str] =
    &["rusqlite", "libsqlite3-sys", "tokio-postgres*", "postgres*", "deadpool*", "refinery*", "sqlx*", "diesel*"];
const RUNTIMES: &[&str] = &["tokio", "async-std", "smol"];
/// Time, chance and talk come to the domain as values, or not at all.
const OUTSIDE_WORLD: &[&str] =
    &["futures*", "async-*", "tracing*", "log", "uuid", "jiff*", "chrono*", "time", "rand", "rand_*", "getrandom"];

const LAYERS: &[Layer] = &[
    Layer { name: "nailsage-domain", ours: &[], never: &[DRIVERS, RUNTIMES, OUTSIDE_WORLD], not_named: &[] },
    Layer { name: "nailsage-store", ours: &["nailsage-domain"], never: &[DRIVERS, RUNTIMES], not_named: &[] },
    Layer {
        name: "nailsage-store-sqlite",
        ours: &["nailsage-domain", "nailsage-store"],
        never: &[],
        not_named: &[POSTGRES],
    },
    Layer {
        name: "nailsage-store-postgres",
        ours: &["nailsage-domain", "nailsage-store"],
        never: &[],
        not_named: &[SQLITE],
    },
    Layer {
        name: "nailsage",
        ours: &["nailsage-domain", "nailsage-store", "nailsage-store-sqlite", "nailsage-store-postgres"],
        never: &[],
        not_named: &[DRIVERS],
    },
    Layer { name: "nailsage-cli", ours: &["nailsage"], never: &[], not_named: &[DRIVERS] },
    Layer { name: "nailsage-server", ours: &["nailsage"], never: &[], not_named: &[DRIVERS] },
    Layer { name: "xtask", ours: &[], never: &[], not_named: &[] },
];

/// Finds the arrows that the table does not allow.
pub(crate) fn check(workspace: &Workspace, tree: &Tree) -> Vec<Finding> {
    let members = workspace.crates.iter();
    members.flat_map(|member| check_member(member, workspace, tree)).collect()
}

fn check_member(member: &Crate, workspace: &Workspace, tree: &Tree) -> Vec<Finding> {
    // Test crates may know everything; that nothing which is published needs them follows from the other rows.
    if is_test_crate(member) {
        return Vec::new();
    }
    let manifest = tree.text(&member.manifest());
    let Some(layer) = LAYERS.iter().find(|layer| layer.name == member.name) else {
        let to_do = format!("give `{}` a row in the table of layers", member.name);
        return vec![Finding::new(RULE, member.manifest(), 1, to_do)];
    };
    let mut findings = Vec::new();
    let mut named = BTreeSet::new();
    for dependency in &member.dependencies {
        let to_do = match workspace.member(&dependency.name) {
            Some(ours) => {
                let is_allowed = layer.ours.contains(&ours.name.as_str()) || dependency.is_dev && is_test_crate(ours);
                let only = layer.ours.join(", ");
                let only = if only.is_empty() { "none of them" } else { &only };
                (!is_allowed).then(|| format!("of ours it may depend on: {only}"))
            }
            None if dependency.is_dev => None,
            None => {
                let mut lists = layer.not_named.iter().chain(layer.never);
                let is_forbidden = lists.any(|list| is_in(list, &dependency.name));
                is_forbidden.then(|| "its layer may not know this package".to_owned())
            }
        };
        if let Some(to_do) = to_do {
            let key = dependency.rename.as_ref().unwrap_or(&dependency.name);
            let line = line_of_dependency(&manifest, key);
            let to_do = format!("`{}` -> `{}`: {to_do}", member.name, dependency.name);
            findings.push(Finding::new(RULE, member.manifest(), line, to_do));
            named.insert(dependency.name.as_str());
        }
    }
    for path in forbidden_paths(member, layer, workspace) {
        // What it names itself was found above, with its line.
        if !named.contains(path[1]) {
            let line = line_of_dependency(&manifest, path[1]);
            let to_do = format!("it is built from what its layer may not know: {}", path.join(" -> "));
            findings.push(Finding::new(RULE, member.manifest(), line, to_do));
        }
    }
    findings
}

/// The shortest way to each package that the member may not be built from, the member first.
fn forbidden_paths<'a>(member: &'a Crate, layer: &Layer, workspace: &'a Workspace) -> Vec<Vec<&'a str>> {
    let mut reached_from = BTreeMap::from([(member.name.as_str(), None)]);
    let mut queue = VecDeque::from([member.name.as_str()]);
    let mut paths = Vec::new();
    while let Some(name) = queue.pop_front() {
        if layer.never.iter().any(|list| is_in(list, name)) {
            let mut path: Vec<_> =
                std::iter::successors(Some(name), |step| reached_from.get(step).copied().flatten()).collect();
            path.reverse();
            paths.push(path);
            // What it brings along is its matter.
            continue;
        }
        for next in workspace.built_from.get(name).into_iter().flatten() {
            if !reached_from.contains_key(next.as_str()) {
                reached_from.insert(next, Some(name));
                queue.push_back(next);
            }
        }
    }
    paths
}

fn is_test_crate(member: &Crate) -> bool {
    member.folder.starts_with("tests/")
}

fn is_in(list: &[&str], name: &str) -> bool {
    list.iter().any(|entry| match entry.strip_suffix('*') {
        Some(start) => name.starts_with(start),
        None => name == *entry,
    })
}
