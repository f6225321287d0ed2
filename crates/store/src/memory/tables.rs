//! The append-only tables of the memory backend; what can change lives in its state.

use std::collections::BTreeMap;

use nailsage_domain::{Event, LedgerEntry, Signal, StateSnapshot, StrategyId, StrategySnapshot, Trade};

use crate::plan::Writes;

/// Rows in the order of their ids, which are dense from 1.
#[derive(Debug, Default)]
pub(super) struct Tables {
    pub(super) trades: Vec<Trade>,
    pub(super) signals: Vec<Signal>,
    pub(super) events: Vec<Event>,
    pub(super) snapshots: Vec<StateSnapshot>,
    pub(super) strategy_snapshots: Vec<StrategySnapshot>,
    pub(super) ledger: BTreeMap<StrategyId, Vec<LedgerEntry>>,
}

impl Tables {
    pub(super) fn append(&mut self, writes: Writes) {
        self.trades.extend(writes.trades);
        self.signals.extend(writes.signals);
        self.events.extend(writes.events);
        self.snapshots.extend(writes.snapshots);
        self.strategy_snapshots.extend(writes.strategy_snapshots);
        for entry in writes.ledger {
            self.ledger.entry(entry.strategy_id).or_default().push(entry);
        }
    }
    /// What a strategy had at each snapshot.
    pub(super) fn snapshots_of(&self, strategy_id: StrategyId) -> Vec<StrategySnapshot> {
        self.strategy_snapshots.iter().filter(|snapshot| snapshot.strategy_id == strategy_id).cloned().collect()
    }
}
