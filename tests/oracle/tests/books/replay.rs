//! The commands that give a scenario's ledger.

use std::collections::BTreeMap;

use futures_executor::block_on;
use nailsage_domain::{Cost, LedgerKind, PositionId, Price, Side, StrategyId, StrategyKey, UnixMillis, Usdt};
use nailsage_store::{
    Action, Activate, AdjustBankroll, BankrollChange, CallError, ClosePosition, Command, Deactivate, Done,
    LiquidatePosition, OpenPosition, RefreshMetrics, Refusal, RegisterStrategy, Size, Store, StoreExt as _,
};
use nailsage_test_oracle::{LedgerRow, Vector};

/// What opening and closing cost, in millionths: the P&L before them has to make up for both.
const ENTRY_FEES_MICROS: i64 = 250_000;
const EXIT_FEES_MICROS: i64 = 500_001;

/// Every position is opened at this price, so that what it earns is a decimal fraction of it.
const ENTRY_PRICE: &str = "1";

/// A scenario on its way into a store.
///
/// Strategy after strategy, each in the order in which its entries were written: late ones come late. Ids are given in the
/// order of registering, so they are the scenario's.
pub(crate) struct Replay<'a> {
    store: &'a dyn Store,
    refresh_at: UnixMillis,
    rows: Vec<&'a LedgerRow>,
    /// How many of them are written.
    written: usize,
    /// Of every exit, the seq of its entry.
    entries: BTreeMap<(StrategyId, i64), i64>,
    open: BTreeMap<(StrategyId, i64), PositionId>,
}

/// A position's P&L before fees, and how it comes about.
struct Fill {
    size: String,
    side: Side,
    exit_price: Price,
}

impl<'a> Replay<'a> {
    pub(crate) fn new(store: &'a dyn Store, vector: &'a Vector) -> Self {
        let mut rows: Vec<_> = vector.ledger.iter().collect();
        rows.sort_by_key(|row| (row.strategy_id, row.seq));
        let entries = entries_of(&rows);
        Self { store, refresh_at: vector.refresh_at, rows, written: 0, entries, open: BTreeMap::new() }
    }

    /// Writes the next so many entries, or all that are left; whether any was.
    pub(crate) fn write(&mut self, count: usize) -> bool {
        let end = self.written.saturating_add(count).min(self.rows.len());
        let begin = std::mem::replace(&mut self.written, end);
        for place in begin..end {
            self.write_entry(self.rows[place]);
        }
        begin < end
    }

    /// All but the last so many.
    pub(crate) fn write_all_but(&mut self, count: usize) {
        self.write(self.rows.len() - self.written - count);
    }

    /// Refreshes the metrics at the scenario's time; the refusal, if it is refused.
    pub(crate) fn refresh(&self) -> Result<(), Refusal> {
        match block_on(self.store.execute(Command::new(self.refresh_at, RefreshMetrics {}))) {
            Ok(_) => Ok(()),
            Err(CallError::Refused(refused)) => Err(refused.refusal),
            Err(CallError::Store(error)) => panic!("{error:?}"),
        }
    }

    fn run_action(&self, at: UnixMillis, action: impl Into<Action>) -> Done {
        let mut outcome = block_on(self.store.execute(Command::new(at, action))).unwrap();
        outcome.results.pop().unwrap()
    }

