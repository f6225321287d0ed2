//! Metrics beside what the libraries say: ratios to nine digits, money to the millionth.

use std::collections::BTreeMap;

use nailsage_domain::{Usdt, metrics::PeriodMetrics};

use crate::ExpectedRow;

/// How far two ratios may be apart, as a share of the larger one.
const RELATIVE: f64 = 1e-9;

/// A return is the difference of numbers near 1, so below this much its digits say nothing.
const NOTHING: f64 = 1e-11;

/// Where the rows are not the expected ones; nothing if they are.
#[must_use]
pub fn differences(expected: &[ExpectedRow], rows: &[PeriodMetrics]) -> Vec<String> {
    let key = |row: &PeriodMetrics| (row.strategy_id, row.period.timeframe, row.period.start_ms);
    let mut rest: BTreeMap<_, _> = rows.iter().map(|row| (key(row), row)).collect();
    let mut found = Vec::new();
    if rest.len() != rows.len() {
        found.push("a period has more than one row".to_owned());
    }
    for row in expected {
        let of = match row.strategy_id {
            Some(strategy_id) => format!("strategy {strategy_id}"),
            None => "all strategies".to_owned(),
        };
        let place = format!("{of}, {} from {}", row.timeframe, row.period_start);
        match rest.remove(&(row.strategy_id, row.timeframe, row.period_start)) {
            Some(metrics) => {
                let figures = of_row(row, metrics).into_iter();
                found.extend(figures.map(|(name, what)| format!("{place}: {name} {what}")));
            }
            None => found.push(format!("{place}: there is no such row")),
        }
    }
    found.extend(rest.into_keys().map(|key| format!("{key:?} is a row that is not expected")));
    found
}

fn of_row(expected: &ExpectedRow, row: &PeriodMetrics) -> Vec<(&'static str, String)> {
    let mut found = Vec::new();
    let mut ratio = |name, expected: Option<f64>, got: Option<f64>| {
        let is_same = match (expected, got) {
            (Some(left), Some(right)) => (left - right).abs() <= (RELATIVE * left.abs().max(right.abs())).max(NOTHING),
            (left, right) => left.is_none() && right.is_none(),
        };
        if !is_same {
            found.push((name, format!("is {got:?}, not {expected:?}")));
        }
    };
    ratio("total_return_pct", expected.total_return_pct, row.total_return_pct);
    ratio("growth_factor", expected.growth_factor, row.growth_factor);
    ratio("win_rate_pct", expected.win_rate_pct, row.win_rate_pct);
    ratio("profit_factor", expected.profit_factor, row.profit_factor);
    ratio("avg_position_duration_minutes", expected.avg_position_duration_minutes, row.avg_position_duration_minutes);
    ratio("max_drawdown_pct", Some(expected.max_drawdown_pct), Some(row.max_drawdown_pct));
    ratio("sharpe_ratio", expected.sharpe_ratio, row.sharpe_ratio);

    let micros = |usdt: Option<Usdt>| usdt.map(Usdt::micros);
    let mut whole = |name, expected: Option<i64>, got: Option<i64>| {
        if expected != got {
            found.push((name, format!("is {got:?}, not {expected:?}")));
        }
    };
    whole("period_end", Some(expected.period_end), Some(row.period.end_ms));
    whole("total_return_micros", Some(expected.total_return_micros), Some(row.total_return_micros));
    whole("num_trades", Some(expected.num_trades), Some(row.num_trades));
    whole("num_wins", Some(expected.num_wins), Some(row.num_wins));
    whole("num_losses", Some(expected.num_losses), Some(row.num_losses));
    whole("avg_win_micros", expected.avg_win_micros, micros(row.avg_win));
    whole("avg_loss_micros", expected.avg_loss_micros, micros(row.avg_loss));
    whole("largest_win_micros", expected.largest_win_micros, micros(row.largest_win));
    whole("largest_loss_micros", expected.largest_loss_micros, micros(row.largest_loss));
    whole("max_drawdown_micros", Some(expected.max_drawdown_micros), Some(row.max_drawdown_micros));
    found
}
