//! Options of `nailsage events`.

use std::time::Duration;

use clap::{Args, Subcommand};
use nailsage::{EventType, Severity, UnixMillis};

use super::{OfStrategy, RangePaging, TIME_FORMS, parse_interval};
use crate::output::time::parse_time;

#[derive(Debug, Subcommand)]
pub(crate) enum EventsCommand {
    /// List events of the audit log
    List(EventsArgs),
    /// Show the last events, then new ones as they come
    ///
    /// One line an event: its time, how bad it is, its type, its strategy and its data. With --format json it is one object a
    /// line, with --format csv one row.
    ///
    /// It goes on until it is interrupted (Ctrl-C or SIGTERM; the exit code is 130 or 143) or nobody reads its output any more.
    /// While the book does not answer, it waits and says so.
    Tail(TailArgs),
}

/// Which events.
#[derive(Debug, Clone, Args)]
pub(crate) struct EventFilter {
    #[command(flatten)]
    pub(crate) of: OfStrategy,
    /// Only this type, such as `bankroll_adjusted`
    #[arg(long = "type", value_name = "TYPE")]
    pub(crate) event_type: Option<EventType>,
    /// Only those that are exactly this bad: DEBUG, INFO, WARNING, ERROR or CRITICAL
    #[arg(long, value_name = "SEVERITY", value_parser = severity, conflicts_with = "min_severity")]
    pub(crate) severity: Option<Severity>,
    /// Only those at least this bad
    #[arg(long, value_name = "SEVERITY", value_parser = severity)]
    pub(crate) min_severity: Option<Severity>,
}

fn severity(text: &str) -> Result<Severity, nailsage::ValueError> {
    text.to_ascii_uppercase().parse()
}

/// List events of the audit log.
#[derive(Debug, Args)]
#[command(after_help = format!("Examples:
  nailsage events list --min-severity warning --since 7d
  nailsage events list --type bankroll_adjusted --newest --limit 10
  nailsage events list --severity error --since 2025-11-01 --until 2025-12-01

With --since or --until they come in the order of time, else by id.
{TIME_FORMS}"))]
pub(crate) struct EventsArgs {
    #[command(flatten)]
    pub(crate) filter: EventFilter,
    /// Only those at this time or later
    #[arg(long, value_name = "TIME", value_parser = parse_time)]
    pub(crate) since: Option<UnixMillis>,
    /// Only those before this time
    #[arg(long, value_name = "TIME", value_parser = parse_time)]
    pub(crate) until: Option<UnixMillis>,
    #[command(flatten)]
    pub(crate) paging: RangePaging,
}

/// Show the last events, then new ones as they come.
#[derive(Debug, Args)]
#[command(after_help = "Examples:
  nailsage events tail
  nailsage events tail --min-severity warning --lines 0
  nailsage events tail --strategy my-bot/v1@7 --format json | my-alarm")]
pub(crate) struct TailArgs {
    #[command(flatten)]
    pub(crate) filter: EventFilter,
    /// How many of the last events to begin with
    #[arg(long, short = 'n', value_name = "LINES", default_value = "10", value_parser = clap::value_parser!(u32).range(0..=1000))]
    pub(crate) lines: u32,
    /// How long to wait between two looks
    #[arg(long, value_name = "SECONDS", default_value = "1", value_parser = parse_interval)]
    pub(crate) interval: Duration,
}
