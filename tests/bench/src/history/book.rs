//! A book with so many closed positions as SQL that both engines understand.
//!
//! 49 strategies trade in turns, each closing a position five minutes after it opened it, and the book has two trades, two
//! ledger rows and a signal for each of them. Strategy 50 made the first hundred positions and has been silent since:
//! whoever asks for its newest rows must not walk past everybody else's. Wins of 2.5 and losses of 1.5 take turns, so
//! bankrolls and totals are known without adding them up.

use std::fmt::Write as _;

use super::metrics;
use crate::unit::NOW;

/// The fewest closed positions that a book can be made of.
pub(crate) const CLOSED_MIN: i64 = 1_000;

/// The strategy that has been silent since the beginning.
pub(crate) const RETIRED: i64 = 50;

/// A strategy that trades.
pub(crate) const BUSY: i64 = 7;

/// How many positions are open, the youngest of all.
pub(crate) const OPEN: i64 = 100;

const STRATEGIES: i64 = 50;
const BUSY_STRATEGIES: i64 = STRATEGIES - 1;
const RETIRED_POSITIONS: i64 = 100;

/// 2022-01-01; the first position.
const START: i64 = 1_640_995_200_000;
const STEP_MS: i64 = 10_000;
const HELD_MS: i64 = 300_000;
const DAY_MS: i64 = 86_400_000;

/// What a strategy begins with, in whole USDT: nobody goes broke here.
const INITIAL: i64 = 100_000_000;

/// Rows made by one statement.
const CHUNK: usize = 100_000;

/// Whose position `p` is.
const STRATEGY: &str = "CASE WHEN p <= 100 THEN 50 ELSE (p - 101) % 49 + 1 END";
/// How many that strategy had before.
const TURN: &str = "CASE WHEN p <= 100 THEN p - 1 ELSE (p - 101) / 49 END";

/// What a book is made of.
#[derive(Debug, Clone, Copy)]
pub(crate) struct Size {
    pub(crate) closed: i64,
    pub(crate) snapshots: i64,
}

/// When the last position was closed.
pub(crate) fn last_close(closed: i64) -> i64 {
    START + closed * STEP_MS + HELD_MS
}

/// How a strategy stands: its positions that have ended and those that are open.
fn positions_of(strategy: i64, closed: i64) -> (i64, i64) {
    if strategy == RETIRED {
        return (RETIRED_POSITIONS, 0);
    }
    ((closed - RETIRED_POSITIONS - strategy) / BUSY_STRATEGIES + 1, (OPEN - strategy) / BUSY_STRATEGIES + 1)
}

/// The statements that fill an empty book, in order.
pub(crate) fn statements(size: Size) -> anyhow::Result<Vec<String>> {
    let Size { closed, snapshots } = size;
    let mut all = strategies(closed);
    for (first, last) in chunks(closed) {
        all.push(signals(first, last));
        all.push(positions(first, last));
        all.extend(trades(first, last));
        all.extend(ledger(first, last));
    }
    all.extend(open_positions(closed));
    all.push(DAYS.to_owned());
    all.extend(chunks(closed / 10).map(|(first, last)| events(first, last)));
    all.extend(chunks(snapshots).map(|(first, last)| curve(first, last)));
    let days = closed * STEP_MS / DAY_MS + 1;
    let metric_rows = days * (STRATEGIES + 1);
    for (first, last) in chunks(metric_rows) {
        all.push(metrics::daily(&series(first, last), START, NOW)?);
    }
    all.push(format!(
        "UPDATE book SET next_strategy_id = {}, next_position_id = {}, next_trade_id = {}, next_signal_id = {}, \
         next_event_id = {}, next_snapshot_id = {}, next_metric_id = {}, commit_seq = {}",
        STRATEGIES + 1,
        closed + OPEN + 1,
        2 * closed + OPEN + 1,
        closed + 1,
        closed / 10 + 2,
        snapshots + 1,
        metric_rows + 1,
        2 * closed + 2
    ));
    Ok(all)
}

