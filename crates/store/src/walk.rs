//! How far a page looks for rows that its filters let through.

use nailsage_domain::LedgerKind;

use crate::{
    query::{EventQuery, LedgerQuery, PositionQuery, SignalQuery, TradeQuery},
    reader::Order,
    state::Book,
};

/// The most rows that a page looks at. One whose filters no index serves ends there, and says where to go on.
///
/// In the order of ids, an index serves open positions by strategy and market; positions, trades and signals by strategy;
/// trades by position; events by type, by strategy, or by one severity; the adjustments of a ledger; and lists without
/// filters. With any other filter, also one besides these, a page walks: it looks at no id further than this from where it
/// begins.
///
/// In the order of time, an index serves every range of time; see [`TimePlan`](crate::by_time::TimePlan) for the rest.
pub const PAGE_EXAMINED_MAX: i64 = 10_000;

/// The ids that a page walks over, looking for rows that its filters let through.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Walk {
    /// Where it begins: after this id, in its order; at the end of the list when absent.
    pub after: Option<i64>,
    /// In which direction it goes.
    pub order: Order,
}

impl Walk {
    /// Upwards, the last id that it looks at; downwards, the first one. `next_id` is the list's next id.
    #[must_use]
    pub fn end(self, next_id: i64) -> i64 {
        match self.order {
            Order::Ascending => self.after.unwrap_or(0).saturating_add(PAGE_EXAMINED_MAX),
            Order::Descending => self.after.map_or(next_id, |after| after.min(next_id)) - PAGE_EXAMINED_MAX,
        }
    }

    /// Where the next page goes on if this one was not filled; nowhere if it has come to the end of the list.
    #[must_use]
    pub fn next(self, next_id: i64) -> Option<i64> {
        let end = self.end(next_id);
        match self.order {
            Order::Ascending => (end < next_id - 1).then_some(end),
            Order::Descending => (end > 1).then_some(end),
        }
    }
}

macro_rules! walks {
    ($($(#[$doc:meta])* $query:ident $next_id:ident |$it:ident| $is_walk:expr;)*) => {$(
        impl $query {
            /// The walk that finds its rows, if no index serves its filters.
            #[must_use]
            pub fn walk(&self) -> Option<Walk> {
                let $it = self;
                $is_walk.then_some(Walk { after: self.after.map(|id| id.get()), order: self.order })
            }

            /// The next id of its list.
            #[must_use]
            pub fn next_id(book: &Book) -> i64 {
                book.$next_id.get()
            }
        }
    )*};
}

walks! {
    // The open ones are few, and have indexes of their own; a strategy's are found in the order of their ids.
    PositionQuery next_position_id |it| {
        !it.is_of_open_ones()
            && (it.status.is_some()
                || it.is_open.is_some()
                || it.starlisting_id.is_some()
                || it.side.is_some()
                || it.exit_reason.is_some()
                || it.since.is_some()
                || it.until.is_some())
    };
    // A position has few trades; a strategy's are found in the order of their ids.
    TradeQuery next_trade_id |it| {
        it.position_id.is_none() && (it.starlisting_id.is_some() || it.since.is_some() || it.until.is_some())
    };
    // A strategy's are found in the order of their ids.
    SignalQuery next_signal_id |it| {
        it.was_executed.is_some()
            || it.starlisting_id.is_some()
            || it.signal_type.is_some()
            || it.rejection_reason.is_some()
            || it.since.is_some()
            || it.until.is_some()
    };
    // Those of one type, about one strategy, or of one severity are found in the order of their ids; of several such
    // filters an index serves one, and the others make it a walk.
    EventQuery next_event_id |it| {
        let indexed = [it.event_type.is_some(), it.strategy_id.is_some(), it.severity.is_some()];
        indexed.into_iter().filter(|is_given| *is_given).count() > 1
            || it.min_severity.is_some()
            || it.since.is_some()
            || it.until.is_some()
    };
}

impl LedgerQuery {
    /// The walk over its `seq` that finds its entries, if no index serves its filters.
    #[must_use]
    pub fn walk(&self) -> Option<Walk> {
        let is_walk = self.since.is_some() || self.until.is_some() || self.kind.is_some_and(|kind| !is_indexed(kind));
        // A `seq` is above 0, so there is nothing to look at before it.
        is_walk.then_some(Walk { after: self.after.map(|seq| seq.max(0)), order: self.order })
    }
}

/// Whether an index holds the entries of a kind in the order of their `seq`: adjustments are few among many.
fn is_indexed(kind: LedgerKind) -> bool {
    kind == LedgerKind::Adjust
}
