//! The part of the book that decisions look at: loaded by a backend, changed only by applying plans.

mod book;
mod overlay;

use std::{
    collections::{BTreeSet, HashMap},
    sync::Arc,
};

use nailsage_domain::{Position, PositionId, RequestKey, StarlistingId, StrategyId, StrategyKey};

pub use book::Book;
pub(crate) use overlay::Overlay;

use crate::{
    metrics::MetricsInput,
    plan::{Plan, Request, StrategyState},
};

/// Rows of the book, as of one moment. A backend fills it with a [`Footprint`](crate::footprint::Footprint)'s rows;
/// the memory backend keeps the whole book in one.
///
/// What was not loaded counts as absent, so a backend must load the whole footprint.
#[derive(Debug, Clone, PartialEq)]
pub struct State {
    book: Book,
    strategies: HashMap<StrategyId, StrategyState>,
    strategy_ids: HashMap<StrategyKey, StrategyId>,
    positions: HashMap<PositionId, Position>,
    open_of_strategy: BTreeSet<(StrategyId, PositionId)>,
    open_on_market: BTreeSet<(StarlistingId, PositionId)>,
    /// Shared with what is to be written; a request never changes.
    requests: HashMap<RequestKey, Arc<Request>>,
    /// Only while metrics are refreshed.
    metrics: MetricsInput,
}

impl State {
    /// A state with nothing loaded but the book row.
    #[must_use]
    pub fn new(book: Book) -> Self {
        Self {
            book,
            strategies: HashMap::new(),
            strategy_ids: HashMap::new(),
            positions: HashMap::new(),
            open_of_strategy: BTreeSet::new(),
            open_on_market: BTreeSet::new(),
            requests: HashMap::new(),
            metrics: MetricsInput::default(),
        }
    }

    /// Puts a loaded strategy in.
    pub fn put_strategy(&mut self, state: StrategyState) {
        self.strategy_ids.insert(state.strategy.key.clone(), state.strategy.id);
        self.strategies.insert(state.strategy.id, state);
    }

    /// Puts a loaded position in.
    pub fn put_position(&mut self, position: Position) {
        let by_strategy = (position.strategy_id, position.id);
        let by_market = (position.starlisting_id, position.id);
        if position.is_open() {
            self.open_of_strategy.insert(by_strategy);
            self.open_on_market.insert(by_market);
        } else {
            self.open_of_strategy.remove(&by_strategy);
            self.open_on_market.remove(&by_market);
        }
        self.positions.insert(position.id, position);
    }

    /// Puts a loaded request in.
    pub fn put_request(&mut self, request: impl Into<Arc<Request>>) {
        let request = request.into();
        self.requests.insert(request.key.clone(), request);
    }

    /// Puts in what refreshing metrics needs.
    pub fn put_metrics(&mut self, input: MetricsInput) {
        self.metrics = input;
    }

    /// What refreshing metrics needs, if it is loaded.
    #[must_use]
    pub fn metrics(&self) -> &MetricsInput {
        &self.metrics
    }

    /// The book row.
    #[must_use]
    pub fn book(&self) -> &Book {
        &self.book
    }

    /// A strategy, if it is loaded.
    #[must_use]
    pub fn strategy(&self, id: StrategyId) -> Option<&StrategyState> {
        self.strategies.get(&id)
    }

    /// A strategy's id by its name, if it is loaded.
    #[must_use]
    pub fn strategy_id(&self, key: &StrategyKey) -> Option<StrategyId> {
        self.strategy_ids.get(key).copied()
    }

    /// A position, if it is loaded.
    #[must_use]
    pub fn position(&self, id: PositionId) -> Option<&Position> {
        self.positions.get(&id)
    }

    /// A request, if it is loaded.
    #[must_use]
    pub fn request(&self, key: &RequestKey) -> Option<&Request> {
        self.requests.get(key).map(Arc::as_ref)
    }

    /// All loaded strategies, in no particular order.
    pub fn strategies(&self) -> impl Iterator<Item = &StrategyState> {
        self.strategies.values()
    }

    /// All loaded open positions, in no particular order.
    pub fn open_positions(&self) -> impl Iterator<Item = PositionId> + '_ {
        self.open_on_market.iter().map(|(_, id)| *id)
    }

    /// The loaded open positions of a strategy, by id.
    pub fn open_of_strategy(&self, id: StrategyId) -> impl Iterator<Item = PositionId> + '_ {
        range_of(&self.open_of_strategy, id)
    }

    /// The loaded open positions on a market, by id.
    pub fn open_on_market(&self, id: StarlistingId) -> impl Iterator<Item = PositionId> + '_ {
        range_of(&self.open_on_market, id)
    }

    /// Makes a plan true. The only way in which a state changes after loading.
    pub fn apply(&mut self, plan: &Plan) {
        for (_, strategy) in plan.changes.strategies.values() {
            // Names never change, so only a new strategy needs its name put in.
            if let Some(known) = self.strategies.get_mut(&strategy.strategy.id) {
                known.clone_from(strategy);
            } else {
                self.put_strategy(strategy.clone());
            }
        }
        for (_, position) in plan.changes.positions.values() {
            self.put_position(position.clone());
        }
        if let Some(request) = &plan.request {
            self.put_request(Arc::clone(request));
        }
        self.book.clone_from(&plan.book);
    }
}

fn range_of<A: Copy + Ord>(set: &BTreeSet<(A, PositionId)>, first: A) -> impl Iterator<Item = PositionId> + '_ {
    set.range((first, PositionId::FIRST)..).take_while(move |(owner, _)| *owner == first).map(|(_, id)| *id)
}
