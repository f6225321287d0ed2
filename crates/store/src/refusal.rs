//! What a rule says when it says no.

use nailsage_domain::{Interval, PositionId, PositionStatus, RequestKey, StrategyId, UnixMillis, Usdt};
use serde::{Deserialize, Serialize};

use crate::reference::{PositionRef, StrategyRef};

/// A rule said no, and nothing was written. A refusal is an answer, not an error: repeating the command gives the same
/// until the book has changed.
///
/// In JSON the field `code` names it; [`code`](Self::code) is also the `rejection_reason` of a signal whose actions
/// were refused.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error, Serialize, Deserialize)]
#[serde(tag = "code", rename_all = "snake_case")]
#[non_exhaustive]
pub enum Refusal {
    /// The book has no such strategy.
    #[error("there is no strategy {strategy}; register it first")]
    UnknownStrategy {
        /// As it was named.
        strategy: StrategyRef,
    },
    /// The strategy was registered with another candle interval.
    #[error("the strategy is registered with interval {registered}, not {given}; use another version for it")]
    IntervalMismatch {
        /// The interval in the book.
        registered: Interval,
        /// The interval given now.
        given: Interval,
    },
    /// An inactive strategy opens nothing.
    #[error("strategy {strategy_id} is inactive; activate it before opening positions")]
    StrategyInactive {
        /// Which strategy.
        strategy_id: StrategyId,
    },
    /// A strategy without money opens nothing.
    #[error("the bankroll of strategy {strategy_id} is {bankroll} USDT; deposit before opening positions")]
    BankrollDepleted {
        /// Which strategy.
        strategy_id: StrategyId,
        /// What it has.
        bankroll: Usdt,
    },
    /// A share of the bankroll came to nothing.
    #[error("the size rounds to 0 USDT at a bankroll of {bankroll} USDT; give a larger size")]
    SizeRoundsToZero {
        /// What the strategy has.
        bankroll: Usdt,
    },
    /// The stop-loss lies beyond the take-profit.
    #[error("the stop-loss and the take-profit price are crossed for this side; swap them")]
    StopsCrossed,
    /// The book has no such position.
    #[error("there is no position {position}")]
    UnknownPosition {
        /// As it was named.
        position: PositionRef,
    },
    /// The name fits several positions.
    #[error("{position} fits {count} positions; name one by its id")]
    AmbiguousPosition {
        /// As it was named.
        position: PositionRef,
        /// How many it fits.
        count: u64,
    },
    /// The position was closed before.
    #[error("position {position_id} is {status}, not open")]
    PositionNotOpen {
        /// Which position.
        position_id: PositionId,
        /// What became of it.
        status: PositionStatus,
    },
    /// A position cannot end before it began.
    #[error("the exit at {exit} is before the entry at {entry} (Unix ms)")]
    ExitBeforeEntry {
        /// When the position was opened.
        entry: UnixMillis,
        /// When it was to end.
        exit: UnixMillis,
    },
    /// `liquidation` is no reason to close; it is an action of its own.
    #[error("exit reason liquidation belongs to the action liquidate_position")]
    LiquidationIsAnAction,
    /// A signal that traded nothing says why.
    #[error("a signal that trades nothing needs a rejection_reason")]
    SignalNeedsReason,
    /// A signal that traded was not rejected.
    #[error("this signal was traded, so it cannot have a rejection_reason")]
    SignalHasReason,
    /// A signal triggers no other signals.
    #[error("a signal cannot hold another signal; record them one after the other")]
    SignalInSignal,
    /// One can take out at most what is there.
    #[error("withdrawing {amount} USDT is more than the bankroll of {bankroll} USDT")]
    WithdrawalExceedsBankroll {
        /// What was to be taken.
        amount: Usdt,
        /// What is there.
        bankroll: Usdt,
    },
    /// A result would leave the range in which the book is exact.
    #[error("{what} would leave the book's range of ±2^33 USDT")]
    RangeExceeded {
        /// Which result.
        what: RangedValue,
    },
    /// A snapshot's equity is not what its parts are.
    #[error(
        "the snapshot does not add up: total_equity {total_equity} USDT is not available_capital + allocated_capital + \
         total_unrealized_pnl"
    )]
    SnapshotDoesNotAddUp {
        /// The equity given.
        total_equity: Usdt,
    },
    /// Refreshing metrics is a command of its own.
    #[error("refresh_metrics must be the only action of its command")]
    RefreshIsAlone,
    /// Somebody has changed the metrics, or deleted some of them.
    #[error("the rows of performance_metrics do not fit the ledger; delete all of them and refresh again")]
    MetricsDoNotFit,
    /// The key was accepted before, with another command.
    #[error("key {key} was used before for a different command; use a new key")]
    KeyReused {
        /// The key.
        key: RequestKey,
    },
    /// A command without actions.
    #[error("the command has no actions")]
    EmptyCommand,
    /// A command with too many actions.
    #[error("the command has {count} actions, at most {max} are allowed; split it")]
    TooManyActions {
        /// How many it has.
        count: u64,
        /// How many it may have.
        max: u64,
    },
}

