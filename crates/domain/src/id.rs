//! Ids: whole numbers above 0, each kind a type of its own, so that none is taken for another.

use crate::{
    Problem, ValueError,
    integer::{FromInteger, integer_text_and_serde},
};

macro_rules! id {
    ($(#[$doc:meta])* $type:ident, $what:literal) => {
        $(#[$doc])*
        #[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
        pub struct $type(i64);

        impl $type {
            /// The first id of a book.
            pub const FIRST: Self = Self(1);

            /// Takes a number above 0.
            ///
            /// # Errors
            ///
            /// `not_positive` at 0 and below.
            pub fn new(id: i64) -> Result<Self, ValueError> {
                if id > 0 { Ok(Self(id)) } else { Err(ValueError::new($what, Problem::NotPositive, id)) }
            }

            /// The number.
            #[must_use]
            pub const fn get(self) -> i64 {
                self.0
            }

            /// The id after this one; `None` after the last that 64 bits can hold.
            #[must_use]
            pub const fn next(self) -> Option<Self> {
                match self.0.checked_add(1) {
                    Some(id) => Some(Self(id)),
                    None => None,
                }
            }
        }

        impl FromInteger for $type {
            const WHAT: &'static str = $what;
            const EXPECTED: &'static str = concat!("a ", $what, ", a whole number above 0");
            const BEYOND: Problem = Problem::OutOfRange { allowed: "between 1 and 2^63 - 1" };

            fn from_integer(id: i64) -> Result<Self, ValueError> {
                Self::new(id)
            }
        }

        integer_text_and_serde!($type);
    };
}

id! {
    /// A strategy's number in its book.
    ///
    /// ```
    /// use nailsage_domain::StrategyId;
    ///
    /// let id = StrategyId::new(7)?;
    /// assert_eq!(id.next().map(StrategyId::get), Some(8));
    /// assert_eq!(StrategyId::new(0).unwrap_err().to_string(), "strategy id must be greater than 0, got 0");
    /// # Ok::<(), nailsage_domain::ValueError>(())
    /// ```
    StrategyId, "strategy id"
}
id! {
    /// A position's number in its book.
    PositionId, "position id"
}
id! {
    /// A trade's number in its book.
    TradeId, "trade id"
}
id! {
    /// A signal's number in its book.
    SignalId, "signal id"
}
id! {
    /// An event's number in its book.
    EventId, "event id"
}
id! {
    /// A state snapshot's number in its book.
    SnapshotId, "snapshot id"
}
id! {
    /// The number of a period's metrics in its book.
    MetricId, "metric id"
}
id! {
    /// A market's number, given by the market-data service; the book only repeats it.
    StarlistingId, "starlisting id"
}
