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

/// A sum of whole numbers is NUMERIC here.
macro_rules! sums {
    ($key:literal) => {
        concat!(
            "SELECT ",
            $key,
            ", sum(num_closed)::int8, sum(num_wins)::int8, sum(num_losses)::int8, \
             sum(realized_micros / 1000000)::int8, sum(realized_micros % 1000000)::int8, \
             sum(win_micros / 1000000)::int8, sum(win_micros % 1000000)::int8, \
             sum(loss_micros / 1000000)::int8, sum(loss_micros % 1000000)::int8 FROM daily_totals "
        )
    };
}

/// Days of one strategy; a page's conditions are appended.
pub const DAYS_OF_STRATEGY: &str = totals!("day_start", "daily_totals ");

/// Days of all strategies together; conditions and the grouping are appended.
pub const DAYS: &str = sums!("day_start");

/// What each strategy earned; conditions and the grouping are appended.
pub const LEADERBOARD: &str = sums!("strategy_id");

/// How they are grouped and ordered.
pub const LEADERBOARD_GROUPS: &str = " GROUP BY strategy_id ORDER BY sum(realized_micros) DESC, strategy_id LIMIT $";

/// What each strategy earned on all days together; the limit is appended.
pub const LEADERBOARD_OF_ALL_DAYS: &str =
    totals!("strategy_id", "strategy_totals WHERE num_closed > 0 ORDER BY realized_micros DESC, strategy_id LIMIT $");

/// The growth of days of strategies.
pub const DAILY_TOTALS_ADD: &str = "INSERT INTO daily_totals AS t (strategy_id, day_start, num_closed, num_wins, num_losses, \
     realized_micros, win_micros, loss_micros) SELECT * FROM unnest($1::int8[], $2::int8[], $3::int8[], $4::int8[], \
     $5::int8[], $6::int8[], $7::int8[], $8::int8[]) \
     ON CONFLICT (day_start, strategy_id) DO UPDATE SET num_closed = t.num_closed + excluded.num_closed, \
     num_wins = t.num_wins + excluded.num_wins, num_losses = t.num_losses + excluded.num_losses, \
     realized_micros = t.realized_micros + excluded.realized_micros, win_micros = t.win_micros + excluded.win_micros, \
     loss_micros = t.loss_micros + excluded.loss_micros";
