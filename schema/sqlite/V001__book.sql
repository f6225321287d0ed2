-- The book on SQLite: tables, indexes, triggers and views. The program applies it in one transaction; by hand,
-- with any sqlite3 from 3.40 on, it is
--     sqlite3 -bail book.db < V001__book.sql
-- The row that makes the file a book is inserted last, so a half-applied file is never mistaken for one.
--
-- How to read it:
--   * What a column means stands behind it, or above it if nothing does; a column that a view works out says its type
--     first. docs/schema.md is made from that (cargo xtask schema), so the meanings are in this file alone.
--   * STRICT tables. Columns named by the source document come first and in its order, ours follow.
--   * The program assigns every id, densely and in commit order (see book), hence no AUTOINCREMENT.
--   * Money is REAL: the double nearest to a whole number of millionths of a USDT, below 2^33 USDT (8589934592) in
--     magnitude so that it can be read back exactly. Columns named *_micros hold those millionths as integers.
--   * Prices are decimals of at most 15 digits in [1e-12, 1e12). Times are Unix milliseconds from 2000-01-01 up to
--     2100-01-01 UTC (946684800000 .. 4102444799999), which refuses seconds and microseconds given by mistake.
--   * Every range has two ends, which refuses infinity (9e999). SQLite turns NaN into NULL before a CHECK sees it, so
--     NOT NULL refuses NaN; in a column that may be NULL it reads as "not given".
--   * Text is 1 to 1000 bytes without NUL. length() counts characters and stops at NUL, hence the cast to BLOB.
--   * No trigger fires on INSERT and none decides anything: the rules live in the program, this file refuses what no
--     rule could ever write. INSERT OR REPLACE deletes without firing triggers unless PRAGMA recursive_triggers is on.

-- ---------------------------------------------------------------------------------------------------------- tables

-- The book itself, one row: its schema version, the next id of each table, how many commands have changed it
-- (commit_seq), and the door for pruning. The writer locks and updates it in every transaction.
CREATE TABLE book (
    id               INTEGER PRIMARY KEY CHECK (id = 1), -- always 1: there is one book in a database
    schema_version   INTEGER NOT NULL CHECK (schema_version > 0), -- the last migration that was applied
    next_strategy_id INTEGER NOT NULL CHECK (next_strategy_id > 0), -- the id of the next strategy
    next_position_id INTEGER NOT NULL CHECK (next_position_id > 0), -- the id of the next position
    next_trade_id    INTEGER NOT NULL CHECK (next_trade_id > 0), -- the id of the next trade
    next_signal_id   INTEGER NOT NULL CHECK (next_signal_id > 0), -- the id of the next signal
    next_event_id    INTEGER NOT NULL CHECK (next_event_id > 0), -- the id of the next event
    next_snapshot_id INTEGER NOT NULL CHECK (next_snapshot_id > 0), -- the id of the next snapshot
    next_metric_id   INTEGER NOT NULL CHECK (next_metric_id > 0), -- the id of the next row of metrics
    commit_seq       INTEGER NOT NULL CHECK (commit_seq >= 0), -- how many commands were accepted
    metrics_from     INTEGER CHECK (metrics_from BETWEEN 946684800000 AND 4102444799999), -- the earliest entry that performance_metrics lacks
    metrics_at       INTEGER CHECK (metrics_at BETWEEN 946684800000 AND 4102444799999), -- as of when they were refreshed
    pruning          INTEGER NOT NULL CHECK (pruning IN (0, 1)), -- 1, or true, only inside a transaction that prunes
    created_at       INTEGER NOT NULL CHECK (created_at BETWEEN 946684800000 AND 4102444799999), -- when the book was made (Unix ms)
    updated_at       INTEGER NOT NULL CHECK (updated_at BETWEEN 946684800000 AND 4102444799999) -- when a command last changed the book (Unix ms)
) STRICT;

-- Strategies and their isolated bankrolls. current_bankroll is always initial_bankroll plus the deltas of the ledger,
-- and may be zero or negative.
CREATE TABLE strategies (
    id               INTEGER PRIMARY KEY CHECK (id > 0), -- dense, from 1
    -- what the strategy is called, such as dev_scalper_1m
    strategy_name    TEXT    NOT NULL CHECK (length(CAST(strategy_name AS BLOB)) BETWEEN 1 AND 1000 AND instr(strategy_name, char(0)) = 0),
    -- No '/' and no '@', so that name/version@starlisting_id can be taken apart in one way only.
    version          TEXT    NOT NULL CHECK (length(CAST(version AS BLOB)) BETWEEN 1 AND 1000 AND instr(version, char(0)) = 0
                                             AND instr(version, '/') = 0 AND instr(version, '@') = 0), -- such as v1; any other is another strategy
    starlisting_id   INTEGER NOT NULL CHECK (starlisting_id > 0), -- the market, by its number in the Kirby API
    -- A count of 1 to 999 and a unit. GLOB stops at NUL, hence the second condition.
    interval         TEXT    NOT NULL CHECK ((interval GLOB '[1-9][smhdwM]' OR interval GLOB '[1-9][0-9][smhdwM]'
                                              OR interval GLOB '[1-9][0-9][0-9][smhdwM]') AND instr(interval, char(0)) = 0), -- of its candles, as 1m
    -- the model behind it, from the model registry; NULL: not given
    model_id         TEXT    CHECK (length(CAST(model_id AS BLOB)) BETWEEN 1 AND 1000 AND instr(model_id, char(0)) = 0),
    -- where its configuration lies; NULL: not given
    config_path      TEXT    CHECK (length(CAST(config_path AS BLOB)) BETWEEN 1 AND 1000 AND instr(config_path, char(0)) = 0),
    is_active        INTEGER NOT NULL CHECK (is_active IN (0, 1)), -- whether it may open positions; it may always close them
    initial_bankroll REAL    NOT NULL DEFAULT 10000.0 CHECK (initial_bankroll > 0 AND initial_bankroll < 8589934592), -- what it started with (USDT)
    -- initial_bankroll plus the deltas of its ledger (USDT)
    current_bankroll REAL    NOT NULL DEFAULT 10000.0 CHECK (current_bankroll > -8589934592 AND current_bankroll < 8589934592),
    created_at       INTEGER NOT NULL CHECK (created_at BETWEEN 946684800000 AND 4102444799999), -- when it was written, by the book's clock
    updated_at       INTEGER NOT NULL CHECK (updated_at BETWEEN 946684800000 AND 4102444799999), -- when it last changed, by the book's clock
    UNIQUE (strategy_name, version, starlisting_id)
) STRICT;

