//! The columns of each list. In JSON and CSV they are the fields of the records, in the schema's order; tables show
//! those that people look for.

use nailsage::{
    Event, LedgerEntry, LedgerKind, Position, PositionId, Signal, SignalId, StateSnapshot, StrategyId, StrategyRecord,
    StrategySnapshot, Trade, TradeId,
};

use crate::output::{Cell, Column};

/// A record with the name of its strategy, which only tables show.
#[derive(Debug)]
pub(crate) struct Named<T> {
    pub(crate) record: T,
    pub(crate) strategy: String,
}

fn or_null(value: Option<&impl std::fmt::Display>) -> Cell {
    value.map_or(Cell::Null, Cell::text)
}

pub(crate) const STRATEGIES: &[Column<StrategyRecord>] = &[
    Column::new("id", "id", |row| row.strategy.id.get().into()),
    Column::shown("strategy", |row| Cell::text(&row.strategy.key)),
    Column::data("strategy_name", |row| Cell::text(&row.strategy.key.name)),
    Column::data("version", |row| Cell::text(&row.strategy.key.version)),
    Column::data("starlisting_id", |row| row.strategy.key.starlisting_id.get().into()),
    Column::new("interval", "interval", |row| Cell::text(row.strategy.interval)),
    Column::data("model_id", |row| or_null(row.strategy.model_id.as_ref())),
    Column::data("config_path", |row| or_null(row.strategy.config_path.as_ref())),
    Column::new("is_active", "active", |row| Cell::Bool(row.strategy.is_active)),
    Column::new("initial_bankroll", "started with", |row| row.strategy.initial_bankroll.usdt().into()),
    Column::new("current_bankroll", "bankroll", |row| row.strategy.current_bankroll.into()),
    Column::data("created_at", |row| row.strategy.created_at.into()),
    Column::data("updated_at", |row| row.strategy.updated_at.into()),
    Column::new("num_closed_positions", "closed", |row| row.totals.num_closed.into()),
    Column::new("num_wins", "wins", |row| row.totals.num_wins.into()),
    Column::data("num_losses", |row| row.totals.num_losses.into()),
    Column::new("total_realized_pnl", "realized P&L", |row| Cell::micros(row.totals.realized_micros)),
    Column::new("total_fees_paid", "fees", |row| Cell::micros(row.totals.fees_micros)),
];

pub(crate) const POSITIONS: &[Column<Named<Position>>] = &[
    Column::new("id", "id", |row| row.record.id.get().into()),
    Column::shown("strategy", |row| row.strategy.as_str().into()),
    Column::data("strategy_id", |row| row.record.strategy_id.get().into()),
    Column::data("starlisting_id", |row| row.record.starlisting_id.get().into()),
    Column::new("side", "side", |row| Cell::text(row.record.side)),
    Column::new("size", "size", |row| row.record.size.usdt().into()),
    Column::shown("opened (UTC)", |row| row.record.entry_timestamp.into()),
    Column::new("entry_price", "entry", |row| row.record.entry_price.into()),
    Column::data("entry_timestamp", |row| row.record.entry_timestamp.into()),
    Column::shown("closed (UTC)", |row| row.record.exit().map(|exit| exit.timestamp).into()),
    Column::shown("exit or mark", |row| match (row.record.exit(), row.record.mark()) {
        (Some(exit), _) => exit.price.into(),
        (None, mark) => mark.map(|mark| mark.price).into(),
    }),
    Column::shown("P&L", |row| match (row.record.exit(), row.record.mark()) {
        (Some(exit), _) => exit.realized_pnl.into(),
        (None, mark) => mark.map(|mark| mark.unrealized_pnl).into(),
    }),
    Column::shown("closed by", |row| match row.record.exit_reason() {
        Some(reason) => Cell::text(reason),
        None => "(open)".into(),
    }),
    Column::data("exit_price", |row| row.record.exit().map(|exit| exit.price).into()),
    Column::data("exit_timestamp", |row| row.record.exit().map(|exit| exit.timestamp).into()),
    Column::data("realized_pnl", |row| row.record.exit().map(|exit| exit.realized_pnl).into()),
    Column::data("unrealized_pnl", |row| row.record.mark().map(|mark| mark.unrealized_pnl).into()),
    Column::data("fees_paid", |row| row.record.fees_paid.usdt().into()),
    Column::data("status", |row| Cell::text(row.record.status())),
    Column::data("stop_loss_price", |row| row.record.stop_loss_price.into()),
    Column::data("take_profit_price", |row| row.record.take_profit_price.into()),
    Column::data("exit_reason", |row| or_null(row.record.exit_reason().as_ref())),
    Column::data("created_at", |row| row.record.created_at.into()),
    Column::data("updated_at", |row| row.record.updated_at.into()),
    Column::data("mark_price", |row| row.record.mark().map(|mark| mark.price).into()),
    Column::data("marked_at", |row| row.record.mark().map(|mark| mark.at).into()),
];

