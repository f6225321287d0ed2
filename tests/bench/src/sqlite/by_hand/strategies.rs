//! The strategies that a transaction of the loop touches: read once, changed in memory, written once.

use std::collections::BTreeMap;

use nailsage_domain::Usdt;
use nailsage_store_sqlite::sql;
use rusqlite::{Connection, Row, Statement, params};

use crate::unit::{self, NOW};

#[derive(Debug)]
pub(super) struct Strategy {
    id: i64,
    bankroll: i64,
    ledger_seq: i64,
    closed: i64,
    wins: i64,
    losses: i64,
    realized: i64,
    win: i64,
    loss: i64,
    fees: i64,
    duration: i64,
    has_totals: bool,
    has_bankroll: bool,
    /// What its days gain, by their first moments: closed, wins, losses, realized, win, loss.
    days: BTreeMap<i64, [i64; 6]>,
}

impl Strategy {
    fn read(row: &Row<'_>) -> rusqlite::Result<Self> {
        Ok(Self {
            id: row.get(0)?,
            bankroll: Usdt::from_stored_f64(row.get(9)?).expect("money is canonical").micros(),
            ledger_seq: row.get(12)?,
            closed: row.get(13)?,
            wins: row.get(14)?,
            losses: row.get(15)?,
            realized: row.get(16)?,
            win: row.get(17)?,
            loss: row.get(18)?,
            fees: row.get(19)?,
            duration: row.get(20)?,
            has_totals: false,
            has_bankroll: false,
            days: BTreeMap::new(),
        })
    }

    /// Counts an entry; gives the ledger's next seq and the balance.
    pub(super) fn open(&mut self, fees: i64) -> (i64, i64) {
        self.has_totals = true;
        self.fees += fees;
        self.ledger_seq += 1;
        (self.ledger_seq, self.bankroll)
    }

    /// Counts an exit at a time; gives the ledger's next seq and the balance.
    pub(super) fn close(&mut self, at: i64, pnl: i64, fees: i64, duration: i64) -> (i64, i64) {
        let day = self.days.entry(at - at % 86_400_000).or_default();
        let gain = [1, i64::from(pnl > 0), i64::from(pnl <= 0), pnl, pnl.max(0), pnl.min(0)];
        day.iter_mut().zip(gain).for_each(|(sum, more)| *sum += more);
        self.has_bankroll = true;
        self.bankroll += pnl;
        self.closed += 1;
        self.realized += pnl;
        self.duration += duration;
        if pnl > 0 {
            self.wins += 1;
            self.win += pnl;
        } else {
            self.losses += 1;
            self.loss += pnl;
        }
        self.open(fees)
    }
}

pub(super) struct Strategies<'c> {
    by_id: Statement<'c>,
    by_key: Statement<'c>,
    set_bankroll: Statement<'c>,
    set_totals: Statement<'c>,
    add_day: Statement<'c>,
    loaded: BTreeMap<i64, Strategy>,
    ids: BTreeMap<usize, i64>,
}

impl<'c> Strategies<'c> {
    pub(super) fn prepare(connection: &'c Connection) -> rusqlite::Result<Self> {
        Ok(Self {
            by_id: connection.prepare(sql::STRATEGY_BY_ID)?,
            by_key: connection.prepare(sql::STRATEGY_BY_KEY)?,
            set_bankroll: connection.prepare(sql::STRATEGY_SET_BANKROLL)?,
            set_totals: connection.prepare(sql::TOTALS_SET)?,
            add_day: connection.prepare(sql::DAILY_TOTALS_ADD)?,
            loaded: BTreeMap::new(),
            ids: BTreeMap::new(),
        })
    }

    pub(super) fn by_id(&mut self, id: i64) -> rusqlite::Result<&mut Strategy> {
        if !self.loaded.contains_key(&id) {
            let strategy = self.by_id.query_row([id], Strategy::read)?;
            self.loaded.insert(id, strategy);
        }
        Ok(self.loaded.get_mut(&id).expect("it was loaded just now"))
    }

    /// The id of the strategy that a submitter names.
    pub(super) fn by_key(&mut self, submitter: usize) -> rusqlite::Result<i64> {
        let place = submitter % unit::STRATEGIES;
        if let Some(id) = self.ids.get(&place) {
            return Ok(*id);
        }
        let key = unit::strategy(submitter);
        let params = (key.name.as_str(), key.version.as_str(), key.starlisting_id.get());
        let strategy = self.by_key.query_row(params, Strategy::read)?;
        let id = strategy.id;
        self.ids.insert(place, id);
        self.loaded.insert(id, strategy);
        Ok(id)
    }

    /// Writes what changed and forgets everything, as the next transaction must read anew.
    pub(super) fn write_back(&mut self) -> rusqlite::Result<()> {
        for it in std::mem::take(&mut self.loaded).into_values() {
            if it.has_bankroll {
                let bankroll = Usdt::from_micros(it.bankroll).expect("a benchmark stays in range").to_f64();
                self.set_bankroll.execute(params![it.id, bankroll, NOW])?;
            }
            if it.has_totals {
                self.set_totals.execute(params![
                    it.id,
                    it.ledger_seq,
                    it.closed,
                    it.wins,
                    it.losses,
                    it.realized,
                    it.win,
                    it.loss,
                    it.fees,
                    it.duration,
                ])?;
            }
            for (day, [closed, wins, losses, realized, win, loss]) in it.days {
                self.add_day.execute(params![it.id, day, closed, wins, losses, realized, win, loss])?;
            }
        }
        self.ids.clear();
        Ok(())
    }
}