-- Positions. size is the USDT notional at entry; fees_paid grows by the exit fee when the position closes.
-- realized_pnl is net of all fees, unrealized_pnl is gross and goes with the mark it was computed from.
CREATE TABLE positions (
    id                INTEGER PRIMARY KEY CHECK (id > 0), -- dense, from 1
    strategy_id       INTEGER NOT NULL REFERENCES strategies (id), -- whose position
    starlisting_id    INTEGER NOT NULL CHECK (starlisting_id > 0), -- the market, by its number in the Kirby API
    side              TEXT    NOT NULL CHECK (side IN ('long', 'short')), -- long earns when the price rises, short when it falls
    size              REAL    NOT NULL CHECK (size > 0 AND size < 8589934592), -- notional at entry (USDT)
    entry_price       REAL    NOT NULL CHECK (entry_price >= 1e-12 AND entry_price < 1e12), -- the fill, slippage included
    entry_timestamp   INTEGER NOT NULL CHECK (entry_timestamp BETWEEN 946684800000 AND 4102444799999), -- when it was opened (Unix ms)
    exit_price        REAL    CHECK (exit_price >= 1e-12 AND exit_price < 1e12), -- the fill; NULL while open
    exit_timestamp    INTEGER CHECK (exit_timestamp BETWEEN 946684800000 AND 4102444799999), -- when it ended (Unix ms); NULL while open
    -- what it earned, less all fees (USDT); NULL while open
    realized_pnl      REAL    CHECK (realized_pnl > -8589934592 AND realized_pnl < 8589934592),
    -- what it stands at by its mark, before fees (USDT); NULL once ended
    unrealized_pnl    REAL    CHECK (unrealized_pnl > -8589934592 AND unrealized_pnl < 8589934592),
    fees_paid         REAL    NOT NULL CHECK (fees_paid >= 0 AND fees_paid < 8589934592), -- of the entry, and once ended of the exit too (USDT)
    status            TEXT    NOT NULL CHECK (status IN ('open', 'closed', 'liquidated')), -- closed by an exit, or liquidated
    -- for the record: the book watches no prices; NULL: not set
    stop_loss_price   REAL    CHECK (stop_loss_price >= 1e-12 AND stop_loss_price < 1e12),
    take_profit_price REAL    CHECK (take_profit_price >= 1e-12 AND take_profit_price < 1e12), -- for the record, likewise; NULL: not set
    exit_reason       TEXT    CHECK (exit_reason IN ('signal', 'stop_loss', 'take_profit', 'manual', 'liquidation')), -- why it ended; NULL while open
    created_at        INTEGER NOT NULL CHECK (created_at BETWEEN 946684800000 AND 4102444799999), -- when it was written, by the book's clock
    updated_at        INTEGER NOT NULL CHECK (updated_at BETWEEN 946684800000 AND 4102444799999), -- when it last changed, by the book's clock
    mark_price        REAL    CHECK (mark_price >= 1e-12 AND mark_price < 1e12), -- the price of the last mark; NULL once ended
    marked_at         INTEGER CHECK (marked_at BETWEEN 946684800000 AND 4102444799999), -- when that was (Unix ms); NULL once ended
    -- Opening marks at the entry, so an open position always has a mark; closing replaces the mark by the exit.
    CONSTRAINT position_is_open_or_ended CHECK (
        CASE status
            WHEN 'open' THEN unrealized_pnl IS NOT NULL AND mark_price IS NOT NULL AND marked_at IS NOT NULL
                AND exit_price IS NULL AND exit_timestamp IS NULL AND realized_pnl IS NULL AND exit_reason IS NULL
            ELSE unrealized_pnl IS NULL AND mark_price IS NULL AND marked_at IS NULL
                AND exit_price IS NOT NULL AND exit_timestamp IS NOT NULL AND realized_pnl IS NOT NULL AND exit_reason IS NOT NULL
        END),
    CONSTRAINT position_is_liquidated_by_liquidation CHECK ((status = 'liquidated') = coalesce(exit_reason = 'liquidation', FALSE)),
    CONSTRAINT position_exit_not_before_entry CHECK (exit_timestamp >= entry_timestamp),
    CONSTRAINT position_mark_not_before_entry CHECK (marked_at >= entry_timestamp),
    -- Unknown, hence accepted, while one of the two is NULL.
    CONSTRAINT position_stops_not_crossed CHECK (
        CASE side WHEN 'long' THEN stop_loss_price < take_profit_price ELSE stop_loss_price > take_profit_price END)
) STRICT;

