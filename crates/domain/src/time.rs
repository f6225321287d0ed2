//! Points in time, as the callers give them.

use crate::{
    Problem, ValueError,
    integer::{FromInteger, integer_text_and_serde},
};

/// Milliseconds in a UTC day.
pub const DAY_MILLIS: i64 = 86_400_000;

const YEAR_2000_MILLIS: i64 = 946_684_800_000;
const YEAR_2100_MILLIS: i64 = 4_102_444_800_000;

/// A time in Unix milliseconds, from the year 2000 up to but not including 2100 (UTC).
///
/// The bounds are there to catch other units: seconds, microseconds and nanoseconds of our century all lie outside.
///
/// ```
/// use nailsage_domain::UnixMillis;
///
/// let at = UnixMillis::new(1_640_991_660_000)?;
/// assert_eq!(at.utc_day(), 18_992);
/// assert_eq!(UnixMillis::new(1_640_991_660).unwrap_err().code(), "in_seconds");
/// # Ok::<(), nailsage_domain::ValueError>(())
/// ```
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct UnixMillis(i64);

impl UnixMillis {
    /// The start of the year 2000.
    pub const MIN: Self = Self(YEAR_2000_MILLIS);
    /// The last millisecond of the year 2099.
    pub const MAX: Self = Self(YEAR_2100_MILLIS - 1);

    /// Takes a time in Unix milliseconds.
    ///
    /// # Errors
    ///
    /// `in_seconds` for a number that is a time of this century in seconds, `out_of_range` for everything else outside
    /// of 2000 to 2099.
    pub fn new(unix_millis: i64) -> Result<Self, ValueError> {
        match unix_millis {
            YEAR_2000_MILLIS..YEAR_2100_MILLIS => Ok(Self(unix_millis)),
            _ => Err(ValueError::new(Self::WHAT, problem(unix_millis), unix_millis)),
        }
    }

    /// The time in Unix milliseconds.
    #[must_use]
    pub const fn get(self) -> i64 {
        self.0
    }

    /// The UTC day, counted from 1970-01-01.
    #[must_use]
    pub const fn utc_day(self) -> i64 {
        self.0.div_euclid(DAY_MILLIS)
    }

    /// The first moment of its UTC day.
    #[must_use]
    pub const fn day_start(self) -> Self {
        // The range begins with a day, so it is never left.
        Self(self.utc_day() * DAY_MILLIS)
    }

    /// The milliseconds from `earlier` to this time; negative when it is later after all.
    #[must_use]
    pub const fn millis_since(self, earlier: Self) -> i64 {
        self.0 - earlier.0
    }
}

fn problem(unix_millis: i64) -> Problem {
    let is_this_century_in =
        |per_milli: i64| (YEAR_2000_MILLIS..YEAR_2100_MILLIS).contains(&unix_millis.div_euclid(per_milli));
    if unix_millis.checked_mul(1_000).is_some_and(|millis| (YEAR_2000_MILLIS..YEAR_2100_MILLIS).contains(&millis)) {
        return Problem::InSeconds;
    }
    Problem::OutOfRange {
        allowed: if is_this_century_in(1_000) {
            "in Unix milliseconds, not microseconds (divide it by 1000)"
        } else if is_this_century_in(1_000_000) {
            "in Unix milliseconds, not nanoseconds (divide it by 1000000)"
        } else {
            "in Unix milliseconds and between the years 2000 and 2100"
        },
    }
}

impl FromInteger for UnixMillis {
    const WHAT: &'static str = "timestamp";
    const EXPECTED: &'static str = "a timestamp in Unix milliseconds, a whole number";
    const BEYOND: Problem = Problem::OutOfRange { allowed: "in Unix milliseconds and between the years 2000 and 2100" };

    fn from_integer(unix_millis: i64) -> Result<Self, ValueError> {
        Self::new(unix_millis)
    }
}

integer_text_and_serde!(UnixMillis);
