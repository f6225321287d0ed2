//! The figures of one period.

use crate::{
    LedgerEntry, LedgerKind, OutOfRange, UnixMillis, Usdt,
    metrics::{
        drawdown::{NavDrawdown, PnlDrawdown},
        nav::Nav,
    },
};

/// The performance of a strategy over the ledger entries that it is shown, on a realized basis.
///
/// Returns are time-weighted: each closed position multiplies the NAV by 1 + P&L / bankroll before it, so paying in or
/// out is neither a profit nor a loss. Show it the entries in the order of (timestamp, seq).
///
/// A bankroll that falls to 0 or below ends a segment: the period shows -100 % and a drawdown of 100 %, and the next
/// payment that lifts the bankroll above 0 starts at 1 again. Figures that are not defined are `None`.
///
/// ```
/// use nailsage_domain::{LedgerEntry, Performance};
///
/// let ledger: Vec<LedgerEntry> = serde_json::from_str(
///     r#"[{"strategy_id": 1, "seq": 1, "kind": "register", "delta": "0", "balance": "10000",
///          "commit_seq": 1, "timestamp": 1640991600000, "created_at": 1640991600000},
///         {"strategy_id": 1, "seq": 2, "kind": "close", "position_id": 1, "trade_id": 2, "delta": "-5000",
///          "balance": "5000", "held_ms": 60000, "commit_seq": 2, "timestamp": 1640991660000, "created_at": 1640991660000},
///         {"strategy_id": 1, "seq": 3, "kind": "adjust", "delta": "5000", "balance": "10000",
///          "reason": "topped up", "commit_seq": 3, "timestamp": 1640991720000, "created_at": 1640991720000}]"#,
/// )?;
/// let mut performance = Performance::new();
/// for entry in &ledger {
///     performance.observe(entry)?;
/// }
/// assert_eq!(performance.total_return_pct(), Some(-50.0));
/// assert_eq!(performance.max_drawdown_pct(), 50.0);
/// # Ok::<(), Box<dyn std::error::Error>>(())
/// ```
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct Performance {
    nav: Nav,
    nav_drawdown: NavDrawdown,
    pnl_drawdown: PnlDrawdown,
    wins: Outcomes,
    losses: Outcomes,
}

/// The wins or the losses.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
struct Outcomes {
    count: i64,
    micros: i64,
    largest: Option<Usdt>,
}

impl Outcomes {
    const NONE: Self = Self { count: 0, micros: 0, largest: None };

    fn add(&mut self, pnl: Usdt) -> Result<(), OutOfRange> {
        self.count = self.count.checked_add(1).ok_or(OutOfRange)?;
        self.micros = self.micros.checked_add(pnl.micros()).ok_or(OutOfRange)?;
        let is_largest = self.largest.is_none_or(|largest| pnl.magnitude() > largest.magnitude());
        if is_largest {
            self.largest = Some(pnl);
        }
        Ok(())
    }

    /// Rounded half to even to the millionth.
    fn average(&self) -> Option<Usdt> {
        let (sum, count) = (i128::from(self.micros), i128::from(self.count));
        if count == 0 {
            return None;
        }
        let (floor, rest) = (sum.div_euclid(count), sum.rem_euclid(count));
        let rounds_up = rest * 2 > count || (rest * 2 == count && floor % 2 != 0);
        // An average lies between the amounts it was made of, so it is in range like them.
        Usdt::from_wide_micros(floor + i128::from(rounds_up)).ok()
    }
}

impl Default for Performance {
    fn default() -> Self {
        Self::new()
    }
}

impl Performance {
    /// Nothing observed yet.
    #[must_use]
    pub const fn new() -> Self {
        Self {
            nav: Nav::START,
            nav_drawdown: NavDrawdown::START,
            pnl_drawdown: PnlDrawdown::START,
            wins: Outcomes::NONE,
            losses: Outcomes::NONE,
        }
    }

