//! Rows of the questions that a dashboard asks into values.

use nailsage_domain::{ClosedTotals, StarlistingId, StrategyId};

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

/// The sums, from the second column on.
fn closed_totals<E>(row: &Columns<'_, E>) -> Result<ClosedTotals, E> {
    let totals = ClosedTotals {
        num_closed: number(row, 1)?,
        num_wins: number(row, 2)?,
        num_losses: number(row, 3)?,
        realized_micros: number(row, 4)?,
        win_micros: number(row, 5)?,
        loss_micros: number(row, 6)?,
    };
    checked(row, 1, totals.check())?;
    Ok(totals)
}
