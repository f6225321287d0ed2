//! The figures of one period.

use crate::{
    LedgerEntry, OutOfRange, Usdt,
    metrics::{
        movement::Movement,
        nav::{NavStep, Segment},
        sums::PeriodSums,
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
    segment: Segment,
    day: Option<i64>,
    sums: PeriodSums,
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
        Self { segment: Segment::Unstarted, day: None, sums: PeriodSums::new(Segment::Unstarted) }
    }

    /// Takes the next entry of a ledger: adjusting is a flow, closing and liquidating realize a P&L, the rest changes
    /// nothing. The first one that counts, which most often is registering, brings the balance before it.
    ///
    /// # Errors
    ///
    /// When a sum leaves 64 bits, or the entry's balance before it is out of range; then the entry was not taken.
    pub fn observe(&mut self, entry: &LedgerEntry) -> Result<(), OutOfRange> {
        let Some(movement) = Movement::of(entry) else {
            return Ok(());
        };
        let base_before = entry.balance.checked_sub(entry.delta)?;
        let mut next = *self;
        let day = Some(entry.timestamp.utc_day());
        if next.day.is_none() {
            let joining = Movement::Flow { delta_micros: base_before.micros() };
            let step = next.segment.flow(base_before.micros(), base_before.micros());
            next.sums.take(joining, step)?;
        }
        if next.day != day {
            next.sums.nav.end_day();
            next.day = day;
        }
        let step = match movement {
            Movement::Register => NavStep::Rest,
            Movement::Flow { delta_micros } => next.segment.flow(delta_micros, entry.balance.micros()),
            Movement::Realized { pnl, .. } => next.segment.realized(base_before.micros(), pnl),
        };
        next.sums.take(movement, step)?;
        *self = next;
        Ok(())
    }

    /// What one unit of capital has become: 1 at the start of a segment, 0 while the capital is lost, the largest double
    /// once it has outgrown that.
    #[must_use]
    pub fn nav(&self) -> f64 {
        self.sums.nav.value()
    }

    /// The realized P&L, in micro-USDT.
    #[must_use]
    pub const fn total_return_micros(&self) -> i64 {
        self.sums.total_return_micros()
    }

    /// The time-weighted return in percent, from -100 and below 1e308; -100 when the capital was lost on the way, `None`
    /// when there never was any (or when it has outgrown a double).
    #[must_use]
    pub fn total_return_pct(&self) -> Option<f64> {
        self.sums.nav.return_pct()
    }

    /// NAV at the end by NAV at the start, above 0; `None` where the return is, and where all was lost.
    #[must_use]
    pub fn growth_factor(&self) -> Option<f64> {
        self.sums.nav.growth()
    }

    /// Positions closed or liquidated.
    #[must_use]
    pub const fn num_trades(&self) -> i64 {
        self.sums.num_trades()
    }

    /// Those with a realized P&L above 0.
    #[must_use]
    pub const fn num_wins(&self) -> i64 {
        self.sums.wins().count()
    }

    /// Those with a realized P&L of 0 or below.
    #[must_use]
    pub const fn num_losses(&self) -> i64 {
        self.sums.losses().count()
    }

    /// The share of wins in percent; `None` without trades.
    #[must_use]
    pub fn win_rate_pct(&self) -> Option<f64> {
        self.sums.win_rate_pct()
    }

    /// What the wins earned for each USDT that the losses cost; `None` when no loss cost anything.
    #[must_use]
    pub fn profit_factor(&self) -> Option<f64> {
        self.sums.profit_factor()
    }

    /// The mean win; `None` without one.
    #[must_use]
    pub fn avg_win(&self) -> Option<Usdt> {
        self.sums.wins().average()
    }

    /// The mean loss, 0 or below; `None` without one.
    #[must_use]
    pub fn avg_loss(&self) -> Option<Usdt> {
        self.sums.losses().average()
    }

    /// The largest win; `None` without one.
    #[must_use]
    pub const fn largest_win(&self) -> Option<Usdt> {
        self.sums.wins().largest()
    }

    /// The largest loss, 0 or below; `None` without one.
    #[must_use]
    pub const fn largest_loss(&self) -> Option<Usdt> {
        self.sums.losses().largest()
    }

    /// How long positions were held on average, in minutes; `None` without trades.
    #[must_use]
    pub fn avg_position_duration_minutes(&self) -> Option<f64> {
        self.sums.avg_position_duration_minutes()
    }

    /// The largest fall of the NAV from a peak before it, in percent of that peak, from 0 to 100.
    #[must_use]
    pub fn max_drawdown_pct(&self) -> f64 {
        self.sums.nav.drawdown_pct()
    }

    /// The largest fall of the cumulative realized P&L from a peak before it, in micro-USDT, never below 0.
    #[must_use]
    pub const fn max_drawdown_micros(&self) -> i64 {
        self.sums.max_drawdown_micros()
    }
}
