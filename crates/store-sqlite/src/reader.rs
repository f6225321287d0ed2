//! Questions to the book as SQL.

use nailsage_domain::{
    Event, EventId, LedgerEntry, Position, PositionId, RequestKey, Signal, SignalId, SnapshotId, StarlistingId,
    StateSnapshot, StrategyId, StrategySnapshot, Trade, TradeId, UnixMillis,
};
use nailsage_store::{
    BookStatus, ClosedQuery, Curve, CurveQuery, DailyPnl, DailyQuery, EventQuery, FunnelQuery, FunnelRow,
    LeaderboardQuery, LeaderboardRow, LedgerQuery, MetricCursor, MetricRow, MetricsOf, MetricsQuery, Order, Outcome,
    Overview, Page, Pending, PositionQuery, Reader, Recovery, SignalQuery, SnapshotQuery, StoreError, StrategyQuery,
    StrategyRecord, StrategyRef, TimeCursor, TradeQuery, plan::StrategyState, rows::read as rows, state::Book,
};
use rusqlite::{Connection, OptionalExtension, params_from_iter, types::Value};

use crate::{
    fault::store_error,
    load::{all, book, find_position, find_strategy},
    rows::read,
    sql,
    store::SqliteStore,
};

mod by_id;
mod by_time;
mod dashboard;
#[cfg(test)]
mod plans;
mod select;

use by_id::{events, ledger, positions, signals, strategies, trades};
use select::Select;

/// A page in the order of time, on its way.
type Timed<T, Id> = Pending<Page<T, TimeCursor<Id>>>;

fn snapshots(query: &SnapshotQuery) -> Select {
    let (key, span) = (("timestamp", "id"), query.span());
    Select::new(sql::SNAPSHOTS).between(key, span).in_order(key, span.order, query.rows() + 1)
}

fn strategy_snapshots(strategy_id: StrategyId, query: &SnapshotQuery) -> Select {
    let (key, span) = (("timestamp", "snapshot_id"), query.span());
    Select::new(sql::STRATEGY_SNAPSHOTS).with("strategy_id = ?", strategy_id.get()).between(key, span).in_order(
        key,
        span.order,
        query.rows() + 1,
    )
}

fn equity(query: &CurveQuery) -> Select {
    let (select, id) = match query.strategy_id {
        None => (Select::new(sql::EQUITY), "id"),
        Some(id) => (Select::new(sql::STRATEGY_EQUITY).with("strategy_id = ?", id.get()), "snapshot_id"),
    };
    let mut select = select.within(query.since, query.until);
    select.sql = format!("{} ORDER BY timestamp, {id}", select.sql);
    select
}

fn curve(connection: &Connection, query: &CurveQuery) -> rusqlite::Result<Curve> {
    let Select { sql, params, .. } = equity(query);
    let mut statement = connection.prepare_cached(&sql)?;
    let mut curve = query.curve();
    for point in statement.query_map(params_from_iter(&params), read(rows::equity_point))? {
        curve.observe(point?);
    }
    Ok(curve.into())
}

fn metrics(query: &MetricsQuery) -> Select {
    let select = Select::new(sql::METRICS).with("timeframe = ?", query.timeframe.as_str().to_owned());
    let select = match query.of {
        MetricsOf::Everyone => select,
        MetricsOf::All => select.with("coalesce(strategy_id, 0) = ?", 0),
        MetricsOf::Strategy(id) => select.with("coalesce(strategy_id, 0) = ?", id.get()),
    };
    let mut select = select
        .with_some("period_start >= ?", query.since.map(UnixMillis::get))
        .with_some("period_start < ?", query.until.map(UnixMillis::get));
    let (comparison, direction) = match query.order {
        Order::Ascending => (">", "ASC"),
        Order::Descending => ("<", "DESC"),
    };
    if let Some(MetricCursor { start_ms, strategy_id }) = query.after {
        select = select.literally(Some(&format!("(period_start, coalesce(strategy_id, 0)) {comparison} (?, ?)")));
        let owner = strategy_id.map_or(0, StrategyId::get);
        select.params.extend([Value::Integer(start_ms), Value::Integer(owner)]);
    }
    let order = format!("ORDER BY period_start {direction}, coalesce(strategy_id, 0) {direction} LIMIT ?");
    select.sql = format!("{} {order}", select.sql);
    select.params.push(Value::Integer(i64::from(query.rows()) + 1));
    select
}

