//! What ended positions add up to, by day or over any stretch of days.

use serde::Serialize;

use crate::{Problem, StrategyId, UnixMillis, Usdt, ValueError, checked::checked_record};

checked_record! {
    /// How many positions were closed or liquidated, and what they earned. Sums of money are whole micro-USDT, wide enough
    /// for any number of amounts.
    ///
    /// ```
    /// use nailsage_domain::{ClosedTotals, Usdt};
    ///
    /// let mut totals = ClosedTotals::default();
    /// for pnl in [30, -10, 0] {
    ///     totals.add(Usdt::whole(pnl));
    /// }
    /// assert_eq!((totals.num_closed, totals.num_wins, totals.num_losses), (3, 1, 2));
    /// assert_eq!(totals.realized_micros, 20_000_000);
    /// assert_eq!(totals.profit_factor(), Some(3.0));
    /// ```
    #[derive(Debug, Clone, Copy, PartialEq, Eq, Default, Serialize)]
    pub struct ClosedTotals {
        /// Positions closed or liquidated.
        pub num_closed: i64,
        /// Those with a realized P&L above 0.
        pub num_wins: i64,
        /// The others.
        pub num_losses: i64,
        /// The sum of realized P&L, in micro-USDT.
        pub realized_micros: i128,
        /// The wins' part of it, in micro-USDT, never below 0.
        pub win_micros: i128,
        /// The losses' part of it, in micro-USDT, never above 0.
        pub loss_micros: i128,
    }
}

impl ClosedTotals {
    /// Adds a position that ended.
    pub fn add(&mut self, realized_pnl: Usdt) {
        let micros = i128::from(realized_pnl.micros());
        let is_win = realized_pnl.is_positive();
        self.add_all(&Self {
            num_closed: 1,
            num_wins: i64::from(is_win),
            num_losses: i64::from(!is_win),
            realized_micros: micros,
            win_micros: if is_win { micros } else { 0 },
            loss_micros: if is_win { 0 } else { micros },
        });
    }

    /// Adds all of another sum.
    pub fn add_all(&mut self, other: &Self) {
        self.num_closed += other.num_closed;
        self.num_wins += other.num_wins;
        self.num_losses += other.num_losses;
        self.realized_micros += other.realized_micros;
        self.win_micros += other.win_micros;
        self.loss_micros += other.loss_micros;
    }

    /// The share of wins in percent; `None` where nothing ended.
    #[must_use]
    pub fn win_rate_pct(&self) -> Option<f64> {
        (self.num_closed > 0).then(|| self.num_wins as f64 / self.num_closed as f64 * 100.0)
    }

    /// What the wins earned for each USDT that the losses cost; `None` when no loss cost anything.
    #[must_use]
    pub fn profit_factor(&self) -> Option<f64> {
        (self.loss_micros < 0).then(|| self.win_micros as f64 / -(self.loss_micros as f64))
    }

    /// Checks what holds between the sums. Deserialising does so by itself.
    ///
    /// # Errors
    ///
    /// `bad_form` when wins and losses do not add up.
    pub fn check(&self) -> Result<(), ValueError> {
        let adds_up = self.num_wins.checked_add(self.num_losses) == Some(self.num_closed)
            && self.win_micros.checked_add(self.loss_micros) == Some(self.realized_micros);
        // Every win is at least a micro, a loss may be nothing.
        let fits = self.num_wins >= 0
            && self.num_losses >= 0
            && self.loss_micros <= 0
            && self.win_micros >= i128::from(self.num_wins)
            && (self.num_wins > 0 || self.win_micros == 0)
            && (self.num_losses > 0 || self.loss_micros == 0);
        if adds_up && fits {
            return Ok(());
        }
        let expected = "the sum of the wins and the losses";
        let given = format!(
            "{} wins of {} and {} losses of {} in {} of {}",
            self.num_wins, self.win_micros, self.num_losses, self.loss_micros, self.num_closed, self.realized_micros
        );
        Err(ValueError::new("total", Problem::BadForm { expected }, given))
    }
}

/// What a strategy's positions that ended on one UTC day add up to.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize)]
pub struct DailyTotals {
    /// Whose.
    pub strategy_id: StrategyId,
    /// The first moment of the day.
    pub day_start: UnixMillis,
    /// The sums.
    #[serde(flatten)]
    pub closed: ClosedTotals,
}
