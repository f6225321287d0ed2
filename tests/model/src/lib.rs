//! A second, independent book: what a store must answer and hold, written down as plainly as possible.
//!
//! It shares the command, answer and record types with the stores and nothing else: no rule, no arithmetic, no state.
//! Numbers are exact rationals, rows are in plain lists that are searched from front to back, and a command runs on a
//! copy of the whole book that is thrown away when a rule refuses. So there is nothing in it to get wrong but the rules
//! themselves, and where a store and the model disagree, one of them has misread the rules.
//!
//! * [`Model`] answers commands.
//! * [`Rows`] is all that a book holds: [`Model::rows`] has the model's, [`read::rows`] a store's.
//! * [`generate`] makes command sequences, sensible and senseless ones.

mod actions;
mod book;
mod closing;
mod events;
mod exact;
mod find;
pub mod generate;
mod model;
mod opening;
pub mod read;
mod signals;
mod snapshots;
mod strategies;

pub use book::Rows;
pub use model::Model;
