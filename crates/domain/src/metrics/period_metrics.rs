//! The figures of one subject in one period, as a row of `performance_metrics` holds them.

use crate::{
    StrategyId, Timeframe, Usdt,
    metrics::{Period, RunningSums, returns::DailyReturns, sums::PeriodSums},
};

/// How a strategy, or all of them together, performed in one period, on a realized basis. What is not defined is
/// `None`, never 0, 100 or infinity.
#[derive(Debug, Clone, PartialEq)]
pub struct PeriodMetrics {
    /// Whose performance it is; `None` for that of all strategies together.
    pub strategy_id: Option<StrategyId>,
    /// In which period.
    pub period: Period,
    /// The time-weighted return in percent, from -100 and below 1e308: (NAV at the end / NAV at the start - 1) × 100.
    /// -100 when the capital was lost in the period; `None` when none could grow in it.
    pub total_return_pct: Option<f64>,
    /// The realized P&L, in micro-USDT.
    pub total_return_micros: i64,
    /// Positions closed or liquidated.
    pub num_trades: i64,
    /// Those with a realized P&L above 0.
    pub num_wins: i64,
    /// Those with a realized P&L of 0 or below.
    pub num_losses: i64,
    /// The share of wins in percent; `None` without trades.
    pub win_rate_pct: Option<f64>,
    /// The mean win, above 0, rounded half to even; `None` without one.
    pub avg_win: Option<Usdt>,
    /// The mean loss, 0 or below, rounded half to even; `None` without one.
    pub avg_loss: Option<Usdt>,
    /// The largest win; `None` without one.
    pub largest_win: Option<Usdt>,
    /// The largest loss, 0 or below; `None` without one.
    pub largest_loss: Option<Usdt>,
    /// Sum of wins by sum of losses, 0 or above; `None` when no loss cost anything.
    pub profit_factor: Option<f64>,
    /// How long positions were held on average, in minutes, 0 or above; `None` without trades.
    pub avg_position_duration_minutes: Option<f64>,
    /// The largest fall of the NAV from a peak before it in the period, its start included, in percent of that peak, from
    /// 0 to 100.
    pub max_drawdown_pct: f64,
    /// The largest fall of the period's cumulative realized P&L from a peak before it, in micro-USDT, never below 0.
    pub max_drawdown_micros: i64,
    /// Mean by sample deviation of the daily returns, times √365, over the complete UTC days of the period from the day
    /// of the first entry on, days without trades included, at a risk-free return of 0. `None` below two such days, without
    /// a deviation, or when the capital was lost in the period.
    pub sharpe_ratio: Option<f64>,
    /// NAV at the end by NAV at the start, above 0 and below 1e308; `None` where the return is, and where all was lost.
    pub growth_factor: Option<f64>,
    /// Of a day, and only of a day: the sums at its end, to go on from.
    pub running_sums: Option<RunningSums>,
}

impl PeriodMetrics {
    /// The figures that follow from the sums of the period and from its complete days.
    pub(super) fn new(
        strategy_id: Option<StrategyId>,
        period: Period,
        sums: &PeriodSums,
        returns: Option<DailyReturns>,
    ) -> Self {
        Self {
            strategy_id,
            period,
            total_return_pct: sums.nav.return_pct(),
            total_return_micros: sums.total_return_micros(),
            num_trades: sums.num_trades(),
            num_wins: sums.wins().count(),
            num_losses: sums.losses().count(),
            win_rate_pct: sums.win_rate_pct(),
            avg_win: sums.wins().average(),
            avg_loss: sums.losses().average(),
            largest_win: sums.wins().largest(),
            largest_loss: sums.losses().largest(),
            profit_factor: sums.profit_factor(),
            avg_position_duration_minutes: sums.avg_position_duration_minutes(),
            max_drawdown_pct: sums.nav.drawdown_pct(),
            max_drawdown_micros: sums.max_drawdown_micros(),
            sharpe_ratio: sums.sharpe_ratio(returns),
            growth_factor: sums.nav.growth(),
            running_sums: None,
        }
    }

    /// All strategies together first, then by id; of each all times, months, weeks, days; of each the earliest first.
    pub(super) fn place(&self) -> (Option<StrategyId>, u8, i64) {
        let length = match self.period.timeframe {
            Timeframe::AllTime => 0,
            Timeframe::Monthly => 1,
            Timeframe::Weekly => 2,
            Timeframe::Daily => 3,
        };
        (self.strategy_id, length, self.period.start_ms)
    }
}
