//! Reading the memory backend: filters and pages over its maps.

use std::future::ready;

use nailsage_domain::{
    Event, EventId, LedgerEntry, Position, PositionId, RequestKey, Signal, SignalId, StrategyId, Trade, TradeId,
};

use super::{Inner, MemoryStore};
use crate::{
    answer::Outcome,
    plan::StrategyState,
    reader::{
        BookStatus, EventQuery, LedgerQuery, Order, Page, PositionQuery, Reader, SignalQuery, StrategyQuery,
        StrategyRecord, TradeQuery,
    },
    reference::StrategyRef,
    store::Pending,
};

impl MemoryStore {
    fn read<T: Send + 'static>(&self, read: impl FnOnce(&Inner) -> T) -> Pending<T> {
        let answer = read(&self.lock());
        Box::pin(ready(Ok(answer)))
    }
}

/// Cuts a page out of rows that stand in the order of their cursors.
fn page<'a, T: Clone + 'a, C: Copy + Ord>(
    rows: impl DoubleEndedIterator<Item = &'a T>,
    cursor: impl Fn(&T) -> C,
    (after, limit, order): (Option<C>, u32, Order),
    is_wanted: impl Fn(&T) -> bool,
) -> Page<T, C> {
    let is_after = |row: &&T| match (after, order) {
        (None, _) => true,
        (Some(after), Order::Ascending) => cursor(row) > after,
        (Some(after), Order::Descending) => cursor(row) < after,
    };
    let count = limit as usize + 1;
    let wanted = rows.filter(is_after).filter(|row| is_wanted(row));
    let rows = match order {
        Order::Ascending => wanted.take(count).cloned().collect(),
        Order::Descending => wanted.rev().take(count).cloned().collect(),
    };
    Page::from_rows(rows, limit, cursor)
}

/// Whether a filter that may be absent lets a value through.
fn is_any_or<T: PartialEq>(filter: Option<&T>, value: &T) -> bool {
    filter.is_none_or(|wanted| wanted == value)
}

fn record(state: &StrategyState) -> StrategyRecord {
    StrategyRecord { strategy: state.strategy.clone(), totals: state.totals }
}

impl Reader for MemoryStore {
    fn book(&self) -> Pending<BookStatus> {
        self.read(|inner| BookStatus::from(inner.state.book()))
    }

    fn strategy(&self, strategy: StrategyRef) -> Pending<Option<StrategyRecord>> {
        self.read(|inner| {
            let id = match &strategy {
                StrategyRef::Id(id) => Some(*id),
                StrategyRef::Key(key) => inner.state.strategy_id(key),
            };
            id.and_then(|id| inner.state.strategy(id)).map(record)
        })
    }

    fn strategies(&self, query: StrategyQuery) -> Pending<Page<StrategyRecord, StrategyId>> {
        self.read(|inner| {
            let ids: Vec<_> = (1..inner.state.book().next_strategy_id.get()).collect();
            let states = ids.iter().filter_map(|id| inner.state.strategy(StrategyId::new(*id).ok()?));
            let records: Vec<_> = states.map(record).collect();
            page(
                records.iter(),
                |record| record.strategy.id,
                (query.after, query.rows(), query.order),
                |record| is_any_or(query.is_active.as_ref(), &record.strategy.is_active),
            )
        })
    }

    fn position(&self, id: PositionId) -> Pending<Option<Position>> {
        self.read(|inner| inner.state.position(id).cloned())
    }

    fn positions(&self, query: PositionQuery) -> Pending<Page<Position, PositionId>> {
        self.read(|inner| {
            let ids: Vec<_> = (1..inner.state.book().next_position_id.get()).collect();
            let positions = ids.iter().filter_map(|id| inner.state.position(PositionId::new(*id).ok()?));
            page(
                positions,
                |position| position.id,
                (query.after, query.rows(), query.order),
                |position| {
                    is_any_or(query.strategy_id.as_ref(), &position.strategy_id)
                        && is_any_or(query.status.as_ref(), &position.status())
                },
            )
        })
    }

    fn trades(&self, query: TradeQuery) -> Pending<Page<Trade, TradeId>> {
        self.read(|inner| {
            let trades = inner.tables.trades.iter();
            page(
                trades,
                |trade| trade.id,
                (query.after, query.rows(), query.order),
                |trade| {
                    is_any_or(query.strategy_id.as_ref(), &trade.strategy_id)
                        && is_any_or(query.position_id.as_ref(), &trade.position_id)
                },
            )
        })
    }

    fn signals(&self, query: SignalQuery) -> Pending<Page<Signal, SignalId>> {
        self.read(|inner| {
            let signals = inner.tables.signals.iter();
            page(
                signals,
                |signal| signal.id,
                (query.after, query.rows(), query.order),
                |signal| {
                    is_any_or(query.strategy_id.as_ref(), &signal.strategy_id)
                        && is_any_or(query.was_executed.as_ref(), &signal.was_executed())
                },
            )
        })
    }

    fn ledger(&self, query: LedgerQuery) -> Pending<Page<LedgerEntry, i64>> {
        self.read(|inner| {
            let entries = inner.tables.ledger.get(&query.strategy_id).map(Vec::as_slice).unwrap_or_default();
            page(entries.iter(), |entry| entry.seq, (query.after, query.rows(), query.order), |_| true)
        })
    }

    fn events(&self, query: EventQuery) -> Pending<Page<Event, EventId>> {
        self.read(|inner| {
            let events = inner.tables.events.iter();
            page(
                events,
                |event| event.id,
                (query.after, query.rows(), query.order),
                |event| {
                    query.strategy_id.is_none_or(|wanted| event.strategy_id == Some(wanted))
                        && is_any_or(query.event_type.as_ref(), &event.event_type)
                        && query.min_severity.is_none_or(|least| event.severity >= least)
                        && query.since.is_none_or(|since| event.timestamp >= since)
                },
            )
        })
    }

    fn outcome(&self, key: RequestKey) -> Pending<Option<Outcome>> {
        self.read(|inner| inner.state.request(&key).map(|request| request.outcome.clone()))
    }
}
