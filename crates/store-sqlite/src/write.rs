//! Writing a group's rows: one SQL text for each kind of write, prepared once, run for each row.

use crate::sql;
use nailsage_domain::{Event, LedgerEntry, Position, Price, Signal, Strategy, StrategyTotals, Trade, UnixMillis, Usdt};
use nailsage_store::{
    plan::{PositionWrite, Request, StrategyState, StrategyWrite, Writes},
    state::Book,
};
use rusqlite::{CachedStatement, Connection, Error, Params, Result, params};

/// A write that failed, and which.
#[derive(Debug)]
pub(crate) struct WriteError {
    pub(crate) during: &'static str,
    pub(crate) source: Error,
}

/// Writes everything, in the order that the foreign keys need.
pub(crate) fn write(connection: &Connection, writes: &Writes) -> std::result::Result<(), WriteError> {
    each(connection, "writing strategies", &writes.strategies, |statements, (write, state)| {
        write_strategy(statements, *write, state)
    })?;
    each(connection, "writing signals", &writes.signals, write_signal)?;
    each(connection, "writing positions", &writes.positions, |statements, (write, position)| {
        write_position(statements, *write, position)
    })?;
    each(connection, "writing trades", &writes.trades, write_trade)?;
    each(connection, "writing the ledger", &writes.ledger, write_ledger_entry)?;
    each(connection, "writing events", &writes.events, write_event)?;
    each(connection, "writing requests", &writes.requests, |statements, request| write_request(statements, request))?;
    each(connection, "writing the book row", writes.book.as_slice(), write_book)
}

/// The statements of one kind of row, kept while its rows are written.
struct Statements<'c> {
    connection: &'c Connection,
    kept: Vec<(&'static str, CachedStatement<'c>)>,
}

impl Statements<'_> {
    /// Runs a statement that writes exactly one row.
    fn run(&mut self, sql: &'static str, params: impl Params) -> Result<()> {
        // A kind of row has at most three texts, and they are told apart by address.
        let index = self.kept.iter().position(|(known, _)| std::ptr::eq(*known, sql));
        let index = if let Some(index) = index {
            index
        } else {
            self.kept.push((sql, self.connection.prepare_cached(sql)?));
            self.kept.len() - 1
        };
        match self.kept[index].1.execute(params)? {
            1 => Ok(()),
            count => Err(Error::StatementChangedRows(count)),
        }
    }
}

fn each<'c, T>(
    connection: &'c Connection,
    during: &'static str,
    rows: &[T],
    write_row: impl Fn(&mut Statements<'c>, &T) -> Result<()>,
) -> std::result::Result<(), WriteError> {
    let mut statements = Statements { connection, kept: Vec::new() };
    rows.iter().try_for_each(|row| write_row(&mut statements, row)).map_err(|source| WriteError { during, source })
}

fn write_strategy(statements: &mut Statements<'_>, write: StrategyWrite, state: &StrategyState) -> Result<()> {
    let Strategy { id, key, current_bankroll, created_at, updated_at, .. } = &state.strategy;
    let strategy = &state.strategy;
    let model_id = strategy.model_id.as_ref().map(nailsage_domain::ModelId::as_str);
    let config_path = strategy.config_path.as_ref().map(nailsage_domain::ConfigPath::as_str);
    let bankroll = current_bankroll.to_f64();
    match write {
        StrategyWrite::Totals => {}
        StrategyWrite::Bankroll => {
            statements.run(sql::STRATEGY_SET_BANKROLL, params![id.get(), bankroll, updated_at.get()])?;
        }
        StrategyWrite::Terms => {
            let is_active = strategy.is_active;
            let params = params![id.get(), model_id, config_path, is_active, bankroll, updated_at.get()];
            statements.run(sql::STRATEGY_SET_TERMS, params)?;
        }
        StrategyWrite::New => {
            let params = params![
                id.get(),
                key.name.as_str(),
                key.version.as_str(),
                key.starlisting_id.get(),
                strategy.interval.to_string(),
                model_id,
                config_path,
                strategy.is_active,
                Usdt::from(strategy.initial_bankroll).to_f64(),
                bankroll,
                created_at.get(),
                updated_at.get(),
            ];
            statements.run(sql::STRATEGY_INSERT, params)?;
        }
    }
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
    let sql = if write == StrategyWrite::New { sql::TOTALS_INSERT } else { sql::TOTALS_SET };
    let params = params![
        id.get(),
        ledger_seq,
        num_closed,
        num_wins,
        num_losses,
        realized_micros,
        win_micros,
        loss_micros,
        fees_micros,
        duration_ms,
    ];
    statements.run(sql, params)
}

