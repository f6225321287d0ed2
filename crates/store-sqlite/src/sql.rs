//! Every SQL text that runs while a book is open, public so that benchmarks and checks of query plans run the very same.
//!
//! A read is made of a table's columns and a condition; the partial indexes serve only conditions that are written out as
//! literals.

mod dashboard;

pub use dashboard::*;

/// The book row.
pub const BOOK: &str = "SELECT schema_version, next_strategy_id, next_position_id, next_trade_id, \
     next_signal_id, next_event_id, next_snapshot_id, next_metric_id, commit_seq, \
     metrics_from, metrics_at, updated_at FROM book WHERE id = 1";

/// A strategy whose totals are missing is found all the same: it is corrupt, not unknown.
macro_rules! strategies {
    () => {
        "SELECT s.id, s.strategy_name, s.version, s.starlisting_id, s.interval, \
     s.model_id, s.config_path, s.is_active, s.initial_bankroll, s.current_bankroll, s.created_at, s.updated_at, \
     t.ledger_seq, t.num_closed, t.num_wins, t.num_losses, t.realized_micros, t.win_micros, t.loss_micros, \
     t.fees_micros, t.duration_ms FROM strategies AS s LEFT JOIN strategy_totals AS t ON t.strategy_id = s.id "
    };
}

/// Strategies with their totals; a page's conditions are appended.
pub const STRATEGIES: &str = strategies!();

/// A strategy with its totals, by id.
pub const STRATEGY_BY_ID: &str = concat!(strategies!(), "WHERE s.id = ?1");

/// A strategy with its totals, by name, version and market.
pub const STRATEGY_BY_KEY: &str =
    concat!(strategies!(), "WHERE s.strategy_name = ?1 AND s.version = ?2 AND s.starlisting_id = ?3");

/// Strategies that are active or have open positions, by id.
pub const STRATEGIES_TO_RECOVER: &str = concat!(
    strategies!(),
    "WHERE s.is_active = 1 OR s.id IN (SELECT strategy_id FROM positions WHERE status = 'open') ORDER BY s.id"
);

macro_rules! positions {
    () => {
        "SELECT id, strategy_id, starlisting_id, side, size, entry_price, \
     entry_timestamp, exit_price, exit_timestamp, realized_pnl, unrealized_pnl, fees_paid, status, stop_loss_price, \
     take_profit_price, exit_reason, created_at, updated_at, mark_price, marked_at FROM positions "
    };
}

/// Positions; a page's conditions are appended.
pub const POSITIONS: &str = positions!();

/// A position.
pub const POSITION_BY_ID: &str = concat!(positions!(), "WHERE id = ?1");

/// The open positions of a strategy on a market.
pub const OPEN_OF_STRATEGY: &str =
    concat!(positions!(), "WHERE strategy_id = ?1 AND starlisting_id = ?2 AND status = 'open'");

/// The open positions on a market.
pub const OPEN_ON_MARKET: &str = concat!(positions!(), "WHERE starlisting_id = ?1 AND status = 'open'");

/// All open positions.
pub const OPEN: &str = concat!(positions!(), "WHERE status = 'open'");

/// All open positions, by id.
pub const OPEN_IN_ORDER: &str = concat!(positions!(), "WHERE status = 'open' ORDER BY +id");

macro_rules! trades {
    () => {
        "SELECT id, position_id, strategy_id, starlisting_id, trade_type, size, price, fees, \
     slippage, timestamp, signal_id, created_at FROM trades "
    };
}

/// Trades; a page's conditions are appended.
pub const TRADES: &str = trades!();

macro_rules! signals {
    () => {
        "SELECT id, strategy_id, starlisting_id, signal_type, confidence, price_at_signal, \
     timestamp, was_executed, rejection_reason, created_at FROM signals "
    };
}

/// Signals; a page's conditions are appended.
pub const SIGNALS: &str = signals!();

/// Signals by their fates; conditions and the grouping are appended.
pub const FUNNEL: &str = "SELECT signal_type, rejection_reason, count(*) FROM signals ";

/// How they are grouped.
pub const FUNNEL_GROUPS: &str =
    " GROUP BY signal_type, rejection_reason ORDER BY 3 DESC, signal_type, rejection_reason NULLS FIRST LIMIT 1000";

