//! Refreshing metrics: from ledger entries, and the sums before them, to the rows of all periods that change.

use std::collections::BTreeMap;

use thiserror::Error;

use crate::{
    LedgerEntry, OutOfRange, StrategyId, UnixMillis,
    metrics::{
        Period, PeriodMetrics, RunningSums,
        movement::Movement,
        subject::{OverRows, Subject},
    },
};

/// Why a refresh cannot go on.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Error)]
#[non_exhaustive]
pub enum RefreshError {
    /// A sum leaves its range.
    #[error(transparent)]
    OutOfRange(#[from] OutOfRange),
    /// An entry comes after a later one, or lies in a day that was finished before. To take a late entry, start again
    /// with the sums before its day.
    #[error("ledger entry {seq} of strategy {strategy_id} is not in the order of time, strategy and seq")]
    OutOfOrder {
        /// Whose entry it is.
        strategy_id: StrategyId,
        /// Its place in that ledger.
        seq: i64,
    },
    /// The sums of a strategy and those of all together were mistaken for each other, were given twice or too late, or
    /// those of all together are missing.
    #[error("the running sums given do not fit: those of every strategy and of all together, once, before any entry")]
    SumsDoNotFit,
}

/// Works out the metrics of every strategy and of all strategies together, for all periods that changed.
///
/// Give it the sums of every strategy, and of all together, as they stood at the end of their last active day before
/// some day, and then the entries of all strategies from that day on, in the order of (timestamp, strategy id, seq).
/// Without sums it starts at the beginning of the ledger. What it tells does not depend on where it started, to the
/// last bit: a late entry is taken by starting again from its day.
///
/// A large ledger can be taken in chunks of whole days: finish, and give the sums of each subject's last daily row to
/// the next refresh, with [`as_of`](Self::as_of) as its `previous_as_of`. Of rows of the same subject, timeframe and
/// start the later one is right.
///
/// ```
/// use nailsage_domain::{LedgerEntry, UnixMillis, metrics::MetricsRefresh};
///
/// let ledger: Vec<LedgerEntry> = serde_json::from_str(
///     r#"[{"strategy_id": 1, "seq": 1, "kind": "register", "delta": "0", "balance": "10000",
///          "commit_seq": 1, "timestamp": 1640991600000, "created_at": 1640991600000},
///         {"strategy_id": 1, "seq": 2, "kind": "close", "position_id": 1, "trade_id": 2, "delta": "-5000",
///          "balance": "5000", "held_ms": 60000, "commit_seq": 2, "timestamp": 1640991660000,
///          "created_at": 1640991660000}]"#,
/// )?;
/// let mut refresh = MetricsRefresh::new(UnixMillis::new(1_641_000_000_000)?, None);
/// for entry in &ledger {
///     refresh.observe(entry)?;
/// }
/// let rows = refresh.finish();
/// // A day, a week, a month and all times, for the strategy and for all strategies together.
/// assert_eq!(rows.len(), 8);
/// assert!(rows.iter().all(|row| row.total_return_pct == Some(-50.0)));
/// # Ok::<(), Box<dyn std::error::Error>>(())
/// ```
#[derive(Debug, Clone)]
pub struct MetricsRefresh {
    previous_as_of: Option<UnixMillis>,
    as_of: UnixMillis,
    subjects: BTreeMap<Option<StrategyId>, Subject>,
    touched: Vec<PeriodMetrics>,
    resumed: Vec<PeriodMetrics>,
    last_place: Option<(UnixMillis, StrategyId, i64)>,
}

impl MetricsRefresh {
    /// A refresh at this time; `previous_as_of` is what [`as_of`](Self::as_of) told in the refresh that made the rows
    /// there are, `None` if there are none.
    #[must_use]
    pub const fn new(at: UnixMillis, previous_as_of: Option<UnixMillis>) -> Self {
        Self {
            previous_as_of,
            as_of: at,
            subjects: BTreeMap::new(),
            touched: Vec::new(),
            resumed: Vec::new(),
            last_place: None,
        }
    }

    /// Goes on from these sums of a strategy, or, with `None`, of all strategies together.
    ///
    /// # Errors
    ///
    /// [`SumsDoNotFit`](RefreshError::SumsDoNotFit) when they are of the other kind, given a second time or after an
    /// entry; then they were not taken.
    pub fn resume(&mut self, strategy_id: Option<StrategyId>, sums: &RunningSums) -> Result<(), RefreshError> {
        let fits = sums.is_of_all_strategies() == strategy_id.is_none();
        if !fits || self.last_place.is_some() || self.subjects.contains_key(&strategy_id) {
            return Err(RefreshError::SumsDoNotFit);
        }
        self.as_of = self.as_of.max(sums.last_entry());
        self.subjects.insert(strategy_id, Subject::resumed(strategy_id, sums));
        Ok(())
    }

