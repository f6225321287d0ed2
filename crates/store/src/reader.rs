//! Reading the book: one question, one answer, never a transaction held open.

use nailsage_domain::{
    Event, EventId, LedgerEntry, Position, PositionId, RequestKey, Signal, SignalId, SnapshotId, StateSnapshot,
    Strategy, StrategyId, StrategySnapshot, StrategyTotals, Trade, TradeId, UnixMillis,
};
use serde::Serialize;

use crate::{
    answer::Outcome,
    daily::{DailyPnl, DailyQuery, LeaderboardQuery, LeaderboardRow},
    metrics::MetricRow,
    overview::Overview,
    query::{ClosedQuery, EventQuery, LedgerQuery, PositionQuery, SignalQuery, StrategyQuery, TradeQuery},
    recovery::Recovery,
    reference::StrategyRef,
    state::Book,
    store::Pending,
    timed::{Curve, CurveQuery, FunnelQuery, FunnelRow, MetricCursor, MetricsQuery, SnapshotQuery, TimeCursor},
    walk::Walk,
};

/// The most rows in one page.
pub const PAGE_ROWS_MAX: u32 = 1_000;

/// Which end of the book a page starts from.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub enum Order {
    /// Oldest first.
    #[default]
    Ascending,
    /// Newest first.
    Descending,
}

/// Some rows, and where to go on.
#[derive(Debug, Clone, PartialEq)]
pub struct Page<T, C> {
    /// The rows, in the order that was asked for.
    pub items: Vec<T>,
    /// Pass it as `after` for the next page; absent on the last one. A page with fewer rows than asked for, even with
    /// none, is not the last one while this is there: it has looked at [`PAGE_EXAMINED_MAX`](crate::PAGE_EXAMINED_MAX) rows.
    pub next: Option<C>,
}

impl<T, C> Page<T, C> {
    /// Makes a page out of up to `limit + 1` rows that a walk has found.
    ///
    /// # Errors
    ///
    /// When the id where it goes on is none.
    pub fn from_walk<E>(
        rows: Vec<T>,
        limit: u32,
        cursor: impl Fn(&T) -> C,
        (walk, next_id): (Walk, i64),
        at: impl Fn(i64) -> Result<C, E>,
    ) -> Result<Self, E> {
        let page = Self::from_rows(rows, limit, cursor);
        match page.next {
            Some(_) => Ok(page),
            None => Ok(Self { next: walk.next(next_id).map(at).transpose()?, ..page }),
        }
    }

    /// Makes a page out of up to `limit + 1` rows: the extra one only tells that there are more.
    pub fn from_rows(mut rows: Vec<T>, limit: u32, cursor: impl Fn(&T) -> C) -> Self {
        // A limit is at most PAGE_ROWS_MAX, so it fits.
        let limit = limit as usize;
        let has_more = rows.len() > limit;
        rows.truncate(limit);
        let next = if has_more { rows.last().map(cursor) } else { None };
        Self { items: rows, next }
    }
}

/// A strategy with its totals.
#[derive(Debug, Clone, PartialEq, Serialize)]
pub struct StrategyRecord {
    /// The strategy.
    #[serde(flatten)]
    pub strategy: Strategy,
    /// What its closed positions came to.
    pub totals: StrategyTotals,
}

/// How the book stands.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct BookStatus {
    /// The schema's version.
    pub schema_version: i64,
    /// How many commands were accepted.
    pub commit_seq: i64,
    /// How many strategies there are.
    pub strategies: i64,
    /// How many positions there have been.
    pub positions: i64,
    /// How many trades there have been.
    pub trades: i64,
    /// How many signals there have been.
    pub signals: i64,
    /// How many events there have been.
    pub events: i64,
    /// How many snapshots there have been.
    pub snapshots: i64,
    /// How many rows of metrics there have been.
    pub metrics: i64,
    /// As of when the metrics were refreshed; none before the first time.
    pub metrics_at: Option<UnixMillis>,
    /// The earliest ledger entry that the metrics lack; none when they lack nothing.
    pub metrics_from: Option<UnixMillis>,
}

/// A book that can be read.
///
/// Each answer is one consistent read of what is committed, begun after every command whose answer the caller has seen.
/// Lists come in pages with a cursor, ordered by id (the ledger by `seq`), which is the order of commits: new rows never
/// appear before a cursor that was handed out. Snapshots and the lists by time come in the order of their times instead, and at one time
/// by id: a row that is written later with an earlier time has its place among the earlier ones.
pub trait Reader: Send + Sync + std::fmt::Debug {
    /// How the book stands.
    fn book(&self) -> Pending<BookStatus>;

