//! Rows into values. Everything is checked on the way: what a column cannot hold is corruption, never a guess.

mod dashboard;
mod performance;

use std::{error::Error, str::FromStr};

use nailsage_domain::{
    Amount, Confidence, Cost, Event, EventData, EventId, Exit, LedgerEntry, Mark, MetricId, Position, PositionId,
    PositionState, PositionStatus, Price, Reason, Signal, SignalFate, SignalId, SnapshotId, StarlistingId, Strategy,
    StrategyId, StrategyKey, StrategyTotals, Trade, TradeId, UnixMillis, Usdt, ValueError,
};

use crate::{
    answer::Outcome,
    by_time::Place,
    fingerprint::Fingerprint,
    plan::{Request, StrategyState},
    state::Book,
    timed::FunnelRow,
};

pub use dashboard::{daily_pnl, leaderboard_row, open_holding};
pub use performance::{
    count, equity_point, known_metric, metric, running_sums, snapshot, strategy_snapshot, timestamp,
};

/// A row that an engine has read, column by column, counted from 0. `None` is NULL.
#[allow(clippy::missing_errors_doc, reason = "every method fails for the same reason: the column holds something else")]
pub trait Row {
    /// How the engine says that a row is not what it should be.
    type Error;

    /// A whole number.
    fn integer(&self, column: usize) -> Result<Option<i64>, Self::Error>;
    /// A truth value.
    fn boolean(&self, column: usize) -> Result<Option<bool>, Self::Error>;
    /// A ratio.
    fn double(&self, column: usize) -> Result<Option<f64>, Self::Error>;
    /// An amount of money, exact.
    fn money(&self, column: usize) -> Result<Option<Usdt>, Self::Error>;
    /// A price, exact.
    fn price(&self, column: usize) -> Result<Option<Price>, Self::Error>;
    /// A text.
    fn text(&self, column: usize) -> Result<Option<&str>, Self::Error>;
    /// Bytes.
    fn bytes(&self, column: usize) -> Result<Option<&[u8]>, Self::Error>;
    /// The column holds what it cannot hold.
    fn bad(&self, column: usize, problem: Box<dyn Error + Send + Sync>) -> Self::Error;
}

/// A row of an engine whose errors are `E`.
pub type Columns<'r, E> = dyn Row<Error = E> + 'r;

/// A row's place in the order of time: its time and its id.
///
/// # Errors
///
/// [`Row::bad`] for what its columns cannot hold.
pub fn place<E>(row: &Columns<'_, E>) -> Result<Place, E> {
    Ok((number(row, 0)?, number(row, 1)?))
}

/// The book row.
///
/// # Errors
///
/// [`Row::bad`] for what its columns cannot hold.
pub fn book<E>(row: &Columns<'_, E>) -> Result<Book, E> {
    Ok(Book {
        schema_version: number(row, 0)?,
        next_strategy_id: integer(row, 1, StrategyId::new)?,
        next_position_id: integer(row, 2, PositionId::new)?,
        next_trade_id: integer(row, 3, TradeId::new)?,
        next_signal_id: integer(row, 4, SignalId::new)?,
        next_event_id: integer(row, 5, EventId::new)?,
        next_snapshot_id: integer(row, 6, SnapshotId::new)?,
        next_metric_id: integer(row, 7, MetricId::new)?,
        commit_seq: number(row, 8)?,
        metrics_from: optional_integer(row, 9, UnixMillis::new)?,
        metrics_at: optional_integer(row, 10, UnixMillis::new)?,
        updated_at: time(row, 11)?,
    })
}

/// A strategy with its totals.
///
/// # Errors
///
/// [`Row::bad`] for what its columns cannot hold.
pub fn strategy<E>(row: &Columns<'_, E>) -> Result<StrategyState, E> {
    let strategy = Strategy {
        id: integer(row, 0, StrategyId::new)?,
        key: StrategyKey {
            name: text(row, 1)?,
            version: text(row, 2)?,
            starlisting_id: integer(row, 3, StarlistingId::new)?,
        },
        interval: text(row, 4)?,
        model_id: optional_text(row, 5)?,
        config_path: optional_text(row, 6)?,
        is_active: needed(row, 7, row.boolean(7)?)?,
        initial_bankroll: amount(row, 8)?,
        current_bankroll: usdt(row, 9)?,
        created_at: time(row, 10)?,
        updated_at: time(row, 11)?,
    };
    let totals = StrategyTotals {
        ledger_seq: number(row, 12)?,
        num_closed: number(row, 13)?,
        num_wins: number(row, 14)?,
        num_losses: number(row, 15)?,
        realized_micros: number(row, 16)?,
        win_micros: number(row, 17)?,
        loss_micros: number(row, 18)?,
        fees_micros: number(row, 19)?,
        duration_ms: number(row, 20)?,
    };
    checked(row, 12, totals.check())?;
    Ok(StrategyState { strategy, totals })
}

