//! Every SQL text that runs while a book is open, public so that benchmarks and checks of query plans run the very same.
//!
//! Values come as arrays, one for each column, so that a text serves one row and a thousand. An update whose row is not
//! there fails on the server, because the commit behind it is already on its way: it divides by zero.

mod dashboard;

pub use dashboard::*;

macro_rules! book_columns {
    () => {
        "schema_version, next_strategy_id, next_position_id, next_trade_id, next_signal_id, next_event_id, \
         next_snapshot_id, next_metric_id, commit_seq, metrics_from, metrics_at, updated_at"
    };
}

/// A strategy whose totals are missing is found all the same: it is corrupt, not unknown.
macro_rules! strategies {
    () => {
        "SELECT s.id, s.strategy_name, s.version, s.starlisting_id, s.interval, s.model_id, s.config_path, s.is_active, \
         s.initial_bankroll, s.current_bankroll, s.created_at, s.updated_at, t.ledger_seq, t.num_closed, t.num_wins, \
         t.num_losses, t.realized_micros, t.win_micros, t.loss_micros, t.fees_micros, t.duration_ms \
         FROM strategies AS s LEFT JOIN strategy_totals AS t ON t.strategy_id = s.id "
    };
}

macro_rules! positions {
    () => {
        positions!("positions AS p ")
    };
    ($from:literal) => {
        concat!(
            "SELECT p.id, p.strategy_id, p.starlisting_id, p.side, p.size, p.entry_price, p.entry_timestamp, p.exit_price, \
             p.exit_timestamp, p.realized_pnl, p.unrealized_pnl, p.fees_paid, p.status, p.stop_loss_price, \
             p.take_profit_price, p.exit_reason, p.created_at, p.updated_at, p.mark_price, p.marked_at FROM ",
            $from
        )
    };
}

macro_rules! ledger {
    () => {
        "SELECT strategy_id, seq, kind, position_id, trade_id, delta_micros, balance_micros, held_ms, \
         reason, request_key, commit_seq, timestamp, created_at FROM ledger "
    };
}

/// An update that must find as many rows as the first array has.
macro_rules! updated {
    ($update:literal) => {
        concat!("WITH w AS (UPDATE ", $update, " RETURNING 1) SELECT 1 / (count(*) = cardinality($1))::int FROM w")
    };
}

/// The book row, locked: whoever holds it is the only writer. What is decided upon is read by later statements, which see
/// what the last holder committed; joined to this one they would see what was there before the wait.
///
/// After the row's columns come the connection's mark and what decides whether a commit is kept: behind a pooler somebody
/// else may have set that.
pub const BOOK_LOCKED: &str = concat!(
    "SELECT ",
    book_columns!(),
    ", current_setting('nailsage.mark', true), current_setting('fsync'), current_setting('full_page_writes'), \
     current_setting('synchronous_commit') FROM book WHERE id = 1 FOR UPDATE"
);

/// Where these begin.
pub(crate) const BOOK_LOCKED_MARK: usize = 12;
pub(crate) const BOOK_LOCKED_SETTINGS: usize = 13;

/// The setting that marks a connection.
pub(crate) const MARK: &str = "nailsage.mark";

/// The book row.
pub const BOOK: &str = concat!("SELECT ", book_columns!(), " FROM book WHERE id = 1");

/// Accepted commands, by their keys.
pub const REQUESTS_BY_KEY: &str = "SELECT request_key, fingerprint, outcome, opened_position_id, timestamp, created_at \
     FROM requests WHERE request_key = ANY($1)";

/// Strategies with their totals; a page's conditions are appended.
pub const STRATEGIES: &str = strategies!();

/// Strategies with their totals: those with these ids, and those to which these positions belong.
pub const STRATEGIES_BY_ID: &str = concat!(
    strategies!(),
    "WHERE s.id IN (SELECT unnest($1::int8[]) UNION SELECT strategy_id FROM positions WHERE id = ANY($2))"
);

/// Strategies that are active or have open positions, by id.
pub const STRATEGIES_TO_RECOVER: &str = concat!(
    strategies!(),
    "WHERE s.is_active OR s.id IN (SELECT strategy_id FROM positions WHERE status = 'open') ORDER BY s.id"
);

