//! The book's arithmetic rules, each a pure function: P&L, position sizes, stops.

mod pnl;
mod sizing;
mod stops;

pub use pnl::{gross_pnl, realized_pnl};
pub use sizing::{default_size, size_from};
pub use stops::stops_crossed;
