//! What a command comes to: its outcome, or a refusal.

use nailsage_domain::{
    Amount, EventId, PositionId, SignalId, StarlistingId, StateSnapshot, StrategyId, TradeId, UnixMillis, Usdt,
};
use serde::{Deserialize, Serialize};

use crate::refusal::Refusal;

/// The book's answer to a command.
#[derive(Debug, Clone, PartialEq)]
pub enum Answer {
    /// It was carried out, now or, under the same key, before.
    Done(Outcome),
    /// A rule said no; nothing was written.
    Refused(Refused),
}

impl Answer {
    /// The outcome, or the refusal as an error.
    ///
    /// # Errors
    ///
    /// The refusal, if it was refused.
    pub fn into_result(self) -> Result<Outcome, Refused> {
        match self {
            Self::Done(outcome) => Ok(outcome),
            Self::Refused(refused) => Err(refused),
        }
    }
}

/// A refusal and the action that met it.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error, Serialize, Deserialize)]
#[error("{refusal}")]
pub struct Refused {
    /// Which rule said no.
    #[serde(flatten)]
    pub refusal: Refusal,
    /// The place of the refused action in the command, from 0; absent when the command as a whole was refused.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub action_index: Option<usize>,
}

/// What an accepted command did. It is kept with the command's key and returned whenever the command is repeated.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct Outcome {
    /// The command's place in the order in which the book changed, from 1.
    pub commit_seq: i64,
    /// What each action did, in the command's order.
    pub results: Vec<Done>,
}

/// What one action did. In JSON its kind is the field `action`.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[serde(tag = "action", rename_all = "snake_case")]
pub enum Done {
    /// A strategy was registered.
    RegisterStrategy(StrategyRegistered),
    /// A strategy was activated.
    Activate(StrategyActivity),
    /// A strategy was deactivated.
    Deactivate(StrategyActivity),
    /// A signal was recorded.
    RecordSignal(SignalRecorded),
    /// A position was opened.
    OpenPosition(PositionOpened),
    /// A position was closed.
    ClosePosition(PositionClosed),
    /// A position was liquidated.
    LiquidatePosition(PositionClosed),
    /// A market was marked.
    MarkMarket(MarketMarked),
    /// A position was marked.
    MarkPosition(PositionMarked),
    /// A position's stops were replaced.
    SetStops(StopsSet),
    /// A bankroll was adjusted.
    AdjustBankroll(BankrollAdjusted),
    /// An event was logged.
    LogEvent(EventLogged),
    /// A snapshot was taken.
    TakeSnapshot(StateSnapshot),
    /// A snapshot from elsewhere was recorded.
    RecordSnapshot(StateSnapshot),
    /// Metrics were refreshed.
    RefreshMetrics(MetricsRefreshed),
    /// A recovery was recorded.
    RecordRecovery(RecoveryRecorded),
}

/// What registering a strategy did.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct StrategyRegistered {
    /// The strategy's id.
    pub strategy_id: StrategyId,
    /// Whether it is new.
    pub created: bool,
    /// Whether it was inactive and is active now.
    pub reactivated: bool,
    /// What it started with.
    pub initial_bankroll: Amount,
    /// What it has.
    pub current_bankroll: Usdt,
    /// An initial bankroll that was given but ignored, because the strategy had started with another one.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub ignored_initial_bankroll: Option<Amount>,
}

/// What activating or deactivating a strategy did.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct StrategyActivity {
    /// The strategy's id.
    pub strategy_id: StrategyId,
    /// Whether anything changed; false when it was so already.
    pub changed: bool,
}

/// What recording a signal did.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct SignalRecorded {
    /// The signal's id.
    pub signal_id: SignalId,
    /// Whether a trade came of it.
    pub was_executed: bool,
    /// The refusal of the actions that it was to trigger, if they were refused.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub refused: Option<Refused>,
    /// What each action that it triggered did.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub then: Vec<Done>,
}

/// What opening a position did.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct PositionOpened {
    /// The position's id.
    pub position_id: PositionId,
    /// The entry trade's id.
    pub trade_id: TradeId,
    /// Whose position it is.
    pub strategy_id: StrategyId,
    /// Its size in USDT.
    pub size: Amount,
}

/// What closing or liquidating a position did.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct PositionClosed {
    /// The position's id.
    pub position_id: PositionId,
    /// The exit trade's id.
    pub trade_id: TradeId,
    /// Whose position it was.
    pub strategy_id: StrategyId,
    /// What it earned after all fees, in USDT.
    pub realized_pnl: Usdt,
    /// The strategy's bankroll afterwards, in USDT.
    pub bankroll: Usdt,
}

/// What marking a market did.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct MarketMarked {
    /// The market.
    pub starlisting_id: StarlistingId,
    /// How many open positions stand at this price now.
    pub marked: u64,
    /// How many kept a later mark.
    pub stale: u64,
    /// Those that kept their mark because at this price they would earn more, or lose more, than the book can hold: what
    /// a mistyped entry price comes to.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub out_of_range: Vec<PositionId>,
}

/// What marking a position did.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct PositionMarked {
    /// The position's id.
    pub position_id: PositionId,
    /// False when it kept a later mark.
    pub marked: bool,
    /// What it would earn before fees at its mark, in USDT.
    pub unrealized_pnl: Usdt,
}

/// What setting stops did.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct StopsSet {
    /// The position's id.
    pub position_id: PositionId,
    /// Whether anything changed; false when they were so already.
    pub changed: bool,
}

/// What adjusting a bankroll did.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct BankrollAdjusted {
    /// The strategy's id.
    pub strategy_id: StrategyId,
    /// By how much it changed, in USDT.
    pub delta: Usdt,
    /// What it is now, in USDT.
    pub bankroll: Usdt,
}

/// What refreshing metrics did.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
pub struct MetricsRefreshed {
    /// How many ledger entries were taken.
    pub num_entries: u64,
    /// How many rows of metrics were written, new ones and changed ones.
    pub num_rows: u64,
    /// Days before the UTC day of this time count as complete.
    pub as_of: UnixMillis,
    /// Where the entries begin that are left for the next time, if any are left.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub left_from: Option<UnixMillis>,
}

/// What logging an event did.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct EventLogged {
    /// The event's id.
    pub event_id: EventId,
}

/// What recording a recovery did, and what there was to carry on.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
pub struct RecoveryRecorded {
    /// The event's id.
    pub event_id: EventId,
    /// How many commands had been accepted before.
    pub commit_seq: i64,
    /// How many strategies were active.
    pub num_strategies_active: i64,
    /// How many positions were open.
    pub num_open_positions: i64,
}