/// Strategies with their totals, by name, version and market.
pub const STRATEGIES_BY_KEY: &str = concat!(
    strategies!(),
    "JOIN unnest($1::text[], $2::text[], $3::int8[]) AS k (name, version, market) \
     ON s.strategy_name = k.name AND s.version = k.version AND s.starlisting_id = k.market"
);

/// Positions; a page's conditions are appended.
pub const POSITIONS: &str = positions!();

/// Positions.
pub const POSITIONS_BY_ID: &str = concat!(positions!(), "WHERE p.id = ANY($1)");

/// The open positions of strategies on markets; on the strategy's own where none is given.
///
/// One look into the index for each that is asked for. OFFSET 0 keeps the server from turning it round, since all open
/// positions of the book, each compared with all that is asked for, may look cheaper to it.
pub const OPEN_BY_ID: &str = positions!(
    "unnest($1::int8[], $2::int8[]) AS k (id, market) \
     CROSS JOIN LATERAL (SELECT id, starlisting_id FROM strategies WHERE id = k.id OFFSET 0) AS s \
     CROSS JOIN LATERAL (SELECT * FROM positions WHERE strategy_id = s.id \
     AND starlisting_id = coalesce(k.market, s.starlisting_id) AND status = 'open' OFFSET 0) AS p"
);

/// The same, of strategies that are named.
pub const OPEN_BY_KEY: &str = positions!(
    "unnest($1::text[], $2::text[], $3::int8[], $4::int8[]) AS k (name, version, home, market) \
     CROSS JOIN LATERAL (SELECT id FROM strategies WHERE strategy_name = k.name AND version = k.version \
     AND starlisting_id = k.home OFFSET 0) AS s \
     CROSS JOIN LATERAL (SELECT * FROM positions WHERE strategy_id = s.id \
     AND starlisting_id = coalesce(k.market, k.home) AND status = 'open' OFFSET 0) AS p"
);

/// The open positions on markets.
pub const OPEN_ON_MARKETS: &str = concat!(positions!(), "WHERE p.starlisting_id = ANY($1) AND p.status = 'open'");

/// All open positions.
pub const OPEN: &str = concat!(positions!(), "WHERE p.status = 'open'");

/// All open positions, by id.
pub const OPEN_IN_ORDER: &str = concat!(positions!(), "WHERE p.status = 'open' ORDER BY p.id");

/// Trades; a page's conditions are appended.
pub const TRADES: &str = "SELECT id, position_id, strategy_id, starlisting_id, trade_type, size, price, fees, slippage, \
     timestamp, signal_id, created_at FROM trades ";

/// Signals; a page's conditions are appended.
pub const SIGNALS: &str = "SELECT id, strategy_id, starlisting_id, signal_type, confidence, price_at_signal, timestamp, \
     was_executed, rejection_reason, created_at FROM signals ";

/// Signals by their fates; conditions and the grouping are appended.
pub const FUNNEL: &str = "SELECT signal_type, rejection_reason, count(*) FROM signals ";

/// How they are grouped.
pub const FUNNEL_GROUPS: &str =
    " GROUP BY signal_type, rejection_reason ORDER BY 3 DESC, signal_type, rejection_reason NULLS FIRST LIMIT 1000";

/// The last signal on each market of the strategies that are active or have open positions: from market to market of each,
/// one look into the index for each.
pub const LAST_SIGNALS: &str = "WITH RECURSIVE m (strategy_id, starlisting_id) AS ( \
     SELECT s.id, (SELECT min(starlisting_id) FROM signals WHERE strategy_id = s.id) FROM strategies AS s \
     WHERE s.is_active OR s.id IN (SELECT strategy_id FROM positions WHERE status = 'open') \
     UNION ALL SELECT m.strategy_id, (SELECT min(starlisting_id) FROM signals WHERE strategy_id = m.strategy_id \
     AND starlisting_id > m.starlisting_id) FROM m WHERE m.starlisting_id IS NOT NULL) \
     SELECT g.id, g.strategy_id, g.starlisting_id, g.signal_type, g.confidence, g.price_at_signal, g.timestamp, \
     g.was_executed, g.rejection_reason, g.created_at FROM m JOIN signals AS g ON g.id = (SELECT id FROM signals \
     WHERE strategy_id = m.strategy_id AND starlisting_id = m.starlisting_id ORDER BY timestamp DESC, id DESC LIMIT 1) \
     ORDER BY g.strategy_id, g.starlisting_id";

/// Ledger rows; a page's conditions are appended.
pub const LEDGER: &str = ledger!();

