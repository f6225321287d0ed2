//! Options of `nailsage metrics`.

use clap::{Args, Subcommand, ValueEnum};
use nailsage::{StrategyRef, Timeframe, UnixMillis};

use super::{TIME_FORMS, TimePaging};
use crate::output::time::parse_time;

#[derive(Debug, Subcommand)]
pub(crate) enum MetricsCommand {
    /// Work out the metrics of every period that changed since the last time
    ///
    /// Those of each strategy and of all together, for days, ISO weeks, months and all times, from the ledger alone. After
    /// much has happened it takes several commands; interrupted (Ctrl-C or SIGTERM), it ends after the one that is under way
    /// and exits with 130 or 143. The next run goes on from there.
    Refresh(RefreshArgs),
    /// Show metrics as they were refreshed last
    ///
    /// A period in which nothing counted has none. What is not defined, such as a win rate without trades, is a dash in
    /// tables, null in json and empty in csv.
    Show(ShowMetricsArgs),
}

/// Work out the metrics of every period that changed.
#[derive(Debug, Args)]
#[command(after_help = format!("Examples:
  nailsage metrics refresh
  nailsage metrics refresh --at 2022-02-01

{TIME_FORMS}"))]
pub(crate) struct RefreshArgs {
    /// As of when; now when absent, and never before the latest entry
    ///
    /// Days that are over by then count as complete for the Sharpe ratio, those without a trade too.
    #[arg(long, value_name = "TIME", value_parser = parse_time)]
    pub(crate) at: Option<UnixMillis>,
}

/// Show metrics as they were refreshed last.
#[derive(Debug, Args)]
#[command(after_help = format!("Examples:
  nailsage metrics show
  nailsage metrics show --strategy my-bot/v1@7 --timeframe daily --since 7d
  nailsage metrics show --all-strategies --timeframe monthly --format csv

Periods are those of UTC.
{TIME_FORMS}"))]
pub(crate) struct ShowMetricsArgs {
    /// Only this strategy's: its id, or name/version@starlisting
    #[arg(long, value_name = "STRATEGY", conflicts_with = "all_strategies")]
    pub(crate) strategy: Option<StrategyRef>,
    /// Only those of all strategies together
    #[arg(long)]
    pub(crate) all_strategies: bool,
    /// Of which periods
    #[arg(long, value_enum, default_value_t)]
    pub(crate) timeframe: TimeframeArg,
    /// Only periods that begin at this time or later
    #[arg(long, value_name = "TIME", value_parser = parse_time)]
    pub(crate) since: Option<UnixMillis>,
    /// Only periods that begin before this time
    #[arg(long, value_name = "TIME", value_parser = parse_time)]
    pub(crate) until: Option<UnixMillis>,
    #[command(flatten)]
    pub(crate) paging: TimePaging,
}

/// How long periods are, as it is typed.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default, ValueEnum)]
pub(crate) enum TimeframeArg {
    Daily,
    Weekly,
    Monthly,
    // As the database spells it, too.
    #[default]
    #[value(alias = "all_time")]
    AllTime,
}

impl From<TimeframeArg> for Timeframe {
    fn from(timeframe: TimeframeArg) -> Self {
        match timeframe {
            TimeframeArg::Daily => Self::Daily,
            TimeframeArg::Weekly => Self::Weekly,
            TimeframeArg::Monthly => Self::Monthly,
            TimeframeArg::AllTime => Self::AllTime,
        }
    }
}