/// What of an open position is worth a line of a report.
pub(crate) const OPEN_POSITIONS: &[Column<Named<Position>>] = &[
    Column::shown("strategy", |row| row.strategy.as_str().into()),
    Column::shown("side", |row| Cell::text(row.record.side)),
    Column::shown("size", |row| row.record.size.usdt().into()),
    Column::shown("opened (UTC)", |row| row.record.entry_timestamp.into()),
    Column::shown("entry", |row| row.record.entry_price.into()),
    Column::shown("mark", |row| row.record.mark().map(|mark| mark.price).into()),
    Column::shown("unrealized", |row| row.record.mark().map(|mark| mark.unrealized_pnl).into()),
];

pub(crate) const TRADES: &[Column<Named<Trade>>] = &[
    Column::new("id", "id", |row| row.record.id.get().into()),
    Column::new("position_id", "position", |row| row.record.position_id.get().into()),
    Column::shown("strategy", |row| row.strategy.as_str().into()),
    Column::data("strategy_id", |row| row.record.strategy_id.get().into()),
    Column::data("starlisting_id", |row| row.record.starlisting_id.get().into()),
    Column::new("trade_type", "type", |row| Cell::text(row.record.trade_type)),
    Column::new("size", "size", |row| row.record.size.usdt().into()),
    Column::new("price", "price", |row| row.record.price.into()),
    Column::new("fees", "fees", |row| row.record.fees.usdt().into()),
    Column::new("slippage", "slippage", |row| row.record.slippage.usdt().into()),
    Column::new("timestamp", "time (UTC)", |row| row.record.timestamp.into()),
    Column::new("signal_id", "signal", |row| row.record.signal_id.map(SignalId::get).into()),
    Column::data("created_at", |row| row.record.created_at.into()),
];

pub(crate) const SIGNALS: &[Column<Named<Signal>>] = &[
    Column::new("id", "id", |row| row.record.id.get().into()),
    Column::shown("strategy", |row| row.strategy.as_str().into()),
    Column::data("strategy_id", |row| row.record.strategy_id.get().into()),
    Column::data("starlisting_id", |row| row.record.starlisting_id.get().into()),
    Column::new("signal_type", "signal", |row| Cell::text(row.record.signal_type)),
    Column::new("confidence", "confidence", |row| match row.record.confidence {
        Some(confidence) => Cell::Number(confidence.get()),
        None => Cell::Null,
    }),
    Column::new("price_at_signal", "price", |row| row.record.price_at_signal.into()),
    Column::new("timestamp", "time (UTC)", |row| row.record.timestamp.into()),
    Column::new("was_executed", "executed", |row| Cell::Bool(row.record.was_executed())),
    Column::new("rejection_reason", "why not", |row| or_null(row.record.rejection_reason())),
    Column::data("created_at", |row| row.record.created_at.into()),
];

