//! Options of `nailsage snapshot`.

use clap::{Args, Subcommand};
use nailsage::{RequestKey, UnixMillis};

use super::{OfStrategy, TIME_FORMS, TimePaging};
use crate::output::time::parse_time;

#[derive(Debug, Subcommand)]
pub(crate) enum SnapshotCommand {
    /// Record what everything is worth now, all strategies together and each by itself
    ///
    /// Equity is the bankrolls and the unrealized P&L at the last marks. Snapshots make the curve of `nailsage equity`: take
    /// one every hour or every day, as cron or a bot does.
    Take(TakeSnapshotArgs),
    /// List snapshots, of all strategies together or of one
    List(ListSnapshotsArgs),
}

/// Record what everything is worth now.
#[derive(Debug, Args)]
#[command(after_help = format!("Examples:
  nailsage snapshot take
  nailsage snapshot take --at 2022-01-01T00:00:00Z --key midnight-2022-01-01

{TIME_FORMS}"))]
pub(crate) struct TakeSnapshotArgs {
    /// The time that it is recorded for; now when absent. What it records is the book as it is all the same
    #[arg(long, value_name = "TIME", value_parser = parse_time)]
    pub(crate) at: Option<UnixMillis>,
    /// Makes repeating safe, together with the same --at; made when absent
    #[arg(long)]
    pub(crate) key: Option<RequestKey>,
}

/// List snapshots.
#[derive(Debug, Args)]
#[command(after_help = format!("Examples:
  nailsage snapshot list --newest --limit 24
  nailsage snapshot list --strategy my-bot/v1@7 --since 7d
  nailsage snapshot list --all --format csv > snapshots.csv

{TIME_FORMS}"))]
pub(crate) struct ListSnapshotsArgs {
    #[command(flatten)]
    pub(crate) of: OfStrategy,
    /// Only those at this time or later
    #[arg(long, value_name = "TIME", value_parser = parse_time)]
    pub(crate) since: Option<UnixMillis>,
    /// Only those before this time
    #[arg(long, value_name = "TIME", value_parser = parse_time)]
    pub(crate) until: Option<UnixMillis>,
    #[command(flatten)]
    pub(crate) paging: TimePaging,
}