-- Every signal a strategy gave, acted upon or suppressed. Append-only.
CREATE TABLE signals (
    id               INTEGER PRIMARY KEY CHECK (id > 0), -- dense, from 1
    strategy_id      INTEGER NOT NULL REFERENCES strategies (id), -- whose signal
    starlisting_id   INTEGER NOT NULL CHECK (starlisting_id > 0), -- the market, by its number in the Kirby API
    signal_type      TEXT    NOT NULL CHECK (signal_type IN ('long', 'short', 'neutral', 'close')), -- what it says
    confidence       REAL    CHECK (confidence >= 0 AND confidence <= 1), -- the model's, from 0 to 1; NULL: not given
    price_at_signal  REAL    NOT NULL CHECK (price_at_signal >= 1e-12 AND price_at_signal < 1e12), -- the market's price when it was made
    timestamp        INTEGER NOT NULL CHECK (timestamp BETWEEN 946684800000 AND 4102444799999), -- when it was made (Unix ms)
    was_executed     INTEGER NOT NULL CHECK (was_executed IN (0, 1)), -- whether a trade came of it; if not, it was suppressed
    -- why nothing was traded, such as cooldown or the code of a refusal; NULL exactly if it was executed
    rejection_reason TEXT    CHECK (length(CAST(rejection_reason AS BLOB)) BETWEEN 1 AND 1000 AND instr(rejection_reason, char(0)) = 0),
    created_at       INTEGER NOT NULL CHECK (created_at BETWEEN 946684800000 AND 4102444799999), -- when it was written, by the book's clock
    CONSTRAINT signal_is_executed_or_has_a_reason CHECK ((was_executed = 1) = (rejection_reason IS NULL))
) STRICT;

-- Fills: one entry and one exit a position. slippage is recorded, positive, and already inside price. Append-only.
CREATE TABLE trades (
    id             INTEGER PRIMARY KEY CHECK (id > 0), -- dense, from 1
    position_id    INTEGER NOT NULL REFERENCES positions (id), -- the position that it opened or ended
    strategy_id    INTEGER NOT NULL REFERENCES strategies (id), -- whose trade
    starlisting_id INTEGER NOT NULL CHECK (starlisting_id > 0), -- the market, by its number in the Kirby API
    -- what was done, and the position's side
    trade_type     TEXT    NOT NULL CHECK (trade_type IN ('open_long', 'open_short', 'close_long', 'close_short')),
    size           REAL    NOT NULL CHECK (size > 0 AND size < 8589934592), -- the position's size (USDT)
    price          REAL    NOT NULL CHECK (price >= 1e-12 AND price < 1e12), -- the fill, slippage included
    fees           REAL    NOT NULL CHECK (fees >= 0 AND fees < 8589934592), -- of this trade (USDT)
    slippage       REAL    NOT NULL CHECK (slippage >= 0 AND slippage < 8589934592), -- for the record, it is in the price already (USDT)
    timestamp      INTEGER NOT NULL CHECK (timestamp BETWEEN 946684800000 AND 4102444799999), -- when it was filled (Unix ms)
    signal_id      INTEGER REFERENCES signals (id), -- the signal that it came of; NULL: traded by hand
    created_at     INTEGER NOT NULL CHECK (created_at BETWEEN 946684800000 AND 4102444799999) -- when it was written, by the book's clock
) STRICT;

-- The state of all strategies together, taken from time to time: the equity curve.
CREATE TABLE state_snapshots (
    id                    INTEGER PRIMARY KEY CHECK (id > 0), -- dense, from 1
    -- what everything was worth: the bankrolls and total_unrealized_pnl (USDT)
    total_equity          REAL    NOT NULL CHECK (total_equity > -8589934592 AND total_equity < 8589934592),
    -- the bankrolls less allocated_capital, may be negative (USDT)
    available_capital     REAL    NOT NULL CHECK (available_capital > -8589934592 AND available_capital < 8589934592),
    allocated_capital     REAL    NOT NULL CHECK (allocated_capital >= 0 AND allocated_capital < 8589934592), -- the sizes of open positions (USDT)
    -- of open positions, by their marks (USDT)
    total_unrealized_pnl  REAL    NOT NULL CHECK (total_unrealized_pnl > -8589934592 AND total_unrealized_pnl < 8589934592),
    -- of all ended positions so far (USDT)
    total_realized_pnl    REAL    NOT NULL CHECK (total_realized_pnl > -8589934592 AND total_realized_pnl < 8589934592),
    num_open_positions    INTEGER NOT NULL CHECK (num_open_positions >= 0), -- positions that were open
    num_strategies_active INTEGER NOT NULL CHECK (num_strategies_active >= 0), -- strategies that were active
    timestamp             INTEGER NOT NULL CHECK (timestamp BETWEEN 946684800000 AND 4102444799999), -- when this was so (Unix ms)
    created_at            INTEGER NOT NULL CHECK (created_at BETWEEN 946684800000 AND 4102444799999) -- when it was written, by the book's clock
) STRICT;

