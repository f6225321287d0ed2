//! The state as a command sees it while it is being decided: its own changes over what is there.

use std::collections::BTreeSet;

use nailsage_domain::{Position, PositionId, RequestKey, StarlistingId, StrategyId, StrategyKey, UnixMillis};

use crate::{
    plan::{Changes, PositionWrite, StrategyState, StrategyWrite},
    state::{Book, State},
};

/// The changes of a command, or of a signal's actions inside one, over a state that stays as it is. Dropping it undoes
/// them, ids included.
#[derive(Debug)]
pub(crate) struct Overlay<'a> {
    state: &'a State,
    below: Option<&'a Overlay<'a>>,
    pub(crate) changes: Changes,
    pub(crate) book: Book,
    /// The command's own time.
    pub(crate) at: UnixMillis,
    /// When the command is decided.
    pub(crate) now: UnixMillis,
    pub(crate) key: Option<&'a RequestKey>,
}

impl<'a> Overlay<'a> {
    pub(crate) fn new(state: &'a State, key: Option<&'a RequestKey>, at: UnixMillis, now: UnixMillis) -> Self {
        let mut book = state.book().clone();
        book.commit_seq += 1;
        book.updated_at = now;
        Self { state, below: None, changes: Changes::default(), book, at, now, key }
    }

    /// An overlay over this one.
    pub(crate) fn nested(&'a self) -> Self {
        Self {
            state: self.state,
            below: Some(self),
            changes: Changes::default(),
            book: self.book.clone(),
            at: self.at,
            now: self.now,
            key: self.key,
        }
    }

    /// Takes over what a nested overlay came to.
    pub(crate) fn absorb(&mut self, (changes, book): (Changes, Book)) {
        self.changes.absorb(changes);
        self.book = book;
    }

    pub(crate) fn into_parts(self) -> (Changes, Book) {
        (self.changes, self.book)
    }

    /// This overlay and those below it, the innermost first.
    fn layers(&self) -> impl Iterator<Item = &Overlay<'a>> {
        std::iter::successors(Some(self), |overlay| overlay.below)
    }

    pub(crate) fn strategy(&self, id: StrategyId) -> Option<&StrategyState> {
        self.layers()
            .find_map(|layer| layer.changes.strategies.get(&id).map(|(_, strategy)| strategy))
            .or_else(|| self.state.strategy(id))
    }

    pub(crate) fn strategy_id(&self, key: &StrategyKey) -> Option<StrategyId> {
        self.state.strategy_id(key).or_else(|| {
            self.layers().find_map(|layer| {
                let mut new = layer.changes.strategies.iter().filter(|(_, (write, _))| *write == StrategyWrite::New);
                new.find(|(_, (_, strategy))| strategy.strategy.key == *key).map(|(id, _)| *id)
            })
        })
    }

    pub(crate) fn position(&self, id: PositionId) -> Option<&Position> {
        self.layers()
            .find_map(|layer| layer.changes.positions.get(&id).map(|(_, position)| position))
            .or_else(|| self.state.position(id))
    }

    pub(crate) fn put_strategy(&mut self, write: StrategyWrite, strategy: StrategyState) {
        let slot = self.changes.strategies.entry(strategy.strategy.id);
        let write = match &slot {
            std::collections::btree_map::Entry::Occupied(known) => known.get().0.max(write),
            std::collections::btree_map::Entry::Vacant(_) => write,
        };
        slot.insert_entry((write, strategy));
    }

    pub(crate) fn put_position(&mut self, write: PositionWrite, position: Position) {
        let slot = self.changes.positions.entry(position.id);
        let write = match &slot {
            std::collections::btree_map::Entry::Occupied(known) => known.get().0.max(write),
            std::collections::btree_map::Entry::Vacant(_) => write,
        };
        slot.insert_entry((write, position));
    }

    /// The open positions of a strategy, on one market or on all, by id.
    pub(crate) fn open_of_strategy(&self, id: StrategyId, market: StarlistingId) -> BTreeSet<PositionId> {
        let mut ids: BTreeSet<_> = self.state.open_of_strategy(id).collect();
        ids.retain(|id| self.state.position(*id).is_some_and(|position| position.starlisting_id == market));
        self.correct(ids, |position| position.strategy_id == id && position.starlisting_id == market)
    }

    /// The open positions on a market, by id.
    pub(crate) fn open_on_market(&self, market: StarlistingId) -> BTreeSet<PositionId> {
        let ids = self.state.open_on_market(market).collect();
        self.correct(ids, |position| position.starlisting_id == market)
    }

    /// All open positions, by id.
    pub(crate) fn open_positions(&self) -> BTreeSet<PositionId> {
        self.correct(self.state.open_positions().collect(), |_| true)
    }

    /// All strategies, by id.
    pub(crate) fn strategy_ids(&self) -> BTreeSet<StrategyId> {
        let changed = self.layers().flat_map(|layer| layer.changes.strategies.keys().copied());
        self.state.strategies().map(|state| state.strategy.id).chain(changed).collect()
    }

    /// The positions that this command opened so far, by id.
    pub(crate) fn opened_here(&self) -> Vec<PositionId> {
        let mut ids: Vec<_> = self
            .layers()
            .flat_map(|layer| &layer.changes.positions)
            .filter(|(_, (write, _))| *write == PositionWrite::New)
            .map(|(id, _)| *id)
            .collect();
        ids.sort_unstable();
        ids
    }

    pub(crate) fn state(&self) -> &State {
        self.state
    }

    fn correct(&self, mut ids: BTreeSet<PositionId>, is_in_range: impl Fn(&Position) -> bool) -> BTreeSet<PositionId> {
        let mut layers: Vec<_> = self.layers().collect();
        layers.reverse();
        for (_, position) in layers.iter().flat_map(|layer| layer.changes.positions.values()) {
            if position.is_open() && is_in_range(position) {
                ids.insert(position.id);
            } else {
                ids.remove(&position.id);
            }
        }
        ids
    }
}
