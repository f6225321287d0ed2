//! The corners of the definitions, each worked by hand.

use nailsage_domain::{
    LedgerKind,
    Timeframe::{AllTime, Daily, Monthly, Weekly},
    Usdt,
};

use super::book::{Book, at, row};

const USDT: i64 = 1_000_000;

#[track_caller]
fn assert_close(left: Option<f64>, right: f64) {
    let is_close = left.is_some_and(|left| (left - right).abs() <= 1e-12 * right.abs().max(1.0));
    assert!(is_close, "{left:?} is not {right}");
}

/// The Sharpe ratio of these daily returns, the schoolbook way.
fn sharpe(returns: &[f64]) -> f64 {
    let mean = returns.iter().sum::<f64>() / returns.len() as f64;
    let squares: f64 = returns.iter().map(|day| (day - mean).powi(2)).sum();
    mean / (squares / (returns.len() - 1) as f64).sqrt() * 365_f64.sqrt()
}

#[test]
fn no_trade() {
    for timeframe in [AllTime, Monthly, Weekly, Daily] {
        let row = Book::of_one().row(at(40, 0), timeframe, at(0, 0));
        assert_eq!((row.total_return_pct, row.growth_factor), (Some(0.0), Some(1.0)));
        assert_eq!((row.num_trades, row.win_rate_pct, row.avg_position_duration_minutes), (0, None, None));
        assert_eq!((row.avg_win, row.avg_loss, row.largest_win, row.largest_loss), (None, None, None, None));
        assert_eq!((row.profit_factor, row.sharpe_ratio), (None, None));
        assert_eq!((row.max_drawdown_pct.to_bits(), row.max_drawdown_micros), (0, 0));
    }
}

#[test]
fn one_trade() {
    let book = Book::of_one().closed(1, at(0, 5), 500 * USDT);
    let row = book.row(at(3, 0), AllTime, at(0, 0));
    assert_close(row.total_return_pct, 5.0);
    assert_eq!((row.growth_factor, row.total_return_micros), (Some(1.05), 500 * USDT));
    assert_eq!((row.num_trades, row.num_wins, row.win_rate_pct), (1, 1, Some(100.0)));
    assert_eq!((row.avg_win, row.largest_win), (Some(Usdt::whole(500)), Some(Usdt::whole(500))));
    assert_eq!(row.avg_position_duration_minutes, Some(1.5));
    assert_close(row.sharpe_ratio, sharpe(&[0.05, 0.0, 0.0]));
}

#[test]
fn only_wins() {
    let book = Book::of_one().closed(1, at(0, 5), 500 * USDT).closed(1, at(1, 5), 210 * USDT);
    let row = book.row(at(2, 0), AllTime, at(0, 0));
    assert_close(row.total_return_pct, 7.1);
    assert_eq!((row.profit_factor, row.max_drawdown_micros, row.avg_loss), (None, 0, None));
    assert_eq!(row.max_drawdown_pct.to_bits(), 0);
    assert_close(row.sharpe_ratio, sharpe(&[0.05, 0.02]));
}

#[test]
fn only_losses() {
    let book = Book::of_one().closed(1, at(0, 5), -1_000 * USDT).closed(1, at(1, 5), -1_800 * USDT);
    let row = book.row(at(2, 0), AllTime, at(0, 0));
    assert_close(row.total_return_pct, -28.0);
    assert_close(Some(row.max_drawdown_pct), 28.0);
    assert_eq!((row.max_drawdown_micros, row.profit_factor, row.win_rate_pct), (2_800 * USDT, Some(0.0), Some(0.0)));
    assert_eq!((row.avg_loss, row.largest_loss), (Some(Usdt::whole(-1_400)), Some(Usdt::whole(-1_800))));
    assert_close(row.sharpe_ratio, sharpe(&[-0.1, -0.2]));
}