/// All of it as of one moment: the transaction ends before the caller sees anything.
fn recovery(connection: &Connection) -> rusqlite::Result<Recovery> {
    let transaction = connection.unchecked_transaction()?;
    let latest = snapshots(&SnapshotQuery::latest());
    let mut snapshots = all(&transaction, &latest.sql, params_from_iter(&latest.params), rows::snapshot)?;
    let recovery = Recovery::new(
        BookStatus::from(&book(&transaction)?),
        all(&transaction, sql::STRATEGIES_TO_RECOVER, [], strategy_record)?,
        all(&transaction, sql::OPEN_IN_ORDER, [], rows::position)?,
        all(&transaction, sql::LAST_SIGNALS, [], rows::signal)?,
        (!snapshots.is_empty()).then(|| snapshots.remove(0)),
    );
    transaction.commit()?;
    Ok(recovery)
}

fn funnel(query: &FunnelQuery) -> Select {
    let mut select = Select::new(sql::FUNNEL)
        .with_some("strategy_id = ?", query.strategy_id.map(StrategyId::get))
        .with_some("starlisting_id = ?", query.starlisting_id.map(StarlistingId::get))
        .within(query.since, query.until);
    select.sql.push_str(sql::FUNNEL_GROUPS);
    select
}

fn book_row(connection: &Connection) -> Result<Book, StoreError> {
    book(connection).map_err(|error| store_error("reading the book row", error))
}

/// The next `seq` of a strategy's ledger.
fn next_seq(connection: &Connection, strategy_id: StrategyId) -> Result<i64, StoreError> {
    let found = find_strategy(connection, &StrategyRef::Id(strategy_id));
    let found = found.map_err(|error| store_error("reading a strategy", error))?;
    Ok(found.map_or(1, |state| state.totals.ledger_seq + 1))
}

fn record(state: StrategyState) -> StrategyRecord {
    StrategyRecord { strategy: state.strategy, totals: state.totals }
}

fn strategy_record(row: &rows::Columns<'_, rusqlite::Error>) -> rusqlite::Result<StrategyRecord> {
    rows::strategy(row).map(record)
}

impl Reader for SqliteStore {
    fn book(&self) -> Pending<BookStatus> {
        self.ask(|connection| {
            let book = book(connection).map_err(|error| store_error("reading the book row", error))?;
            Ok(BookStatus::from(&book))
        })
    }

    fn strategy(&self, strategy: StrategyRef) -> Pending<Option<StrategyRecord>> {
        self.ask(move |connection| {
            let found =
                find_strategy(connection, &strategy).map_err(|error| store_error("reading a strategy", error))?;
            Ok(found.map(record))
        })
    }

    fn strategies(&self, query: StrategyQuery) -> Pending<Page<StrategyRecord, StrategyId>> {
        self.ask(move |connection| {
            strategies(&query).page(connection, query.rows(), strategy_record, |record| record.strategy.id)
        })
    }

    fn position(&self, id: PositionId) -> Pending<Option<Position>> {
        self.ask(move |connection| {
            find_position(connection, id).map_err(|error| store_error("reading a position", error))
        })
    }

    fn positions(&self, query: PositionQuery) -> Pending<Page<Position, PositionId>> {
        self.ask(move |connection| {
            let next_id = PositionQuery::next_id(&book_row(connection)?);
            let walk = query.walk().map(|walk| (walk, next_id));
            positions(&query, next_id).walked(
                connection,
                query.rows(),
                rows::position,
                |row| row.id,
                (walk, PositionId::new),
            )
        })
    }

    fn positions_by_time(&self, query: PositionQuery<TimeCursor<PositionId>>) -> Timed<Position, PositionId> {
        self.ask(move |connection| by_time::page(connection, &query))
    }

    fn closed_positions(&self, query: ClosedQuery) -> Timed<Position, PositionId> {
        self.ask(move |connection| by_time::page(connection, &query))
    }

    fn trades(&self, query: TradeQuery) -> Pending<Page<Trade, TradeId>> {
        self.ask(move |connection| {
            let next_id = TradeQuery::next_id(&book_row(connection)?);
            let walk = query.walk().map(|walk| (walk, next_id));
            trades(&query, next_id).walked(connection, query.rows(), rows::trade, |row| row.id, (walk, TradeId::new))
        })
    }

    fn trades_by_time(&self, query: TradeQuery<TimeCursor<TradeId>>) -> Timed<Trade, TradeId> {
        self.ask(move |connection| by_time::page(connection, &query))
    }

