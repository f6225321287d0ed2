//! What the tables of a book say, by plain SQL.

use nailsage_domain::{
    StrategyId, Timeframe, Usdt,
    metrics::{Period, PeriodMetrics},
};
use nailsage_test_oracle::LedgerRow;

use crate::place::Place;

const LEDGER: &str = "SELECT strategy_id, seq, kind, delta_micros, balance_micros, held_ms, timestamp FROM ledger \
     ORDER BY strategy_id, seq";

/// Money in millionths, whatever type its column has.
const METRICS: &str = "SELECT strategy_id, timeframe, period_start, period_end, total_return_pct, growth_factor, \
     CAST(round(total_return_usdt * 1000000) AS BIGINT), num_trades, num_wins, num_losses, win_rate_pct, \
     CAST(round(avg_win_usdt * 1000000) AS BIGINT), CAST(round(avg_loss_usdt * 1000000) AS BIGINT), \
     CAST(round(largest_win_usdt * 1000000) AS BIGINT), CAST(round(largest_loss_usdt * 1000000) AS BIGINT), \
     profit_factor, avg_position_duration_minutes, max_drawdown_pct, \
     CAST(round(max_drawdown_usdt * 1000000) AS BIGINT), sharpe_ratio FROM performance_metrics";

/// Every row, its cells with a line between them.
pub(crate) fn ledger(place: &Place) -> Vec<String> {
    let cell = |cell: Option<String>| cell.unwrap_or_else(|| "NULL".to_owned());
    let rows = place.rows(LEDGER).into_iter();
    rows.map(|row| row.into_iter().map(cell).collect::<Vec<_>>().join("|")).collect()
}

/// How [`ledger`] writes such a row.
pub(crate) fn ledger_line(row: &LedgerRow) -> String {
    let held_ms = row.held_ms.map_or("NULL".to_owned(), |held_ms| held_ms.to_string());
    let LedgerRow { strategy_id, seq, kind, delta_micros, balance_micros, timestamp, .. } = row;
    format!("{strategy_id}|{seq}|{kind}|{delta_micros}|{balance_micros}|{held_ms}|{}", timestamp.get())
}

pub(crate) fn as_of(place: &Place) -> i64 {
    place.rows("SELECT metrics_at FROM book")[0][0].as_ref().unwrap().parse().unwrap()
}

/// Every row, except for the sums to go on from.
pub(crate) fn metrics(place: &Place) -> Vec<PeriodMetrics> {
    place.rows(METRICS).into_iter().map(|row| metrics_of(&Cells(row))).collect()
}

struct Cells(Vec<Option<String>>);

impl Cells {
    fn whole(&self, place: usize) -> Option<i64> {
        self.0[place].as_ref().map(|text| text.parse().unwrap_or_else(|_| panic!("{text:?} is no whole number")))
    }

    fn ratio(&self, place: usize) -> Option<f64> {
        self.0[place].as_ref().map(|text| text.parse().unwrap_or_else(|_| panic!("{text:?} is no number")))
    }

    fn usdt(&self, place: usize) -> Option<Usdt> {
        self.whole(place).map(|micros| Usdt::from_micros(micros).unwrap())
    }
}

fn metrics_of(cells: &Cells) -> PeriodMetrics {
    let whole = |place: usize| cells.whole(place).unwrap();
    let timeframe: Timeframe = cells.0[1].as_ref().unwrap().parse().unwrap();
    PeriodMetrics {
        strategy_id: cells.whole(0).map(|id| StrategyId::new(id).unwrap()),
        period: Period { timeframe, start_ms: whole(2), end_ms: whole(3) },
        total_return_pct: cells.ratio(4),
        growth_factor: cells.ratio(5),
        total_return_micros: whole(6),
        num_trades: whole(7),
        num_wins: whole(8),
        num_losses: whole(9),
        win_rate_pct: cells.ratio(10),
        avg_win: cells.usdt(11),
        avg_loss: cells.usdt(12),
        largest_win: cells.usdt(13),
        largest_loss: cells.usdt(14),
        profit_factor: cells.ratio(15),
        avg_position_duration_minutes: cells.ratio(16),
        max_drawdown_pct: cells.ratio(17).unwrap(),
        max_drawdown_micros: whole(18),
        sharpe_ratio: cells.ratio(19),
        running_sums: None,
    }
}
