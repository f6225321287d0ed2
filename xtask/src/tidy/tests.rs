//! Each rule finds something in a tree that breaks it, and nothing in one that does not.

use std::collections::{BTreeMap, BTreeSet};
use std::fs;
use std::path::Path;

use tempfile::TempDir;

use crate::workspace::{Crate, Dependency, Workspace};

use super::finding::Finding;
use super::tree::Tree;
use super::{domain_purity, file_head, layers, manifests, migrations, unfinished};

/// A tree of made-up files.
pub(super) fn tree(files: &[(&str, &str)]) -> (TempDir, Tree) {
    let folder = TempDir::new().expect("a temporary folder");
    for (path, text) in files {
        write(folder.path(), path, text);
    }
    let tree = Tree::walk(folder.path()).expect("a readable tree");
    (folder, tree)
}

fn write(root: &Path, path: &str, text: &str) {
    let path = root.join(path);
    fs::create_dir_all(path.parent().expect("a folder")).expect("a new folder");
    fs::write(path, text).expect("a new file");
}

/// `path:line` of each finding.
fn places(findings: &[Finding]) -> Vec<String> {
    let places = findings.iter().map(|finding| format!("{}:{}", finding.path, finding.line));
    places.collect()
}

fn member(name: &str, folder: &str, dependencies: &[&str]) -> Crate {
    let dependencies = dependencies.iter().map(|name| Dependency { name: (*name).to_owned(), ..Dependency::default() });
    Crate { name: name.to_owned(), folder: folder.to_owned(), dependencies: dependencies.collect(), ..Crate::default() }
}

fn workspace(crates: Vec<Crate>) -> Workspace {
    Workspace { crates, ..Workspace::default() }
}

/// What the layers rule finds in a workspace of domain, store, both backends and the given crate.
fn arrows_of(krate: Crate) -> Vec<Finding> {
    let others = [
        member("nailsage-domain", "crates/domain", &[]),
        member("nailsage-store", "crates/store", &["nailsage-domain"]),
        member("nailsage-store-sqlite", "crates/store-sqlite", &["nailsage-store", "rusqlite"]),
        member("nailsage-store-postgres", "crates/store-postgres", &["nailsage-store", "tokio-postgres"]),
        member("nailsage-model", "tests/model", &["nailsage-domain", "nailsage-store-sqlite", "tokio"]),
    ];
    let mut crates: Vec<_> = others.into_iter().filter(|other| other.name != krate.name).collect();
    crates.push(krate);
    let (_folder, tree) = tree(&[]);
    layers::check(&workspace(crates), &tree)
}

#[test]
fn layers_as_they_are_drawn_are_allowed() {
    let facade = ["nailsage-domain", "nailsage-store", "nailsage-store-sqlite", "nailsage-store-postgres"];
    for allowed in [
        member("nailsage", "crates/nailsage", &facade),
        member("nailsage-cli", "crates/nailsage-cli", &["nailsage", "clap", "tokio"]),
        member("xtask", "xtask", &["clap"]),
    ] {
        assert_eq!(arrows_of(allowed), []);
    }
}

#[test]
fn every_forbidden_arrow_is_found() {
    let forbidden = [
        ("nailsage-domain", "crates/domain", "nailsage-store"),
        ("nailsage-domain", "crates/domain", "tokio"),
        ("nailsage-domain", "crates/domain", "rusqlite"),
        ("nailsage-domain", "crates/domain", "tokio-postgres"),
        ("nailsage-domain", "crates/domain", "futures-util"),
        ("nailsage-domain", "crates/domain", "tracing"),
        ("nailsage-domain", "crates/domain", "uuid"),
        ("nailsage-domain", "crates/domain", "chrono"),
        ("nailsage-store", "crates/store", "nailsage-store-sqlite"),
        ("nailsage-store", "crates/store", "rusqlite"),
        ("nailsage-store", "crates/store", "refinery"),
        ("nailsage-store", "crates/store", "deadpool-postgres"),
        ("nailsage-store", "crates/store", "tokio"),
        ("nailsage-store", "crates/store", "smol"),
        ("nailsage-store-sqlite", "crates/store-sqlite", "nailsage-store-postgres"),
        ("nailsage-store-postgres", "crates/store-postgres", "nailsage-store-sqlite"),
        ("nailsage-store-postgres", "crates/store-postgres", "rusqlite"),
        ("nailsage", "crates/nailsage", "nailsage-model"),
        ("nailsage", "crates/nailsage", "rusqlite"),
        ("nailsage-cli", "crates/nailsage-cli", "nailsage-domain"),
        ("nailsage-cli", "crates/nailsage-cli", "nailsage-store-sqlite"),
        ("nailsage-cli", "crates/nailsage-cli", "rusqlite"),
        ("nailsage-server", "crates/nailsage-server", "nailsage-store"),
        ("xtask", "xtask", "nailsage-domain"),
    ];
    for (name, folder, dependency) in forbidden {
        let findings = arrows_of(member(name, folder, &[dependency]));
        assert_eq!(findings.len(), 1, "{name} -> {dependency}: {findings:?}");
        assert!(findings[0].to_do.contains(dependency), "{findings:?}");
    }
}

