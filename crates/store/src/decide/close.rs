//! Ending a position, by closing or liquidating it, with its exit trade.

use nailsage_domain::{Cost, Exit, ExitReason, LedgerKind, PositionState, Price, Trade, TradeType, rules};

use super::{
    Within, find,
    ledger::{Line, post},
};
use crate::{
    action::{ClosePosition, LiquidatePosition},
    answer::PositionClosed,
    plan::{PositionWrite, StrategyWrite},
    reference::{PositionRef, StrategyRef},
    refusal::{RangedValue, Refusal},
    state::Overlay,
};

pub(super) fn close(
    overlay: &mut Overlay<'_>,
    action: &ClosePosition,
    within: Within,
) -> Result<PositionClosed, Refusal> {
    let reason = match action.exit_reason {
        Some(ExitReason::Liquidation) => return Err(Refusal::LiquidationIsAnAction),
        Some(reason) => reason,
        None if within == Within::Signal => ExitReason::Signal,
        None => ExitReason::Manual,
    };
    let fill = Fill { price: action.price, fees: action.fees, slippage: action.slippage };
    end(overlay, &action.position, &fill, LedgerKind::Close, |exit| PositionState::Closed { exit, reason })
}

pub(super) fn liquidate(overlay: &mut Overlay<'_>, action: &LiquidatePosition) -> Result<PositionClosed, Refusal> {
    let fill = Fill { price: action.price, fees: action.fees, slippage: action.slippage };
    end(overlay, &action.position, &fill, LedgerKind::Liquidate, |exit| PositionState::Liquidated { exit })
}

struct Fill {
    price: Price,
    fees: Cost,
    slippage: Cost,
}

fn end(
    overlay: &mut Overlay<'_>,
    name: &PositionRef,
    fill: &Fill,
    kind: LedgerKind,
    ended: impl FnOnce(Exit) -> PositionState,
) -> Result<PositionClosed, Refusal> {
    let mut position = find::open_position(overlay, name)?;
    if overlay.at < position.entry_timestamp {
        return Err(Refusal::ExitBeforeEntry { entry: position.entry_timestamp, exit: overlay.at });
    }
    let out_of_range = |what| Refusal::RangeExceeded { what };
    let entry_fees = position.fees_paid;
    let fees_paid = entry_fees.checked_add(fill.fees).map_err(|_| out_of_range(RangedValue::Fees))?;
    let realized_pnl =
        rules::realized_pnl(position.side, position.size, position.entry_price, fill.price, entry_fees, fill.fees)
            .map_err(|_| out_of_range(RangedValue::RealizedPnl))?;

    let trade = Trade {
        id: overlay.book.take_trade_id(),
        position_id: position.id,
        strategy_id: position.strategy_id,
        starlisting_id: position.starlisting_id,
        trade_type: TradeType::closing(position.side),
        size: position.size,
        price: fill.price,
        fees: fill.fees,
        slippage: fill.slippage,
        timestamp: overlay.at,
        signal_id: None,
        created_at: overlay.now,
    };
    let mut state = find::strategy(overlay, &StrategyRef::Id(position.strategy_id))?.clone();
    // The range of the bankroll is checked before that of the totals, so that the nearer cause is named.
    state.strategy.current_bankroll.checked_add(realized_pnl).map_err(|_| out_of_range(RangedValue::Bankroll))?;
    let held_ms = overlay.at.millis_since(position.entry_timestamp);
    state.totals.add_closed(realized_pnl, fill.fees, held_ms).map_err(|_| out_of_range(RangedValue::Totals))?;
    let line = Line {
        delta: realized_pnl,
        position_id: Some(position.id),
        trade_id: Some(trade.id),
        held_ms: Some(held_ms),
        ..Line::of(kind)
    };
    let bankroll = post(overlay, state, StrategyWrite::Bankroll, line)?;

    let closed = PositionClosed {
        position_id: position.id,
        trade_id: trade.id,
        strategy_id: position.strategy_id,
        realized_pnl,
        bankroll,
    };
    position.fees_paid = fees_paid;
    position.updated_at = overlay.now;
    position.state = ended(Exit { price: fill.price, timestamp: overlay.at, realized_pnl });
    overlay.put_position(PositionWrite::Ended, position);
    overlay.changes.trades.push(trade);
    Ok(closed)
}
