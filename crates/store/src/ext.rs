//! One typed method for each use case, for every store.

use std::{future::Future, time::Duration};

use nailsage_domain::{RequestKey, StateSnapshot, UnixMillis};
use uuid::Uuid;

use crate::{
    action::{
        Action, Activate, AdjustBankroll, ClosePosition, Deactivate, LiquidatePosition, LogEvent, MarkMarket,
        MarkPosition, OpenPosition, RecordRecovery, RecordSignal, RecordSnapshot, RefreshMetrics, RegisterStrategy,
        SetStops, TakeSnapshot,
    },
    answer::{
        BankrollAdjusted, Done, EventLogged, MarketMarked, MetricsRefreshed, Outcome, PositionClosed, PositionMarked,
        PositionOpened, RecoveryRecorded, Refused, SignalRecorded, StopsSet, StrategyActivity, StrategyRegistered,
    },
    command::Command,
    error::StoreError,
    store::{DEFAULT_TIMEOUT, Store},
};

/// Why a use case did not happen: a rule said no, or the store could not answer.
#[derive(Debug, Clone, thiserror::Error)]
pub enum CallError {
    /// A rule said no; nothing was written.
    #[error(transparent)]
    Refused(#[from] Refused),
    /// The store could not answer.
    #[error(transparent)]
    Store(#[from] StoreError),
}

/// When a use case happens, under which key, and how long it may take.
///
/// A plain [`UnixMillis`] will do: the key is then made, time-ordered, so that a lost answer can always be settled, and
/// the deadline is [`DEFAULT_TIMEOUT`].
#[derive(Debug, Clone)]
pub struct Caller {
    /// When it happens, by the caller's clock.
    pub at: UnixMillis,
    /// The key; made when absent.
    pub key: Option<RequestKey>,
    /// How long it may take.
    pub timeout: Duration,
}

impl Caller {
    /// At this time, under this key.
    #[must_use]
    pub fn keyed(at: UnixMillis, key: RequestKey) -> Self {
        Self { at, key: Some(key), timeout: DEFAULT_TIMEOUT }
    }
}

impl From<UnixMillis> for Caller {
    fn from(at: UnixMillis) -> Self {
        Self { at, key: None, timeout: DEFAULT_TIMEOUT }
    }
}

/// A fresh key that sorts after those made before it, so that it is cheap to index.
#[must_use]
pub fn time_ordered_key() -> RequestKey {
    RequestKey::new(Uuid::now_v7().to_string()).expect("a UUID is a short text without NUL")
}

mod sealed {
    pub trait Sealed {}
    impl<S: super::Store + ?Sized> Sealed for S {}
}

macro_rules! use_cases {
    ($($(#[$doc:meta])* $name:ident($action:ident) -> $variant:ident, $outcome:ident;)*) => {
        /// The use cases of a book as typed calls. It is sealed: what they mean is decided in one place.
        ///
        /// Each is one command of one action. Things that must happen together are one [`Command`] handed to
        /// [`execute`](Self::execute).
        pub trait StoreExt: Store + sealed::Sealed {
            /// Carries out a command within [`DEFAULT_TIMEOUT`], under a made key if it has none.
            ///
            /// # Errors
            ///
            /// [`CallError::Refused`] if a rule said no, else [`CallError::Store`].
            fn execute(&self, command: Command) -> impl Future<Output = Result<Outcome, CallError>> + Send {
                carry_out(self, command, DEFAULT_TIMEOUT)
            }

            /// Works out the metrics of every period that changed, command by command until nothing is left.
            ///
            /// The caller's key is that of the first command; the others get keys of their own. Tells of all together.
            ///
            /// # Errors
            ///
            /// [`CallError::Refused`] if a rule said no, else [`CallError::Store`]. What was done before stays done.
            fn refresh_metrics(
                &self,
                caller: impl Into<Caller>,
            ) -> impl Future<Output = Result<MetricsRefreshed, CallError>> + Send {
                let Caller { at, key, timeout } = caller.into();
                async move {
                    let mut all = self.refresh_some_metrics(Caller { at, key, timeout }, RefreshMetrics {}).await?;
                    while all.left_from.is_some() {
                        let next = self.refresh_some_metrics(Caller { at, key: None, timeout }, RefreshMetrics {}).await?;
                        all.num_entries += next.num_entries;
                        all.num_rows += next.num_rows;
                        (all.as_of, all.left_from) = (next.as_of, next.left_from);
                    }
                    Ok(all)
                }
            }

            $($(#[$doc])*
            ///
            /// # Errors
            ///
            /// [`CallError::Refused`] if a rule said no, else [`CallError::Store`].
            fn $name(
                &self,
                caller: impl Into<Caller>,
                action: $action,
            ) -> impl Future<Output = Result<$outcome, CallError>> + Send {
                let done = one(self, caller.into(), action.into());
                async move {
                    match done.await? {
                        Done::$variant(outcome) => Ok(outcome),
                        other => unreachable!("an action has the outcome of its own kind, got {other:?}"),
                    }
                }
            })*
        }
    };
}

use_cases! {
        /// Gets or creates a strategy.
        register_strategy(RegisterStrategy) -> RegisterStrategy, StrategyRegistered;
        /// Lets a strategy open positions again.
        activate(Activate) -> Activate, StrategyActivity;
        /// Stops a strategy from opening positions.
        deactivate(Deactivate) -> Deactivate, StrategyActivity;
        /// Records a signal and does what it triggers.
        record_signal(RecordSignal) -> RecordSignal, SignalRecorded;
        /// Opens a position with its entry trade.
        open_position(OpenPosition) -> OpenPosition, PositionOpened;
        /// Closes a position with its exit trade.
        close_position(ClosePosition) -> ClosePosition, PositionClosed;
        /// Liquidates a position.
        liquidate_position(LiquidatePosition) -> LiquidatePosition, PositionClosed;
        /// Marks all open positions of a market.
        mark_market(MarkMarket) -> MarkMarket, MarketMarked;
        /// Marks one open position.
        mark_position(MarkPosition) -> MarkPosition, PositionMarked;
        /// Replaces a position's stops.
        set_stops(SetStops) -> SetStops, StopsSet;
        /// Moves money into or out of a strategy.
        adjust_bankroll(AdjustBankroll) -> AdjustBankroll, BankrollAdjusted;
        /// Writes an event to the audit log.
        log_event(LogEvent) -> LogEvent, EventLogged;
        /// Records what all strategies and each of them have now.
        take_snapshot(TakeSnapshot) -> TakeSnapshot, StateSnapshot;
        /// Records a snapshot that was worked out elsewhere.
        record_snapshot(RecordSnapshot) -> RecordSnapshot, StateSnapshot;
        /// Works out the metrics of the oldest periods that changed; its outcome says whether more are left.
        refresh_some_metrics(RefreshMetrics) -> RefreshMetrics, MetricsRefreshed;
        /// Writes into the audit log that a bot carries on, and with what.
        record_recovery(RecordRecovery) -> RecordRecovery, RecoveryRecorded;
}

impl<S: Store + ?Sized> StoreExt for S {}

fn carry_out<S: Store + ?Sized>(
    store: &S,
    mut command: Command,
    timeout: Duration,
) -> impl Future<Output = Result<Outcome, CallError>> + Send + 'static + use<S> {
    command.key.get_or_insert_with(time_ordered_key);
    let pending = store.submit(command, timeout);
    async move { Ok(pending.await?.into_result()?) }
}

fn one<S: Store + ?Sized>(
    store: &S,
    caller: Caller,
    action: Action,
) -> impl Future<Output = Result<Done, CallError>> + Send + 'static + use<S> {
    let command = Command { key: caller.key, at: caller.at, actions: vec![action] };
    let outcome = carry_out(store, command, caller.timeout);
    async move {
        let mut results = outcome.await?.results;
        Ok(results.pop().expect("a command of one action has one result"))
    }
}
