//! How far a path fell below its highest point.

use serde::{Deserialize, Serialize};

use crate::OutOfRange;

/// The largest fall of a NAV path from a peak before it, as a share of that peak.
#[derive(Debug, Clone, Copy, PartialEq)]
pub(super) struct NavDrawdown {
    pub(super) peak: f64,
    pub(super) largest: f64,
}

impl NavDrawdown {
    /// At the period's initial point.
    pub(super) const START: Self = Self { peak: 1.0, largest: 0.0 };

    /// Takes the next point, above 0.
    pub(super) fn observe(&mut self, nav: f64) {
        self.peak = self.peak.max(nav);
        self.largest = self.largest.max((self.peak - nav) / self.peak);
    }

    /// All was lost: the fall is the whole, so that it does not matter which peak a segment after that is measured by.
    pub(super) fn lose_all(&mut self) {
        self.largest = 1.0;
    }

    /// As a percentage, from 0 to 100.
    pub(super) fn percent(self) -> f64 {
        self.largest * 100.0
    }
}

/// The largest fall of a cumulative P&L from a peak before it, in micro-USDT. Flows are no P&L, so they are not in it.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(into = "(i64, i64)", try_from = "(i64, i64)")]
pub(super) struct PnlDrawdown {
    peak_micros: i64,
    largest_micros: i64,
}

impl PnlDrawdown {
    /// At the period's initial point, where nothing is earned yet.
    pub(super) const START: Self = Self { peak_micros: 0, largest_micros: 0 };

    /// Takes the next sum.
    pub(super) fn observe(&mut self, sum_micros: i64) -> Result<(), OutOfRange> {
        self.peak_micros = self.peak_micros.max(sum_micros);
        let fall_micros = self.peak_micros.checked_sub(sum_micros).ok_or(OutOfRange)?;
        self.largest_micros = self.largest_micros.max(fall_micros);
        Ok(())
    }

    pub(super) const fn micros(self) -> i64 {
        self.largest_micros
    }
}

impl From<PnlDrawdown> for (i64, i64) {
    fn from(drawdown: PnlDrawdown) -> Self {
        (drawdown.peak_micros, drawdown.largest_micros)
    }
}

impl TryFrom<(i64, i64)> for PnlDrawdown {
    type Error = &'static str;

    fn try_from((peak_micros, largest_micros): (i64, i64)) -> Result<Self, Self::Error> {
        if peak_micros < 0 || largest_micros < 0 {
            return Err("a peak and a fall of the P&L are not below 0");
        }
        Ok(Self { peak_micros, largest_micros })
    }
}
