//! The domain knows no clock, no environment and no I/O: its rules are functions of their arguments alone.

use super::code_text::{code, words};
use super::finding::Finding;
use super::tree::Tree;

const RULE: &str = "domain-purity";

const FOLDER: &str = "crates/domain/src/";
/// Modules of std that lead outside.
const MODULES: [&str; 7] = ["env", "fs", "io", "net", "os", "process", "thread"];
/// Clocks, by whatever path they are reached.
const CLOCKS: [&str; 2] = ["SystemTime", "Instant"];

/// Finds where the domain reaches out. Its tests may.
pub(crate) fn check(tree: &Tree) -> Vec<Finding> {
    let files = tree.files_with(".rs");
    files
        .filter(|path| path.starts_with(FOLDER) && !is_test(path))
        .flat_map(|path| {
            let found = reaches(&code(&tree.text(path))).into_iter();
            found.map(move |(line, what)| {
                let to_do = format!("take it as an argument: the domain may not use `{what}`");
                Finding::new(RULE, path, line, to_do)
            })
        })
        .collect()
}

fn is_test(path: &str) -> bool {
    path.ends_with("/tests.rs") || path.contains("/tests/")
}

fn reaches(code: &str) -> Vec<(usize, String)> {
    // Unit tests stand at the end of a file.
    let code = code.split("#[cfg(test)]\nmod ").next().unwrap_or_default();
    let words = words(code);
    let mut found = Vec::new();
    for (index, &(line, word)) in words.iter().enumerate() {
        if CLOCKS.contains(&word) {
            found.push((line, word.to_owned()));
        }
        if word == "std" && words.get(index + 1).is_some_and(|next| next.1 == "::") {
            let modules = first_segments(&words[index + 2..]).into_iter();
            let modules = modules.filter(|(_, module)| MODULES.contains(module));
            found.extend(modules.map(|(line, module)| (line, format!("std::{module}"))));
        }
    }
    found
}

/// The first segment after `std::`, or each first segment of the group after it.
fn first_segments<'a>(words: &[(usize, &'a str)]) -> Vec<(usize, &'a str)> {
    if words.first().is_none_or(|first| first.1 != "{") {
        return words.first().copied().into_iter().collect();
    }
    let mut depth = 0_usize;
    let mut is_first = false;
    let mut segments = Vec::new();
    for &(line, word) in words {
        match word {
            "{" => (depth, is_first) = (depth + 1, depth == 0),
            "}" if depth == 1 => break,
            "}" => depth -= 1,
            "," => is_first = depth == 1,
            segment if is_first => {
                segments.push((line, segment));
                is_first = false;
            }
            _ => {}
        }
    }
    segments
}
