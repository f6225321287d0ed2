//! Questions in the order of time: snapshots, the curves that they make, and metrics.

use nailsage_domain::{
    CurvePoint, EquityCurve, Reason, SignalType, SnapshotId, StarlistingId, StrategyId, Timeframe, UnixMillis,
};
use serde::Serialize;

use crate::{
    by_time::TimeSpan,
    metrics::MetricRow,
    reader::{Order, PAGE_ROWS_MAX},
};

/// Where a page in the order of time goes on: after this time, and at it after this row.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Serialize)]
pub struct TimeCursor<Id> {
    /// The last row's time.
    pub timestamp: UnixMillis,
    /// Its id.
    pub id: Id,
}

/// Which snapshots, in the order of time.
#[derive(Debug, Clone, PartialEq)]
pub struct SnapshotQuery {
    /// Only those at this time or later.
    pub since: Option<UnixMillis>,
    /// Only those before this time.
    pub until: Option<UnixMillis>,
    /// Only rows after this one, in the order asked for.
    pub after: Option<TimeCursor<SnapshotId>>,
    /// At most so many rows, from 1 to [`PAGE_ROWS_MAX`]; what lies outside is brought inside.
    pub limit: u32,
    /// Oldest or newest first.
    pub order: Order,
}

impl Default for SnapshotQuery {
    fn default() -> Self {
        Self { since: None, until: None, after: None, limit: 100, order: Order::Ascending }
    }
}

impl SnapshotQuery {
    /// The part of the list that the page is taken from.
    #[must_use]
    pub fn span(&self) -> TimeSpan {
        let after = self.after.map(|after| (after.timestamp.get(), after.id.get()));
        TimeSpan::new(self.since, self.until, after, self.order)
    }

    /// The latest one.
    #[must_use]
    pub fn latest() -> Self {
        Self { limit: 1, order: Order::Descending, ..Self::default() }
    }

    /// The limit, brought inside its range.
    #[must_use]
    pub fn rows(&self) -> u32 {
        self.limit.clamp(1, PAGE_ROWS_MAX)
    }
}

/// The fewest points that a curve can be asked for.
pub const CURVE_POINTS_MIN: u32 = 5;

/// The most points that a curve can be asked for.
pub const CURVE_POINTS_MAX: u32 = 10_000;

/// Which equity curve, and how finely.
#[derive(Debug, Clone, PartialEq)]
pub struct CurveQuery {
    /// This strategy's; that of all together when absent.
    pub strategy_id: Option<StrategyId>,
    /// From this time on.
    pub since: Option<UnixMillis>,
    /// Before this time.
    pub until: Option<UnixMillis>,
    /// At most so many points, from [`CURVE_POINTS_MIN`] to [`CURVE_POINTS_MAX`]; what lies outside is brought inside.
    pub points_max: u32,
}

impl Default for CurveQuery {
    fn default() -> Self {
        Self { strategy_id: None, since: None, until: None, points_max: 1_000 }
    }
}

impl CurveQuery {
    /// An empty curve of so many points.
    #[must_use]
    pub fn curve(&self) -> EquityCurve {
        // At most ten thousand, so it fits.
        EquityCurve::new(self.points_max.clamp(CURVE_POINTS_MIN, CURVE_POINTS_MAX) as usize)
    }
}

/// An equity curve.
#[derive(Debug, Clone, PartialEq, Serialize)]
pub struct Curve {
    /// Its points, in the order of time; every extreme is among them.
    pub points: Vec<CurvePoint>,
    /// How many snapshots it was made of.
    pub num_snapshots: u64,
}

impl From<EquityCurve> for Curve {
    fn from(curve: EquityCurve) -> Self {
        Self { num_snapshots: curve.count(), points: curve.into_points() }
    }
}

/// Which signals are counted.
#[derive(Debug, Clone, PartialEq, Default)]
pub struct FunnelQuery {
    /// Only this strategy's.
    pub strategy_id: Option<StrategyId>,
    /// Only those about this market.
    pub starlisting_id: Option<StarlistingId>,
    /// Only those at this time or later.
    pub since: Option<UnixMillis>,
    /// Only those before this time.
    pub until: Option<UnixMillis>,
}

/// How many signals of one type had one fate.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct FunnelRow {
    /// What they said.
    pub signal_type: SignalType,
    /// Why they were not traded; absent for those that were.
    pub rejection_reason: Option<Reason>,
    /// How many there are.
    pub count: i64,
}

/// Whose metrics.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub enum MetricsOf {
    /// Those of every strategy, and those of all together.
    #[default]
    Everyone,
    /// Those of all strategies together.
    All,
    /// Those of one strategy.
    Strategy(StrategyId),
}

/// Where a page of metrics goes on: after this period, and in it after this strategy.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Serialize)]
pub struct MetricCursor {
    /// The start of the last row's period, in Unix milliseconds.
    pub start_ms: i64,
    /// Whose row it was; none for that of all strategies together, which comes first.
    pub strategy_id: Option<StrategyId>,
}

/// Which metrics, in the order of their periods.
#[derive(Debug, Clone, PartialEq)]
pub struct MetricsQuery {
    /// Whose.
    pub of: MetricsOf,
    /// Of which kind of period.
    pub timeframe: Timeframe,
    /// Only periods that begin at this time or later; `all_time` begins before every time.
    pub since: Option<UnixMillis>,
    /// Only periods that begin before this time.
    pub until: Option<UnixMillis>,
    /// Only rows after this one, in the order asked for.
    pub after: Option<MetricCursor>,
    /// At most so many rows, from 1 to [`PAGE_ROWS_MAX`]; what lies outside is brought inside.
    pub limit: u32,
    /// Oldest or newest first.
    pub order: Order,
}

impl MetricsQuery {
    /// All metrics of a kind of period, the oldest first.
    #[must_use]
    pub fn of(of: MetricsOf, timeframe: Timeframe) -> Self {
        Self { of, timeframe, since: None, until: None, after: None, limit: 100, order: Order::Ascending }
    }

    /// The limit, brought inside its range.
    #[must_use]
    pub fn rows(&self) -> u32 {
        self.limit.clamp(1, PAGE_ROWS_MAX)
    }
}

impl From<&MetricRow> for MetricCursor {
    fn from(row: &MetricRow) -> Self {
        Self { start_ms: row.metrics.period.start_ms, strategy_id: row.metrics.strategy_id }
    }
}