/// Events; a page's conditions are appended.
pub const EVENTS: &str =
    "SELECT id, event_type, event_data, severity, timestamp, created_at, strategy_id FROM event_log ";

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
pub const RUNNING_SUMS: &str = "SELECT nullif(w.id, 0), m.running_sums \
     FROM (SELECT 0::bigint AS id UNION ALL SELECT id FROM strategies) AS w CROSS JOIN LATERAL (SELECT running_sums \
     FROM performance_metrics WHERE coalesce(strategy_id, 0) = w.id AND timeframe = 'daily' AND period_start < $1 \
     ORDER BY period_start DESC LIMIT 1) AS m";

/// The time of the entry after so many others, of those that count for metrics.
pub const MONEY_AFTER: &str = "SELECT timestamp FROM ledger WHERE kind IN ('register', 'adjust', 'close', 'liquidate') \
     AND timestamp >= $1 ORDER BY timestamp, strategy_id, seq LIMIT 1 OFFSET $2";

/// The entries in a stretch of time that count for metrics, in their order.
pub const MONEY: &str = concat!(
    ledger!(),
    "WHERE kind IN ('register', 'adjust', 'close', 'liquidate') AND timestamp >= $1 AND timestamp < $2 \
     ORDER BY timestamp, strategy_id, seq"
);

/// Which metrics there are, of periods that begin in a stretch of time and of all times.
pub const METRICS_KNOWN: &str = "SELECT id, strategy_id, timeframe, period_start, created_at FROM performance_metrics \
     WHERE (period_start >= $1 AND period_start < $2) OR period_start = 0";

/// New strategies.
pub const STRATEGY_INSERT: &str = "INSERT INTO strategies (id, strategy_name, version, starlisting_id, interval, \
     model_id, config_path, is_active, initial_bankroll, current_bankroll, created_at, updated_at) \
     SELECT * FROM unnest($1::int8[], $2::text[], $3::text[], $4::int8[], $5::text[], $6::text[], $7::text[], \
     $8::bool[], $9::numeric[], $10::numeric[], $11::int8[], $12::int8[])";

/// All of a strategy that can change.
pub const STRATEGY_SET_TERMS: &str = updated!(
    "strategies AS s SET model_id = k.b, config_path = k.c, is_active = k.d, current_bankroll = k.e, updated_at = k.f \
     FROM unnest($1::int8[], $2::text[], $3::text[], $4::bool[], $5::numeric[], $6::int8[]) AS k (a, b, c, d, e, f) \
     WHERE s.id = k.a"
);

/// Bankrolls of strategies.
pub const STRATEGY_SET_BANKROLL: &str = updated!(
    "strategies AS s SET current_bankroll = k.b, updated_at = k.c \
     FROM unnest($1::int8[], $2::numeric[], $3::int8[]) AS k (a, b, c) WHERE s.id = k.a"
);

/// New strategies' totals.
pub const TOTALS_INSERT: &str = "INSERT INTO strategy_totals (strategy_id, ledger_seq, num_closed, num_wins, num_losses, \
     realized_micros, win_micros, loss_micros, fees_micros, duration_ms) SELECT * FROM unnest($1::int8[], $2::int8[], \
     $3::int8[], $4::int8[], $5::int8[], $6::int8[], $7::int8[], $8::int8[], $9::int8[], $10::int8[])";

/// Totals of strategies.
pub const TOTALS_SET: &str = updated!(
    "strategy_totals AS t SET ledger_seq = k.b, num_closed = k.c, num_wins = k.d, num_losses = k.e, \
     realized_micros = k.f, win_micros = k.g, loss_micros = k.h, fees_micros = k.i, duration_ms = k.j \
     FROM unnest($1::int8[], $2::int8[], $3::int8[], $4::int8[], $5::int8[], $6::int8[], $7::int8[], $8::int8[], \
     $9::int8[], $10::int8[]) AS k (a, b, c, d, e, f, g, h, i, j) WHERE t.strategy_id = k.a"
);

