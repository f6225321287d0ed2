//! Lists in the order of time as SQL.

use nailsage_domain::{
    Event, EventId, Position, PositionId, Severity, Signal, SignalId, StarlistingId, StrategyId, Trade, TradeId,
};
use nailsage_store::{
    ClosedQuery, EventQuery, PAGE_EXAMINED_MAX, PositionQuery, SignalQuery, StoreError, TimeCursor, TradeQuery,
    by_time::{Place, TimePage, TimePlan, TimedQuery, end_of_walk},
    rows::read as rows,
};
use rusqlite::Connection;

use super::select::Select;
use crate::{fault::store_error, rows::Map, sql};

/// A list in the order of time, and where it is.
pub(super) trait Listed: TimedQuery {
    /// Its columns.
    const COLUMNS: &'static str;
    /// Its table.
    const TABLE: &'static str;
    /// The column that tells the time.
    const TIME: &'static str;
    /// Reads a row.
    const MAP: Map<Self::Row>;

    /// Its filters, the range of time apart. No index is used for those that stand behind a `+`.
    fn filter(&self, select: Select, plus: &str) -> Select;
}

/// A page of a list, read at one moment.
pub(super) fn page<Q: Listed>(connection: &Connection, query: &Q) -> Result<TimePage<Q>, StoreError> {
    let during = |error| store_error("reading a page", error);
    let transaction = connection.unchecked_transaction().map_err(during)?;
    let end = match ends(query) {
        Some(select) => end_of_walk(&select.rows(&transaction, rows::place)?),
        None => None,
    };
    let found = select(query, end).rows(&transaction, Q::MAP)?;
    transaction.commit().map_err(during)?;
    query.page(found, end).map_err(|error| StoreError::backend("reading a page", error))
}

/// The last row that a walk may look at, and the one behind it.
pub(super) fn ends<Q: Listed>(query: &Q) -> Option<Select> {
    let TimePlan::Walk { along, .. } = query.plan() else { return None };
    let columns = format!("SELECT {}, id FROM {}", Q::TIME, Q::TABLE);
    let (key, span) = ((Q::TIME, "id"), query.span());
    let mut select = along.filter(Select::new(&columns), "").between(key, span).in_order(key, span.order, 2);
    select.sql = format!("{} OFFSET {}", select.sql, PAGE_EXAMINED_MAX - 1);
    Some(select)
}

/// The page itself, up to where its walk ends.
pub(super) fn select<Q: Listed>(query: &Q, end: Option<Place>) -> Select {
    let (columns, key, span) = (Select::new(Q::COLUMNS), (Q::TIME, "id"), query.span());
    let plus_time = format!("+{}", Q::TIME);
    let (select, key, span) = match query.plan() {
        // Here the `+` keeps SQLite from walking along the index on time, past all that are not wanted.
        TimePlan::Few => (query.filter(columns, ""), (plus_time.as_str(), "+id"), span),
        TimePlan::InOrder => (query.filter(columns, ""), key, span),
        TimePlan::Walk { along, rest } => {
            (rest.filter(along.filter(columns, ""), "+"), key, end.map_or(span, |end| span.up_to(end)))
        }
    };
    select.between(key, span).in_order(key, span.order, query.rows() + 1)
}

impl Listed for PositionQuery<TimeCursor<PositionId>> {
    const COLUMNS: &'static str = sql::POSITIONS;
    const TABLE: &'static str = "positions";
    const TIME: &'static str = "entry_timestamp";
    const MAP: Map<Position> = rows::position;

    fn filter(&self, select: Select, plus: &str) -> Select {
        let status = self.status.map(|status| format!("status = '{}'", status.as_str()));
        select
            .literally(status.as_deref())
            .literally(self.is_open.map(|is_open| if is_open { "status = 'open'" } else { "status <> 'open'" }))
            .with_some(&format!("{plus}strategy_id = ?"), self.strategy_id.map(StrategyId::get))
            .with_some(&format!("{plus}starlisting_id = ?"), self.starlisting_id.map(StarlistingId::get))
            .with_some("side = ?", self.side.map(|side| side.as_str().to_owned()))
            .with_some("exit_reason = ?", self.exit_reason.map(|reason| reason.as_str().to_owned()))
    }
}

impl Listed for ClosedQuery {
    const COLUMNS: &'static str = sql::POSITIONS;
    const TABLE: &'static str = "positions";
    const TIME: &'static str = "exit_timestamp";
    const MAP: Map<Position> = rows::position;

    fn filter(&self, select: Select, plus: &str) -> Select {
        select.with(&format!("{plus}strategy_id = ?"), self.strategy_id.get())
    }
}

impl Listed for TradeQuery<TimeCursor<TradeId>> {
    const COLUMNS: &'static str = sql::TRADES;
    const TABLE: &'static str = "trades";
    const TIME: &'static str = "timestamp";
    const MAP: Map<Trade> = rows::trade;

    fn filter(&self, select: Select, plus: &str) -> Select {
        // Never the index on the strategy: where the filter stands without a `+`, the position is there and better.
        select
            .with_some(&format!("{plus}position_id = ?"), self.position_id.map(PositionId::get))
            .with_some("+strategy_id = ?", self.strategy_id.map(StrategyId::get))
            .with_some("starlisting_id = ?", self.starlisting_id.map(StarlistingId::get))
    }
}

impl Listed for SignalQuery<TimeCursor<SignalId>> {
    const COLUMNS: &'static str = sql::SIGNALS;
    const TABLE: &'static str = "signals";
    const TIME: &'static str = "timestamp";
    const MAP: Map<Signal> = rows::signal;

    fn filter(&self, select: Select, plus: &str) -> Select {
        // A literal, by which the partial index on executed ones is found.
        let fate = self.was_executed.map(|was_executed| format!("{plus}was_executed = {}", i32::from(was_executed)));
        select
            .with_some(&format!("{plus}strategy_id = ?"), self.strategy_id.map(StrategyId::get))
            .literally(fate.as_deref())
            .with_some(&format!("{plus}starlisting_id = ?"), self.starlisting_id.map(StarlistingId::get))
            .with_some("signal_type = ?", self.signal_type.map(|it| it.as_str().to_owned()))
            .with_some("rejection_reason = ?", self.rejection_reason.as_ref().map(|it| it.as_str().to_owned()))
    }
}

impl Listed for EventQuery<TimeCursor<EventId>> {
    const COLUMNS: &'static str = sql::EVENTS;
    const TABLE: &'static str = "event_log";
    const TIME: &'static str = "timestamp";
    const MAP: Map<Event> = rows::event;

    fn filter(&self, select: Select, plus: &str) -> Select {
        select
            .with_some(&format!("{plus}event_type = ?"), self.event_type.as_ref().map(|it| it.as_str().to_owned()))
            .with_some(&format!("{plus}strategy_id = ?"), self.strategy_id.map(StrategyId::get))
            .with_some(&format!("{plus}severity = ?"), self.severity.map(|severity| severity.as_str().to_owned()))
            .literally(self.min_severity.map(severities_from).as_deref())
    }
}

/// Those that are at least this bad, without an index.
pub(super) fn severities_from(least: Severity) -> String {
    let names: Vec<_> =
        Severity::ALL.iter().filter(|it| **it >= least).map(|it| format!("'{}'", it.as_str())).collect();
    format!("+severity IN ({})", names.join(", "))
}
