//! The loop that one would write by hand: one thread, one connection, statements prepared once, transactions of a given
//! size. It runs the store's own SQL texts and writes the same rows; what a transaction changes several times, it writes
//! once, as the store does.

mod strategies;
mod writes;

use std::{
    path::Path,
    time::{Duration, Instant},
};

use anyhow::ensure;
use nailsage_domain::{Amount, Cost, PositionId, Price, SignalId, TradeId, Usdt, rules};
use nailsage_store::{Done, Outcome, PositionClosed, PositionOpened, SignalRecorded};
use nailsage_store_sqlite::sql;
use rusqlite::{Connection, Row, Statement, config::DbConfig, params};

use crate::unit::{self, NOW, Unit, Workload};
use strategies::Strategies;
use writes::Writes;

/// A connection set up as the store's writer is.
pub(crate) fn connect(path: &Path) -> rusqlite::Result<Connection> {
    let connection = Connection::open(path)?;
    connection.set_db_config(DbConfig::SQLITE_DBCONFIG_ENABLE_QPSG, true)?;
    connection.execute_batch(
        "PRAGMA journal_mode = wal; PRAGMA synchronous = full; PRAGMA foreign_keys = on; PRAGMA temp_store = memory; \
         PRAGMA trusted_schema = off; PRAGMA recursive_triggers = on; PRAGMA cache_size = -65536;",
    )?;
    Ok(connection)
}

/// Runs the units in transactions of `size` and tells how long all of them took.
pub(crate) fn run(
    connection: &Connection,
    workload: Workload,
    units: &[Unit],
    size: usize,
) -> anyhow::Result<Duration> {
    let mut hand = Hand {
        book: connection.prepare(sql::BOOK)?,
        request: connection.prepare(sql::REQUEST_BY_KEY)?,
        position: connection.prepare(sql::POSITION_BY_ID)?,
        open: connection.prepare(sql::OPEN_OF_STRATEGY)?,
        begin: connection.prepare("BEGIN IMMEDIATE")?,
        commit: connection.prepare("COMMIT")?,
        strategies: Strategies::prepare(connection)?,
        writes: Writes::prepare(connection)?,
    };
    let begun = Instant::now();
    for transaction in units.chunks(size) {
        hand.transact(workload, transaction)?;
    }
    Ok(begun.elapsed())
}

/// The next ids, from the book row.
#[derive(Debug, Clone, Copy)]
struct Book {
    strategy: i64,
    position: i64,
    trade: i64,
    signal: i64,
    event: i64,
    snapshot: i64,
    metric: i64,
    commit_seq: i64,
    metrics_from: Option<i64>,
    metrics_at: Option<i64>,
}

impl Book {
    fn read(row: &Row<'_>) -> rusqlite::Result<Self> {
        Ok(Self {
            strategy: row.get(1)?,
            position: row.get(2)?,
            trade: row.get(3)?,
            signal: row.get(4)?,
            event: row.get(5)?,
            snapshot: row.get(6)?,
            metric: row.get(7)?,
            commit_seq: row.get(8)?,
            metrics_from: row.get(9)?,
            metrics_at: row.get(10)?,
        })
    }
}

fn take(next: &mut i64) -> i64 {
    let id = *next;
    *next += 1;
    id
}

struct Hand<'c> {
    book: Statement<'c>,
    request: Statement<'c>,
    position: Statement<'c>,
    open: Statement<'c>,
    begin: Statement<'c>,
    commit: Statement<'c>,
    strategies: Strategies<'c>,
    writes: Writes<'c>,
}

/// What closing needs of a position.
struct Held {
    id: i64,
    strategy_id: i64,
    market: i64,
    side: String,
    size: Usdt,
    entry_price: Price,
    entry_timestamp: i64,
    fees: Usdt,
    stops: (Option<f64>, Option<f64>),
}