/// New positions, open or already ended.
pub const POSITION_INSERT: &str = "INSERT INTO positions (id, strategy_id, starlisting_id, side, size, entry_price, \
     entry_timestamp, exit_price, exit_timestamp, realized_pnl, unrealized_pnl, fees_paid, status, stop_loss_price, \
     take_profit_price, exit_reason, created_at, updated_at, mark_price, marked_at) \
     SELECT * FROM unnest($1::int8[], $2::int8[], $3::int8[], $4::text[], $5::numeric[], $6::numeric[], $7::int8[], \
     $8::numeric[], $9::int8[], $10::numeric[], $11::numeric[], $12::numeric[], $13::text[], $14::numeric[], \
     $15::numeric[], $16::text[], $17::int8[], $18::int8[], $19::numeric[], $20::int8[])";

/// Positions' ends.
pub const POSITION_END: &str = updated!(
    "positions AS p SET exit_price = k.b, exit_timestamp = k.c, realized_pnl = k.d, unrealized_pnl = NULL, \
     fees_paid = k.e, status = k.f, stop_loss_price = k.g, take_profit_price = k.h, exit_reason = k.i, \
     updated_at = k.j, mark_price = NULL, marked_at = NULL FROM unnest($1::int8[], $2::numeric[], $3::int8[], \
     $4::numeric[], $5::numeric[], $6::text[], $7::numeric[], $8::numeric[], $9::text[], $10::int8[]) \
     AS k (a, b, c, d, e, f, g, h, i, j) WHERE p.id = k.a"
);

/// Positions' marks and stops.
pub const POSITION_REVISE: &str = updated!(
    "positions AS p SET unrealized_pnl = k.b, mark_price = k.c, marked_at = k.d, stop_loss_price = k.e, \
     take_profit_price = k.f, updated_at = k.g FROM unnest($1::int8[], $2::numeric[], $3::numeric[], $4::int8[], \
     $5::numeric[], $6::numeric[], $7::int8[]) AS k (a, b, c, d, e, f, g) WHERE p.id = k.a"
);

/// Signals.
pub const SIGNAL_INSERT: &str = "INSERT INTO signals (id, strategy_id, starlisting_id, signal_type, confidence, \
     price_at_signal, timestamp, was_executed, rejection_reason, created_at) SELECT * FROM unnest($1::int8[], \
     $2::int8[], $3::int8[], $4::text[], $5::float8[], $6::numeric[], $7::int8[], $8::bool[], $9::text[], $10::int8[])";

/// Trades.
pub const TRADE_INSERT: &str = "INSERT INTO trades (id, position_id, strategy_id, starlisting_id, trade_type, size, \
     price, fees, slippage, timestamp, signal_id, created_at) SELECT * FROM unnest($1::int8[], $2::int8[], $3::int8[], \
     $4::int8[], $5::text[], $6::numeric[], $7::numeric[], $8::numeric[], $9::numeric[], $10::int8[], $11::int8[], \
     $12::int8[])";

/// Ledger rows.
pub const LEDGER_INSERT: &str = "INSERT INTO ledger (strategy_id, seq, kind, position_id, trade_id, delta_micros, \
     balance_micros, held_ms, reason, request_key, commit_seq, timestamp, created_at) SELECT * FROM unnest($1::int8[], \
     $2::int8[], $3::text[], $4::int8[], $5::int8[], $6::int8[], $7::int8[], $8::int8[], $9::text[], $10::text[], \
     $11::int8[], $12::int8[], $13::int8[])";

/// Events.
pub const EVENT_INSERT: &str = "INSERT INTO event_log (id, event_type, event_data, severity, timestamp, created_at, \
     strategy_id) SELECT * FROM unnest($1::int8[], $2::text[], $3::text[], $4::text[], $5::int8[], $6::int8[], $7::int8[])";

/// Snapshots of all strategies together.
pub const SNAPSHOT_INSERT: &str = "INSERT INTO state_snapshots (id, total_equity, available_capital, allocated_capital, \
     total_unrealized_pnl, total_realized_pnl, num_open_positions, num_strategies_active, timestamp, created_at) \
     SELECT * FROM unnest($1::int8[], $2::numeric[], $3::numeric[], $4::numeric[], $5::numeric[], $6::numeric[], \
     $7::int8[], $8::int8[], $9::int8[], $10::int8[])";

/// What strategies had at snapshots.
pub const STRATEGY_SNAPSHOT_INSERT: &str = "INSERT INTO strategy_snapshots (snapshot_id, strategy_id, equity, \
     available_capital, allocated_capital, unrealized_pnl, realized_pnl, num_open_positions, is_active, timestamp, \
     created_at) SELECT * FROM unnest($1::int8[], $2::int8[], $3::numeric[], $4::numeric[], $5::numeric[], \
     $6::numeric[], $7::numeric[], $8::int8[], $9::bool[], $10::int8[], $11::int8[])";

