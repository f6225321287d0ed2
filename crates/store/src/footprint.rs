//! What a command touches: all that a backend must load before the command can be decided.

use std::collections::BTreeSet;

use nailsage_domain::{PositionId, RequestKey, StarlistingId, UnixMillis};

use crate::{
    action::Action,
    command::Command,
    reference::{PositionRef, StrategyRef},
};

/// The rows to load, for one command or for a whole group.
///
/// A loaded position brings its strategy, a loaded strategy its totals, and a loaded request the position that it
/// opened, if it opened exactly one.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Footprint {
    /// Requests, with what they opened.
    pub keys: BTreeSet<RequestKey>,
    /// Strategies.
    pub strategies: BTreeSet<StrategyRef>,
    /// Positions.
    pub positions: BTreeSet<PositionId>,
    /// All open positions of these strategies on these markets; on the strategy's own where none is given.
    pub open_of: BTreeSet<(StrategyRef, Option<StarlistingId>)>,
    /// All open positions on these markets.
    pub markets: BTreeSet<StarlistingId>,
    /// All strategies, and all open positions.
    pub everything: bool,
    /// What refreshing metrics at this time needs.
    pub metrics_at: Option<UnixMillis>,
}

impl Footprint {
    /// What one command touches.
    #[must_use]
    pub fn of(command: &Command) -> Self {
        let mut footprint = Self::default();
        footprint.add(command);
        footprint
    }

    /// Adds what another command touches.
    pub fn add(&mut self, command: &Command) {
        self.keys.extend(command.key.clone());
        for action in &command.actions {
            self.add_action(action);
            if matches!(action, Action::RefreshMetrics(_)) {
                self.metrics_at = Some(command.at);
            }
        }
    }

    /// Whether a command touches a whole market or the whole book, so that it forms a group of its own.
    #[must_use]
    pub fn is_wide(command: &Command) -> bool {
        command.actions.iter().any(is_wide)
    }

    fn add_action(&mut self, action: &Action) {
        match action {
            Action::RegisterStrategy(it) => self.add_strategy(&StrategyRef::Key(it.strategy.clone())),
            Action::Activate(it) => self.add_strategy(&it.strategy),
            Action::Deactivate(it) => self.add_strategy(&it.strategy),
            Action::RecordSignal(it) => {
                self.add_strategy(&it.strategy);
                for action in &it.then {
                    self.add_action(action);
                }
            }
            Action::OpenPosition(it) => self.add_strategy(&it.strategy),
            Action::ClosePosition(it) => self.add_position(&it.position),
            Action::LiquidatePosition(it) => self.add_position(&it.position),
            Action::MarkMarket(it) => {
                self.markets.insert(it.starlisting_id);
            }
            Action::MarkPosition(it) => self.add_position(&it.position),
            Action::SetStops(it) => self.add_position(&it.position),
            Action::AdjustBankroll(it) => self.add_strategy(&it.strategy),
            Action::LogEvent(it) => {
                if let Some(strategy) = &it.strategy {
                    self.add_strategy(strategy);
                }
            }
            Action::TakeSnapshot(_) | Action::RecordRecovery(_) => self.everything = true,
            Action::RecordSnapshot(_) | Action::RefreshMetrics(_) => {}
        }
    }

    fn add_strategy(&mut self, strategy: &StrategyRef) {
        if !self.strategies.contains(strategy) {
            self.strategies.insert(strategy.clone());
        }
    }

    fn add_position(&mut self, position: &PositionRef) {
        match position {
            PositionRef::Id(id) => {
                self.positions.insert(*id);
            }
            PositionRef::OpenedBy(key) => {
                self.keys.insert(key.clone());
            }
            PositionRef::OnlyOpen { strategy, starlisting_id } => {
                self.add_strategy(strategy);
                self.open_of.insert((strategy.clone(), *starlisting_id));
            }
        }
    }
}

fn is_wide(action: &Action) -> bool {
    match action {
        Action::MarkMarket(_) | Action::TakeSnapshot(_) | Action::RefreshMetrics(_) | Action::RecordRecovery(_) => true,
        Action::RecordSignal(signal) => signal.then.iter().any(is_wide),
        _ => false,
    }
}
