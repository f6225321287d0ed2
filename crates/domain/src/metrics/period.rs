//! Periods: the UTC days, ISO weeks and calendar months that performance is told for.

use serde::Serialize;

use crate::{DAY_MILLIS, Timeframe, UnixMillis};

/// The end of [`Timeframe::AllTime`]: the start of the year 10000, the first that no common calendar type can hold.
const ALL_TIME_END_DAY: i64 = 2_932_897;

const WEEK_DAYS: i64 = 7;
/// 1970-01-05, a Monday.
const FIRST_MONDAY: i64 = 4;

/// A period of time, in Unix milliseconds. They are plain numbers: a week or a month may begin before the first
/// [`UnixMillis`] and end after the last.
///
/// ```
/// use nailsage_domain::{Timeframe, UnixMillis, metrics::Period};
///
/// // 2024-12-31 was a Tuesday, in the first ISO week of 2025.
/// let at = UnixMillis::new(1_735_650_000_000)?;
/// let week = Period::containing(Timeframe::Weekly, at);
/// assert_eq!((week.start_ms, week.end_ms), (1_735_516_800_000, 1_736_121_600_000));
/// let month = Period::containing(Timeframe::Monthly, at);
/// assert_eq!((month.start_ms, month.end_ms), (1_733_011_200_000, 1_735_689_600_000));
/// # Ok::<(), nailsage_domain::ValueError>(())
/// ```
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, Serialize)]
pub struct Period {
    /// What kind of period it is.
    pub timeframe: Timeframe,
    /// Its first millisecond; the first of a UTC day.
    pub start_ms: i64,
    /// The first millisecond after it; the first of a UTC day.
    pub end_ms: i64,
}

impl Period {
    /// The period of this kind that a time lies in: the UTC day, the ISO week (from Monday), the calendar month, or
    /// all times, which is [0, 253402300800000).
    #[must_use]
    pub const fn containing(timeframe: Timeframe, at: UnixMillis) -> Self {
        let day = at.utc_day();
        let (start, end) = match timeframe {
            Timeframe::Daily => (day, day + 1),
            Timeframe::Weekly => {
                let monday = day - (day - FIRST_MONDAY).rem_euclid(WEEK_DAYS);
                (monday, monday + WEEK_DAYS)
            }
            Timeframe::Monthly => month_of(day),
            Timeframe::AllTime => (0, ALL_TIME_END_DAY),
        };
        Self { timeframe, start_ms: start * DAY_MILLIS, end_ms: end * DAY_MILLIS }
    }

    /// The first UTC day in it, counted from 1970-01-01.
    pub(super) const fn start_day(self) -> i64 {
        self.start_ms.div_euclid(DAY_MILLIS)
    }

    /// The first UTC day after it.
    pub(super) const fn end_day(self) -> i64 {
        self.end_ms.div_euclid(DAY_MILLIS)
    }
}

/// The first day of the month that a day lies in, and the first of the next one.
///
/// Years are taken to begin in March, so that the leap day is their last; the lengths of months from March on repeat
/// every five, 153 days together. After Howard Hinnant, "chrono-Compatible Low-Level Date Algorithms", `civil_from_days`.
const fn month_of(day: i64) -> (i64, i64) {
    const DAYS_OF_400_YEARS: i64 = 146_097;
    /// 0000-03-01, counted from 1970-01-01.
    const EPOCH: i64 = -719_468;

    let day_of_era = (day - EPOCH).rem_euclid(DAYS_OF_400_YEARS);
    let year_of_era = (day_of_era - day_of_era / 1_460 + day_of_era / 36_524 - day_of_era / 146_096) / 365;
    let day_of_year = day_of_era - (365 * year_of_era + year_of_era / 4 - year_of_era / 100);
    let months_since_march = (5 * day_of_year + 2) / 153;
    let month_start = (153 * months_since_march + 2) / 5;
    let next_start = if months_since_march == 11 {
        // February, the last, ends with the year: the next one leaps over a day if its February has 29.
        let year = year_of_era + 1;
        let is_leap = year % 4 == 0 && (year % 100 != 0 || year % 400 == 0);
        if is_leap { 366 } else { 365 }
    } else {
        (153 * (months_since_march + 1) + 2) / 5
    };
    let first = day - (day_of_year - month_start);
    (first, first + next_start - month_start)
}
