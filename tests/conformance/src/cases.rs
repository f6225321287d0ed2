//! The cases: a file for each promise of the contract, then one for each group of rules.

use std::pin::Pin;

use crate::fixture::Fixture;

/// A case on its way.
pub(crate) type Running<'a> = Pin<Box<dyn Future<Output = ()> + 'a>>;

/// One thing that must hold on every store.
#[derive(Clone, Copy)]
pub(crate) struct Case {
    pub(crate) file: &'static str,
    pub(crate) name: &'static str,
    pub(crate) run: for<'a> fn(&'a Fixture) -> Running<'a>,
}

impl Case {
    /// Its name with that of its file, such as `atomic::refused_command_leaves_nothing`.
    pub(crate) fn path(&self) -> String {
        format!("{}::{}", self.file, self.name)
    }
}

/// Registers the cases of a file. A case that is missing from the list is dead code, and that does not compile.
macro_rules! cases {
    ($($case:ident),* $(,)?) => {
        pub(super) fn of_this_file(file: &'static str) -> Vec<$crate::cases::Case> {
            vec![$($crate::cases::Case { file, name: stringify!($case), run: |fixture| Box::pin($case(fixture)) }),*]
        }
    };
}

macro_rules! files {
    ($($file:ident),* $(,)?) => {
        $(mod $file;)*

        /// All files of cases.
        pub(crate) const FILES: &[&str] = &[$(stringify!($file)),*];

        /// All cases, file by file.
        pub(crate) fn all() -> Vec<Case> {
            [$($file::of_this_file(stringify!($file))),*].concat()
        }
    };
}

files! {
    // The promises of the contract.
    atomic, serial, durable, idempotent, drop_safe, bounded, honest, shared,
    // The rules of the book.
    register, activity, open, close, ranges, signal, mark, stops, adjust, totals, snapshots, metrics, refreshing, events,
    references,
    // Reading it.
    reads, pages, filters, by_time, walks_by_time, closed, ledgers, recovery, overview, days,
    // What never becomes a command, and what becomes one that is refused.
    bad_text, bad_input,
}
