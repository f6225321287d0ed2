//! Ledgers as a book writes them, a table of metrics as a store keeps it, and what that table asks of a row.

use std::collections::BTreeMap;

use nailsage_domain::{
    DAY_MILLIS, LedgerEntry, LedgerKind, StrategyId, Timeframe, UnixMillis, Usdt,
    metrics::{MetricsRefresh, PeriodMetrics, RunningSums},
};

/// 2024-01-01, a Monday.
pub(crate) const MONDAY: i64 = 19_723;

/// A time on a day counted from that Monday.
pub(crate) fn at(day: i64, day_ms: i64) -> UnixMillis {
    UnixMillis::new((MONDAY + day) * DAY_MILLIS + day_ms).unwrap()
}

pub(crate) fn id(strategy: i64) -> StrategyId {
    StrategyId::new(strategy).unwrap()
}

/// The ledgers of several strategies, in the order in which they were written.
#[derive(Debug, Clone, Default)]
pub(crate) struct Book {
    pub(crate) entries: Vec<LedgerEntry>,
    balances: BTreeMap<i64, (i64, i64)>,
}

impl Book {
    /// One strategy with 10,000 USDT, registered on the first Monday at midnight.
    pub(crate) fn of_one() -> Self {
        Self::default().registered(1, at(0, 0), 10_000_000_000)
    }

    pub(crate) fn balance_micros(&self, strategy: i64) -> i64 {
        self.balances[&strategy].1
    }

    pub(crate) fn has(&self, strategy: i64) -> bool {
        self.balances.contains_key(&strategy)
    }

    pub(crate) fn registered(mut self, strategy: i64, at: UnixMillis, bankroll_micros: i64) -> Self {
        self.balances.insert(strategy, (0, bankroll_micros));
        self.write(strategy, LedgerKind::Register, at, 0, None)
    }

    pub(crate) fn closed(self, strategy: i64, at: UnixMillis, pnl_micros: i64) -> Self {
        self.write(strategy, LedgerKind::Close, at, pnl_micros, Some(90_000))
    }

    pub(crate) fn adjusted(self, strategy: i64, at: UnixMillis, delta_micros: i64) -> Self {
        self.write(strategy, LedgerKind::Adjust, at, delta_micros, None)
    }

    pub(crate) fn write(
        mut self,
        strategy: i64,
        kind: LedgerKind,
        timestamp: UnixMillis,
        delta_micros: i64,
        held_ms: Option<i64>,
    ) -> Self {
        let (seq, balance_micros) = self.balances.get_mut(&strategy).unwrap();
        *seq += 1;
        *balance_micros += delta_micros;
        let has_position =
            matches!(kind, LedgerKind::Open | LedgerKind::Close | LedgerKind::Liquidate | LedgerKind::Stops);
        let entry = LedgerEntry {
            strategy_id: id(strategy),
            seq: *seq,
            kind,
            position_id: has_position.then(|| "1".parse().unwrap()),
            trade_id: (has_position && kind != LedgerKind::Stops).then(|| "1".parse().unwrap()),
            delta: Usdt::from_micros(delta_micros).unwrap(),
            balance: Usdt::from_micros(*balance_micros).unwrap(),
            held_ms,
            reason: (kind == LedgerKind::Adjust).then(|| "paid".parse().unwrap()),
            request_key: None,
            commit_seq: 1,
            timestamp,
            created_at: timestamp,
        };
        entry.check().unwrap();
        self.entries.push(entry);
        self
    }

    /// In the order that a refresh takes them in.
    pub(crate) fn ordered(&self) -> Vec<&LedgerEntry> {
        let mut entries: Vec<_> = self.entries.iter().collect();
        entries.sort_by_key(|entry| (entry.timestamp, entry.strategy_id, entry.seq));
        entries
    }

    /// All rows, worked out at once.
    pub(crate) fn rows(&self, at: UnixMillis) -> Vec<PeriodMetrics> {
        let mut refresh = MetricsRefresh::new(at, None);
        for entry in self.ordered() {
            refresh.observe(entry).unwrap();
        }
        let rows = refresh.finish();
        rows.iter().for_each(assert_fits_the_table);
        rows
    }

    /// The row of strategy 1 for a period, which is there.
    pub(crate) fn row(&self, as_of: UnixMillis, timeframe: Timeframe, period_of: UnixMillis) -> PeriodMetrics {
        row(&self.rows(as_of), Some(1), timeframe, period_of)
    }
}

pub(crate) fn row(
    rows: &[PeriodMetrics],
    strategy: Option<i64>,
    timeframe: Timeframe,
    period_of: UnixMillis,
) -> PeriodMetrics {
    let is_it = |row: &&PeriodMetrics| {
        row.strategy_id == strategy.map(id)
            && row.period.timeframe == timeframe
            && (row.period.start_ms..row.period.end_ms).contains(&period_of.get())
    };
    rows.iter().find(is_it).cloned().unwrap_or_else(|| panic!("{strategy:?} has no {timeframe} row of {period_of}"))
}

