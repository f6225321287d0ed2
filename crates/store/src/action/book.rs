//! Actions about the book as a whole: its audit log, snapshots and metrics.

use nailsage_domain::{Cost, EventData, EventType, Severity, Usdt};
use serde::{Deserialize, Serialize};

use crate::reference::StrategyRef;

/// Write an event to the audit log.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct LogEvent {
    /// What kind of event, such as `websocket_connect`.
    pub event_type: EventType,
    /// Any JSON.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub event_data: Option<EventData>,
    /// How bad it is; `INFO` when absent.
    #[serde(default = "info")]
    pub severity: Severity,
    /// The strategy it is about, if any.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub strategy: Option<StrategyRef>,
}

/// Record what all strategies together, and each of them, have at the command's time, as the book knows it after the
/// actions before this one.
///
/// Equity is the bankrolls and the unrealized P&L at the last marks, allocated is the size of open positions, available
/// is the bankrolls without that.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct TakeSnapshot {}

/// Work out the metrics of every strategy, and of all together, for all periods that changed since the last time.
///
/// It is a command of its own. After much has happened it takes only the oldest part, and its outcome says that more is
/// left: send it again until nothing is. Days count as complete when they are over at the command's time.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct RefreshMetrics {}

/// Record a snapshot that was worked out elsewhere, such as one of an earlier system.
///
/// Equity must be what is available, allocated and unrealized together.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct RecordSnapshot {
    /// What everything was worth, in USDT.
    pub total_equity: Usdt,
    /// What was not in positions, in USDT.
    pub available_capital: Usdt,
    /// What was in open positions, in USDT.
    pub allocated_capital: Cost,
    /// The unrealized P&L of all open positions, in USDT.
    pub total_unrealized_pnl: Usdt,
    /// The realized P&L of all ended positions, in USDT.
    pub total_realized_pnl: Usdt,
    /// How many positions were open.
    pub num_open_positions: u32,
    /// How many strategies were active.
    pub num_strategies_active: u32,
}

/// Write into the audit log that a bot carries on after it had stopped, with what the book holds as it knows it after the
/// actions before this one: how many strategies are active, how many positions are open, and how many commands there were
/// before this one.
///
/// [`Reader::recover`](crate::Reader::recover) is how it learns the rest.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct RecordRecovery {}

fn info() -> Severity {
    Severity::Info
}