#[test]
fn only_flat() {
    let book = Book::of_one().closed(1, at(0, 5), 0).closed(1, at(1, 5), 0);
    let row = book.row(at(9, 0), AllTime, at(0, 0));
    assert_eq!((row.num_losses, row.win_rate_pct, row.profit_factor), (2, Some(0.0), None));
    assert_eq!((row.total_return_pct, row.sharpe_ratio), (Some(0.0), None));
    assert_eq!(row.avg_loss, Some(Usdt::ZERO));
}

#[test]
fn a_loss_on_the_first_trade_falls_from_the_initial_point_of_every_period() {
    let book = Book::of_one().closed(1, at(0, 5), -500 * USDT).closed(1, at(40, 0), -95 * USDT);
    for (timeframe, pct) in [(AllTime, 5.95), (Monthly, 1.0), (Weekly, 1.0), (Daily, 1.0)] {
        assert_close(Some(book.row(at(41, 0), timeframe, at(40, 0)).max_drawdown_pct), pct);
    }
    assert_close(Some(book.row(at(41, 0), Monthly, at(0, 0)).max_drawdown_pct), 5.0);
}

#[test]
fn a_bankroll_lost_to_0_or_below_shows_in_the_periods_in_which_it_was_lost() {
    for loss in [-10_000, -12_000] {
        let book = Book::of_one().closed(1, at(10, 0), loss * USDT).adjusted(1, at(40, 0), 7_000 * USDT);
        let base = book.balance_micros(1);
        let book = book.closed(1, at(41, 0), base / 10).closed(1, at(43, 0), 0);
        for timeframe in [AllTime, Monthly, Weekly, Daily] {
            let row = book.row(at(50, 0), timeframe, at(10, 0));
            assert_eq!((row.total_return_pct, row.growth_factor), (Some(-100.0), None), "{loss} {timeframe}");
            assert_eq!((row.max_drawdown_pct.to_bits(), row.sharpe_ratio), (100_f64.to_bits(), None));
        }
        // A new segment at 1, in periods that begin without one.
        let month = book.row(at(50, 0), Monthly, at(40, 0));
        assert_close(month.total_return_pct, 10.0);
        // 1 February is day 31; days 31 to 49 are complete.
        let mut returns = [0.0; 19];
        returns[10] = 0.1;
        assert_close(month.sharpe_ratio, sharpe(&returns));
        assert_close(book.row(at(50, 0), Daily, at(41, 0)).total_return_pct, 10.0);
        assert_eq!(book.row(at(50, 0), Daily, at(40, 0)).total_return_pct, Some(0.0));
    }
}

#[test]
fn while_the_capital_is_lost_a_period_shows_a_return_only_if_it_loses_again() {
    let lost = Book::of_one().closed(1, at(0, 5), -12_000 * USDT);
    // At a base of -2,000 nothing can be earned.
    let below = lost.clone().closed(1, at(7, 0), 3_000 * USDT);
    let row = below.row(at(9, 0), Daily, at(7, 0));
    assert_eq!((row.total_return_pct, row.growth_factor), (Some(-100.0), None));
    assert_eq!(row.max_drawdown_pct.to_bits(), 100_f64.to_bits());
    // At 1,000, which a profit made and nobody paid, no segment runs.
    let above = below.closed(1, at(14, 0), 100 * USDT).closed(1, at(14, 1), -5_000 * USDT);
    let row = above.row(at(19, 0), Weekly, at(14, 0));
    assert_eq!((row.total_return_pct, row.growth_factor, row.sharpe_ratio), (None, None, None));
    assert_eq!((row.max_drawdown_pct.to_bits(), row.max_drawdown_micros), (0, 5_000 * USDT));
    assert_eq!(row.total_return_micros, -4_900 * USDT);
    // A payment that leaves nothing is none that starts anything.
    let paid = lost.adjusted(1, at(8, 0), 1_000 * USDT);
    assert_eq!(paid.row(at(19, 0), Daily, at(8, 0)).total_return_pct, None);
}