/// The totals of days, from the ledger.
const DAYS: &str = "INSERT INTO daily_totals SELECT strategy_id, timestamp - timestamp % 86400000, count(*), \
    sum(CASE WHEN delta_micros > 0 THEN 1 ELSE 0 END), sum(CASE WHEN delta_micros > 0 THEN 0 ELSE 1 END), \
    sum(delta_micros), sum(CASE WHEN delta_micros > 0 THEN delta_micros ELSE 0 END), \
    sum(CASE WHEN delta_micros > 0 THEN 0 ELSE delta_micros END) \
    FROM ledger WHERE kind = 'close' GROUP BY strategy_id, timestamp - timestamp % 86400000";

/// Numbers from 1 on, some at a time.
fn chunks(count: i64) -> impl Iterator<Item = (i64, i64)> {
    (0..count).step_by(CHUNK).map(move |before| (before + 1, (before + CHUNK as i64).min(count)))
}

/// A table `series` of numbers `n`.
fn series(first: i64, last: i64) -> String {
    format!(
        "WITH RECURSIVE series(n) AS (SELECT CAST({first} AS BIGINT) UNION ALL SELECT n + 1 FROM series WHERE n < {last}) "
    )
}

/// A table `series` of positions: `p`, its strategy `s`, its number `k` among that one's, and when it was opened.
fn position_series(first: i64, last: i64) -> String {
    let numbers = series(first, last);
    let numbers = numbers.trim_end();
    format!(
        "{numbers}, rows AS (SELECT p, {STRATEGY} AS s, {TURN} AS k, {START} + p * {STEP_MS} AS opened \
         FROM (SELECT n AS p FROM series) AS positions) "
    )
}

/// Strategies with what their positions come to, and the beginnings of their ledgers.
fn strategies(closed: i64) -> Vec<String> {
    let mut strategies = String::from("INSERT INTO strategies VALUES");
    let mut totals = String::from("INSERT INTO strategy_totals VALUES");
    for id in 1..=STRATEGIES {
        let (ended, open) = positions_of(id, closed);
        let (wins, losses) = (ended - ended / 2, ended / 2);
        let (win_micros, loss_micros) = (wins * 2_500_000, losses * -1_500_000);
        let realized = win_micros + loss_micros;
        let fees = ended * 1_000_000 + open * 500_000;
        let comma = if id == 1 { " " } else { ", " };
        let is_active = if id == RETIRED { "FALSE" } else { "TRUE" };
        let bankroll = format!("{}.{:06}", INITIAL + realized / 1_000_000, realized % 1_000_000);
        write!(
            strategies,
            "{comma}({id}, 'history-{id}', 'v1', {id}, '1m', NULL, NULL, {is_active}, {INITIAL}, {bankroll}, {NOW}, {NOW})"
        )
        .expect("writing to a String does not fail");
        write!(
            totals,
            "{comma}({id}, {}, {ended}, {wins}, {losses}, {realized}, {win_micros}, {loss_micros}, {fees}, {})",
            1 + 2 * ended + open,
            ended * HELD_MS
        )
        .expect("writing to a String does not fail");
    }
    let ledger = format!(
        "INSERT INTO ledger SELECT id, 1, 'register', NULL, NULL, 0, {INITIAL} * CAST(1000000 AS BIGINT), NULL, NULL, NULL, \
         1, {START}, {NOW} FROM strategies"
    );
    vec![strategies, totals, ledger]
}

/// A signal for each position, of which a tenth opened it.
fn signals(first: i64, last: i64) -> String {
    format!(
        "{}INSERT INTO signals SELECT p, s, s, 'long', 0.73, 50000, opened, p % 10 = 0, \
         CASE WHEN p % 10 <> 0 THEN 'cooldown' END, {NOW} FROM rows",
        position_series(first, last)
    )
}

fn positions(first: i64, last: i64) -> String {
    format!(
        "{}INSERT INTO positions SELECT p, s, s, 'long', 1000, 50000, opened, CASE k % 2 WHEN 0 THEN 50175 ELSE 49975 END, \
         opened + {HELD_MS}, CASE k % 2 WHEN 0 THEN 2.5 ELSE -1.5 END, NULL, 1, 'closed', NULL, NULL, 'signal', {NOW}, {NOW}, \
         NULL, NULL FROM rows",
        position_series(first, last)
    )
}

