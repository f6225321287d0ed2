//! The conformance suite: every promise of the `Store` contract and every rule of the book, on every backend.
//!
//! * `cases` holds a file for each promise and each group of rules. A case is an `async fn(&Fixture)` that is named in
//!   its file's `cases!` list; one that is not named there is dead code, which does not compile.
//! * `backend` says which stores there are; every case runs on every one of them.
//! * `broken` holds stores that break one promise each; the suite fails if its cases do not notice.
//! * `coverage` runs the cases once more to see that they reach every refusal there is.

#![deny(dead_code)]
#![allow(clippy::missing_panics_doc, reason = "panicking is how a case fails")]

mod backend;
mod broken;
mod cases;
mod clock;
mod coverage;
mod dump;
mod fixture;
mod prelude;
mod runner;
mod sample;
mod sums;
mod trials;
mod twisted;

pub use trials::trials;