/// A position.
///
/// # Errors
///
/// [`Row::bad`] for what its columns cannot hold.
pub fn position<E>(row: &Columns<'_, E>) -> Result<Position, E> {
    let position = Position {
        id: integer(row, 0, PositionId::new)?,
        strategy_id: integer(row, 1, StrategyId::new)?,
        starlisting_id: integer(row, 2, StarlistingId::new)?,
        side: text(row, 3)?,
        size: amount(row, 4)?,
        entry_price: price(row, 5)?,
        entry_timestamp: time(row, 6)?,
        fees_paid: cost(row, 11)?,
        stop_loss_price: row.price(13)?,
        take_profit_price: row.price(14)?,
        state: position_state(row)?,
        created_at: time(row, 16)?,
        updated_at: time(row, 17)?,
    };
    checked(row, 0, position.check())?;
    Ok(position)
}

fn position_state<E>(row: &Columns<'_, E>) -> Result<PositionState, E> {
    let exit = || Ok(Exit { price: price(row, 7)?, timestamp: time(row, 8)?, realized_pnl: usdt(row, 9)? });
    Ok(match text::<PositionStatus, E>(row, 12)? {
        PositionStatus::Open => PositionState::Open {
            mark: Mark { price: price(row, 18)?, at: time(row, 19)?, unrealized_pnl: usdt(row, 10)? },
        },
        PositionStatus::Closed => PositionState::Closed { exit: exit()?, reason: text(row, 15)? },
        PositionStatus::Liquidated => PositionState::Liquidated { exit: exit()? },
    })
}

/// A trade.
///
/// # Errors
///
/// [`Row::bad`] for what its columns cannot hold.
pub fn trade<E>(row: &Columns<'_, E>) -> Result<Trade, E> {
    Ok(Trade {
        id: integer(row, 0, TradeId::new)?,
        position_id: integer(row, 1, PositionId::new)?,
        strategy_id: integer(row, 2, StrategyId::new)?,
        starlisting_id: integer(row, 3, StarlistingId::new)?,
        trade_type: text(row, 4)?,
        size: amount(row, 5)?,
        price: price(row, 6)?,
        fees: cost(row, 7)?,
        slippage: cost(row, 8)?,
        timestamp: time(row, 9)?,
        signal_id: optional_integer(row, 10, SignalId::new)?,
        created_at: time(row, 11)?,
    })
}

/// A signal.
///
/// # Errors
///
/// [`Row::bad`] for what its columns cannot hold.
pub fn signal<E>(row: &Columns<'_, E>) -> Result<Signal, E> {
    let confidence = row.double(4)?;
    let fate = match optional_text::<Reason, E>(row, 8)? {
        None => SignalFate::Executed,
        Some(reason) => SignalFate::Suppressed { reason },
    };
    Ok(Signal {
        id: integer(row, 0, SignalId::new)?,
        strategy_id: integer(row, 1, StrategyId::new)?,
        starlisting_id: integer(row, 2, StarlistingId::new)?,
        signal_type: text(row, 3)?,
        confidence: confidence.map(|value| checked(row, 4, Confidence::new(value))).transpose()?,
        price_at_signal: price(row, 5)?,
        timestamp: time(row, 6)?,
        fate,
        created_at: time(row, 9)?,
    })
}

/// A count of signals: their type, why they were not traded, how many.
///
/// # Errors
///
/// [`Row::bad`] for what its columns cannot hold.
pub fn funnel<E>(row: &Columns<'_, E>) -> Result<FunnelRow, E> {
    Ok(FunnelRow { signal_type: text(row, 0)?, rejection_reason: optional_text(row, 1)?, count: number(row, 2)? })
}

