//! Net asset value: what one unit of capital became, whatever was paid in or out on the way.

use serde::{Deserialize, Serialize};

use crate::{
    Usdt,
    metrics::{
        day_return::{DayReturn, compound},
        drawdown::NavDrawdown,
    },
};

/// The first percentage and factor that the book does not hold.
const RETURN_BOUND: f64 = 1e308;

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

/// Whether there is capital that can grow. It carries over from period to period.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub(super) enum Segment {
    /// Nothing has been observed.
    Unstarted,
    /// The NAV is a product of factors.
    Running,
    /// The capital was lost; a flow that brings new capital starts again at 1.
    Ended,
}

/// What a ledger entry does to the NAV of every period it lies in.
#[derive(Debug, Clone, Copy, PartialEq)]
pub(super) enum NavStep {
    /// A segment starts at 1.
    Start,
    /// The NAV is multiplied by what is there afterwards by what was there before; both are above 0.
    Grow { before_micros: i64, after_micros: i64 },
    /// The capital is lost, or was and there still is none.
    Lose,
    /// Nothing: a flow, or a P&L that no running segment could earn.
    Rest,
}

impl Segment {
    /// Money was paid in or out, or a strategy began with it.
    pub(super) fn flow(&mut self, delta_micros: i64, base_after_micros: i64) -> NavStep {
        let starts = match self {
            Self::Unstarted => base_after_micros > 0,
            Self::Running => false,
            // A profit may have lifted the bankroll above 0; taking some of that out brings no new capital.
            Self::Ended => base_after_micros > 0 && delta_micros > 0,
        };
        if !starts {
            return NavStep::Rest;
        }
        *self = Self::Running;
        NavStep::Start
    }

    /// A position ended. While the capital is lost there is nothing that it could multiply.
    pub(super) fn realized(&mut self, base_before_micros: i64, pnl: Usdt) -> NavStep {
        if *self == Self::Ended {
            return if base_before_micros > 0 { NavStep::Rest } else { NavStep::Lose };
        }
        if growth_factor(base_before_micros, pnl).is_some() {
            *self = Self::Running;
            // Whoever keeps the base has checked that it fits.
            let after_micros = base_before_micros.saturating_add(pnl.micros());
            NavStep::Grow { before_micros: base_before_micros, after_micros }
        } else {
            *self = Self::Ended;
            NavStep::Lose
        }
    }
}

/// What became of the capital in a period.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
enum Fate {
    /// No segment has been running in it.
    Absent,
    /// Its NAV is a number.
    Kept,
    /// Its NAV has been more than a double can hold.
    Outgrown,
    /// A segment ended in it, or its NAV has become too small for a double.
    Lost,
}

/// The NAV path of one period, from 1 at its initial point, and how far it fell.
#[derive(Debug, Clone, Copy, PartialEq, Serialize, Deserialize)]
#[serde(into = "StoredPath", try_from = "StoredPath")]
pub(super) struct NavPath {
    fate: Fate,
    /// The product of the days before this one; 0 while the capital is lost.
    before_day: f64,
    /// The same less 1, worked out by itself: a small return would lose its digits in the 1.
    before_day_return: f64,
    /// What the entries of this day made of it. Kept apart, so that the NAV is a product of day factors to the last bit
    /// and can be gone on with from stored ones.
    day: DayReturn,
    drawdown: NavDrawdown,
}

impl NavPath {
    /// At the initial point of a period that begins in this state.
    pub(super) const fn new(segment: Segment) -> Self {
        let fate = if matches!(segment, Segment::Running) { Fate::Kept } else { Fate::Absent };
        Self { fate, before_day: 1.0, before_day_return: 0.0, day: DayReturn::NONE, drawdown: NavDrawdown::START }
    }

    pub(super) fn take(&mut self, step: NavStep) {
        match step {
            NavStep::Rest => {}
            NavStep::Start => {
                self.begin_day_at(1.0, 0.0);
                self.keep();
            }
            NavStep::Grow { before_micros, after_micros } => {
                self.keep();
                self.grow(before_micros, after_micros);
            }
            NavStep::Lose => self.lose(),
        }
    }

