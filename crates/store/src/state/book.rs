//! The book row: what numbers come next.

use nailsage_domain::{EventId, MetricId, PositionId, SignalId, SnapshotId, StrategyId, TradeId, UnixMillis};

/// The one row of table `book`. Whoever writes the book holds this row, so ids are dense and in commit order.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Book {
    /// The schema's version.
    pub schema_version: i64,
    /// The next strategy's id.
    pub next_strategy_id: StrategyId,
    /// The next position's id.
    pub next_position_id: PositionId,
    /// The next trade's id.
    pub next_trade_id: TradeId,
    /// The next signal's id.
    pub next_signal_id: SignalId,
    /// The next event's id.
    pub next_event_id: EventId,
    /// The next snapshot's id.
    pub next_snapshot_id: SnapshotId,
    /// The next metric's id.
    pub next_metric_id: MetricId,
    /// How many commands were accepted.
    pub commit_seq: i64,
    /// The earliest time of a ledger entry that the metrics lack; none when they lack nothing.
    pub metrics_from: Option<UnixMillis>,
    /// As of when the metrics were refreshed; none before the first time.
    pub metrics_at: Option<UnixMillis>,
    /// When the last one did.
    pub updated_at: UnixMillis,
}

impl Book {
    /// The row of a book in which nothing has happened but that it was made, which is its first event.
    #[must_use]
    pub fn new(schema_version: i64, created_at: UnixMillis) -> Self {
        Self {
            schema_version,
            next_strategy_id: StrategyId::FIRST,
            next_position_id: PositionId::FIRST,
            next_trade_id: TradeId::FIRST,
            next_signal_id: SignalId::FIRST,
            next_event_id: EventId::FIRST.next().expect("there is a second id"),
            next_snapshot_id: SnapshotId::FIRST,
            next_metric_id: MetricId::FIRST,
            commit_seq: 0,
            metrics_from: None,
            metrics_at: None,
            updated_at: created_at,
        }
    }
}

macro_rules! take {
    ($($name:ident: $field:ident -> $id:ty;)*) => {
        impl Book {
            $(pub(crate) fn $name(&mut self) -> $id {
                let id = self.$field;
                self.$field = id.next().expect("2^63 rows are out of reach");
                id
            })*
        }
    };
}

take! {
    take_strategy_id: next_strategy_id -> StrategyId;
    take_position_id: next_position_id -> PositionId;
    take_trade_id: next_trade_id -> TradeId;
    take_signal_id: next_signal_id -> SignalId;
    take_event_id: next_event_id -> EventId;
    take_snapshot_id: next_snapshot_id -> SnapshotId;
    take_metric_id: next_metric_id -> MetricId;
}