-- What each strategy had when a snapshot of all was taken: its own equity curve. A snapshot that was recorded from
-- outside has none.
CREATE TABLE strategy_snapshots (
    snapshot_id        INTEGER NOT NULL REFERENCES state_snapshots (id), -- of which snapshot
    strategy_id        INTEGER NOT NULL REFERENCES strategies (id), -- whose
    equity             REAL    NOT NULL CHECK (equity > -8589934592 AND equity < 8589934592), -- its bankroll plus unrealized_pnl (USDT)
    -- its bankroll less allocated_capital, may be negative (USDT)
    available_capital  REAL    NOT NULL CHECK (available_capital > -8589934592 AND available_capital < 8589934592),
    allocated_capital  REAL    NOT NULL CHECK (allocated_capital >= 0 AND allocated_capital < 8589934592), -- the sizes of its open positions (USDT)
    -- of its open positions, by their marks (USDT)
    unrealized_pnl     REAL    NOT NULL CHECK (unrealized_pnl > -8589934592 AND unrealized_pnl < 8589934592),
    realized_pnl       REAL    NOT NULL CHECK (realized_pnl > -8589934592 AND realized_pnl < 8589934592), -- of all its ended positions so far (USDT)
    num_open_positions INTEGER NOT NULL CHECK (num_open_positions >= 0), -- positions that were open
    is_active          INTEGER NOT NULL CHECK (is_active IN (0, 1)), -- whether it was active
    timestamp          INTEGER NOT NULL CHECK (timestamp BETWEEN 946684800000 AND 4102444799999), -- when this was so (Unix ms)
    created_at         INTEGER NOT NULL CHECK (created_at BETWEEN 946684800000 AND 4102444799999), -- when it was written, by the book's clock
    PRIMARY KEY (snapshot_id, strategy_id)
) STRICT, WITHOUT ROWID;

-- Metrics of a strategy, or of all together (strategy_id NULL), for one period [period_start, period_end). They can be
-- recomputed from the ledger at any time. A statistic that is undefined is NULL, never 0, 100 or infinity.
CREATE TABLE performance_metrics (
    id                            INTEGER PRIMARY KEY CHECK (id > 0), -- dense, from 1
    strategy_id                   INTEGER REFERENCES strategies (id), -- whose metrics; NULL: of all strategies together
    timeframe                     TEXT    NOT NULL CHECK (timeframe IN ('daily', 'weekly', 'monthly', 'all_time')), -- how long the period is
    period_start                  INTEGER NOT NULL, -- its first moment (Unix ms)
    period_end                    INTEGER NOT NULL, -- the first moment after it (Unix ms)
    -- growth of what was invested, payments left out (percent); NULL: undefined
    total_return_pct              REAL    CHECK (total_return_pct >= -100 AND total_return_pct < 1e308),
    -- realized P&L of the period (USDT)
    total_return_usdt             REAL    NOT NULL CHECK (total_return_usdt > -8589934592 AND total_return_usdt < 8589934592),
    num_trades                    INTEGER NOT NULL CHECK (num_trades >= 0), -- positions that ended in it
    num_wins                      INTEGER NOT NULL CHECK (num_wins >= 0), -- of these, those that earned more than 0
    num_losses                    INTEGER NOT NULL CHECK (num_losses >= 0), -- of these, those that earned 0 or less
    win_rate_pct                  REAL    CHECK (win_rate_pct >= 0 AND win_rate_pct <= 100), -- wins as a share of trades (percent); NULL: no trades
    avg_win_usdt                  REAL    CHECK (avg_win_usdt > 0 AND avg_win_usdt < 8589934592), -- mean of the wins (USDT); NULL: no wins
    -- mean of the losses, 0 or negative (USDT); NULL: no losses
    avg_loss_usdt                 REAL    CHECK (avg_loss_usdt <= 0 AND avg_loss_usdt > -8589934592),
    largest_win_usdt              REAL    CHECK (largest_win_usdt > 0 AND largest_win_usdt < 8589934592), -- the greatest win (USDT); NULL: no wins
    -- the greatest loss, 0 or negative (USDT); NULL: no losses
    largest_loss_usdt             REAL    CHECK (largest_loss_usdt <= 0 AND largest_loss_usdt > -8589934592),
    -- sum of wins / sum of losses without its sign; NULL: nothing was lost
    profit_factor                 REAL    CHECK (profit_factor >= 0 AND profit_factor < 1e308),
    -- mean time from entry to exit; NULL: no trades
    avg_position_duration_minutes REAL    CHECK (avg_position_duration_minutes >= 0 AND avg_position_duration_minutes < 1e308),
    -- greatest fall from a peak, payments left out (percent)
    max_drawdown_pct              REAL    NOT NULL CHECK (max_drawdown_pct >= 0 AND max_drawdown_pct <= 100),
    -- the same in realized P&L added up (USDT)
    max_drawdown_usdt             REAL    NOT NULL CHECK (max_drawdown_usdt >= 0 AND max_drawdown_usdt < 8589934592),
    -- of daily returns, a year having 365; NULL: undefined
    sharpe_ratio                  REAL    CHECK (sharpe_ratio > -1e308 AND sharpe_ratio < 1e308),
    -- when it was written, by the book's clock
    created_at                    INTEGER NOT NULL CHECK (created_at BETWEEN 946684800000 AND 4102444799999),
    -- when it last changed, by the book's clock
    updated_at                    INTEGER NOT NULL CHECK (updated_at BETWEEN 946684800000 AND 4102444799999),
    -- NAV at the end by NAV at the start, of which total_return_pct is the percentage; NULL with it, and where all was lost.
    growth_factor                 REAL    CHECK (growth_factor > 0 AND growth_factor < 1e308),
    -- Of a day: how the sums of longer periods stood at its end, so that refreshing can go on from there.
    running_sums                  TEXT    CHECK (running_sums IS NULL OR json_valid(running_sums)),
    -- UTC days, ISO weeks (345600000 is Monday, 1970-01-05), months of 28 to 31 whole days, and one all_time.
    CONSTRAINT metrics_period_fits_its_timeframe CHECK (
        CASE timeframe
            WHEN 'daily' THEN period_end - period_start = 86400000 AND period_start % 86400000 = 0
            WHEN 'weekly' THEN period_end - period_start = 604800000 AND (period_start - 345600000) % 604800000 = 0
            WHEN 'monthly' THEN period_end - period_start BETWEEN 2419200000 AND 2678400000
                AND period_start % 86400000 = 0 AND period_end % 86400000 = 0
            ELSE period_start = 0 AND period_end = 253402300800000
        END),
    -- A week or a month may begin before the first plausible time and end after the last.
    CONSTRAINT metrics_period_is_plausible CHECK (
        timeframe = 'all_time' OR (period_end > 946684800000 AND period_start < 4102444800000)),
    CONSTRAINT metrics_days_keep_running_sums CHECK ((timeframe = 'daily') = (running_sums IS NOT NULL)),
    CONSTRAINT metrics_trades_are_wins_or_losses CHECK (num_trades = num_wins + num_losses),
    CONSTRAINT metrics_without_trades_are_null CHECK (
        (num_trades = 0) = (win_rate_pct IS NULL) AND (num_trades = 0) = (avg_position_duration_minutes IS NULL)
        AND (num_wins = 0) = (avg_win_usdt IS NULL) AND (num_wins = 0) = (largest_win_usdt IS NULL)
        AND (num_losses = 0) = (avg_loss_usdt IS NULL) AND (num_losses = 0) = (largest_loss_usdt IS NULL))
) STRICT;