impl Held {
    fn read(row: &Row<'_>) -> rusqlite::Result<Self> {
        let usdt =
            |column| Ok::<_, rusqlite::Error>(Usdt::from_stored_f64(row.get(column)?).expect("money is canonical"));
        Ok(Self {
            id: row.get(0)?,
            strategy_id: row.get(1)?,
            market: row.get(2)?,
            side: row.get(3)?,
            size: usdt(4)?,
            entry_price: Price::from_stored_f64(row.get(5)?).expect("a price is canonical"),
            entry_timestamp: row.get(6)?,
            fees: usdt(11)?,
            stops: (row.get(13)?, row.get(14)?),
        })
    }
}

impl Hand<'_> {
    fn transact(&mut self, workload: Workload, units: &[Unit]) -> anyhow::Result<()> {
        self.begin.execute([])?;
        let mut book = self.book.query_row([], Book::read)?;
        for unit in units {
            if let Some(key) = &unit.key {
                ensure!(!self.request.exists([key])?, "a fresh key is known");
            }
            book.commit_seq += 1;
            let key = unit.key.as_deref();
            let (results, opened) = match workload {
                Workload::Signal => (vec![self.signal(&mut book, unit, false, Vec::new())?], None),
                Workload::Close => {
                    let held = self.position.query_row([unit.closes], Held::read)?;
                    (vec![Done::ClosePosition(self.close(&mut book, unit, key, &held, None)?)], None)
                }
                Workload::Tick => self.tick(&mut book, unit, key)?,
            };
            if let Some(key) = key {
                let outcome = serde_json::to_string(&Outcome { commit_seq: book.commit_seq, results })?;
                let at = unit::at(unit.number + 1).get();
                let fingerprint = unit.fingerprint.as_bytes();
                self.writes.request.execute(params![key, fingerprint, outcome, opened, book.commit_seq, at, NOW])?;
            }
        }
        self.strategies.write_back()?;
        self.writes.book.execute(params![
            book.strategy,
            book.position,
            book.trade,
            book.signal,
            book.event,
            book.snapshot,
            book.metric,
            book.commit_seq,
            book.metrics_from,
            book.metrics_at,
            NOW,
        ])?;
        self.commit.execute([])?;
        Ok(())
    }

    fn tick(&mut self, book: &mut Book, unit: &Unit, key: Option<&str>) -> anyhow::Result<(Vec<Done>, Option<i64>)> {
        let signal_id = book.signal;
        let strategy_id = self.strategies.by_key(unit.submitter)?;
        let market = unit::market(unit.submitter).get();
        // The trades name the signal, so its row comes first.
        let signal = self.signal(book, unit, true, Vec::new())?;
        let held = self.open.query_row([strategy_id, market], Held::read)?;
        let closed = self.close(book, unit, key, &held, Some(signal_id))?;
        let opened = self.open(book, unit, key, strategy_id, signal_id)?;
        let opened_id = opened.position_id.get();
        let Done::RecordSignal(mut signal) = signal else { unreachable!("a signal was recorded") };
        signal.then = vec![Done::ClosePosition(closed), Done::OpenPosition(opened)];
        Ok((vec![Done::RecordSignal(signal)], Some(opened_id)))
    }

    fn signal(&mut self, book: &mut Book, unit: &Unit, executed: bool, then: Vec<Done>) -> anyhow::Result<Done> {
        let id = take(&mut book.signal);
        let strategy_id = self.strategies.by_key(unit.submitter)?;
        let reason = (!executed).then_some("cooldown");
        self.writes.signal.execute(params![
            id,
            strategy_id,
            unit::market(unit.submitter).get(),
            "long",
            0.73,
            unit::price(unit.number).to_f64(),
            unit::at(unit.number + 1).get(),
            executed,
            reason,
            NOW,
        ])?;
        let signal_id = SignalId::new(id)?;
        Ok(Done::RecordSignal(SignalRecorded { signal_id, was_executed: executed, refused: None, then }))
    }

    fn close(
        &mut self,
        book: &mut Book,
        unit: &Unit,
        key: Option<&str>,
        held: &Held,
        signal_id: Option<i64>,
    ) -> anyhow::Result<PositionClosed> {
        let at = unit::at(unit.number + 1).get();
        let (fee, price): (Cost, _) = ("0.4".parse()?, unit::price(unit.number + 11));
        let (notional, entry_fees) = (Amount::new(held.size)?, Cost::new(held.fees)?);
        let pnl = rules::realized_pnl(held.side.parse()?, notional, held.entry_price, price, entry_fees, fee)?;
        let trade_id = take(&mut book.trade);
        let fee = Usdt::from(fee).to_f64();
        let fees_paid = held.fees.checked_add("0.4".parse()?)?.to_f64();
        let reason = if signal_id.is_some() { "signal" } else { "manual" };
        let (stop, target) = held.stops;
        self.writes.position_end.execute(params![
            held.id,
            price.to_f64(),
            at,
            pnl.to_f64(),
            fees_paid,
            "closed",
            stop,
            target,
            reason,
            NOW,
        ])?;
        self.writes.trade.execute(params![
            trade_id,
            held.id,
            held.strategy_id,
            held.market,
            "close_long",
            held.size.to_f64(),
            price.to_f64(),
            fee,
            0.05,
            at,
            signal_id,
            NOW,
        ])?;
        let strategy = self.strategies.by_id(held.strategy_id)?;
        book.metrics_from = Some(book.metrics_from.map_or(at, |from| from.min(at)));
        let (seq, balance) = strategy.close(at, pnl.micros(), 400_000, at - held.entry_timestamp);
        self.writes.ledger.execute(params![
            held.strategy_id,
            seq,
            "close",
            held.id,
            trade_id,
            pnl.micros(),
            balance,
            at - held.entry_timestamp,
            None::<String>,
            key,
            book.commit_seq,
            at,
            NOW,
        ])?;
        Ok(PositionClosed {
            position_id: PositionId::new(held.id)?,
            trade_id: TradeId::new(trade_id)?,
            strategy_id: nailsage_domain::StrategyId::new(held.strategy_id)?,
            realized_pnl: pnl,
            bankroll: Usdt::from_micros(balance)?,
        })
    }

    fn open(
        &mut self,
        book: &mut Book,
        unit: &Unit,
        key: Option<&str>,
        strategy_id: i64,
        signal_id: i64,
    ) -> anyhow::Result<PositionOpened> {
        let at = unit::at(unit.number + 1).get();
        let market = unit::market(unit.submitter).get();
        let price = unit::price(unit.number).to_f64();
        let (id, trade_id) = (take(&mut book.position), take(&mut book.trade));
        let none = None::<f64>;
        self.writes.position.execute(params![
            id,
            strategy_id,
            market,
            "long",
            1_000.0,
            price,
            at,
            none,
            None::<i64>,
            none,
            0.0,
            0.4,
            "open",
            none,
            none,
            None::<String>,
            NOW,
            NOW,
            price,
            at,
        ])?;
        self.writes.trade.execute(params![
            trade_id,
            id,
            strategy_id,
            market,
            "open_long",
            1_000.0,
            price,
            0.4,
            0.05,
            at,
            signal_id,
            NOW,
        ])?;
        let (seq, balance) = self.strategies.by_id(strategy_id)?.open(400_000);
        self.writes.ledger.execute(params![
            strategy_id,
            seq,
            "open",
            id,
            trade_id,
            0,
            balance,
            None::<i64>,
            None::<String>,
            key,
            book.commit_seq,
            at,
            NOW,
        ])?;
        Ok(PositionOpened {
            position_id: PositionId::new(id)?,
            trade_id: TradeId::new(trade_id)?,
            strategy_id: nailsage_domain::StrategyId::new(strategy_id)?,
            size: "1000".parse()?,
        })
    }
}