type RowKey = (Option<StrategyId>, Timeframe, i64);

/// `performance_metrics` as a store keeps it.
#[derive(Debug, Clone, Default)]
pub(crate) struct Table {
    rows: BTreeMap<RowKey, PeriodMetrics>,
    as_of: Option<UnixMillis>,
    /// The last row of every day, as JSON text.
    sums: BTreeMap<(Option<StrategyId>, i64), String>,
}

impl Table {
    /// Takes in entries of which those before `from_day` are known, in chunks of so many days. Gives the number of rows
    /// that the refreshes told to write.
    pub(crate) fn refresh(&mut self, book: &Book, from_day: i64, at: UnixMillis, chunk_days: i64) -> usize {
        let entries = book.ordered();
        let last_day = entries.last().map_or(from_day, |entry| entry.timestamp.utc_day());
        let (mut day, mut written) = (from_day, 0);
        loop {
            let mut refresh = MetricsRefresh::new(at, self.as_of);
            for (subject, sums) in self.sums_before(day) {
                refresh.resume(subject, &sums).unwrap();
            }
            for entry in &entries {
                if (day..day + chunk_days).contains(&entry.timestamp.utc_day()) {
                    refresh.observe(entry).unwrap();
                }
            }
            self.as_of = Some(refresh.as_of());
            for row in refresh.finish() {
                assert_fits_the_table(&row);
                if let Some(sums) = &row.running_sums {
                    let text = serde_json::to_string(sums).unwrap();
                    self.sums.insert((row.strategy_id, row.period.start_ms / DAY_MILLIS), text);
                }
                written += 1;
                self.rows.insert((row.strategy_id, row.period.timeframe, row.period.start_ms), row);
            }
            day += chunk_days;
            if day > last_day {
                return written;
            }
        }
    }

    fn sums_before(&self, day: i64) -> BTreeMap<Option<StrategyId>, RunningSums> {
        let before = self.sums.iter().filter(|((_, of_day), _)| *of_day < day);
        // In order of days, so that the last one stays.
        before.map(|((subject, _), text)| (*subject, serde_json::from_str(text).unwrap())).collect()
    }

    /// Every row to the last bit, as text.
    pub(crate) fn texts(&self) -> Vec<String> {
        texts(self.rows.values())
    }
}

pub(crate) fn texts<'a>(rows: impl IntoIterator<Item = &'a PeriodMetrics>) -> Vec<String> {
    let mut texts: Vec<_> = rows.into_iter().map(|row| format!("{row:?}")).collect();
    texts.sort();
    texts
}

/// The CHECKs of `performance_metrics`, except those of periods, which have tests of their own.
pub(crate) fn assert_fits_the_table(row: &PeriodMetrics) {
    let within = |value: Option<f64>, fits: &dyn Fn(f64) -> bool| value.is_none_or(fits);
    let money = |value: Option<Usdt>, fits: &dyn Fn(Usdt) -> bool| value.is_none_or(fits);
    let checks = [
        within(row.total_return_pct, &|pct| (-100.0..1e308).contains(&pct)),
        row.num_trades == row.num_wins + row.num_losses && row.num_wins >= 0 && row.num_losses >= 0,
        within(row.win_rate_pct, &|pct| (0.0..=100.0).contains(&pct)),
        money(row.avg_win, &Usdt::is_positive) && money(row.largest_win, &Usdt::is_positive),
        money(row.avg_loss, &|loss| !loss.is_positive()) && money(row.largest_loss, &|loss| !loss.is_positive()),
        within(row.profit_factor, &|factor| (0.0..1e308).contains(&factor)),
        within(row.avg_position_duration_minutes, &|minutes| (0.0..1e308).contains(&minutes)),
        (0.0..=100.0).contains(&row.max_drawdown_pct) && row.max_drawdown_micros >= 0,
        within(row.sharpe_ratio, &|ratio| ratio.abs() < 1e308),
        within(row.growth_factor, &|factor| factor > 0.0 && factor < 1e308),
        (row.period.timeframe == Timeframe::Daily) == row.running_sums.is_some(),
        (row.num_trades == 0) == row.win_rate_pct.is_none(),
        (row.num_trades == 0) == row.avg_position_duration_minutes.is_none(),
        (row.num_wins == 0) == row.avg_win.is_none() && (row.num_wins == 0) == row.largest_win.is_none(),
        (row.num_losses == 0) == row.avg_loss.is_none() && (row.num_losses == 0) == row.largest_loss.is_none(),
        // Not CHECKs, but promises of the same kind.
        row.total_return_pct.is_some() || row.growth_factor.is_none(),
        row.growth_factor.is_some() || row.total_return_pct.is_none_or(|pct| pct <= -100.0),
    ];
    let broken = checks.iter().position(|holds| !holds);
    assert_eq!(broken, None, "the row breaks that check: {row:?}");
}
