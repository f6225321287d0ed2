//! The columns of metrics: in JSON and CSV those of `performance_metrics`, in its order.

use nailsage::{MetricRow, StrategyId};

use super::period;
use crate::{
    commands::columns::Named,
    output::{Cell, Column, Figure},
};

fn figure(value: Option<f64>, figure: Figure) -> Cell {
    value.map_or(Cell::Null, |value| Cell::Figure(value, figure))
}

pub(super) const METRICS: &[Column<Named<MetricRow>>] = &[
    Column::data("id", |row| row.record.id.get().into()),
    Column::shown("period", |row| period::cell(row.record.metrics.period)),
    Column::shown("strategy", |row| match row.record.metrics.strategy_id {
        Some(_) => row.strategy.as_str().into(),
        None => Cell::Label("all strategies"),
    }),
    Column::data("strategy_id", |row| row.record.metrics.strategy_id.map(StrategyId::get).into()),
    Column::data("timeframe", |row| Cell::text(row.record.metrics.period.timeframe)),
    Column::data("period_start", |row| row.record.metrics.period.start_ms.into()),
    Column::data("period_end", |row| row.record.metrics.period.end_ms.into()),
    Column::new("total_return_pct", "return", |row| figure(row.record.metrics.total_return_pct, Figure::Growth)),
    Column::new("total_return_usdt", "earned", |row| Cell::micros(row.record.metrics.total_return_micros)),
    Column::new("num_trades", "trades", |row| row.record.metrics.num_trades.into()),
    Column::data("num_wins", |row| row.record.metrics.num_wins.into()),
    Column::data("num_losses", |row| row.record.metrics.num_losses.into()),
    Column::new("win_rate_pct", "win rate", |row| figure(row.record.metrics.win_rate_pct, Figure::Percent)),
    Column::new("avg_win_usdt", "mean win", |row| row.record.metrics.avg_win.into()),
    Column::new("avg_loss_usdt", "mean loss", |row| row.record.metrics.avg_loss.into()),
    Column::data("largest_win_usdt", |row| row.record.metrics.largest_win.into()),
    Column::data("largest_loss_usdt", |row| row.record.metrics.largest_loss.into()),
    Column::new("profit_factor", "profit\nfactor", |row| figure(row.record.metrics.profit_factor, Figure::Ratio)),
    Column::data("avg_position_duration_minutes", |row| {
        figure(row.record.metrics.avg_position_duration_minutes, Figure::Ratio)
    }),
    Column::new("max_drawdown_pct", "max\ndrawdown", |row| {
        Cell::Figure(row.record.metrics.max_drawdown_pct, Figure::Percent)
    }),
    Column::data("max_drawdown_usdt", |row| Cell::micros(row.record.metrics.max_drawdown_micros)),
    Column::new("sharpe_ratio", "Sharpe", |row| figure(row.record.metrics.sharpe_ratio, Figure::Ratio)),
    Column::data("created_at", |row| row.record.created_at.into()),
    Column::data("updated_at", |row| row.record.updated_at.into()),
    Column::data("growth_factor", |row| figure(row.record.metrics.growth_factor, Figure::Ratio)),
    Column::data("running_sums", |row| match &row.record.metrics.running_sums {
        // Plain numbers and texts, which JSON can always hold.
        Some(sums) => serde_json::to_value(sums).map_or(Cell::Null, Cell::Json),
        None => Cell::Null,
    }),
];
