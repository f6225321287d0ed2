//! Lists in the order of time: which part of one an index finds, and where a page of it begins and ends.

use nailsage_domain::{Event, EventId, Position, PositionId, Signal, SignalId, Trade, TradeId, UnixMillis, ValueError};

use crate::{
    query::{ClosedQuery, EventQuery, PositionQuery, SignalQuery, TradeQuery},
    reader::{Order, Page},
    timed::TimeCursor,
};

/// A row's time and id, as numbers.
pub type Place = (i64, i64);

/// How a page in the order of time finds its rows.
///
/// `since`, `until` and the place to go on from never cost anything: they are where the page begins and ends in an index.
#[derive(Debug, Clone, PartialEq)]
pub enum TimePlan<Q> {
    /// An index finds the few rows that fit, all of which are read and sorted: open positions, and the trades of a
    /// position.
    Few,
    /// An index holds the rows that fit in the order of time: a list without filters other than a range, the signals of a
    /// strategy on a market, the executed signals of a strategy, the ended positions of a strategy.
    InOrder,
    /// Neither: the page walks along the rows that an index holds in the order of time, and looks at
    /// [`PAGE_EXAMINED_MAX`](crate::PAGE_EXAMINED_MAX) of them for the filters that are left.
    Walk {
        /// What the index serves.
        along: Q,
        /// The filters that are left.
        rest: Q,
    },
}

/// The part of a list in the order of time that a page is taken from.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct TimeSpan {
    /// Only rows above this place.
    pub above: Option<Place>,
    /// Only rows below this place.
    pub below: Option<Place>,
    /// Which end comes first.
    pub order: Order,
}

impl TimeSpan {
    /// The rows of a range that come after a place. There is one bound at each end, since an engine looks an index up by
    /// one of several, and would look at every row between them.
    pub(crate) fn new(
        since: Option<UnixMillis>,
        until: Option<UnixMillis>,
        after: Option<Place>,
        order: Order,
    ) -> Self {
        // Ids begin at 1, so this is above every row before a time and below every row at it.
        let start = |time: UnixMillis| (time.get(), 0);
        let (above, below) = (since.map(start), until.map(start));
        match order {
            Order::Ascending => Self { above: above.max(after), below, order },
            Order::Descending => Self { above, below: below.into_iter().chain(after).min(), order },
        }
    }

    /// Ends it with this row, the last one that a walk looks at.
    #[must_use]
    pub fn up_to(self, (time, id): Place) -> Self {
        match self.order {
            Order::Ascending => Self { below: Some((time, id.saturating_add(1))), ..self },
            Order::Descending => Self { above: Some((time, id - 1)), ..self },
        }
    }

    /// Whether a row lies in it.
    #[must_use]
    pub fn contains(&self, place: Place) -> bool {
        self.above.is_none_or(|above| place > above) && self.below.is_none_or(|below| place < below)
    }
}

/// Where a walk ends, out of the place of the last row that it may look at and of the one behind that; nowhere if it
/// comes to the end of the list.
#[must_use]
pub fn end_of_walk(places: &[Place]) -> Option<Place> {
    match places {
        [last, _behind, ..] => Some(*last),
        _ => None,
    }
}

/// A page in the order of time.
pub type TimePage<Q> = Page<<Q as TimedQuery>::Row, TimeCursor<<Q as TimedQuery>::Id>>;

/// A list in the order of time.
pub trait TimedQuery: Clone + Send + 'static {
    /// Its rows.
    type Row: Send + 'static;
    /// What they are told apart by.
    type Id: Send + 'static;

    /// How a page finds its rows.
    fn plan(&self) -> TimePlan<Self>;

    /// The part of the list that the page is taken from.
    fn span(&self) -> TimeSpan;

    /// At most so many rows.
    fn rows(&self) -> u32;

    /// Where a row stands.
    fn place(row: &Self::Row) -> Place;

    /// The cursor of a place.
    ///
    /// # Errors
    ///
    /// When no row can stand there.
    fn at(place: Place) -> Result<TimeCursor<Self::Id>, ValueError>;

    /// Makes a page out of up to `limit + 1` rows that were found, going on where a walk has ended, if it has.
    ///
    /// # Errors
    ///
    /// When no row can stand there.
    fn page(&self, rows: Vec<Self::Row>, end: Option<Place>) -> Result<TimePage<Self>, ValueError> {
        let Page { items, next } = Page::from_rows(rows, self.rows(), Self::place);
        Ok(Page { items, next: next.or(end).map(Self::at).transpose()? })
    }
}

