//! The append-only tables of the memory backend; what can change lives in its state.

use std::collections::BTreeMap;

use nailsage_domain::{
    ClosedTotals, Event, LedgerEntry, MetricId, Signal, StateSnapshot, StrategyId, StrategySnapshot, Trade, UnixMillis,
};

use crate::{
    metrics::{KnownMetric, METRICS_ENTRIES_MAX, MetricRow, MetricsInput, MetricsLoading},
    plan::Writes,
    state::Book,
};

/// Rows in the order of their ids, which are dense from 1.
#[derive(Debug, Default)]
pub(super) struct Tables {
    pub(super) trades: Vec<Trade>,
    pub(super) signals: Vec<Signal>,
    pub(super) events: Vec<Event>,
    pub(super) snapshots: Vec<StateSnapshot>,
    pub(super) strategy_snapshots: Vec<StrategySnapshot>,
    /// By id, which are dense from 1.
    pub(super) metrics: BTreeMap<MetricId, MetricRow>,
    pub(super) ledger: BTreeMap<StrategyId, Vec<LedgerEntry>>,
    pub(super) daily_totals: BTreeMap<(UnixMillis, StrategyId), ClosedTotals>,
}

impl Tables {
    pub(super) fn append(&mut self, writes: Writes) {
        self.trades.extend(writes.trades);
        self.signals.extend(writes.signals);
        self.events.extend(writes.events);
        self.snapshots.extend(writes.snapshots);
        self.strategy_snapshots.extend(writes.strategy_snapshots);
        self.metrics.extend(writes.metrics.into_iter().map(|row| (row.id, row)));
        for day in writes.daily_totals {
            let totals = self.daily_totals.entry((day.day_start, day.strategy_id)).or_default();
            totals.add_all(&day.closed);
        }
        for entry in writes.ledger {
            self.ledger.entry(entry.strategy_id).or_default().push(entry);
        }
    }

    /// What refreshing metrics at this time needs.
    pub(super) fn metrics_input(&self, book: &Book, at: UnixMillis) -> MetricsInput {
        let before_ms = MetricsLoading::sums_before_ms(book);
        let mut sums = BTreeMap::new();
        for row in self.metrics.values().filter(|row| row.metrics.period.start_ms < before_ms) {
            if let Some(running_sums) = row.metrics.running_sums {
                let place = (row.metrics.period.start_ms, running_sums);
                let last = sums.entry(row.metrics.strategy_id).or_insert(place);
                if last.0 < place.0 {
                    *last = place;
                }
            }
        }
        let sums = sums.into_iter().map(|(strategy_id, (_, sums))| (strategy_id, sums)).collect();
        let loading = MetricsLoading::new(book, at, i64::try_from(self.metrics.len()).unwrap_or(i64::MAX), sums);
        let mut entries: Vec<_> =
            self.ledger.values().flatten().filter(|entry| entry.kind.counts_for_metrics(entry.seq)).collect();
        entries.retain(|entry| loading.from().is_some_and(|from| entry.timestamp >= from));
        entries.sort_by_key(|entry| (entry.timestamp, entry.strategy_id, entry.seq));
        let until = loading.until(entries.get(METRICS_ENTRIES_MAX as usize).map(|entry| entry.timestamp));
        entries.retain(|entry| until.is_none_or(|until| entry.timestamp < until));
        let known = self.metrics.values();
        let known = known.map(|row| (row.place(), KnownMetric { id: row.id, created_at: row.created_at }));
        loading.into_input(until, entries.into_iter().cloned().collect(), known)
    }

    /// What a strategy had at each snapshot.
    pub(super) fn snapshots_of(&self, strategy_id: StrategyId) -> Vec<StrategySnapshot> {
        self.strategy_snapshots.iter().filter(|snapshot| snapshot.strategy_id == strategy_id).cloned().collect()
    }
}
