//! Lists: which rows, how many, in which order.

use clap::Args;
use nailsage::{ExitReason, LedgerKind, PositionId, Reason, Side, SignalType, StarlistingId, StrategyRef, UnixMillis};

use super::{Paging, RangePaging};
use crate::output::time::parse_time;

/// List strategies with their bankrolls and totals.
#[derive(Debug, Args)]
pub(crate) struct StrategiesArgs {
    /// Only those that may open positions
    #[arg(long, conflicts_with = "inactive")]
    pub(crate) active: bool,
    /// Only those that may not
    #[arg(long)]
    pub(crate) inactive: bool,
    #[command(flatten)]
    pub(crate) paging: Paging,
}

/// List positions.
#[derive(Debug, Args)]
#[command(after_help = "Examples:
  nailsage positions --open
  nailsage positions --closed --strategy my-bot/v1@7 --by-exit --newest --limit 10
  nailsage positions --since 7d --side long
  nailsage positions --all --format csv > positions.csv

With --since or --until they come in the order of the time at which they were opened, else by id.")]
pub(crate) struct PositionsArgs {
    /// Only open ones
    #[arg(long, conflicts_with = "closed")]
    pub(crate) open: bool,
    /// Only closed ones, liquidated ones included
    #[arg(long)]
    pub(crate) closed: bool,
    /// Closed ones of a strategy by when they were closed, --since and --until too
    #[arg(long, requires_all = ["closed", "strategy"], conflicts_with_all = ["open", "side", "reason", "market"])]
    pub(crate) by_exit: bool,
    #[command(flatten)]
    pub(crate) of: OfStrategy,
    /// Only long or only short ones
    #[arg(long)]
    pub(crate) side: Option<Side>,
    /// Only those that ended for this reason, such as `stop_loss`
    #[arg(long)]
    pub(crate) reason: Option<ExitReason>,
    /// By when they were opened
    #[command(flatten)]
    pub(crate) range: Range,
    #[command(flatten)]
    pub(crate) paging: RangePaging,
}

/// A filter by market and time.
#[derive(Debug, Clone, Args)]
pub(crate) struct Range {
    /// Only those on this market
    #[arg(long, value_name = "STARLISTING")]
    pub(crate) market: Option<StarlistingId>,
    /// Only those at this time or later: ISO 8601, Unix ms, or how long ago it was, such as 7d
    #[arg(long, value_name = "TIME", value_parser = parse_time)]
    pub(crate) since: Option<UnixMillis>,
    /// Only those before this time
    #[arg(long, value_name = "TIME", value_parser = parse_time)]
    pub(crate) until: Option<UnixMillis>,
}

impl Range {
    /// Whether it leaves anything out.
    pub(crate) fn is_narrowed(&self) -> bool {
        self.market.is_some() || self.since.is_some() || self.until.is_some()
    }
}

/// A filter by strategy.
#[derive(Debug, Clone, Args)]
pub(crate) struct OfStrategy {
    /// Only this strategy's: its id, or name/version@starlisting
    #[arg(long, value_name = "STRATEGY")]
    pub(crate) strategy: Option<StrategyRef>,
}

/// List trades: one entry and one exit per position.
#[derive(Debug, Args)]
#[command(after_help = "Examples:
  nailsage trades --strategy my-bot/v1@7 --newest --limit 10
  nailsage trades --market 7 --since 2025-11-01 --until 2025-12-01

With --since or --until they come in the order of time, else by id.")]
pub(crate) struct TradesArgs {
    #[command(flatten)]
    pub(crate) of: OfStrategy,
    /// Only this position's
    #[arg(long, value_name = "ID")]
    pub(crate) position: Option<PositionId>,
    #[command(flatten)]
    pub(crate) range: Range,
    #[command(flatten)]
    pub(crate) paging: RangePaging,
}

/// List signals, with the reasons why suppressed ones were not traded.
#[derive(Debug, Args)]
#[command(after_help = "Examples:
  nailsage signals list --strategy my-bot/v1@7 --executed --newest --limit 10
  nailsage signals list --suppressed --reason cooldown --since 7d

With --since or --until they come in the order of time, else by id.")]
pub(crate) struct SignalsArgs {
    #[command(flatten)]
    pub(crate) of: OfStrategy,
    /// Only those that were traded
    #[arg(long, conflicts_with = "suppressed")]
    pub(crate) executed: bool,
    /// Only those that were not
    #[arg(long)]
    pub(crate) suppressed: bool,
    /// Only those that say this: long, short, neutral or close
    #[arg(long = "type", value_name = "TYPE")]
    pub(crate) signal_type: Option<SignalType>,
    /// Only those that were suppressed for this reason
    #[arg(long)]
    pub(crate) reason: Option<Reason>,
    #[command(flatten)]
    pub(crate) range: Range,
    #[command(flatten)]
    pub(crate) paging: RangePaging,
}

/// Show a strategy's ledger: every change of its bankroll and terms.
#[derive(Debug, Args)]
#[command(after_help = "Examples:
  nailsage ledger show my-bot/v1@7 --newest --limit 10
  nailsage ledger show my-bot/v1@7 --kind adjust
  nailsage ledger show my-bot/v1@7 --kind close --since 7d")]
pub(crate) struct LedgerArgs {
    /// Its id, or name/version@starlisting
    pub(crate) strategy: StrategyRef,
    /// Only entries of this kind: register, activate, deactivate, open, close, liquidate, stops or adjust
    #[arg(long)]
    pub(crate) kind: Option<LedgerKind>,
    /// Only entries at this time or later: ISO 8601, Unix ms, or how long ago it was, such as 7d
    #[arg(long, value_name = "TIME", value_parser = parse_time)]
    pub(crate) since: Option<UnixMillis>,
    /// Only entries before this time
    #[arg(long, value_name = "TIME", value_parser = parse_time)]
    pub(crate) until: Option<UnixMillis>,
    #[command(flatten)]
    pub(crate) paging: Paging,
}
