//! How answers are printed: as tables for people, as JSON and CSV for programs.

use std::io::{self, Write as _};

pub(crate) mod cell;
pub(crate) mod figure;
pub(crate) mod listing;
pub(crate) mod money;
pub(crate) mod pipe;
pub(crate) mod screen;
pub(crate) mod table;
pub(crate) mod time;
pub(crate) mod zone;

pub(crate) use cell::Cell;
pub(crate) use figure::Figure;
pub(crate) use listing::{Column, Listing};

/// Says something beside the answer, on standard error. When that is gone, nobody is left to be told.
pub(crate) fn note(text: impl std::fmt::Display) {
    let _ = writeln!(io::stderr(), "{text}");
}

/// A count with its noun: `1 row`, `2 rows`.
pub(crate) fn counted(count: impl TryInto<i64>, noun: &str) -> String {
    let count = count.try_into().unwrap_or(i64::MAX);
    let ending = if count == 1 { "" } else { "s" };
    format!("{} {noun}{ending}", money::grouped(i128::from(count) * 1_000_000, 0))
}
