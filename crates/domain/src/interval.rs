//! Candle intervals.

use std::{fmt, str};

use serde::{Deserialize, Deserializer, Serialize, Serializer, de::Error as _};

use crate::{Problem, ValueError};

/// The largest count of an interval.
const COUNT_MAX: u16 = 999;

/// A candle interval such as `1m`, `15m`, `4h`, `1d`, `1w` or `1M`: a count from 1 to 999 and a unit.
///
/// It stays as it was written: `60m` and `1h` are different intervals, since they name different candle series.
///
/// ```
/// use nailsage_domain::{Interval, IntervalUnit};
///
/// let interval: Interval = "15m".parse()?;
/// assert_eq!((interval.count(), interval.unit()), (15, IntervalUnit::Minute));
/// assert_ne!("60m".parse::<Interval>()?, "1h".parse::<Interval>()?);
/// # Ok::<(), nailsage_domain::ValueError>(())
/// ```
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub struct Interval {
    count: u16,
    unit: IntervalUnit,
}

/// What an [`Interval`] counts.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum IntervalUnit {
    /// `s`
    Second,
    /// `m`
    Minute,
    /// `h`
    Hour,
    /// `d`, a UTC day
    Day,
    /// `w`
    Week,
    /// `M`, a calendar month
    Month,
}

impl IntervalUnit {
    /// All units, the shortest first.
    pub const ALL: &'static [Self] = &[Self::Second, Self::Minute, Self::Hour, Self::Day, Self::Week, Self::Month];

    /// The letter in the text of an interval.
    #[must_use]
    pub const fn letter(self) -> char {
        match self {
            Self::Second => 's',
            Self::Minute => 'm',
            Self::Hour => 'h',
            Self::Day => 'd',
            Self::Week => 'w',
            Self::Month => 'M',
        }
    }
}

impl Interval {
    /// So many units.
    ///
    /// # Errors
    ///
    /// `bad_form` when the count is not from 1 to 999.
    pub fn new(count: u16, unit: IntervalUnit) -> Result<Self, ValueError> {
        let interval = Self { count, unit };
        if (1..=COUNT_MAX).contains(&count) { Ok(interval) } else { Err(bad_form(&interval.to_string())) }
    }

    /// How many units.
    #[must_use]
    pub const fn count(self) -> u16 {
        self.count
    }

    /// Of which unit.
    #[must_use]
    pub const fn unit(self) -> IntervalUnit {
        self.unit
    }
}

fn bad_form(given: &str) -> ValueError {
    let expected = "a count from 1 to 999 and one of s, m, h, d, w, M, such as 15m";
    ValueError::new("interval", Problem::BadForm { expected }, given)
}

impl str::FromStr for Interval {
    type Err = ValueError;

    fn from_str(text: &str) -> Result<Self, ValueError> {
        let interval = || {
            let unit = IntervalUnit::ALL.iter().copied().find(|unit| text.ends_with(unit.letter()))?;
            let count = &text[..text.len() - 1];
            // A zero in front would be another text for the same interval.
            let is_plain = count.bytes().all(|byte| byte.is_ascii_digit()) && !count.starts_with('0');
            let count = count.parse().ok().filter(|_| is_plain)?;
            Self::new(count, unit).ok()
        };
        interval().ok_or_else(|| bad_form(text))
    }
}

impl fmt::Display for Interval {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.pad(&format!("{}{}", self.count, self.unit.letter()))
    }
}

impl Serialize for Interval {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        serializer.collect_str(self)
    }
}

impl<'de> Deserialize<'de> for Interval {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        String::deserialize(deserializer)?.parse().map_err(D::Error::custom)
    }
}