/// A ledger row.
///
/// # Errors
///
/// [`Row::bad`] for what its columns cannot hold.
pub fn ledger_entry<E>(row: &Columns<'_, E>) -> Result<LedgerEntry, E> {
    let entry = LedgerEntry {
        strategy_id: integer(row, 0, StrategyId::new)?,
        seq: number(row, 1)?,
        kind: text(row, 2)?,
        position_id: optional_integer(row, 3, PositionId::new)?,
        trade_id: optional_integer(row, 4, TradeId::new)?,
        delta: integer(row, 5, Usdt::from_micros)?,
        balance: integer(row, 6, Usdt::from_micros)?,
        held_ms: row.integer(7)?,
        reason: optional_text(row, 8)?,
        request_key: optional_text(row, 9)?,
        commit_seq: number(row, 10)?,
        timestamp: time(row, 11)?,
        created_at: time(row, 12)?,
    };
    checked(row, 1, entry.check())?;
    Ok(entry)
}

/// An event.
///
/// # Errors
///
/// [`Row::bad`] for what its columns cannot hold.
pub fn event<E>(row: &Columns<'_, E>) -> Result<Event, E> {
    Ok(Event {
        id: integer(row, 0, EventId::new)?,
        event_type: text(row, 1)?,
        data: row.text(2)?.map(|text| checked(row, 2, EventData::from_text(text))).transpose()?,
        severity: text(row, 3)?,
        timestamp: time(row, 4)?,
        created_at: time(row, 5)?,
        strategy_id: optional_integer(row, 6, StrategyId::new)?,
    })
}

/// An accepted command.
///
/// # Errors
///
/// [`Row::bad`] for what its columns cannot hold.
pub fn request<E>(row: &Columns<'_, E>) -> Result<Request, E> {
    let outcome = needed(row, 2, row.text(2)?)?;
    let outcome: Outcome = serde_json::from_str(outcome).map_err(|error| row.bad(2, error.into()))?;
    let fingerprint = needed(row, 1, row.bytes(1)?)?;
    let fingerprint =
        fingerprint.try_into().map_err(|_| row.bad(1, "it has not the length of a fingerprint".into()))?;
    Ok(Request {
        key: text(row, 0)?,
        fingerprint: Fingerprint::from_bytes(fingerprint),
        outcome,
        opened_position_id: optional_integer(row, 3, PositionId::new)?,
        timestamp: time(row, 4)?,
        created_at: time(row, 5)?,
    })
}

/// A value that may not be NULL.
fn needed<T, E>(row: &Columns<'_, E>, column: usize, value: Option<T>) -> Result<T, E> {
    value.ok_or_else(|| row.bad(column, "it is NULL".into()))
}

/// A value whose type checks what it takes.
fn checked<T, E>(row: &Columns<'_, E>, column: usize, value: Result<T, ValueError>) -> Result<T, E> {
    value.map_err(|error| row.bad(column, error.into()))
}

fn number<E>(row: &Columns<'_, E>, column: usize) -> Result<i64, E> {
    needed(row, column, row.integer(column)?)
}

/// An id, a time or millionths: a checked integer.
fn integer<T, E>(row: &Columns<'_, E>, column: usize, new: fn(i64) -> Result<T, ValueError>) -> Result<T, E> {
    checked(row, column, new(number(row, column)?))
}

fn optional_integer<T, E>(
    row: &Columns<'_, E>,
    column: usize,
    new: fn(i64) -> Result<T, ValueError>,
) -> Result<Option<T>, E> {
    row.integer(column)?.map(|value| checked(row, column, new(value))).transpose()
}

fn time<E>(row: &Columns<'_, E>, column: usize) -> Result<UnixMillis, E> {
    integer(row, column, UnixMillis::new)
}

fn text<T: FromStr<Err = ValueError>, E>(row: &Columns<'_, E>, column: usize) -> Result<T, E> {
    checked(row, column, needed(row, column, row.text(column)?)?.parse())
}

fn optional_text<T: FromStr<Err = ValueError>, E>(row: &Columns<'_, E>, column: usize) -> Result<Option<T>, E> {
    row.text(column)?.map(|text| checked(row, column, text.parse())).transpose()
}

fn usdt<E>(row: &Columns<'_, E>, column: usize) -> Result<Usdt, E> {
    needed(row, column, row.money(column)?)
}

fn amount<E>(row: &Columns<'_, E>, column: usize) -> Result<Amount, E> {
    checked(row, column, Amount::new(usdt(row, column)?))
}

fn cost<E>(row: &Columns<'_, E>, column: usize) -> Result<Cost, E> {
    checked(row, column, Cost::new(usdt(row, column)?))
}

fn price<E>(row: &Columns<'_, E>, column: usize) -> Result<Price, E> {
    needed(row, column, row.price(column)?)
}
