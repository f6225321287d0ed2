//! Snapshots: what all strategies together, and each of them, have.

use std::collections::BTreeMap;

use nailsage_domain::{Holdings, OutOfRange, SnapshotId, StateSnapshot, StrategyId, StrategySnapshot};

use crate::{
    action::RecordSnapshot,
    plan::StrategyState,
    refusal::{RangedValue, Refusal},
    state::Overlay,
};

pub(super) fn take(overlay: &mut Overlay<'_>) -> Result<StateSnapshot, Refusal> {
    let snapshot_id = overlay.book.take_snapshot_id();
    let mut all = Holdings::default();
    let mut num_strategies_active = 0;
    let mut of_strategies = Vec::new();
    for (id, holdings) in holdings(overlay) {
        let state = strategy(overlay, id);
        all.add(&holdings);
        num_strategies_active += i64::from(state.strategy.is_active);
        of_strategies.push(of_strategy(overlay, snapshot_id, state, &holdings).map_err(out_of_range)?);
    }
    let snapshot = of_all(overlay, snapshot_id, &all, num_strategies_active).map_err(out_of_range)?;
    overlay.changes.snapshots.push(snapshot.clone());
    overlay.changes.strategy_snapshots.extend(of_strategies);
    Ok(snapshot)
}

pub(super) fn record(overlay: &mut Overlay<'_>, action: &RecordSnapshot) -> Result<StateSnapshot, Refusal> {
    let snapshot = StateSnapshot {
        id: overlay.book.take_snapshot_id(),
        total_equity: action.total_equity,
        available_capital: action.available_capital,
        allocated_capital: action.allocated_capital.usdt(),
        total_unrealized_pnl: action.total_unrealized_pnl,
        total_realized_pnl: action.total_realized_pnl,
        num_open_positions: action.num_open_positions.into(),
        num_strategies_active: action.num_strategies_active.into(),
        timestamp: overlay.at,
        created_at: overlay.now,
    };
    // Everything else that it checks is in the types of the action.
    snapshot.check().map_err(|_| Refusal::SnapshotDoesNotAddUp { total_equity: action.total_equity })?;
    overlay.changes.snapshots.push(snapshot.clone());
    Ok(snapshot)
}

/// What each strategy has.
fn holdings(overlay: &Overlay<'_>) -> BTreeMap<StrategyId, Holdings> {
    let of = |id| {
        let state = strategy(overlay, id);
        (id, Holdings::of(state.strategy.current_bankroll, &state.totals))
    };
    let mut holdings: BTreeMap<_, _> = overlay.strategy_ids().into_iter().map(of).collect();
    for id in overlay.open_positions() {
        let position = overlay.position(id).expect("an id from the range has its position beside it");
        let mark = position.mark().expect("an open position has a mark");
        holdings.entry(position.strategy_id).or_default().add_open(position.size, mark.unrealized_pnl);
    }
    holdings
}

fn strategy<'a>(overlay: &'a Overlay<'_>, id: StrategyId) -> &'a StrategyState {
    overlay.strategy(id).expect("every strategy is loaded, and every position has one")
}

fn of_strategy(
    overlay: &Overlay<'_>,
    snapshot_id: SnapshotId,
    state: &StrategyState,
    holdings: &Holdings,
) -> Result<StrategySnapshot, OutOfRange> {
    Ok(StrategySnapshot {
        snapshot_id,
        strategy_id: state.strategy.id,
        equity: holdings.equity()?,
        available_capital: holdings.available_capital()?,
        allocated_capital: holdings.allocated_capital()?,
        unrealized_pnl: holdings.unrealized_pnl()?,
        realized_pnl: holdings.realized_pnl()?,
        num_open_positions: holdings.num_open_positions(),
        is_active: state.strategy.is_active,
        timestamp: overlay.at,
        created_at: overlay.now,
    })
}

fn of_all(
    overlay: &Overlay<'_>,
    id: SnapshotId,
    holdings: &Holdings,
    num_strategies_active: i64,
) -> Result<StateSnapshot, OutOfRange> {
    Ok(StateSnapshot {
        id,
        total_equity: holdings.equity()?,
        available_capital: holdings.available_capital()?,
        allocated_capital: holdings.allocated_capital()?,
        total_unrealized_pnl: holdings.unrealized_pnl()?,
        total_realized_pnl: holdings.realized_pnl()?,
        num_open_positions: holdings.num_open_positions(),
        num_strategies_active,
        timestamp: overlay.at,
        created_at: overlay.now,
    })
}

fn out_of_range(_: OutOfRange) -> Refusal {
    Refusal::RangeExceeded { what: RangedValue::Snapshot }
}