/// The entry of position p is trade 2p - 1, its exit 2p.
fn trades(first: i64, last: i64) -> [String; 2] {
    let rows = position_series(first, last);
    [
        format!(
            "{rows}INSERT INTO trades SELECT 2 * p - 1, p, s, s, 'open_long', 1000, 50000, 0.5, 0.05, opened, \
             CASE WHEN p % 10 = 0 THEN p END, {NOW} FROM rows"
        ),
        format!(
            "{rows}INSERT INTO trades SELECT 2 * p, p, s, s, 'close_long', 1000, CASE k % 2 WHEN 0 THEN 50175 ELSE 49975 END, \
             0.5, 0.05, opened + {HELD_MS}, NULL, {NOW} FROM rows"
        ),
    ]
}

/// A strategy has one position at a time, so that opening and closing take turns in its ledger.
fn ledger(first: i64, last: i64) -> [String; 2] {
    let rows = position_series(first, last);
    let balance = |ended: &str| {
        format!("{INITIAL} * CAST(1000000 AS BIGINT) + ({ended}) / 2 * 1000000 + ({ended}) % 2 * 2500000")
    };
    [
        format!(
            "{rows}INSERT INTO ledger SELECT s, 2 * k + 2, 'open', p, 2 * p - 1, 0, {}, NULL, NULL, NULL, 2 * p, opened, {NOW} \
             FROM rows",
            balance("k")
        ),
        format!(
            "{rows}INSERT INTO ledger SELECT s, 2 * k + 3, 'close', p, 2 * p, CASE k % 2 WHEN 0 THEN 2500000 ELSE -1500000 END, \
             {}, {HELD_MS}, NULL, NULL, 2 * p + 1, opened + {HELD_MS}, {NOW} FROM rows",
            balance("k + 1")
        ),
    ]
}

/// Open positions after all that have ended, each on a market of its own.
fn open_positions(closed: i64) -> [String; 3] {
    let opened = START + closed * STEP_MS + HELD_MS;
    let rows = format!(
        "{} , rows AS (SELECT n, {closed} + n AS p, 2 * {closed} + n AS trade, (n - 1) % {BUSY_STRATEGIES} + 1 AS s, \
         (n - 1) / {BUSY_STRATEGIES} AS k, {opened} + n AS opened FROM series) ",
        series(1, OPEN).trim_end()
    );
    [
        format!(
            "{rows}INSERT INTO positions SELECT p, s, s + 100 * k, 'long', 1000, 50000, opened, NULL, NULL, NULL, 2, 0.5, 'open', \
             NULL, NULL, NULL, {NOW}, {NOW}, 50100, opened + 1000 FROM rows"
        ),
        format!(
            "{rows}INSERT INTO trades SELECT trade, p, s, s + 100 * k, 'open_long', 1000, 50000, 0.5, 0.05, opened, NULL, {NOW} \
             FROM rows"
        ),
        format!(
            "{rows}INSERT INTO ledger SELECT s, 2 * t.num_closed + 2 + k, 'open', p, trade, 0, {INITIAL} * CAST(1000000 AS BIGINT) \
             + t.realized_micros, NULL, NULL, NULL, 2 * {closed} + 2, opened, {NOW} FROM rows \
             JOIN strategy_totals AS t ON t.strategy_id = rows.s"
        ),
    ]
}

/// Of twenty types; one in a hundred is worth a warning. The first hundred are the retired strategy's.
fn events(first: i64, last: i64) -> String {
    format!(
        "{}INSERT INTO event_log SELECT p + 1, 'type ' || (p % 20), NULL, CASE p % 100 WHEN 0 THEN 'WARNING' ELSE 'INFO' END, \
         {START} + p * 10 * {STEP_MS}, {NOW}, s FROM rows",
        position_series(first, last)
    )
}

/// A curve that wanders.
fn curve(first: i64, last: i64) -> String {
    format!(
        "{}INSERT INTO state_snapshots SELECT n, 5000000 + n * 37 % 1000, 4900000, 100000, n * 37 % 1000, 0, {OPEN}, \
         {BUSY_STRATEGIES}, {START} + n * 60000, {NOW} FROM series",
        series(first, last)
    )
}
