//! Activating and deactivating a strategy.

use nailsage_domain::{LedgerKind, Reason};

use super::{
    find,
    ledger::{Line, post},
};
use crate::{answer::StrategyActivity, plan::StrategyWrite, reference::StrategyRef, refusal::Refusal, state::Overlay};

pub(super) fn set_active(
    overlay: &mut Overlay<'_>,
    name: &StrategyRef,
    is_active: bool,
    reason: Option<&Reason>,
) -> Result<StrategyActivity, Refusal> {
    let mut state = find::strategy(overlay, name)?.clone();
    let strategy_id = state.strategy.id;
    let changed = state.strategy.is_active != is_active;
    if changed {
        state.strategy.is_active = is_active;
        let kind = if is_active { LedgerKind::Activate } else { LedgerKind::Deactivate };
        post(overlay, state, StrategyWrite::Terms, Line { reason, ..Line::of(kind) })?;
    }
    Ok(StrategyActivity { strategy_id, changed })
}
