//! Paying in and out never looks like profit or loss.

use nailsage_domain::metrics::PeriodMetrics;
use proptest::prelude::*;

use super::book::{Book, at, row};

/// Large enough that a P&L rounded to the millionth is a share of the bankroll to the last digits of a double.
const LARGE_MICROS: i64 = 1_000_000_000_000_000;

/// A P&L as a share of the bankroll in hundred-millionths, the days until it, and what is paid just before: to which
/// thousandth of the large bankroll it brings this one.
type Trade = (i64, i64, Option<i64>);

fn trades() -> impl Strategy<Value = Vec<Trade>> {
    let flow = prop::option::of(100_i64..1_000);
    let trade = (-5_000_000_i64..5_000_000, 0_i64..9, flow);
    prop::collection::vec(trade, 1..40)
}

fn book(trades: &[Trade], has_flows: bool) -> Book {
    let mut book = Book::default().registered(1, at(0, 0), LARGE_MICROS);
    let mut day = 0;
    for (place, (share, days, flow)) in trades.iter().enumerate() {
        day += days;
        let time = at(day, i64::try_from(place).unwrap() + 1);
        if let Some(thousandths) = flow.filter(|_| has_flows) {
            let delta = LARGE_MICROS / 1_000 * thousandths - book.balance_micros(1);
            book = book.adjusted(1, time, delta);
        }
        let pnl = i128::from(book.balance_micros(1)) * i128::from(*share) / 100_000_000;
        book = book.closed(1, time, i64::try_from(pnl).unwrap());
    }
    book
}

fn is_close(left: Option<f64>, right: Option<f64>) -> bool {
    match (left, right) {
        (Some(left), Some(right)) => (left - right).abs() <= 1e-9 * left.abs().max(right.abs()).max(1.0),
        (left, right) => left == right,
    }
}

fn assert_same_performance(left: &PeriodMetrics, right: &PeriodMetrics) {
    assert!(is_close(left.total_return_pct, right.total_return_pct), "{left:?}\n{right:?}");
    assert!(is_close(Some(left.max_drawdown_pct), Some(right.max_drawdown_pct)), "{left:?}\n{right:?}");
    assert!(is_close(left.sharpe_ratio, right.sharpe_ratio), "{left:?}\n{right:?}");
}

proptest! {
    #[test]
    fn flows_leave_every_return_drawdown_and_sharpe_as_it_was(trades in trades()) {
        let without = book(&trades, false).rows(at(500, 0));
        let with = book(&trades, true).rows(at(500, 0));
        prop_assert_eq!(without.len(), with.len());
        for (without, with) in without.iter().zip(&with) {
            prop_assert_eq!((without.strategy_id, without.period), (with.strategy_id, with.period));
            assert_same_performance(without, with);
        }
    }

    #[test]
    fn flows_on_days_without_trades_leave_them_as_well(
        trades in trades(), flows in prop::collection::vec((0_i64..400, 0_i64..86_400_000, 1_i64..2_000_000), 1..20),
    ) {
        // The flows are written last, so no base of a trade moves; the days they make have no return.
        let without = book(&trades, true);
        let with = flows.iter().fold(without.clone(), |book, (day, day_ms, micros)| {
            book.adjusted(1, at(*day, *day_ms), *micros)
        });
        let with = with.rows(at(500, 0));
        for without in without.rows(at(500, 0)).iter().filter(|row| row.strategy_id.is_some()) {
            let start = at(0, without.period.start_ms.max(at(0, 0).get()) - at(0, 0).get());
            let same = row(&with, Some(1), without.period.timeframe, start);
            assert_same_performance(without, &same);
            prop_assert_eq!(without.max_drawdown_micros, same.max_drawdown_micros);
            prop_assert_eq!(without.total_return_micros, same.total_return_micros);
        }
    }

    #[test]
    fn all_strategies_together_are_the_strategy_when_there_is_one(trades in trades()) {
        let rows = book(&trades, true).rows(at(500, 0));
        let (together, alone) = rows.split_at(rows.len() / 2);
        for (together, alone) in together.iter().zip(alone) {
            let expected = PeriodMetrics { strategy_id: None, running_sums: None, ..alone.clone() };
            let together = PeriodMetrics { running_sums: None, ..together.clone() };
            prop_assert_eq!(together, expected);
        }
    }
}