    /// Takes the next entry of a ledger: registering and adjusting are flows, closing and liquidating realize a P&L, the
    /// rest changes nothing.
    ///
    /// # Errors
    ///
    /// When a sum leaves 64 bits, or the entry's balance before it is out of range; then the entry was not taken.
    pub fn observe(&mut self, entry: &LedgerEntry) -> Result<(), OutOfRange> {
        match entry.kind {
            LedgerKind::Register | LedgerKind::Adjust => {
                self.nav.flow(entry.delta, entry.balance);
                Ok(())
            }
            LedgerKind::Close | LedgerKind::Liquidate => {
                self.realized(entry.timestamp, entry.balance_before()?, entry.delta)
            }
            LedgerKind::Activate | LedgerKind::Deactivate | LedgerKind::Open | LedgerKind::Stops => Ok(()),
        }
    }

    fn realized(&mut self, at: UnixMillis, base_before: Usdt, pnl: Usdt) -> Result<(), OutOfRange> {
        let mut next = *self;
        if pnl.is_positive() {
            next.wins.add(pnl)?;
        } else {
            next.losses.add(pnl)?;
        }
        next.wins.micros.checked_add(next.losses.micros).ok_or(OutOfRange)?;
        next.pnl_drawdown.observe(pnl.micros());
        if i64::try_from(next.pnl_drawdown.micros()).is_err() {
            return Err(OutOfRange);
        }
        next.nav.realized(at, base_before, pnl);
        next.nav_drawdown.observe(next.nav.value());
        *self = next;
        Ok(())
    }

    /// What one unit of capital has become: 1 at the start of a segment, 0 while the capital is lost.
    #[must_use]
    pub fn nav(&self) -> f64 {
        self.nav.value()
    }

    /// The realized P&L, in micro-USDT.
    #[must_use]
    pub const fn total_return_micros(&self) -> i64 {
        // Checked when the entry was taken; each part is in range and they have opposite signs.
        self.wins.micros + self.losses.micros
    }

    /// The time-weighted return in percent; -100 when the capital was lost on the way, `None` when there never was any
    /// (or when it has outgrown a double).
    #[must_use]
    pub fn total_return_pct(&self) -> Option<f64> {
        self.nav.return_pct()
    }

    /// Positions closed or liquidated.
    #[must_use]
    pub const fn num_trades(&self) -> i64 {
        self.wins.count + self.losses.count
    }

    /// Those with a realized P&L above 0.
    #[must_use]
    pub const fn num_wins(&self) -> i64 {
        self.wins.count
    }

    /// Those with a realized P&L of 0 or below.
    #[must_use]
    pub const fn num_losses(&self) -> i64 {
        self.losses.count
    }

    /// The share of wins in percent; `None` without trades.
    #[must_use]
    pub fn win_rate_pct(&self) -> Option<f64> {
        let trades = self.num_trades();
        (trades > 0).then(|| 100.0 * self.wins.count as f64 / trades as f64)
    }

    /// What the wins earned for each USDT that the losses cost; `None` when no loss cost anything.
    #[must_use]
    pub fn profit_factor(&self) -> Option<f64> {
        (self.losses.micros < 0).then(|| self.wins.micros as f64 / self.losses.micros.unsigned_abs() as f64)
    }

    /// The mean win; `None` without one.
    #[must_use]
    pub fn avg_win(&self) -> Option<Usdt> {
        self.wins.average()
    }

    /// The mean loss, 0 or below; `None` without one.
    #[must_use]
    pub fn avg_loss(&self) -> Option<Usdt> {
        self.losses.average()
    }

    /// The largest win; `None` without one.
    #[must_use]
    pub const fn largest_win(&self) -> Option<Usdt> {
        self.wins.largest
    }

    /// The largest loss, 0 or below; `None` without one.
    #[must_use]
    pub const fn largest_loss(&self) -> Option<Usdt> {
        self.losses.largest
    }

    /// The largest fall of the NAV from a peak before it, in percent of that peak, from 0 to 100.
    #[must_use]
    pub fn max_drawdown_pct(&self) -> f64 {
        self.nav_drawdown.percent()
    }

    /// The largest fall of the cumulative realized P&L from a peak before it, in micro-USDT, never below 0.
    #[must_use]
    #[expect(clippy::missing_panics_doc, reason = "checked when the entry was taken")]
    pub fn max_drawdown_micros(&self) -> i64 {
        i64::try_from(self.pnl_drawdown.micros()).expect("checked when the entry was taken")
    }
}
