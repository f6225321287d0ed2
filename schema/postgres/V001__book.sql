-- The book on PostgreSQL 15 and later: tables, indexes, triggers and views. The program applies it in one transaction;
-- by hand, into the schema that comes first on the search_path, it is
--     psql -1 -v ON_ERROR_STOP=1 -f V001__book.sql
-- and a container applies it from docker-entrypoint-initdb.d. The row that makes the database a book is inserted last,
-- so a half-applied file is never mistaken for one. The database has to be in UTF8, where text is what it was.
--
-- How to read it:
--   * The same tables, columns and names as on SQLite, in the same order; `cargo xtask tidy` compares them. Columns
--     named by the source document come first and in its order, ours follow.
--   * The program assigns every id, densely and in commit order (see book), hence no sequences.
--   * Money is NUMERIC(20,6): a whole number of millionths of a USDT, below 2^33 USDT (8589934592) in magnitude as on
--     every engine. Columns named *_micros hold those millionths as integers. NUMERIC(20,6) rounds what has more
--     digits, so the program never sends any.
--   * Prices are NUMERIC, decimals of at most 15 digits in [1e-12, 1e12). Reading checks the digits: here that would
--     cost every mark a second look at each price of its row.
--   * Times are Unix milliseconds from 2000-01-01 up to 2100-01-01 UTC (946684800000 .. 4102444799999), which refuses
--     seconds and microseconds given by mistake.
--   * Every range has two ends, which refuses infinity, and NaN as well, since NaN is above every number here.
--   * Text is 1 to 1000 bytes, compared and sorted byte by byte (COLLATE "C") as on every engine. It cannot hold NUL.
--   * No trigger of ours fires on INSERT and none decides anything: the rules live in the program, this file refuses
--     what no rule could ever write.
--   * A fillfactor leaves room in each page of a table whose rows are updated all the time. A row's next version then
--     goes into the same page and no index is written (HOT), as long as no indexed column changes. Half a page is room
--     for all of its rows at once. Positions settle for less, because they stay when they are history.

-- ---------------------------------------------------------------------------------------------------------- tables

-- The book itself, one row: its schema version, the next id of each table, how many commands have changed it
-- (commit_seq), and the door for pruning. The writer locks and updates it in every transaction.
CREATE TABLE book (
    id               BIGINT  PRIMARY KEY CHECK (id = 1),
    schema_version   BIGINT  NOT NULL CHECK (schema_version > 0),
    next_strategy_id BIGINT  NOT NULL CHECK (next_strategy_id > 0),
    next_position_id BIGINT  NOT NULL CHECK (next_position_id > 0),
    next_trade_id    BIGINT  NOT NULL CHECK (next_trade_id > 0),
    next_signal_id   BIGINT  NOT NULL CHECK (next_signal_id > 0),
    next_event_id    BIGINT  NOT NULL CHECK (next_event_id > 0),
    next_snapshot_id BIGINT  NOT NULL CHECK (next_snapshot_id > 0),
    next_metric_id   BIGINT  NOT NULL CHECK (next_metric_id > 0),
    commit_seq       BIGINT  NOT NULL CHECK (commit_seq >= 0),
    metrics_from     BIGINT  CHECK (metrics_from BETWEEN 946684800000 AND 4102444799999), -- the earliest entry that performance_metrics lacks
    metrics_at       BIGINT  CHECK (metrics_at BETWEEN 946684800000 AND 4102444799999), -- as of when they were refreshed
    pruning          BOOLEAN NOT NULL, -- true only inside a transaction that prunes
    created_at       BIGINT  NOT NULL CHECK (created_at BETWEEN 946684800000 AND 4102444799999),
    updated_at       BIGINT  NOT NULL CHECK (updated_at BETWEEN 946684800000 AND 4102444799999)
) WITH (fillfactor = 50);

