//! What refreshing metrics needs of the book, and how much of it at a time.
//!
//! A backend loads [`MetricsInput`] in the steps of [`MetricsLoading`]; the decision is made of it alone.

use std::collections::HashMap;

use nailsage_domain::{
    DAY_MILLIS, LedgerEntry, MetricId, StrategyId, Timeframe, UnixMillis,
    metrics::{PeriodMetrics, RunningSums},
};

use crate::state::Book;

/// The most ledger entries that one command takes, but at least a whole day: it bounds memory, and how long the book is
/// held. What is left is taken by the next command.
pub const METRICS_ENTRIES_MAX: u32 = 20_000;

/// The longest that a week or month begins before a time that lies in it.
const PERIOD_MAX_MS: i64 = 31 * DAY_MILLIS;

/// A row of metrics.
#[derive(Debug, Clone, PartialEq)]
pub struct MetricRow {
    /// Its number in the book.
    pub id: MetricId,
    /// What it says.
    pub metrics: PeriodMetrics,
    /// When the book first wrote it, by the book's clock.
    pub created_at: UnixMillis,
    /// When the book last wrote it, by the book's clock.
    pub updated_at: UnixMillis,
}

/// Whose metrics of which period: no two rows have the same.
pub type MetricPlace = (Option<StrategyId>, Timeframe, i64);

impl MetricRow {
    /// Whose metrics of which period it holds.
    #[must_use]
    pub fn place(&self) -> MetricPlace {
        (self.metrics.strategy_id, self.metrics.period.timeframe, self.metrics.period.start_ms)
    }
}

/// A row that is there already.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct KnownMetric {
    /// Its number in the book.
    pub id: MetricId,
    /// When the book first wrote it.
    pub created_at: UnixMillis,
}

/// What a refresh works with.
#[derive(Debug, Clone, Default, PartialEq)]
pub struct MetricsInput {
    /// How many rows there are. As many as were ever written, or somebody has deleted some.
    pub num_rows: i64,
    /// How the sums of every strategy, and of all together, stood at the end of their last active day before the entries.
    pub sums: Vec<(Option<StrategyId>, RunningSums)>,
    /// The entries that move money or begin a strategy, in the order of time, strategy and seq, in whole days.
    pub entries: Vec<LedgerEntry>,
    /// Where the entries that are left begin, if any are left.
    pub until: Option<UnixMillis>,
    /// The rows that may have to be written again.
    pub known: HashMap<MetricPlace, KnownMetric>,
}

/// The steps in which a backend loads the input.
///
/// 1. The number of rows, and the sums of every subject's last daily row before [`sums_before_ms`](Self::sums_before_ms);
///    with them it begins.
/// 2. Where there is a [`from`](Self::from): the time of the entry after [`METRICS_ENTRIES_MAX`] others from there on, which
///    gives the end, and the entries up to that.
/// 3. The rows of periods that begin at [`known_from_ms`](Self::known_from_ms) or later but before that end, and those of all
///    times.
#[derive(Debug)]
pub struct MetricsLoading {
    from: Option<UnixMillis>,
    oldest_ms: i64,
    num_rows: i64,
    sums: Vec<(Option<StrategyId>, RunningSums)>,
}

impl MetricsLoading {
    /// Sums are wanted of days that begin before this, in Unix milliseconds.
    #[must_use]
    pub fn sums_before_ms(book: &Book) -> i64 {
        book.metrics_from.map_or(i64::MAX, |from| day_start(from).get())
    }

    /// Begins with the book row, the refresh's own time, the number of rows, and the sums.
    ///
    /// Without those of all strategies together the metrics have never been worked out, or somebody has deleted them: then
    /// everything is worked out from the beginning.
    #[must_use]
    pub fn new(book: &Book, at: UnixMillis, num_rows: i64, mut sums: Vec<(Option<StrategyId>, RunningSums)>) -> Self {
        let has_sums = sums.iter().any(|(strategy_id, _)| strategy_id.is_none());
        if !has_sums {
            sums.clear();
        }
        let from = if has_sums { book.metrics_from.map(day_start) } else { Some(UnixMillis::MIN) };
        let oldest = [from, book.metrics_at].into_iter().flatten().fold(at, UnixMillis::min);
        Self { from, oldest_ms: oldest.get(), num_rows, sums }
    }

    /// Entries are wanted from this time on; none are when absent.
    #[must_use]
    pub fn from(&self) -> Option<UnixMillis> {
        self.from
    }

    /// Entries are wanted before this time, given the time of the one that is too many; all are when absent.
    #[must_use]
    pub fn until(&self, one_too_many: Option<UnixMillis>) -> Option<UnixMillis> {
        let (from, one_too_many) = (self.from?, one_too_many?);
        let first_day_end = UnixMillis::new(day_start(from).get() + DAY_MILLIS).ok()?;
        Some(day_start(one_too_many).max(first_day_end))
    }

    /// Rows are wanted of periods that begin from this time on and before the entries' end, in Unix milliseconds, and those
    /// of all times.
    #[must_use]
    pub fn known_from_ms(&self) -> i64 {
        self.oldest_ms - PERIOD_MAX_MS
    }

    /// Ends with what was loaded.
    #[must_use]
    pub fn into_input(
        self,
        until: Option<UnixMillis>,
        entries: Vec<LedgerEntry>,
        known: impl IntoIterator<Item = (MetricPlace, KnownMetric)>,
    ) -> MetricsInput {
        MetricsInput { num_rows: self.num_rows, sums: self.sums, entries, until, known: known.into_iter().collect() }
    }
}

/// The end of the entries as a bound in Unix milliseconds; beyond every time where there is none.
#[must_use]
pub fn end_ms(until: Option<UnixMillis>) -> i64 {
    until.map_or(i64::MAX, UnixMillis::get)
}

fn day_start(at: UnixMillis) -> UnixMillis {
    // Times begin at the start of a day, so the start of each day is a time.
    UnixMillis::new(at.utc_day() * DAY_MILLIS).unwrap_or(UnixMillis::MIN)
}
