//! Questions to the book as SQL.

use nailsage_domain::{
    EquityCurve, Event, EventId, LedgerEntry, Position, PositionId, RequestKey, Signal, SignalId, SnapshotId,
    StarlistingId, StateSnapshot, StrategyId, StrategySnapshot, Trade, TradeId, UnixMillis, ValueError,
};
use nailsage_store::{
    BookStatus, ClosedQuery, Curve, CurveQuery, DailyPnl, DailyQuery, EventQuery, FunnelQuery, FunnelRow,
    LeaderboardQuery, LeaderboardRow, LedgerQuery, MetricCursor, MetricRow, MetricsOf, MetricsQuery, Order, Outcome,
    Overview, Page, Pending, PositionQuery, Reader, Recovery, SignalQuery, SnapshotQuery, StrategyQuery,
    StrategyRecord, StrategyRef, TimeCursor, TradeQuery, Walk,
    by_time::{TimePage, end_of_walk},
    plan::StrategyState,
    rows::read as rows,
    state::Book,
};
use tokio_postgres::{Row, types::Type};

use crate::{
    readers::Question,
    rows::{BadRow, Map, Param, read, read_one},
    sql,
    store::PostgresStore,
};

mod by_id;
mod by_time;
mod dashboard;
#[cfg(test)]
mod plans;
mod select;

/// The next id of a list.
type NextId = fn(&Book) -> i64;

/// A place in a list.
type At<C> = fn(i64) -> Result<C, ValueError>;

use by_id::{events, ledger, positions, signals, strategies, trades};
use by_time::Listed;
use select::Select;

/// A page in the order of time, on its way.
type Timed<T, Id> = Pending<Page<T, TimeCursor<Id>>>;

fn record(state: StrategyState) -> StrategyRecord {
    StrategyRecord { strategy: state.strategy, totals: state.totals }
}

fn strategy_record(row: &rows::Columns<'_, BadRow>) -> Result<StrategyRecord, BadRow> {
    rows::strategy(row).map(record)
}

fn snapshots(query: &SnapshotQuery) -> Select {
    let (key, span) = (("timestamp", "id"), query.span());
    Select::new(sql::SNAPSHOTS).between(key, span).in_order(key, span.order, i64::from(query.rows()) + 1)
}

fn strategy_snapshots(strategy_id: StrategyId, query: &SnapshotQuery) -> Select {
    let (key, span) = (("timestamp", "snapshot_id"), query.span());
    Select::new(sql::STRATEGY_SNAPSHOTS)
        .with("strategy_id =", Type::INT8, strategy_id.get())
        .between(key, span)
        .in_order(key, span.order, i64::from(query.rows()) + 1)
}

fn equity(query: &CurveQuery) -> Select {
    let (select, id) = match query.strategy_id {
        None => (Select::new(sql::EQUITY), "id"),
        Some(id) => (Select::new(sql::STRATEGY_EQUITY).with("strategy_id =", Type::INT8, id.get()), "snapshot_id"),
    };
    let mut select = select.within(query.since, query.until);
    select.sql = format!("{} ORDER BY timestamp, {id}", select.sql);
    select
}

