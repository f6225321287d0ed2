//! Times as people type them, and how finely they are shown; in the book they are Unix milliseconds.

use jiff::{SignedDuration, Timestamp, civil::DateTime, tz::TimeZone};
use nailsage::{Clock as _, SystemClock, UnixMillis};

/// What is accepted, for errors.
const FORMS: &str =
    "write ISO 8601 in UTC (2022-01-01 or 2022-01-01T00:00:00Z), Unix ms, now, or how long ago (30m, 12h, 7d or 2w)";

/// How finely times are shown.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub(crate) enum Fineness {
    Days,
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

/// Reads ISO 8601 (UTC when it has no offset), Unix milliseconds, `now`, or how long ago it was.
pub(crate) fn parse_time(text: &str) -> Result<UnixMillis, String> {
    parse_time_at(text, SystemClock.now())
}

fn parse_time_at(text: &str, now: UnixMillis) -> Result<UnixMillis, String> {
    if text == "now" {
        return Ok(now);
    }
    if let Some(seconds) = seconds_ago(text) {
        let millis = now.get().saturating_sub(seconds.saturating_mul(1_000));
        return UnixMillis::new(millis).map_err(|_| format!("{text} ago is before the year 2000"));
    }
    parse_stamp_or(text, FORMS)
}

/// Reads ISO 8601 (UTC when it has no offset) or Unix milliseconds: a time that stays the same, as data has it.
pub(crate) fn parse_stamp(text: &str) -> Result<UnixMillis, String> {
    parse_stamp_or(text, "write 2022-01-01T00:00:00Z or Unix ms")
}

/// The same, with what else is accepted where it is read.
fn parse_stamp_or(text: &str, forms: &str) -> Result<UnixMillis, String> {
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
            .ok_or_else(|| format!("\"{text}\" is no time; {forms}"))?,
    };
    UnixMillis::new(stamp.as_millisecond()).map_err(|error| error.to_string())
}

/// How many seconds a count with a unit is: `7d`. A month has no length of its own, so weeks are the longest unit.
fn seconds_ago(text: &str) -> Option<i64> {
    let count = text.trim_end_matches(|character: char| character.is_ascii_alphabetic());
    let unit = match &text[count.len()..] {
        "s" => SignedDuration::from_secs(1),
        "m" => SignedDuration::from_mins(1),
        "h" => SignedDuration::from_hours(1),
        "d" => SignedDuration::from_hours(24),
        "w" => SignedDuration::from_hours(7 * 24),
        _ => return None,
    };
    if count.is_empty() || !count.bytes().all(|byte| byte.is_ascii_digit()) {
        return None;
    }
    // Digits that are no number are too many; no book goes back so far.
    Some(count.parse().unwrap_or(i64::MAX).saturating_mul(unit.as_secs()))
}

#[cfg(test)]
mod tests {
    use super::{super::zone::Zone, *};

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
    fn a_time_may_be_told_by_how_long_ago_it_was() -> Result<(), Box<dyn std::error::Error>> {
        let now = UnixMillis::new(1_640_991_660_042)?;
        for (text, expected) in [
            ("now", "2021-12-31T23:01:00.042Z"),
            ("0s", "2021-12-31T23:01:00.042Z"),
            ("90s", "2021-12-31T22:59:30.042Z"),
            ("30m", "2021-12-31T22:31:00.042Z"),
            ("12h", "2021-12-31T11:01:00.042Z"),
            ("7d", "2021-12-24T23:01:00.042Z"),
            ("2w", "2021-12-17T23:01:00.042Z"),
        ] {
            assert_eq!(parse_time_at(text, now), parse_time(expected), "{text}");
        }
        Ok(())
    }

    #[test]
    fn what_is_no_time_is_refused_with_its_reason_and_what_is_one() {
        for text in
            ["", "-", "yesterday", "2021-13-01", "7", "-7d", "d", "7x", "1.5h", "7 d", "١d", "99999999999999999999"]
        {
            let error = parse_time(text).expect_err(text);
            assert!(error.contains("Unix m"), "{text}: {error}");
        }
        for text in ["now", "7d", "yesterday", ""] {
            let error = parse_stamp(text).expect_err(text);
            assert!(error.ends_with("write 2022-01-01T00:00:00Z or Unix ms"), "{error}");
        }
        for text in ["1640991660", "9999w", "99999999999999999999d", "9223372036854775807w"] {
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
            assert_eq!(Zone::UTC.bare(time, Fineness::of(time)), text);
        }
        Ok(())
    }
}
