//! Finding what an action names.

use nailsage_domain::{Position, PositionId};

use crate::{
    decide::opened_positions,
    plan::StrategyState,
    reference::{PositionRef, StrategyRef},
    refusal::Refusal,
    state::Overlay,
};

pub(super) fn strategy<'o>(overlay: &'o Overlay<'_>, name: &StrategyRef) -> Result<&'o StrategyState, Refusal> {
    let id = match name {
        StrategyRef::Id(id) => Some(*id),
        StrategyRef::Key(key) => overlay.strategy_id(key),
    };
    id.and_then(|id| overlay.strategy(id)).ok_or_else(|| Refusal::UnknownStrategy { strategy: name.clone() })
}

pub(super) fn position<'o>(overlay: &'o Overlay<'_>, name: &PositionRef) -> Result<&'o Position, Refusal> {
    let candidates: Vec<PositionId> = match name {
        PositionRef::Id(id) => vec![*id],
        PositionRef::OpenedBy(key) if overlay.key == Some(key) => overlay.opened_here(),
        PositionRef::OpenedBy(key) => {
            overlay.state().request(key).map(|request| opened_positions(&request.outcome)).unwrap_or_default()
        }
        PositionRef::OnlyOpen { strategy: owner, starlisting_id } => {
            let owner = &strategy(overlay, owner)?.strategy;
            let market = starlisting_id.unwrap_or(owner.key.starlisting_id);
            overlay.open_of_strategy(owner.id, market).into_iter().collect()
        }
    };
    match candidates[..] {
        [id] => overlay.position(id).ok_or_else(|| Refusal::UnknownPosition { position: name.clone() }),
        [] => Err(Refusal::UnknownPosition { position: name.clone() }),
        _ => Err(Refusal::AmbiguousPosition { position: name.clone(), count: candidates.len() as u64 }),
    }
}

/// A position that must be open.
pub(super) fn open_position(overlay: &Overlay<'_>, name: &PositionRef) -> Result<Position, Refusal> {
    let position = position(overlay, name)?;
    if !position.is_open() {
        return Err(Refusal::PositionNotOpen { position_id: position.id, status: position.status() });
    }
    Ok(position.clone())
}
