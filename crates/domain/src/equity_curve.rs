//! Equity curves: how far equity fell from its peak, and as many points as a picture can show.

use serde::Serialize;

use crate::{UnixMillis, Usdt};

/// The fewest points that a curve is brought down to: those that a single stretch of time keeps.
const POINTS_MIN: usize = 5;

/// What a curve needs of a snapshot.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct EquityPoint {
    /// When it was.
    pub timestamp: UnixMillis,
    /// What everything was worth, in USDT.
    pub equity: Usdt,
    /// The realized and the unrealized P&L since the beginning, in USDT. Paying in or out moves the equity, not this.
    pub realized_pnl: Usdt,
    /// The unrealized part.
    pub unrealized_pnl: Usdt,
}

/// A point of a curve.
#[derive(Debug, Clone, Copy, PartialEq, Serialize)]
pub struct CurvePoint {
    /// When it was.
    pub timestamp: UnixMillis,
    /// What everything was worth, in USDT.
    pub equity: Usdt,
    /// The P&L since the beginning, realized and unrealized, in micro-USDT: it may be wider than one amount.
    pub pnl_micros: i64,
    /// How far what one unit of capital became lay below its highest point before, in percent from 0 to 100.
    ///
    /// It is time-weighted: between two points, P&L multiplies by 1 + P&L / (equity at the first + what was paid in
    /// meanwhile), and what was paid in or taken out does nothing by itself. So what is paid in counts from the beginning
    /// of such a step and what is taken out until its end; a point just before a payment makes it exact. Where all was
    /// lost it is 100 until capital is paid in again.
    pub drawdown_pct: f64,
}

/// Takes points in the order of time, any number of them, and keeps at most so many, in as much memory.
///
/// As long as they fit, all are kept. Beyond that, time is cut into stretches of equal length, and each keeps its first
/// and last point, its lowest and highest equity and its deepest drawdown: so every extreme of the whole is there. The
/// drawdown is worked out from all points, however few are kept.
///
/// ```
/// use nailsage_domain::{EquityCurve, EquityPoint, UnixMillis, Usdt};
///
/// let mut curve = EquityCurve::new(100);
/// for minute in 0..100_000 {
///     let pnl = Usdt::whole(if minute == 54_321 { -5_000 } else { 0 });
///     curve.observe(EquityPoint {
///         timestamp: UnixMillis::new(1_640_995_200_000 + minute * 60_000)?,
///         equity: Usdt::whole(10_000).checked_add(pnl)?,
///         realized_pnl: Usdt::ZERO,
///         unrealized_pnl: pnl,
///     });
/// }
/// let points = curve.into_points();
/// assert!(points.len() <= 100);
/// assert!(points.iter().any(|point| point.equity == Usdt::whole(5_000) && point.drawdown_pct == 50.0));
/// # Ok::<(), Box<dyn std::error::Error>>(())
/// ```
#[derive(Debug, Clone)]
pub struct EquityCurve {
    points_max: usize,
    path: Path,
    count: u64,
    kept: Kept,
}

/// A point and its place among all.
#[derive(Debug, Clone, Copy)]
struct Placed {
    place: u64,
    point: CurvePoint,
}

#[derive(Debug, Clone)]
enum Kept {
    All(Vec<Placed>),
    /// Stretches of 2^`shift` milliseconds.
    Stretches {
        shift: u32,
        stretches: Vec<Stretch>,
    },
}

impl EquityCurve {
    /// A curve of at most so many points; at least 5 are kept.
    #[must_use]
    pub fn new(points_max: usize) -> Self {
        Self { points_max: points_max.max(POINTS_MIN), path: Path::Unstarted, count: 0, kept: Kept::All(Vec::new()) }
    }

    /// Takes the next point.
    pub fn observe(&mut self, point: EquityPoint) {
        // Each is below 2^53, so the sum fits.
        let pnl_micros = point.realized_pnl.micros() + point.unrealized_pnl.micros();
        self.path = self.path.after(Values { equity: point.equity.micros(), pnl: pnl_micros });
        let placed = Placed {
            place: self.count,
            point: CurvePoint {
                timestamp: point.timestamp,
                equity: point.equity,
                pnl_micros,
                drawdown_pct: self.path.drawdown_pct(),
            },
        };
        self.count += 1;
        match &mut self.kept {
            Kept::All(points) if points.len() < self.points_max => points.push(placed),
            Kept::All(points) => {
                let (mut stretches, mut shift) = (Vec::new(), 0);
                for placed in points.iter().copied().chain([placed]) {
                    push(&mut stretches, &mut shift, placed, self.points_max);
                }
                self.kept = Kept::Stretches { shift, stretches };
            }
            Kept::Stretches { shift, stretches } => push(stretches, shift, placed, self.points_max),
        }
    }