#[test]
fn tests_may_use_what_the_crate_may_not_but_no_crate_above_it() {
    let with_dev = |dependency: &str| {
        let mut krate = member("nailsage-store", "crates/store", &[dependency]);
        krate.dependencies[0].is_dev = true;
        arrows_of(krate).len()
    };
    assert_eq!(with_dev("tokio"), 0);
    assert_eq!(with_dev("nailsage-model"), 0);
    assert_eq!(with_dev("nailsage-store-sqlite"), 1);
}

#[test]
fn a_forbidden_package_behind_others_is_found_with_the_way_to_it() {
    let mut workspace = workspace(vec![member("nailsage-store", "crates/store", &["helper"])]);
    let edges = [("nailsage-store", "helper"), ("helper", "deeper"), ("deeper", "tokio")];
    let edges = edges.map(|(from, to)| (from.to_owned(), BTreeSet::from([to.to_owned()])));
    workspace.built_from = BTreeMap::from(edges);
    let manifest = "[package]\n[dependencies]\nhelper.workspace = true\n";
    let (_folder, tree) = tree(&[("crates/store/Cargo.toml", manifest)]);
    let findings = layers::check(&workspace, &tree);
    assert_eq!(places(&findings), ["crates/store/Cargo.toml:3"]);
    assert!(findings[0].to_do.contains("nailsage-store -> helper -> deeper -> tokio"));
}

#[test]
fn a_crate_without_a_layer_is_found() {
    assert_eq!(arrows_of(member("nailsage-new", "crates/new", &[])).len(), 1);
}

#[test]
fn arrows_are_read_from_cargo_itself() {
    let package = |name: &str, more: &str| {
        format!("[package]\nname = \"{name}\"\nversion = \"0.1.0\"\nedition = \"2024\"\n{more}")
    };
    let domain = package("nailsage-domain", "[dependencies]\nruntime = { package = \"tokio\", path = \"../tokio\" }\n");
    let (folder, tree) = tree(&[
        ("Cargo.toml", "[workspace]\nresolver = \"3\"\nmembers = [\"crates/domain\"]\nexclude = [\"crates/tokio\"]\n"),
        ("crates/domain/Cargo.toml", &domain),
        ("crates/domain/src/lib.rs", ""),
        ("crates/tokio/Cargo.toml", &package("tokio", "")),
        ("crates/tokio/src/lib.rs", ""),
    ]);
    let workspace = Workspace::load_from(folder.path()).expect("metadata");
    assert!(workspace.built_from["nailsage-domain"].contains("tokio"));
    assert_eq!(places(&layers::check(&workspace, &tree)), ["crates/domain/Cargo.toml:6"]);
}

