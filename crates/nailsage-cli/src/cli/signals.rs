//! `nailsage signals …` and `nailsage recover`.

use super::{OfStrategy, Range, SignalsArgs, TIME_FORMS};
use clap::{Args, Subcommand};

#[derive(Debug, Subcommand)]
pub(crate) enum SignalsCommand {
    /// List signals, with the reasons why suppressed ones were not traded
    List(SignalsArgs),
    /// Count signals: how many were executed, and how many suppressed for which reason
    Funnel(FunnelArgs),
}

/// Count signals: how many were executed, and how many suppressed for which reason.
#[derive(Debug, Args)]
#[command(after_help = format!("Examples:
  nailsage signals funnel
  nailsage signals funnel --strategy my-bot/v1@7 --since 7d
  nailsage signals funnel --market 7 --since 2025-11-01 --until 2025-12-01 --format csv

{TIME_FORMS}"))]
pub(crate) struct FunnelArgs {
    #[command(flatten)]
    pub(crate) of: OfStrategy,
    #[command(flatten)]
    pub(crate) range: Range,
}

/// Show what a bot needs to carry on after a crash.
#[derive(Debug, Args)]
#[command(after_help = "Examples:
  nailsage recover
  nailsage recover --record --format json | my-bot --resume")]
pub(crate) struct RecoverArgs {
    /// Write into the audit log that a bot carries on, and with what; so an auditor sees where it had stopped
    #[arg(long)]
    pub(crate) record: bool,
}
