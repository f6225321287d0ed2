//! The sums of one period, from which all of its figures follow: the one place of each formula.

use serde::{Deserialize, Serialize};

use crate::{
    OutOfRange,
    metrics::{
        drawdown::PnlDrawdown,
        movement::Movement,
        nav::{NavPath, NavStep, Segment},
        outcomes::Outcomes,
        returns::DailyReturns,
    },
};

const MILLIS_PER_MINUTE: f64 = 60_000.0;

/// What the entries of one period add up to.
#[derive(Debug, Clone, Copy, PartialEq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub(super) struct PeriodSums {
    pub(super) nav: NavPath,
    pnl_drawdown: PnlDrawdown,
    wins: Outcomes,
    losses: Outcomes,
    held_ms: u64,
    /// The returns of the days before the one that is going on; `None` when they are too large for a double.
    pub(super) returns: Option<DailyReturns>,
}

impl PeriodSums {
    /// At the initial point of a period that begins in this state.
    pub(super) const fn new(segment: Segment) -> Self {
        Self {
            nav: NavPath::new(segment),
            pnl_drawdown: PnlDrawdown::START,
            wins: Outcomes::NONE,
            losses: Outcomes::NONE,
            held_ms: 0,
            returns: Some(DailyReturns::NONE),
        }
    }

    /// Takes a movement and what it does to the NAV. After an error it is half taken; work on a copy.
    pub(super) fn take(&mut self, movement: Movement, step: NavStep) -> Result<(), OutOfRange> {
        if let Movement::Realized { pnl, held_ms } = movement {
            if pnl.is_positive() {
                self.wins.add(pnl)?;
            } else {
                self.losses.add(pnl)?;
            }
            let sum_micros = self.wins.micros().checked_add(self.losses.micros()).ok_or(OutOfRange)?;
            self.pnl_drawdown.observe(sum_micros)?;
            self.held_ms = self.held_ms.checked_add(held_ms).ok_or(OutOfRange)?;
        }
        self.nav.take(step);
        Ok(())
    }

    pub(super) const fn total_return_micros(&self) -> i64 {
        // In range, as was checked when the last entry was taken.
        self.wins.micros().saturating_add(self.losses.micros())
    }

    pub(super) const fn num_trades(&self) -> i64 {
        self.wins.count() + self.losses.count()
    }

    pub(super) const fn wins(&self) -> &Outcomes {
        &self.wins
    }

    pub(super) const fn losses(&self) -> &Outcomes {
        &self.losses
    }

    pub(super) fn win_rate_pct(&self) -> Option<f64> {
        let trades = self.num_trades();
        (trades > 0).then(|| 100.0 * self.wins.count() as f64 / trades as f64)
    }

    pub(super) fn profit_factor(&self) -> Option<f64> {
        let lost_micros = self.losses.micros().unsigned_abs();
        (lost_micros > 0).then(|| self.wins.micros() as f64 / lost_micros as f64)
    }

    pub(super) fn avg_position_duration_minutes(&self) -> Option<f64> {
        let trades = self.num_trades();
        (trades > 0).then(|| self.held_ms as f64 / (trades as f64 * MILLIS_PER_MINUTE))
    }

    pub(super) const fn max_drawdown_micros(&self) -> i64 {
        self.pnl_drawdown.micros()
    }

    /// Of these days, if the capital was not lost in the period.
    pub(super) fn sharpe_ratio(&self, returns: Option<DailyReturns>) -> Option<f64> {
        returns.filter(|_| !self.nav.is_lost()).and_then(DailyReturns::sharpe_ratio)
    }
}