pub(crate) const LEDGER: &[Column<LedgerEntry>] = &[
    Column::data("strategy_id", |row| row.strategy_id.get().into()),
    Column::new("seq", "seq", |row| row.seq.into()),
    Column::shown("time (UTC)", |row| row.timestamp.into()),
    Column::new("kind", "kind", |row| Cell::text(row.kind)),
    // A zero would only hide where money has moved.
    Column::shown("delta", |row| match row.kind {
        LedgerKind::Close | LedgerKind::Liquidate | LedgerKind::Adjust => row.delta.into(),
        _ => Cell::Null,
    }),
    Column::shown("bankroll", |row| row.balance.into()),
    Column::new("position_id", "position", |row| row.position_id.map(PositionId::get).into()),
    Column::new("trade_id", "trade", |row| row.trade_id.map(TradeId::get).into()),
    Column::data("delta", |row| row.delta.into()),
    Column::data("balance", |row| row.balance.into()),
    Column::data("held_ms", |row| row.held_ms.into()),
    Column::new("reason", "reason", |row| or_null(row.reason.as_ref())),
    Column::new("request_key", "key", |row| or_null(row.request_key.as_ref())),
    Column::data("commit_seq", |row| row.commit_seq.into()),
    Column::data("timestamp", |row| row.timestamp.into()),
    Column::data("created_at", |row| row.created_at.into()),
];

pub(crate) const EVENTS: &[Column<Named<Event>>] = &[
    Column::new("id", "id", |row| row.record.id.get().into()),
    Column::shown("time (UTC)", |row| row.record.timestamp.into()),
    Column::shown("severity", |row| Cell::text(row.record.severity)),
    Column::new("event_type", "type", |row| Cell::text(&row.record.event_type)),
    Column::shown("strategy", |row| if row.strategy.is_empty() { Cell::Null } else { row.strategy.as_str().into() }),
    Column::new("event_data", "data", |row| match &row.record.data {
        Some(data) => Cell::Json(data.value()),
        None => Cell::Null,
    }),
    Column::data("severity", |row| Cell::text(row.record.severity)),
    Column::data("timestamp", |row| row.record.timestamp.into()),
    Column::data("created_at", |row| row.record.created_at.into()),
    Column::data("strategy_id", |row| row.record.strategy_id.map(StrategyId::get).into()),
];

pub(crate) const SNAPSHOTS: &[Column<StateSnapshot>] = &[
    Column::new("id", "id", |row| row.id.get().into()),
    Column::shown("time (UTC)", |row| row.timestamp.into()),
    Column::new("total_equity", "equity", |row| row.total_equity.into()),
    Column::new("available_capital", "available", |row| row.available_capital.into()),
    Column::new("allocated_capital", "in positions", |row| row.allocated_capital.into()),
    Column::new("total_unrealized_pnl", "unrealized", |row| row.total_unrealized_pnl.into()),
    Column::new("total_realized_pnl", "realized", |row| row.total_realized_pnl.into()),
    Column::new("num_open_positions", "open", |row| row.num_open_positions.into()),
    Column::new("num_strategies_active", "active", |row| row.num_strategies_active.into()),
    Column::data("timestamp", |row| row.timestamp.into()),
    Column::data("created_at", |row| row.created_at.into()),
];

pub(crate) const STRATEGY_SNAPSHOTS: &[Column<Named<StrategySnapshot>>] = &[
    Column::new("snapshot_id", "id", |row| row.record.snapshot_id.get().into()),
    Column::shown("time (UTC)", |row| row.record.timestamp.into()),
    Column::shown("strategy", |row| row.strategy.as_str().into()),
    Column::data("strategy_id", |row| row.record.strategy_id.get().into()),
    Column::new("equity", "equity", |row| row.record.equity.into()),
    Column::new("available_capital", "available", |row| row.record.available_capital.into()),
    Column::new("allocated_capital", "in positions", |row| row.record.allocated_capital.into()),
    Column::new("unrealized_pnl", "unrealized", |row| row.record.unrealized_pnl.into()),
    Column::new("realized_pnl", "realized", |row| row.record.realized_pnl.into()),
    Column::new("num_open_positions", "open", |row| row.record.num_open_positions.into()),
    Column::new("is_active", "active", |row| Cell::Bool(row.record.is_active)),
    Column::data("timestamp", |row| row.record.timestamp.into()),
    Column::data("created_at", |row| row.record.created_at.into()),
];
