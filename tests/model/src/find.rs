//! What a command's names stand for.

use nailsage_domain::Position;
use nailsage_store::{PositionRef, Refusal, StrategyRecord, StrategyRef};

use crate::book::Run;

impl Run {
    pub(crate) fn strategy(&self, name: &StrategyRef) -> Result<StrategyRecord, Refusal> {
        let is_meant = |record: &&StrategyRecord| match name {
            StrategyRef::Id(id) => record.strategy.id == *id,
            StrategyRef::Key(key) => record.strategy.key == *key,
        };
        let found = self.rows.strategies.iter().find(is_meant);
        found.cloned().ok_or_else(|| Refusal::UnknownStrategy { strategy: name.clone() })
    }

    pub(crate) fn position(&self, name: &PositionRef) -> Result<Position, Refusal> {
        let all = self.rows.positions.iter();
        let meant: Vec<&Position> = match name {
            PositionRef::Id(id) => all.filter(|position| position.id == *id).collect(),
            PositionRef::OpenedBy(key) => {
                let opened = if self.key.as_ref() == Some(key) {
                    self.opened.clone()
                } else {
                    let request = self.requests.iter().find(|request| request.key == *key);
                    request.map(|request| request.opened.clone()).unwrap_or_default()
                };
                all.filter(|position| opened.contains(&position.id)).collect()
            }
            PositionRef::OnlyOpen { strategy, starlisting_id } => {
                let owner = self.strategy(strategy)?.strategy;
                let market = starlisting_id.unwrap_or(owner.key.starlisting_id);
                all.filter(|position| {
                    position.strategy_id == owner.id && position.starlisting_id == market && position.is_open()
                })
                .collect()
            }
        };
        match meant[..] {
            [] => Err(Refusal::UnknownPosition { position: name.clone() }),
            [position] => Ok(position.clone()),
            _ => Err(Refusal::AmbiguousPosition { position: name.clone(), count: meant.len() as u64 }),
        }
    }

    pub(crate) fn open_position(&self, name: &PositionRef) -> Result<Position, Refusal> {
        let position = self.position(name)?;
        if position.is_open() {
            Ok(position)
        } else {
            Err(Refusal::PositionNotOpen { position_id: position.id, status: position.status() })
        }
    }
}
