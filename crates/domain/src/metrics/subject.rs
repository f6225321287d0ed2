//! One strategy, or all of them together, on its way through a refresh.

use crate::{
    OutOfRange, StrategyId, Timeframe, UnixMillis,
    metrics::{Period, PeriodMetrics, RunningSums, movement::Movement, sums::PeriodSums},
};

/// The periods that a day lies in, the day itself apart.
pub(super) const LONGER: [Timeframe; 3] = [Timeframe::AllTime, Timeframe::Monthly, Timeframe::Weekly];

/// The sums of a subject, and those of the day that is going on.
#[derive(Debug, Clone, Copy)]
pub(super) struct Subject {
    strategy_id: Option<StrategyId>,
    sums: RunningSums,
    /// `None` until an entry was observed: then the sums are those of the end of a day.
    day: Option<PeriodSums>,
}

/// The rows of periods that are over.
#[derive(Debug, Default)]
pub(super) struct OverRows {
    /// Of periods with observed entries.
    pub(super) touched: Vec<PeriodMetrics>,
    /// Of periods whose entries were all known before. Only the number of their complete days can have changed.
    pub(super) resumed: Vec<PeriodMetrics>,
}

impl Subject {
    pub(super) const fn resumed(strategy_id: Option<StrategyId>, sums: &RunningSums) -> Self {
        Self { strategy_id, sums: *sums, day: None }
    }

    /// One whose first entry is at this time.
    pub(super) fn first(strategy_id: Option<StrategyId>, at: UnixMillis) -> Self {
        let sums = RunningSums::before_first(at, strategy_id.is_none());
        Self { strategy_id, sums, day: Some(PeriodSums::new(sums.segment())) }
    }

    pub(super) const fn sums(&self) -> &RunningSums {
        &self.sums
    }

    pub(super) const fn sums_mut(&mut self) -> &mut RunningSums {
        &mut self.sums
    }

    /// Whether an entry was observed.
    pub(super) const fn is_touched(&self) -> bool {
        self.day.is_some()
    }

    /// Whether the day of an entry is one that has been completed: its sums were handed over, so it cannot be added to.
    pub(super) const fn is_closed_for(&self, at: UnixMillis) -> bool {
        self.day.is_none() && at.utc_day() <= self.sums.last_entry().utc_day()
    }

    /// Goes on to the day of an entry and takes what it moves. After an error it is half taken; work on a copy.
    pub(super) fn take(
        &mut self,
        at: UnixMillis,
        movements: impl IntoIterator<Item = (Movement, i64)>,
        over: &mut OverRows,
    ) -> Result<(), OutOfRange> {
        let mut day = match self.day {
            Some(day) if at.utc_day() == self.sums.last_entry().utc_day() => day,
            _ => self.begin_day_of(at, over),
        };
        for (movement, base_before_micros) in movements {
            let step = self.sums.take(at, movement, base_before_micros)?;
            day.take(movement, step)?;
        }
        self.day = Some(day);
        Ok(())
    }

    fn begin_day_of(&mut self, at: UnixMillis, over: &mut OverRows) -> PeriodSums {
        let day_row = self.end_day();
        for timeframe in [Timeframe::Monthly, Timeframe::Weekly] {
            let is_over = Period::containing(timeframe, at) != Period::containing(timeframe, self.sums.last_entry());
            if is_over {
                let rows = if self.is_touched() { &mut over.touched } else { &mut over.resumed };
                rows.push(self.sums.row(self.strategy_id, timeframe, at.utc_day()));
            }
        }
        over.touched.extend(day_row);
        self.sums.begin_day_of(at);
        PeriodSums::new(self.sums.segment())
    }

    /// Ends the day that is going on; its row, if there is one.
    fn end_day(&mut self) -> Option<PeriodMetrics> {
        let day = self.day?;
        self.sums.end_day(day.nav.day_return());
        let period = Period::containing(Timeframe::Daily, self.sums.last_entry());
        // One day alone has no deviation.
        let row = PeriodMetrics::new(self.strategy_id, period, &day, None);
        Some(PeriodMetrics { running_sums: Some(self.sums), ..row })
    }

    /// The rows of the day that is going on and of all periods that it lies in, when the days before `incomplete_day`
    /// are complete.
    pub(super) fn finish(mut self, incomplete_day: i64) -> Vec<PeriodMetrics> {
        let day_row = self.end_day();
        let mut rows: Vec<_> =
            LONGER.map(|timeframe| self.sums.row(self.strategy_id, timeframe, incomplete_day)).into();
        rows.extend(day_row);
        rows
    }
}
