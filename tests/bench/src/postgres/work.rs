//! What a unit comes to, computed on the client: its rows, and what the strategy and the book look like afterwards.

use std::collections::BTreeMap;

use nailsage_domain::{Amount, Cost, PositionId, Price, SignalId, StrategyId, TradeId, Usdt, rules};
use nailsage_store::{Done, Outcome, PositionClosed, PositionOpened, SignalRecorded};
use tokio_postgres::Row;

use super::{
    numeric::Numeric,
    rows::{Bankroll, Book, Daily, Ended, Ledger, Opened, Request, Signal, Totals, Trade},
};
use crate::unit::{self, NOW, Unit, Workload};

const BOOK: &str = "SELECT id, next_strategy_id, next_position_id, next_trade_id, next_signal_id, next_event_id, \
     next_snapshot_id, next_metric_id, commit_seq, metrics_from FROM book WHERE id = 1";

impl Book {
    pub(super) fn select(lock: &str) -> String {
        format!("{BOOK}{lock}")
    }

    pub(super) fn read(row: &Row) -> Self {
        Self {
            id: row.get(0),
            next_strategy_id: row.get(1),
            next_position_id: row.get(2),
            next_trade_id: row.get(3),
            next_signal_id: row.get(4),
            next_event_id: row.get(5),
            next_snapshot_id: row.get(6),
            next_metric_id: row.get(7),
            commit_seq: row.get(8),
            metrics_from: row.get(9),
            updated_at: NOW,
        }
    }
}

/// A strategy as far as a loop changes it.
#[derive(Debug, Clone)]
pub(super) struct Strategy {
    pub(super) bankroll: i64,
    pub(super) totals: Totals,
}

/// Strategies; a condition is appended.
pub(super) const STRATEGIES: &str = "SELECT s.id, s.current_bankroll, t.ledger_seq, t.num_closed, t.num_wins, \
     t.num_losses, t.realized_micros, t.win_micros, t.loss_micros, t.fees_micros, t.duration_ms FROM strategies AS s \
     JOIN strategy_totals AS t ON t.strategy_id = s.id ";

impl Strategy {
    pub(super) fn read(row: &Row) -> Self {
        let bankroll: Numeric = row.get(1);
        let totals = Totals {
            strategy_id: row.get(0),
            ledger_seq: row.get(2),
            num_closed: row.get(3),
            num_wins: row.get(4),
            num_losses: row.get(5),
            realized_micros: row.get(6),
            win_micros: row.get(7),
            loss_micros: row.get(8),
            fees_micros: row.get(9),
            duration_ms: row.get(10),
        };
        Self { bankroll: bankroll.micros(), totals }
    }

    pub(super) fn id(&self) -> i64 {
        self.totals.strategy_id
    }

    pub(super) fn bankroll(&self) -> Bankroll {
        Bankroll { id: self.id(), current_bankroll: Numeric::of_micros(self.bankroll), updated_at: NOW }
    }

    fn count_fees(&mut self, fees: i64) {
        self.totals.fees_micros += fees;
        self.totals.ledger_seq += 1;
    }

    fn count_exit(&mut self, pnl: i64, duration: i64) {
        self.bankroll += pnl;
        let totals = &mut self.totals;
        totals.num_closed += 1;
        totals.realized_micros += pnl;
        totals.duration_ms += duration;
        let (count, sum) = if pnl > 0 {
            (&mut totals.num_wins, &mut totals.win_micros)
        } else {
            (&mut totals.num_losses, &mut totals.loss_micros)
        };
        *count += 1;
        *sum += pnl;
    }
}

/// An open position.
#[derive(Debug, Clone)]
pub(super) struct Held {
    pub(super) id: i64,
    pub(super) strategy_id: i64,
    pub(super) market: i64,
    size: Numeric,
    entry_price: Numeric,
    entry_timestamp: i64,
    fees: Numeric,
}

/// Positions; a condition is appended.
pub(super) const POSITIONS: &str =
    "SELECT id, strategy_id, starlisting_id, size, entry_price, entry_timestamp, fees_paid FROM positions ";

impl Held {
    pub(super) fn read(row: &Row) -> Self {
        Self {
            id: row.get(0),
            strategy_id: row.get(1),
            market: row.get(2),
            size: row.get(3),
            entry_price: row.get(4),
            entry_timestamp: row.get(5),
            fees: row.get(6),
        }
    }
}