#[test]
fn manifests_that_say_things_themselves_are_found() {
    let broken = "[package]
name = \"a\"
version = \"0.1.0\"
edition.workspace = true
rust-version.workspace = true
license.workspace = true

[dependencies]
good.workspace = true
also-good = { workspace = true, features = [\"x\"] }
bad = \"1\"

[dev-dependencies.worse]
version = \"2\"

[target.'cfg(unix)'.dependencies]
bad-too = { version = \"3\" }
";
    let (_folder, tree) = tree(&[("crates/a/Cargo.toml", broken)]);
    let mut krate = member("a", "crates/a", &[]);
    let workspace = |krate: &Crate| workspace(vec![krate.clone()]);
    let lines = |krate: &Crate| -> BTreeSet<usize> {
        let findings = manifests::check(&workspace(krate), &tree);
        findings.iter().map(|finding| finding.line).collect()
    };
    // The lints have no line of their own.
    assert_eq!(lines(&krate), BTreeSet::from([1, 3, 11, 13, 17]));
    let before = manifests::check(&workspace(&krate), &tree).len();
    krate.is_publishable = true;
    let after = manifests::check(&workspace(&krate), &tree).len();
    assert_eq!(after - before, 3, "description, license and repository");
}

#[test]
fn a_domain_that_reaches_out_is_found() {
    let source = "//! Head.
use std::collections::{BTreeMap, HashMap};
use std::{env, fmt, time::{Duration, Instant}};
// std::fs is only talked about.
const TEXT: &str = \"std::fs\";
fn f() { std::fs::read(TEXT); std::time::SystemTime::now(); std::net::lookup(); }
#[cfg(test)]
mod tests { use std::fs; }
";
    let files = [
        ("crates/domain/src/a.rs", source),
        ("crates/domain/src/tests.rs", "use std::fs;"),
        ("crates/domain/tests/a.rs", "use std::fs;"),
        ("crates/store/src/a.rs", source),
    ];
    let (_folder, tree) = tree(&files);
    let path = "crates/domain/src/a.rs";
    let expected = [3, 3, 6, 6, 6].map(|line| format!("{path}:{line}"));
    assert_eq!(places(&domain_purity::check(&tree)), expected);
}

#[test]
fn files_without_a_head_and_long_files_are_found() {
    let long = |second: &str| format!("//! Head.\n{second}\n{}", "\n".repeat(399));
    let files = [
        ("a/good.rs", "//! Head.\n"),
        ("a/good_second.rs", "#![no_std]\n//! Head.\n"),
        ("a/headless.rs", "use std::fmt;\n\n//! Too late.\n"),
        ("a/empty_head.rs", "//!\n"),
        ("a/long.rs", &long("")),
        ("a/long_with_empty_reason.rs", &long("// long:")),
        ("a/long_with_reason.rs", &long("// long: a table")),
        ("a/long_enough.rs", &long("")[..10 + 399]),
        ("target/kept.rs", "//! Head.\n"),
        ("elsewhere/CACHEDIR.TAG", ""),
        ("elsewhere/built.rs", "built\n"),
    ];
    let (_folder, tree) = tree(&files);
    let expected = ["a/empty_head.rs:1", "a/headless.rs:1", "a/long.rs:401", "a/long_with_empty_reason.rs:401"];
    assert_eq!(places(&file_head::check(&tree)), expected);
}

#[test]
fn what_would_be_skipped_is_found() {
    let source = "//! Head.\n//! ```ignore
#[test]
#[ignore]
fn a() { todo!() }
#[ignore = \"later\"]
#[cfg_attr(windows, ignore)]
fn b() { unimplemented!(\"later\") }
// #[ignore] todo!()
fn ignore() -> &'static str { \"#[ignore]\" }
";
    let (_folder, tree) = tree(&[("a.rs", source)]);
    let lines: BTreeSet<_> = unfinished::check(&tree).iter().map(|finding| finding.line).collect();
    assert_eq!(lines, BTreeSet::from([2, 4, 5, 6, 7, 8]));
}

#[test]
fn migrations_in_order_and_the_same_everywhere_are_allowed() {
    let (_folder, tree) = tree(&[
        ("schema/sqlite/V001__book.sql", "one\n"),
        ("schema/sqlite/V002__more.sql", "two\n"),
        ("schema/postgres/V001__book.sql", "eins\n"),
        ("schema/postgres/V002__more.sql", "zwei\n"),
        ("crates/store-sqlite/migrations/V001__book.sql", "one\n"),
        ("crates/store-sqlite/migrations/V002__more.sql", "two\n"),
        ("crates/store-postgres/migrations/V001__book.sql", "eins\n"),
        ("crates/store-postgres/migrations/V002__more.sql", "zwei\n"),
    ]);
    assert_eq!(migrations::check(&tree), []);
}

#[test]
fn migrations_out_of_order_are_found() {
    let (_folder, tree) = tree(&[
        ("schema/sqlite/V002__book.sql", ""),
        ("schema/sqlite/V004__more.sql", ""),
        ("schema/sqlite/V004__same.sql", ""),
        ("schema/sqlite/V5__short.sql", ""),
        ("schema/sqlite/notes.txt", ""),
    ]);
    let found = places(&migrations::check(&tree));
    for name in ["V002__book.sql", "V004__more.sql", "V004__same.sql", "V5__short.sql", "notes.txt"] {
        assert!(found.contains(&format!("schema/sqlite/{name}:1")), "{name}: {found:?}");
    }
}

#[test]
fn migrations_that_an_engine_lacks_are_found() {
    let (_folder, tree) = tree(&[
        ("schema/sqlite/V001__book.sql", ""),
        ("schema/postgres/V001__ledger.sql", ""),
        ("crates/store-sqlite/migrations/V001__book.sql", ""),
        ("crates/store-postgres/migrations/V001__ledger.sql", ""),
    ]);
    assert_eq!(places(&migrations::check(&tree)), ["schema/postgres:1", "schema/sqlite:1"]);
}

#[test]
fn backends_with_other_migrations_are_found() {
    let (_folder, tree) = tree(&[
        ("schema/sqlite/V001__book.sql", "one\n"),
        ("schema/sqlite/V002__more.sql", "two\n"),
        ("crates/store-sqlite/migrations/V001__book.sql", "one \n"),
        ("crates/store-sqlite/migrations/V003__own.sql", "three\n"),
        ("crates/store-postgres/src/lib.rs", ""),
    ]);
    let expected = [
        "crates/store-sqlite/migrations/V001__book.sql:1",
        "crates/store-sqlite/migrations/V003__own.sql:1",
        "crates/store-sqlite/migrations:1",
        "crates/store-postgres:1",
    ];
    assert_eq!(places(&migrations::check(&tree)), expected);
}

#[test]
fn a_backend_without_migrations_and_a_tree_without_a_schema_are_found() {
    let (_folder, without_copy) = tree(&[("schema/sqlite/V001__book.sql", "")]);
    assert_eq!(places(&migrations::check(&without_copy)), ["crates/store-sqlite/migrations:1"]);
    let (_folder, without_schema) = tree(&[("README.md", "")]);
    assert_eq!(places(&migrations::check(&without_schema)), ["schema:1"]);
}

#[cfg(unix)]
#[test]
fn a_link_to_the_schema_is_as_good_as_a_copy() {
    let (folder, _) = tree(&[("schema/sqlite/V001__book.sql", "one\n"), ("crates/store-sqlite/src/lib.rs", "")]);
    let link = folder.path().join("crates/store-sqlite/migrations");
    std::os::unix::fs::symlink("../../schema/sqlite", link).expect("a link");
    let tree = Tree::walk(folder.path()).expect("a readable tree");
    assert_eq!(migrations::check(&tree), []);
}

#[test]
fn sql_with_other_line_ends_or_a_byte_order_mark_is_found() {
    let (_folder, tree) = tree(&[
        ("schema/sqlite/V001__book.sql", "one\ntwo\r\n"),
        ("crates/store-sqlite/migrations/V001__book.sql", "one\ntwo\r\n"),
        ("docs/examples.sql", "\u{feff}one\n"),
    ]);
    let expected =
        ["crates/store-sqlite/migrations/V001__book.sql:2", "docs/examples.sql:1", "schema/sqlite/V001__book.sql:2"];
    assert_eq!(places(&migrations::check(&tree)), expected);
}

#[test]
fn a_finding_reads_as_a_place_a_rule_and_what_to_do() {
    let finding = Finding::new("rule", "a/b.rs", 7, "do it");
    assert_eq!(finding.to_string(), "a/b.rs:7: rule: do it");
}

#[test]
fn every_rule_takes_part_in_the_run() {
    let (folder, tree) = tree(&[
        ("Cargo.toml", "[workspace]\nresolver = \"3\"\nmembers = [\"crates/new\"]\n"),
        ("crates/new/Cargo.toml", "[package]\nname = \"new\"\n"),
        ("crates/new/src/lib.rs", "#[ignore]\n"),
        ("crates/domain/src/a.rs", "//! Head.\nuse std::fs;\n"),
        ("schema/sqlite/V001__a.sql", "CREATE TABLE a (b INTEGER);\n"),
        ("schema/postgres/V001__a.sql", "CREATE TABLE a (b INTEGER);\n"),
        ("crates/domain/src/long.rs", &format!("//! Head.\n{}", "\n".repeat(400))),
    ]);
    let workspace = Workspace::load_from(folder.path()).expect("metadata");
    let findings = super::check(&workspace, &tree);
    let rules: BTreeSet<_> = findings.iter().map(|finding| finding.rule).collect();
    let expected = [
        "domain-purity",
        "file-head",
        "file-length",
        "layers",
        "manifests",
        "migration-events",
        "migrations",
        "promises",
        "schema-page",
        "schemas",
        "unfinished",
    ];
    assert_eq!(rules, BTreeSet::from(expected));
    assert!(findings.is_sorted(), "{findings:?}");
}