    /// Takes the next entry. Those that move no money may be left out: they change nothing.
    ///
    /// # Errors
    ///
    /// [`OutOfRange`](RefreshError::OutOfRange) when a sum leaves 64 bits,
    /// [`OutOfOrder`](RefreshError::OutOfOrder) when it belongs before what was taken, and
    /// [`SumsDoNotFit`](RefreshError::SumsDoNotFit) when strategies were resumed but not all of them together. Then the
    /// entry was not taken.
    pub fn observe(&mut self, entry: &LedgerEntry) -> Result<(), RefreshError> {
        let Some(movement) = Movement::of(entry) else {
            return Ok(());
        };
        let (at, strategy_id) = (entry.timestamp, entry.strategy_id);
        let out_of_order = RefreshError::OutOfOrder { strategy_id, seq: entry.seq };
        let place = (at, strategy_id, entry.seq);
        if self.last_place.is_some_and(|last_place| last_place >= place) {
            return Err(out_of_order);
        }
        if !self.subjects.is_empty() && !self.subjects.contains_key(&None) {
            return Err(RefreshError::SumsDoNotFit);
        }
        let subject = |id| self.subjects.get(&id).copied().unwrap_or_else(|| Subject::first(id, at));
        let (mut all, mut one) = (subject(None), subject(Some(strategy_id)));
        if all.is_closed_for(at) || one.is_closed_for(at) {
            return Err(out_of_order);
        }

        let mut over = OverRows::default();
        // A strategy's own order is that of its entries, which tell the balance; together it is the order of time.
        let before_micros = entry.balance.checked_sub(entry.delta)?.micros();
        let is_first = !self.subjects.contains_key(&Some(strategy_id));
        let joining = is_first.then_some((Movement::Flow { delta_micros: before_micros }, 0));
        one.take(at, joining.into_iter().chain([(movement, before_micros)]), &mut over)?;
        for movement in together(&mut one, is_first, movement, before_micros)? {
            let all_before_micros = all.sums().base_micros().unwrap_or(0);
            all.take(at, [(movement, all_before_micros)], &mut over)?;
        }

        self.subjects.insert(None, all);
        self.subjects.insert(Some(strategy_id), one);
        self.touched.append(&mut over.touched);
        self.resumed.append(&mut over.resumed);
        self.last_place = Some(place);
        self.as_of = self.as_of.max(at);
        Ok(())
    }

    /// The later of the refresh time and the latest entry known: a UTC day is complete when it is before the day of
    /// this time.
    #[must_use]
    pub const fn as_of(&self) -> UnixMillis {
        self.as_of
    }

    /// The rows to write: those of every period with an observed entry, and those whose complete days are not the same
    /// as in the previous refresh. All strategies together come first, then each strategy by its id; of each first all
    /// times, then months, weeks and days; of each of these the earliest first.
    #[must_use]
    pub fn finish(self) -> Vec<PeriodMetrics> {
        let incomplete_day = self.as_of.utc_day();
        let previous_day = self.previous_as_of.map(UnixMillis::utc_day);
        let has_changed = |period: Period| {
            previous_day.is_none_or(|previous_day| {
                let (first, end) = (incomplete_day.min(previous_day), incomplete_day.max(previous_day));
                first < end && period.start_day() < end && first < period.end_day()
            })
        };
        let mut rows = self.touched;
        rows.extend(self.resumed.into_iter().filter(|row| has_changed(row.period)));
        for subject in self.subjects.into_values() {
            let is_touched = subject.is_touched();
            let last_rows = subject.finish(incomplete_day).into_iter();
            rows.extend(last_rows.filter(|row| is_touched || has_changed(row.period)));
        }
        rows.sort_by_key(PeriodMetrics::place);
        rows
    }
}

/// What an entry of a strategy moves for all together.
///
/// A strategy joins with the balance that it had before its first entry in the order of time, whatever that entry is. For
/// its registration this is the initial bankroll. For a trade dated before that, it is what the strategy had when the
/// trade was recorded, and what it had earned until then comes once more, at its own times; so registering settles the
/// difference, which is nothing unless the trade was recorded after others. From there on the base is what the
/// balances add up to.
fn together(
    one: &mut Subject,
    is_first: bool,
    movement: Movement,
    before_micros: i64,
) -> Result<impl Iterator<Item = Movement> + use<>, OutOfRange> {
    let is_registration = matches!(movement, Movement::Register);
    let sums = one.sums_mut();
    if is_first && !is_registration {
        sums.leave_unsettled(before_micros);
    }
    let joined_micros = if is_registration { sums.settle() } else { None };
    let settled_micros = joined_micros.map(|joined| before_micros.checked_sub(joined).ok_or(OutOfRange)).transpose()?;
    let joining = is_first.then_some(Movement::Flow { delta_micros: before_micros });
    let settled = settled_micros.map(|delta_micros| Movement::Flow { delta_micros });
    Ok(joining.into_iter().chain([settled.unwrap_or(movement)]))
}