/// New and changed rows of some units, but for strategies and the book.
#[derive(Debug, Default)]
pub(super) struct Rows {
    pub(super) signals: Vec<Signal>,
    pub(super) ended: Vec<Ended>,
    pub(super) opened: Vec<Opened>,
    pub(super) trades: Vec<Trade>,
    pub(super) ledger: Vec<Ledger>,
    /// What days gain, by strategy and first moment.
    pub(super) days: BTreeMap<(i64, i64), Daily>,
    pub(super) requests: Vec<Request>,
}

impl Rows {
    fn count_day(&mut self, strategy_id: i64, timestamp: i64, pnl: i64) {
        let day_start = timestamp - timestamp % 86_400_000;
        let day = self.days.entry((strategy_id, day_start)).or_insert(Daily {
            strategy_id,
            day_start,
            num_closed: 0,
            num_wins: 0,
            num_losses: 0,
            realized_micros: 0,
            win_micros: 0,
            loss_micros: 0,
        });
        day.num_closed += 1;
        day.num_wins += i64::from(pnl > 0);
        day.num_losses += i64::from(pnl <= 0);
        day.realized_micros += pnl;
        day.win_micros += pnl.max(0);
        day.loss_micros += pnl.min(0);
    }
}

fn take(next: &mut i64) -> i64 {
    let id = *next;
    *next += 1;
    id
}

/// The exit's and the entry's fee, and the slippage, in millionths.
const FEE: i64 = 400_000;
const SLIPPAGE: i64 = 50_000;
const SIZE: i64 = 1_000_000_000;

/// Carries out one unit in memory; gives back the position that is open afterwards.
pub(super) fn carry_out(
    workload: Workload,
    unit: &Unit,
    book: &mut Book,
    strategy: &mut Strategy,
    held: Option<&Held>,
    rows: &mut Rows,
) -> anyhow::Result<Option<Held>> {
    book.commit_seq += 1;
    let mut now_held = None;
    let result = match workload {
        Workload::Signal => Done::RecordSignal(signal(unit, book, strategy, Some("cooldown"), rows)?),
        Workload::Close => {
            let held = held.ok_or_else(|| anyhow::anyhow!("the position is not there"))?;
            Done::ClosePosition(close(unit, book, strategy, held, None, rows)?)
        }
        Workload::Tick => {
            let held = held.ok_or_else(|| anyhow::anyhow!("no position is open"))?;
            let mut recorded = signal(unit, book, strategy, None, rows)?;
            let signal_id = recorded.signal_id.get();
            let closed = close(unit, book, strategy, held, Some(signal_id), rows)?;
            let (opened, position) = open(unit, book, strategy, signal_id, rows)?;
            now_held = Some(position);
            recorded.then = vec![Done::ClosePosition(closed), Done::OpenPosition(opened)];
            Done::RecordSignal(recorded)
        }
    };
    if let Some(key) = &unit.key {
        rows.requests.push(Request {
            request_key: key.clone(),
            fingerprint: unit.fingerprint.as_bytes().to_vec(),
            outcome: serde_json::to_string(&Outcome { commit_seq: book.commit_seq, results: vec![result] })?,
            opened_position_id: now_held.as_ref().map(|held| held.id),
            commit_seq: book.commit_seq,
            timestamp: at(unit),
            created_at: NOW,
        });
    }
    Ok(now_held)
}

fn at(unit: &Unit) -> i64 {
    unit::at(unit.number + 1).get()
}

pub(super) fn signal(
    unit: &Unit,
    book: &mut Book,
    strategy: &Strategy,
    rejection_reason: Option<&'static str>,
    rows: &mut Rows,
) -> anyhow::Result<SignalRecorded> {
    let was_executed = rejection_reason.is_none();
    let id = take(&mut book.next_signal_id);
    rows.signals.push(Signal {
        id,
        strategy_id: strategy.id(),
        starlisting_id: unit::market(unit.submitter).get(),
        signal_type: "long",
        confidence: 0.73,
        price_at_signal: unit::price(unit.number).into(),
        timestamp: at(unit),
        was_executed,
        rejection_reason,
        created_at: NOW,
    });
    Ok(SignalRecorded { signal_id: SignalId::new(id)?, was_executed, refused: None, then: Vec::new() })
}