    /// How many points were taken.
    #[must_use]
    pub const fn count(&self) -> u64 {
        self.count
    }

    /// The points that were kept, in the order in which they came.
    #[must_use]
    pub fn into_points(self) -> Vec<CurvePoint> {
        match self.kept {
            Kept::All(points) => points.into_iter().map(|placed| placed.point).collect(),
            Kept::Stretches { stretches, .. } => stretches.iter().flat_map(Stretch::points).collect(),
        }
    }
}

/// Adds a point, and makes the stretches longer if there are too many.
fn push(stretches: &mut Vec<Stretch>, shift: &mut u32, placed: Placed, points_max: usize) {
    let next = Stretch::of(placed);
    match stretches.last_mut() {
        Some(last) if last.number(*shift) == next.number(*shift) => last.absorb(&next),
        Some(_) | None => stretches.push(next),
    }
    while stretches.len() * POINTS_MIN > points_max {
        *shift += 1;
        stretches.dedup_by(|next, stretch| {
            let is_same = next.number(*shift) == stretch.number(*shift);
            if is_same {
                stretch.absorb(next);
            }
            is_same
        });
    }
}

/// What is kept of a stretch of time.
#[derive(Debug, Clone, Copy)]
struct Stretch {
    first: Placed,
    last: Placed,
    lowest: Placed,
    highest: Placed,
    deepest: Placed,
}

impl Stretch {
    fn of(placed: Placed) -> Self {
        Self { first: placed, last: placed, lowest: placed, highest: placed, deepest: placed }
    }

    fn number(&self, shift: u32) -> i64 {
        // Times are far below 2^63, so that there is only one stretch long before the shift is too large.
        self.first.point.timestamp.get() >> shift
    }

    fn absorb(&mut self, next: &Self) {
        self.last = next.last;
        if next.lowest.point.equity < self.lowest.point.equity {
            self.lowest = next.lowest;
        }
        if next.highest.point.equity > self.highest.point.equity {
            self.highest = next.highest;
        }
        if next.deepest.point.drawdown_pct > self.deepest.point.drawdown_pct {
            self.deepest = next.deepest;
        }
    }

    fn points(&self) -> Vec<CurvePoint> {
        let mut placed = [self.first, self.last, self.lowest, self.highest, self.deepest];
        placed.sort_by_key(|placed| placed.place);
        let mut points = Vec::with_capacity(placed.len());
        let mut last = None;
        for Placed { place, point } in placed {
            if last != Some(place) {
                points.push(point);
            }
            last = Some(place);
        }
        points
    }
}

/// How what one unit of capital became lies to its peak.
#[derive(Debug, Clone, Copy)]
enum Path {
    Unstarted,
    Running {
        last: Values,
        /// NAV by its peak, above 0 and at most 1. Only that, because a NAV can outgrow a double.
        share_of_peak: f64,
    },
    /// All of it was lost, and none paid in since.
    Lost {
        last: Values,
    },
}

/// What a step needs to know of the point before it, in micro-USDT.
#[derive(Debug, Clone, Copy)]
struct Values {
    equity: i64,
    pnl: i64,
}

impl Path {
    fn start(last: Values) -> Self {
        // Where there is nothing yet, nothing was lost.
        if last.equity >= 0 { Self::Running { last, share_of_peak: 1.0 } } else { Self::Lost { last } }
    }

    fn after(self, next: Values) -> Self {
        match self {
            Self::Unstarted => Self::start(next),
            Self::Running { last, share_of_peak } => {
                let (earned, paid_in) = step(last, next);
                if earned == 0 {
                    return Self::Running { last: next, share_of_peak };
                }
                let base = i128::from(last.equity) + paid_in.max(0);
                let left = base + earned;
                if left <= 0 {
                    return Self::Lost { last: next };
                }
                // A profit from nothing has no rate.
                let factor = if base > 0 { left as f64 / base as f64 } else { 1.0 };
                Self::Running { last: next, share_of_peak: (share_of_peak * factor).min(1.0) }
            }
            Self::Lost { last } => {
                let (_, paid_in) = step(last, next);
                if paid_in > 0 { Self::start(next) } else { Self::Lost { last: next } }
            }
        }
    }

    fn drawdown_pct(self) -> f64 {
        match self {
            Self::Unstarted => 0.0,
            Self::Running { share_of_peak, .. } => (1.0 - share_of_peak) * 100.0,
            Self::Lost { .. } => 100.0,
        }
    }
}

/// What was earned from one point to the next, and what was paid in, less what was taken out, in micro-USDT.
fn step(last: Values, next: Values) -> (i128, i128) {
    let earned = i128::from(next.pnl) - i128::from(last.pnl);
    (earned, i128::from(next.equity) - i128::from(last.equity) - earned)
}