/// The results that can leave the book's range.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
#[non_exhaustive]
pub enum RangedValue {
    /// A position's size.
    Size,
    /// A position's fees.
    Fees,
    /// A position's realized P&L.
    RealizedPnl,
    /// A position's unrealized P&L.
    UnrealizedPnl,
    /// A strategy's bankroll.
    Bankroll,
    /// A strategy's totals.
    Totals,
    /// A sum over strategies or positions.
    Snapshot,
    /// A sum over what was realized.
    Metrics,
}

impl RangedValue {
    /// Its text, as in JSON.
    #[must_use]
    pub fn as_str(self) -> &'static str {
        match self {
            Self::Size => "size",
            Self::Fees => "fees",
            Self::RealizedPnl => "realized_pnl",
            Self::UnrealizedPnl => "unrealized_pnl",
            Self::Bankroll => "bankroll",
            Self::Totals => "totals",
            Self::Snapshot => "snapshot",
            Self::Metrics => "metrics",
        }
    }
}

impl std::fmt::Display for RangedValue {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.write_str(self.as_str())
    }
}

impl Refusal {
    /// The refusal's name, as in JSON.
    #[must_use]
    pub fn code(&self) -> &'static str {
        match self {
            Self::UnknownStrategy { .. } => "unknown_strategy",
            Self::IntervalMismatch { .. } => "interval_mismatch",
            Self::StrategyInactive { .. } => "strategy_inactive",
            Self::BankrollDepleted { .. } => "bankroll_depleted",
            Self::SizeRoundsToZero { .. } => "size_rounds_to_zero",
            Self::StopsCrossed => "stops_crossed",
            Self::UnknownPosition { .. } => "unknown_position",
            Self::AmbiguousPosition { .. } => "ambiguous_position",
            Self::PositionNotOpen { .. } => "position_not_open",
            Self::ExitBeforeEntry { .. } => "exit_before_entry",
            Self::LiquidationIsAnAction => "liquidation_is_an_action",
            Self::SignalNeedsReason => "signal_needs_reason",
            Self::SignalHasReason => "signal_has_reason",
            Self::SignalInSignal => "signal_in_signal",
            Self::WithdrawalExceedsBankroll { .. } => "withdrawal_exceeds_bankroll",
            Self::RangeExceeded { .. } => "range_exceeded",
            Self::SnapshotDoesNotAddUp { .. } => "snapshot_does_not_add_up",
            Self::RefreshIsAlone => "refresh_is_alone",
            Self::MetricsDoNotFit => "metrics_do_not_fit",
            Self::KeyReused { .. } => "key_reused",
            Self::EmptyCommand => "empty_command",
            Self::TooManyActions { .. } => "too_many_actions",
        }
    }
}