-- Strategies and their isolated bankrolls. current_bankroll is always initial_bankroll plus the deltas of the ledger,
-- and may be zero or negative.
CREATE TABLE strategies (
    id               BIGINT           PRIMARY KEY CHECK (id > 0),
    strategy_name    TEXT COLLATE "C" NOT NULL CHECK (octet_length(strategy_name) BETWEEN 1 AND 1000),
    -- No '/' and no '@', so that name/version@starlisting_id can be taken apart in one way only.
    version          TEXT COLLATE "C" NOT NULL CHECK (octet_length(version) BETWEEN 1 AND 1000 AND version !~ '[/@]'),
    starlisting_id   BIGINT           NOT NULL CHECK (starlisting_id > 0),
    -- A count of 1 to 999 and a unit. INTERVAL names a type as well, but needs no quotes as a column.
    interval         TEXT COLLATE "C" NOT NULL CHECK (interval ~ '^[1-9][0-9]{0,2}[smhdwM]$'),
    model_id         TEXT COLLATE "C" CHECK (octet_length(model_id) BETWEEN 1 AND 1000),
    config_path      TEXT COLLATE "C" CHECK (octet_length(config_path) BETWEEN 1 AND 1000),
    is_active        BOOLEAN          NOT NULL,
    initial_bankroll NUMERIC(20,6)    NOT NULL DEFAULT 10000 CHECK (initial_bankroll > 0 AND initial_bankroll < 8589934592),
    current_bankroll NUMERIC(20,6)    NOT NULL DEFAULT 10000 CHECK (current_bankroll > -8589934592 AND current_bankroll < 8589934592),
    created_at       BIGINT           NOT NULL CHECK (created_at BETWEEN 946684800000 AND 4102444799999),
    updated_at       BIGINT           NOT NULL CHECK (updated_at BETWEEN 946684800000 AND 4102444799999),
    UNIQUE (strategy_name, version, starlisting_id)
) WITH (fillfactor = 50);

-- Positions. size is the USDT notional at entry; fees_paid grows by the exit fee when the position closes.
-- realized_pnl is net of all fees, unrealized_pnl is gross and goes with the mark it was computed from.
CREATE TABLE positions (
    id                BIGINT           PRIMARY KEY CHECK (id > 0),
    strategy_id       BIGINT           NOT NULL REFERENCES strategies (id),
    starlisting_id    BIGINT           NOT NULL CHECK (starlisting_id > 0),
    side              TEXT COLLATE "C" NOT NULL CHECK (side IN ('long', 'short')),
    size              NUMERIC(20,6)    NOT NULL CHECK (size > 0 AND size < 8589934592),
    entry_price       NUMERIC          NOT NULL CHECK (entry_price >= 1e-12 AND entry_price < 1e12),
    entry_timestamp   BIGINT           NOT NULL CHECK (entry_timestamp BETWEEN 946684800000 AND 4102444799999),
    exit_price        NUMERIC          CHECK (exit_price >= 1e-12 AND exit_price < 1e12),
    exit_timestamp    BIGINT           CHECK (exit_timestamp BETWEEN 946684800000 AND 4102444799999),
    realized_pnl      NUMERIC(20,6)    CHECK (realized_pnl > -8589934592 AND realized_pnl < 8589934592),
    unrealized_pnl    NUMERIC(20,6)    CHECK (unrealized_pnl > -8589934592 AND unrealized_pnl < 8589934592),
    fees_paid         NUMERIC(20,6)    NOT NULL CHECK (fees_paid >= 0 AND fees_paid < 8589934592),
    status            TEXT COLLATE "C" NOT NULL CHECK (status IN ('open', 'closed', 'liquidated')),
    stop_loss_price   NUMERIC          CHECK (stop_loss_price >= 1e-12 AND stop_loss_price < 1e12),
    take_profit_price NUMERIC          CHECK (take_profit_price >= 1e-12 AND take_profit_price < 1e12),
    exit_reason       TEXT COLLATE "C" CHECK (exit_reason IN ('signal', 'stop_loss', 'take_profit', 'manual', 'liquidation')),
    created_at        BIGINT           NOT NULL CHECK (created_at BETWEEN 946684800000 AND 4102444799999),
    updated_at        BIGINT           NOT NULL CHECK (updated_at BETWEEN 946684800000 AND 4102444799999),
    mark_price        NUMERIC          CHECK (mark_price >= 1e-12 AND mark_price < 1e12),
    marked_at         BIGINT           CHECK (marked_at BETWEEN 946684800000 AND 4102444799999),
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
) WITH (fillfactor = 70);

-- Every signal a strategy gave, acted upon or suppressed. Append-only.
CREATE TABLE signals (
    id               BIGINT           PRIMARY KEY CHECK (id > 0),
    strategy_id      BIGINT           NOT NULL REFERENCES strategies (id),
    starlisting_id   BIGINT           NOT NULL CHECK (starlisting_id > 0),
    signal_type      TEXT COLLATE "C" NOT NULL CHECK (signal_type IN ('long', 'short', 'neutral', 'close')),
    confidence       DOUBLE PRECISION CHECK (confidence >= 0 AND confidence <= 1),
    price_at_signal  NUMERIC          NOT NULL CHECK (price_at_signal >= 1e-12 AND price_at_signal < 1e12),
    timestamp        BIGINT           NOT NULL CHECK (timestamp BETWEEN 946684800000 AND 4102444799999),
    was_executed     BOOLEAN          NOT NULL,
    rejection_reason TEXT COLLATE "C" CHECK (octet_length(rejection_reason) BETWEEN 1 AND 1000),
    created_at       BIGINT           NOT NULL CHECK (created_at BETWEEN 946684800000 AND 4102444799999),
    CONSTRAINT signal_is_executed_or_has_a_reason CHECK (was_executed = (rejection_reason IS NULL))
);

