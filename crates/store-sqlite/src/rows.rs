//! Rows into values. Everything is checked on the way: what a column cannot hold is corruption, never a guess.

use std::{error::Error as StdError, str::FromStr};

use nailsage_domain::{
    Amount, Confidence, Cost, Event, EventData, Exit, ExitReason, LedgerEntry, Mark, Position, PositionState,
    PositionStatus, Price, Reason, Signal, SignalFate, Strategy, StrategyKey, StrategyTotals, Trade, UnixMillis, Usdt,
    ValueError,
};
use nailsage_store::{
    Outcome,
    fingerprint::Fingerprint,
    plan::{Request, StrategyState},
    state::Book,
};
use rusqlite::{Error, Result, Row, types::Type};

fn bad(column: usize, error: impl StdError + Send + Sync + 'static) -> Error {
    Error::FromSqlConversionFailure(column, Type::Null, Box::new(error))
}

/// A value whose type checks what it takes.
fn checked<T>(column: usize, value: std::result::Result<T, ValueError>) -> Result<T> {
    value.map_err(|error| bad(column, error))
}

fn text<T: FromStr<Err = ValueError>>(row: &Row<'_>, column: usize) -> Result<T> {
    checked(column, row.get_ref(column)?.as_str().map_err(|error| bad(column, error))?.parse())
}

fn optional_text<T: FromStr<Err = ValueError>>(row: &Row<'_>, column: usize) -> Result<Option<T>> {
    let text = row.get_ref(column)?.as_str_or_null().map_err(|error| bad(column, error))?;
    text.map(|text| checked(column, text.parse())).transpose()
}

/// An id or a time: a checked integer.
fn integer<T>(row: &Row<'_>, column: usize, new: fn(i64) -> std::result::Result<T, ValueError>) -> Result<T> {
    checked(column, new(row.get(column)?))
}

fn optional_integer<T>(
    row: &Row<'_>,
    column: usize,
    new: fn(i64) -> std::result::Result<T, ValueError>,
) -> Result<Option<T>> {
    row.get::<_, Option<i64>>(column)?.map(|value| checked(column, new(value))).transpose()
}

fn time(row: &Row<'_>, column: usize) -> Result<UnixMillis> {
    integer(row, column, UnixMillis::new)
}

fn usdt(row: &Row<'_>, column: usize) -> Result<Usdt> {
    checked(column, Usdt::from_stored_f64(row.get(column)?))
}

fn amount(row: &Row<'_>, column: usize) -> Result<Amount> {
    checked(column, Amount::new(usdt(row, column)?))
}

fn cost(row: &Row<'_>, column: usize) -> Result<Cost> {
    checked(column, Cost::new(usdt(row, column)?))
}

fn price(row: &Row<'_>, column: usize) -> Result<Price> {
    checked(column, Price::from_stored_f64(row.get(column)?))
}

fn optional_price(row: &Row<'_>, column: usize) -> Result<Option<Price>> {
    row.get::<_, Option<f64>>(column)?.map(|value| checked(column, Price::from_stored_f64(value))).transpose()
}

pub(crate) fn book(row: &Row<'_>) -> Result<Book> {
    Ok(Book {
        schema_version: row.get(0)?,
        next_strategy_id: integer(row, 1, nailsage_domain::StrategyId::new)?,
        next_position_id: integer(row, 2, nailsage_domain::PositionId::new)?,
        next_trade_id: integer(row, 3, nailsage_domain::TradeId::new)?,
        next_signal_id: integer(row, 4, nailsage_domain::SignalId::new)?,
        next_event_id: integer(row, 5, nailsage_domain::EventId::new)?,
        next_snapshot_id: integer(row, 6, nailsage_domain::SnapshotId::new)?,
        commit_seq: row.get(7)?,
        updated_at: time(row, 8)?,
    })
}

pub(crate) fn strategy(row: &Row<'_>) -> Result<StrategyState> {
    let strategy = Strategy {
        id: integer(row, 0, nailsage_domain::StrategyId::new)?,
        key: StrategyKey {
            name: text(row, 1)?,
            version: text(row, 2)?,
            starlisting_id: integer(row, 3, nailsage_domain::StarlistingId::new)?,
        },
        interval: text(row, 4)?,
        model_id: optional_text(row, 5)?,
        config_path: optional_text(row, 6)?,
        is_active: row.get(7)?,
        initial_bankroll: amount(row, 8)?,
        current_bankroll: usdt(row, 9)?,
        created_at: time(row, 10)?,
        updated_at: time(row, 11)?,
    };
    let totals = StrategyTotals {
        ledger_seq: row.get(12)?,
        num_closed: row.get(13)?,
        num_wins: row.get(14)?,
        num_losses: row.get(15)?,
        realized_micros: row.get(16)?,
        win_micros: row.get(17)?,
        loss_micros: row.get(18)?,
        fees_micros: row.get(19)?,
        duration_ms: row.get(20)?,
    };
    checked(12, totals.check())?;
    Ok(StrategyState { strategy, totals })
}

