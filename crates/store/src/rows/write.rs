//! Values into rows: all that a group writes, as batches of cells in the order that the foreign keys need.

mod performance;

use std::borrow::Cow;

use nailsage_domain::{
    Confidence, ConfigPath, Event, EventData, ExitReason, LedgerEntry, ModelId, Position, PositionId, Price, Reason,
    RequestKey, Signal, SignalId, StrategyId, StrategyTotals, Trade, TradeId, UnixMillis, Usdt,
};

use crate::{
    error::StoreError,
    plan::{PositionWrite, Request, StrategyState, StrategyWrite, Writes},
    state::Book,
};

use performance::{daily_totals, metric, snapshot, strategy_snapshot};

/// A value on its way into a column; `None` is NULL. A column holds the same kind in every row.
#[derive(Debug, Clone, PartialEq)]
pub enum Cell<'a> {
    /// A whole number.
    Integer(Option<i64>),
    /// A truth value.
    Boolean(bool),
    /// A ratio.
    Double(Option<f64>),
    /// An amount of money, exact.
    Money(Option<Usdt>),
    /// A price, exact.
    Price(Option<Price>),
    /// A text.
    Text(Option<Cow<'a, str>>),
    /// Bytes.
    Bytes(&'a [u8]),
}

/// What is done with which columns. An engine has one SQL text for each.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub enum Table {
    /// New strategies, all columns.
    NewStrategies,
    /// Strategies by id: `model_id, config_path, is_active, current_bankroll, updated_at`.
    StrategyTerms,
    /// Strategies by id: `current_bankroll, updated_at`.
    StrategyBankrolls,
    /// New totals, all columns.
    NewTotals,
    /// Totals by strategy, all columns.
    Totals,
    /// New signals, all columns.
    Signals,
    /// New positions, all columns.
    NewPositions,
    /// Positions by id: `exit_price, exit_timestamp, realized_pnl, fees_paid, status, stop_loss_price,
    /// take_profit_price, exit_reason, updated_at`; the mark becomes NULL.
    EndedPositions,
    /// Positions by id: `unrealized_pnl, mark_price, marked_at, stop_loss_price, take_profit_price, updated_at`.
    RevisedPositions,
    /// New trades, all columns.
    Trades,
    /// New ledger rows, all columns.
    Ledger,
    /// Totals of days by day and strategy, all columns: what is there grows by them.
    DailyTotals,
    /// New events, all columns.
    Events,
    /// New snapshots, all columns.
    Snapshots,
    /// What each strategy had then, all columns.
    StrategySnapshots,
    /// Metrics by id, all columns: new rows, or other values of rows that are there.
    Metrics,
    /// New requests, all columns.
    Requests,
    /// The book row: the next ids, `commit_seq`, `updated_at`.
    Book,
}

impl Table {
    /// What an engine is doing meanwhile, for its errors.
    #[must_use]
    pub fn during(self) -> &'static str {
        match self {
            Self::NewStrategies | Self::StrategyTerms | Self::StrategyBankrolls => "writing strategies",
            Self::NewTotals | Self::Totals | Self::DailyTotals => "writing totals",
            Self::Signals => "writing signals",
            Self::NewPositions | Self::EndedPositions | Self::RevisedPositions => "writing positions",
            Self::Trades => "writing trades",
            Self::Ledger => "writing the ledger",
            Self::Events => "writing events",
            Self::Snapshots | Self::StrategySnapshots => "writing snapshots",
            Self::Metrics => "writing metrics",
            Self::Requests => "writing requests",
            Self::Book => "writing the book row",
        }
    }
}

/// Rows that one SQL text writes.
#[derive(Debug, Clone, PartialEq)]
pub struct Batch<'a> {
    /// What is done with which columns.
    pub table: Table,
    /// The rows, at least one, each with the same kinds of cells.
    pub rows: Vec<Vec<Cell<'a>>>,
}

