//! Registering a strategy: get or create.

use nailsage_domain::{Amount, LedgerKind, Strategy, StrategyTotals, Usdt};

use super::ledger::{Line, post};
use crate::{
    action::RegisterStrategy,
    answer::StrategyRegistered,
    plan::{StrategyState, StrategyWrite},
    refusal::Refusal,
    state::Overlay,
};

pub(super) fn register(overlay: &mut Overlay<'_>, action: &RegisterStrategy) -> Result<StrategyRegistered, Refusal> {
    let known = overlay.strategy_id(&action.strategy).and_then(|id| overlay.strategy(id)).cloned();
    match known {
        Some(known) => update(overlay, action, known),
        None => create(overlay, action),
    }
}

fn create(overlay: &mut Overlay<'_>, action: &RegisterStrategy) -> Result<StrategyRegistered, Refusal> {
    let initial_bankroll = action.initial_bankroll.unwrap_or(Amount::DEFAULT_BANKROLL);
    let strategy = Strategy {
        id: overlay.book.take_strategy_id(),
        key: action.strategy.clone(),
        interval: action.interval,
        model_id: action.model_id.clone(),
        config_path: action.config_path.clone(),
        is_active: true,
        initial_bankroll,
        current_bankroll: Usdt::from(initial_bankroll),
        created_at: overlay.now,
        updated_at: overlay.now,
    };
    let strategy_id = strategy.id;
    let state = StrategyState { strategy, totals: StrategyTotals::default() };
    let current_bankroll = post(overlay, state, StrategyWrite::New, Line::of(LedgerKind::Register))?;
    Ok(StrategyRegistered {
        strategy_id,
        created: true,
        reactivated: false,
        initial_bankroll,
        current_bankroll,
        ignored_initial_bankroll: None,
    })
}

fn update(
    overlay: &mut Overlay<'_>,
    action: &RegisterStrategy,
    mut state: StrategyState,
) -> Result<StrategyRegistered, Refusal> {
    let strategy = &mut state.strategy;
    if strategy.interval != action.interval {
        return Err(Refusal::IntervalMismatch { registered: strategy.interval, given: action.interval });
    }
    let mut is_updated = false;
    if action.model_id.is_some() && action.model_id != strategy.model_id {
        strategy.model_id.clone_from(&action.model_id);
        is_updated = true;
    }
    if action.config_path.is_some() && action.config_path != strategy.config_path {
        strategy.config_path.clone_from(&action.config_path);
        is_updated = true;
    }
    let reactivated = !strategy.is_active;
    strategy.is_active = true;

    let registered = StrategyRegistered {
        strategy_id: strategy.id,
        created: false,
        reactivated,
        initial_bankroll: strategy.initial_bankroll,
        current_bankroll: strategy.current_bankroll,
        ignored_initial_bankroll: action.initial_bankroll.filter(|given| *given != strategy.initial_bankroll),
    };
    if reactivated {
        post(overlay, state, StrategyWrite::Terms, Line::of(LedgerKind::Activate))?;
    } else if is_updated {
        post(overlay, state, StrategyWrite::Terms, Line::of(LedgerKind::Register))?;
    }
    Ok(registered)
}
