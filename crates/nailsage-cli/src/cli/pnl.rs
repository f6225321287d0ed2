//! Options of `nailsage pnl`.

use clap::{Args, Subcommand};
use nailsage::UnixMillis;

use super::{Extent, OfStrategy, TIME_FORMS};
use crate::output::time::parse_time;

#[derive(Debug, Subcommand)]
pub(crate) enum PnlCommand {
    /// Show what each UTC day earned, of all strategies together or of one
    ///
    /// A position counts for the day on which it ended. A day on which none did is left out. Payments are no profit.
    Days(DaysArgs),
    /// Show which strategies earned most, over some days or all
    ///
    /// A strategy of which no position ended on these days is left out.
    Leaderboard(LeaderboardArgs),
}

/// A range of days.
#[derive(Debug, Clone, Args)]
pub(crate) struct DayRange {
    /// Only from the UTC day that this time lies in
    #[arg(long, value_name = "TIME", value_parser = parse_time)]
    pub(crate) since: Option<UnixMillis>,
    /// Only UTC days that begin before this time
    #[arg(long, value_name = "TIME", value_parser = parse_time)]
    pub(crate) until: Option<UnixMillis>,
}

impl DayRange {
    /// The first moment of the first day.
    pub(crate) fn first_day(&self) -> Option<UnixMillis> {
        self.since.map(UnixMillis::day_start)
    }
}

/// Show what each UTC day earned.
#[derive(Debug, Args)]
#[command(after_help = format!("Examples:
  nailsage pnl days --since 30d
  nailsage pnl days --strategy my-bot/v1@7 --newest --limit 7
  nailsage pnl days --all --format csv > days.csv

{TIME_FORMS}"))]
pub(crate) struct DaysArgs {
    #[command(flatten)]
    pub(crate) of: OfStrategy,
    #[command(flatten)]
    pub(crate) range: DayRange,
    #[command(flatten)]
    pub(crate) extent: Extent,
    /// Only days after the UTC day that this time lies in, in the order asked for
    #[arg(long, value_name = "TIME", value_parser = parse_time, display_order = 52)]
    pub(crate) after: Option<UnixMillis>,
}

/// Show which strategies earned most.
#[derive(Debug, Args)]
#[command(after_help = format!("Examples:
  nailsage pnl leaderboard
  nailsage pnl leaderboard --since 7d --limit 3
  nailsage pnl leaderboard --since 2025-11-01 --until 2025-12-01 --format json

{TIME_FORMS}"))]
pub(crate) struct LeaderboardArgs {
    #[command(flatten)]
    pub(crate) range: DayRange,
    /// At most so many strategies
    #[arg(long, value_name = "ROWS", default_value = "10", value_parser = clap::value_parser!(u32).range(1..=1000))]
    pub(crate) limit: u32,
}
