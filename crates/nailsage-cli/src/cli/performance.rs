//! Options of `nailsage performance`.

use clap::{Args, ValueEnum};

use super::OfStrategy;

/// Show what each strategy earned.
#[derive(Debug, Args)]
#[command(after_help = "Examples:
  nailsage performance
  nailsage performance --sort drawdown
  nailsage performance --strategy my-bot/v1@7 --format json

The metrics are those of `nailsage metrics refresh`.")]
pub(crate) struct PerformanceArgs {
    #[command(flatten)]
    pub(crate) of: OfStrategy,
    /// By what: the best first, what is undefined last
    #[arg(long, value_name = "COLUMN", value_enum, default_value_t)]
    pub(crate) sort: SortBy,
}

/// By what strategies are sorted.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default, ValueEnum)]
pub(crate) enum SortBy {
    #[default]
    Return,
    Name,
    Bankroll,
    Realized,
    Unrealized,
    Closed,
    WinRate,
    Drawdown,
    Sharpe,
    ProfitFactor,
}
