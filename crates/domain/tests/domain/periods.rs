//! Periods, against a calendar that is counted day by day.

use nailsage_domain::{DAY_MILLIS, Timeframe, UnixMillis, metrics::Period};

fn at(unix_millis: i64) -> UnixMillis {
    UnixMillis::new(unix_millis).unwrap()
}

/// Every day of 2000 to 2099: its number, year, month, day of the month, and day of the week (0 is Monday).
fn calendar() -> impl Iterator<Item = (i64, i64, i64, i64, i64)> {
    // 2000-01-01, a Saturday, is day 10,957.
    let (mut number, mut weekday) = (10_957, 5);
    (2000..2100).flat_map(|year| (1..=12).map(move |month| (year, month))).flat_map(move |(year, month)| {
        let days: Vec<_> = (1..=month_days(year, month))
            .map(|day| {
                let line = (number, year, month, day, weekday);
                (number, weekday) = (number + 1, (weekday + 1) % 7);
                line
            })
            .collect();
        days
    })
}

fn month_days(year: i64, month: i64) -> i64 {
    match month {
        2 if year % 400 == 0 || (year % 4 == 0 && year % 100 != 0) => 29,
        2 => 28,
        4 | 6 | 9 | 11 => 30,
        _ => 31,
    }
}

#[test]
fn every_day_of_the_century_lies_in_its_day_its_iso_week_and_its_month() {
    let mut days = 0;
    for (number, year, month, day, weekday) in calendar() {
        for time in [at(number * DAY_MILLIS), at((number + 1) * DAY_MILLIS - 1)] {
            for (timeframe, start, length) in [
                (Timeframe::Daily, number, 1),
                (Timeframe::Weekly, number - weekday, 7),
                (Timeframe::Monthly, number - (day - 1), month_days(year, month)),
            ] {
                let period = Period::containing(timeframe, time);
                let expected =
                    Period { timeframe, start_ms: start * DAY_MILLIS, end_ms: (start + length) * DAY_MILLIS };
                assert_eq!(period, expected, "{year}-{month}-{day}");
            }
        }
        days += 1;
    }
    assert_eq!(days, 36_525);
}

#[test]
fn all_times_are_one_period() {
    for time in [UnixMillis::MIN, UnixMillis::MAX] {
        let period = Period::containing(Timeframe::AllTime, time);
        assert_eq!((period.start_ms, period.end_ms), (0, 253_402_300_800_000));
    }
}

#[test]
fn a_week_may_begin_before_the_first_time_and_a_month_end_after_the_last() {
    let week = Period::containing(Timeframe::Weekly, UnixMillis::MIN);
    assert_eq!(week.start_ms, UnixMillis::MIN.get() - 5 * DAY_MILLIS);
    let month = Period::containing(Timeframe::Monthly, UnixMillis::MAX);
    assert_eq!(month.end_ms, UnixMillis::MAX.get() + 1);
}
