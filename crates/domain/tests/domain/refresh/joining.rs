//! How a strategy joins all strategies together: by its first entry in the order of time, whatever that is.

use nailsage_domain::{
    Timeframe::{AllTime, Daily},
    metrics::PeriodMetrics,
};
use proptest::prelude::*;

use super::{
    book::{Book, at, row},
    incremental::{happen, happening},
};

const USDT: i64 = 1_000_000;

#[track_caller]
fn assert_close(left: Option<f64>, right: f64) {
    let is_close = left.is_some_and(|left| (left - right).abs() <= 1e-12 * right.abs().max(1.0));
    assert!(is_close, "{left:?} is not {right}");
}

fn all_time(book: &Book, strategy: Option<i64>) -> PeriodMetrics {
    row(&book.rows(at(60, 0)), strategy, AllTime, at(0, 0))
}

/// Registered on day 40; its trades, dated before that, are recorded in their order.
fn imported() -> Book {
    let book = Book::default().registered(1, at(40, 0), 10_000 * USDT);
    book.closed(1, at(1, 0), 1_000 * USDT).closed(1, at(3, 0), -550 * USDT)
}

#[test]
fn trades_dated_before_the_registration_are_earned_on_the_initial_bankroll() {
    let book = imported();
    for strategy in [None, Some(1)] {
        let row = all_time(&book, strategy);
        assert_close(row.total_return_pct, 4.5);
        assert_close(Some(row.max_drawdown_pct), 5.0);
        assert!(row.sharpe_ratio.is_some_and(|ratio| ratio > 0.0), "{row:?}");
    }
}

#[test]
fn alone_all_together_are_the_strategy_whenever_it_was_registered() {
    let rows = imported().rows(at(60, 0));
    let (together, alone) = rows.split_at(rows.len() / 2);
    for (together, alone) in together.iter().zip(alone) {
        let expected = PeriodMetrics { strategy_id: None, running_sums: None, ..alone.clone() };
        assert_eq!(PeriodMetrics { running_sums: None, ..together.clone() }, expected);
    }
}

#[test]
fn joining_is_a_flow_and_the_registration_that_follows_adds_nothing() {
    // Another one is there with 10,000 of which it has lost a fifth.
    let others = Book::default().registered(2, at(0, 0), 10_000 * USDT).closed(2, at(0, 5), -2_000 * USDT);
    let book = others.registered(1, at(40, 0), 8_000 * USDT).closed(1, at(1, 0), 1_600 * USDT);
    // 1,600 of 16,000 together.
    assert_close(all_time(&book, None).total_return_pct, -12.0);
    // 1,760 of 17,600, after the registration.
    let book = book.closed(1, at(41, 0), 1_760 * USDT);
    assert_close(row(&book.rows(at(60, 0)), None, Daily, at(41, 0)).total_return_pct, 10.0);
    let registered = row(&book.rows(at(60, 0)), None, Daily, at(40, 0));
    assert_eq!((registered.total_return_pct, registered.num_trades), (Some(0.0), 0));
}

#[test]
fn what_was_earned_before_an_older_trade_was_recorded_does_not_count_twice() {
    // All but 100 is lost before the first old trade is recorded: on a bankroll of 100.
    let book = Book::default().registered(1, at(40, 0), 10_000 * USDT).closed(1, at(41, 0), -9_900 * USDT);
    let book = book.closed(1, at(1, 0), USDT);
    let row_of = |day: i64| row(&book.rows(at(60, 0)), None, Daily, at(day, 0));
    assert_close(row_of(1).growth_factor, 1.01);
    // The registration settles that it is 10,001 that was lost of, not 101.
    assert_close(row_of(41).growth_factor, 101.0 / 10_001.0);
    assert_close(all_time(&book, None).growth_factor, 1.01 * 101.0 / 10_001.0);
}

#[test]
fn a_registration_after_the_capital_was_lost_brings_no_new_capital() {
    let book = Book::default().registered(1, at(5, 0), 10_000 * USDT).closed(1, at(1, 0), -12_000 * USDT);
    for strategy in [None, Some(1)] {
        let registered = row(&book.rows(at(60, 0)), strategy, Daily, at(5, 0));
        assert_eq!((registered.total_return_pct, registered.growth_factor), (None, None));
    }
    let topped_up = book.adjusted(1, at(6, 0), 12_000 * USDT).closed(1, at(7, 0), 1_000 * USDT);
    for strategy in [None, Some(1)] {
        assert_close(row(&topped_up.rows(at(60, 0)), strategy, Daily, at(7, 0)).total_return_pct, 10.0);
    }
}

proptest! {
    /// Once every registration is seen, however late any entry was recorded.
    #[test]
    fn the_base_of_all_together_is_what_the_balances_add_up_to(happenings in prop::collection::vec(happening(), 1..40)) {
        let book = happenings.iter().fold(Book::default(), happen);
        let rows = book.rows(at(500, 0));
        let last = rows.iter().rfind(|row| row.strategy_id.is_none() && row.running_sums.is_some());
        let sums = serde_json::to_value(last.unwrap().running_sums).unwrap();
        let balances: i64 = (1..=3).filter(|strategy| book.has(*strategy)).map(|it| book.balance_micros(it)).sum();
        prop_assert_eq!(sums["base_micros"].as_i64(), Some(balances));
    }
}