-- Fills: one entry and one exit a position. slippage is recorded, positive, and already inside price. Append-only.
CREATE TABLE trades (
    id             BIGINT           PRIMARY KEY CHECK (id > 0),
    position_id    BIGINT           NOT NULL REFERENCES positions (id),
    strategy_id    BIGINT           NOT NULL REFERENCES strategies (id),
    starlisting_id BIGINT           NOT NULL CHECK (starlisting_id > 0),
    trade_type     TEXT COLLATE "C" NOT NULL CHECK (trade_type IN ('open_long', 'open_short', 'close_long', 'close_short')),
    size           NUMERIC(20,6)    NOT NULL CHECK (size > 0 AND size < 8589934592),
    price          NUMERIC          NOT NULL CHECK (price >= 1e-12 AND price < 1e12),
    fees           NUMERIC(20,6)    NOT NULL CHECK (fees >= 0 AND fees < 8589934592),
    slippage       NUMERIC(20,6)    NOT NULL CHECK (slippage >= 0 AND slippage < 8589934592),
    timestamp      BIGINT           NOT NULL CHECK (timestamp BETWEEN 946684800000 AND 4102444799999),
    signal_id      BIGINT           REFERENCES signals (id),
    created_at     BIGINT           NOT NULL CHECK (created_at BETWEEN 946684800000 AND 4102444799999)
);

-- The state of all strategies together, taken from time to time: the equity curve.
CREATE TABLE state_snapshots (
    id                    BIGINT        PRIMARY KEY CHECK (id > 0),
    total_equity          NUMERIC(20,6) NOT NULL CHECK (total_equity > -8589934592 AND total_equity < 8589934592),
    available_capital     NUMERIC(20,6) NOT NULL CHECK (available_capital > -8589934592 AND available_capital < 8589934592),
    allocated_capital     NUMERIC(20,6) NOT NULL CHECK (allocated_capital >= 0 AND allocated_capital < 8589934592),
    total_unrealized_pnl  NUMERIC(20,6) NOT NULL CHECK (total_unrealized_pnl > -8589934592 AND total_unrealized_pnl < 8589934592),
    total_realized_pnl    NUMERIC(20,6) NOT NULL CHECK (total_realized_pnl > -8589934592 AND total_realized_pnl < 8589934592),
    num_open_positions    BIGINT        NOT NULL CHECK (num_open_positions >= 0),
    num_strategies_active BIGINT        NOT NULL CHECK (num_strategies_active >= 0),
    timestamp             BIGINT        NOT NULL CHECK (timestamp BETWEEN 946684800000 AND 4102444799999),
    created_at            BIGINT        NOT NULL CHECK (created_at BETWEEN 946684800000 AND 4102444799999)
);

-- What each strategy had when a snapshot of all was taken: its own equity curve. A snapshot that was recorded from
-- outside has none.
CREATE TABLE strategy_snapshots (
    snapshot_id        BIGINT        NOT NULL REFERENCES state_snapshots (id),
    strategy_id        BIGINT        NOT NULL REFERENCES strategies (id),
    equity             NUMERIC(20,6) NOT NULL CHECK (equity > -8589934592 AND equity < 8589934592),
    available_capital  NUMERIC(20,6) NOT NULL CHECK (available_capital > -8589934592 AND available_capital < 8589934592),
    allocated_capital  NUMERIC(20,6) NOT NULL CHECK (allocated_capital >= 0 AND allocated_capital < 8589934592),
    unrealized_pnl     NUMERIC(20,6) NOT NULL CHECK (unrealized_pnl > -8589934592 AND unrealized_pnl < 8589934592),
    realized_pnl       NUMERIC(20,6) NOT NULL CHECK (realized_pnl > -8589934592 AND realized_pnl < 8589934592),
    num_open_positions BIGINT        NOT NULL CHECK (num_open_positions >= 0),
    is_active          BOOLEAN       NOT NULL,
    timestamp          BIGINT        NOT NULL CHECK (timestamp BETWEEN 946684800000 AND 4102444799999),
    created_at         BIGINT        NOT NULL CHECK (created_at BETWEEN 946684800000 AND 4102444799999),
    PRIMARY KEY (snapshot_id, strategy_id)
);

