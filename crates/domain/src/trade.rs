//! Trades: the orders that were filled on paper.

use serde::{Deserialize, Serialize};

use crate::{Amount, Cost, PositionId, Price, SignalId, StarlistingId, StrategyId, TradeId, TradeType, UnixMillis};

/// A filled order: the entry or the exit of a position.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Trade {
    /// Its number in this book.
    pub id: TradeId,
    /// The position it enters or leaves.
    pub position_id: PositionId,
    /// Whose it is.
    pub strategy_id: StrategyId,
    /// In which market.
    pub starlisting_id: StarlistingId,
    /// Entry or exit, and of which side.
    pub trade_type: TradeType,
    /// The position's notional value at its entry, in USDT, for entry and exit alike.
    pub size: Amount,
    /// The fill price, slippage included.
    pub price: Price,
    /// The fees of this trade, in USDT.
    pub fees: Cost,
    /// What slippage cost, in USDT; for the record, since the price contains it already.
    pub slippage: Cost,
    /// When it was filled, by the caller's clock.
    pub timestamp: UnixMillis,
    /// The signal that caused it, if one did.
    pub signal_id: Option<SignalId>,
    /// When the book wrote it, by the book's clock.
    pub created_at: UnixMillis,
}
