//! Running actions one after the other, and the small ones among them.

use nailsage_domain::{Event, EventId, Mark, Position, PositionState, Price, Side};
use nailsage_store::{
    Action, Done, EventLogged, LogEvent, MarkMarket, MarkPosition, MarketMarked, PositionMarked, Refusal, Refused,
    SetStops, StopsSet, StrategyRef, refusal::RangedValue,
};

use crate::{
    book::{Line, Run, next_id},
    exact,
};

impl Run {
    /// Runs the actions in order, up to the first that is refused.
    pub(crate) fn all(&mut self, actions: &[Action]) -> Result<Vec<Done>, Refused> {
        let mut done = Vec::new();
        for (index, action) in actions.iter().enumerate() {
            match self.one(action) {
                Ok(result) => done.push(result),
                Err(refusal) => return Err(Refused { refusal, action_index: Some(index) }),
            }
        }
        Ok(done)
    }

    fn one(&mut self, action: &Action) -> Result<Done, Refusal> {
        match action {
            Action::RegisterStrategy(action) => self.register(action).map(Done::RegisterStrategy),
            Action::Activate(action) => {
                self.set_active(&action.strategy, true, action.reason.as_ref()).map(Done::Activate)
            }
            Action::Deactivate(action) => {
                self.set_active(&action.strategy, false, action.reason.as_ref()).map(Done::Deactivate)
            }
            Action::RecordSignal(action) => self.record_signal(action).map(Done::RecordSignal),
            Action::OpenPosition(action) => self.open(action).map(Done::OpenPosition),
            Action::ClosePosition(action) => self.close(action).map(Done::ClosePosition),
            Action::LiquidatePosition(action) => self.liquidate(action).map(Done::LiquidatePosition),
            Action::MarkMarket(action) => Ok(Done::MarkMarket(self.mark_market(action))),
            Action::MarkPosition(action) => self.mark_position(action).map(Done::MarkPosition),
            Action::SetStops(action) => self.set_stops(action).map(Done::SetStops),
            Action::AdjustBankroll(action) => self.adjust(action).map(Done::AdjustBankroll),
            Action::LogEvent(action) => self.log(action).map(Done::LogEvent),
            Action::TakeSnapshot(_) => self.take_snapshot().map(Done::TakeSnapshot),
            // What metrics have to be is asked of independent libraries, and the generator makes no such command.
            Action::RefreshMetrics(_) => unreachable!("the model keeps no metrics"),
            Action::RecordSnapshot(action) => self.record_snapshot(action).map(Done::RecordSnapshot),
            Action::RecordRecovery(_) => Ok(Done::RecordRecovery(self.record_recovery())),
        }
    }

    fn mark_market(&mut self, action: &MarkMarket) -> MarketMarked {
        let (mut marked, mut stale, mut out_of_range) = (0, 0, Vec::new());
        for position in self.rows.positions.clone() {
            if position.is_open() && position.starlisting_id == action.starlisting_id {
                let position_id = position.id;
                match self.mark(position, action.price) {
                    Ok(done) if done.marked => marked += 1,
                    Ok(_) => stale += 1,
                    Err(_) => out_of_range.push(position_id),
                }
            }
        }
        MarketMarked { starlisting_id: action.starlisting_id, marked, stale, out_of_range }
    }

    fn mark_position(&mut self, action: &MarkPosition) -> Result<PositionMarked, Refusal> {
        let position = self.open_position(&action.position)?;
        self.mark(position, action.price)
    }

    /// Marks an open position, unless it was marked at a later time.
    fn mark(&mut self, mut position: Position, price: Price) -> Result<PositionMarked, Refusal> {
        let position_id = position.id;
        let last = position.mark().expect("an open position has a mark");
        if last.at > self.at {
            return Ok(PositionMarked { position_id, marked: false, unrealized_pnl: last.unrealized_pnl });
        }
        let (size, entry) = (exact::money(position.size), exact::price(position.entry_price));
        let earned = exact::rounded(&exact::gross(position.side, &size, &entry, &exact::price(price)));
        let unrealized_pnl =
            exact::in_range(&earned).ok_or(Refusal::RangeExceeded { what: RangedValue::UnrealizedPnl })?;
        position.state = PositionState::Open { mark: Mark { price, at: self.at, unrealized_pnl } };
        position.updated_at = self.now;
        self.put_position(position);
        Ok(PositionMarked { position_id, marked: true, unrealized_pnl })
    }

    fn set_stops(&mut self, action: &SetStops) -> Result<StopsSet, Refusal> {
        let mut position = self.open_position(&action.position)?;
        let position_id = position.id;
        refuse_crossed_stops(position.side, action.stop_loss_price, action.take_profit_price)?;
        let changed = position.stop_loss_price != action.stop_loss_price
            || position.take_profit_price != action.take_profit_price;
        if changed {
            let owner = self.strategy(&StrategyRef::Id(position.strategy_id))?;
            position.stop_loss_price = action.stop_loss_price;
            position.take_profit_price = action.take_profit_price;
            position.updated_at = self.now;
            self.put_position(position);
            self.post(owner, Line { position_id: Some(position_id), ..Line::of(nailsage_domain::LedgerKind::Stops) });
        }
        Ok(StopsSet { position_id, changed })
    }

    fn log(&mut self, action: &LogEvent) -> Result<EventLogged, Refusal> {
        let strategy_id = match &action.strategy {
            Some(name) => Some(self.strategy(name)?.strategy.id),
            None => None,
        };
        let event_id = EventId::new(next_id(&self.rows.events)).expect("ids count from 1");
        self.rows.events.push(Event {
            id: event_id,
            event_type: action.event_type.clone(),
            data: action.event_data.clone(),
            severity: action.severity,
            strategy_id,
            timestamp: self.at,
            created_at: self.now,
        });
        Ok(EventLogged { event_id })
    }
}

/// Where both stops are set, the one that cuts a loss must come first as the price turns against the position.
pub(crate) fn refuse_crossed_stops(
    side: Side,
    stop_loss: Option<Price>,
    take_profit: Option<Price>,
) -> Result<(), Refusal> {
    let (Some(stop_loss), Some(take_profit)) = (stop_loss, take_profit) else {
        return Ok(());
    };
    let (stop_loss, take_profit) = (exact::price(stop_loss), exact::price(take_profit));
    let is_in_order = match side {
        Side::Long => stop_loss < take_profit,
        Side::Short => take_profit < stop_loss,
    };
    if is_in_order { Ok(()) } else { Err(Refusal::StopsCrossed) }
}