-- Metrics of a strategy, or of all together (strategy_id NULL), for one period [period_start, period_end). They can be
-- recomputed from the ledger at any time. A statistic that is undefined is NULL, never 0, 100 or infinity.
CREATE TABLE performance_metrics (
    id                            BIGINT           PRIMARY KEY CHECK (id > 0),
    strategy_id                   BIGINT           REFERENCES strategies (id),
    timeframe                     TEXT COLLATE "C" NOT NULL CHECK (timeframe IN ('daily', 'weekly', 'monthly', 'all_time')),
    period_start                  BIGINT           NOT NULL,
    period_end                    BIGINT           NOT NULL,
    total_return_pct              DOUBLE PRECISION CHECK (total_return_pct >= -100 AND total_return_pct < 1e308),
    total_return_usdt             NUMERIC(20,6)    NOT NULL CHECK (total_return_usdt > -8589934592 AND total_return_usdt < 8589934592),
    num_trades                    BIGINT           NOT NULL CHECK (num_trades >= 0),
    num_wins                      BIGINT           NOT NULL CHECK (num_wins >= 0),
    num_losses                    BIGINT           NOT NULL CHECK (num_losses >= 0),
    win_rate_pct                  DOUBLE PRECISION CHECK (win_rate_pct >= 0 AND win_rate_pct <= 100),
    avg_win_usdt                  NUMERIC(20,6)    CHECK (avg_win_usdt > 0 AND avg_win_usdt < 8589934592),
    avg_loss_usdt                 NUMERIC(20,6)    CHECK (avg_loss_usdt <= 0 AND avg_loss_usdt > -8589934592),
    largest_win_usdt              NUMERIC(20,6)    CHECK (largest_win_usdt > 0 AND largest_win_usdt < 8589934592),
    largest_loss_usdt             NUMERIC(20,6)    CHECK (largest_loss_usdt <= 0 AND largest_loss_usdt > -8589934592),
    profit_factor                 DOUBLE PRECISION CHECK (profit_factor >= 0 AND profit_factor < 1e308),
    avg_position_duration_minutes DOUBLE PRECISION CHECK (avg_position_duration_minutes >= 0 AND avg_position_duration_minutes < 1e308),
    max_drawdown_pct              DOUBLE PRECISION NOT NULL CHECK (max_drawdown_pct >= 0 AND max_drawdown_pct <= 100),
    max_drawdown_usdt             NUMERIC(20,6)    NOT NULL CHECK (max_drawdown_usdt >= 0 AND max_drawdown_usdt < 8589934592),
    sharpe_ratio                  DOUBLE PRECISION CHECK (sharpe_ratio > -1e308 AND sharpe_ratio < 1e308),
    created_at                    BIGINT           NOT NULL CHECK (created_at BETWEEN 946684800000 AND 4102444799999),
    updated_at                    BIGINT           NOT NULL CHECK (updated_at BETWEEN 946684800000 AND 4102444799999),
    -- NAV at the end by NAV at the start, of which total_return_pct is the percentage; NULL with it, and where all was lost.
    growth_factor                 DOUBLE PRECISION CHECK (growth_factor > 0 AND growth_factor < 1e308),
    -- Of a day: how the sums of longer periods stood at its end, so that refreshing can go on from there.
    running_sums                  TEXT COLLATE "C" CHECK (running_sums IS NULL OR running_sums::json IS NOT NULL),
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
);

-- What happened around the book, for audits and debugging. Append-only.
CREATE TABLE event_log (
    id          BIGINT           PRIMARY KEY CHECK (id > 0),
    event_type  TEXT COLLATE "C" NOT NULL CHECK (octet_length(event_type) BETWEEN 1 AND 1000),
    -- The cast refuses what is no JSON, with an error of its own (22P02).
    event_data  TEXT COLLATE "C" CHECK (event_data IS NULL OR (octet_length(event_data) <= 65536
                                        AND event_data::json IS NOT NULL)),
    severity    TEXT COLLATE "C" NOT NULL CHECK (severity IN ('DEBUG', 'INFO', 'WARNING', 'ERROR', 'CRITICAL')),
    timestamp   BIGINT           NOT NULL CHECK (timestamp BETWEEN 946684800000 AND 4102444799999),
    created_at  BIGINT           NOT NULL CHECK (created_at BETWEEN 946684800000 AND 4102444799999),
    strategy_id BIGINT           REFERENCES strategies (id) -- NULL: about no strategy in particular
);