#[test]
fn replenished_under_water() {
    let lost = Book::of_one().closed(1, at(0, 5), -5_000 * USDT).closed(1, at(1, 0), 0);
    let before = lost.row(at(5, 0), AllTime, at(0, 0));
    let topped_up = lost.adjusted(1, at(1, 5), 5_000 * USDT);
    assert_eq!(topped_up.balance_micros(1), 10_000 * USDT);
    let after = topped_up.row(at(5, 0), AllTime, at(0, 0));
    assert_eq!((before.total_return_pct, after.total_return_pct), (Some(-50.0), Some(-50.0)));
    assert_eq!(
        (before.max_drawdown_pct.to_bits(), after.max_drawdown_pct.to_bits()),
        (50_f64.to_bits(), 50_f64.to_bits())
    );
    assert_eq!((before.max_drawdown_micros, after.max_drawdown_micros), (5_000 * USDT, 5_000 * USDT));
    assert!(before.sharpe_ratio.is_some_and(|sharpe| sharpe < 0.0));
    assert_eq!(before.sharpe_ratio, after.sharpe_ratio);
    // A fifth of the new bankroll lost is a fifth of what the NAV still was.
    let lower = topped_up.closed(1, at(2, 0), -2_000 * USDT).row(at(5, 0), AllTime, at(0, 0));
    assert_close(lower.total_return_pct, -60.0);
    assert_close(Some(lower.max_drawdown_pct), 60.0);
}

#[test]
fn several_closes_and_a_deposit_in_the_same_millisecond_count_in_the_order_of_seq() {
    let book = Book::of_one()
        .closed(1, at(0, 5), 1_000 * USDT) // 1.1
        .adjusted(1, at(0, 5), 9_000 * USDT) // 20,000
        .closed(1, at(0, 5), -2_000 * USDT) // 0.9
        .closed(1, at(0, 5), 1_800 * USDT); // 1.1
    let row = book.row(at(1, 0), Daily, at(0, 0));
    assert_close(row.growth_factor, 1.1 * 0.9 * 1.1);
    assert_close(Some(row.max_drawdown_pct), 10.0);
    assert_eq!((row.num_trades, row.max_drawdown_micros), (3, 2_000 * USDT));
}

#[test]
fn a_late_entry_counts_in_the_period_of_its_time_on_the_bankroll_of_its_own_order() {
    let book = Book::of_one().closed(1, at(9, 0), 10_000 * USDT).closed(1, at(1, 0), -5_000 * USDT);
    let (first, second) = (book.row(at(14, 0), Weekly, at(1, 0)), book.row(at(14, 0), Weekly, at(9, 0)));
    assert_close(first.total_return_pct, -25.0);
    assert_close(second.total_return_pct, 100.0);
    let all = book.row(at(14, 0), AllTime, at(0, 0));
    assert_close(all.total_return_pct, 50.0);
    assert_close(Some(all.max_drawdown_pct), 25.0);
    // Together it is the order of time: half of 10,000, then twice 5,000.
    let together = row(&book.rows(at(14, 0)), None, AllTime, at(0, 0));
    assert_close(together.total_return_pct, 50.0);
    assert_close(Some(together.max_drawdown_pct), 50.0);
}

#[test]
fn a_leap_day_is_a_day_of_its_february() {
    // 2024-02-29 is day 59.
    let book = Book::of_one().closed(1, at(58, 0), 100 * USDT).closed(1, at(59, 0), 202 * USDT).closed(1, at(60, 0), 0);
    let month = book.row(at(70, 0), Monthly, at(59, 0));
    assert_eq!((month.period.start_ms, month.period.end_ms), (at(31, 0).get(), at(60, 0).get()));
    assert_eq!((month.num_trades, month.growth_factor), (2, Some(1.01 * 1.02)));
    let mut returns = [0.0; 29];
    (returns[27], returns[28]) = (0.01, 0.02);
    assert_close(month.sharpe_ratio, sharpe(&returns));
}

