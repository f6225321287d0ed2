//! Options of `nailsage watch`.

use std::time::Duration;

use clap::Args;

use super::parse_interval;

/// Watch the strategies: what they have, what is open, what they earned.
#[derive(Debug, Args)]
#[command(after_help = "Examples:
  nailsage watch
  nailsage watch --interval 0.5 --local
  nailsage watch --once --format json")]
pub(crate) struct WatchArgs {
    /// How long to wait between two looks
    #[arg(long, value_name = "SECONDS", default_value = "2", value_parser = parse_interval)]
    pub(crate) interval: Duration,
    /// Look once, print it and end
    #[arg(long)]
    pub(crate) once: bool,
}