    /// A strategy with its totals, if there is one.
    fn strategy(&self, strategy: StrategyRef) -> Pending<Option<StrategyRecord>>;

    /// Strategies by id.
    fn strategies(&self, query: StrategyQuery) -> Pending<Page<StrategyRecord, StrategyId>>;

    /// A position, if there is one.
    fn position(&self, id: PositionId) -> Pending<Option<Position>>;

    /// Positions by id.
    fn positions(&self, query: PositionQuery) -> Pending<Page<Position, PositionId>>;

    /// Positions by the time of their entry, and id.
    fn positions_by_time(
        &self,
        query: PositionQuery<TimeCursor<PositionId>>,
    ) -> Pending<Page<Position, TimeCursor<PositionId>>>;

    /// Positions of a strategy that have ended, by the time of their exit, and id.
    fn closed_positions(&self, query: ClosedQuery) -> Pending<Page<Position, TimeCursor<PositionId>>>;

    /// Trades by id.
    fn trades(&self, query: TradeQuery) -> Pending<Page<Trade, TradeId>>;

    /// Trades by time and id.
    fn trades_by_time(&self, query: TradeQuery<TimeCursor<TradeId>>) -> Pending<Page<Trade, TimeCursor<TradeId>>>;

    /// Signals by id.
    fn signals(&self, query: SignalQuery) -> Pending<Page<Signal, SignalId>>;

    /// Signals by time and id.
    fn signals_by_time(&self, query: SignalQuery<TimeCursor<SignalId>>) -> Pending<Page<Signal, TimeCursor<SignalId>>>;

    /// How many signals of each type were executed, and how many suppressed for which reason: the most frequent first, at
    /// most [`PAGE_ROWS_MAX`] rows. It counts every signal in the range, so the range decides what it costs.
    fn signal_funnel(&self, query: FunnelQuery) -> Pending<Vec<FunnelRow>>;

    /// A strategy's ledger by `seq`.
    fn ledger(&self, query: LedgerQuery) -> Pending<Page<LedgerEntry, i64>>;

    /// Events by id.
    fn events(&self, query: EventQuery) -> Pending<Page<Event, EventId>>;

    /// Events by time and id.
    fn events_by_time(&self, query: EventQuery<TimeCursor<EventId>>) -> Pending<Page<Event, TimeCursor<EventId>>>;

    /// Snapshots of all strategies together, by time and id.
    fn snapshots(&self, query: SnapshotQuery) -> Pending<Page<StateSnapshot, TimeCursor<SnapshotId>>>;

    /// Snapshots of one strategy, by time and id.
    fn strategy_snapshots(
        &self,
        strategy_id: StrategyId,
        query: SnapshotQuery,
    ) -> Pending<Page<StrategySnapshot, TimeCursor<SnapshotId>>>;

    /// The curve that the snapshots make, brought down to a number of points that keep its extremes, in as little memory.
    fn equity_curve(&self, query: CurveQuery) -> Pending<Curve>;

    /// Metrics as they were refreshed last, by period and strategy. A period in which nothing counted has no row.
    fn metrics(&self, query: MetricsQuery) -> Pending<Page<MetricRow, MetricCursor>>;

    /// How everything stands, as of one moment: all strategies together, each of them, and each market. It reads every
    /// strategy and every open position, whatever the history.
    fn overview(&self) -> Pending<Overview>;

    /// What each UTC day earned, by day: of one strategy, or of all together.
    fn daily_pnl(&self, query: DailyQuery) -> Pending<Page<DailyPnl, UnixMillis>>;

    /// What each strategy earned on some days, the most first and equal ones by id. A strategy of which no position ended on
    /// them has no row.
    fn leaderboard(&self, query: LeaderboardQuery) -> Pending<Vec<LeaderboardRow>>;

    /// Everything that a bot needs to carry on after a crash, as of one moment.
    fn recover(&self) -> Pending<Recovery>;

    /// The outcome of the command that was accepted under this key, if there is one.
    fn outcome(&self, key: RequestKey) -> Pending<Option<Outcome>>;
}

impl From<&Book> for BookStatus {
    fn from(book: &Book) -> Self {
        // Ids are dense from 1, so the next one tells how many there have been.
        Self {
            schema_version: book.schema_version,
            commit_seq: book.commit_seq,
            strategies: book.next_strategy_id.get() - 1,
            positions: book.next_position_id.get() - 1,
            trades: book.next_trade_id.get() - 1,
            signals: book.next_signal_id.get() - 1,
            events: book.next_event_id.get() - 1,
            snapshots: book.next_snapshot_id.get() - 1,
            metrics: book.next_metric_id.get() - 1,
            metrics_at: book.metrics_at,
            metrics_from: book.metrics_from,
        }
    }
}
