//! What a decision writes: the rows of one command, and the coalesced rows of a group.

use std::{collections::BTreeMap, sync::Arc};

use nailsage_domain::{
    DailyTotals, Event, LedgerEntry, Position, PositionId, RequestKey, Signal, StateSnapshot, Strategy, StrategyId,
    StrategySnapshot, StrategyTotals, Trade, UnixMillis,
};

use crate::{
    answer::Outcome,
    daily::growth_of_days,
    fingerprint::Fingerprint,
    metrics::MetricRow,
    state::{Book, State},
};

/// A strategy's row and its totals, which are always written together.
#[derive(Debug, Clone, PartialEq)]
pub struct StrategyState {
    /// The strategy's row.
    pub strategy: Strategy,
    /// Its totals.
    pub totals: StrategyTotals,
}

/// Which columns of a strategy are to be written; a wider one includes the narrower ones. Its totals always are.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub enum StrategyWrite {
    /// The totals only.
    Totals,
    /// The bankroll too.
    Bankroll,
    /// All that can change.
    Terms,
    /// A new row.
    New,
}

/// Which columns of a position are to be written; a wider one includes the narrower ones.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub enum PositionWrite {
    /// Its mark and stops: nothing that an index holds.
    Revised,
    /// Its end.
    Ended,
    /// A new row.
    New,
}

/// An accepted key, its command's fingerprint and first outcome.
#[derive(Debug, Clone, PartialEq)]
pub struct Request {
    /// The key.
    pub key: RequestKey,
    /// What the command was.
    pub fingerprint: Fingerprint,
    /// What came of it.
    pub outcome: Outcome,
    /// Which position it opened, if it opened exactly one.
    pub opened_position_id: Option<PositionId>,
    /// The command's own time.
    pub timestamp: UnixMillis,
    /// When it was accepted.
    pub created_at: UnixMillis,
}

/// The rows that change, with their new values.
#[derive(Debug, Clone, Default, PartialEq)]
pub struct Changes {
    /// Strategies with their totals.
    pub strategies: BTreeMap<StrategyId, (StrategyWrite, StrategyState)>,
    /// Positions.
    pub positions: BTreeMap<PositionId, (PositionWrite, Position)>,
    /// New trades.
    pub trades: Vec<Trade>,
    /// New signals.
    pub signals: Vec<Signal>,
    /// New ledger rows.
    pub ledger: Vec<LedgerEntry>,
    /// New events.
    pub events: Vec<Event>,
    /// New snapshots.
    pub snapshots: Vec<StateSnapshot>,
    /// What each strategy had then.
    pub strategy_snapshots: Vec<StrategySnapshot>,
    /// Metrics, new and changed.
    pub metrics: Vec<MetricRow>,
}

impl Changes {
    /// Puts later changes over these.
    pub(crate) fn absorb(&mut self, later: Self) {
        for (id, (write, state)) in later.strategies {
            let slot = self.strategies.entry(id).or_insert_with(|| (write, state.clone()));
            *slot = (slot.0.max(write), state);
        }
        for (id, (write, position)) in later.positions {
            let slot = self.positions.entry(id).or_insert_with(|| (write, position.clone()));
            *slot = (slot.0.max(write), position);
        }
        self.trades.extend(later.trades);
        self.signals.extend(later.signals);
        self.ledger.extend(later.ledger);
        self.events.extend(later.events);
        self.snapshots.extend(later.snapshots);
        self.strategy_snapshots.extend(later.strategy_snapshots);
        self.metrics.extend(later.metrics);
    }
}

/// All that one accepted command does to the book.
#[derive(Debug, Clone, PartialEq)]
pub struct Plan {
    /// The answer.
    pub outcome: Outcome,
    /// The rows.
    pub changes: Changes,
    /// The key's row, if the command has a key.
    pub request: Option<Arc<Request>>,
    /// The book row afterwards.
    pub book: Book,
}

/// All that a group of accepted commands writes: each changed row once, with its last value.
#[derive(Debug, Clone, Default, PartialEq)]
pub struct Writes {
    /// Strategies that are new, then those of which more or less is written.
    pub strategies: Vec<(StrategyWrite, StrategyState)>,
    /// Positions.
    pub positions: Vec<(PositionWrite, Position)>,
    /// New trades, in order.
    pub trades: Vec<Trade>,
    /// New signals, in order.
    pub signals: Vec<Signal>,
    /// New ledger rows, in order.
    pub ledger: Vec<LedgerEntry>,
    /// By how much the totals of days grow, by day and strategy.
    pub daily_totals: Vec<DailyTotals>,
    /// New events, in order.
    pub events: Vec<Event>,
    /// New snapshots, in order.
    pub snapshots: Vec<StateSnapshot>,
    /// What each strategy had then, in order.
    pub strategy_snapshots: Vec<StrategySnapshot>,
    /// Metrics, new and changed. They come from one command, as refreshing forms a group of its own.
    pub metrics: Vec<MetricRow>,
    /// New requests, in order.
    pub requests: Vec<Arc<Request>>,
    /// The book row, if anything is written.
    pub book: Option<Book>,
}

/// Gathers the plans of a group.
#[derive(Debug, Default)]
pub(crate) struct Gathering {
    changes: Changes,
    requests: Vec<Arc<Request>>,
    is_empty: bool,
}

impl Gathering {
    pub(crate) fn new() -> Self {
        Self { is_empty: true, ..Self::default() }
    }

    pub(crate) fn add(&mut self, plan: Plan) {
        self.is_empty = false;
        self.changes.absorb(plan.changes);
        self.requests.extend(plan.request);
    }

    pub(crate) fn into_writes(self, state: &State) -> Writes {
        let Changes { strategies, positions, trades, signals, ledger, events, snapshots, strategy_snapshots, metrics } =
            self.changes;
        Writes {
            strategies: strategies.into_values().collect(),
            positions: positions.into_values().collect(),
            trades,
            signals,
            daily_totals: growth_of_days(&ledger),
            ledger,
            events,
            snapshots,
            strategy_snapshots,
            metrics,
            requests: self.requests,
            book: (!self.is_empty).then(|| state.book().clone()),
        }
    }
}

impl Writes {
    /// Whether there is nothing to write, because every command was refused or repeated.
    #[must_use]
    pub fn is_empty(&self) -> bool {
        self.book.is_none()
    }
}
