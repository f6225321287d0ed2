//! Reading the memory backend: filters and pages over its maps.

use std::{collections::BTreeMap, future::ready};

use nailsage_domain::{
    EquityPoint, Event, EventId, LedgerEntry, Position, PositionId, Reason, RequestKey, Signal, SignalId, SignalType,
    SnapshotId, StateSnapshot, StrategyId, StrategySnapshot, Trade, TradeId, UnixMillis, ValueError,
};

use super::{
    Inner, MemoryStore,
    filters::{Admits, is_any_or, is_within},
};
use crate::{
    answer::Outcome,
    by_time::{TimePage, TimePlan, TimedQuery, end_of_walk},
    daily::{DailyPnl, DailyQuery, LeaderboardQuery, LeaderboardRow},
    error::StoreError,
    metrics::MetricRow,
    overview::Overview,
    plan::StrategyState,
    query::{ClosedQuery, EventQuery, LedgerQuery, PositionQuery, SignalQuery, StrategyQuery, TradeQuery},
    reader::{BookStatus, Order, PAGE_ROWS_MAX, Page, Reader, StrategyRecord},
    recovery::Recovery,
    reference::StrategyRef,
    store::Pending,
    timed::{
        Curve, CurveQuery, FunnelQuery, FunnelRow, MetricCursor, MetricsOf, MetricsQuery, SnapshotQuery, TimeCursor,
    },
    walk::{PAGE_EXAMINED_MAX, Walk},
};

/// A page in the order of time, on its way.
type Timed<T, Id> = Pending<Page<T, TimeCursor<Id>>>;

impl MemoryStore {
    fn read<T: Send + 'static>(&self, read: impl FnOnce(&Inner) -> T) -> Pending<T> {
        self.try_read(|inner| Ok(read(inner)))
    }

    fn try_read<T: Send + 'static>(&self, read: impl FnOnce(&Inner) -> Result<T, StoreError>) -> Pending<T> {
        let answer = read(&self.lock());
        Box::pin(ready(answer))
    }
}

/// Cuts a page out of rows that stand in the order of their cursors.
pub(super) fn page<'a, T: Clone + 'a, C: Copy + Ord>(
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

/// The same where the filters make a page walk: it looks at no more rows than the other backends.
fn walked<'a, T: Clone + 'a, C: Copy + Ord>(
    rows: impl DoubleEndedIterator<Item = &'a T>,
    (cursor, id, at): (impl Fn(&T) -> C, impl Fn(&T) -> i64, impl Fn(i64) -> Result<C, ValueError>),
    place: (Option<C>, u32, Order),
    (walk, next_id): (Option<Walk>, i64),
    is_wanted: impl Fn(&T) -> bool,
) -> Result<Page<T, C>, StoreError> {
    let Some(walk) = walk else { return Ok(page(rows, cursor, place, is_wanted)) };
    let end = walk.end(next_id);
    let is_near = |row: &T| match walk.order {
        Order::Ascending => id(row) <= end,
        Order::Descending => id(row) >= end,
    };
    let mut found = page(rows, cursor, place, |row| is_near(row) && is_wanted(row));
    if found.next.is_none() {
        found.next = walk.next(next_id).map(at).transpose().map_err(|error| StoreError::backend("a page", error))?;
    }
    Ok(found)
}

/// A page in the order of time: the same rows as the other backends look at, in a list that is sorted for it.
fn timed<'a, Q: TimedQuery<Row: Clone> + Admits<Q::Row>>(
    rows: impl Iterator<Item = &'a Q::Row>,
    query: &Q,
) -> Result<TimePage<Q>, StoreError> {
    let span = query.span();
    let (along, rest) = match query.plan() {
        TimePlan::Few | TimePlan::InOrder => (query.clone(), None),
        TimePlan::Walk { along, rest } => (along, Some(rest)),
    };
    let mut rows: Vec<_> = rows.filter(|row| along.admits(row) && span.contains(Q::place(row))).collect();
    rows.sort_by_key(|row| Q::place(row));
    if span.order == Order::Descending {
        rows.reverse();
    }
    let mut end = None;
    if let Some(rest) = rest {
        let examined = usize::try_from(PAGE_EXAMINED_MAX).unwrap_or(usize::MAX);
        let places = rows.iter().skip(examined - 1).take(2);
        end = end_of_walk(&places.map(|row| Q::place(row)).collect::<Vec<_>>());
        rows.truncate(examined);
        rows.retain(|row| rest.admits(row));
    }
    let found = rows.into_iter().take(query.rows() as usize + 1).cloned().collect();
    query.page(found, end).map_err(|error| StoreError::backend("a page", error))
}

fn positions(inner: &Inner) -> impl DoubleEndedIterator<Item = &Position> {
    (1..inner.state.book().next_position_id.get()).filter_map(|id| inner.state.position(PositionId::new(id).ok()?))
}

