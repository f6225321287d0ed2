//! What a bot needs to carry on after a crash.

use std::collections::BTreeMap;

use nailsage_domain::{Position, Signal, StateSnapshot};
use serde::Serialize;

use crate::reader::{BookStatus, StrategyRecord};

/// How the book stands, as of one moment: everything that a bot needs to carry on where it stopped.
#[derive(Debug, Clone, PartialEq, Serialize)]
pub struct Recovery {
    /// The book itself.
    pub book: BookStatus,
    /// The strategies that are active or have open positions, by id.
    pub strategies: Vec<RecoveredStrategy>,
    /// The latest snapshot of all strategies together, by its time, if there is one.
    pub latest_snapshot: Option<StateSnapshot>,
}

/// Where a strategy stopped.
#[derive(Debug, Clone, PartialEq, Serialize)]
pub struct RecoveredStrategy {
    /// The strategy with its bankroll and totals.
    #[serde(flatten)]
    pub record: StrategyRecord,
    /// Its open positions with their stops, by id.
    pub open_positions: Vec<Position>,
    /// Its last signal on each market by the signal's time, executed or with the reason why not, by market.
    pub last_signals: Vec<Signal>,
}

impl Recovery {
    /// Puts together what was read at one moment: the strategies by id, all open positions by id, and their last signals by
    /// market.
    #[must_use]
    pub fn new(
        book: BookStatus,
        strategies: Vec<StrategyRecord>,
        open_positions: Vec<Position>,
        last_signals: Vec<Signal>,
        latest_snapshot: Option<StateSnapshot>,
    ) -> Self {
        let found = strategies.into_iter().map(|record| {
            (record.strategy.id, RecoveredStrategy { record, open_positions: Vec::new(), last_signals: Vec::new() })
        });
        let mut found: BTreeMap<_, _> = found.collect();
        for position in open_positions {
            if let Some(strategy) = found.get_mut(&position.strategy_id) {
                strategy.open_positions.push(position);
            }
        }
        for signal in last_signals {
            if let Some(strategy) = found.get_mut(&signal.strategy_id) {
                strategy.last_signals.push(signal);
            }
        }
        Self { book, strategies: found.into_values().collect(), latest_snapshot }
    }
}