/// The last signal on each market of the strategies that are active or have open positions: from market to market of each,
/// one look into the index for each.
pub const LAST_SIGNALS: &str = "WITH RECURSIVE m (strategy_id, starlisting_id) AS ( \
     SELECT s.id, (SELECT min(starlisting_id) FROM signals WHERE strategy_id = s.id) FROM strategies AS s \
     WHERE s.is_active = 1 OR s.id IN (SELECT strategy_id FROM positions WHERE status = 'open') \
     UNION ALL SELECT m.strategy_id, (SELECT min(starlisting_id) FROM signals WHERE strategy_id = m.strategy_id \
     AND starlisting_id > m.starlisting_id) FROM m WHERE m.starlisting_id IS NOT NULL) \
     SELECT g.id, g.strategy_id, g.starlisting_id, g.signal_type, g.confidence, g.price_at_signal, g.timestamp, \
     g.was_executed, g.rejection_reason, g.created_at FROM m JOIN signals AS g ON g.id = (SELECT id FROM signals \
     WHERE strategy_id = m.strategy_id AND starlisting_id = m.starlisting_id ORDER BY timestamp DESC, id DESC LIMIT 1) \
     ORDER BY g.strategy_id, g.starlisting_id";

macro_rules! ledger {
    () => {
        "SELECT strategy_id, seq, kind, position_id, trade_id, delta_micros, \
     balance_micros, held_ms, reason, request_key, commit_seq, timestamp, created_at FROM ledger "
    };
}

/// Ledger rows; a page's conditions are appended.
pub const LEDGER: &str = ledger!();

/// The adjustments of a ledger; a page's conditions are appended, `kind = 'adjust'` among them. The index is named because
/// SQLite prefers the primary key, along which every other entry stands too.
pub const ADJUSTMENTS: &str = concat!(ledger!(), "INDEXED BY idx_ledger_adjustments ");

macro_rules! events {
    () => {
        "SELECT id, event_type, event_data, severity, timestamp, created_at, strategy_id FROM event_log "
    };
}

/// Events; a page's conditions are appended.
pub const EVENTS: &str = events!();

/// Snapshots of all strategies together; a page's conditions are appended.
pub const SNAPSHOTS: &str = "SELECT id, total_equity, available_capital, allocated_capital, total_unrealized_pnl, \
     total_realized_pnl, num_open_positions, num_strategies_active, timestamp, created_at FROM state_snapshots ";

/// Snapshots of one strategy; a page's conditions are appended.
pub const STRATEGY_SNAPSHOTS: &str = "SELECT snapshot_id, strategy_id, equity, available_capital, allocated_capital, \
     unrealized_pnl, realized_pnl, num_open_positions, is_active, timestamp, created_at FROM strategy_snapshots ";

/// What a curve of all strategies together is made of; conditions are appended.
pub const EQUITY: &str =
    "SELECT timestamp, total_equity, total_realized_pnl, total_unrealized_pnl FROM state_snapshots ";

/// What a strategy's curve is made of; conditions are appended.
pub const STRATEGY_EQUITY: &str = "SELECT timestamp, equity, realized_pnl, unrealized_pnl FROM strategy_snapshots ";

/// Metrics; a page's conditions are appended.
pub const METRICS: &str = "SELECT id, strategy_id, timeframe, period_start, period_end, total_return_pct, total_return_usdt, \
     num_trades, num_wins, num_losses, win_rate_pct, avg_win_usdt, avg_loss_usdt, largest_win_usdt, \
     largest_loss_usdt, profit_factor, avg_position_duration_minutes, max_drawdown_pct, \
     max_drawdown_usdt, sharpe_ratio, created_at, updated_at, growth_factor, running_sums FROM \
     performance_metrics ";

/// How many rows of metrics there are.
pub const METRICS_COUNT: &str = "SELECT count(*) FROM performance_metrics";

/// The sums at the end of the last day before a time, of every strategy and of all together.
pub const RUNNING_SUMS: &str = "SELECT * FROM (SELECT w.id AS strategy_id, (SELECT m.running_sums \
     FROM performance_metrics AS m WHERE m.strategy_id IS w.id AND m.timeframe = 'daily' \
     AND m.period_start < ?1 ORDER BY m.period_start DESC LIMIT 1) AS running_sums \
     FROM (SELECT NULL AS id UNION ALL SELECT id FROM strategies) AS w) WHERE running_sums IS NOT NULL";