fn write_position(statements: &mut Statements<'_>, write: PositionWrite, position: &Position) -> Result<()> {
    let id = position.id.get();
    let exit = position.exit();
    let mark = position.mark();
    let stop_loss = position.stop_loss_price.map(Price::to_f64);
    let take_profit = position.take_profit_price.map(Price::to_f64);
    let exit_price = exit.map(|exit| exit.price.to_f64());
    let exit_timestamp = exit.map(|exit| exit.timestamp.get());
    let realized_pnl = exit.map(|exit| exit.realized_pnl.to_f64());
    let unrealized_pnl = mark.map(|mark| mark.unrealized_pnl.to_f64());
    let mark_price = mark.map(|mark| mark.price.to_f64());
    let marked_at = mark.map(|mark| mark.at.get());
    let fees_paid = Usdt::from(position.fees_paid).to_f64();
    let status = position.status().as_str();
    let exit_reason = position.exit_reason().map(nailsage_domain::ExitReason::as_str);
    let updated_at = position.updated_at.get();
    match write {
        PositionWrite::Revised => statements.run(
            sql::POSITION_REVISE,
            params![id, unrealized_pnl, mark_price, marked_at, stop_loss, take_profit, updated_at],
        ),
        PositionWrite::Ended => statements.run(
            sql::POSITION_END,
            params![
                id,
                exit_price,
                exit_timestamp,
                realized_pnl,
                fees_paid,
                status,
                stop_loss,
                take_profit,
                exit_reason,
                updated_at,
            ],
        ),
        PositionWrite::New => statements.run(
            sql::POSITION_INSERT,
            params![
                id,
                position.strategy_id.get(),
                position.starlisting_id.get(),
                position.side.as_str(),
                Usdt::from(position.size).to_f64(),
                position.entry_price.to_f64(),
                position.entry_timestamp.get(),
                exit_price,
                exit_timestamp,
                realized_pnl,
                unrealized_pnl,
                fees_paid,
                status,
                stop_loss,
                take_profit,
                exit_reason,
                position.created_at.get(),
                updated_at,
                mark_price,
                marked_at,
            ],
        ),
    }
}

fn write_signal(statements: &mut Statements<'_>, signal: &Signal) -> Result<()> {
    let params = params![
        signal.id.get(),
        signal.strategy_id.get(),
        signal.starlisting_id.get(),
        signal.signal_type.as_str(),
        signal.confidence.map(nailsage_domain::Confidence::get),
        signal.price_at_signal.to_f64(),
        signal.timestamp.get(),
        signal.was_executed(),
        signal.rejection_reason().map(nailsage_domain::Reason::as_str),
        signal.created_at.get(),
    ];
    statements.run(sql::SIGNAL_INSERT, params)
}

fn write_trade(statements: &mut Statements<'_>, trade: &Trade) -> Result<()> {
    let params = params![
        trade.id.get(),
        trade.position_id.get(),
        trade.strategy_id.get(),
        trade.starlisting_id.get(),
        trade.trade_type.as_str(),
        Usdt::from(trade.size).to_f64(),
        trade.price.to_f64(),
        Usdt::from(trade.fees).to_f64(),
        Usdt::from(trade.slippage).to_f64(),
        trade.timestamp.get(),
        trade.signal_id.map(nailsage_domain::SignalId::get),
        trade.created_at.get(),
    ];
    statements.run(sql::TRADE_INSERT, params)
}

fn write_ledger_entry(statements: &mut Statements<'_>, entry: &LedgerEntry) -> Result<()> {
    let params = params![
        entry.strategy_id.get(),
        entry.seq,
        entry.kind.as_str(),
        entry.position_id.map(nailsage_domain::PositionId::get),
        entry.trade_id.map(nailsage_domain::TradeId::get),
        entry.delta.micros(),
        entry.balance.micros(),
        entry.reason.as_ref().map(nailsage_domain::Reason::as_str),
        entry.request_key.as_ref().map(nailsage_domain::RequestKey::as_str),
        entry.commit_seq,
        entry.timestamp.get(),
        entry.created_at.get(),
    ];
    statements.run(sql::LEDGER_INSERT, params)
}

fn write_event(statements: &mut Statements<'_>, event: &Event) -> Result<()> {
    let params = params![
        event.id.get(),
        event.event_type.as_str(),
        event.data.as_ref().map(nailsage_domain::EventData::as_str),
        event.severity.as_str(),
        event.timestamp.get(),
        event.created_at.get(),
        event.strategy_id.map(nailsage_domain::StrategyId::get),
    ];
    statements.run(sql::EVENT_INSERT, params)
}

fn write_request(statements: &mut Statements<'_>, request: &Request) -> Result<()> {
    let outcome =
        serde_json::to_string(&request.outcome).map_err(|error| Error::ToSqlConversionFailure(error.into()))?;
    let params = params![
        request.key.as_str(),
        request.fingerprint.as_bytes(),
        outcome,
        request.opened_position_id.map(nailsage_domain::PositionId::get),
        request.outcome.commit_seq,
        request.timestamp.get(),
        request.created_at.get(),
    ];
    statements.run(sql::REQUEST_INSERT, params)
}

fn write_book(statements: &mut Statements<'_>, book: &Book) -> Result<()> {
    let params = params![
        book.next_strategy_id.get(),
        book.next_position_id.get(),
        book.next_trade_id.get(),
        book.next_signal_id.get(),
        book.next_event_id.get(),
        book.next_snapshot_id.get(),
        book.commit_seq,
        UnixMillis::get(book.updated_at),
    ];
    statements.run(sql::BOOK_SET, params)
}
