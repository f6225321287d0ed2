//! Replacing the stops of an open position.

use nailsage_domain::{LedgerKind, rules};

use super::{
    find,
    ledger::{Line, post},
};
use crate::{
    action::SetStops,
    answer::StopsSet,
    plan::{PositionWrite, StrategyWrite},
    reference::StrategyRef,
    refusal::Refusal,
    state::Overlay,
};

pub(super) fn set_stops(overlay: &mut Overlay<'_>, action: &SetStops) -> Result<StopsSet, Refusal> {
    let mut position = find::open_position(overlay, &action.position)?;
    let position_id = position.id;
    if rules::stops_crossed(position.side, action.stop_loss_price, action.take_profit_price) {
        return Err(Refusal::StopsCrossed);
    }
    let stops = (action.stop_loss_price, action.take_profit_price);
    let changed = stops != (position.stop_loss_price, position.take_profit_price);
    if changed {
        (position.stop_loss_price, position.take_profit_price) = stops;
        position.updated_at = overlay.now;
        let state = find::strategy(overlay, &StrategyRef::Id(position.strategy_id))?.clone();
        let line = Line { position_id: Some(position_id), ..Line::of(LedgerKind::Stops) };
        post(overlay, state, StrategyWrite::Totals, line)?;
        overlay.put_position(PositionWrite::Revised, position);
    }
    Ok(StopsSet { position_id, changed })
}