#[test]
fn days_that_earn_the_same_share_have_no_sharpe_ratio_in_however_many_trades() {
    // Registered on day 0; 10 % on each of its days, on one of them in two trades.
    let book = Book::of_one()
        .closed(1, at(0, 1), 1_000 * USDT)
        .closed(1, at(1, 1), 3 * USDT)
        .closed(1, at(1, 2), 1_097 * USDT)
        .closed(1, at(2, 1), 1_210 * USDT);
    assert_eq!(book.row(at(3, 0), AllTime, at(0, 0)).sharpe_ratio, None);
    assert!(book.row(at(4, 0), AllTime, at(0, 0)).sharpe_ratio.is_some(), "a day without a trade differs");
    // What is won and lost again on one day is nothing earned, exactly.
    for pnl in [70, 113, 4_001] {
        let flat = Book::of_one().closed(1, at(1, 1), pnl * USDT).closed(1, at(1, 2), -pnl * USDT);
        let all = flat.row(at(9, 0), AllTime, at(0, 0));
        assert_eq!((all.total_return_pct, all.sharpe_ratio), (Some(0.0), None), "{pnl}");
    }
}

#[test]
fn a_tiny_return_keeps_its_digits_in_the_sharpe_ratio() {
    // A few millionths of 10,000 USDT: some ten-thousandths of a billionth.
    let book = Book::of_one().closed(1, at(0, 1), 3).closed(1, at(1, 1), 7).closed(1, at(2, 1), -4);
    let all = book.row(at(3, 0), AllTime, at(0, 0));
    let base = 1e10;
    assert_close(all.sharpe_ratio, sharpe(&[3.0 / base, 7.0 / (base + 3.0), -4.0 / (base + 10.0)]));
    let by_share = all.total_return_pct.unwrap() / (6.0 / base * 100.0);
    assert!((by_share - 1.0).abs() < 1e-12, "{by_share}");
}

#[test]
fn an_iso_week_goes_on_over_the_change_of_the_year() {
    // 2024-12-31 is day 365, a Tuesday; the year changes the month but not the week.
    let book = Book::of_one().closed(1, at(365, 0), 100 * USDT).closed(1, at(366, 0), 101 * USDT);
    let week = book.row(at(380, 0), Weekly, at(366, 0));
    assert_eq!((week.period.start_ms, week.period.end_ms), (at(364, 0).get(), at(371, 0).get()));
    assert_eq!((week.num_trades, week.growth_factor), (2, Some(1.01 * 1.01)));
    assert_close(week.sharpe_ratio, sharpe(&[0.0, 0.01, 0.01, 0.0, 0.0, 0.0, 0.0]));
    assert_eq!(book.row(at(380, 0), Monthly, at(365, 0)).num_trades, 1);
    assert_eq!(book.row(at(380, 0), Monthly, at(366, 0)).num_trades, 1);
}

#[test]
fn a_strategy_added_while_others_are_under_water_is_a_flow_for_all_together() {
    let before = Book::of_one().closed(1, at(0, 5), -2_000 * USDT).closed(1, at(1, 5), 0);
    let after = before.clone().registered(2, at(1, 7), 8_000 * USDT);
    let all = |book: &Book| row(&book.rows(at(6, 0)), None, AllTime, at(0, 0));
    let figures = |book: &Book| {
        let row = all(book);
        (row.total_return_pct, row.max_drawdown_pct.to_bits(), row.max_drawdown_micros, row.sharpe_ratio)
    };
    assert_eq!(figures(&before), figures(&after));
    assert_close(all(&after).total_return_pct, -20.0);
    // 1,600 of 16,000 together.
    let earned = after.closed(2, at(2, 0), 1_600 * USDT);
    assert_close(all(&earned).total_return_pct, -12.0);
    let own = row(&earned.rows(at(6, 0)), Some(2), AllTime, at(0, 0));
    assert_close(own.total_return_pct, 20.0);
    // Its Sharpe ratio is of the days since it was registered: days 1 to 5.
    assert_close(own.sharpe_ratio, sharpe(&[0.0, 0.2, 0.0, 0.0, 0.0]));
}

