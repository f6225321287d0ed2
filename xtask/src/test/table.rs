//! The conformance cases by backend. A case that did not run on a backend is as red as one that failed there.
//!
//! A case is `group::case [backend]`. Tests of the suite without a backend in their name, such as those of the suite
//! itself, have a row of their own.

use std::collections::{BTreeMap, BTreeSet};
use std::fmt;

use super::section::{Section, Test};

/// Rows are groups of cases, columns backends.
#[derive(Debug)]
pub(crate) struct Table {
    backends: Vec<String>,
    /// Whether each case passed, by case and backend.
    cases: BTreeMap<String, BTreeMap<String, bool>>,
    /// Passed and failed tests without a backend.
    others: Cell,
    /// Results that the suite counted and no line named.
    unread: usize,
}

#[derive(Debug, Default, Clone, Copy)]
struct Cell {
    passed: usize,
    failed: usize,
    missing: usize,
}

impl Table {
    /// An empty one for those backends.
    pub(crate) fn new(backends: Vec<String>) -> Self {
        let others = Cell::default();
        Self { backends, cases: BTreeMap::new(), others, unread: 0 }
    }

    /// Takes up the suite's results.
    pub(crate) fn take(&mut self, section: &Section) {
        let counted = section.passed + section.failed;
        self.unread += counted.abs_diff(section.tests.len());
        for Test { name, has_passed } in &section.tests {
            if let Some((case, backend)) = case_and_backend(name) {
                if !self.backends.iter().any(|known| known == backend) {
                    self.backends.push(backend.to_owned());
                }
                let results = self.cases.entry(case.to_owned()).or_default();
                // A case that ran twice passed if it always did.
                *results.entry(backend.to_owned()).or_insert(true) &= has_passed;
            } else {
                self.others.passed += usize::from(*has_passed);
                self.others.failed += usize::from(!has_passed);
            }
        }
    }

    /// What is red beyond the failed cases.
    pub(crate) fn problems(&self) -> Vec<String> {
        let mut problems = Vec::new();
        if self.cases.is_empty() && !self.backends.is_empty() {
            problems.push("the conformance suite ran no case".to_owned());
        }
        if self.unread > 0 {
            problems.push(format!("the lines of the conformance suite are off by {} from its own count", self.unread));
        }
        for (case, results) in &self.cases {
            for backend in self.backends.iter().filter(|backend| !results.contains_key(*backend)) {
                problems.push(format!("{case} did not run on {backend}"));
            }
        }
        problems
    }

    /// The cell of those cases.
    fn cell<'a>(&self, cases: impl Iterator<Item = &'a String>, backend: &str) -> Cell {
        let mut cell = Cell::default();
        for case in cases {
            match self.cases[case].get(backend) {
                Some(true) => cell.passed += 1,
                Some(false) => cell.failed += 1,
                None => cell.missing += 1,
            }
        }
        cell
    }

    fn rows(&self) -> Vec<Vec<String>> {
        let head = self.backends.iter().cloned();
        let mut rows = vec![std::iter::once("cases by backend".to_owned()).chain(head).collect()];
        let groups: BTreeSet<_> = self.cases.keys().map(|case| group(case)).collect();
        let named = groups.into_iter().map(|name| (name, Some(name)));
        for (name, wanted) in named.chain([("total", None)]) {
            let cells = self.backends.iter().map(|backend| {
                let cases = self.cases.keys();
                let cases = cases.filter(|case| wanted.is_none_or(|wanted| group(case) == wanted));
                self.cell(cases, backend).to_string()
            });
            rows.push(std::iter::once(name.to_owned()).chain(cells).collect());
        }
        rows
    }
}

impl fmt::Display for Table {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        if self.backends.is_empty() {
            return writeln!(formatter, "there is no conformance suite yet");
        }
        let rows = self.rows();
        let widths: Vec<_> = (0..=self.backends.len())
            .map(|column| rows.iter().map(|row| row[column].chars().count()).max().unwrap_or(0))
            .collect();
        for row in &rows {
            let cells = row.iter().zip(&widths).map(|(cell, width)| format!("{cell:<width$}"));
            writeln!(formatter, "{}", cells.collect::<Vec<_>>().join("   ").trim_end())?;
        }
        let Cell { passed, failed, .. } = self.others;
        if passed + failed > 0 {
            writeln!(formatter, "without a backend: {}", self.others)?;
        }
        Ok(())
    }
}

impl fmt::Display for Cell {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        let Self { passed, failed, missing } = self;
        if passed + failed == 0 {
            return formatter.write_str("EMPTY");
        }
        write!(formatter, "{passed} passed, {failed} failed")?;
        if *missing > 0 {
            write!(formatter, ", {missing} MISSING")?;
        }
        Ok(())
    }
}

/// `group::case [backend]`.
fn case_and_backend(name: &str) -> Option<(&str, &str)> {
    name.strip_suffix(']')?.rsplit_once(" [")
}

/// The first segment of a case's path.
fn group(case: &str) -> &str {
    case.split("::").next().unwrap_or(case)
}
