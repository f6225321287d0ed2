//! Which rows of a list: filters, a place to go on from, how many, from which end.

use nailsage_domain::{
    EventId, EventType, ExitReason, LedgerKind, PositionId, PositionStatus, Reason, Severity, Side, SignalId,
    SignalType, StarlistingId, StrategyId, TradeId, UnixMillis,
};

use crate::{
    by_time::TimePlan,
    reader::{Order, PAGE_ROWS_MAX},
    timed::TimeCursor,
};

macro_rules! queries {
    ($($(#[$doc:meta])* $name:ident($cursor:ty) { $($(#[$field_doc:meta])* $field:ident: $type:ty,)* })*) => {$(
        $(#[$doc])*
        ///
        /// The cursor tells in which order they are read: an id in the order of ids, a [`TimeCursor`] in that of time.
        #[derive(Debug, Clone, PartialEq)]
        pub struct $name<C = $cursor> {
            $($(#[$field_doc])* pub $field: $type,)*
            /// Only rows after this one, in the order asked for.
            pub after: Option<C>,
            /// At most so many rows, from 1 to [`PAGE_ROWS_MAX`]; what lies outside is brought inside.
            pub limit: u32,
            /// Oldest or newest first.
            pub order: Order,
        }

        impl<C> Default for $name<C> {
            fn default() -> Self {
                Self { $($field: <$type>::default(),)* after: None, limit: 100, order: Order::Ascending }
            }
        }

        impl<C> $name<C> {
            /// The limit, brought inside its range.
            #[must_use]
            pub fn rows(&self) -> u32 {
                self.limit.clamp(1, PAGE_ROWS_MAX)
            }

            /// The same rows, read from this place on, which tells their order as well.
            #[must_use]
            pub fn read_from<D>(self, after: Option<D>) -> $name<D> {
                $name { $($field: self.$field,)* after, limit: self.limit, order: self.order }
            }
        }

        impl<C: Clone> $name<C> {
            /// The same place without any filter.
            pub(crate) fn unfiltered(&self) -> Self {
                Self { $($field: None,)* after: self.after.clone(), limit: self.limit, order: self.order }
            }

            /// How its rows are found along those that an index holds in the order of time.
            pub(crate) fn along(&self, indexed: Self) -> TimePlan<Self> {
                let mut rest = self.unfiltered();
                $(if indexed.$field.is_none() { rest.$field.clone_from(&self.$field); })*
                let is_left = [$(rest.$field.is_some()),*].contains(&true);
                if is_left { TimePlan::Walk { along: indexed, rest } } else { TimePlan::InOrder }
            }
        }
    )*};
}

queries! {
    /// Which positions.
    PositionQuery(PositionId) {
        /// Only this strategy's.
        strategy_id: Option<StrategyId>,
        /// Only those with this status.
        status: Option<PositionStatus>,
        /// Only open ones, or only ended ones, whether closed or liquidated.
        is_open: Option<bool>,
        /// Only those on this market.
        starlisting_id: Option<StarlistingId>,
        /// Only long or only short ones.
        side: Option<Side>,
        /// Only those that ended for this reason.
        exit_reason: Option<ExitReason>,
        /// Only those opened at this time or later.
        since: Option<UnixMillis>,
        /// Only those opened before this time.
        until: Option<UnixMillis>,
    }
    /// Which trades.
    TradeQuery(TradeId) {
        /// Only this strategy's.
        strategy_id: Option<StrategyId>,
        /// Only this position's.
        position_id: Option<PositionId>,
        /// Only those on this market.
        starlisting_id: Option<StarlistingId>,
        /// Only those at this time or later.
        since: Option<UnixMillis>,
        /// Only those before this time.
        until: Option<UnixMillis>,
    }
    /// Which signals.
    SignalQuery(SignalId) {
        /// Only this strategy's.
        strategy_id: Option<StrategyId>,
        /// Only executed or only suppressed ones.
        was_executed: Option<bool>,
        /// Only those about this market.
        starlisting_id: Option<StarlistingId>,
        /// Only those that say this.
        signal_type: Option<SignalType>,
        /// Only those suppressed for this reason.
        rejection_reason: Option<Reason>,
        /// Only those at this time or later.
        since: Option<UnixMillis>,
        /// Only those before this time.
        until: Option<UnixMillis>,
    }
    /// Which events.
    EventQuery(EventId) {
        /// Only those about this strategy.
        strategy_id: Option<StrategyId>,
        /// Only this type.
        event_type: Option<EventType>,
        /// Only exactly this bad ones.
        severity: Option<Severity>,
        /// Only those at least this bad.
        min_severity: Option<Severity>,
        /// Only those at this time or later.
        since: Option<UnixMillis>,
        /// Only those before this time.
        until: Option<UnixMillis>,
    }
}

impl<C> PositionQuery<C> {
    /// Whether it asks for open positions only, which are few.
    #[must_use]
    pub fn is_of_open_ones(&self) -> bool {
        self.status == Some(PositionStatus::Open) || self.is_open == Some(true)
    }
}

macro_rules! rows {
    ($($name:ident)*) => {$(
        impl $name {
            /// The limit, brought inside its range.
            #[must_use]
            pub fn rows(&self) -> u32 {
                self.limit.clamp(1, PAGE_ROWS_MAX)
            }
        }
    )*};
}

rows! { StrategyQuery ClosedQuery LedgerQuery }

/// Which strategies.
#[derive(Debug, Clone, PartialEq)]
pub struct StrategyQuery {
    /// Only active or only inactive ones.
    pub is_active: Option<bool>,
    /// Only rows after this one, in the order asked for.
    pub after: Option<StrategyId>,
    /// At most so many rows, from 1 to [`PAGE_ROWS_MAX`]; what lies outside is brought inside.
    pub limit: u32,
    /// Oldest or newest first.
    pub order: Order,
}

impl Default for StrategyQuery {
    fn default() -> Self {
        Self { is_active: None, after: None, limit: 100, order: Order::Ascending }
    }
}

/// Which of a strategy's positions that have ended, whether closed or liquidated, in the order in which they did.
#[derive(Debug, Clone, PartialEq)]
pub struct ClosedQuery {
    /// Whose positions.
    pub strategy_id: StrategyId,
    /// Only those that ended at this time or later.
    pub since: Option<UnixMillis>,
    /// Only those that ended before this time.
    pub until: Option<UnixMillis>,
    /// Only rows after this one, by the time at which it ended, in the order asked for.
    pub after: Option<TimeCursor<PositionId>>,
    /// At most so many rows, from 1 to [`PAGE_ROWS_MAX`]; what lies outside is brought inside.
    pub limit: u32,
    /// Oldest or newest first.
    pub order: Order,
}

impl ClosedQuery {
    /// A strategy's ended positions, the first one first.
    #[must_use]
    pub fn of(strategy_id: StrategyId) -> Self {
        Self { strategy_id, since: None, until: None, after: None, limit: 100, order: Order::Ascending }
    }
}

/// Which part of a strategy's ledger.
#[derive(Debug, Clone, PartialEq)]
pub struct LedgerQuery {
    /// Whose ledger.
    pub strategy_id: StrategyId,
    /// Only entries of this kind.
    pub kind: Option<LedgerKind>,
    /// Only entries at this time or later.
    pub since: Option<UnixMillis>,
    /// Only entries before this time.
    pub until: Option<UnixMillis>,
    /// Only entries after this `seq`, in the order asked for.
    pub after: Option<i64>,
    /// At most so many rows, from 1 to [`PAGE_ROWS_MAX`]; what lies outside is brought inside.
    pub limit: u32,
    /// Oldest or newest first.
    pub order: Order,
}

impl LedgerQuery {
    /// A strategy's ledger from its beginning.
    #[must_use]
    pub fn of(strategy_id: StrategyId) -> Self {
        Self { strategy_id, kind: None, since: None, until: None, after: None, limit: 100, order: Order::Ascending }
    }
}
