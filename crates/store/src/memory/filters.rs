//! Which rows the filters of a list let through, as the memory backend sees it.

use nailsage_domain::{Event, LedgerEntry, Position, Signal, Trade, UnixMillis};

use crate::query::{ClosedQuery, EventQuery, LedgerQuery, PositionQuery, SignalQuery, TradeQuery};

/// Filters of a list.
pub(super) trait Admits<T> {
    /// Whether they let a row through.
    fn admits(&self, row: &T) -> bool;
}

/// Whether a filter that may be absent lets a value through.
pub(super) fn is_any_or<T: PartialEq>(filter: Option<&T>, value: &T) -> bool {
    filter.is_none_or(|wanted| wanted == value)
}

pub(super) fn is_within(time: UnixMillis, since: Option<UnixMillis>, until: Option<UnixMillis>) -> bool {
    since.is_none_or(|since| time >= since) && until.is_none_or(|until| time < until)
}

impl<C> Admits<Position> for PositionQuery<C> {
    fn admits(&self, position: &Position) -> bool {
        is_any_or(self.strategy_id.as_ref(), &position.strategy_id)
            && is_any_or(self.status.as_ref(), &position.status())
            && is_any_or(self.is_open.as_ref(), &position.is_open())
            && is_any_or(self.starlisting_id.as_ref(), &position.starlisting_id)
            && is_any_or(self.side.as_ref(), &position.side)
            && (self.exit_reason.is_none() || self.exit_reason == position.exit_reason())
            && is_within(position.entry_timestamp, self.since, self.until)
    }
}

impl Admits<Position> for ClosedQuery {
    fn admits(&self, position: &Position) -> bool {
        position.strategy_id == self.strategy_id
            && position.exit().is_some_and(|exit| is_within(exit.timestamp, self.since, self.until))
    }
}

impl<C> Admits<Trade> for TradeQuery<C> {
    fn admits(&self, trade: &Trade) -> bool {
        is_any_or(self.strategy_id.as_ref(), &trade.strategy_id)
            && is_any_or(self.position_id.as_ref(), &trade.position_id)
            && is_any_or(self.starlisting_id.as_ref(), &trade.starlisting_id)
            && is_within(trade.timestamp, self.since, self.until)
    }
}

impl<C> Admits<Signal> for SignalQuery<C> {
    fn admits(&self, signal: &Signal) -> bool {
        is_any_or(self.strategy_id.as_ref(), &signal.strategy_id)
            && is_any_or(self.was_executed.as_ref(), &signal.was_executed())
            && is_any_or(self.starlisting_id.as_ref(), &signal.starlisting_id)
            && is_any_or(self.signal_type.as_ref(), &signal.signal_type)
            && (self.rejection_reason.is_none() || self.rejection_reason.as_ref() == signal.rejection_reason())
            && is_within(signal.timestamp, self.since, self.until)
    }
}

impl<C> Admits<Event> for EventQuery<C> {
    fn admits(&self, event: &Event) -> bool {
        self.strategy_id.is_none_or(|wanted| event.strategy_id == Some(wanted))
            && is_any_or(self.event_type.as_ref(), &event.event_type)
            && is_any_or(self.severity.as_ref(), &event.severity)
            && self.min_severity.is_none_or(|least| event.severity >= least)
            && is_within(event.timestamp, self.since, self.until)
    }
}

impl Admits<LedgerEntry> for LedgerQuery {
    fn admits(&self, entry: &LedgerEntry) -> bool {
        is_any_or(self.kind.as_ref(), &entry.kind) && is_within(entry.timestamp, self.since, self.until)
    }
}
