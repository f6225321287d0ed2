//! The actions of a command, one struct each, and their wire names.

mod book;

use nailsage_domain::{
    Amount, Confidence, ConfigPath, Cost, ExitReason, Interval, ModelId, Price, Reason, Side, SignalType,
    StarlistingId, StrategyKey,
};
use serde::{Deserialize, Serialize};

use crate::{
    reference::{PositionRef, StrategyRef},
    size::Size,
};

pub use book::{LogEvent, RecordRecovery, RecordSnapshot, RefreshMetrics, TakeSnapshot};

/// One thing that happens to the book. In JSON its kind is the field `action`.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[serde(tag = "action", rename_all = "snake_case")]
pub enum Action {
    /// Create a strategy, or get the one that is there.
    RegisterStrategy(RegisterStrategy),
    /// Let a strategy open positions again.
    Activate(Activate),
    /// Stop a strategy from opening positions.
    Deactivate(Deactivate),
    /// Record a signal, and do what it triggers.
    RecordSignal(RecordSignal),
    /// Open a position with its entry trade.
    OpenPosition(OpenPosition),
    /// Close a position with its exit trade.
    ClosePosition(ClosePosition),
    /// Close a position because its margin is gone.
    LiquidatePosition(LiquidatePosition),
    /// Set the price at which all open positions of a market stand.
    MarkMarket(MarkMarket),
    /// Set the price at which one open position stands.
    MarkPosition(MarkPosition),
    /// Replace a position's stop-loss and take-profit prices.
    SetStops(SetStops),
    /// Move money into or out of a strategy; a cash flow, never a profit.
    AdjustBankroll(AdjustBankroll),
    /// Write an event to the audit log.
    LogEvent(LogEvent),
    /// Record what all strategies and each of them have now.
    TakeSnapshot(TakeSnapshot),
    /// Record what somebody else says that all strategies together had.
    RecordSnapshot(RecordSnapshot),
    /// Work out the metrics of all periods that changed.
    RefreshMetrics(RefreshMetrics),
    /// Write into the audit log that a bot carries on, and with what.
    RecordRecovery(RecordRecovery),
}

impl Action {
    /// This action and those inside it.
    pub(crate) fn count(&self) -> usize {
        match self {
            Self::RecordSignal(signal) => 1 + signal.then.iter().map(Self::count).sum::<usize>(),
            _ => 1,
        }
    }
}

/// What an action takes apart from an event's data: its own size, its usual texts and the rows that it becomes.
const ACTION_BYTES: usize = 1_024;

impl Action {
    /// About how many bytes this action and those inside it take.
    pub(crate) fn bytes(&self) -> usize {
        ACTION_BYTES
            + match self {
                Self::RecordSignal(signal) => signal.then.iter().map(Self::bytes).sum(),
                Self::LogEvent(event) => event.event_data.as_ref().map_or(0, |data| data.as_str().len()),
                _ => 0,
            }
    }
}

/// Get or create the strategy of this name, version and market.
///
/// An inactive strategy becomes active again; a given `model_id` and `config_path` replace the old ones; another
/// interval is refused; another initial bankroll is ignored, and the outcome says so.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct RegisterStrategy {
    /// Name, version and market, in JSON `"name/version@market"`.
    #[serde(with = "crate::reference::strategy_key_text")]
    pub strategy: StrategyKey,
    /// The candle interval, such as `1m`.
    pub interval: Interval,
    /// The model behind it, if any.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub model_id: Option<ModelId>,
    /// Where its configuration lives, if anywhere.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub config_path: Option<ConfigPath>,
    /// What a new strategy starts with; 10,000 USDT when absent.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub initial_bankroll: Option<Amount>,
}

impl RegisterStrategy {
    /// With the defaults: 10,000 USDT, no model and no configuration.
    #[must_use]
    pub fn new(strategy: StrategyKey, interval: Interval) -> Self {
        Self { strategy, interval, model_id: None, config_path: None, initial_bankroll: None }
    }
}

/// Let a strategy open positions again. Nothing changes if it may already.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Activate {
    /// Which strategy.
    pub strategy: StrategyRef,
    /// Why, for the audit log.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub reason: Option<Reason>,
}

/// Stop a strategy from opening positions; closing stays possible. Nothing changes if it is stopped already.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Deactivate {
    /// Which strategy.
    pub strategy: StrategyRef,
    /// Why, for the audit log.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub reason: Option<Reason>,
}

/// Record a signal and carry out `then`.
///
/// If a rule refuses one of the actions in `then`, none of them happens and the signal is kept as suppressed, with the
/// refusal's code as its reason. A signal that made a trade is executed; one that made none needs a
/// `rejection_reason`.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct RecordSignal {
    /// Whose signal it is.
    pub strategy: StrategyRef,
    /// The market it is about; the strategy's own when absent.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub starlisting_id: Option<StarlistingId>,
    /// What it says.
    pub signal_type: SignalType,
    /// The model's confidence from 0 to 1, if it has one.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub confidence: Option<Confidence>,
    /// The market's price when the signal was made.
    pub price: Price,
    /// Why nothing was traded, such as `cooldown`; only for a signal that trades nothing.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub rejection_reason: Option<Reason>,
    /// The actions that the signal triggers, all or none; no signals among them.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub then: Vec<Action>,
}

