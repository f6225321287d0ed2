//! The real program, run as people and bots run it.
#![allow(clippy::unwrap_used, clippy::format_push_string, reason = "a test fails by panicking, and its text is short")]

mod by_time;
mod common;
mod completions;
mod database;
mod demo;
mod docs;
mod engines;
mod equity;
mod errors;
mod help;
mod ingest;
#[cfg(unix)]
mod interrupts;
mod lists;
mod metrics;
mod performance;
mod snapshots;
#[cfg(unix)]
mod tail;
#[cfg(unix)]
mod terminal;
mod times;
mod watch;