/// All that a group writes, in the order in which it has to be written. None is empty.
///
/// # Errors
///
/// [`StoreError::Backend`] if an outcome cannot be written as JSON.
pub fn batches(writes: &Writes) -> Result<Vec<Batch<'_>>, StoreError> {
    let mut batches = Vec::new();
    let mut put = |table, rows: Vec<_>| {
        if !rows.is_empty() {
            batches.push(Batch { table, rows });
        }
    };
    let of = |wanted| writes.strategies.iter().filter(move |(write, _)| *write == wanted).map(|(_, state)| state);
    put(Table::NewStrategies, of(StrategyWrite::New).map(new_strategy).collect());
    put(Table::NewTotals, of(StrategyWrite::New).map(totals).collect());
    put(Table::StrategyTerms, of(StrategyWrite::Terms).map(strategy_terms).collect());
    put(Table::StrategyBankrolls, of(StrategyWrite::Bankroll).map(strategy_bankroll).collect());
    let known = writes.strategies.iter().filter(|(write, _)| *write != StrategyWrite::New);
    put(Table::Totals, known.map(|(_, state)| totals(state)).collect());
    put(Table::Signals, writes.signals.iter().map(signal).collect());
    let of = |wanted| writes.positions.iter().filter(move |(write, _)| *write == wanted).map(|(_, position)| position);
    put(Table::NewPositions, of(PositionWrite::New).map(new_position).collect());
    put(Table::EndedPositions, of(PositionWrite::Ended).map(ended_position).collect());
    put(Table::RevisedPositions, of(PositionWrite::Revised).map(revised_position).collect());
    put(Table::Trades, writes.trades.iter().map(trade).collect());
    put(Table::Ledger, writes.ledger.iter().map(ledger_entry).collect());
    put(Table::DailyTotals, writes.daily_totals.iter().map(daily_totals).collect());
    put(Table::Events, writes.events.iter().map(event).collect());
    put(Table::Snapshots, writes.snapshots.iter().map(snapshot).collect());
    put(Table::StrategySnapshots, writes.strategy_snapshots.iter().map(strategy_snapshot).collect());
    put(Table::Metrics, writes.metrics.iter().map(metric).collect::<Result<_, _>>()?);
    put(Table::Requests, writes.requests.iter().map(|request| self::request(request)).collect::<Result<_, _>>()?);
    put(Table::Book, writes.book.iter().map(book).collect());
    Ok(batches)
}

fn integer<'a>(value: impl Into<Option<i64>>) -> Cell<'a> {
    Cell::Integer(value.into())
}

fn time<'a>(value: UnixMillis) -> Cell<'a> {
    Cell::Integer(Some(value.get()))
}

fn money<'a>(value: impl Into<Usdt>) -> Cell<'a> {
    Cell::Money(Some(value.into()))
}

fn price<'a>(value: impl Into<Option<Price>>) -> Cell<'a> {
    Cell::Price(value.into())
}

fn text(value: &str) -> Cell<'_> {
    Cell::Text(Some(Cow::Borrowed(value)))
}

fn optional_text(value: Option<&str>) -> Cell<'_> {
    Cell::Text(value.map(Cow::Borrowed))
}

fn new_strategy(state: &StrategyState) -> Vec<Cell<'_>> {
    let strategy = &state.strategy;
    vec![
        integer(strategy.id.get()),
        text(strategy.key.name.as_str()),
        text(strategy.key.version.as_str()),
        integer(strategy.key.starlisting_id.get()),
        Cell::Text(Some(Cow::Owned(strategy.interval.to_string()))),
        optional_text(strategy.model_id.as_ref().map(ModelId::as_str)),
        optional_text(strategy.config_path.as_ref().map(ConfigPath::as_str)),
        Cell::Boolean(strategy.is_active),
        money(strategy.initial_bankroll),
        money(strategy.current_bankroll),
        time(strategy.created_at),
        time(strategy.updated_at),
    ]
}

fn strategy_terms(state: &StrategyState) -> Vec<Cell<'_>> {
    let strategy = &state.strategy;
    vec![
        integer(strategy.id.get()),
        optional_text(strategy.model_id.as_ref().map(ModelId::as_str)),
        optional_text(strategy.config_path.as_ref().map(ConfigPath::as_str)),
        Cell::Boolean(strategy.is_active),
        money(strategy.current_bankroll),
        time(strategy.updated_at),
    ]
}

fn strategy_bankroll(state: &StrategyState) -> Vec<Cell<'_>> {
    let strategy = &state.strategy;
    vec![integer(strategy.id.get()), money(strategy.current_bankroll), time(strategy.updated_at)]
}

fn totals(state: &StrategyState) -> Vec<Cell<'_>> {
    let StrategyTotals {
        ledger_seq,
        num_closed,
        num_wins,
        num_losses,
        realized_micros,
        win_micros,
        loss_micros,
        fees_micros,
        duration_ms,
    } = state.totals;
    let totals = [ledger_seq, num_closed, num_wins, num_losses, realized_micros, win_micros, loss_micros, fees_micros];
    let id = state.strategy.id.get();
    std::iter::once(id).chain(totals).chain([duration_ms]).map(integer).collect()
}

fn new_position(position: &Position) -> Vec<Cell<'_>> {
    let (exit, mark) = (position.exit(), position.mark());
    vec![
        integer(position.id.get()),
        integer(position.strategy_id.get()),
        integer(position.starlisting_id.get()),
        text(position.side.as_str()),
        money(position.size),
        price(position.entry_price),
        time(position.entry_timestamp),
        price(exit.map(|exit| exit.price)),
        integer(exit.map(|exit| exit.timestamp.get())),
        Cell::Money(exit.map(|exit| exit.realized_pnl)),
        Cell::Money(mark.map(|mark| mark.unrealized_pnl)),
        money(position.fees_paid),
        text(position.status().as_str()),
        price(position.stop_loss_price),
        price(position.take_profit_price),
        optional_text(position.exit_reason().map(ExitReason::as_str)),
        time(position.created_at),
        time(position.updated_at),
        price(mark.map(|mark| mark.price)),
        integer(mark.map(|mark| mark.at.get())),
    ]
}