-- Accepted commands by their request key: a repeat finds its first outcome here, and the fingerprint tells a repeat
-- from another command under the same key. No foreign key to positions: a key may outlive the position it opened.
CREATE TABLE requests (
    request_key        TEXT COLLATE "C" PRIMARY KEY NOT NULL CHECK (octet_length(request_key) BETWEEN 1 AND 1000),
    fingerprint        BYTEA            NOT NULL CHECK (octet_length(fingerprint) = 16),
    outcome            TEXT COLLATE "C" NOT NULL CHECK (outcome::json IS NOT NULL),
    opened_position_id BIGINT           CHECK (opened_position_id > 0), -- NULL when the command opened none, or several
    commit_seq         BIGINT           NOT NULL CHECK (commit_seq > 0),
    timestamp          BIGINT           NOT NULL CHECK (timestamp BETWEEN 946684800000 AND 4102444799999),
    created_at         BIGINT           NOT NULL CHECK (created_at BETWEEN 946684800000 AND 4102444799999)
);

-- Everything that moved a bankroll or changed the terms of a strategy or position; seq is dense from 1 a strategy.
-- Append-only. No foreign keys but the strategy's: the ledger outlives pruned positions, trades and request keys.
CREATE TABLE ledger (
    strategy_id    BIGINT           NOT NULL REFERENCES strategies (id),
    seq            BIGINT           NOT NULL CHECK (seq > 0),
    kind           TEXT COLLATE "C" NOT NULL CHECK (kind IN ('register', 'activate', 'deactivate', 'open', 'close', 'liquidate', 'stops', 'adjust')),
    position_id    BIGINT           CHECK (position_id > 0),
    trade_id       BIGINT           CHECK (trade_id > 0),
    delta_micros   BIGINT           NOT NULL CHECK (delta_micros > -8589934592000000 AND delta_micros < 8589934592000000),
    balance_micros BIGINT           NOT NULL CHECK (balance_micros > -8589934592000000 AND balance_micros < 8589934592000000), -- after delta
    held_ms        BIGINT           CHECK (held_ms >= 0), -- how long the position that ended was held
    reason         TEXT COLLATE "C" CHECK (octet_length(reason) BETWEEN 1 AND 1000),
    request_key    TEXT COLLATE "C" CHECK (octet_length(request_key) BETWEEN 1 AND 1000),
    commit_seq     BIGINT           NOT NULL CHECK (commit_seq > 0),
    timestamp      BIGINT           NOT NULL CHECK (timestamp BETWEEN 946684800000 AND 4102444799999),
    created_at     BIGINT           NOT NULL CHECK (created_at BETWEEN 946684800000 AND 4102444799999),
    PRIMARY KEY (strategy_id, seq),
    CONSTRAINT ledger_begins_with_register CHECK (seq > 1 OR kind = 'register'),
    -- Registering moves nothing either: the bankroll is the initial one plus the sum of the deltas.
    CONSTRAINT ledger_moves_money_by_kind CHECK (kind IN ('close', 'liquidate', 'adjust') OR delta_micros = 0),
    CONSTRAINT ledger_names_its_position CHECK ((kind IN ('open', 'close', 'liquidate', 'stops')) = (position_id IS NOT NULL)),
    CONSTRAINT ledger_names_its_trade CHECK ((kind IN ('open', 'close', 'liquidate')) = (trade_id IS NOT NULL)),
    CONSTRAINT ledger_tells_how_long_it_was_held CHECK ((kind IN ('close', 'liquidate')) = (held_ms IS NOT NULL)),
    CONSTRAINT ledger_adjusts_with_a_reason CHECK (kind <> 'adjust' OR reason IS NOT NULL)
);

-- Running totals of each strategy, written together with what they count, so that a summary of every strategy need
-- not read every position. Closed includes liquidated. fees_micros counts fees when paid: those of open positions are
-- in it. Totals may leave the range of one amount.
CREATE TABLE strategy_totals (
    strategy_id     BIGINT PRIMARY KEY REFERENCES strategies (id),
    ledger_seq      BIGINT NOT NULL CHECK (ledger_seq >= 0), -- the last seq of the strategy's ledger
    num_closed      BIGINT NOT NULL CHECK (num_closed >= 0),
    num_wins        BIGINT NOT NULL CHECK (num_wins >= 0),
    num_losses      BIGINT NOT NULL CHECK (num_losses >= 0),
    realized_micros BIGINT NOT NULL,
    win_micros      BIGINT NOT NULL CHECK (win_micros >= 0),
    loss_micros     BIGINT NOT NULL CHECK (loss_micros <= 0),
    fees_micros     BIGINT NOT NULL CHECK (fees_micros >= 0),
    duration_ms     BIGINT NOT NULL CHECK (duration_ms >= 0),
    CONSTRAINT totals_are_wins_and_losses CHECK (
        num_closed = num_wins + num_losses AND realized_micros = win_micros + loss_micros)
) WITH (fillfactor = 50);

