//! Migrations: numbered without a gap, the same on every engine, the same bytes everywhere.

use std::collections::{BTreeMap, BTreeSet};
use std::fs;
use std::io;
use std::path::Path;

use super::finding::Finding;
use super::tree::Tree;

const RULE: &str = "migrations";

/// Finds gaps, engines that differ, bytes that depend on an editor, and backends with other migrations.
pub(crate) fn check(tree: &Tree) -> Vec<Finding> {
    let engines = tree.folders_in("schema");
    let mut findings = check_bytes(tree);
    if engines.is_empty() {
        findings.push(Finding::new(RULE, "schema", 1, "there is no `schema/<engine>/V001__<name>.sql`"));
    }
    let names: BTreeMap<_, _> = engines.iter().map(|engine| (*engine, names_of(tree, engine))).collect();
    let all: BTreeSet<_> = names.values().flatten().copied().collect();
    for (engine, names) in &names {
        let folder = format!("schema/{engine}");
        findings.extend(check_numbers(&folder, names));
        for name in all.difference(names) {
            let to_do = format!("add `{name}`, which another engine has");
            findings.push(Finding::new(RULE, &folder, 1, to_do));
        }
        findings.extend(check_backend(tree, engine, names));
    }
    let folders = tree.folders_in("crates").into_iter();
    let backends = folders.filter_map(|folder| folder.strip_prefix("store-"));
    for engine in backends.filter(|backend| !names.contains_key(backend)) {
        let to_do = format!("add `schema/{engine}`, which this backend has to come from");
        findings.push(Finding::new(RULE, format!("crates/store-{engine}"), 1, to_do));
    }
    findings
}

fn names_of<'a>(tree: &'a Tree, engine: &str) -> BTreeSet<&'a str> {
    let prefix = format!("schema/{engine}/");
    let files = tree.files().iter();
    files.filter_map(|path| path.strip_prefix(&prefix)).collect()
}

fn check_numbers(folder: &str, names: &BTreeSet<&str>) -> Vec<Finding> {
    let mut findings = Vec::new();
    let mut expected = 1;
    for name in names {
        let path = format!("{folder}/{name}");
        match version(name) {
            None => {
                let to_do = "name it `V<three digits>__<name in a-z, 0-9 and _>.sql`";
                findings.push(Finding::new(RULE, path, 1, to_do));
            }
            Some(version) => {
                if version != expected {
                    let to_do = format!("give it the next number, V{expected:03}: no gap and no number twice");
                    findings.push(Finding::new(RULE, path, 1, to_do));
                }
                expected = version + 1;
            }
        }
    }
    findings
}

fn version(name: &str) -> Option<u32> {
    let (number, rest) = name.strip_prefix('V')?.split_once("__")?;
    let rest = rest.strip_suffix(".sql")?;
    let is_plain = |text: &str| text.bytes().all(|byte| matches!(byte, b'a'..=b'z' | b'0'..=b'9' | b'_'));
    let is_number = number.len() == 3 && number.bytes().all(|byte| byte.is_ascii_digit());
    (is_number && !rest.is_empty() && is_plain(rest)).then(|| number.parse().ok())?
}

/// Migrations are checksummed byte by byte.
fn check_bytes(tree: &Tree) -> Vec<Finding> {
    let mut findings = Vec::new();
    for path in tree.files_with(".sql") {
        let bytes = tree.bytes(path);
        if bytes.starts_with(b"\xef\xbb\xbf") {
            findings.push(Finding::new(RULE, path, 1, "take the byte order mark away"));
        }
        let mut lines = bytes.split(|byte| *byte == b'\n');
        if let Some(index) = lines.position(|line| line.contains(&b'\r')) {
            let to_do = "end its lines with LF alone";
            findings.push(Finding::new(RULE, path, index + 1, to_do));
        }
    }
    findings
}

fn check_backend(tree: &Tree, engine: &str, names: &BTreeSet<&str>) -> Vec<Finding> {
    let folder = format!("crates/store-{engine}/migrations");
    let theirs = match files_in(&tree.path(&folder)) {
        Ok(theirs) => theirs,
        Err(error) => {
            let to_do = format!("make it a link to `schema/{engine}`, or a copy of it ({error})");
            return vec![Finding::new(RULE, folder, 1, to_do)];
        }
    };
    let mut findings = Vec::new();
    for (name, bytes) in &theirs {
        let original = format!("schema/{engine}/{name}");
        if !names.contains(name.as_str()) {
            let to_do = format!("take it away, or add it as `{original}`");
            findings.push(Finding::new(RULE, format!("{folder}/{name}"), 1, to_do));
        } else if *bytes != tree.bytes(&original) {
            let to_do = format!("copy `{original}` over it: they differ");
            findings.push(Finding::new(RULE, format!("{folder}/{name}"), 1, to_do));
        }
    }
    for name in names.iter().filter(|name| !theirs.contains_key(**name)) {
        let to_do = format!("copy `schema/{engine}/{name}` here");
        findings.push(Finding::new(RULE, &folder, 1, to_do));
    }
    findings
}

/// The files of a folder, which may be a link, by name.
fn files_in(folder: &Path) -> io::Result<BTreeMap<String, Vec<u8>>> {
    let mut files = BTreeMap::new();
    for entry in fs::read_dir(folder)? {
        let entry = entry?;
        files.insert(entry.file_name().to_string_lossy().into_owned(), fs::read(entry.path())?);
    }
    Ok(files)
}
