//! Times as people read and type them; in the book they are Unix milliseconds.

use jiff::{Timestamp, civil::DateTime, tz::TimeZone};
use nailsage::UnixMillis;

/// How finely times are shown.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub(crate) enum Fineness {
    Minutes,
    Seconds,
    Millis,
}

impl Fineness {
    /// What it takes to show this time exactly.
    pub(crate) fn of(time: UnixMillis) -> Self {
        if time.get() % 1_000 != 0 {
            Self::Millis
        } else if time.get() % 60_000 != 0 {
            Self::Seconds
        } else {
            Self::Minutes
        }
    }
}

/// ISO 8601 in UTC, without an offset because whoever shows it says UTC: `2022-01-01 00:00`.
pub(crate) fn utc(time: UnixMillis, fineness: Fineness) -> String {
    Timestamp::from_millisecond(time.get()).map_or_else(
        // Out of reach: a year from 2000 to 2099 is a timestamp.
        |_| time.get().to_string(),
        |stamp| {
            let form = match fineness {
                Fineness::Minutes => "%F %R",
                Fineness::Seconds => "%F %T",
                Fineness::Millis => "%F %T.%3f",
            };
            stamp.to_zoned(TimeZone::UTC).strftime(form).to_string()
        },
    )
}

/// Reads ISO 8601 (UTC when it has no offset) or Unix milliseconds.
pub(crate) fn parse_time(text: &str) -> Result<UnixMillis, String> {
    let digits = text.strip_prefix('-').unwrap_or(text);
    if !digits.is_empty() && digits.bytes().all(|byte| byte.is_ascii_digit()) {
        let millis: i64 = text.parse().map_err(|_| format!("{text} is no time in Unix ms"))?;
        return UnixMillis::new(millis).map_err(|error| error.to_string());
    }
    let stamp = match text.parse::<Timestamp>() {
        Ok(stamp) => stamp,
        Err(_) => text
            .parse::<DateTime>()
            .ok()
            .and_then(|civil| civil.to_zoned(TimeZone::UTC).ok())
            .map(|zoned| zoned.timestamp())
            .ok_or_else(|| format!("\"{text}\" is no time; write 2022-01-01T00:00:00Z or Unix ms"))?,
    };
    UnixMillis::new(stamp.as_millisecond()).map_err(|error| error.to_string())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_time_is_read_in_every_form_that_bots_and_people_write() {
        for text in [
            "1640991660000",
            "2021-12-31 23:01:00.000000",
            "2021-12-31 23:01",
            "2021-12-31T23:01:00",
            "2021-12-31T23:01:00Z",
            "2022-01-01T00:01:00+01:00",
        ] {
            assert_eq!(parse_time(text).map(UnixMillis::get), Ok(1_640_991_660_000), "{text}");
        }
        assert_eq!(parse_time("2022-01-01").map(UnixMillis::get), Ok(1_640_995_200_000));
    }

    #[test]
    fn what_is_no_time_is_refused_with_its_reason() {
        for text in ["", "-", "yesterday", "1640991660", "2021-13-01", "99999999999999999999"] {
            assert!(parse_time(text).is_err(), "{text}");
        }
    }

    #[test]
    fn a_time_is_shown_as_finely_as_it_needs() -> Result<(), Box<dyn std::error::Error>> {
        for (millis, text) in [
            (1_640_991_660_000, "2021-12-31 23:01"),
            (1_640_991_661_000, "2021-12-31 23:01:01"),
            (1_640_991_660_042, "2021-12-31 23:01:00.042"),
        ] {
            let time = UnixMillis::new(millis)?;
            assert_eq!(utc(time, Fineness::of(time)), text);
        }
        Ok(())
    }
}
