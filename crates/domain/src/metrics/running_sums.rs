//! How the sums of one subject stood at the end of a day: all that is needed to go on from there.

use serde::{Deserialize, Serialize};

use crate::{
    OutOfRange, StrategyId, Timeframe, UnixMillis,
    metrics::{
        Period, PeriodMetrics,
        movement::Movement,
        nav::{NavStep, Segment},
        returns::DailyReturns,
        sums::PeriodSums,
    },
};

/// The sums of a strategy, or of all strategies together, at the end of a UTC day with entries. A refresh gives them
/// with each daily row; the next one goes on from the last ones before the entries that it has not seen.
///
/// Kept as JSON. Whoever reads it back needs a parser that keeps every bit of a double, as `serde_json` does with its
/// feature `float_roundtrip`.
///
/// ```
/// use nailsage_domain::{LedgerEntry, UnixMillis, metrics::{MetricsRefresh, RunningSums}};
///
/// let registered: LedgerEntry = serde_json::from_str(
///     r#"{"strategy_id": 1, "seq": 1, "kind": "register", "delta": "0", "balance": "10000",
///         "commit_seq": 1, "timestamp": 1640991600000, "created_at": 1640991600000}"#,
/// )?;
/// let mut refresh = MetricsRefresh::new(registered.timestamp, None);
/// refresh.observe(&registered)?;
/// let as_of = refresh.as_of();
///
/// let mut next = MetricsRefresh::new(UnixMillis::new(1_641_200_000_000)?, Some(as_of));
/// for row in refresh.finish() {
///     if let Some(sums) = row.running_sums {
///         let stored = serde_json::to_string(&sums)?;
///         let sums: RunningSums = serde_json::from_str(&stored)?;
///         assert_eq!(sums.last_entry(), registered.timestamp);
///         next.resume(row.strategy_id, &sums)?;
///     }
/// }
/// // Two days have passed without an entry: more complete days for the strategy and for all strategies together, of the
/// // week, of the month that the first one was the last day of, and of all times.
/// assert_eq!(next.finish().len(), 6);
/// # Ok::<(), Box<dyn std::error::Error>>(())
/// ```
#[derive(Debug, Clone, Copy, PartialEq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct RunningSums {
    /// The first entry that is in them: days are counted from its day on.
    first_entry: UnixMillis,
    last_entry: UnixMillis,
    segment: Segment,
    /// The balances of all strategies together, in micro-USDT; `None` for a single one, whose entries tell it.
    base_micros: Option<i64>,
    /// With how much a strategy joined all together by an entry dated before its registration, in micro-USDT; `None` once
    /// that is settled, and for all together.
    unsettled_micros: Option<i64>,
    /// The return of the last day; `None` when it is none that a mean of returns can be made of.
    day_return: Option<f64>,
    /// The ISO week of the last day.
    week: PeriodSums,
    /// The month of the last day.
    month: PeriodSums,
    all_time: PeriodSums,
}

impl RunningSums {
    /// Before the first entry, which is at this time.
    pub(super) fn before_first(at: UnixMillis, is_all_strategies: bool) -> Self {
        let sums = PeriodSums::new(Segment::Unstarted);
        Self {
            first_entry: at,
            last_entry: at,
            segment: Segment::Unstarted,
            base_micros: is_all_strategies.then_some(0),
            unsettled_micros: None,
            day_return: Some(0.0),
            week: sums,
            month: sums,
            all_time: sums,
        }
    }

    /// The last entry that is in them, in Unix milliseconds; its UTC day is the last active one.
    #[must_use]
    pub const fn last_entry(&self) -> UnixMillis {
        self.last_entry
    }

    pub(super) const fn is_of_all_strategies(&self) -> bool {
        self.base_micros.is_some()
    }

    pub(super) const fn base_micros(&self) -> Option<i64> {
        self.base_micros
    }

