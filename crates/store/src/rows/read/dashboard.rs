//! Rows of the questions that a dashboard asks into values.

use nailsage_domain::{ClosedTotals, MICROS_PER_USDT, StarlistingId, StrategyId};

use super::{Columns, amount, checked, integer, number, text, time, usdt};
use crate::{
    daily::{DailyPnl, LeaderboardRow},
    overview::OpenHolding,
};

/// An open position: its strategy, market, side, size, unrealized P&L and the time of its mark.
///
/// # Errors
///
/// [`Row::bad`](crate::rows::Row::bad) for what its columns cannot hold.
pub fn open_holding<E>(row: &Columns<'_, E>) -> Result<OpenHolding, E> {
    Ok(OpenHolding {
        strategy_id: integer(row, 0, StrategyId::new)?,
        starlisting_id: integer(row, 1, StarlistingId::new)?,
        side: text(row, 2)?,
        size: amount(row, 3)?,
        unrealized_pnl: usdt(row, 4)?,
        marked_at: time(row, 5)?,
    })
}

/// A day and its sums.
///
/// # Errors
///
/// [`Row::bad`](crate::rows::Row::bad) for what its columns cannot hold.
pub fn daily_pnl<E>(row: &Columns<'_, E>) -> Result<DailyPnl, E> {
    Ok(DailyPnl { day_start: time(row, 0)?, closed: closed_totals(row)? })
}

/// A strategy and its sums.
///
/// # Errors
///
/// [`Row::bad`](crate::rows::Row::bad) for what its columns cannot hold.
pub fn leaderboard_row<E>(row: &Columns<'_, E>) -> Result<LeaderboardRow, E> {
    Ok(LeaderboardRow { strategy_id: integer(row, 0, StrategyId::new)?, closed: closed_totals(row)? })
}

/// The sums, from the second column on. Money comes as whole USDT and the millionths besides, so that no engine's sum of
/// millionths has to hold what many amounts add up to.
fn closed_totals<E>(row: &Columns<'_, E>) -> Result<ClosedTotals, E> {
    let totals = ClosedTotals {
        num_closed: number(row, 1)?,
        num_wins: number(row, 2)?,
        num_losses: number(row, 3)?,
        realized_micros: micros(row, 4)?,
        win_micros: micros(row, 6)?,
        loss_micros: micros(row, 8)?,
    };
    checked(row, 1, totals.check())?;
    Ok(totals)
}

/// Whole USDT in a column, and the millionths besides in the next.
fn micros<E>(row: &Columns<'_, E>, column: usize) -> Result<i128, E> {
    let (whole, rest): (i64, i64) = (number(row, column)?, number(row, column + 1)?);
    Ok(i128::from(whole) * i128::from(MICROS_PER_USDT) + i128::from(rest))
}
