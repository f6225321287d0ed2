//! What a dashboard asks, and the totals that it is answered from.

/// What an overview needs to know of each open position.
pub const OPEN_HOLDINGS: &str =
    "SELECT strategy_id, starlisting_id, side, size, unrealized_pnl, marked_at FROM positions WHERE status = 'open'";

/// Counts, then money as whole USDT and the millionths besides, which no sum can overflow.
macro_rules! totals {
    ($key:literal, $from:literal) => {
        concat!(
            "SELECT ",
            $key,
            ", num_closed, num_wins, num_losses, realized_micros / 1000000, realized_micros % 1000000, \
             win_micros / 1000000, win_micros % 1000000, loss_micros / 1000000, loss_micros % 1000000 FROM ",
            $from
        )
    };
}

macro_rules! sums {
    ($key:literal) => {
        concat!(
            "SELECT ",
            $key,
            ", sum(num_closed), sum(num_wins), sum(num_losses), \
             sum(realized_micros / 1000000), sum(realized_micros % 1000000), \
             sum(win_micros / 1000000), sum(win_micros % 1000000), \
             sum(loss_micros / 1000000), sum(loss_micros % 1000000) FROM daily_totals "
        )
    };
}

/// Days of one strategy; a page's conditions are appended.
pub const DAYS_OF_STRATEGY: &str = totals!("day_start", "daily_totals ");

/// Days of all strategies together; conditions and the grouping are appended.
pub const DAYS: &str = sums!("day_start");

/// What each strategy earned; conditions and the grouping are appended.
pub const LEADERBOARD: &str = sums!("strategy_id");

/// How they are grouped and ordered. Without the `+`, SQLite walks along the index of strategies to have them in groups, past
/// every day there is.
pub const LEADERBOARD_GROUPS: &str = " GROUP BY +strategy_id ORDER BY sum(realized_micros) DESC, strategy_id LIMIT ?";

/// What each strategy earned on all days together; the limit is appended.
pub const LEADERBOARD_OF_ALL_DAYS: &str =
    totals!("strategy_id", "strategy_totals WHERE num_closed > 0 ORDER BY realized_micros DESC, strategy_id LIMIT ?");

/// The growth of a day of a strategy.
pub const DAILY_TOTALS_ADD: &str = "INSERT INTO daily_totals (strategy_id, day_start, num_closed, num_wins, num_losses, \
     realized_micros, win_micros, loss_micros) VALUES (?1, ?2, ?3, ?4, ?5, ?6, ?7, ?8) \
     ON CONFLICT (day_start, strategy_id) DO UPDATE SET num_closed = num_closed + excluded.num_closed, \
     num_wins = num_wins + excluded.num_wins, num_losses = num_losses + excluded.num_losses, \
     realized_micros = realized_micros + excluded.realized_micros, win_micros = win_micros + excluded.win_micros, \
     loss_micros = loss_micros + excluded.loss_micros";