fn ended_position(position: &Position) -> Vec<Cell<'_>> {
    let exit = position.exit();
    vec![
        integer(position.id.get()),
        price(exit.map(|exit| exit.price)),
        integer(exit.map(|exit| exit.timestamp.get())),
        Cell::Money(exit.map(|exit| exit.realized_pnl)),
        money(position.fees_paid),
        text(position.status().as_str()),
        price(position.stop_loss_price),
        price(position.take_profit_price),
        optional_text(position.exit_reason().map(ExitReason::as_str)),
        time(position.updated_at),
    ]
}

fn revised_position(position: &Position) -> Vec<Cell<'_>> {
    let mark = position.mark();
    vec![
        integer(position.id.get()),
        Cell::Money(mark.map(|mark| mark.unrealized_pnl)),
        price(mark.map(|mark| mark.price)),
        integer(mark.map(|mark| mark.at.get())),
        price(position.stop_loss_price),
        price(position.take_profit_price),
        time(position.updated_at),
    ]
}

fn signal(signal: &Signal) -> Vec<Cell<'_>> {
    vec![
        integer(signal.id.get()),
        integer(signal.strategy_id.get()),
        integer(signal.starlisting_id.get()),
        text(signal.signal_type.as_str()),
        Cell::Double(signal.confidence.map(Confidence::get)),
        price(signal.price_at_signal),
        time(signal.timestamp),
        Cell::Boolean(signal.was_executed()),
        optional_text(signal.rejection_reason().map(Reason::as_str)),
        time(signal.created_at),
    ]
}

fn trade(trade: &Trade) -> Vec<Cell<'_>> {
    vec![
        integer(trade.id.get()),
        integer(trade.position_id.get()),
        integer(trade.strategy_id.get()),
        integer(trade.starlisting_id.get()),
        text(trade.trade_type.as_str()),
        money(trade.size),
        price(trade.price),
        money(trade.fees),
        money(trade.slippage),
        time(trade.timestamp),
        integer(trade.signal_id.map(SignalId::get)),
        time(trade.created_at),
    ]
}

fn ledger_entry(entry: &LedgerEntry) -> Vec<Cell<'_>> {
    vec![
        integer(entry.strategy_id.get()),
        integer(entry.seq),
        text(entry.kind.as_str()),
        integer(entry.position_id.map(PositionId::get)),
        integer(entry.trade_id.map(TradeId::get)),
        integer(entry.delta.micros()),
        integer(entry.balance.micros()),
        integer(entry.held_ms),
        optional_text(entry.reason.as_ref().map(Reason::as_str)),
        optional_text(entry.request_key.as_ref().map(RequestKey::as_str)),
        integer(entry.commit_seq),
        time(entry.timestamp),
        time(entry.created_at),
    ]
}

fn event(event: &Event) -> Vec<Cell<'_>> {
    vec![
        integer(event.id.get()),
        text(event.event_type.as_str()),
        optional_text(event.data.as_ref().map(EventData::as_str)),
        text(event.severity.as_str()),
        time(event.timestamp),
        time(event.created_at),
        integer(event.strategy_id.map(StrategyId::get)),
    ]
}

fn request(request: &Request) -> Result<Vec<Cell<'_>>, StoreError> {
    let outcome = serde_json::to_string(&request.outcome);
    let outcome = outcome.map_err(|error| StoreError::backend(Table::Requests.during(), error))?;
    Ok(vec![
        text(request.key.as_str()),
        Cell::Bytes(request.fingerprint.as_bytes()),
        Cell::Text(Some(Cow::Owned(outcome))),
        integer(request.opened_position_id.map(PositionId::get)),
        integer(request.outcome.commit_seq),
        time(request.timestamp),
        time(request.created_at),
    ])
}

fn book(book: &Book) -> Vec<Cell<'_>> {
    vec![
        integer(book.next_strategy_id.get()),
        integer(book.next_position_id.get()),
        integer(book.next_trade_id.get()),
        integer(book.next_signal_id.get()),
        integer(book.next_event_id.get()),
        integer(book.next_snapshot_id.get()),
        integer(book.next_metric_id.get()),
        integer(book.commit_seq),
        integer(book.metrics_from.map(UnixMillis::get)),
        integer(book.metrics_at.map(UnixMillis::get)),
        time(book.updated_at),
    ]
}
