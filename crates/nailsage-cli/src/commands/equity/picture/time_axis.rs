//! Round times along an axis, as the calendar of a time zone has them.

use jiff::{
    Timestamp, Zoned,
    civil::{Date, date},
    tz::TimeZone,
};

const MINUTE_SECONDS: i64 = 60;
const HOUR_SECONDS: i64 = 60 * MINUTE_SECONDS;
const DAY_SECONDS: i64 = 24 * HOUR_SECONDS;

/// The steps from which one is taken, by their length.
const STEPS: [Step; 29] = [
    Step::Seconds(1),
    Step::Seconds(5),
    Step::Seconds(15),
    Step::Seconds(30),
    Step::Seconds(MINUTE_SECONDS),
    Step::Seconds(2 * MINUTE_SECONDS),
    Step::Seconds(5 * MINUTE_SECONDS),
    Step::Seconds(10 * MINUTE_SECONDS),
    Step::Seconds(15 * MINUTE_SECONDS),
    Step::Seconds(30 * MINUTE_SECONDS),
    Step::Seconds(HOUR_SECONDS),
    Step::Seconds(2 * HOUR_SECONDS),
    Step::Seconds(3 * HOUR_SECONDS),
    Step::Seconds(6 * HOUR_SECONDS),
    Step::Seconds(12 * HOUR_SECONDS),
    Step::Days(1),
    Step::Days(2),
    Step::Days(3),
    Step::Days(7),
    Step::Days(14),
    Step::Months(1),
    Step::Months(2),
    Step::Months(3),
    Step::Months(6),
    Step::Months(12),
    Step::Months(24),
    Step::Months(60),
    Step::Months(120),
    Step::Months(240),
];

#[derive(Debug, Clone, Copy)]
enum Step {
    /// A part of a day.
    Seconds(i64),
    Days(i64),
    Months(i64),
}

impl Step {
    fn millis(self) -> i64 {
        match self {
            Self::Seconds(seconds) => seconds * 1_000,
            Self::Days(days) => days * DAY_SECONDS * 1_000,
            Self::Months(months) => months * 30 * DAY_SECONDS * 1_000,
        }
    }
}

/// A time on the axis, in Unix ms, and its name.
pub(super) type Tick = (i64, String);

/// At most about so many round times between two others, ends included; the ends themselves where there is nothing round.
pub(super) fn ticks(begin: i64, end: i64, zone: &TimeZone, count_max: usize) -> Vec<Tick> {
    let rough = (end - begin) / i64::try_from(count_max.max(1)).unwrap_or(i64::MAX);
    let step = STEPS.into_iter().find(|step| step.millis() >= rough).unwrap_or(STEPS[STEPS.len() - 1]);
    let mut found = Vec::new();
    if let (Some(first), Some(last)) = (day_of(begin, zone), day_of(end, zone)) {
        let mut day = first;
        while day <= last {
            of_day(day, step, zone, &mut found);
            let Ok(tomorrow) = day.tomorrow() else { break };
            day = tomorrow;
        }
    }
    found.retain(|(time, _)| (begin..=end).contains(time));
    if found.len() < 2 {
        found = [begin, end].iter().filter_map(|time| Some((*time, name(&zoned(*time, zone)?, "%T")))).collect();
        found.dedup();
    }
    found
}

fn zoned(millis: i64, zone: &TimeZone) -> Option<Zoned> {
    Some(Timestamp::from_millisecond(millis).ok()?.to_zoned(zone.clone()))
}

fn day_of(millis: i64, zone: &TimeZone) -> Option<Date> {
    zoned(millis, zone).map(|zoned| zoned.date())
}

/// The ticks of a day, so that they are round on every day, also after clocks were put forward or back.
fn of_day(day: Date, step: Step, zone: &TimeZone, found: &mut Vec<Tick>) {
    let mut push = |second: i64, form: &str| {
        let time = day.at(0, 0, 0, 0).checked_add(jiff::Span::new().seconds(second)).ok();
        if let Some(zoned) = time.and_then(|time| time.to_zoned(zone.clone()).ok()) {
            found.push((zoned.timestamp().as_millisecond(), name(&zoned, form)));
        }
    };
    match step {
        Step::Seconds(seconds) => {
            for place in 0..DAY_SECONDS / seconds {
                let form = match (place, seconds < MINUTE_SECONDS) {
                    (0, _) => "%b %-d",
                    (_, true) => "%T",
                    (_, false) => "%R",
                };
                push(place * seconds, form);
            }
        }
        Step::Days(days) => {
            // Counted from a Monday, so that weeks begin with one.
            let number = day.duration_since(date(1970, 1, 5)).as_hours() / 24;
            if number.rem_euclid(days) == 0 {
                push(0, "%b %-d");
            }
        }
        Step::Months(months) => {
            let number = i64::from(day.year()) * 12 + i64::from(day.month()) - 1;
            if day.day() == 1 && number.rem_euclid(months) == 0 {
                push(0, if months < 12 { "%b %Y" } else { "%Y" });
            }
        }
    }
}

fn name(zoned: &Zoned, form: &str) -> String {
    zoned.strftime(form).to_string()
}

#[cfg(test)]
mod tests {
    use super::*;

    fn named(begin: &str, end: &str, zone: &TimeZone) -> Vec<String> {
        let millis = |text: &str| text.parse::<Timestamp>().expect("a time").as_millisecond();
        ticks(millis(begin), millis(end), zone, 8).into_iter().map(|(_, name)| name).collect()
    }

    #[test]
    fn ticks_are_round_in_their_calendar() {
        let utc = TimeZone::UTC;
        assert_eq!(
            named("2024-01-01T00:00:00Z", "2024-01-31T00:00:00Z", &utc),
            ["Jan 1", "Jan 8", "Jan 15", "Jan 22", "Jan 29"]
        );
        assert_eq!(
            named("2024-01-01T20:30:00Z", "2024-01-02T04:10:00Z", &utc),
            ["21:00", "22:00", "23:00", "Jan 2", "01:00", "02:00", "03:00", "04:00"]
        );
        assert_eq!(named("2023-11-20T00:00:00Z", "2024-03-10T00:00:00Z", &utc).len(), 8);
        assert_eq!(
            named("2023-01-20T00:00:00Z", "2024-03-10T00:00:00Z", &utc),
            ["Mar 2023", "May 2023", "Jul 2023", "Sep 2023", "Nov 2023", "Jan 2024", "Mar 2024"]
        );
        assert_eq!(named("2001-05-20T00:00:00Z", "2024-03-10T00:00:00Z", &utc), ["2005", "2010", "2015", "2020"]);
        assert_eq!(named("2024-01-01T00:00:00.1Z", "2024-01-01T00:00:00.9Z", &utc), ["00:00:00", "00:00:00"]);
    }

    #[test]
    fn ticks_stay_round_when_clocks_are_put_forward() {
        let berlin = TimeZone::posix("CET-1CEST,M3.5.0,M10.5.0/3").expect("a rule");
        let names = named("2024-03-29T23:00:00Z", "2024-04-01T22:00:00Z", &berlin);
        assert_eq!(names, ["Mar 30", "12:00", "Mar 31", "12:00", "Apr 1", "12:00", "Apr 2"]);
    }
}
