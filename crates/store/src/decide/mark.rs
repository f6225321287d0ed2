//! Marking open positions: what they would earn at a price. Not in the ledger; it can always be worked out again.

use nailsage_domain::{Mark, Position, PositionState, Price, rules};

use super::find;
use crate::{
    action::{MarkMarket, MarkPosition},
    answer::{MarketMarked, PositionMarked},
    plan::PositionWrite,
    refusal::{RangedValue, Refusal},
    state::Overlay,
};

pub(super) fn mark_market(overlay: &mut Overlay<'_>, action: &MarkMarket) -> Result<MarketMarked, Refusal> {
    let starlisting_id = action.starlisting_id;
    let mut outcome = MarketMarked { starlisting_id, marked: 0, stale: 0, out_of_range: Vec::new() };
    for id in overlay.open_on_market(starlisting_id) {
        let position = overlay.position(id).expect("an id from the range has its position beside it").clone();
        match mark(overlay, position, action.price) {
            Ok(PositionMarked { marked: true, .. }) => outcome.marked += 1,
            Ok(PositionMarked { marked: false, .. }) => outcome.stale += 1,
            // One position with a mistyped price must not keep its mark from everybody else's.
            Err(Refusal::RangeExceeded { .. }) => outcome.out_of_range.push(id),
            Err(refusal) => return Err(refusal),
        }
    }
    Ok(outcome)
}

pub(super) fn mark_position(overlay: &mut Overlay<'_>, action: &MarkPosition) -> Result<PositionMarked, Refusal> {
    let position = find::open_position(overlay, &action.position)?;
    mark(overlay, position, action.price)
}

fn mark(overlay: &mut Overlay<'_>, mut position: Position, price: Price) -> Result<PositionMarked, Refusal> {
    let position_id = position.id;
    let PositionState::Open { mark } = &mut position.state else {
        return Err(Refusal::PositionNotOpen { position_id, status: position.status() });
    };
    if mark.at > overlay.at {
        return Ok(PositionMarked { position_id, marked: false, unrealized_pnl: mark.unrealized_pnl });
    }
    let unrealized_pnl = rules::gross_pnl(position.side, position.size, position.entry_price, price)
        .map_err(|_| Refusal::RangeExceeded { what: RangedValue::UnrealizedPnl })?;
    *mark = Mark { price, at: overlay.at, unrealized_pnl };
    position.updated_at = overlay.now;
    overlay.put_position(PositionWrite::Revised, position);
    Ok(PositionMarked { position_id, marked: true, unrealized_pnl })
}
