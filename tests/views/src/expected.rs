//! What the views must show of the two books, worked out by hand.
//!
//! Times count from 1700000000000, which is 2023-11-14 22:13:20.000 UTC.

/// `v_open_positions` of [`crate::trading`].
///
/// 5: 300 × 1000 / 30000 = 10. 6: −100 × 0.1 / 3 = −3.333333. 12: a millionth at a price that doubled; so is 14. 15 and 16: a tenth of 1 and of 2.
pub const OPEN: [&str; 7] = [
    "5|1|7|long|300|30000|1700086800500|NULL|NULL|NULL|10|0.3|open|NULL|NULL|NULL|1700000000123|1700000000123|\
     alpha|v1|1m|2023-11-15 22:20:00.500|2023-11-14 22:13:20.123|31000|1700086900999|2023-11-15 22:21:40.999",
    "6|1|77|short|100|3|1700086800500|NULL|NULL|NULL|-3.333333|0|open|NULL|2.5|NULL|1700000000123|1700000000123|\
     alpha|v1|1m|2023-11-15 22:20:00.500|2023-11-14 22:13:20.123|3.1|1700086900999|2023-11-15 22:21:40.999",
    "12|4|10|long|0.000001|0.000000000001|1700000060000|NULL|NULL|NULL|0.000001|0|open|NULL|NULL|NULL|1700000000123|\
     1700000000123|micro|v1|1d|2023-11-14 22:14:20.000|2023-11-14 22:13:20.123|0.000000000002|1700000061000|\
     2023-11-14 22:14:21.000",
    "13|5|11|long|4000000000|1|1700000060000|NULL|NULL|NULL|4000000000|0|open|NULL|NULL|NULL|1700000000123|\
     1700000000123|huge|v1|999s|2023-11-14 22:14:20.000|2023-11-14 22:13:20.123|2|1700000061000|2023-11-14 22:14:21.000",
    "14|5|11|long|0.000001|1|1700000060000|NULL|NULL|NULL|0.000001|0|open|NULL|NULL|NULL|1700000000123|\
     1700000000123|huge|v1|999s|2023-11-14 22:14:20.000|2023-11-14 22:13:20.123|2|1700000061000|2023-11-14 22:14:21.000",
    "15|6|12|long|1|10|1700000060000|NULL|NULL|NULL|0.1|0|open|NULL|NULL|NULL|1700000000123|\
     1700000000123|tenths|v1|1M|2023-11-14 22:14:20.000|2023-11-14 22:13:20.123|11|1700000061000|2023-11-14 22:14:21.000",
    "16|6|12|long|2|10|1700000060000|NULL|NULL|NULL|0.2|0|open|NULL|NULL|NULL|1700000000123|\
     1700000000123|tenths|v1|1M|2023-11-14 22:14:20.000|2023-11-14 22:13:20.123|11|1700000061000|2023-11-14 22:14:21.000",
];

/// `v_closed_positions` of [`crate::trading`].
///
/// 1: 1000 × 1000 / 50000 − 0.5 − 0.51 = 18.99 in a minute and a half. 2: −500 × 510 / 51000 − 0.25 = −5.25 in one
/// millisecond, 1/60000 of a minute. 3: −200 − 1, liquidated after a day. 4: nothing, in no time. 9: two millionths less
/// two in fees. 10: −10 millionths × 1/2.
pub const CLOSED: [&str; 9] = [
    "1|1|7|long|1000|50000|1700000001001|51000|1700000091001|18.99|NULL|1.01|closed|NULL|NULL|take_profit|1700000000123|\
     1700000000123|alpha|v1|1m|2023-11-14 22:13:21.001|2023-11-14 22:14:51.001|1.5|NULL|NULL",
    "2|1|7|short|500|51000|1700000100000|51510|1700000100001|-5.25|NULL|0.25|closed|52000|49000|stop_loss|1700000000123|\
     1700000000123|alpha|v1|1m|2023-11-14 22:15:00.000|2023-11-14 22:15:00.001|0.000016666666666666667|NULL|NULL",
    "3|1|7|long|1000|50000|1700000200000|40000|1700086600000|-201|NULL|1|liquidated|NULL|NULL|liquidation|1700000000123|\
     1700000000123|alpha|v1|1m|2023-11-14 22:16:40.000|2023-11-15 22:16:40.000|1440|NULL|NULL",
    "4|1|7|short|100|50000|1700086700000|50000|1700086700000|0|NULL|0|closed|NULL|NULL|signal|1700000000123|\
     1700000000123|alpha|v1|1m|2023-11-15 22:18:20.000|2023-11-15 22:18:20.000|0|NULL|NULL",
    "7|2|8|long|0.000003|1|1700000000000|2|1700000003000|0.000003|NULL|0|closed|NULL|NULL|manual|1700000000123|\
     1700000000123|beta|v2|15m|2023-11-14 22:13:20.000|2023-11-14 22:13:23.000|0.05|NULL|NULL",
    "8|2|8|long|0.000002|1|1700000000000|2|1700000003000|0.000002|NULL|0|closed|NULL|NULL|manual|1700000000123|\
     1700000000123|beta|v2|15m|2023-11-14 22:13:20.000|2023-11-14 22:13:23.000|0.05|NULL|NULL",
    "9|4|10|long|0.000002|1|1700000000000|2|1700000060000|0|NULL|0.000002|closed|NULL|NULL|signal|1700000000123|\
     1700000000123|micro|v1|1d|2023-11-14 22:13:20.000|2023-11-14 22:14:20.000|1|NULL|NULL",
    "10|4|10|long|0.00001|2|1700000000000|1|1700000060000|-0.000005|NULL|0|closed|NULL|NULL|signal|1700000000123|\
     1700000000123|micro|v1|1d|2023-11-14 22:13:20.000|2023-11-14 22:14:20.000|1|NULL|NULL",
    "11|4|10|short|0.000003|3|1700000000000|3|1700000060000|0|NULL|0|closed|NULL|NULL|signal|1700000000123|\
     1700000000123|micro|v1|1d|2023-11-14 22:13:20.000|2023-11-14 22:14:20.000|1|NULL|NULL",
];

