//! Random command sequences: mostly sensible trading, mixed with everything that rules refuse.
//!
//! Names, markets, keys and times come from small pools, so that commands meet each other's strategies, positions and
//! keys. Amounts and prices are ordinary, tiny or at the edge of their range.

mod actions;
mod commands;
mod stories;
mod values;

pub use commands::commands;
