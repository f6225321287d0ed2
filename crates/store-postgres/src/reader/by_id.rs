//! Lists in the order of ids as SQL.

use nailsage_domain::{
    EventId, ExitReason, LedgerKind, PositionId, PositionStatus, Severity, Side, SignalId, SignalType, StarlistingId,
    StrategyId, TradeId, UnixMillis,
};
use nailsage_store::{EventQuery, LedgerQuery, PositionQuery, SignalQuery, StrategyQuery, TradeQuery};
use tokio_postgres::types::Type;

use super::{by_time::severities_from, select::Select};
use crate::sql;

/// Where the next ids stand.
const BOOK_ROW: &str = "book WHERE id = 1";

pub(super) fn strategies(query: &StrategyQuery) -> Select {
    let place = (query.after.map(StrategyId::get), query.rows(), query.order);
    Select::new(sql::STRATEGIES).with_some("s.is_active =", Type::BOOL, query.is_active).by("s.id", place)
}

pub(super) fn positions(query: &PositionQuery) -> Select {
    let place = (query.after.map(PositionId::get), query.rows(), query.order);
    if let (Some(id), None, false) = (query.strategy_id, query.walk(), query.is_of_open_ones()) {
        return Select::new(sql::POSITIONS).along("p.strategy_id", (Type::INT8, id.get()), "p.id", place);
    }
    let status = query.status.map(|status: PositionStatus| format!("p.status = '{}'", status.as_str()));
    Select::new(sql::POSITIONS)
        .literally(status.as_deref())
        .literally(query.is_open.map(|is_open| if is_open { "p.status = 'open'" } else { "p.status <> 'open'" }))
        .with_some("p.strategy_id =", Type::INT8, query.strategy_id.map(StrategyId::get))
        .with_some("p.starlisting_id =", Type::INT8, query.starlisting_id.map(StarlistingId::get))
        .with_some("p.side =", Type::TEXT, query.side.map(Side::as_str))
        .with_some("p.exit_reason =", Type::TEXT, query.exit_reason.map(ExitReason::as_str))
        .with_some("p.entry_timestamp >=", Type::INT8, query.since.map(UnixMillis::get))
        .with_some("p.entry_timestamp <", Type::INT8, query.until.map(UnixMillis::get))
        .walk("p.id", query.walk(), ("next_position_id", BOOK_ROW))
        .by("p.id", place)
}

pub(super) fn trades(query: &TradeQuery) -> Select {
    let place = (query.after.map(TradeId::get), query.rows(), query.order);
    if let (Some(id), None, None) = (query.strategy_id, query.walk(), query.position_id) {
        return Select::new(sql::TRADES).along("strategy_id", (Type::INT8, id.get()), "id", place);
    }
    Select::new(sql::TRADES)
        .with_some("position_id =", Type::INT8, query.position_id.map(PositionId::get))
        .with_some("strategy_id =", Type::INT8, query.strategy_id.map(StrategyId::get))
        .with_some("starlisting_id =", Type::INT8, query.starlisting_id.map(StarlistingId::get))
        .within(query.since, query.until)
        .walk("id", query.walk(), ("next_trade_id", BOOK_ROW))
        .by("id", place)
}

pub(super) fn signals(query: &SignalQuery) -> Select {
    let place = (query.after.map(SignalId::get), query.rows(), query.order);
    if let (Some(id), None) = (query.strategy_id, query.walk()) {
        return Select::new(sql::SIGNALS).along("strategy_id", (Type::INT8, id.get()), "id", place);
    }
    Select::new(sql::SIGNALS)
        .with_some("was_executed =", Type::BOOL, query.was_executed)
        .with_some("strategy_id =", Type::INT8, query.strategy_id.map(StrategyId::get))
        .with_some("starlisting_id =", Type::INT8, query.starlisting_id.map(StarlistingId::get))
        .with_some("signal_type =", Type::TEXT, query.signal_type.map(SignalType::as_str))
        .with_some("rejection_reason =", Type::TEXT, query.rejection_reason.as_ref().map(ToString::to_string))
        .within(query.since, query.until)
        .walk("id", query.walk(), ("next_signal_id", BOOK_ROW))
        .by("id", place)
}

pub(super) fn ledger(query: &LedgerQuery) -> Select {
    let place = (query.after, query.rows(), query.order);
    // A literal, by which the partial index on adjustments is found. Everything else is no condition that an index on
    // money could serve, along which the entries of every other strategy stand too.
    let is_adjust = query.kind == Some(LedgerKind::Adjust);
    let other_kind = query.kind.filter(|_| !is_adjust);
    // The strategy is the first value.
    let next = ("ledger_seq + 1", "strategy_totals WHERE strategy_id = $1");
    Select::new(sql::LEDGER)
        .with("strategy_id =", Type::INT8, query.strategy_id.get())
        .literally(is_adjust.then_some("kind = 'adjust'"))
        .with_some("kind || '' =", Type::TEXT, other_kind.map(LedgerKind::as_str))
        .with_some("timestamp + 0 >=", Type::INT8, query.since.map(UnixMillis::get))
        .with_some("timestamp + 0 <", Type::INT8, query.until.map(UnixMillis::get))
        .walk("seq", query.walk(), next)
        .by("seq", place)
}

pub(super) fn events(query: &EventQuery) -> Select {
    let place = (query.after.map(EventId::get), query.rows(), query.order);
    let event_type = query.event_type.as_ref().map(|it| it.as_str().to_owned());
    // Without a walk, one of these is given at most.
    if query.walk().is_none() {
        let select = Select::new(sql::EVENTS);
        if let Some(event_type) = event_type {
            return select.along("event_type", (Type::TEXT, event_type), "id", place);
        }
        if let Some(id) = query.strategy_id {
            return select.along("strategy_id", (Type::INT8, id.get()), "id", place);
        }
        if let Some(severity) = query.severity {
            return select.along("severity", (Type::TEXT, severity.as_str()), "id", place);
        }
        return select.by("id", place);
    }
    Select::new(sql::EVENTS)
        .with_some("event_type =", Type::TEXT, event_type)
        .with_some("strategy_id =", Type::INT8, query.strategy_id.map(StrategyId::get))
        .with_some("severity =", Type::TEXT, query.severity.map(Severity::as_str))
        .literally(query.min_severity.map(severities_from).as_deref())
        .with_some("timestamp >=", Type::INT8, query.since.map(UnixMillis::get))
        .with_some("timestamp <", Type::INT8, query.until.map(UnixMillis::get))
        .walk("id", query.walk(), ("next_event_id", BOOK_ROW))
        .by("id", place)
}