-- What happened around the book, for audits and debugging. Append-only.
CREATE TABLE event_log (
    id          INTEGER PRIMARY KEY CHECK (id > 0), -- dense, from 1
    -- what happened, such as websocket_connect
    event_type  TEXT    NOT NULL CHECK (length(CAST(event_type AS BLOB)) BETWEEN 1 AND 1000 AND instr(event_type, char(0)) = 0),
    -- Older json_valid calls NULL invalid and may stop reading at NUL, hence the conditions around it.
    event_data  TEXT    CHECK (event_data IS NULL OR (length(CAST(event_data AS BLOB)) <= 65536
                               AND instr(event_data, char(0)) = 0 AND json_valid(event_data))), -- its particulars as JSON; NULL: none
    severity    TEXT    NOT NULL CHECK (severity IN ('DEBUG', 'INFO', 'WARNING', 'ERROR', 'CRITICAL')), -- how bad it is
    timestamp   INTEGER NOT NULL CHECK (timestamp BETWEEN 946684800000 AND 4102444799999), -- when it happened (Unix ms)
    created_at  INTEGER NOT NULL CHECK (created_at BETWEEN 946684800000 AND 4102444799999), -- when it was written, by the book's clock
    strategy_id INTEGER REFERENCES strategies (id) -- NULL: about no strategy in particular
) STRICT;

-- Accepted commands by their request key: a repeat finds its first outcome here, and the fingerprint tells a repeat
-- from another command under the same key. No foreign key to positions: a key may outlive the position it opened.
CREATE TABLE requests (
    -- what the caller called the command
    request_key        TEXT    PRIMARY KEY NOT NULL CHECK (length(CAST(request_key AS BLOB)) BETWEEN 1 AND 1000 AND instr(request_key, char(0)) = 0),
    fingerprint        BLOB    NOT NULL CHECK (length(fingerprint) = 16), -- a hash of the whole command, its time included
    outcome            TEXT    NOT NULL CHECK (instr(outcome, char(0)) = 0 AND json_valid(outcome)), -- the answer as JSON, which a repeat gets again
    opened_position_id INTEGER CHECK (opened_position_id > 0), -- the position that it opened; NULL: none, or several
    commit_seq         INTEGER NOT NULL CHECK (commit_seq > 0), -- which command it was, counted over the book
    timestamp          INTEGER NOT NULL CHECK (timestamp BETWEEN 946684800000 AND 4102444799999), -- the time of the command (Unix ms)
    created_at         INTEGER NOT NULL CHECK (created_at BETWEEN 946684800000 AND 4102444799999) -- when it was written, by the book's clock
) STRICT, WITHOUT ROWID;

-- Everything that moved a bankroll or changed the terms of a strategy or position; seq is dense from 1 a strategy.
-- Append-only. No foreign keys but the strategy's: the ledger outlives pruned positions, trades and request keys.
CREATE TABLE ledger (
    strategy_id    INTEGER NOT NULL REFERENCES strategies (id), -- whose ledger
    seq            INTEGER NOT NULL CHECK (seq > 0), -- dense from 1 a strategy: the order of balances
    -- what happened
    kind           TEXT    NOT NULL CHECK (kind IN ('register', 'activate', 'deactivate', 'open', 'close', 'liquidate', 'stops', 'adjust')),
    position_id    INTEGER CHECK (position_id > 0), -- the position of it; NULL: of none
    trade_id       INTEGER CHECK (trade_id > 0), -- the trade of it; NULL: of none
    -- what it moved the bankroll by (millionths of a USDT)
    delta_micros   INTEGER NOT NULL CHECK (delta_micros > -8589934592000000 AND delta_micros < 8589934592000000),
    balance_micros INTEGER NOT NULL CHECK (balance_micros > -8589934592000000 AND balance_micros < 8589934592000000), -- the bankroll then, likewise
    held_ms        INTEGER CHECK (held_ms >= 0), -- how long the position that ended was held
    -- given with it, always for an adjustment; NULL: none
    reason         TEXT    CHECK (length(CAST(reason AS BLOB)) BETWEEN 1 AND 1000 AND instr(reason, char(0)) = 0),
    -- of the command; NULL: it had none
    request_key    TEXT    CHECK (length(CAST(request_key AS BLOB)) BETWEEN 1 AND 1000 AND instr(request_key, char(0)) = 0),
    commit_seq     INTEGER NOT NULL CHECK (commit_seq > 0), -- which command it was, counted over the book
    -- the time of the command (Unix ms), not always rising with seq
    timestamp      INTEGER NOT NULL CHECK (timestamp BETWEEN 946684800000 AND 4102444799999),
    created_at     INTEGER NOT NULL CHECK (created_at BETWEEN 946684800000 AND 4102444799999), -- when it was written, by the book's clock
    PRIMARY KEY (strategy_id, seq),
    CONSTRAINT ledger_begins_with_register CHECK (seq > 1 OR kind = 'register'),
    -- Registering moves nothing either: the bankroll is the initial one plus the sum of the deltas.
    CONSTRAINT ledger_moves_money_by_kind CHECK (kind IN ('close', 'liquidate', 'adjust') OR delta_micros = 0),
    CONSTRAINT ledger_names_its_position CHECK ((kind IN ('open', 'close', 'liquidate', 'stops')) = (position_id IS NOT NULL)),
    CONSTRAINT ledger_names_its_trade CHECK ((kind IN ('open', 'close', 'liquidate')) = (trade_id IS NOT NULL)),
    CONSTRAINT ledger_tells_how_long_it_was_held CHECK ((kind IN ('close', 'liquidate')) = (held_ms IS NOT NULL)),
    CONSTRAINT ledger_adjusts_with_a_reason CHECK (kind <> 'adjust' OR reason IS NOT NULL)
) STRICT, WITHOUT ROWID;