    /// Remembers with how much the strategy joined until its registration is seen.
    pub(super) const fn leave_unsettled(&mut self, joined_micros: i64) {
        self.unsettled_micros = Some(joined_micros);
    }

    /// With how much the strategy joined, if its registration has not been seen since.
    pub(super) const fn settle(&mut self) -> Option<i64> {
        self.unsettled_micros.take()
    }

    pub(super) const fn segment(&self) -> Segment {
        self.segment
    }

    /// Takes an entry of the last active day, and tells what it does to the NAV.
    pub(super) fn take(
        &mut self,
        at: UnixMillis,
        movement: Movement,
        base_before_micros: i64,
    ) -> Result<NavStep, OutOfRange> {
        let base_after_micros = base_before_micros.checked_add(movement.delta_micros()).ok_or(OutOfRange)?;
        let step = match movement {
            Movement::Register => NavStep::Rest,
            Movement::Flow { delta_micros } => self.segment.flow(delta_micros, base_after_micros),
            Movement::Realized { pnl, .. } => self.segment.realized(base_before_micros, pnl),
        };
        for sums in [&mut self.week, &mut self.month, &mut self.all_time] {
            sums.take(movement, step)?;
        }
        self.base_micros = self.base_micros.map(|_| base_after_micros);
        self.last_entry = at;
        Ok(step)
    }

    /// The last day is over, with this return.
    pub(super) fn end_day(&mut self, day_return: Option<f64>) {
        for sums in [&mut self.week, &mut self.month, &mut self.all_time] {
            sums.nav.end_day();
        }
        self.day_return = day_return;
    }

    /// Goes on to the day of a later entry, after [`end_day`](Self::end_day): the days in between are complete, and the
    /// sums of a week or month that is over begin anew.
    pub(super) fn begin_day_of(&mut self, at: UnixMillis) {
        for timeframe in [Timeframe::Weekly, Timeframe::Monthly, Timeframe::AllTime] {
            let period = Period::containing(timeframe, at);
            let mut sums = *self.sums(timeframe);
            if period == Period::containing(timeframe, self.last_entry) {
                sums.returns = self.returns_before(sums.returns, at.utc_day());
            } else {
                sums = PeriodSums::new(self.segment);
                let since_day = self.first_entry.utc_day().max(period.start_day());
                sums.returns = DailyReturns::NONE.with_zeros(at.utc_day() - since_day);
            }
            match timeframe {
                Timeframe::Weekly => self.week = sums,
                Timeframe::Monthly => self.month = sums,
                Timeframe::Daily | Timeframe::AllTime => self.all_time = sums,
            }
        }
        self.last_entry = at;
        self.day_return = Some(0.0);
    }

    /// Of a period that the last active day lies in: the returns up to but not including `day`, going on from those
    /// before the last active day.
    fn returns_before(&self, returns: Option<DailyReturns>, day: i64) -> Option<DailyReturns> {
        let last_day = self.last_entry.utc_day();
        if day <= last_day {
            return returns;
        }
        returns?.with(self.day_return?)?.with_zeros(day - last_day - 1)
    }

    /// The row of the last active week or month, or of all times, when the days before `incomplete_day` are complete.
    pub(super) fn row(
        &self,
        strategy_id: Option<StrategyId>,
        timeframe: Timeframe,
        incomplete_day: i64,
    ) -> PeriodMetrics {
        let period = Period::containing(timeframe, self.last_entry);
        let sums = self.sums(timeframe);
        let returns = self.returns_before(sums.returns, incomplete_day.min(period.end_day()));
        PeriodMetrics::new(strategy_id, period, sums, returns)
    }

    const fn sums(&self, timeframe: Timeframe) -> &PeriodSums {
        match timeframe {
            Timeframe::Weekly => &self.week,
            Timeframe::Monthly => &self.month,
            // A day is not kept: it is over.
            Timeframe::Daily | Timeframe::AllTime => &self.all_time,
        }
    }
}
