//! Every Rust file says in its first lines what lives in it, and stays short enough to be read in one go.
//!
//! A file that has to be longer gives its reason in its second line: `// long: <reason>`.

use super::finding::Finding;
use super::tree::Tree;

const LINES_MAX: usize = 400;
const REASON: &str = "// long:";

/// Finds files without a head line and files that are too long.
pub(crate) fn check(tree: &Tree) -> Vec<Finding> {
    let mut findings = Vec::new();
    for path in tree.files_with(".rs") {
        let text = tree.text(path);
        let has_head = text.lines().take(2).any(is_head);
        if !has_head {
            let to_do = "say in a `//!` line at its top what lives here";
            findings.push(Finding::new("file-head", path, 1, to_do));
        }
        let lines = text.lines().count();
        if lines > LINES_MAX && !gives_reason(&text) {
            let to_do = format!(
                "{lines} lines are more than {LINES_MAX}: split it, or make its second line `{REASON} <reason>`"
            );
            findings.push(Finding::new("file-length", path, LINES_MAX + 1, to_do));
        }
    }
    findings
}

fn is_head(line: &str) -> bool {
    line.strip_prefix("//!").is_some_and(|head| !head.trim().is_empty())
}

fn gives_reason(text: &str) -> bool {
    let second = text.lines().nth(1).unwrap_or_default();
    second.strip_prefix(REASON).is_some_and(|reason| !reason.trim().is_empty())
}