fn metrics(query: &MetricsQuery) -> Select {
    let select = Select::new(sql::METRICS).with("timeframe =", Type::TEXT, query.timeframe.as_str());
    let select = match query.of {
        MetricsOf::Everyone => select,
        MetricsOf::All => select.with("coalesce(strategy_id, 0) =", Type::INT8, 0_i64),
        MetricsOf::Strategy(id) => select.with("coalesce(strategy_id, 0) =", Type::INT8, id.get()),
    };
    let mut select = select.with_some("period_start >=", Type::INT8, query.since.map(UnixMillis::get)).with_some(
        "period_start <",
        Type::INT8,
        query.until.map(UnixMillis::get),
    );
    let (comparison, direction) = match query.order {
        Order::Ascending => (">", "ASC"),
        Order::Descending => ("<", "DESC"),
    };
    if let Some(MetricCursor { start_ms, strategy_id }) = query.after {
        let owner = strategy_id.map_or(0, StrategyId::get);
        select.params.extend([start_ms, owner].map(|value| -> Param<'static> { (Box::new(value), Type::INT8) }));
        let count = select.params.len();
        let place = format!("(period_start, coalesce(strategy_id, 0)) {comparison} (${}, ${count})", count - 1);
        select = select.literally(Some(&place));
    }
    select.params.push((Box::new(i64::from(query.rows()) + 1), Type::INT8));
    let order = format!("ORDER BY period_start {direction}, coalesce(strategy_id, 0) {direction}");
    select.sql = format!("{} {order} LIMIT ${}", select.sql, select.params.len());
    select
}

fn funnel(query: &FunnelQuery) -> Select {
    let mut select = Select::new(sql::FUNNEL)
        .with_some("strategy_id =", Type::INT8, query.strategy_id.map(StrategyId::get))
        .with_some("starlisting_id =", Type::INT8, query.starlisting_id.map(StarlistingId::get))
        .within(query.since, query.until);
    select.sql.push_str(sql::FUNNEL_GROUPS);
    select
}

impl PostgresStore {
    fn page<T: Send + 'static, C: Send + 'static>(
        &self,
        select: Select,
        limit: u32,
        map: Map<T>,
        cursor: impl Fn(&T) -> C + Send + 'static,
    ) -> Pending<Page<T, C>> {
        let question = Question { during: "reading a page", sql: select.sql, params: select.params };
        self.readers.ask(question, move |rows| Ok(Page::from_rows(read(map, rows)?, limit, cursor)))
    }

    /// The same, going on where a walk has ended. The end of the list is that of the moment at which the page was read.
    fn walked<T: Send + 'static, C: Send + 'static>(
        &self,
        select: Select,
        limit: u32,
        map: Map<T>,
        cursor: impl Fn(&T) -> C + Send + 'static,
        (walk, at): (Option<(Walk, NextId)>, At<C>),
    ) -> Pending<Page<T, C>> {
        let Some((walk, next_id)) = walk else { return self.page(select, limit, map, cursor) };
        let parts = vec![(sql::BOOK.to_owned(), Vec::new()), (select.sql, select.params)];
        self.readers.ask_together("reading a page", parts, move |found| {
            let book = read(rows::book, &found[0])?.pop().ok_or_else(|| BadRow::missing("the book has no row"))?;
            let rows = read(map, &found[1])?;
            Page::from_walk(rows, limit, cursor, (walk, next_id(&book)), at).map_err(BadRow::no_value)
        })
    }

    /// A page in the order of time; it and where its walk ends, if it is one, are of the same moment.
    fn by_time<Q: Listed>(&self, query: Q) -> Pending<TimePage<Q>> {
        let select = by_time::select(&query);
        let mut parts = vec![(select.sql, select.params)];
        parts.extend(by_time::ends(&query).map(|ends| (ends.sql, ends.params)));
        self.readers.ask_together("reading a page", parts, move |found| {
            let end = match found.get(1) {
                Some(places) => end_of_walk(&read(rows::place, places)?),
                None => None,
            };
            query.page(read(Q::MAP, &found[0])?, end).map_err(BadRow::no_value)
        })
    }

    /// The one row that a statement finds, if any.
    fn one<T: Send + 'static>(
        &self,
        during: &'static str,
        sql: &str,
        params: Vec<Param<'static>>,
        map: Map<T>,
    ) -> Pending<Option<T>> {
        let question = Question { during, sql: sql.to_owned(), params };
        self.readers.ask(question, move |rows| Ok(read(map, rows)?.pop()))
    }
}

impl Reader for PostgresStore {
    fn book(&self) -> Pending<BookStatus> {
        let question = Question { during: "reading the book row", sql: sql::BOOK.to_owned(), params: Vec::new() };
        self.readers.ask(question, |found| {
            let book = read(rows::book, found)?.pop().ok_or_else(|| BadRow::missing("the book has no row"))?;
            Ok(BookStatus::from(&book))
        })
    }

    fn strategy(&self, strategy: StrategyRef) -> Pending<Option<StrategyRecord>> {
        let (sql, params): (_, Vec<Param<'static>>) = match strategy {
            StrategyRef::Id(id) => (
                sql::STRATEGIES_BY_ID,
                vec![(Box::new(vec![id.get()]), Type::INT8_ARRAY), (Box::new(Vec::<i64>::new()), Type::INT8_ARRAY)],
            ),
            StrategyRef::Key(key) => (
                sql::STRATEGIES_BY_KEY,
                vec![
                    (Box::new(vec![key.name.as_str().to_owned()]), Type::TEXT_ARRAY),
                    (Box::new(vec![key.version.as_str().to_owned()]), Type::TEXT_ARRAY),
                    (Box::new(vec![key.starlisting_id.get()]), Type::INT8_ARRAY),
                ],
            ),
        };
        self.one("reading a strategy", sql, params, strategy_record)
    }

    fn strategies(&self, query: StrategyQuery) -> Pending<Page<StrategyRecord, StrategyId>> {
        self.page(strategies(&query), query.rows(), strategy_record, |record| record.strategy.id)
    }

    fn position(&self, id: PositionId) -> Pending<Option<Position>> {
        let params: Vec<Param<'static>> = vec![(Box::new(vec![id.get()]), Type::INT8_ARRAY)];
        self.one("reading a position", sql::POSITIONS_BY_ID, params, rows::position)
    }

    fn positions(&self, query: PositionQuery) -> Pending<Page<Position, PositionId>> {
        let walk = query.walk().map(|walk| (walk, PositionQuery::next_id as NextId));
        self.walked(positions(&query), query.rows(), rows::position, |row| row.id, (walk, PositionId::new))
    }

    fn positions_by_time(&self, query: PositionQuery<TimeCursor<PositionId>>) -> Timed<Position, PositionId> {
        self.by_time(query)
    }

    fn closed_positions(&self, query: ClosedQuery) -> Timed<Position, PositionId> {
        self.by_time(query)
    }

    fn trades(&self, query: TradeQuery) -> Pending<Page<Trade, TradeId>> {
        let walk = query.walk().map(|walk| (walk, TradeQuery::next_id as NextId));
        self.walked(trades(&query), query.rows(), rows::trade, |row| row.id, (walk, TradeId::new))
    }

    fn trades_by_time(&self, query: TradeQuery<TimeCursor<TradeId>>) -> Timed<Trade, TradeId> {
        self.by_time(query)
    }

    fn signals(&self, query: SignalQuery) -> Pending<Page<Signal, SignalId>> {
        let walk = query.walk().map(|walk| (walk, SignalQuery::next_id as NextId));
        self.walked(signals(&query), query.rows(), rows::signal, |row| row.id, (walk, SignalId::new))
    }

    fn signals_by_time(&self, query: SignalQuery<TimeCursor<SignalId>>) -> Timed<Signal, SignalId> {
        self.by_time(query)
    }

    fn signal_funnel(&self, query: FunnelQuery) -> Pending<Vec<FunnelRow>> {
        let Select { sql, params, .. } = funnel(&query);
        self.readers.ask(Question { during: "counting signals", sql, params }, |found| read(rows::funnel, found))
    }

    fn ledger(&self, query: LedgerQuery) -> Pending<Page<LedgerEntry, i64>> {
        let select = ledger(&query);
        let Some(walk) = query.walk() else {
            return self.page(select, query.rows(), rows::ledger_entry, |entry| entry.seq);
        };
        let of_strategy: Vec<Param<'static>> = vec![
            (Box::new(vec![query.strategy_id.get()]), Type::INT8_ARRAY),
            (Box::new(Vec::<i64>::new()), Type::INT8_ARRAY),
        ];
        let parts = vec![(sql::STRATEGIES_BY_ID.to_owned(), of_strategy), (select.sql, select.params)];
        self.readers.ask_together("reading a page", parts, move |found| {
            let strategy = read(rows::strategy, &found[0])?.pop();
            let next_seq = strategy.map_or(1, |state| state.totals.ledger_seq + 1);
            let entries = read(rows::ledger_entry, &found[1])?;
            Page::from_walk(entries, query.rows(), |entry| entry.seq, (walk, next_seq), Ok)
        })
    }

    fn events(&self, query: EventQuery) -> Pending<Page<Event, EventId>> {
        let walk = query.walk().map(|walk| (walk, EventQuery::next_id as NextId));
        self.walked(events(&query), query.rows(), rows::event, |row| row.id, (walk, EventId::new))
    }

    fn events_by_time(&self, query: EventQuery<TimeCursor<EventId>>) -> Timed<Event, EventId> {
        self.by_time(query)
    }

    fn snapshots(&self, query: SnapshotQuery) -> Pending<Page<StateSnapshot, TimeCursor<SnapshotId>>> {
        let cursor = |it: &StateSnapshot| TimeCursor { timestamp: it.timestamp, id: it.id };
        self.page(snapshots(&query), query.rows(), rows::snapshot, cursor)
    }

    fn strategy_snapshots(
        &self,
        strategy_id: StrategyId,
        query: SnapshotQuery,
    ) -> Pending<Page<StrategySnapshot, TimeCursor<SnapshotId>>> {
        let cursor = |it: &StrategySnapshot| TimeCursor { timestamp: it.timestamp, id: it.snapshot_id };
        self.page(strategy_snapshots(strategy_id, &query), query.rows(), rows::strategy_snapshot, cursor)
    }

    fn equity_curve(&self, query: CurveQuery) -> Pending<Curve> {
        let Select { sql, params, .. } = equity(&query);
        let question = Question { during: "reading an equity curve", sql, params };
        let take = |curve: &mut EquityCurve, row: Row| {
            curve.observe(read_one(rows::equity_point, &row)?);
            Ok(())
        };
        self.readers.ask_each(question, query.curve(), take, |curve| Ok(curve.into()))
    }

    fn metrics(&self, query: MetricsQuery) -> Pending<Page<MetricRow, MetricCursor>> {
        self.page(metrics(&query), query.rows(), rows::metric, |row: &MetricRow| MetricCursor::from(row))
    }

    fn overview(&self) -> Pending<Overview> {
        let part = |sql: &str| (sql.to_owned(), Vec::new());
        let in_order = format!("{} ORDER BY s.id", sql::STRATEGIES);
        let parts = vec![part(sql::BOOK), part(&in_order), part(sql::OPEN_HOLDINGS)];
        self.readers.ask_together("reading an overview", parts, |found| {
            let book = read(rows::book, &found[0])?.pop().ok_or_else(|| BadRow::missing("the book has no row"))?;
            let strategies = read(rows::strategy, &found[1])?;
            Ok(Overview::new(BookStatus::from(&book), strategies, read(rows::open_holding, &found[2])?))
        })
    }

    fn daily_pnl(&self, query: DailyQuery) -> Pending<Page<DailyPnl, UnixMillis>> {
        self.page(dashboard::days(&query), query.rows(), rows::daily_pnl, |day| day.day_start)
    }

    fn leaderboard(&self, query: LeaderboardQuery) -> Pending<Vec<LeaderboardRow>> {
        let Select { sql, params, .. } = dashboard::leaderboard(&query);
        self.readers.ask(Question { during: "adding up days", sql, params }, |found| read(rows::leaderboard_row, found))
    }

    fn recover(&self) -> Pending<Recovery> {
        let part = |sql: &str| (sql.to_owned(), Vec::new());
        let latest = snapshots(&SnapshotQuery::latest());
        let parts = vec![
            part(sql::BOOK),
            part(sql::STRATEGIES_TO_RECOVER),
            part(sql::OPEN_IN_ORDER),
            part(sql::LAST_SIGNALS),
            (latest.sql, latest.params),
        ];
        self.readers.ask_together("reading what a bot needs to carry on", parts, |found| {
            let book = read(rows::book, &found[0])?.pop().ok_or_else(|| BadRow::missing("the book has no row"))?;
            let snapshots = read(rows::snapshot, &found[4])?;
            Ok(Recovery::new(
                BookStatus::from(&book),
                read(strategy_record, &found[1])?,
                read(rows::position, &found[2])?,
                read(rows::signal, &found[3])?,
                snapshots.into_iter().next(),
            ))
        })
    }

    fn outcome(&self, key: RequestKey) -> Pending<Option<Outcome>> {
        let params: Vec<Param<'static>> = vec![(Box::new(vec![key.as_str().to_owned()]), Type::TEXT_ARRAY)];
        let request = self.one("reading a request", sql::REQUESTS_BY_KEY, params, rows::request);
        Box::pin(async move { Ok(request.await?.map(|request| request.outcome)) })
    }
}
