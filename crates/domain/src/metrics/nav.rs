//! Net asset value: what one unit of capital became, whatever was paid in or out on the way.

use crate::{UnixMillis, Usdt};

/// The factor by which a realized P&L multiplies the capital it was earned with: 1 + pnl / base, worked out as
/// (base + pnl) / base in one rounding. `None` when the base or what is left of it is not above 0; that ends the
/// segment.
///
/// ```
/// use nailsage_domain::{Usdt, metrics::growth_factor};
///
/// let base = Usdt::whole(10_000);
/// assert_eq!(growth_factor(base.micros(), Usdt::whole(-5_000)), Some(0.5));
/// assert_eq!(growth_factor(base.micros(), Usdt::whole(-10_000)), None);
/// ```
#[must_use]
pub fn growth_factor(base_micros: i64, pnl: Usdt) -> Option<f64> {
    let after_micros = i128::from(base_micros) + i128::from(pnl.micros());
    (base_micros > 0 && after_micros > 0).then(|| after_micros as f64 / base_micros as f64)
}

/// Whether there is capital that can grow.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Segment {
    /// Nothing has been observed.
    Unstarted,
    /// The NAV is a product of factors.
    Running,
    /// The capital was lost; a flow that brings new capital starts again at 1.
    Ended,
}

/// The NAV path of one period.
#[derive(Debug, Clone, Copy, PartialEq)]
pub(super) struct Nav {
    segment: Segment,
    /// Whether a segment ended in this period.
    was_lost: bool,
    /// The product of the days before `day`.
    before_day: f64,
    day: Option<i64>,
    /// The product of the entries of `day`. Kept apart, so that the NAV is a product of day factors to the last bit and
    /// can be worked out again from stored ones.
    day_factor: f64,
}

impl Nav {
    pub(super) const START: Self =
        Self { segment: Segment::Unstarted, was_lost: false, before_day: 1.0, day: None, day_factor: 1.0 };

    /// The NAV now: 1 before anything is observed, 0 while the capital is lost.
    pub(super) fn value(&self) -> f64 {
        match self.segment {
            Segment::Unstarted | Segment::Running => self.before_day * self.day_factor,
            Segment::Ended => 0.0,
        }
    }

    /// The return in percent: -100 if the capital was lost in this period, `None` if there never was any, or if it has
    /// outgrown a double (capital taken out again and again and earned anew from a millionth).
    pub(super) fn return_pct(&self) -> Option<f64> {
        match self.segment {
            _ if self.was_lost => Some(-100.0),
            Segment::Unstarted | Segment::Ended => None,
            Segment::Running => Some((self.value() - 1.0) * 100.0).filter(|percent| percent.is_finite()),
        }
    }

    /// Money was paid in or out, or a strategy began with it.
    pub(super) fn flow(&mut self, delta: Usdt, base_after: Usdt) {
        let starts = match self.segment {
            Segment::Unstarted => base_after.is_positive(),
            Segment::Running => false,
            // A profit may have lifted the bankroll above 0; taking some of that out brings no new capital.
            Segment::Ended => base_after.is_positive() && delta.is_positive(),
        };
        if starts {
            *self = Self { segment: Segment::Running, was_lost: self.was_lost, ..Self::START };
        }
    }

    /// A position ended. While the capital is lost there is nothing that it could multiply.
    pub(super) fn realized(&mut self, at: UnixMillis, base_before: Usdt, pnl: Usdt) {
        if self.segment == Segment::Ended {
            return;
        }
        self.segment = Segment::Running;
        let Some(factor) = growth_factor(base_before.micros(), pnl) else {
            self.segment = Segment::Ended;
            self.was_lost = true;
            return;
        };
        if self.day != Some(at.utc_day()) {
            self.before_day *= self.day_factor;
            self.day_factor = 1.0;
            self.day = Some(at.utc_day());
        }
        self.day_factor *= factor;
    }
}