/// Rows in the order of their times.
fn timed_page<T: Clone>(
    mut rows: Vec<T>,
    cursor: impl Fn(&T) -> TimeCursor<SnapshotId>,
    query: &SnapshotQuery,
) -> Page<T, TimeCursor<SnapshotId>> {
    rows.sort_by_key(&cursor);
    let is_wanted = |row: &T| is_within(cursor(row).timestamp, query.since, query.until);
    page(rows.iter(), &cursor, (query.after, query.rows(), query.order), is_wanted)
}

fn point_of_all(snapshot: &StateSnapshot) -> EquityPoint {
    EquityPoint {
        timestamp: snapshot.timestamp,
        equity: snapshot.total_equity,
        realized_pnl: snapshot.total_realized_pnl,
        unrealized_pnl: snapshot.total_unrealized_pnl,
    }
}

fn point_of_strategy(snapshot: &StrategySnapshot) -> EquityPoint {
    EquityPoint {
        timestamp: snapshot.timestamp,
        equity: snapshot.equity,
        realized_pnl: snapshot.realized_pnl,
        unrealized_pnl: snapshot.unrealized_pnl,
    }
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
        self.try_read(|inner| {
            walked(
                positions(inner),
                (|position| position.id, |position| position.id.get(), PositionId::new),
                (query.after, query.rows(), query.order),
                (query.walk(), PositionQuery::next_id(inner.state.book())),
                |position| query.admits(position),
            )
        })
    }

    fn positions_by_time(&self, query: PositionQuery<TimeCursor<PositionId>>) -> Timed<Position, PositionId> {
        self.try_read(|inner| timed(positions(inner), &query))
    }

    fn closed_positions(&self, query: ClosedQuery) -> Timed<Position, PositionId> {
        self.try_read(|inner| timed(positions(inner), &query))
    }

    fn trades(&self, query: TradeQuery) -> Pending<Page<Trade, TradeId>> {
        self.try_read(|inner| {
            walked(
                inner.tables.trades.iter(),
                (|trade| trade.id, |trade| trade.id.get(), TradeId::new),
                (query.after, query.rows(), query.order),
                (query.walk(), TradeQuery::next_id(inner.state.book())),
                |trade| query.admits(trade),
            )
        })
    }

    fn trades_by_time(&self, query: TradeQuery<TimeCursor<TradeId>>) -> Timed<Trade, TradeId> {
        self.try_read(|inner| timed(inner.tables.trades.iter(), &query))
    }

    fn signals(&self, query: SignalQuery) -> Pending<Page<Signal, SignalId>> {
        self.try_read(|inner| {
            walked(
                inner.tables.signals.iter(),
                (|signal| signal.id, |signal| signal.id.get(), SignalId::new),
                (query.after, query.rows(), query.order),
                (query.walk(), SignalQuery::next_id(inner.state.book())),
                |signal| query.admits(signal),
            )
        })
    }

    fn signals_by_time(&self, query: SignalQuery<TimeCursor<SignalId>>) -> Timed<Signal, SignalId> {
        self.try_read(|inner| timed(inner.tables.signals.iter(), &query))
    }

    fn signal_funnel(&self, query: FunnelQuery) -> Pending<Vec<FunnelRow>> {
        self.read(|inner| {
            let mut counts: BTreeMap<(&str, Option<&Reason>), (SignalType, i64)> = BTreeMap::new();
            for signal in &inner.tables.signals {
                if is_any_or(query.strategy_id.as_ref(), &signal.strategy_id)
                    && is_any_or(query.starlisting_id.as_ref(), &signal.starlisting_id)
                    && is_within(signal.timestamp, query.since, query.until)
                {
                    let fate = (signal.signal_type.as_str(), signal.rejection_reason());
                    counts.entry(fate).or_insert((signal.signal_type, 0)).1 += 1;
                }
            }
            // By count, and within one by name, as the map has them.
            let mut rows: Vec<_> = counts.into_iter().collect();
            rows.sort_by_key(|(_, (_, count))| std::cmp::Reverse(*count));
            rows.truncate(PAGE_ROWS_MAX as usize);
            let row = |((_, reason), (signal_type, count)): ((&str, Option<&Reason>), (SignalType, i64))| FunnelRow {
                signal_type,
                rejection_reason: reason.cloned(),
                count,
            };
            rows.into_iter().map(row).collect()
        })
    }

    fn ledger(&self, query: LedgerQuery) -> Pending<Page<LedgerEntry, i64>> {
        self.try_read(|inner| {
            let entries = inner.tables.ledger.get(&query.strategy_id).map(Vec::as_slice).unwrap_or_default();
            walked(
                entries.iter(),
                (|entry| entry.seq, |entry| entry.seq, Ok),
                (query.after, query.rows(), query.order),
                (query.walk(), entries.last().map_or(1, |last| last.seq + 1)),
                |entry| query.admits(entry),
            )
        })
    }

    fn events(&self, query: EventQuery) -> Pending<Page<Event, EventId>> {
        self.try_read(|inner| {
            walked(
                inner.tables.events.iter(),
                (|event| event.id, |event| event.id.get(), EventId::new),
                (query.after, query.rows(), query.order),
                (query.walk(), EventQuery::next_id(inner.state.book())),
                |event| query.admits(event),
            )
        })
    }

    fn events_by_time(&self, query: EventQuery<TimeCursor<EventId>>) -> Timed<Event, EventId> {
        self.try_read(|inner| timed(inner.tables.events.iter(), &query))
    }

    fn snapshots(&self, query: SnapshotQuery) -> Pending<Page<StateSnapshot, TimeCursor<SnapshotId>>> {
        self.read(|inner| {
            let cursor = |it: &StateSnapshot| TimeCursor { timestamp: it.timestamp, id: it.id };
            timed_page(inner.tables.snapshots.clone(), cursor, &query)
        })
    }

    fn strategy_snapshots(
        &self,
        strategy_id: StrategyId,
        query: SnapshotQuery,
    ) -> Pending<Page<StrategySnapshot, TimeCursor<SnapshotId>>> {
        self.read(|inner| {
            let cursor = |it: &StrategySnapshot| TimeCursor { timestamp: it.timestamp, id: it.snapshot_id };
            timed_page(inner.tables.snapshots_of(strategy_id), cursor, &query)
        })
    }

    fn equity_curve(&self, query: CurveQuery) -> Pending<Curve> {
        self.read(|inner| {
            let mut points = match query.strategy_id {
                None => inner.tables.snapshots.iter().map(point_of_all).collect(),
                Some(id) => inner.tables.snapshots_of(id).iter().map(point_of_strategy).collect::<Vec<_>>(),
            };
            points.sort_by_key(|point| point.timestamp);
            let mut curve = query.curve();
            for point in points {
                if is_within(point.timestamp, query.since, query.until) {
                    curve.observe(point);
                }
            }
            Curve::from(curve)
        })
    }

    fn metrics(&self, query: MetricsQuery) -> Pending<Page<MetricRow, MetricCursor>> {
        self.read(|inner| {
            let mut rows: Vec<_> = inner.tables.metrics.values().cloned().collect();
            rows.sort_by_key(|row| MetricCursor::from(row));
            let is_wanted = |row: &MetricRow| {
                let is_its = match query.of {
                    MetricsOf::Everyone => true,
                    MetricsOf::All => row.metrics.strategy_id.is_none(),
                    MetricsOf::Strategy(id) => row.metrics.strategy_id == Some(id),
                };
                let start_ms = row.metrics.period.start_ms;
                is_its
                    && row.metrics.period.timeframe == query.timeframe
                    && query.since.is_none_or(|since| start_ms >= since.get())
                    && query.until.is_none_or(|until| start_ms < until.get())
            };
            let place = (query.after, query.rows(), query.order);
            page(rows.iter(), |row| MetricCursor::from(row), place, is_wanted)
        })
    }

    fn overview(&self) -> Pending<Overview> {
        self.read(Inner::overview)
    }

    fn daily_pnl(&self, query: DailyQuery) -> Pending<Page<DailyPnl, UnixMillis>> {
        self.read(|inner| inner.daily_pnl(&query))
    }

    fn leaderboard(&self, query: LeaderboardQuery) -> Pending<Vec<LeaderboardRow>> {
        self.read(|inner| inner.leaderboard(&query))
    }

    fn recover(&self) -> Pending<Recovery> {
        self.read(|inner| {
            let state = &inner.state;
            let mut open: Vec<_> = state.open_positions().filter_map(|id| state.position(id)).cloned().collect();
            open.sort_by_key(|position| position.id);
            let has_open = |id| open.iter().any(|position| position.strategy_id == id);
            let strategies: Vec<_> = state.strategies().map(record).collect();
            let strategies = strategies.into_iter().filter(|it| it.strategy.is_active || has_open(it.strategy.id));
            let mut last_signals = BTreeMap::new();
            for signal in &inner.tables.signals {
                let last = last_signals.entry((signal.strategy_id, signal.starlisting_id)).or_insert(signal);
                if (last.timestamp, last.id) < (signal.timestamp, signal.id) {
                    *last = signal;
                }
            }
            let latest_snapshot =
                inner.tables.snapshots.iter().max_by_key(|snapshot| (snapshot.timestamp, snapshot.id));
            Recovery::new(
                BookStatus::from(state.book()),
                strategies.collect(),
                open.clone(),
                last_signals.into_values().cloned().collect(),
                latest_snapshot.cloned(),
            )
        })
    }

    fn outcome(&self, key: RequestKey) -> Pending<Option<Outcome>> {
        self.read(|inner| inner.state.request(&key).map(|request| request.outcome.clone()))
    }
}
