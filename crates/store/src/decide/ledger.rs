//! Writing the ledger: the only way in which a bankroll or a strategy's row changes.

use nailsage_domain::{LedgerEntry, LedgerKind, PositionId, Reason, TradeId, Usdt};

use crate::{
    plan::{StrategyState, StrategyWrite},
    refusal::{RangedValue, Refusal},
    state::Overlay,
};

/// What a ledger row says beyond its strategy and its place.
#[derive(Debug, Clone, Copy)]
pub(super) struct Line<'a> {
    pub(super) kind: LedgerKind,
    pub(super) delta: Usdt,
    pub(super) position_id: Option<PositionId>,
    pub(super) trade_id: Option<TradeId>,
    pub(super) held_ms: Option<i64>,
    pub(super) reason: Option<&'a Reason>,
}

impl Line<'_> {
    /// A row about a strategy's terms, in which no money moves.
    pub(super) fn of(kind: LedgerKind) -> Self {
        Self { kind, delta: Usdt::ZERO, position_id: None, trade_id: None, held_ms: None, reason: None }
    }
}

/// Moves the bankroll by the line's delta, appends the line and writes the strategy back. Returns the new bankroll.
pub(super) fn post(
    overlay: &mut Overlay<'_>,
    mut state: StrategyState,
    write: StrategyWrite,
    line: Line<'_>,
) -> Result<Usdt, Refusal> {
    let strategy = &mut state.strategy;
    let balance = strategy
        .current_bankroll
        .checked_add(line.delta)
        .map_err(|_| Refusal::RangeExceeded { what: RangedValue::Bankroll })?;
    strategy.current_bankroll = balance;
    if write > StrategyWrite::Totals {
        strategy.updated_at = overlay.now;
    }
    state.totals.ledger_seq += 1;
    if line.kind.counts_for_metrics(state.totals.ledger_seq) {
        let from = overlay.book.metrics_from.get_or_insert(overlay.at);
        *from = overlay.at.min(*from);
    }
    overlay.changes.ledger.push(LedgerEntry {
        strategy_id: strategy.id,
        seq: state.totals.ledger_seq,
        kind: line.kind,
        position_id: line.position_id,
        trade_id: line.trade_id,
        delta: line.delta,
        balance,
        held_ms: line.held_ms,
        reason: line.reason.cloned(),
        request_key: overlay.key.cloned(),
        commit_seq: overlay.book.commit_seq,
        timestamp: overlay.at,
        created_at: overlay.now,
    });
    overlay.put_strategy(write, state);
    Ok(balance)
}
