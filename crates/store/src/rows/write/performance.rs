//! Totals of days, snapshots and metrics into rows.

use std::borrow::Cow;

use nailsage_domain::{ClosedTotals, DailyTotals, StateSnapshot, StrategyId, StrategySnapshot, Usdt};

use super::{Cell, Table, integer, money, text, time};
use crate::{error::StoreError, metrics::MetricRow};

pub(super) fn daily_totals(totals: &DailyTotals) -> Vec<Cell<'_>> {
    let ClosedTotals { num_closed, num_wins, num_losses, realized_micros, win_micros, loss_micros } = totals.closed;
    // Whoever decided it added it to the totals of the strategy, which have all of it in them.
    let narrow = |micros| i64::try_from(micros).expect("the totals of a strategy hold the sum of its days");
    let counts = [totals.strategy_id.get(), totals.day_start.get(), num_closed, num_wins, num_losses];
    let sums = [realized_micros, win_micros, loss_micros].map(narrow);
    counts.into_iter().chain(sums).map(integer).collect()
}

pub(super) fn snapshot(snapshot: &StateSnapshot) -> Vec<Cell<'_>> {
    vec![
        integer(snapshot.id.get()),
        money(snapshot.total_equity),
        money(snapshot.available_capital),
        money(snapshot.allocated_capital),
        money(snapshot.total_unrealized_pnl),
        money(snapshot.total_realized_pnl),
        integer(snapshot.num_open_positions),
        integer(snapshot.num_strategies_active),
        time(snapshot.timestamp),
        time(snapshot.created_at),
    ]
}

pub(super) fn strategy_snapshot(snapshot: &StrategySnapshot) -> Vec<Cell<'_>> {
    vec![
        integer(snapshot.snapshot_id.get()),
        integer(snapshot.strategy_id.get()),
        money(snapshot.equity),
        money(snapshot.available_capital),
        money(snapshot.allocated_capital),
        money(snapshot.unrealized_pnl),
        money(snapshot.realized_pnl),
        integer(snapshot.num_open_positions),
        Cell::Boolean(snapshot.is_active),
        time(snapshot.timestamp),
        time(snapshot.created_at),
    ]
}

pub(super) fn metric(row: &MetricRow) -> Result<Vec<Cell<'_>>, StoreError> {
    let failed = |error| StoreError::backend(Table::Metrics.during(), error);
    let failed_to_write = |error| StoreError::backend(Table::Metrics.during(), error);
    let of_micros = |micros| Usdt::from_micros(micros).map(|usdt| Cell::Money(Some(usdt))).map_err(failed);
    let it = &row.metrics;
    let sums = it.running_sums.as_ref().map(serde_json::to_string).transpose().map_err(failed_to_write)?;
    Ok(vec![
        integer(row.id.get()),
        integer(it.strategy_id.map(StrategyId::get)),
        text(it.period.timeframe.as_str()),
        integer(it.period.start_ms),
        integer(it.period.end_ms),
        Cell::Double(it.total_return_pct),
        of_micros(it.total_return_micros)?,
        integer(it.num_trades),
        integer(it.num_wins),
        integer(it.num_losses),
        Cell::Double(it.win_rate_pct),
        Cell::Money(it.avg_win),
        Cell::Money(it.avg_loss),
        Cell::Money(it.largest_win),
        Cell::Money(it.largest_loss),
        Cell::Double(it.profit_factor),
        Cell::Double(it.avg_position_duration_minutes),
        Cell::Double(Some(it.max_drawdown_pct)),
        of_micros(it.max_drawdown_micros)?,
        Cell::Double(it.sharpe_ratio),
        time(row.created_at),
        time(row.updated_at),
        Cell::Double(it.growth_factor),
        Cell::Text(sums.map(Cow::Owned)),
    ])
}
