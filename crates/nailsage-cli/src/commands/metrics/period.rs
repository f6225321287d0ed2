//! The names of periods, as people say them.

use jiff::{Timestamp, tz::TimeZone};
use nailsage::{Timeframe, metrics::Period};

use crate::output::Cell;

/// `2024-01-31`, `2024-W05`, `2024-01` or `all times`. Periods are those of UTC, whatever times are shown in.
pub(crate) fn cell(period: Period) -> Cell {
    let form = match period.timeframe {
        Timeframe::Daily => "%F",
        Timeframe::Weekly => "%G-W%V",
        Timeframe::Monthly => "%Y-%m",
        Timeframe::AllTime => return Cell::Label("all times"),
    };
    Timestamp::from_millisecond(period.start_ms)
        .map_or_else(|_| period.start_ms.into(), |start| Cell::text(start.to_zoned(TimeZone::UTC).strftime(form)))
}

#[cfg(test)]
mod tests {
    use nailsage::UnixMillis;

    use super::*;

    #[test]
    fn a_period_is_named_as_its_calendar_names_it() {
        // 2024-12-31, a Tuesday in the first ISO week of 2025.
        let at = UnixMillis::new(1_735_650_000_000).expect("a time");
        let name = |timeframe| cell(Period::containing(timeframe, at)).csv();
        let names = Timeframe::ALL.iter().copied().map(name).collect::<Vec<_>>();
        assert_eq!(names, ["2024-12-31", "2025-W01", "2024-12", "all times"]);
    }
}