-- The same of each UTC day on which a position of a strategy ended, added up with each close: what a day earned is read
-- without reading its positions. A day is that of the exit.
CREATE TABLE daily_totals (
    strategy_id     BIGINT NOT NULL REFERENCES strategies (id),
    day_start       BIGINT NOT NULL CHECK (day_start BETWEEN 946684800000 AND 4102444799999 AND day_start % 86400000 = 0),
    num_closed      BIGINT NOT NULL CHECK (num_closed > 0),
    num_wins        BIGINT NOT NULL CHECK (num_wins >= 0),
    num_losses      BIGINT NOT NULL CHECK (num_losses >= 0),
    realized_micros BIGINT NOT NULL,
    win_micros      BIGINT NOT NULL CHECK (win_micros >= 0),
    loss_micros     BIGINT NOT NULL CHECK (loss_micros <= 0),
    PRIMARY KEY (day_start, strategy_id),
    CONSTRAINT daily_totals_are_wins_and_losses CHECK (
        num_closed = num_wins + num_losses AND realized_micros = win_micros + loss_micros)
) WITH (fillfactor = 70);

-- --------------------------------------------------------------------------------------------------------- indexes
-- The document's names, each serving the document's purpose at the least cost of writing. A partial index is used
-- only by queries that write its condition out as a literal, never as a parameter. Where pages of rows are read in the
-- order of their ids, or of time and id, the id is named as the last column: on SQLite every index ends in it by
-- itself.

CREATE INDEX idx_strategies_active ON strategies (is_active);
CREATE INDEX idx_strategies_starlisting ON strategies (starlisting_id);

-- The positions of a strategy come in order of id, page after page.
CREATE INDEX idx_positions_of_strategy ON positions (strategy_id, id);
-- The last closed positions of a strategy are read from the end, without sorting.
CREATE INDEX idx_positions_strategy ON positions (strategy_id, exit_timestamp, id);
-- Open positions are few among many, so only they are indexed by status and by market. Closing one takes it out, hence
-- is never HOT; marking one is.
CREATE INDEX idx_positions_status ON positions (strategy_id, starlisting_id) WHERE status = 'open';
CREATE INDEX idx_positions_starlisting ON positions (starlisting_id) WHERE status = 'open';
CREATE INDEX idx_positions_entry_time ON positions (entry_timestamp, id);

-- The signals of a strategy come in order of id, page after page.
CREATE INDEX idx_signals_of_strategy ON signals (strategy_id, id);
-- Which signal was a strategy's last on a market is one look.
CREATE INDEX idx_signals_strategy ON signals (strategy_id, starlisting_id, timestamp, id);
CREATE INDEX idx_signals_timestamp ON signals (timestamp, id);
-- Suppressed signals are most of them; the few executed ones are what is looked for.
CREATE INDEX idx_signals_executed ON signals (strategy_id, timestamp, id) WHERE was_executed;

CREATE INDEX idx_trades_position ON trades (position_id);
CREATE INDEX idx_trades_strategy ON trades (strategy_id, id);
CREATE INDEX idx_trades_timestamp ON trades (timestamp, id);
-- Of trades that have a signal. Deleting a signal uses it too, since no trade may be left pointing at it.
CREATE INDEX idx_trades_signal ON trades (signal_id) WHERE signal_id IS NOT NULL;

CREATE INDEX idx_state_snapshots_timestamp ON state_snapshots (timestamp, id);
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

CREATE INDEX idx_event_log_type ON event_log (event_type, id);
CREATE INDEX idx_event_log_severity ON event_log (severity, id);
CREATE INDEX idx_event_log_timestamp ON event_log (timestamp, id);
-- Of events that are about a strategy, in the order of their ids.
CREATE INDEX idx_event_log_strategy ON event_log (strategy_id, id) WHERE strategy_id IS NOT NULL;

-- -------------------------------------------------------------------------------------------------------- triggers
-- What is written stays written. The one door is pruning: old rows may go while book.pruning is true. Every condition
-- stands in a WHEN, so nothing is called for a row that may change. TRUNCATE fires no row's trigger and asks no door.

-- Refuses with the trigger's own words.
CREATE FUNCTION book_refuse() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
    RAISE EXCEPTION USING ERRCODE = 'integrity_constraint_violation', MESSAGE = TG_ARGV[0], TABLE = TG_TABLE_NAME;
END
$$;