    fn write_entry(&mut self, row: &LedgerRow) {
        let strategy = row.strategy_id;
        match row.kind {
            LedgerKind::Register => {
                let bankroll = Usdt::from_micros(row.balance_micros).unwrap().to_string();
                let register = RegisterStrategy {
                    initial_bankroll: Some(bankroll.parse().unwrap()),
                    ..RegisterStrategy::new(key(strategy), "1m".parse().unwrap())
                };
                self.run_action(row.timestamp, register);
            }
            LedgerKind::Open => {
                let is_its_exit = |exit: &&&LedgerRow| {
                    exit.strategy_id == strategy && self.entries.get(&(strategy, exit.seq)) == Some(&row.seq)
                };
                // One that stays open earns nothing.
                let fill = Fill::of(row.seq, self.rows.iter().find(is_its_exit).map_or(0, |exit| exit.delta_micros));
                let open = OpenPosition {
                    size: Some(Size::Usdt(fill.size.parse().unwrap())),
                    fees: fees(ENTRY_FEES_MICROS),
                    ..OpenPosition::new(strategy, fill.side, ENTRY_PRICE.parse().unwrap())
                };
                match self.run_action(row.timestamp, open) {
                    Done::OpenPosition(opened) => self.open.insert((strategy, row.seq), opened.position_id),
                    other => panic!("the outcome of another action: {other:?}"),
                };
            }
            LedgerKind::Close | LedgerKind::Liquidate => {
                let entry_seq = self.entries[&(strategy, row.seq)];
                let position = self.open.remove(&(strategy, entry_seq)).unwrap();
                let Fill { exit_price: price, .. } = Fill::of(entry_seq, row.delta_micros);
                let fees = fees(EXIT_FEES_MICROS);
                if row.kind == LedgerKind::Close {
                    self.run_action(row.timestamp, ClosePosition { fees, ..ClosePosition::new(position, price) });
                } else {
                    let slippage = Cost::ZERO;
                    self.run_action(
                        row.timestamp,
                        LiquidatePosition { position: position.into(), price, fees, slippage },
                    );
                }
            }
            LedgerKind::Adjust => {
                let amount = Usdt::from_micros(row.delta_micros.abs()).unwrap().to_string().parse().unwrap();
                let is_deposit = row.delta_micros > 0;
                let change =
                    if is_deposit { BankrollChange::Deposit(amount) } else { BankrollChange::Withdraw(amount) };
                let reason = "as in the scenario".parse().unwrap();
                self.run_action(row.timestamp, AdjustBankroll { strategy: strategy.into(), change, reason });
            }
            LedgerKind::Deactivate => {
                self.run_action(row.timestamp, Deactivate { strategy: strategy.into(), reason: None });
            }
            LedgerKind::Activate => {
                self.run_action(row.timestamp, Activate { strategy: strategy.into(), reason: None });
            }
            LedgerKind::Stops => panic!("no scenario sets stops: that moves no money"),
        }
    }
}

/// Of every exit, the seq of its entry: an open position of the same strategy that began as long before as it was held.
fn entries_of(rows: &[&LedgerRow]) -> BTreeMap<(StrategyId, i64), i64> {
    let mut open: Vec<&LedgerRow> = Vec::new();
    let mut entries = BTreeMap::new();
    for row in rows {
        if row.kind == LedgerKind::Open {
            open.push(row);
        } else if let Some(held_ms) = row.held_ms {
            let began = |it: &&LedgerRow| {
                it.strategy_id == row.strategy_id && it.timestamp.get() == row.timestamp.get() - held_ms
            };
            let place = open.iter().position(began).unwrap_or_else(|| panic!("no position began for {row:?}"));
            entries.insert((row.strategy_id, row.seq), open.remove(place).seq);
        }
    }
    entries
}

impl Fill {
    /// Of a position with this realized P&L. The size is a power of ten, so that the price is a short decimal.
    fn of(entry_seq: i64, realized_micros: i64) -> Self {
        let gross_micros = realized_micros + ENTRY_FEES_MICROS + EXIT_FEES_MICROS;
        let zeros = (1..9).find(|zeros| 10_i64.pow(6 + zeros) > gross_micros.abs()).unwrap();
        let side = if entry_seq % 2 == 0 { Side::Long } else { Side::Short };
        let one = 10_i64.pow(6 + zeros);
        let exit = if side == Side::Long { one + gross_micros } else { one - gross_micros };
        let digits = usize::try_from(6 + zeros).unwrap();
        let exit_price = format!("{}.{:0digits$}", exit / one, exit % one).parse().unwrap();
        Self { size: 10_i64.pow(zeros).to_string(), side, exit_price }
    }
}

fn fees(micros: i64) -> Cost {
    Usdt::from_micros(micros).unwrap().to_string().parse().unwrap()
}

fn key(strategy: StrategyId) -> StrategyKey {
    format!("scenario-{strategy}/v1@7").parse().unwrap()
}