    fn signals(&self, query: SignalQuery) -> Pending<Page<Signal, SignalId>> {
        self.ask(move |connection| {
            let next_id = SignalQuery::next_id(&book_row(connection)?);
            let walk = query.walk().map(|walk| (walk, next_id));
            signals(&query, next_id).walked(connection, query.rows(), rows::signal, |row| row.id, (walk, SignalId::new))
        })
    }

    fn signals_by_time(&self, query: SignalQuery<TimeCursor<SignalId>>) -> Timed<Signal, SignalId> {
        self.ask(move |connection| by_time::page(connection, &query))
    }

    fn signal_funnel(&self, query: FunnelQuery) -> Pending<Vec<FunnelRow>> {
        self.ask(move |connection| {
            let Select { sql, params, .. } = funnel(&query);
            all(connection, &sql, params_from_iter(&params), rows::funnel)
                .map_err(|error| store_error("counting signals", error))
        })
    }

    fn ledger(&self, query: LedgerQuery) -> Pending<Page<LedgerEntry, i64>> {
        self.ask(move |connection| {
            let walk = match query.walk() {
                Some(walk) => Some((walk, next_seq(connection, query.strategy_id)?)),
                None => None,
            };
            let next_seq = walk.map_or(1, |(_, next_seq)| next_seq);
            ledger(&query, next_seq).walked(connection, query.rows(), rows::ledger_entry, |row| row.seq, (walk, Ok))
        })
    }

    fn events(&self, query: EventQuery) -> Pending<Page<Event, EventId>> {
        self.ask(move |connection| {
            let next_id = EventQuery::next_id(&book_row(connection)?);
            let walk = query.walk().map(|walk| (walk, next_id));
            events(&query, next_id).walked(connection, query.rows(), rows::event, |row| row.id, (walk, EventId::new))
        })
    }

    fn events_by_time(&self, query: EventQuery<TimeCursor<EventId>>) -> Timed<Event, EventId> {
        self.ask(move |connection| by_time::page(connection, &query))
    }

    fn snapshots(&self, query: SnapshotQuery) -> Pending<Page<StateSnapshot, TimeCursor<SnapshotId>>> {
        self.ask(move |connection| {
            let cursor = |it: &StateSnapshot| TimeCursor { timestamp: it.timestamp, id: it.id };
            snapshots(&query).page(connection, query.rows(), rows::snapshot, cursor)
        })
    }

    fn strategy_snapshots(
        &self,
        strategy_id: StrategyId,
        query: SnapshotQuery,
    ) -> Pending<Page<StrategySnapshot, TimeCursor<SnapshotId>>> {
        self.ask(move |connection| {
            let cursor = |it: &StrategySnapshot| TimeCursor { timestamp: it.timestamp, id: it.snapshot_id };
            strategy_snapshots(strategy_id, &query).page(connection, query.rows(), rows::strategy_snapshot, cursor)
        })
    }

    fn equity_curve(&self, query: CurveQuery) -> Pending<Curve> {
        self.ask(move |connection| {
            curve(connection, &query).map_err(|error| store_error("reading an equity curve", error))
        })
    }

    fn metrics(&self, query: MetricsQuery) -> Pending<Page<MetricRow, MetricCursor>> {
        self.ask(move |connection| {
            metrics(&query).page(connection, query.rows(), rows::metric, |row: &MetricRow| MetricCursor::from(row))
        })
    }

    fn overview(&self) -> Pending<Overview> {
        self.ask(dashboard::overview)
    }

    fn daily_pnl(&self, query: DailyQuery) -> Pending<Page<DailyPnl, UnixMillis>> {
        self.ask(move |connection| {
            dashboard::days(&query).page(connection, query.rows(), rows::daily_pnl, |day| day.day_start)
        })
    }

    fn leaderboard(&self, query: LeaderboardQuery) -> Pending<Vec<LeaderboardRow>> {
        self.ask(move |connection| dashboard::leaderboard(&query).rows(connection, rows::leaderboard_row))
    }

    fn recover(&self) -> Pending<Recovery> {
        self.ask(|connection| {
            recovery(connection).map_err(|error| store_error("reading what a bot needs to carry on", error))
        })
    }

    fn outcome(&self, key: RequestKey) -> Pending<Option<Outcome>> {
        self.ask(move |connection| {
            let read = || {
                connection
                    .prepare_cached(sql::REQUEST_BY_KEY)?
                    .query_row([key.as_str()], read(rows::request))
                    .optional()
            };
            let request = read().map_err(|error| store_error("reading a request", error))?;
            Ok(request.map(|request| request.outcome))
        })
    }
}
