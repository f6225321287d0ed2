//! Opening positions, and how large they become.

use nailsage_domain::{
    Amount, LedgerKind, Mark, Position, PositionId, PositionState, Side, Trade, TradeId, TradeType, Usdt,
};
use nailsage_store::{OpenPosition, PositionOpened, Refusal, Size, refusal::RangedValue};
use num_rational::BigRational;

use crate::{
    actions::refuse_crossed_stops,
    book::{Line, Run, next_id},
    closing::total,
    exact,
};

impl Run {
    pub(crate) fn open(&mut self, action: &OpenPosition) -> Result<PositionOpened, Refusal> {
        let mut record = self.strategy(&action.strategy)?;
        let (strategy_id, bankroll) = (record.strategy.id, record.strategy.current_bankroll);
        if !record.strategy.is_active {
            return Err(Refusal::StrategyInactive { strategy_id });
        }
        if bankroll.micros() <= 0 {
            return Err(Refusal::BankrollDepleted { strategy_id, bankroll });
        }
        let size = size(action.size, bankroll)?;
        refuse_crossed_stops(action.side, action.stop_loss_price, action.take_profit_price)?;
        record.totals.fees_micros = total(record.totals.fees_micros, action.fees.usdt().micros())?;

        let position_id = PositionId::new(next_id(&self.rows.positions)).expect("ids count from 1");
        let trade_id = TradeId::new(next_id(&self.rows.trades)).expect("ids count from 1");
        let starlisting_id = action.starlisting_id.unwrap_or(record.strategy.key.starlisting_id);
        self.put_position(Position {
            id: position_id,
            strategy_id,
            starlisting_id,
            side: action.side,
            size,
            entry_price: action.price,
            entry_timestamp: self.at,
            fees_paid: action.fees,
            stop_loss_price: action.stop_loss_price,
            take_profit_price: action.take_profit_price,
            state: PositionState::Open { mark: Mark { price: action.price, at: self.at, unrealized_pnl: Usdt::ZERO } },
            created_at: self.now,
            updated_at: self.now,
        });
        self.rows.trades.push(Trade {
            id: trade_id,
            position_id,
            strategy_id,
            starlisting_id,
            trade_type: match action.side {
                Side::Long => TradeType::OpenLong,
                Side::Short => TradeType::OpenShort,
            },
            size,
            price: action.price,
            fees: action.fees,
            slippage: action.slippage,
            timestamp: self.at,
            signal_id: self.signal,
            created_at: self.now,
        });
        let line = Line { position_id: Some(position_id), trade_id: Some(trade_id), ..Line::of(LedgerKind::Open) };
        self.post(record, line);
        self.opened.push(position_id);
        Ok(PositionOpened { position_id, trade_id, strategy_id, size })
    }
}

/// An amount as it was given, or a share of the bankroll: a tenth when nothing was said.
fn size(given: Option<Size>, bankroll: Usdt) -> Result<Amount, Refusal> {
    let share = match given {
        Some(Size::Usdt(amount)) => return Ok(amount),
        // A unit is 0.0001 %, so a millionth.
        Some(Size::Percent(percent)) => BigRational::new(percent.units().into(), 1_000_000.into()),
        None => BigRational::new(1.into(), 10.into()),
    };
    let size = exact::rounded(&(exact::money(bankroll) * share));
    let size = exact::in_range(&size).ok_or(Refusal::RangeExceeded { what: RangedValue::Size })?;
    Amount::new(size).map_err(|_| Refusal::SizeRoundsToZero { bankroll })
}
