//! Opening a position with its entry trade.

use nailsage_domain::{
    Amount, BankrollPercent, LedgerKind, Mark, Position, PositionState, Strategy, Trade, TradeType, Usdt, rules,
};

use super::{
    find,
    ledger::{Line, post},
};
use crate::{
    action::OpenPosition,
    answer::PositionOpened,
    plan::{PositionWrite, StrategyWrite},
    refusal::{RangedValue, Refusal},
    size::Size,
    state::Overlay,
};

pub(super) fn open(overlay: &mut Overlay<'_>, action: &OpenPosition) -> Result<PositionOpened, Refusal> {
    let mut state = find::strategy(overlay, &action.strategy)?.clone();
    let strategy = &state.strategy;
    let strategy_id = strategy.id;
    may_open(strategy)?;
    let size = size_of(strategy, action.size)?;
    if rules::stops_crossed(action.side, action.stop_loss_price, action.take_profit_price) {
        return Err(Refusal::StopsCrossed);
    }
    let starlisting_id = action.starlisting_id.unwrap_or(strategy.key.starlisting_id);
    let position = Position {
        id: overlay.book.take_position_id(),
        strategy_id,
        starlisting_id,
        side: action.side,
        size,
        entry_price: action.price,
        entry_timestamp: overlay.at,
        fees_paid: action.fees,
        stop_loss_price: action.stop_loss_price,
        take_profit_price: action.take_profit_price,
        state: PositionState::Open { mark: Mark { price: action.price, at: overlay.at, unrealized_pnl: Usdt::ZERO } },
        created_at: overlay.now,
        updated_at: overlay.now,
    };
    let trade = Trade {
        id: overlay.book.take_trade_id(),
        position_id: position.id,
        strategy_id,
        starlisting_id,
        trade_type: TradeType::opening(action.side),
        size,
        price: action.price,
        fees: action.fees,
        slippage: action.slippage,
        timestamp: overlay.at,
        signal_id: None,
        created_at: overlay.now,
    };
    state.totals.add_fees(action.fees).map_err(|_| Refusal::RangeExceeded { what: RangedValue::Totals })?;
    let line = Line { position_id: Some(position.id), trade_id: Some(trade.id), ..Line::of(LedgerKind::Open) };
    post(overlay, state, StrategyWrite::Totals, line)?;
    let opened = PositionOpened { position_id: position.id, trade_id: trade.id, strategy_id, size };
    overlay.put_position(PositionWrite::New, position);
    overlay.changes.trades.push(trade);
    Ok(opened)
}

fn may_open(strategy: &Strategy) -> Result<(), Refusal> {
    if !strategy.is_active {
        return Err(Refusal::StrategyInactive { strategy_id: strategy.id });
    }
    if !strategy.current_bankroll.is_positive() {
        return Err(Refusal::BankrollDepleted { strategy_id: strategy.id, bankroll: strategy.current_bankroll });
    }
    Ok(())
}

fn size_of(strategy: &Strategy, size: Option<Size>) -> Result<Amount, Refusal> {
    let percent = match size {
        Some(Size::Usdt(amount)) => return Ok(amount),
        Some(Size::Percent(percent)) => percent,
        None => BankrollPercent::DEFAULT,
    };
    let bankroll = strategy.current_bankroll;
    rules::size_from(bankroll, percent)
        .map_err(|_| Refusal::RangeExceeded { what: RangedValue::Size })?
        .ok_or(Refusal::SizeRoundsToZero { bankroll })
}