-- A WHEN may call a function, not ask a table. A body of this kind is bound to the table book beside it when it is made,
-- so neither a search_path nor a temporary table can lead it to another one. False, too, when the book's row is missing.
CREATE FUNCTION book_is_pruning() RETURNS boolean LANGUAGE sql STABLE
BEGIN ATOMIC
    SELECT EXISTS (SELECT 1 FROM book WHERE pruning);
END;

CREATE TRIGGER ledger_never_changes BEFORE UPDATE ON ledger
FOR EACH ROW EXECUTE FUNCTION book_refuse('ledger is append-only');
CREATE TRIGGER ledger_is_pruned_only BEFORE DELETE ON ledger FOR EACH ROW WHEN (NOT book_is_pruning())
EXECUTE FUNCTION book_refuse('ledger is append-only, except for pruning');
CREATE TRIGGER ledger_is_never_truncated BEFORE TRUNCATE ON ledger
EXECUTE FUNCTION book_refuse('ledger is append-only, never truncated');

CREATE TRIGGER trades_never_change BEFORE UPDATE ON trades
FOR EACH ROW EXECUTE FUNCTION book_refuse('trades is append-only');
CREATE TRIGGER trades_are_pruned_only BEFORE DELETE ON trades FOR EACH ROW WHEN (NOT book_is_pruning())
EXECUTE FUNCTION book_refuse('trades is append-only, except for pruning');
CREATE TRIGGER trades_are_never_truncated BEFORE TRUNCATE ON trades
EXECUTE FUNCTION book_refuse('trades is append-only, never truncated');

CREATE TRIGGER signals_never_change BEFORE UPDATE ON signals
FOR EACH ROW EXECUTE FUNCTION book_refuse('signals is append-only');
CREATE TRIGGER signals_are_pruned_only BEFORE DELETE ON signals FOR EACH ROW WHEN (NOT book_is_pruning())
EXECUTE FUNCTION book_refuse('signals is append-only, except for pruning');
CREATE TRIGGER signals_are_never_truncated BEFORE TRUNCATE ON signals
EXECUTE FUNCTION book_refuse('signals is append-only, never truncated');

CREATE TRIGGER event_log_never_changes BEFORE UPDATE ON event_log
FOR EACH ROW EXECUTE FUNCTION book_refuse('event_log is append-only');
CREATE TRIGGER event_log_is_pruned_only BEFORE DELETE ON event_log FOR EACH ROW WHEN (NOT book_is_pruning())
EXECUTE FUNCTION book_refuse('event_log is append-only, except for pruning');
CREATE TRIGGER event_log_is_never_truncated BEFORE TRUNCATE ON event_log
EXECUTE FUNCTION book_refuse('event_log is append-only, never truncated');

-- Open positions are marked and closed; a closed one is history. An open one is never deleted, not even by pruning.
-- AFTER, because a BEFORE trigger locks each row once more before it is marked, even if its WHEN says no.
CREATE TRIGGER positions_closed_never_change AFTER UPDATE ON positions FOR EACH ROW WHEN (OLD.status <> 'open')
EXECUTE FUNCTION book_refuse('a closed position never changes');
CREATE TRIGGER positions_are_pruned_only BEFORE DELETE ON positions FOR EACH ROW
WHEN (OLD.status = 'open' OR NOT book_is_pruning())
EXECUTE FUNCTION book_refuse('positions are never deleted, except closed ones for pruning');
CREATE TRIGGER positions_are_never_truncated BEFORE TRUNCATE ON positions
EXECUTE FUNCTION book_refuse('positions are never truncated');

-- ----------------------------------------------------------------------------------------------------------- views
-- The document's columns first and in its order, then ours. Datetimes are UTC text with milliseconds, counted in whole
-- milliseconds and without a time zone, so no setting of the session changes them. Every engine gives the same values:
-- sums are exact, an average of money is an integer division of millionths that drops the fraction (towards zero), and
-- what has no value is NULL.

-- LATERAL asks for the strategy of each open position. They are too few for statistics to know how many, and a plan that
-- rests on a guess would cost more with some histories than with others.
CREATE VIEW v_open_positions AS
SELECT
    p.id, p.strategy_id, p.starlisting_id, p.side, p.size, p.entry_price, p.entry_timestamp, p.exit_price,
    p.exit_timestamp, p.realized_pnl, p.unrealized_pnl, p.fees_paid, p.status, p.stop_loss_price, p.take_profit_price,
    p.exit_reason, p.created_at, p.updated_at,
    s.strategy_name, s.version, s.interval,
    to_char(TIMESTAMP '1970-01-01' + p.entry_timestamp * INTERVAL '1 millisecond', 'YYYY-MM-DD HH24:MI:SS.MS') AS entry_datetime,
    to_char(TIMESTAMP '1970-01-01' + p.updated_at * INTERVAL '1 millisecond', 'YYYY-MM-DD HH24:MI:SS.MS') AS updated_datetime,
    p.mark_price, p.marked_at,
    to_char(TIMESTAMP '1970-01-01' + p.marked_at * INTERVAL '1 millisecond', 'YYYY-MM-DD HH24:MI:SS.MS') AS marked_datetime
