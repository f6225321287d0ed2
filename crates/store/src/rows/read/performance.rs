//! Rows of snapshots and metrics into values.

use nailsage_domain::{
    EquityPoint, MetricId, SnapshotId, StateSnapshot, StrategyId, StrategySnapshot, UnixMillis,
    metrics::{Period, PeriodMetrics, RunningSums},
};

use super::{Columns, checked, integer, needed, number, optional_integer, text, time, usdt};
use crate::metrics::{KnownMetric, MetricPlace, MetricRow};

/// A snapshot of all strategies.
///
/// # Errors
///
/// [`Row::bad`](crate::rows::Row::bad) for what its columns cannot hold.
pub fn snapshot<E>(row: &Columns<'_, E>) -> Result<StateSnapshot, E> {
    let snapshot = StateSnapshot {
        id: integer(row, 0, SnapshotId::new)?,
        total_equity: usdt(row, 1)?,
        available_capital: usdt(row, 2)?,
        allocated_capital: usdt(row, 3)?,
        total_unrealized_pnl: usdt(row, 4)?,
        total_realized_pnl: usdt(row, 5)?,
        num_open_positions: number(row, 6)?,
        num_strategies_active: number(row, 7)?,
        timestamp: time(row, 8)?,
        created_at: time(row, 9)?,
    };
    checked(row, 1, snapshot.check())?;
    Ok(snapshot)
}

/// What a strategy had when a snapshot was taken.
///
/// # Errors
///
/// [`Row::bad`](crate::rows::Row::bad) for what its columns cannot hold.
pub fn strategy_snapshot<E>(row: &Columns<'_, E>) -> Result<StrategySnapshot, E> {
    let snapshot = StrategySnapshot {
        snapshot_id: integer(row, 0, SnapshotId::new)?,
        strategy_id: integer(row, 1, StrategyId::new)?,
        equity: usdt(row, 2)?,
        available_capital: usdt(row, 3)?,
        allocated_capital: usdt(row, 4)?,
        unrealized_pnl: usdt(row, 5)?,
        realized_pnl: usdt(row, 6)?,
        num_open_positions: number(row, 7)?,
        is_active: needed(row, 8, row.boolean(8)?)?,
        timestamp: time(row, 9)?,
        created_at: time(row, 10)?,
    };
    checked(row, 2, snapshot.check())?;
    Ok(snapshot)
}

/// A point of an equity curve: time, equity, realized and unrealized P&L.
///
/// # Errors
///
/// [`Row::bad`](crate::rows::Row::bad) for what its columns cannot hold.
pub fn equity_point<E>(row: &Columns<'_, E>) -> Result<EquityPoint, E> {
    Ok(EquityPoint {
        timestamp: time(row, 0)?,
        equity: usdt(row, 1)?,
        realized_pnl: usdt(row, 2)?,
        unrealized_pnl: usdt(row, 3)?,
    })
}

/// A row of metrics.
///
/// # Errors
///
/// [`Row::bad`](crate::rows::Row::bad) for what its columns cannot hold.
pub fn metric<E>(row: &Columns<'_, E>) -> Result<MetricRow, E> {
    let period = Period { timeframe: text(row, 2)?, start_ms: number(row, 3)?, end_ms: number(row, 4)? };
    Ok(MetricRow {
        id: integer(row, 0, MetricId::new)?,
        metrics: PeriodMetrics {
            strategy_id: optional_integer(row, 1, StrategyId::new)?,
            period,
            total_return_pct: row.double(5)?,
            total_return_micros: usdt(row, 6)?.micros(),
            num_trades: number(row, 7)?,
            num_wins: number(row, 8)?,
            num_losses: number(row, 9)?,
            win_rate_pct: row.double(10)?,
            avg_win: row.money(11)?,
            avg_loss: row.money(12)?,
            largest_win: row.money(13)?,
            largest_loss: row.money(14)?,
            profit_factor: row.double(15)?,
            avg_position_duration_minutes: row.double(16)?,
            max_drawdown_pct: needed(row, 17, row.double(17)?)?,
            max_drawdown_micros: usdt(row, 18)?.micros(),
            sharpe_ratio: row.double(19)?,
            growth_factor: row.double(22)?,
            running_sums: row.text(23)?.map(|text| sums(row, 23, text)).transpose()?,
        },
        created_at: time(row, 20)?,
        updated_at: time(row, 21)?,
    })
}

/// Whose sums, and the sums.
///
/// # Errors
///
/// [`Row::bad`](crate::rows::Row::bad) for what its columns cannot hold.
pub fn running_sums<E>(row: &Columns<'_, E>) -> Result<(Option<StrategyId>, RunningSums), E> {
    let text = needed(row, 1, row.text(1)?)?;
    Ok((optional_integer(row, 0, StrategyId::new)?, sums(row, 1, text)?))
}

/// Which row of metrics there is: id, strategy, timeframe, start of the period, when it was written first.
///
/// # Errors
///
/// [`Row::bad`](crate::rows::Row::bad) for what its columns cannot hold.
pub fn known_metric<E>(row: &Columns<'_, E>) -> Result<(MetricPlace, KnownMetric), E> {
    let place = (optional_integer(row, 1, StrategyId::new)?, text(row, 2)?, number(row, 3)?);
    Ok((place, KnownMetric { id: integer(row, 0, MetricId::new)?, created_at: time(row, 4)? }))
}

/// A time alone.
///
/// # Errors
///
/// [`Row::bad`](crate::rows::Row::bad) for what its column cannot hold.
pub fn timestamp<E>(row: &Columns<'_, E>) -> Result<UnixMillis, E> {
    time(row, 0)
}

/// A number of rows.
///
/// # Errors
///
/// [`Row::bad`](crate::rows::Row::bad) for what its column cannot hold.
pub fn count<E>(row: &Columns<'_, E>) -> Result<i64, E> {
    number(row, 0)
}

fn sums<E>(row: &Columns<'_, E>, column: usize, text: &str) -> Result<RunningSums, E> {
    serde_json::from_str(text).map_err(|error| row.bad(column, error.into()))
}