/// The time of the entry after so many others, of those that count for metrics.
pub const MONEY_AFTER: &str = "SELECT timestamp FROM ledger WHERE kind IN ('register', 'adjust', 'close', 'liquidate') \
     AND timestamp >= ?1 ORDER BY timestamp, strategy_id, seq LIMIT 1 OFFSET ?2";

/// The entries in a stretch of time that count for metrics, in their order.
pub const MONEY: &str = concat!(
    ledger!(),
    "WHERE kind IN ('register', 'adjust', 'close', 'liquidate') AND timestamp >= ?1 AND timestamp < ?2 \
     ORDER BY timestamp, strategy_id, seq"
);

/// Which metrics there are, of periods that begin in a stretch of time and of all times.
pub const METRICS_KNOWN: &str = "SELECT id, strategy_id, timeframe, period_start, created_at FROM performance_metrics \
     WHERE (period_start >= ?1 AND period_start < ?2) OR period_start = 0";

macro_rules! requests {
    () => {
        "SELECT request_key, fingerprint, outcome, opened_position_id, timestamp, \
     created_at FROM requests "
    };
}

/// An accepted command, by its key.
pub const REQUEST_BY_KEY: &str = concat!(requests!(), "WHERE request_key = ?1");

/// A new strategy.
pub const STRATEGY_INSERT: &str = "INSERT INTO strategies (id, strategy_name, version, starlisting_id, interval, model_id, \
     config_path, is_active, initial_bankroll, current_bankroll, created_at, updated_at) \
     VALUES (?1, ?2, ?3, ?4, ?5, ?6, ?7, ?8, ?9, ?10, ?11, ?12)";

/// All of a strategy that can change.
pub const STRATEGY_SET_TERMS: &str = "UPDATE strategies SET model_id = ?2, config_path = ?3, is_active = ?4, \
     current_bankroll = ?5, updated_at = ?6 WHERE id = ?1";

/// A strategy's bankroll.
pub const STRATEGY_SET_BANKROLL: &str = "UPDATE strategies SET current_bankroll = ?2, updated_at = ?3 WHERE id = ?1";

/// A new strategy's totals.
pub const TOTALS_INSERT: &str = "INSERT INTO strategy_totals (strategy_id, ledger_seq, num_closed, num_wins, num_losses, \
     realized_micros, win_micros, loss_micros, fees_micros, duration_ms) VALUES (?1, ?2, ?3, ?4, ?5, ?6, ?7, ?8, ?9, ?10)";

/// A strategy's totals.
pub const TOTALS_SET: &str = "UPDATE strategy_totals SET ledger_seq = ?2, num_closed = ?3, num_wins = ?4, num_losses = ?5, \
     realized_micros = ?6, win_micros = ?7, loss_micros = ?8, fees_micros = ?9, duration_ms = ?10 WHERE strategy_id = ?1";

/// A new position, open or already ended.
pub const POSITION_INSERT: &str = "INSERT INTO positions (id, strategy_id, starlisting_id, side, size, entry_price, \
     entry_timestamp, exit_price, exit_timestamp, realized_pnl, unrealized_pnl, fees_paid, status, stop_loss_price, \
     take_profit_price, exit_reason, created_at, updated_at, mark_price, marked_at) \
     VALUES (?1, ?2, ?3, ?4, ?5, ?6, ?7, ?8, ?9, ?10, ?11, ?12, ?13, ?14, ?15, ?16, ?17, ?18, ?19, ?20)";

/// A position's end.
pub const POSITION_END: &str = "UPDATE positions SET exit_price = ?2, exit_timestamp = ?3, realized_pnl = ?4, \
     unrealized_pnl = NULL, fees_paid = ?5, status = ?6, stop_loss_price = ?7, take_profit_price = ?8, \
     exit_reason = ?9, updated_at = ?10, mark_price = NULL, marked_at = NULL WHERE id = ?1";

/// A position's mark and stops.
pub const POSITION_REVISE: &str = "UPDATE positions SET unrealized_pnl = ?2, mark_price = ?3, marked_at = ?4, \
     stop_loss_price = ?5, take_profit_price = ?6, updated_at = ?7 WHERE id = ?1";

/// A signal.
pub const SIGNAL_INSERT: &str = "INSERT INTO signals (id, strategy_id, starlisting_id, signal_type, confidence, \
     price_at_signal, timestamp, was_executed, rejection_reason, created_at) \
     VALUES (?1, ?2, ?3, ?4, ?5, ?6, ?7, ?8, ?9, ?10)";