fn close(
    unit: &Unit,
    book: &mut Book,
    strategy: &mut Strategy,
    held: &Held,
    signal_id: Option<i64>,
    rows: &mut Rows,
) -> anyhow::Result<PositionClosed> {
    let (price, timestamp): (Price, i64) = (unit::price(unit.number + 11), at(unit));
    let (notional, entry_fees) = (Amount::new(held.size.usdt()?)?, Cost::new(held.fees.usdt()?)?);
    let fee = Cost::new(Usdt::from_micros(FEE)?)?;
    let side = "long".parse()?;
    let pnl = rules::realized_pnl(side, notional, held.entry_price.price()?, price, entry_fees, fee)?;
    let trade_id = take(&mut book.next_trade_id);
    rows.ended.push(Ended {
        id: held.id,
        exit_price: price.into(),
        exit_timestamp: timestamp,
        realized_pnl: Numeric::of_micros(pnl.micros()),
        fees_paid: Numeric::of_micros(held.fees.micros() + FEE),
        status: "closed",
        exit_reason: if signal_id.is_some() { "signal" } else { "manual" },
        updated_at: NOW,
    });
    rows.trades.push(trade(trade_id, held, "close_long", price, timestamp, signal_id));
    strategy.count_exit(pnl.micros(), timestamp - held.entry_timestamp);
    rows.count_day(strategy.id(), timestamp, pnl.micros());
    strategy.count_fees(FEE);
    book.metrics_from = Some(book.metrics_from.map_or(timestamp, |from| from.min(timestamp)));
    let closed = ledger(unit, book, strategy, "close", held.id, trade_id, pnl.micros());
    rows.ledger.push(Ledger { held_ms: Some(timestamp - held.entry_timestamp), ..closed });
    Ok(PositionClosed {
        position_id: PositionId::new(held.id)?,
        trade_id: TradeId::new(trade_id)?,
        strategy_id: StrategyId::new(strategy.id())?,
        realized_pnl: pnl,
        bankroll: Usdt::from_micros(strategy.bankroll)?,
    })
}

fn open(
    unit: &Unit,
    book: &mut Book,
    strategy: &mut Strategy,
    signal_id: i64,
    rows: &mut Rows,
) -> anyhow::Result<(PositionOpened, Held)> {
    let (price, timestamp) = (unit::price(unit.number), at(unit));
    let held = Held {
        id: take(&mut book.next_position_id),
        strategy_id: strategy.id(),
        market: unit::market(unit.submitter).get(),
        size: Numeric::of_micros(SIZE),
        entry_price: price.into(),
        entry_timestamp: timestamp,
        fees: Numeric::of_micros(FEE),
    };
    let trade_id = take(&mut book.next_trade_id);
    rows.opened.push(Opened {
        id: held.id,
        strategy_id: held.strategy_id,
        starlisting_id: held.market,
        side: "long",
        size: held.size,
        entry_price: held.entry_price,
        entry_timestamp: timestamp,
        unrealized_pnl: Numeric::of_micros(0),
        fees_paid: held.fees,
        status: "open",
        created_at: NOW,
        updated_at: NOW,
        mark_price: held.entry_price,
        marked_at: timestamp,
    });
    rows.trades.push(trade(trade_id, &held, "open_long", price, timestamp, Some(signal_id)));
    strategy.count_fees(FEE);
    rows.ledger.push(ledger(unit, book, strategy, "open", held.id, trade_id, 0));
    let opened = PositionOpened {
        position_id: PositionId::new(held.id)?,
        trade_id: TradeId::new(trade_id)?,
        strategy_id: StrategyId::new(strategy.id())?,
        size: "1000".parse()?,
    };
    Ok((opened, held))
}

fn trade(
    id: i64,
    held: &Held,
    trade_type: &'static str,
    price: Price,
    timestamp: i64,
    signal_id: Option<i64>,
) -> Trade {
    Trade {
        id,
        position_id: held.id,
        strategy_id: held.strategy_id,
        starlisting_id: held.market,
        trade_type,
        size: held.size,
        price: price.into(),
        fees: Numeric::of_micros(FEE),
        slippage: Numeric::of_micros(SLIPPAGE),
        timestamp,
        signal_id,
        created_at: NOW,
    }
}

fn ledger(
    unit: &Unit,
    book: &Book,
    strategy: &Strategy,
    kind: &'static str,
    position_id: i64,
    trade_id: i64,
    delta_micros: i64,
) -> Ledger {
    Ledger {
        strategy_id: strategy.id(),
        seq: strategy.totals.ledger_seq,
        kind,
        position_id,
        trade_id,
        delta_micros,
        balance_micros: strategy.bankroll,
        held_ms: None,
        request_key: unit.key.clone(),
        commit_seq: book.commit_seq,
        timestamp: at(unit),
        created_at: NOW,
    }
}
