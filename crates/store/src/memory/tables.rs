//! The append-only tables of the memory backend; what can change lives in its state.

use std::collections::BTreeMap;

use nailsage_domain::{Event, LedgerEntry, Signal, StrategyId, Trade};

use crate::plan::Writes;

/// Rows in the order of their ids, which are dense from 1.
#[derive(Debug, Default)]
pub(super) struct Tables {
    pub(super) trades: Vec<Trade>,
    pub(super) signals: Vec<Signal>,
    pub(super) events: Vec<Event>,
    pub(super) ledger: BTreeMap<StrategyId, Vec<LedgerEntry>>,
}

impl Tables {
    pub(super) fn append(&mut self, writes: Writes) {
        self.trades.extend(writes.trades);
        self.signals.extend(writes.signals);
        self.events.extend(writes.events);
        for entry in writes.ledger {
            self.ledger.entry(entry.strategy_id).or_default().push(entry);
        }
    }
}
