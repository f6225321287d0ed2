//! Ledgers, and what libraries that know nothing of the book say about them. README.md tells where both come from.
#![allow(clippy::missing_errors_doc, reason = "whatever is wrong with a committed file, a test tells it as it is")]

mod compare;
mod scenario;

pub use compare::differences;
pub use scenario::{Expectation, ExpectedRow, LedgerRow, Scenario, Vector, scenarios};