pub(crate) fn position(row: &Row<'_>) -> Result<Position> {
    let position = Position {
        id: integer(row, 0, nailsage_domain::PositionId::new)?,
        strategy_id: integer(row, 1, nailsage_domain::StrategyId::new)?,
        starlisting_id: integer(row, 2, nailsage_domain::StarlistingId::new)?,
        side: text(row, 3)?,
        size: amount(row, 4)?,
        entry_price: price(row, 5)?,
        entry_timestamp: time(row, 6)?,
        fees_paid: cost(row, 11)?,
        stop_loss_price: optional_price(row, 13)?,
        take_profit_price: optional_price(row, 14)?,
        state: position_state(row)?,
        created_at: time(row, 16)?,
        updated_at: time(row, 17)?,
    };
    checked(0, position.check())?;
    Ok(position)
}

fn position_state(row: &Row<'_>) -> Result<PositionState> {
    let exit = || Ok::<_, Error>(Exit { price: price(row, 7)?, timestamp: time(row, 8)?, realized_pnl: usdt(row, 9)? });
    Ok(match text(row, 12)? {
        PositionStatus::Open => PositionState::Open {
            mark: Mark { price: price(row, 18)?, at: time(row, 19)?, unrealized_pnl: usdt(row, 10)? },
        },
        PositionStatus::Closed => PositionState::Closed { exit: exit()?, reason: text::<ExitReason>(row, 15)? },
        PositionStatus::Liquidated => PositionState::Liquidated { exit: exit()? },
    })
}

pub(crate) fn trade(row: &Row<'_>) -> Result<Trade> {
    Ok(Trade {
        id: integer(row, 0, nailsage_domain::TradeId::new)?,
        position_id: integer(row, 1, nailsage_domain::PositionId::new)?,
        strategy_id: integer(row, 2, nailsage_domain::StrategyId::new)?,
        starlisting_id: integer(row, 3, nailsage_domain::StarlistingId::new)?,
        trade_type: text(row, 4)?,
        size: amount(row, 5)?,
        price: price(row, 6)?,
        fees: cost(row, 7)?,
        slippage: cost(row, 8)?,
        timestamp: time(row, 9)?,
        signal_id: optional_integer(row, 10, nailsage_domain::SignalId::new)?,
        created_at: time(row, 11)?,
    })
}

pub(crate) fn signal(row: &Row<'_>) -> Result<Signal> {
    let confidence: Option<f64> = row.get(4)?;
    let fate = match optional_text::<Reason>(row, 8)? {
        None => SignalFate::Executed,
        Some(reason) => SignalFate::Suppressed { reason },
    };
    Ok(Signal {
        id: integer(row, 0, nailsage_domain::SignalId::new)?,
        strategy_id: integer(row, 1, nailsage_domain::StrategyId::new)?,
        starlisting_id: integer(row, 2, nailsage_domain::StarlistingId::new)?,
        signal_type: text(row, 3)?,
        confidence: confidence.map(|value| checked(4, Confidence::new(value))).transpose()?,
        price_at_signal: price(row, 5)?,
        timestamp: time(row, 6)?,
        fate,
        created_at: time(row, 9)?,
    })
}

pub(crate) fn ledger_entry(row: &Row<'_>) -> Result<LedgerEntry> {
    let entry = LedgerEntry {
        strategy_id: integer(row, 0, nailsage_domain::StrategyId::new)?,
        seq: row.get(1)?,
        kind: text(row, 2)?,
        position_id: optional_integer(row, 3, nailsage_domain::PositionId::new)?,
        trade_id: optional_integer(row, 4, nailsage_domain::TradeId::new)?,
        delta: integer(row, 5, Usdt::from_micros)?,
        balance: integer(row, 6, Usdt::from_micros)?,
        reason: optional_text(row, 7)?,
        request_key: optional_text(row, 8)?,
        commit_seq: row.get(9)?,
        timestamp: time(row, 10)?,
        created_at: time(row, 11)?,
    };
    checked(1, entry.check())?;
    Ok(entry)
}

pub(crate) fn event(row: &Row<'_>) -> Result<Event> {
    let data = row.get_ref(2)?.as_str_or_null().map_err(|error| bad(2, error))?;
    Ok(Event {
        id: integer(row, 0, nailsage_domain::EventId::new)?,
        event_type: text(row, 1)?,
        data: data.map(|text| checked(2, EventData::from_text(text))).transpose()?,
        severity: text(row, 3)?,
        timestamp: time(row, 4)?,
        created_at: time(row, 5)?,
        strategy_id: optional_integer(row, 6, nailsage_domain::StrategyId::new)?,
    })
}

pub(crate) fn request(row: &Row<'_>) -> Result<Request> {
    let outcome = row.get_ref(2)?.as_str().map_err(|error| bad(2, error))?;
    let outcome: Outcome = serde_json::from_str(outcome).map_err(|error| bad(2, error))?;
    Ok(Request {
        key: text(row, 0)?,
        fingerprint: Fingerprint::from_bytes(row.get(1)?),
        outcome,
        opened_position_id: optional_integer(row, 3, nailsage_domain::PositionId::new)?,
        timestamp: time(row, 4)?,
        created_at: time(row, 5)?,
    })
}