-- Running totals of each strategy, written together with what they count, so that a summary of every strategy need
-- not read every position. Closed includes liquidated. fees_micros counts fees when paid: those of open positions are
-- in it. Totals may leave the range of one amount.
CREATE TABLE strategy_totals (
    strategy_id     INTEGER PRIMARY KEY REFERENCES strategies (id), -- whose totals
    ledger_seq      INTEGER NOT NULL CHECK (ledger_seq >= 0), -- the last seq of the strategy's ledger
    num_closed      INTEGER NOT NULL CHECK (num_closed >= 0), -- positions that have ended
    num_wins        INTEGER NOT NULL CHECK (num_wins >= 0), -- of these, those that earned more than 0
    num_losses      INTEGER NOT NULL CHECK (num_losses >= 0), -- of these, those that earned 0 or less
    realized_micros INTEGER NOT NULL, -- their realized P&L (millionths of a USDT)
    win_micros      INTEGER NOT NULL CHECK (win_micros >= 0), -- of the wins alone
    loss_micros     INTEGER NOT NULL CHECK (loss_micros <= 0), -- of the losses alone, 0 or negative
    fees_micros     INTEGER NOT NULL CHECK (fees_micros >= 0), -- all fees that were paid (millionths of a USDT)
    duration_ms     INTEGER NOT NULL CHECK (duration_ms >= 0), -- time from entry to exit, added up
    CONSTRAINT totals_are_wins_and_losses CHECK (
        num_closed = num_wins + num_losses AND realized_micros = win_micros + loss_micros)
) STRICT;

-- The same of each UTC day on which a position of a strategy ended, added up with each close: what a day earned is read
-- without reading its positions. A day is that of the exit.
CREATE TABLE daily_totals (
    strategy_id     INTEGER NOT NULL REFERENCES strategies (id), -- whose
    day_start       INTEGER NOT NULL CHECK (day_start BETWEEN 946684800000 AND 4102444799999 AND day_start % 86400000 = 0), -- its first moment (Unix ms)
    num_closed      INTEGER NOT NULL CHECK (num_closed > 0), -- positions that ended on it
    num_wins        INTEGER NOT NULL CHECK (num_wins >= 0), -- of these, those that earned more than 0
    num_losses      INTEGER NOT NULL CHECK (num_losses >= 0), -- of these, those that earned 0 or less
    realized_micros INTEGER NOT NULL, -- their realized P&L (millionths of a USDT)
    win_micros      INTEGER NOT NULL CHECK (win_micros >= 0), -- of the wins alone
    loss_micros     INTEGER NOT NULL CHECK (loss_micros <= 0), -- of the losses alone, 0 or negative
    PRIMARY KEY (day_start, strategy_id),
    CONSTRAINT daily_totals_are_wins_and_losses CHECK (
        num_closed = num_wins + num_losses AND realized_micros = win_micros + loss_micros)
) STRICT, WITHOUT ROWID;

-- --------------------------------------------------------------------------------------------------------- indexes
-- The document's names, each serving the document's purpose at the least cost of writing. A partial index is used
-- only by queries that write its condition out as a literal, never as a parameter.

CREATE INDEX idx_strategies_active ON strategies (is_active);
CREATE INDEX idx_strategies_starlisting ON strategies (starlisting_id);

-- The positions of a strategy come in order of id, page after page.
CREATE INDEX idx_positions_of_strategy ON positions (strategy_id);
-- The last closed positions of a strategy are read from the end, without sorting.
CREATE INDEX idx_positions_strategy ON positions (strategy_id, exit_timestamp);
-- Open positions are few among many, so only they are indexed by status and by market. Made after
-- idx_positions_strategy: without statistics SQLite prefers the later of two equally good indexes.
CREATE INDEX idx_positions_status ON positions (strategy_id, starlisting_id) WHERE status = 'open';
CREATE INDEX idx_positions_starlisting ON positions (starlisting_id) WHERE status = 'open';
CREATE INDEX idx_positions_entry_time ON positions (entry_timestamp);