#[test]
fn deactivating_is_no_flow() {
    let book =
        Book::of_one().registered(2, at(0, 1), 10_000 * USDT).write(2, LedgerKind::Deactivate, at(1, 0), 0, None);
    // Still a twentieth: 1,000 of 20,000.
    let book = book.closed(1, at(2, 0), 1_000 * USDT);
    let rows = book.rows(at(6, 0));
    assert_close(row(&rows, None, AllTime, at(0, 0)).total_return_pct, 5.0);
    let of_that_day = |row: &&nailsage_domain::metrics::PeriodMetrics| {
        row.period.timeframe == Daily && row.period.start_ms == at(1, 0).get()
    };
    assert_eq!(rows.iter().filter(of_that_day).count(), 0, "nor does it make a row");
}

#[test]
fn registering_again_is_no_flow() {
    let book = Book::of_one().closed(1, at(0, 5), -12_000 * USDT).adjusted(1, at(1, 0), 12_000 * USDT);
    let book = book.write(1, LedgerKind::Register, at(2, 0), 0, None).closed(1, at(3, 0), 1_000 * USDT);
    let rows = book.rows(at(6, 0));
    assert_close(row(&rows, None, Daily, at(3, 0)).total_return_pct, 10.0);
    assert_close(row(&rows, Some(1), Daily, at(3, 0)).total_return_pct, 10.0);
}

#[test]
fn the_day_of_the_refresh_is_not_complete() {
    let book = Book::of_one().closed(1, at(0, 5), 100 * USDT).closed(1, at(2, 0), 101 * USDT);
    let sharpe_at = |day: i64, day_ms: i64| book.row(at(day, day_ms), AllTime, at(0, 0)).sharpe_ratio;
    assert_close(sharpe_at(2, 86_399_999), sharpe(&[0.01, 0.0]));
    assert_close(sharpe_at(3, 0), sharpe(&[0.01, 0.0, 0.01]));
    // It is never as of a time before the latest entry.
    assert_eq!(sharpe_at(0, 0), sharpe_at(2, 1));
    assert_close(sharpe_at(5, 0), sharpe(&[0.01, 0.0, 0.01, 0.0, 0.0]));
}

#[test]
fn days_are_counted_from_the_first_entry_on_also_when_it_is_dated_before_the_registration() {
    let mut book = Book::default().registered(1, at(3, 0), 10_000 * USDT);
    book = book.closed(1, at(1, 0), 1_000 * USDT).closed(1, at(4, 0), 1_100 * USDT);
    let row = book.row(at(7, 0), AllTime, at(0, 0));
    assert_close(row.total_return_pct, 21.0);
    assert_close(row.sharpe_ratio, sharpe(&[0.1, 0.0, 0.0, 0.1, 0.0, 0.0]));
}

#[test]
fn a_row_of_a_longer_period_multiplies_the_days() {
    let book = [(0, 137), (0, -59), (1, 911), (3, -403), (6, 77)]
        .iter()
        .fold(Book::of_one(), |book, (day, usdt)| book.closed(1, at(*day, 10), usdt * USDT));
    let days = [0, 1, 3, 6].map(|day| book.row(at(8, 0), Daily, at(day, 0)).growth_factor.unwrap());
    let product: f64 = days.iter().product();
    for timeframe in [Weekly, Monthly, AllTime] {
        assert_eq!(book.row(at(8, 0), timeframe, at(0, 0)).growth_factor.map(f64::to_bits), Some(product.to_bits()));
    }
}