/// A trade.
pub const TRADE_INSERT: &str = "INSERT INTO trades (id, position_id, strategy_id, starlisting_id, trade_type, size, price, \
     fees, slippage, timestamp, signal_id, created_at) VALUES (?1, ?2, ?3, ?4, ?5, ?6, ?7, ?8, ?9, ?10, ?11, ?12)";

/// A ledger row.
pub const LEDGER_INSERT: &str = "INSERT INTO ledger (strategy_id, seq, kind, position_id, trade_id, delta_micros, \
     balance_micros, held_ms, reason, request_key, commit_seq, timestamp, created_at) \
     VALUES (?1, ?2, ?3, ?4, ?5, ?6, ?7, ?8, ?9, ?10, ?11, ?12, ?13)";

/// An event.
pub const EVENT_INSERT: &str = "INSERT INTO event_log (id, event_type, event_data, severity, timestamp, created_at, strategy_id) \
     VALUES (?1, ?2, ?3, ?4, ?5, ?6, ?7)";

/// A snapshot of all strategies together.
pub const SNAPSHOT_INSERT: &str = "INSERT INTO state_snapshots (id, total_equity, available_capital, allocated_capital, \
     total_unrealized_pnl, total_realized_pnl, num_open_positions, num_strategies_active, timestamp, created_at) \
     VALUES (?1, ?2, ?3, ?4, ?5, ?6, ?7, ?8, ?9, ?10)";

/// What a strategy had at a snapshot.
pub const STRATEGY_SNAPSHOT_INSERT: &str = "INSERT INTO strategy_snapshots (snapshot_id, strategy_id, equity, \
     available_capital, allocated_capital, unrealized_pnl, realized_pnl, num_open_positions, is_active, timestamp, \
     created_at) VALUES (?1, ?2, ?3, ?4, ?5, ?6, ?7, ?8, ?9, ?10, ?11)";

/// A row of metrics, new or written again.
pub const METRIC_PUT: &str = "INSERT INTO performance_metrics (id, strategy_id, timeframe, period_start, period_end, \
     total_return_pct, total_return_usdt, num_trades, num_wins, num_losses, win_rate_pct, avg_win_usdt, \
     avg_loss_usdt, largest_win_usdt, largest_loss_usdt, profit_factor, avg_position_duration_minutes, \
     max_drawdown_pct, max_drawdown_usdt, sharpe_ratio, created_at, updated_at, growth_factor, \
     running_sums) VALUES (?1, ?2, ?3, ?4, ?5, ?6, ?7, ?8, ?9, ?10, ?11, ?12, ?13, ?14, ?15, ?16, ?17, \
     ?18, ?19, ?20, ?21, ?22, ?23, ?24) ON CONFLICT (id) DO UPDATE SET total_return_pct = \
     excluded.total_return_pct, total_return_usdt = excluded.total_return_usdt, num_trades = \
     excluded.num_trades, num_wins = excluded.num_wins, num_losses = excluded.num_losses, win_rate_pct = \
     excluded.win_rate_pct, avg_win_usdt = excluded.avg_win_usdt, avg_loss_usdt = excluded.avg_loss_usdt, \
     largest_win_usdt = excluded.largest_win_usdt, largest_loss_usdt = excluded.largest_loss_usdt, \
     profit_factor = excluded.profit_factor, avg_position_duration_minutes = \
     excluded.avg_position_duration_minutes, max_drawdown_pct = excluded.max_drawdown_pct, \
     max_drawdown_usdt = excluded.max_drawdown_usdt, sharpe_ratio = excluded.sharpe_ratio, updated_at = \
     excluded.updated_at, growth_factor = excluded.growth_factor, running_sums = excluded.running_sums";

/// An accepted command.
pub const REQUEST_INSERT: &str = "INSERT INTO requests (request_key, fingerprint, outcome, opened_position_id, commit_seq, \
     timestamp, created_at) VALUES (?1, ?2, ?3, ?4, ?5, ?6, ?7)";

/// The book row.
pub const BOOK_SET: &str = "UPDATE book SET next_strategy_id = ?1, next_position_id = ?2, next_trade_id = ?3, \
     next_signal_id = ?4, next_event_id = ?5, next_snapshot_id = ?6, next_metric_id = ?7, commit_seq = ?8, \
     metrics_from = ?9, metrics_at = ?10, updated_at = ?11 WHERE id = 1";