-- The signals of a strategy come in order of id, page after page.
CREATE INDEX idx_signals_of_strategy ON signals (strategy_id);
-- Which signal was a strategy's last on a market is one look.
CREATE INDEX idx_signals_strategy ON signals (strategy_id, starlisting_id, timestamp);
CREATE INDEX idx_signals_timestamp ON signals (timestamp);
-- Suppressed signals are most of them; the few executed ones are what is looked for.
CREATE INDEX idx_signals_executed ON signals (strategy_id, timestamp) WHERE was_executed = 1;

CREATE INDEX idx_trades_position ON trades (position_id);
-- Ends in the row's id like every index here, so the trades of a strategy come in order of id, page after page.
CREATE INDEX idx_trades_strategy ON trades (strategy_id);
CREATE INDEX idx_trades_timestamp ON trades (timestamp);
-- Of trades that have a signal. Deleting a signal uses it too, since no trade may be left pointing at it.
CREATE INDEX idx_trades_signal ON trades (signal_id) WHERE signal_id IS NOT NULL;

CREATE INDEX idx_state_snapshots_timestamp ON state_snapshots (timestamp);
CREATE INDEX idx_strategy_snapshots_time ON strategy_snapshots (strategy_id, timestamp, snapshot_id);

CREATE INDEX idx_performance_strategy ON performance_metrics (strategy_id, timeframe, period_start);
CREATE INDEX idx_performance_timeframe ON performance_metrics (timeframe, period_start, coalesce(strategy_id, 0));
CREATE INDEX idx_performance_period ON performance_metrics (period_start, period_end);
-- One row a period. UNIQUE alone takes any two NULLs for different; 0 is no strategy's id and stands for "all".
CREATE UNIQUE INDEX idx_performance_unique ON performance_metrics (coalesce(strategy_id, 0), timeframe, period_start);

-- What performance is worked out from, in its order: the entries of all strategies in which money moves, and their
-- beginnings.
CREATE INDEX idx_ledger_money ON ledger (timestamp, strategy_id, seq)
    WHERE kind IN ('register', 'adjust', 'close', 'liquidate');
-- What was paid in and out of a strategy: few entries among many.
CREATE INDEX idx_ledger_adjustments ON ledger (strategy_id, seq) WHERE kind = 'adjust';

CREATE INDEX idx_daily_totals_strategy ON daily_totals (strategy_id, day_start);

CREATE INDEX idx_event_log_type ON event_log (event_type);
CREATE INDEX idx_event_log_severity ON event_log (severity);
CREATE INDEX idx_event_log_timestamp ON event_log (timestamp);
-- Of events that are about a strategy, in the order of their ids.
CREATE INDEX idx_event_log_strategy ON event_log (strategy_id) WHERE strategy_id IS NOT NULL;

-- -------------------------------------------------------------------------------------------------------- triggers
-- What is written stays written. The one door is pruning: old rows may go while book.pruning is 1. NOT EXISTS, so
-- that the door is shut, too, when the book's row is missing.

CREATE TRIGGER ledger_never_changes BEFORE UPDATE ON ledger
BEGIN SELECT RAISE(ABORT, 'ledger is append-only'); END;
CREATE TRIGGER ledger_is_pruned_only BEFORE DELETE ON ledger WHEN NOT EXISTS (SELECT 1 FROM book WHERE pruning = 1)
BEGIN SELECT RAISE(ABORT, 'ledger is append-only, except for pruning'); END;

CREATE TRIGGER trades_never_change BEFORE UPDATE ON trades
BEGIN SELECT RAISE(ABORT, 'trades is append-only'); END;
CREATE TRIGGER trades_are_pruned_only BEFORE DELETE ON trades WHEN NOT EXISTS (SELECT 1 FROM book WHERE pruning = 1)
BEGIN SELECT RAISE(ABORT, 'trades is append-only, except for pruning'); END;

CREATE TRIGGER signals_never_change BEFORE UPDATE ON signals
BEGIN SELECT RAISE(ABORT, 'signals is append-only'); END;
CREATE TRIGGER signals_are_pruned_only BEFORE DELETE ON signals WHEN NOT EXISTS (SELECT 1 FROM book WHERE pruning = 1)
BEGIN SELECT RAISE(ABORT, 'signals is append-only, except for pruning'); END;

CREATE TRIGGER event_log_never_changes BEFORE UPDATE ON event_log
BEGIN SELECT RAISE(ABORT, 'event_log is append-only'); END;
CREATE TRIGGER event_log_is_pruned_only BEFORE DELETE ON event_log WHEN NOT EXISTS (SELECT 1 FROM book WHERE pruning = 1)
BEGIN SELECT RAISE(ABORT, 'event_log is append-only, except for pruning'); END;

-- Open positions are marked and closed; a closed one is history. An open one is never deleted, not even by pruning.
-- AFTER, because marking updates many open positions and a BEFORE trigger would look each of them up once more.
CREATE TRIGGER positions_closed_never_change AFTER UPDATE ON positions WHEN OLD.status <> 'open'
BEGIN SELECT RAISE(ABORT, 'a closed position never changes'); END;
CREATE TRIGGER positions_are_pruned_only BEFORE DELETE ON positions
WHEN OLD.status = 'open' OR NOT EXISTS (SELECT 1 FROM book WHERE pruning = 1)
BEGIN SELECT RAISE(ABORT, 'positions are never deleted, except closed ones for pruning'); END;

-- ----------------------------------------------------------------------------------------------------------- views
-- The document's columns first and in its order, then ours. Datetimes are UTC text with milliseconds. Every engine
-- gives the same values: sums are exact, an average of money is an integer division of millionths that drops the
-- fraction (towards zero), and what has no value is NULL.

