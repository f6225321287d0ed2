//! The time zone in which times are shown: UTC, or the machine's with `--local`.

use std::{collections::BTreeSet, sync::OnceLock};

use jiff::{Timestamp, Zoned, tz::TimeZone};
use nailsage::UnixMillis;

use super::time::Fineness;

/// How a title says that the times below it are in UTC.
const UTC: &str = "(UTC)";

/// One for the whole run, as logging is: whatever prints a time shows it alike.
static SHOWN: OnceLock<Zone> = OnceLock::new();

/// A time zone for people to read. Programs get Unix ms.
#[derive(Debug, Clone)]
pub(crate) struct Zone {
    zone: TimeZone,
    is_utc: bool,
}

impl Zone {
    pub(crate) const UTC: Self = Self { zone: TimeZone::UTC, is_utc: true };

    /// The machine's, as the variable TZ or its settings say.
    pub(crate) fn local() -> Result<Self, jiff::Error> {
        Ok(Self { zone: TimeZone::try_system()?, is_utc: false })
    }

    /// From now on times are shown in this one.
    pub(crate) fn show_in(self) {
        // The program says so once, before it prints anything.
        let _ = SHOWN.set(self);
    }

    /// The one in which times are shown.
    pub(crate) fn shown() -> &'static Self {
        static DEFAULT: Zone = Zone::UTC;
        SHOWN.get().unwrap_or(&DEFAULT)
    }

    /// The zone itself, for calendars.
    pub(crate) fn time_zone(&self) -> &TimeZone {
        &self.zone
    }

    fn at(&self, time: UnixMillis) -> Option<Zoned> {
        // Out of reach that it is none: a year from 2000 to 2099 is a timestamp.
        Timestamp::from_millisecond(time.get()).ok().map(|stamp| stamp.to_zoned(self.zone.clone()))
    }

    /// ISO 8601 without an offset, for where that is said once: `2022-01-01 00:00`.
    pub(crate) fn bare(&self, time: UnixMillis, fineness: Fineness) -> String {
        let form = match fineness {
            Fineness::Days => "%F",
            Fineness::Minutes => "%F %R",
            Fineness::Seconds => "%F %T",
            Fineness::Millis => "%F %T.%3f",
        };
        self.at(time).map_or_else(|| time.get().to_string(), |zoned| zoned.strftime(form).to_string())
    }

    /// What is ahead of UTC at this time: `UTC`, `+01:00`. Not the zone's name, which says less.
    pub(crate) fn offset(&self, time: UnixMillis) -> String {
        if self.is_utc {
            return "UTC".to_owned();
        }
        self.at(time).map_or_else(String::new, |zoned| zoned.strftime("%:z").to_string())
    }

    /// ISO 8601 that stands for itself: `2022-01-01 00:00 UTC`, `2022-01-01 01:00 +01:00`.
    pub(crate) fn full(&self, time: UnixMillis, fineness: Fineness) -> String {
        format!("{} {}", self.bare(time, fineness), self.offset(time))
    }

    /// From one time to another, as finely as each needs: `2022-01-01 00:00 to 2022-02-01 00:00 UTC`. A moment is itself.
    pub(crate) fn span(&self, begin: UnixMillis, end: UnixMillis) -> String {
        if begin == end {
            return self.full(end, Fineness::of(end));
        }
        let said_once = self.offset(begin) == self.offset(end);
        let begin_shown = if said_once { Self::bare } else { Self::full }(self, begin, Fineness::of(begin));
        format!("{begin_shown} to {}", self.full(end, Fineness::of(end)))
    }

    /// The title of a column that says `(UTC)`, and whether each of its times has to say its own offset. It is said once, in
    /// the title, unless clocks were put forward or back in between.
    pub(crate) fn title(&self, title: &str, times: impl Iterator<Item = UnixMillis>) -> (String, bool) {
        if self.is_utc {
            return (title.to_owned(), false);
        }
        let offsets: BTreeSet<String> = times.map(|time| self.offset(time)).collect();
        match (offsets.first(), offsets.len()) {
            (Some(offset), 1) => (title.replace(UTC, &format!("({offset})")), false),
            _ => (title.replace(UTC, "").trim_end().to_owned(), !offsets.is_empty()),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn berlin() -> Zone {
        let rule = TimeZone::posix("CET-1CEST,M3.5.0,M10.5.0/3").expect("a rule as POSIX writes it");
        Zone { zone: rule, is_utc: false }
    }

    fn time(text: &str) -> UnixMillis {
        super::super::time::parse_time(text).expect("a time")
    }

    #[test]
    fn a_time_that_stands_for_itself_says_its_offset() {
        let noon = time("2022-07-01T12:00:00Z");
        assert_eq!(Zone::UTC.full(noon, Fineness::Minutes), "2022-07-01 12:00 UTC");
        assert_eq!(berlin().full(noon, Fineness::Minutes), "2022-07-01 14:00 +02:00");
        let winter = time("2022-01-01T12:00:00Z");
        assert_eq!(berlin().span(winter, winter), "2022-01-01 13:00 +01:00");
        let evening = time("2022-01-01T19:00:00Z");
        assert_eq!(berlin().span(winter, evening), "2022-01-01 13:00 to 2022-01-01 20:00 +01:00");
        assert_eq!(berlin().span(winter, noon), "2022-01-01 13:00 +01:00 to 2022-07-01 14:00 +02:00");
    }

    #[test]
    fn an_offset_is_said_once_unless_it_changes() {
        let (winter, summer) = (time("2022-01-01T12:00:00Z"), time("2022-07-01T12:00:00Z"));
        let title = |times: &[UnixMillis]| berlin().title("time (UTC)", times.iter().copied());
        assert_eq!(title(&[winter, winter]), ("time (+01:00)".to_owned(), false));
        assert_eq!(title(&[summer]), ("time (+02:00)".to_owned(), false));
        assert_eq!(title(&[winter, summer]), ("time".to_owned(), true));
        assert_eq!(title(&[]), ("time".to_owned(), false));
        assert_eq!(Zone::UTC.title("time (UTC)", [winter].into_iter()), ("time (UTC)".to_owned(), false));
    }
}