macro_rules! timed {
    ($($query:ty, $row:ident, $id:ident: |$it:ident| $time:expr, |$asked:ident| $plan:block)*) => {$(
        impl TimedQuery for $query {
            type Row = $row;
            type Id = $id;

            fn plan(&self) -> TimePlan<Self> {
                let $asked = self;
                $plan
            }

            fn span(&self) -> TimeSpan {
                let after = self.after.map(|after| (after.timestamp.get(), after.id.get()));
                TimeSpan::new(self.since, self.until, after, self.order)
            }

            fn rows(&self) -> u32 {
                self.rows()
            }

            fn place($it: &$row) -> Place {
                ($time.get(), $it.id.get())
            }

            fn at((time, id): Place) -> Result<TimeCursor<$id>, ValueError> {
                Ok(TimeCursor { timestamp: UnixMillis::new(time)?, id: $id::new(id)? })
            }
        }
    )*};
}

timed! {
    PositionQuery<TimeCursor<PositionId>>, Position, PositionId: |it| it.entry_timestamp, |asked| {
        let within = Self { since: asked.since, until: asked.until, ..asked.unfiltered() };
        if asked.is_of_open_ones() { TimePlan::Few } else { asked.along(within) }
    }

    TradeQuery<TimeCursor<TradeId>>, Trade, TradeId: |it| it.timestamp, |asked| {
        let within = Self { since: asked.since, until: asked.until, ..asked.unfiltered() };
        if asked.position_id.is_some() { TimePlan::Few } else { asked.along(within) }
    }

    SignalQuery<TimeCursor<SignalId>>, Signal, SignalId: |it| it.timestamp, |asked| {
        let within = Self { since: asked.since, until: asked.until, ..asked.unfiltered() };
        let Some(strategy_id) = asked.strategy_id else { return asked.along(within) };
        let of_strategy = Self { strategy_id: Some(strategy_id), ..within.clone() };
        // The executed ones are fewer than those on a market.
        if asked.was_executed == Some(true) {
            asked.along(Self { was_executed: Some(true), ..of_strategy })
        } else if asked.starlisting_id.is_some() {
            asked.along(Self { starlisting_id: asked.starlisting_id, ..of_strategy })
        } else {
            asked.along(within)
        }
    }

    EventQuery<TimeCursor<EventId>>, Event, EventId: |it| it.timestamp, |asked| {
        asked.along(Self { since: asked.since, until: asked.until, ..asked.unfiltered() })
    }
}

impl TimedQuery for ClosedQuery {
    type Row = Position;
    type Id = PositionId;

    fn plan(&self) -> TimePlan<Self> {
        TimePlan::InOrder
    }

    /// Always with a bound, which leaves out the open ones: these have no time here.
    fn span(&self) -> TimeSpan {
        let after = self.after.map(|after| (after.timestamp.get(), after.id.get()));
        let span = TimeSpan::new(self.since, self.until, after, self.order);
        TimeSpan { below: span.below.or(Some((i64::MAX, 0))), ..span }
    }

    fn rows(&self) -> u32 {
        self.rows()
    }

    fn place(row: &Position) -> Place {
        let ended = row.exit().map_or(row.entry_timestamp, |exit| exit.timestamp);
        (ended.get(), row.id.get())
    }

    fn at((time, id): Place) -> Result<TimeCursor<PositionId>, ValueError> {
        Ok(TimeCursor { timestamp: UnixMillis::new(time)?, id: PositionId::new(id)? })
    }
}
