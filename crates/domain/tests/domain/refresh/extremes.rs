//! Numbers at the ends of their ranges still make rows that the table takes.

use nailsage_domain::Timeframe::{AllTime, Daily, Monthly, Weekly};
use nailsage_domain::Usdt;
use proptest::prelude::*;

use super::book::{Book, MONDAY, Table, at, texts};

/// From a millionth to the most there is, and all but a millionth taken out again: eight quadrillion times.
fn outgrown(times: i64) -> Book {
    let gain = Usdt::MAX.micros() - 1;
    let book = Book::default().registered(1, at(0, 0), 1);
    (0..times).fold(book, |book, day| book.closed(1, at(day, 1), gain).adjusted(1, at(day, 2), -gain))
}

/// All but a millionth lost, and paid in again.
fn vanished(times: i64) -> Book {
    let loss = Usdt::MAX.micros() - 1;
    let book = Book::default().registered(1, at(0, 0), Usdt::MAX.micros());
    (0..times).fold(book, |book, day| book.closed(1, at(day, 1), -loss).adjusted(1, at(day, 2), loss))
}

#[test]
fn a_return_that_a_double_cannot_hold_is_none() {
    // 10^15.93 a day: 19 days make 10^302.7, 20 days more than there is.
    let (fits, overflows) = (outgrown(19), outgrown(25));
    assert!(fits.row(at(60, 0), AllTime, at(0, 0)).growth_factor.is_some_and(|factor| factor > 1e302));
    let row = overflows.row(at(60, 0), AllTime, at(0, 0));
    assert_eq!((row.total_return_pct, row.growth_factor), (None, None));
    assert_eq!(row.max_drawdown_pct.to_bits(), 0);
    // Each day is a number, and so is their mean.
    assert!(row.sharpe_ratio.is_some_and(|ratio| ratio > 0.0));
    assert!(overflows.row(at(60, 0), Daily, at(24, 0)).total_return_pct.is_some());
    assert!(overflows.row(at(60, 0), Weekly, at(24, 0)).sharpe_ratio.is_some());
    // It does not come back by losing.
    let after = overflows.closed(1, at(26, 0), 999_999).closed(1, at(27, 0), -999_999);
    assert_eq!(after.row(at(60, 0), Monthly, at(0, 0)).total_return_pct, None);
    assert!(after.row(at(60, 0), Weekly, at(27, 0)).total_return_pct.is_some());
}

#[test]
fn a_nav_too_small_for_a_double_is_lost() {
    let book = vanished(25);
    let all = book.row(at(60, 0), AllTime, at(0, 0));
    assert_eq!((all.total_return_pct, all.growth_factor, all.sharpe_ratio), (Some(-100.0), None, None));
    assert_eq!(all.max_drawdown_pct.to_bits(), 100_f64.to_bits());
    let day = book.row(at(60, 0), Daily, at(3, 0));
    assert!(day.growth_factor.is_some_and(|factor| factor > 0.0));
    // The segment of the bankroll goes on: it never was at 0.
    assert!(book.row(at(60, 0), Weekly, at(24, 0)).growth_factor.is_some());
}

#[test]
fn a_refresh_goes_on_from_such_numbers_as_well() {
    for book in [outgrown(45), vanished(45)] {
        for chunk_days in [1, 7] {
            let mut table = Table::default();
            table.refresh(&book, MONDAY, at(60, 0), chunk_days);
            assert_eq!(table.texts(), texts(&book.rows(at(60, 0))));
        }
    }
}

proptest! {
    #[test]
    fn every_row_fits_the_table_whatever_was_earned(
        entries in prop::collection::vec((1_i64..=2, super::super::generate::usdt(), any::<bool>(), 0_i64..3), 1..60),
    ) {
        let mut book = Book::default().registered(1, at(0, 0), 1).registered(2, at(0, 0), Usdt::MAX.micros());
        let mut day = 0;
        for (strategy, delta, is_flow, days) in entries {
            day += days;
            let balance = Usdt::from_micros(book.balance_micros(strategy)).unwrap();
            // To that balance, so that it stays in range.
            let delta = delta.checked_sub(balance).map_or(-balance.micros(), Usdt::micros);
            book = if is_flow { book.adjusted(strategy, at(day, 0), delta) } else { book.closed(strategy, at(day, 0), delta) };
        }
        book.rows(at(day + 2, 0));
    }
}
