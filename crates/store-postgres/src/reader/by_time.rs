//! Lists in the order of time as SQL.

use nailsage_domain::{
    Event, EventId, ExitReason, Position, PositionId, Severity, Side, Signal, SignalId, SignalType, StarlistingId,
    StrategyId, Trade, TradeId,
};
use nailsage_store::{
    ClosedQuery, EventQuery, PAGE_EXAMINED_MAX, PositionQuery, SignalQuery, TimeCursor, TradeQuery,
    by_time::{TimePlan, TimedQuery},
    rows::read as rows,
};
use tokio_postgres::types::Type;

use super::select::Select;
use crate::{rows::Map, sql};

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

    /// Its filters, the range of time apart.
    fn filter(&self, select: Select) -> Select;
}

/// The last row that a walk may look at, and the one behind it.
pub(super) fn ends<Q: Listed>(query: &Q) -> Option<Select> {
    let TimePlan::Walk { along, .. } = query.plan() else { return None };
    let columns = format!("SELECT {}, id FROM {} ", Q::TIME, Q::TABLE);
    let (key, span) = ((Q::TIME, "id"), query.span());
    let mut select = along.filter(Select::new(&columns)).between(key, span).in_order(key, span.order, 2);
    select.sql = format!("{} OFFSET {}", select.sql, PAGE_EXAMINED_MAX - 1);
    Some(select)
}

/// The page itself.
pub(super) fn select<Q: Listed>(query: &Q) -> Select {
    let (key, span, rows) = ((Q::TIME, "id"), query.span(), i64::from(query.rows()) + 1);
    let found = match query.plan() {
        TimePlan::InOrder => query.filter(Select::new(Q::COLUMNS)).between(key, span),
        // OFFSET 0 keeps the server from walking along the index on time, past all that are not wanted.
        TimePlan::Few => {
            let mut few = query.filter(Select::all_of(Q::TABLE));
            few.sql.push_str(" OFFSET 0");
            few.in_place_of(Q::TABLE, Q::COLUMNS).between(key, span)
        }
        TimePlan::Walk { along, rest } => {
            let walked = along.filter(Select::all_of(Q::TABLE)).between(key, span);
            let walked = walked.in_order(key, span.order, PAGE_EXAMINED_MAX);
            rest.filter(walked.in_place_of(Q::TABLE, Q::COLUMNS))
        }
    };
    found.in_order(key, span.order, rows)
}

impl Listed for PositionQuery<TimeCursor<PositionId>> {
    const COLUMNS: &'static str = sql::POSITIONS;
    const TABLE: &'static str = "positions";
    const TIME: &'static str = "entry_timestamp";
    const MAP: Map<Position> = rows::position;

    fn filter(&self, select: Select) -> Select {
        let status = self.status.map(|status| format!("status = '{}'", status.as_str()));
        select
            .literally(status.as_deref())
            .literally(self.is_open.map(|is_open| if is_open { "status = 'open'" } else { "status <> 'open'" }))
            .with_some("strategy_id =", Type::INT8, self.strategy_id.map(StrategyId::get))
            .with_some("starlisting_id =", Type::INT8, self.starlisting_id.map(StarlistingId::get))
            .with_some("side =", Type::TEXT, self.side.map(Side::as_str))
            .with_some("exit_reason =", Type::TEXT, self.exit_reason.map(ExitReason::as_str))
    }
}

impl Listed for ClosedQuery {
    const COLUMNS: &'static str = sql::POSITIONS;
    const TABLE: &'static str = "positions";
    const TIME: &'static str = "exit_timestamp";
    const MAP: Map<Position> = rows::position;

    fn filter(&self, select: Select) -> Select {
        select.with("strategy_id =", Type::INT8, self.strategy_id.get())
    }
}

impl Listed for TradeQuery<TimeCursor<TradeId>> {
    const COLUMNS: &'static str = sql::TRADES;
    const TABLE: &'static str = "trades";
    const TIME: &'static str = "timestamp";
    const MAP: Map<Trade> = rows::trade;

    fn filter(&self, select: Select) -> Select {
        select
            .with_some("position_id =", Type::INT8, self.position_id.map(PositionId::get))
            .with_some("strategy_id =", Type::INT8, self.strategy_id.map(StrategyId::get))
            .with_some("starlisting_id =", Type::INT8, self.starlisting_id.map(StarlistingId::get))
    }
}

impl Listed for SignalQuery<TimeCursor<SignalId>> {
    const COLUMNS: &'static str = sql::SIGNALS;
    const TABLE: &'static str = "signals";
    const TIME: &'static str = "timestamp";
    const MAP: Map<Signal> = rows::signal;

    fn filter(&self, select: Select) -> Select {
        // Literally, by which the partial index on executed ones is found.
        let fate = self.was_executed.map(|was_executed| if was_executed { "was_executed" } else { "NOT was_executed" });
        select
            .with_some("strategy_id =", Type::INT8, self.strategy_id.map(StrategyId::get))
            .literally(fate)
            .with_some("starlisting_id =", Type::INT8, self.starlisting_id.map(StarlistingId::get))
            .with_some("signal_type =", Type::TEXT, self.signal_type.map(SignalType::as_str))
            .with_some("rejection_reason =", Type::TEXT, self.rejection_reason.as_ref().map(ToString::to_string))
    }
}

impl Listed for EventQuery<TimeCursor<EventId>> {
    const COLUMNS: &'static str = sql::EVENTS;
    const TABLE: &'static str = "event_log";
    const TIME: &'static str = "timestamp";
    const MAP: Map<Event> = rows::event;

    fn filter(&self, select: Select) -> Select {
        select
            .with_some("event_type =", Type::TEXT, self.event_type.as_ref().map(|it| it.as_str().to_owned()))
            .with_some("strategy_id =", Type::INT8, self.strategy_id.map(StrategyId::get))
            .with_some("severity =", Type::TEXT, self.severity.map(Severity::as_str))
            .literally(self.min_severity.map(severities_from).as_deref())
    }
}

/// Those that are at least this bad.
pub(super) fn severities_from(least: Severity) -> String {
    let names: Vec<_> =
        Severity::ALL.iter().filter(|it| **it >= least).map(|it| format!("'{}'", it.as_str())).collect();
    format!("severity IN ({})", names.join(", "))
}