FROM positions AS p
CROSS JOIN LATERAL (SELECT * FROM strategies WHERE id = p.strategy_id OFFSET 0) AS s
WHERE p.status = 'open';

-- Closed and liquidated.
CREATE VIEW v_closed_positions AS
SELECT
    p.id, p.strategy_id, p.starlisting_id, p.side, p.size, p.entry_price, p.entry_timestamp, p.exit_price,
    p.exit_timestamp, p.realized_pnl, p.unrealized_pnl, p.fees_paid, p.status, p.stop_loss_price, p.take_profit_price,
    p.exit_reason, p.created_at, p.updated_at,
    s.strategy_name, s.version, s.interval,
    to_char(TIMESTAMP '1970-01-01' + p.entry_timestamp * INTERVAL '1 millisecond', 'YYYY-MM-DD HH24:MI:SS.MS') AS entry_datetime,
    to_char(TIMESTAMP '1970-01-01' + p.exit_timestamp * INTERVAL '1 millisecond', 'YYYY-MM-DD HH24:MI:SS.MS') AS exit_datetime,
    -- Both sides doubles: numeric division would round elsewhere.
    (p.exit_timestamp - p.entry_timestamp)::double precision / 60000 AS duration_minutes,
    p.mark_price, p.marked_at
FROM positions AS p
JOIN strategies AS s ON s.id = p.strategy_id
WHERE p.status <> 'open';

-- Every strategy, traded or not. It reads the strategies, their totals and the open positions, never the closed ones:
-- LATERAL asks the partial index for each strategy, whatever the statistics say.
CREATE VIEW v_strategy_performance AS
SELECT
    s.id AS strategy_id, s.strategy_name, s.version, s.interval,
    o.num_open AS num_open_positions,
    coalesce(t.num_closed, 0) AS num_closed_positions,
    o.unrealized_pnl AS total_unrealized_pnl,
    coalesce(t.realized_micros, 0) * 0.000001 AS total_realized_pnl,
    coalesce(t.fees_micros, 0) * 0.000001 AS total_fees_paid,
    t.realized_micros / nullif(t.num_closed, 0) * 0.000001 AS avg_pnl_per_trade,
    coalesce(t.num_wins, 0) AS num_wins,
    coalesce(t.num_losses, 0) AS num_losses,
    s.starlisting_id, s.is_active, s.initial_bankroll, s.current_bankroll
FROM strategies AS s
LEFT JOIN strategy_totals AS t ON t.strategy_id = s.id
CROSS JOIN LATERAL (
    SELECT count(*) AS num_open, coalesce(sum(p.unrealized_pnl), 0.000000) AS unrealized_pnl
    FROM positions AS p
    WHERE p.strategy_id = s.id AND p.status = 'open') AS o;

-- The last 100, newest first. Limited before joining, so that it never reads more than those.
CREATE VIEW v_recent_signals AS
SELECT
    g.id, g.strategy_id, g.starlisting_id, g.signal_type, g.confidence, g.price_at_signal, g.timestamp, g.was_executed,
    g.rejection_reason, g.created_at,
    s.strategy_name, s.version, s.interval,
    to_char(TIMESTAMP '1970-01-01' + g.timestamp * INTERVAL '1 millisecond', 'YYYY-MM-DD HH24:MI:SS.MS') AS signal_datetime
FROM (SELECT * FROM signals ORDER BY id DESC LIMIT 100) AS g
JOIN strategies AS s ON s.id = g.strategy_id
ORDER BY g.id DESC;

-- ------------------------------------------------------------------------------------------------------- and begin

-- To the second: nothing has to be told apart from it.
INSERT INTO event_log (id, event_type, event_data, severity, timestamp, created_at)
SELECT 1, 'schema_initialized', '{"schema_version":1}', 'INFO', now_ms, now_ms
FROM (SELECT floor(extract(epoch FROM now()))::bigint * 1000 AS now_ms) AS clock;

INSERT INTO book (
    id, schema_version, next_strategy_id, next_position_id, next_trade_id, next_signal_id, next_event_id,
    next_snapshot_id, next_metric_id, commit_seq, pruning, created_at, updated_at)
SELECT 1, 1, 1, 1, 1, 1, 2, 1, 1, 0, FALSE, created_at, created_at
FROM event_log;
