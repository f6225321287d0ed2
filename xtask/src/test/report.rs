//! Reads the output of a test run and says what it came to.

use std::fmt::Write as _;

use super::SUITE;
use super::section::Section;
use super::table::Table;

/// A test run as far as it has been read.
#[derive(Debug)]
pub(crate) struct Report {
    /// The backends that every conformance case has to run on; none if there is no suite.
    backends: Vec<String>,
    /// What to say of a run that was not the whole.
    note: Option<&'static str>,
    sections: Vec<Section>,
    /// The beginning of a line whose end has not come.
    line: Vec<u8>,
}

/// The end of a run.
#[derive(Debug)]
pub(crate) struct Summary {
    /// What to print after the output; the closing line is its last.
    pub(crate) text: String,
    /// Tests that failed, and whatever else makes the run red.
    pub(crate) failed: usize,
}

impl Report {
    pub(crate) fn new(backends: Vec<String>, note: Option<&'static str>) -> Self {
        Self { backends, note, sections: Vec::new(), line: Vec::new() }
    }

    /// Takes up a piece of the output, wherever it was cut.
    pub(crate) fn feed(&mut self, output: &[u8]) {
        for &byte in output {
            if byte == b'\n' {
                let line = std::mem::take(&mut self.line);
                self.take(&plain(&line));
            } else {
                self.line.push(byte);
            }
        }
    }

    fn take(&mut self, line: &str) {
        if let Some(section) = Section::begun_by(line) {
            self.sections.push(section);
        } else if let Some(section) = self.sections.last_mut() {
            section.take(line);
        }
    }

    /// What the run came to, `cargo test` having ended well or not.
    pub(crate) fn summary(mut self, has_succeeded: bool) -> Summary {
        self.feed(b"\n");
        let table = self.table();
        let failures: Vec<_> = self.failures().collect();
        let passed: usize = self.sections.iter().map(|section| section.passed).sum();
        let failed: usize = self.sections.iter().map(|section| section.failed).sum();
        let ignored: usize = self.sections.iter().map(|section| section.ignored).sum();

        let mut problems = self.silent_sections();
        problems.extend(table.problems());
        if ignored > 0 {
            problems.push(format!("{ignored} ignored: a test runs or it is not there"));
        }
        if passed + failed == 0 {
            problems.push("no test ran".to_owned());
        } else if !has_succeeded && failed + problems.len() == 0 {
            problems.push("`cargo test` failed although no test did".to_owned());
        }

        let mut text = format!("\n{table}\n");
        for failure in failures {
            line(&mut text, &format!("failed: {failure}"));
        }
        for problem in &problems {
            line(&mut text, &format!("red: {problem}"));
        }
        if let Some(note) = self.note {
            line(&mut text, note);
        }
        let failed = failed + problems.len();
        line(&mut text, &format!("{passed} passed, {failed} failed"));
        Summary { text, failed }
    }

    fn table(&self) -> Table {
        let mut table = Table::new(self.backends.clone());
        for section in self.sections.iter().filter(|section| section.name == SUITE.1) {
            table.take(section);
        }
        table
    }

    fn failures(&self) -> impl Iterator<Item = String> {
        self.sections.iter().flat_map(|section| {
            let failed = section.tests.iter().filter(|test| !test.has_passed);
            failed.map(|test| format!("{}: {}", section.name, test.name))
        })
    }

    /// Binaries that began and never said what they came to: they crashed, or are no tests.
    fn silent_sections(&self) -> Vec<String> {
        let silent = self.sections.iter().filter(|section| section.summaries == 0);
        silent.map(|section| format!("{} ended without a result", section.name)).collect()
    }
}

fn line(text: &mut String, line: &str) {
    writeln!(text, "{line}").expect("a String takes all");
}

/// The line without its end and without colours.
fn plain(line: &[u8]) -> String {
    let text = String::from_utf8_lossy(line);
    let mut parts = text.trim_end_matches('\r').split("\u{1b}[");
    let mut plain = parts.next().unwrap_or_default().to_owned();
    for part in parts {
        let rest = part.trim_start_matches(|char: char| char.is_ascii_digit() || char == ';');
        plain.extend(rest.chars().skip(1));
    }
    plain
}