-- Open positions, with what their strategies are called.
CREATE VIEW v_open_positions AS
SELECT
    p.id, p.strategy_id, p.starlisting_id, p.side, p.size, p.entry_price, p.entry_timestamp, p.exit_price,
    p.exit_timestamp, p.realized_pnl, p.unrealized_pnl, p.fees_paid, p.status, p.stop_loss_price, p.take_profit_price,
    p.exit_reason, p.created_at, p.updated_at,
    s.strategy_name, s.version, s.interval,
    strftime('%Y-%m-%d %H:%M:%f', p.entry_timestamp / 1000.0, 'unixepoch') AS entry_datetime, -- TEXT: entry_timestamp in UTC
    strftime('%Y-%m-%d %H:%M:%f', p.updated_at / 1000.0, 'unixepoch') AS updated_datetime, -- TEXT: updated_at in UTC
    p.mark_price, p.marked_at,
    strftime('%Y-%m-%d %H:%M:%f', p.marked_at / 1000.0, 'unixepoch') AS marked_datetime -- TEXT: marked_at in UTC
FROM positions AS p
JOIN strategies AS s ON s.id = p.strategy_id
WHERE p.status = 'open';

-- Positions that have ended, closed and liquidated ones, with what their strategies are called.
CREATE VIEW v_closed_positions AS
SELECT
    p.id, p.strategy_id, p.starlisting_id, p.side, p.size, p.entry_price, p.entry_timestamp, p.exit_price,
    p.exit_timestamp, p.realized_pnl, p.unrealized_pnl, p.fees_paid, p.status, p.stop_loss_price, p.take_profit_price,
    p.exit_reason, p.created_at, p.updated_at,
    s.strategy_name, s.version, s.interval,
    strftime('%Y-%m-%d %H:%M:%f', p.entry_timestamp / 1000.0, 'unixepoch') AS entry_datetime, -- TEXT: entry_timestamp in UTC
    strftime('%Y-%m-%d %H:%M:%f', p.exit_timestamp / 1000.0, 'unixepoch') AS exit_datetime, -- TEXT: exit_timestamp in UTC
    (p.exit_timestamp - p.entry_timestamp) / 60000.0 AS duration_minutes, -- REAL: time from entry to exit
    p.mark_price, p.marked_at
FROM positions AS p
JOIN strategies AS s ON s.id = p.strategy_id
WHERE p.status <> 'open';

-- Every strategy, traded or not. It reads the strategies, their totals and the open positions, never the closed ones.
CREATE VIEW v_strategy_performance AS
SELECT
    s.id AS strategy_id, s.strategy_name, s.version, s.interval,
    count(p.id) AS num_open_positions, -- INTEGER: positions that are open
    coalesce(t.num_closed, 0) AS num_closed_positions, -- INTEGER: positions that have ended
    -- Millionths from the double, exactly: whole USDT apart from the fraction, whose error stays below half a
    -- millionth up to 2^33. Adding doubles would lose the last digits.
    coalesce(sum(CAST(p.unrealized_pnl AS INTEGER) * 1000000 -- REAL: of open positions, by their marks (USDT)
        + CAST(round((p.unrealized_pnl - CAST(p.unrealized_pnl AS INTEGER)) * 1000000) AS INTEGER)), 0) / 1e6 AS total_unrealized_pnl,
    coalesce(t.realized_micros, 0) / 1e6 AS total_realized_pnl, -- REAL: of ended positions, less all their fees (USDT)
    coalesce(t.fees_micros, 0) / 1e6 AS total_fees_paid, -- REAL: all fees that were paid, those of open positions too (USDT)
    t.realized_micros / nullif(t.num_closed, 0) / 1e6 AS avg_pnl_per_trade, -- REAL or NULL: of ended positions, to the millionth (USDT)
    coalesce(t.num_wins, 0) AS num_wins, -- INTEGER: ended positions that earned more than 0
    coalesce(t.num_losses, 0) AS num_losses, -- INTEGER: ended positions that earned 0 or less
    s.starlisting_id, s.is_active, s.initial_bankroll, s.current_bankroll
FROM strategies AS s
LEFT JOIN strategy_totals AS t ON t.strategy_id = s.id
LEFT JOIN positions AS p ON p.strategy_id = s.id AND p.status = 'open'
GROUP BY s.id;

-- The last 100 signals, newest first. Limited before joining, so that it never reads more than those.
CREATE VIEW v_recent_signals AS
SELECT
    g.id, g.strategy_id, g.starlisting_id, g.signal_type, g.confidence, g.price_at_signal, g.timestamp, g.was_executed,
    g.rejection_reason, g.created_at,
    s.strategy_name, s.version, s.interval,
    strftime('%Y-%m-%d %H:%M:%f', g.timestamp / 1000.0, 'unixepoch') AS signal_datetime -- TEXT: timestamp in UTC
FROM (SELECT * FROM signals ORDER BY id DESC LIMIT 100) AS g
JOIN strategies AS s ON s.id = g.strategy_id
ORDER BY g.id DESC;

-- ------------------------------------------------------------------------------------------------------- and begin

-- To the second: nothing has to be told apart from it.
INSERT INTO event_log (id, event_type, event_data, severity, timestamp, created_at)
SELECT 1, 'schema_initialized', '{"schema_version":1}', 'INFO', now_ms, now_ms
FROM (SELECT strftime('%s', 'now') * 1000 AS now_ms);

INSERT INTO book (
    id, schema_version, next_strategy_id, next_position_id, next_trade_id, next_signal_id, next_event_id,
    next_snapshot_id, next_metric_id, commit_seq, pruning, created_at, updated_at)
SELECT 1, 1, 1, 1, 1, 1, 2, 1, 1, 0, 0, created_at, created_at
FROM event_log;
