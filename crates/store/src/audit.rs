//! A second look at every plan before it is written: what must hold whatever the actions were.
//!
//! The kernel decides by the rules, this checks by the sums; a mistake in one is caught by the other, and the command
//! fails with nothing written.

use nailsage_domain::{LedgerKind, TradeType, Usdt};

use crate::{
    plan::{Plan, PositionWrite, StrategyWrite},
    state::State,
};

/// A plan that does not add up. It is a defect of this crate, never of the caller's.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
#[error("the plan does not add up: {0}")]
pub struct AuditError(String);

/// Checks a plan against the state that it was decided on.
///
/// # Errors
///
/// [`AuditError`] at the first sum that does not hold.
pub fn audit(state: &State, plan: &Plan) -> Result<(), AuditError> {
    audit_book(state, plan)?;
    audit_ledger(state, plan)?;
    audit_positions(state, plan)?;
    audit_snapshots(plan)
}

fn ensure(holds: bool, what: impl FnOnce() -> String) -> Result<(), AuditError> {
    if holds { Ok(()) } else { Err(AuditError(what())) }
}

fn dense(what: &str, first: i64, next: i64, ids: impl Iterator<Item = i64>) -> Result<(), AuditError> {
    let mut expected = first;
    for id in ids {
        ensure(id == expected, || format!("{what} {id} where {expected} comes next"))?;
        expected += 1;
    }
    ensure(expected == next, || format!("the next {what} would be {next} instead of {expected}"))
}

fn audit_book(state: &State, plan: &Plan) -> Result<(), AuditError> {
    let (before, after, changes) = (state.book(), &plan.book, &plan.changes);
    ensure(after.commit_seq == before.commit_seq + 1, || {
        format!("commit_seq {} after {}", after.commit_seq, before.commit_seq)
    })?;
    ensure(plan.outcome.commit_seq == after.commit_seq, || "the outcome has another commit_seq".to_owned())?;
    let new_strategies = changes.strategies.values().filter(|(write, _)| *write == StrategyWrite::New);
    let new_strategies = new_strategies.map(|(_, state)| state.strategy.id.get());
    dense("strategy", before.next_strategy_id.get(), after.next_strategy_id.get(), new_strategies)?;
    let new_positions = changes.positions.values().filter(|(write, _)| *write == PositionWrite::New);
    let new_positions = new_positions.map(|(_, position)| position.id.get());
    dense("position", before.next_position_id.get(), after.next_position_id.get(), new_positions)?;
    let trades = changes.trades.iter().map(|trade| trade.id.get());
    dense("trade", before.next_trade_id.get(), after.next_trade_id.get(), trades)?;
    let signals = changes.signals.iter().map(|signal| signal.id.get());
    dense("signal", before.next_signal_id.get(), after.next_signal_id.get(), signals)?;
    let events = changes.events.iter().map(|event| event.id.get());
    dense("event", before.next_event_id.get(), after.next_event_id.get(), events)?;
    let snapshots = changes.snapshots.iter().map(|snapshot| snapshot.id.get());
    dense("snapshot", before.next_snapshot_id.get(), after.next_snapshot_id.get(), snapshots)?;
    let metrics = changes.metrics.iter().map(|row| row.id.get()).filter(|id| *id >= before.next_metric_id.get());
    dense("metric", before.next_metric_id.get(), after.next_metric_id.get(), metrics)
}

fn audit_ledger(state: &State, plan: &Plan) -> Result<(), AuditError> {
    for (id, (_, after)) in &plan.changes.strategies {
        let before = state.strategy(*id);
        let mut balance = match before {
            Some(before) => before.strategy.current_bankroll,
            None => Usdt::from(after.strategy.initial_bankroll),
        };
        let mut seq = before.map_or(0, |before| before.totals.ledger_seq);
        let mut realized_micros = before.map_or(0, |before| before.totals.realized_micros);
        for entry in plan.changes.ledger.iter().filter(|entry| entry.strategy_id == *id) {
            seq += 1;
            ensure(entry.seq == seq, || format!("ledger row {} of strategy {id} where {seq} comes next", entry.seq))?;
            balance = balance.checked_add(entry.delta).map_err(|error| AuditError(error.to_string()))?;
            ensure(entry.balance == balance, || {
                format!("ledger row {seq} of strategy {id} has balance {} instead of {balance}", entry.balance)
            })?;
            if matches!(entry.kind, LedgerKind::Close | LedgerKind::Liquidate) {
                realized_micros += entry.delta.micros();
            }
        }
        let found = (after.strategy.current_bankroll, after.totals.ledger_seq, after.totals.realized_micros);
        ensure(found == (balance, seq, realized_micros), || {
            format!("strategy {id} ends as {found:?}, its ledger as {:?}", (balance, seq, realized_micros))
        })?;
    }
    let orphan = plan.changes.ledger.iter().find(|entry| !plan.changes.strategies.contains_key(&entry.strategy_id));
    ensure(orphan.is_none(), || format!("a ledger row without its strategy: {orphan:?}"))
}

fn audit_positions(state: &State, plan: &Plan) -> Result<(), AuditError> {
    for (id, (write, after)) in &plan.changes.positions {
        let before = state.position(*id);
        ensure(before.is_some() != (*write == PositionWrite::New), || format!("position {id} is both new and known"))?;
        ensure(before.is_none_or(nailsage_domain::Position::is_open), || format!("position {id} ended before"))?;
        let trades = |wanted: TradeType| {
            let of_position = plan.changes.trades.iter().filter(|trade| trade.position_id == *id);
            of_position.filter(|trade| trade.trade_type == wanted).count()
        };
        let entries = usize::from(before.is_none());
        let exits = usize::from(!after.is_open());
        let found = (trades(TradeType::opening(after.side)), trades(TradeType::closing(after.side)));
        ensure(found == (entries, exits), || {
            format!("position {id} has {found:?} entry and exit trades instead of {:?}", (entries, exits))
        })?;
        if let Some(exit) = after.exit() {
            let posted = plan.changes.ledger.iter().find(|entry| {
                entry.position_id == Some(*id) && matches!(entry.kind, LedgerKind::Close | LedgerKind::Liquidate)
            });
            ensure(posted.is_some_and(|entry| entry.delta == exit.realized_pnl), || {
                format!("position {id} realized {}, the ledger says {posted:?}", exit.realized_pnl)
            })?;
        }
    }
    Ok(())
}

/// A snapshot that was taken is the sum of its strategies.
fn audit_snapshots(plan: &Plan) -> Result<(), AuditError> {
    for snapshot in &plan.changes.snapshots {
        snapshot.check().map_err(|error| AuditError(error.to_string()))?;
        let mut parts =
            plan.changes.strategy_snapshots.iter().filter(|part| part.snapshot_id == snapshot.id).peekable();
        if parts.peek().is_none() {
            continue;
        }
        let (mut equity, mut realized, mut open, mut active) = (0, 0, 0, 0);
        for part in parts {
            part.check().map_err(|error| AuditError(error.to_string()))?;
            equity += i128::from(part.equity.micros());
            realized += i128::from(part.realized_pnl.micros());
            open += part.num_open_positions;
            active += i64::from(part.is_active);
        }
        let whole = (snapshot.total_equity.micros().into(), snapshot.total_realized_pnl.micros().into());
        ensure((equity, realized) == whole, || format!("snapshot {} is not the sum of its strategies", snapshot.id))?;
        let counts = (snapshot.num_open_positions, snapshot.num_strategies_active);
        ensure((open, active) == counts, || format!("snapshot {} does not count its strategies", snapshot.id))?;
    }
    Ok(())
}
