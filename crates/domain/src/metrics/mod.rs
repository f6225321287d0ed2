//! How strategies perform, worked out entry by entry from the ledger.

mod day_return;
mod drawdown;
mod movement;
mod nav;
mod outcomes;
mod performance;
mod period;
mod period_metrics;
mod refresh;
mod returns;
mod running_sums;
mod subject;
mod sums;

pub use nav::growth_factor;
pub use performance::Performance;
pub use period::Period;
pub use period_metrics::PeriodMetrics;
pub use refresh::{MetricsRefresh, RefreshError};
pub use running_sums::RunningSums;
