//! How far a path fell below its highest point.

/// The largest fall of a NAV path from a peak before it, as a share of that peak.
#[derive(Debug, Clone, Copy, PartialEq)]
pub(super) struct NavDrawdown {
    peak: f64,
    largest: f64,
}

impl NavDrawdown {
    /// At the period's initial point.
    pub(super) const START: Self = Self { peak: 1.0, largest: 0.0 };

    /// Takes the next point. At 0, where a segment ends, the fall is the whole, so that it does not matter which peak a
    /// segment after that is measured by.
    pub(super) fn observe(&mut self, nav: f64) {
        self.peak = self.peak.max(nav);
        self.largest = self.largest.max((self.peak - nav) / self.peak);
    }

    /// As a percentage, from 0 to 100.
    pub(super) fn percent(self) -> f64 {
        self.largest * 100.0
    }
}

/// The largest fall of a cumulative P&L from a peak before it, in micro-USDT. Flows are no P&L, so they are not in it.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) struct PnlDrawdown {
    sum: i128,
    peak: i128,
    largest: i128,
}

impl PnlDrawdown {
    pub(super) const START: Self = Self { sum: 0, peak: 0, largest: 0 };

    pub(super) fn observe(&mut self, pnl_micros: i64) {
        self.sum += i128::from(pnl_micros);
        self.peak = self.peak.max(self.sum);
        self.largest = self.largest.max(self.peak - self.sum);
    }

    pub(super) fn micros(self) -> i128 {
        self.largest
    }
}
