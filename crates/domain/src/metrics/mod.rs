//! How a strategy performs, worked out entry by entry from its ledger.

mod drawdown;
mod nav;
mod performance;

pub use nav::growth_factor;
pub use performance::Performance;