/// `v_strategy_performance` of [`crate::trading`].
///
/// 1: 10 − 3.333333; 18.99 − 5.25 − 201 + 0 = −187.26, a fourth of it; fees 1.01 + 0.25 + 1 + 0.3. 2: half of 5 millionths
/// drops its fraction. 3: no trades, so no average. 4: a third of −5 millionths drops its fraction, towards zero.
/// 5: 4000000000 + 0.000001, which is exact as a double. 6: 0.1 + 0.2, which is 0.3.
pub const PERFORMANCE: [&str; 6] = [
    "1|alpha|v1|1m|2|4|6.666667|-187.26|2.56|-46.815|1|3|7|1|10000|9812.74",
    "2|beta|v2|15m|0|2|0|0.000005|0|0.000002|2|0|8|0|10000|10000.000005",
    "3|idle|v1|1h|0|0|0|0|0|NULL|0|0|9|1|10000|10000",
    "4|micro|v1|1d|1|3|0.000001|-0.000005|0.000002|-0.000001|0|3|10|1|10000|9999.999995",
    "5|huge|v1|999s|2|0|4000000000.000001|0|0|NULL|0|0|11|1|4000000000.000001|4000000000.000001",
    "6|tenths|v1|1M|2|0|0.3|0|0|NULL|0|0|12|1|10000|10000",
];

/// What positions and trades add up to, a strategy, by plain SQL: the columns of `v_strategy_performance` that are sums
/// and counts, in its order.
pub const ADDED_UP: &str = "SELECT s.id, \
    (SELECT count(*) FROM positions AS p WHERE p.strategy_id = s.id AND p.status = 'open'), \
    (SELECT count(*) FROM positions AS p WHERE p.strategy_id = s.id AND p.status <> 'open'), \
    (SELECT round(coalesce(sum(p.unrealized_pnl), 0), 6) FROM positions AS p WHERE p.strategy_id = s.id), \
    (SELECT round(coalesce(sum(p.realized_pnl), 0), 6) FROM positions AS p WHERE p.strategy_id = s.id), \
    (SELECT round(coalesce(sum(t.fees), 0), 6) FROM trades AS t WHERE t.strategy_id = s.id), \
    (SELECT count(*) FROM positions AS p WHERE p.strategy_id = s.id AND p.realized_pnl > 0), \
    (SELECT count(*) FROM positions AS p WHERE p.strategy_id = s.id AND p.realized_pnl <= 0) \
    FROM strategies AS s ORDER BY s.id";

/// How many signals [`crate::signals`] records.
pub const SIGNALS: u32 = 106;

/// How many of them `v_recent_signals` shows.
pub const RECENT_MAX: u32 = 100;

/// The row of `v_recent_signals` for a signal of [`crate::signals`]; the last one was executed.
#[must_use]
pub fn recent_signal(number: u32) -> String {
    if number == SIGNALS {
        return format!(
            "{number}|1|7|long|0.73|46999.5|1700000004001|1|NULL|1700000000123|alpha|v1|1m|2023-11-14 22:13:24.001"
        );
    }
    let price = 46_000 + number;
    format!("{number}|1|7|short|0.5|{price}|1700000005000|0|cooldown|1700000000123|alpha|v1|1m|2023-11-14 22:13:25.000")
}
