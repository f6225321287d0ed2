//! A real PostgreSQL for tests: one that is there, one in Docker, or one made from the binaries.
//!
//! [`server`] is the one server of a test process, on which every test gets databases of its own. What a test has to
//! stop, freeze or set up differently is a [`Cluster`] of its own. All calls block, also inside of async code, and
//! panic with the reason where they fail: a test has nothing better to do about it.
//!
//! Servers that are made here keep their files in memory where there is room, so that nothing measured on them says
//! anything about a disk; [`Cluster::on_disk`] is for that.
//!
//! Servers are started as Unix processes and children. Elsewhere there is only [`server`], and only by its address:
//! `Cluster` and `PgBouncer` are missing there, so that a test which needs them does not compile, and is not skipped.

mod admin;
mod asked;
mod database;
mod given;
mod random;
mod rows;
mod server;

#[cfg(unix)]
mod account;
#[cfg(unix)]
mod binaries;
#[cfg(unix)]
mod certificates;
#[cfg(unix)]
mod cluster;
#[cfg(unix)]
mod docker;
#[cfg(unix)]
mod freeze;
#[cfg(unix)]
mod pgbouncer;
#[cfg(unix)]
mod setup;
#[cfg(unix)]
mod supervisor;

pub use asked::is_asked_for;
pub use database::Database;
pub use server::{Server, server};

#[cfg(unix)]
pub use cluster::Cluster;
#[cfg(unix)]
pub use pgbouncer::PgBouncer;

/// Says something on stderr, past the harness: it keeps what tests print until one fails, and this concerns all.
fn say(text: &str) {
    use std::io::Write;
    // Whoever closed it does not want to know.
    let _ = writeln!(std::io::stderr(), "{text}");
}