/// Metrics, new or written again.
pub const METRIC_PUT: &str = "INSERT INTO performance_metrics (id, strategy_id, timeframe, period_start, period_end, \
     total_return_pct, total_return_usdt, num_trades, num_wins, num_losses, win_rate_pct, avg_win_usdt, \
     avg_loss_usdt, largest_win_usdt, largest_loss_usdt, profit_factor, avg_position_duration_minutes, \
     max_drawdown_pct, max_drawdown_usdt, sharpe_ratio, created_at, updated_at, growth_factor, \
     running_sums) SELECT * FROM unnest($1::int8[], $2::int8[], $3::text[], $4::int8[], $5::int8[], \
     $6::float8[], $7::numeric[], $8::int8[], $9::int8[], $10::int8[], $11::float8[], $12::numeric[], \
     $13::numeric[], $14::numeric[], $15::numeric[], $16::float8[], $17::float8[], $18::float8[], \
     $19::numeric[], $20::float8[], $21::int8[], $22::int8[], $23::float8[], $24::text[]) ON CONFLICT \
     (id) DO UPDATE SET total_return_pct = excluded.total_return_pct, total_return_usdt = \
     excluded.total_return_usdt, num_trades = excluded.num_trades, num_wins = excluded.num_wins, \
     num_losses = excluded.num_losses, win_rate_pct = excluded.win_rate_pct, avg_win_usdt = \
     excluded.avg_win_usdt, avg_loss_usdt = excluded.avg_loss_usdt, largest_win_usdt = \
     excluded.largest_win_usdt, largest_loss_usdt = excluded.largest_loss_usdt, profit_factor = \
     excluded.profit_factor, avg_position_duration_minutes = excluded.avg_position_duration_minutes, \
     max_drawdown_pct = excluded.max_drawdown_pct, max_drawdown_usdt = excluded.max_drawdown_usdt, \
     sharpe_ratio = excluded.sharpe_ratio, updated_at = excluded.updated_at, growth_factor = \
     excluded.growth_factor, running_sums = excluded.running_sums";

/// Accepted commands.
pub const REQUEST_INSERT: &str = "INSERT INTO requests (request_key, fingerprint, outcome, opened_position_id, \
     commit_seq, timestamp, created_at) SELECT * FROM unnest($1::text[], $2::bytea[], $3::text[], $4::int8[], \
     $5::int8[], $6::int8[], $7::int8[])";

/// The book row.
pub const BOOK_SET: &str = updated!(
    "book AS b SET next_strategy_id = k.a, next_position_id = k.b, next_trade_id = k.c, next_signal_id = k.d, \
     next_event_id = k.e, next_snapshot_id = k.f, next_metric_id = k.g, commit_seq = k.h, metrics_from = k.i, \
     metrics_at = k.j, updated_at = k.k FROM unnest($1::int8[], $2::int8[], $3::int8[], $4::int8[], $5::int8[], \
     $6::int8[], $7::int8[], $8::int8[], $9::int8[], $10::int8[], $11::int8[]) AS k (a, b, c, d, e, f, g, h, i, j, k) \
     WHERE b.id = 1"
);

/// What the writer runs, apart from locking the book; prepared where nobody stands in between.
pub(crate) const WRITERS: [&str; 25] = [
    REQUESTS_BY_KEY,
    STRATEGIES_BY_ID,
    STRATEGIES_BY_KEY,
    POSITIONS_BY_ID,
    OPEN_BY_ID,
    OPEN_BY_KEY,
    OPEN_ON_MARKETS,
    STRATEGY_INSERT,
    STRATEGY_SET_TERMS,
    STRATEGY_SET_BANKROLL,
    TOTALS_INSERT,
    TOTALS_SET,
    POSITION_INSERT,
    POSITION_END,
    POSITION_REVISE,
    SIGNAL_INSERT,
    TRADE_INSERT,
    LEDGER_INSERT,
    DAILY_TOTALS_ADD,
    EVENT_INSERT,
    SNAPSHOT_INSERT,
    STRATEGY_SNAPSHOT_INSERT,
    METRIC_PUT,
    REQUEST_INSERT,
    BOOK_SET,
];
