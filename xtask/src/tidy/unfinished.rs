//! Nothing that was asked for is skipped: no ignored test, no ignored doc example, no placeholder.

use super::code_text::{code, words};
use super::finding::Finding;
use super::tree::Tree;

const RULE: &str = "unfinished";

/// Finds what would pass without having been done.
pub(crate) fn check(tree: &Tree) -> Vec<Finding> {
    let mut findings = Vec::new();
    for path in tree.files_with(".rs") {
        let text = tree.text(path);
        let found = in_code(&code(&text)).into_iter().chain(in_examples(&text));
        findings.extend(found.map(|(line, to_do)| Finding::new(RULE, path, line, to_do)));
    }
    findings
}

fn in_code(code: &str) -> Vec<(usize, &'static str)> {
    let words = words(code);
    let mut found = Vec::new();
    for (index, &(line, word)) in words.iter().enumerate() {
        let next = words.get(index + 1).map_or("", |next| next.1);
        match (word, next) {
            ("todo" | "unimplemented", "!") => found.push((line, "write it, or leave it out")),
            ("#", "[") => {
                let attribute = words[index + 2..].iter().map(|word| word.1);
                let mut attribute = attribute.take_while(|word| *word != "]");
                if attribute.any(|word| word == "ignore") {
                    let to_do = "let the test run, or take it away: what is needed is installed, not skipped";
                    found.push((line, to_do));
                }
            }
            _ => {}
        }
    }
    found
}

fn in_examples(text: &str) -> impl Iterator<Item = (usize, &'static str)> {
    let lines = text.lines().enumerate();
    lines.filter_map(|(index, line)| {
        let comment = line.trim_start();
        let comment = comment.strip_prefix("//!").or_else(|| comment.strip_prefix("///"))?;
        let fence = comment.trim_start().strip_prefix("```")?;
        let is_ignored = fence.split(',').any(|word| word.trim().starts_with("ignore"));
        is_ignored.then_some((index + 1, "make the example compile (`no_run` if it cannot run), or call it `text`"))
    })
}