/// Open a position at a fill price that already contains the slippage.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct OpenPosition {
    /// Whose position it is.
    pub strategy: StrategyRef,
    /// The market; the strategy's own when absent.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub starlisting_id: Option<StarlistingId>,
    /// Long or short.
    pub side: Side,
    /// How much; 10 % of the bankroll when absent.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub size: Option<Size>,
    /// The fill price.
    pub price: Price,
    /// Fees of the entry trade, in USDT.
    #[serde(default)]
    pub fees: Cost,
    /// Slippage of the entry trade in USDT, for the record.
    #[serde(default)]
    pub slippage: Cost,
    /// Where a loss is cut, if set.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub stop_loss_price: Option<Price>,
    /// Where a profit is taken, if set.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub take_profit_price: Option<Price>,
}

impl OpenPosition {
    /// With the defaults: the strategy's own market, 10 % of the bankroll, no fees, slippage or stops.
    #[must_use]
    pub fn new(strategy: impl Into<StrategyRef>, side: Side, price: Price) -> Self {
        Self {
            strategy: strategy.into(),
            starlisting_id: None,
            side,
            size: None,
            price,
            fees: Cost::ZERO,
            slippage: Cost::ZERO,
            stop_loss_price: None,
            take_profit_price: None,
        }
    }
}

/// Close a position at a fill price that already contains the slippage.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct ClosePosition {
    /// Which position.
    pub position: PositionRef,
    /// The fill price.
    pub price: Price,
    /// Fees of the exit trade, in USDT.
    #[serde(default)]
    pub fees: Cost,
    /// Slippage of the exit trade in USDT, for the record.
    #[serde(default)]
    pub slippage: Cost,
    /// Why it closes; `signal` inside a signal and `manual` elsewhere when absent. `liquidation` is refused here.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub exit_reason: Option<ExitReason>,
}

impl ClosePosition {
    /// With the defaults: no fees or slippage, and the reason that fits the place.
    #[must_use]
    pub fn new(position: impl Into<PositionRef>, price: Price) -> Self {
        Self { position: position.into(), price, fees: Cost::ZERO, slippage: Cost::ZERO, exit_reason: None }
    }
}

/// Close a position with status `liquidated`.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct LiquidatePosition {
    /// Which position.
    pub position: PositionRef,
    /// The fill price.
    pub price: Price,
    /// Fees of the exit trade, in USDT.
    #[serde(default)]
    pub fees: Cost,
    /// Slippage of the exit trade in USDT, for the record.
    #[serde(default)]
    pub slippage: Cost,
}

/// Mark all open positions of a market, of all strategies. A position marked later than this stays as it is.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct MarkMarket {
    /// The market.
    pub starlisting_id: StarlistingId,
    /// Its price.
    pub price: Price,
}

/// Mark one open position. If it was marked later than this, it stays as it is.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct MarkPosition {
    /// Which position.
    pub position: PositionRef,
    /// The market's price.
    pub price: Price,
}

/// Replace both stops of an open position; an absent one is removed.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct SetStops {
    /// Which position.
    pub position: PositionRef,
    /// Where a loss is cut, if anywhere.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub stop_loss_price: Option<Price>,
    /// Where a profit is taken, if anywhere.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub take_profit_price: Option<Price>,
}

/// Move money into or out of a strategy.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct AdjustBankroll {
    /// Whose bankroll.
    pub strategy: StrategyRef,
    /// By how much, or to what.
    pub change: BankrollChange,
    /// Why; it stays in the ledger.
    pub reason: Reason,
}

/// How a bankroll changes. In JSON `{"deposit": "500"}`, `{"withdraw": "500"}` or `{"set_to": "10000"}`.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum BankrollChange {
    /// Make it exactly this.
    SetTo(Amount),
    /// Add this.
    Deposit(Amount),
    /// Take this out; at most the bankroll.
    Withdraw(Amount),
}

macro_rules! action_from {
    ($($payload:ident => $variant:ident),* $(,)?) => {
        $(impl From<$payload> for Action {
            fn from(payload: $payload) -> Self {
                Self::$variant(payload)
            }
        })*
    };
}

action_from! {
    RegisterStrategy => RegisterStrategy,
    Activate => Activate,
    Deactivate => Deactivate,
    RecordSignal => RecordSignal,
    OpenPosition => OpenPosition,
    ClosePosition => ClosePosition,
    LiquidatePosition => LiquidatePosition,
    MarkMarket => MarkMarket,
    MarkPosition => MarkPosition,
    SetStops => SetStops,
    AdjustBankroll => AdjustBankroll,
    LogEvent => LogEvent,
    TakeSnapshot => TakeSnapshot,
    RecordSnapshot => RecordSnapshot,
    RefreshMetrics => RefreshMetrics,
    RecordRecovery => RecordRecovery,
}
