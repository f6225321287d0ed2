//! Ending positions: what they earned, and where it goes.

use nailsage_domain::{Cost, Exit, ExitReason, LedgerKind, PositionState, Price, Side, Trade, TradeId, TradeType};
use nailsage_store::{
    ClosePosition, LiquidatePosition, PositionClosed, PositionRef, Refusal, StrategyRef, refusal::RangedValue,
};

use crate::{
    book::{Line, Run, next_id},
    exact,
};

/// How a position ends.
struct Ending<'a> {
    position: &'a PositionRef,
    price: Price,
    fees: Cost,
    slippage: Cost,
    /// Why it is closed; none when it is liquidated.
    reason: Option<ExitReason>,
}

impl Run {
    pub(crate) fn close(&mut self, action: &ClosePosition) -> Result<PositionClosed, Refusal> {
        let reason = match action.exit_reason {
            Some(ExitReason::Liquidation) => return Err(Refusal::LiquidationIsAnAction),
            Some(reason) => reason,
            None if self.signal.is_some() => ExitReason::Signal,
            None => ExitReason::Manual,
        };
        let ClosePosition { position, price, fees, slippage, exit_reason: _ } = action;
        self.end(&Ending { position, price: *price, fees: *fees, slippage: *slippage, reason: Some(reason) })
    }

    pub(crate) fn liquidate(&mut self, action: &LiquidatePosition) -> Result<PositionClosed, Refusal> {
        let LiquidatePosition { position, price, fees, slippage } = action;
        self.end(&Ending { position, price: *price, fees: *fees, slippage: *slippage, reason: None })
    }

    fn end(&mut self, ending: &Ending<'_>) -> Result<PositionClosed, Refusal> {
        let mut position = self.open_position(ending.position)?;
        if self.at < position.entry_timestamp {
            return Err(Refusal::ExitBeforeEntry { entry: position.entry_timestamp, exit: self.at });
        }
        let all_fees = exact::money(position.fees_paid) + exact::money(ending.fees);
        let fees_paid = exact::in_range(&all_fees).ok_or(beyond(RangedValue::Fees))?;
        let (entry, exit) = (exact::price(position.entry_price), exact::price(ending.price));
        let gross = exact::gross(position.side, &exact::money(position.size), &entry, &exit);
        // Rounded before the fees go off: half to even depends on the whole, so afterwards could be another millionth.
        let realized = exact::rounded(&gross) - all_fees;
        let realized_pnl = exact::in_range(&realized).ok_or(beyond(RangedValue::RealizedPnl))?;

        let mut record = self.strategy(&StrategyRef::Id(position.strategy_id))?;
        let bankroll = exact::money(record.strategy.current_bankroll) + exact::money(realized_pnl);
        let bankroll = exact::in_range(&bankroll).ok_or(beyond(RangedValue::Bankroll))?;
        record.strategy.current_bankroll = bankroll;
        record.strategy.updated_at = self.now;

        let pnl = realized_pnl.micros();
        let totals = &mut record.totals;
        totals.num_closed += 1;
        totals.realized_micros = total(totals.realized_micros, pnl)?;
        if pnl > 0 {
            totals.num_wins += 1;
            totals.win_micros = total(totals.win_micros, pnl)?;
        } else {
            totals.num_losses += 1;
            totals.loss_micros = total(totals.loss_micros, pnl)?;
        }
        totals.fees_micros = total(totals.fees_micros, ending.fees.usdt().micros())?;
        totals.duration_ms = total(totals.duration_ms, self.at.get() - position.entry_timestamp.get())?;

        let trade_id = TradeId::new(next_id(&self.rows.trades)).expect("ids count from 1");
        self.rows.trades.push(Trade {
            id: trade_id,
            position_id: position.id,
            strategy_id: position.strategy_id,
            starlisting_id: position.starlisting_id,
            trade_type: match position.side {
                Side::Long => TradeType::CloseLong,
                Side::Short => TradeType::CloseShort,
            },
            size: position.size,
            price: ending.price,
            fees: ending.fees,
            slippage: ending.slippage,
            timestamp: self.at,
            signal_id: self.signal,
            created_at: self.now,
        });
        let kind = if ending.reason.is_some() { LedgerKind::Close } else { LedgerKind::Liquidate };
        self.post(
            record,
            Line {
                delta: realized_pnl,
                position_id: Some(position.id),
                trade_id: Some(trade_id),
                held_ms: Some(self.at.get() - position.entry_timestamp.get()),
                ..Line::of(kind)
            },
        );

        let closed = PositionClosed {
            position_id: position.id,
            trade_id,
            strategy_id: position.strategy_id,
            realized_pnl,
            bankroll,
        };
        let exit = Exit { price: ending.price, timestamp: self.at, realized_pnl };
        position.state = match ending.reason {
            Some(reason) => PositionState::Closed { exit, reason },
            None => PositionState::Liquidated { exit },
        };
        position.fees_paid = Cost::new(fees_paid).expect("fees are not negative");
        position.updated_at = self.now;
        self.put_position(position);
        Ok(closed)
    }
}

fn beyond(what: RangedValue) -> Refusal {
    Refusal::RangeExceeded { what }
}

/// Adds to one of a strategy's totals, which are 64 bits wide.
pub(crate) fn total(sum: i64, more: i64) -> Result<i64, Refusal> {
    i64::try_from(i128::from(sum) + i128::from(more)).map_err(|_| beyond(RangedValue::Totals))
}
