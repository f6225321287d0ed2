//! Options of lists that come page by page.

use std::{fmt, str::FromStr};

use clap::Args;
use nailsage::{
    EventId, MetricCursor, PositionId, SignalId, SnapshotId, StrategyId, TimeCursor, TradeId, UnixMillis, ValueError,
};

/// Which rows of a list.
#[derive(Debug, Clone, Args)]
pub(crate) struct Paging {
    #[command(flatten)]
    pub(crate) extent: Extent,
    /// Only rows after this id (of a ledger: this seq)
    #[arg(long, value_name = "ID", display_order = 52)]
    pub(crate) after: Option<i64>,
}

/// Which rows of a list that is in the order of time when a range of time is given, and by id when none is.
#[derive(Debug, Clone, Args)]
pub(crate) struct RangePaging {
    #[command(flatten)]
    pub(crate) extent: Extent,
    /// Only rows after this id; in the order of time, after this place, as the page before told it
    #[arg(long, value_name = "ID|PLACE", display_order = 52)]
    pub(crate) after: Option<After>,
}

/// Which rows of a list in the order of time.
#[derive(Debug, Clone, Args)]
pub(crate) struct TimePaging {
    #[command(flatten)]
    pub(crate) extent: Extent,
    /// Only rows after this place, as the page before told it
    #[arg(long, value_name = "PLACE", display_order = 52)]
    pub(crate) after: Option<Place>,
}

/// How many rows, and which end first.
#[derive(Debug, Clone, Args)]
pub(crate) struct Extent {
    /// At most so many rows
    #[arg(
        long,
        value_name = "ROWS",
        default_value = "100",
        value_parser = clap::value_parser!(u32).range(1..),
        display_order = 50
    )]
    pub(crate) limit: u32,
    /// All rows
    #[arg(long, conflicts_with = "limit", display_order = 51)]
    pub(crate) all: bool,
    /// Newest first
    #[arg(long, display_order = 53)]
    pub(crate) newest: bool,
}

/// Where a list in the order of time goes on: a time in Unix ms, and an id or `all`, as in `1704067200000/12`.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) struct Place {
    time_ms: i64,
    id: Option<i64>,
}

impl fmt::Display for Place {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self.id {
            Some(id) => write!(f, "{}/{id}", self.time_ms),
            None => write!(f, "{}/all", self.time_ms),
        }
    }
}

impl FromStr for Place {
    type Err = String;

    fn from_str(text: &str) -> Result<Self, String> {
        let place = text.split_once('/').and_then(|(time, id)| {
            let id = if id == "all" { None } else { Some(id.parse().ok()?) };
            Some(Self { time_ms: time.parse().ok()?, id })
        });
        place.ok_or_else(|| "it is what the page before says after --after, such as 1704067200000/12".to_owned())
    }
}

impl<I: Id> From<TimeCursor<I>> for Place {
    fn from(cursor: TimeCursor<I>) -> Self {
        Self { time_ms: cursor.timestamp.get(), id: Some(cursor.id.number()) }
    }
}

impl From<MetricCursor> for Place {
    fn from(cursor: MetricCursor) -> Self {
        Self { time_ms: cursor.start_ms, id: cursor.strategy_id.map(StrategyId::get) }
    }
}

impl Place {
    /// The cursor of a list in the order of time.
    pub(crate) fn in_time<I: Id>(self) -> Result<TimeCursor<I>, ValueError> {
        // No row has the id 0, which is how such a list takes a place in a list of metrics.
        Ok(TimeCursor { timestamp: UnixMillis::new(self.time_ms)?, id: I::of(self.id.unwrap_or(0))? })
    }

    /// The cursor of a list of metrics.
    pub(crate) fn of_metrics(self) -> Result<MetricCursor, ValueError> {
        Ok(MetricCursor { start_ms: self.time_ms, strategy_id: self.id.map(StrategyId::new).transpose()? })
    }
}

/// What the rows of a list are told apart by.
pub(crate) trait Id: Copy {
    fn number(self) -> i64;
    fn of(number: i64) -> Result<Self, ValueError>;
}

macro_rules! ids {
    ($($id:ident)*) => {$(
        impl Id for $id {
            fn number(self) -> i64 {
                self.get()
            }

            fn of(number: i64) -> Result<Self, ValueError> {
                Self::new(number)
            }
        }
    )*};
}

ids! { PositionId TradeId SignalId EventId SnapshotId }

/// Where a list goes on that is by id, or in the order of time when a range of time is given.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum After {
    Id(i64),
    Place(Place),
}

impl fmt::Display for After {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Id(id) => id.fmt(f),
            Self::Place(place) => place.fmt(f),
        }
    }
}

impl FromStr for After {
    type Err = String;

    fn from_str(text: &str) -> Result<Self, String> {
        let after = text.parse().map(Self::Id).or_else(|_| text.parse().map(Self::Place));
        after.map_err(|_: String| {
            "it is an id, or in the order of time what the page before says, such as 1704067200000/12".to_owned()
        })
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_place_is_read_as_it_is_written_and_nothing_else_is() {
        for text in ["1704067200000/12", "0/all", "-3/7"] {
            assert_eq!(text.parse::<Place>().map(|place| place.to_string()), Ok(text.to_owned()));
        }
        for text in ["", "/", "12", "1/", "1/x", "2024-01-01/3"] {
            assert!(text.parse::<Place>().is_err(), "{text}");
        }
    }

    #[test]
    fn a_list_goes_on_after_an_id_or_a_place_in_time() {
        assert_eq!("12".parse(), Ok(After::Id(12)));
        assert_eq!(
            "1704067200000/12".parse::<After>().map(|after| after.to_string()),
            Ok("1704067200000/12".to_owned())
        );
        for text in ["", "/", "x", "1/x", "2024-01-01"] {
            assert!(text.parse::<After>().is_err(), "{text}");
        }
    }
}