    fn keep(&mut self) {
        if self.fate == Fate::Absent {
            self.fate = Fate::Kept;
        }
    }

    fn grow(&mut self, before_micros: i64, after_micros: i64) {
        let has_vanished = self.before_day <= 0.0;
        if has_vanished || self.fate == Fate::Outgrown {
            return;
        }
        self.day.grow(before_micros, after_micros);
        let nav = self.value();
        if nav <= 0.0 {
            self.lose();
        } else if nav.is_finite() && self.earned().is_finite() {
            self.drawdown.observe(nav);
        } else {
            // Finite, so that it can be stored; what is told of it is that it cannot be told.
            self.begin_day_at(f64::MAX, f64::MAX);
            if self.fate != Fate::Lost {
                self.fate = Fate::Outgrown;
            }
        }
    }

    fn lose(&mut self) {
        self.fate = Fate::Lost;
        self.begin_day_at(0.0, -1.0);
        self.drawdown.lose_all();
    }

    /// The day is over: what comes next belongs to another.
    pub(super) fn end_day(&mut self) {
        self.begin_day_at(self.value(), self.earned());
    }

    fn begin_day_at(&mut self, nav: f64, earned: f64) {
        (self.before_day, self.before_day_return, self.day) = (nav, earned, DayReturn::NONE);
    }

    /// What one unit has earned.
    fn earned(&self) -> f64 {
        compound(self.before_day_return, self.day.value()).unwrap_or_else(|| self.value() - 1.0)
    }

    /// The NAV now: 1 before anything is observed, 0 while the capital is lost, the largest double once outgrown.
    pub(super) fn value(&self) -> f64 {
        self.before_day * self.day.factor()
    }

    pub(super) fn is_lost(&self) -> bool {
        self.fate == Fate::Lost
    }

    /// The return of the day that is going on, if it is one that a mean of returns can be made of: 0 when nothing was
    /// there to grow.
    pub(super) fn day_return(&self) -> Option<f64> {
        matches!(self.fate, Fate::Absent | Fate::Kept).then(|| self.day.value())
    }

    /// The return in percent: -100 if the capital was lost in this period, `None` if there never was any in it, or if it
    /// has outgrown a double (capital taken out again and again and earned anew from a millionth).
    pub(super) fn return_pct(&self) -> Option<f64> {
        match self.fate {
            Fate::Lost => Some(-100.0),
            Fate::Absent | Fate::Outgrown => None,
            Fate::Kept => Some(self.earned() * 100.0).filter(|percent| *percent < RETURN_BOUND),
        }
    }

    /// NAV at the end by NAV at the start; `None` where the return is, and where all was lost.
    pub(super) fn growth(&self) -> Option<f64> {
        self.return_pct().filter(|_| !self.is_lost()).map(|_| self.value())
    }

    pub(super) fn drawdown_pct(&self) -> f64 {
        self.drawdown.percent()
    }
}

/// Fate, NAV at the end of the day, what it has earned, its peak, its largest fall.
type StoredPath = (Fate, f64, f64, f64, f64);

impl From<NavPath> for StoredPath {
    fn from(path: NavPath) -> Self {
        (path.fate, path.value(), path.earned(), path.drawdown.peak, path.drawdown.largest)
    }
}

impl TryFrom<StoredPath> for NavPath {
    type Error = &'static str;

    fn try_from((fate, before_day, before_day_return, peak, largest): StoredPath) -> Result<Self, Self::Error> {
        let is_possible =
            before_day >= 0.0 && before_day_return >= -1.0 && peak >= 1.0 && (0.0..=1.0).contains(&largest);
        if !is_possible || (before_day <= 0.0 && fate != Fate::Lost) {
            return Err("a NAV is above 0 or lost, its peak at least 1, its fall at most the whole");
        }
        Ok(Self { fate, before_day, before_day_return, day: DayReturn::NONE, drawdown: NavDrawdown { peak, largest } })
    }
}
