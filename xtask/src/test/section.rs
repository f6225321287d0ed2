//! What one test binary, or one crate's doc examples, came to.

use std::path::Path;

/// A binary's part of the output.
#[derive(Debug, Default)]
pub(crate) struct Section {
    /// The name of the test target or of the crate.
    pub(crate) name: String,
    pub(crate) passed: usize,
    pub(crate) failed: usize,
    pub(crate) ignored: usize,
    /// How often it summed itself up; doc examples may do so twice.
    pub(crate) summaries: usize,
    /// Every test that it named.
    pub(crate) tests: Vec<Test>,
}

/// A line of it.
#[derive(Debug)]
pub(crate) struct Test {
    pub(crate) name: String,
    pub(crate) has_passed: bool,
}

impl Section {
    /// The section that this line of cargo's begins.
    pub(crate) fn begun_by(line: &str) -> Option<Self> {
        let name = if let Some(name) = line.trim_start().strip_prefix("Doc-tests ") {
            name
        } else if line.starts_with(' ') {
            // `     Running unittests src/lib.rs (target/debug/deps/nailsage_domain-0123456789abcdef)`
            let rest = line.trim_start().strip_prefix("Running ")?;
            let path = rest.strip_suffix(')')?.rsplit_once('(')?.1;
            let file = Path::new(path.rsplit(['/', '\\']).next()?).file_stem()?;
            let file = file.to_str()?;
            file.rsplit_once('-').map_or(file, |(name, _)| name)
        } else {
            return None;
        };
        Some(Self { name: name.trim().to_owned(), ..Self::default() })
    }

    /// Takes up a line of its output.
    pub(crate) fn take(&mut self, line: &str) {
        if let Some(result) = line.strip_prefix("test result: ") {
            self.summaries += 1;
            self.passed += count(result, "passed");
            self.failed += count(result, "failed");
            self.ignored += count(result, "ignored");
        } else if let Some(test) = Test::from_line(line) {
            self.tests.push(test);
        }
    }
}

impl Test {
    fn from_line(line: &str) -> Option<Self> {
        let (name, verdict) = line.strip_prefix("test ")?.rsplit_once(" ... ")?;
        let has_passed = match verdict.split_whitespace().next()? {
            "ok" => true,
            "FAILED" => false,
            _ => return None,
        };
        Some(Self {
            // The suite aligns its backends with spaces.
            name: name.split_whitespace().collect::<Vec<_>>().join(" "),
            has_passed,
        })
    }
}

/// The number before that word: `ok. 5 passed; 0 failed; …`.
fn count(result: &str, word: &str) -> usize {
    let parts = result.split(['.', ';']).map(str::trim);
    parts.filter_map(|part| part.strip_suffix(word)?.trim().parse::<usize>().ok()).sum()
}
