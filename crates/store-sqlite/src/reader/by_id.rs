//! Lists in the order of ids as SQL.

use nailsage_domain::{EventId, LedgerKind, PositionId, SignalId, StarlistingId, StrategyId, TradeId, UnixMillis};
use nailsage_store::{EventQuery, LedgerQuery, PositionQuery, SignalQuery, StrategyQuery, TradeQuery, Walk};

use super::{by_time::severities_from, select::Select};
use crate::sql;

pub(super) fn strategies(query: &StrategyQuery) -> Select {
    let place = (query.after.map(StrategyId::get), query.rows(), query.order);
    Select::new(sql::STRATEGIES).with_some("s.is_active = ?", query.is_active).by("s.id", place)
}

pub(super) fn positions(query: &PositionQuery, next_id: i64) -> Select {
    let place = (query.after.map(PositionId::get), query.rows(), query.order);
    let strategy_id = query.strategy_id.map(StrategyId::get);
    let status = query.status.map(|status| format!("status = '{}'", status.as_str()));
    let select = Select::new(sql::POSITIONS)
        .literally(status.as_deref())
        .literally(query.is_open.map(|is_open| if is_open { "status = 'open'" } else { "status <> 'open'" }))
        .with_some("side = ?", query.side.map(|side| side.as_str().to_owned()))
        .with_some("exit_reason = ?", query.exit_reason.map(|reason| reason.as_str().to_owned()))
        .with_some("+entry_timestamp >= ?", query.since.map(UnixMillis::get))
        .with_some("+entry_timestamp < ?", query.until.map(UnixMillis::get));
    let starlisting_id = query.starlisting_id.map(StarlistingId::get);
    if query.is_of_open_ones() {
        // The few among the many: their own indexes find them without a walk past every closed one, and sorting them
        // costs little. Here it is the walk that the `+` keeps SQLite from.
        select
            .with_some("strategy_id = ?", strategy_id)
            .with_some("starlisting_id = ?", starlisting_id)
            .by("+id", place)
    } else {
        select
            .with_some(of_strategy(query.walk()), strategy_id)
            .with_some("+starlisting_id = ?", starlisting_id)
            .walk("id", query.walk(), next_id)
            .by("id", place)
    }
}

/// A strategy's rows are found by the index that holds them in the order of their ids, unless it is a walk along all ids.
fn of_strategy(walk: Option<Walk>) -> &'static str {
    if walk.is_some() { "+strategy_id = ?" } else { "strategy_id = ?" }
}

pub(super) fn trades(query: &TradeQuery, next_id: i64) -> Select {
    let place = (query.after.map(TradeId::get), query.rows(), query.order);
    // Both indexes end in the id. A position has few trades, a strategy many, and without statistics SQLite could not
    // tell which to take.
    let of_strategy = if query.position_id.is_some() { "+strategy_id = ?" } else { "strategy_id = ?" };
    Select::new(sql::TRADES)
        .with_some("position_id = ?", query.position_id.map(PositionId::get))
        .with_some(of_strategy, query.strategy_id.map(StrategyId::get))
        .with_some("starlisting_id = ?", query.starlisting_id.map(StarlistingId::get))
        .with_some("+timestamp >= ?", query.since.map(UnixMillis::get))
        .with_some("+timestamp < ?", query.until.map(UnixMillis::get))
        .walk("id", query.walk(), next_id)
        .by("id", place)
}

pub(super) fn signals(query: &SignalQuery, next_id: i64) -> Select {
    let place = (query.after.map(SignalId::get), query.rows(), query.order);
    // A value, so that the partial index on executed ones, which is in order of time, is out of the question.
    Select::new(sql::SIGNALS)
        .with_some("was_executed = ?", query.was_executed)
        .with_some(of_strategy(query.walk()), query.strategy_id.map(StrategyId::get))
        .with_some("+starlisting_id = ?", query.starlisting_id.map(StarlistingId::get))
        .with_some("signal_type = ?", query.signal_type.map(|it| it.as_str().to_owned()))
        .with_some("rejection_reason = ?", query.rejection_reason.as_ref().map(|it| it.as_str().to_owned()))
        .with_some("+timestamp >= ?", query.since.map(UnixMillis::get))
        .with_some("+timestamp < ?", query.until.map(UnixMillis::get))
        .walk("id", query.walk(), next_id)
        .by("id", place)
}

pub(super) fn ledger(query: &LedgerQuery, next_seq: i64) -> Select {
    let place = (query.after, query.rows(), query.order);
    // A literal, by which the partial index on adjustments is found.
    let kind = query.kind.map(|kind| format!("kind = '{}'", kind.as_str()));
    let columns = if query.kind == Some(LedgerKind::Adjust) { sql::ADJUSTMENTS } else { sql::LEDGER };
    Select::new(columns)
        .with("strategy_id = ?", query.strategy_id.get())
        .literally(kind.as_deref())
        .within(query.since, query.until)
        .walk("seq", query.walk(), next_seq)
        .by("seq", place)
}

pub(super) fn events(query: &EventQuery, next_id: i64) -> Select {
    let place = (query.after.map(EventId::get), query.rows(), query.order);
    // The indexes on the type, the strategy and the severity end in the id, so they are in order. One of them is enough:
    // the first of these, since without statistics SQLite could not tell which to take.
    let of_strategy = if query.event_type.is_some() { "+strategy_id = ?" } else { "strategy_id = ?" };
    let is_served = query.event_type.is_some() || query.strategy_id.is_some();
    Select::new(sql::EVENTS)
        .with_some("event_type = ?", query.event_type.as_ref().map(|it| it.as_str().to_owned()))
        .with_some(of_strategy, query.strategy_id.map(StrategyId::get))
        .with_some(
            if is_served { "+severity = ?" } else { "severity = ?" },
            query.severity.map(|severity| severity.as_str().to_owned()),
        )
        .literally(query.min_severity.map(severities_from).as_deref())
        .with_some("+timestamp >= ?", query.since.map(UnixMillis::get))
        .with_some("+timestamp < ?", query.until.map(UnixMillis::get))
        .walk("id", query.walk(), next_id)
        .by("id", place)
}
