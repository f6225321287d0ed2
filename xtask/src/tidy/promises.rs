//! docs/promises.md: every sentence of the source document that promises something names the test that fails without it.

#[cfg(test)]
mod tests;

use std::collections::BTreeSet;

use super::code_text::{code, words};
use super::finding::Finding;
use super::tree::Tree;

const RULE: &str = "promises";

const PAGE: &str = "docs/promises.md";

/// The head of every table on the page.
const HEADER: &str = "| the document says | kept in | guarded by |";

/// Cases are named in a macro and run on every backend.
const CASES: &str = "tests/conformance/src/cases/";

/// What marks a row that promises something which is not there.
const MARK_NOT_YET: &str = "*not yet*: ";

/// What the document promises and the book does not have, by a short name. This list only ever shrinks.
const NOT_YET: &[&str] = &["backup", "bankroll-endpoint", "python-state-manager", "restore"];

/// Finds rows without a test, tests that are not there, and lists that say something else than the page.
pub(super) fn check(tree: &Tree) -> Vec<Finding> {
    check_page(tree, NOT_YET)
}

fn check_page(tree: &Tree, not_yet: &[&str]) -> Vec<Finding> {
    let mut page = Page { tree, not_yet, seen: BTreeSet::new(), findings: Vec::new() };
    let text = tree.text(PAGE);
    let mut before = "";
    let mut rows = 0;
    for (index, line) in text.lines().enumerate() {
        let line_number = index + 1;
        if line.starts_with('|') {
            let is_head = !before.starts_with('|');
            let is_rule = line.starts_with("|---");
            if is_head && line != HEADER {
                page.find(line_number, format!("begin the table with `{HEADER}`"));
            } else if !is_head && !is_rule {
                rows += 1;
                page.check_row(line_number, line);
            }
        }
        before = line;
    }
    if rows == 0 {
        page.find(1, "write down what the source document promises, and which test guards it".to_owned());
    }
    for name in not_yet.iter().filter(|name| !page.seen.contains(**name)) {
        page.findings.push(Finding::new(
            RULE,
            PAGE,
            1,
            format!("no row says `{name}` any more: take it out of the list"),
        ));
    }
    page.findings
}

struct Page<'a> {
    tree: &'a Tree,
    not_yet: &'a [&'a str],
    /// Which names of the list the page has.
    seen: BTreeSet<String>,
    findings: Vec<Finding>,
}

impl Page<'_> {
    fn find(&mut self, line: usize, to_do: String) {
        self.findings.push(Finding::new(RULE, PAGE, line, to_do));
    }

    fn check_row(&mut self, line: usize, row: &str) {
        let row = row.trim_matches('|').replace("\\|", "\u{0}");
        let cells: Vec<_> = row.split('|').map(str::trim).collect();
        let [says, kept_in, guarded_by] = cells[..] else {
            return self.find(line, format!("give the row three cells, it has {}", cells.len()));
        };
        if says.is_empty() || kept_in.is_empty() {
            self.find(line, "say what is promised, and where it is kept or why it is not".to_owned());
        }
        for place in code_spans(kept_in).filter(|span| span.contains('/') && !span.contains(' ')) {
            self.check_place(line, place);
        }
        if let Some(name) = guarded_by.strip_prefix(MARK_NOT_YET) {
            if self.not_yet.contains(&name) {
                self.seen.insert(name.to_owned());
            } else {
                self.find(
                    line,
                    format!("keep it, and name its test: `{name}` is not on the list of what may be missing"),
                );
            }
        } else if guarded_by.is_empty() {
            self.find(line, "name the test that fails when this is not kept".to_owned());
        } else {
            for test in guarded_by.split(", ") {
                self.check_test(line, test);
            }
        }
    }

    /// A file or folder, or something that is named in a file: `path`, `path::Name`.
    fn check_place(&mut self, line: usize, place: &str) {
        let (path, name) = place.split_once("::").unwrap_or((place, ""));
        let folder = format!("{}/", path.trim_end_matches('/'));
        let is_there = self.tree.files().iter().any(|file| file == path || file.starts_with(&folder));
        if !is_there {
            self.find(line, format!("there is no `{path}`: say where this is kept now"));
        } else if !name.is_empty() && !words(&code(&self.tree.text(path))).iter().any(|(_, word)| *word == name) {
            self.find(line, format!("there is no `{name}` in `{path}`: say where this is kept now"));
        }
    }

    fn check_test(&mut self, line: usize, test: &str) {
        let named = test.strip_prefix('`').and_then(|span| span.strip_suffix('`'));
        let Some((path, name)) = named.and_then(|named| named.split_once("::")) else {
            return self.find(line, format!("write it as `path/to/file.rs::test_name`, with `, ` between two: {test}"));
        };
        let code = code(&self.tree.text(path));
        let words: Vec<_> = words(&code).into_iter().map(|(_, word)| word).collect();
        let is_there = if path.starts_with(CASES) { has_case(&words, name) } else { has_test(&words, name) };
        if !is_there {
            let what = if path.starts_with(CASES) { "case in the list of" } else { "test in" };
            self.find(line, format!("there is no {what} `{path}` that is called `{name}`"));
        }
    }
}

/// What stands between backticks.
fn code_spans(cell: &str) -> impl Iterator<Item = &str> {
    cell.split('`').skip(1).step_by(2)
}

/// Whether there is a function of that name with `#[test]` or `#[tokio::test]` above it.
fn has_test(words: &[&str], name: &str) -> bool {
    let functions = words.windows(2).enumerate().filter(|(_, pair)| *pair == ["fn", name]);
    let mut functions = functions.map(|(at, _)| &words[..at]);
    functions.any(|before| {
        // Up to the end of what stands before it.
        let start = before.iter().rposition(|word| ["}", ";", "{"].contains(word)).map_or(0, |at| at + 1);
        let before = &before[start..];
        [&["#", "[", "test", "]"][..], &["#", "[", "tokio", "::", "test"]]
            .iter()
            .any(|attribute| before.windows(attribute.len()).any(|words| words == *attribute))
    })
}

/// Whether there is an async function of that name that the file's list of cases has.
fn has_case(words: &[&str], name: &str) -> bool {
    let is_written = words.windows(3).any(|three| three == ["async", "fn", name]);
    let start = words.windows(3).position(|three| three == ["cases", "!", "{"]);
    let list = start.map_or(&[][..], |start| &words[start + 3..]);
    is_written && list.iter().take_while(|word| **word != "}").any(|word| *word == name)
}
