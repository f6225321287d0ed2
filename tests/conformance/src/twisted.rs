//! A store that passes everything on to another one, twisted in one place.

use std::{fmt, sync::Arc, time::Duration};

use nailsage_domain::{
    Event, EventId, LedgerEntry, Position, PositionId, RequestKey, Signal, SignalId, SnapshotId, StateSnapshot,
    StrategyId, StrategySnapshot, Trade, TradeId, UnixMillis,
};
use nailsage_store::{
    Answer, BookStatus, ClosedQuery, Command, Curve, CurveQuery, DailyPnl, DailyQuery, EventQuery, FunnelQuery,
    FunnelRow, LeaderboardQuery, LeaderboardRow, LedgerQuery, MetricCursor, MetricRow, MetricsQuery, Outcome, Overview,
    Page, Pending, PositionQuery, Reader, Recovery, SignalQuery, SnapshotQuery, Store, StrategyQuery, StrategyRecord,
    StrategyRef, TimeCursor, TradeQuery,
};

/// A page in the order of time, on its way.
type Timed<T, Id> = Pending<Page<T, TimeCursor<Id>>>;

/// Where a store may differ from the one beneath. Whatever is not twisted is passed on.
pub(crate) trait Twist: Send + Sync + 'static {
    fn submit(&self, beneath: &Arc<dyn Store>, command: Command, timeout: Duration) -> Pending<Answer> {
        beneath.submit(command, timeout)
    }

    fn see_strategy(&self, _: &mut StrategyRecord) {}

    fn see_ledger(&self, _: &mut Vec<LedgerEntry>) {}

    fn see_positions(&self, _: &mut Vec<Position>) {}
}

/// The twisted store.
pub(crate) struct Twisted<T> {
    beneath: Arc<dyn Store>,
    twist: Arc<T>,
}

impl<T: Twist> Twisted<T> {
    pub(crate) fn over(beneath: impl Store + 'static, twist: T) -> Arc<dyn Store> {
        Arc::new(Self { beneath: Arc::new(beneath), twist: Arc::new(twist) })
    }

    fn seen<R: Send + 'static>(
        &self,
        pending: Pending<R>,
        see: impl FnOnce(&T, &mut R) + Send + 'static,
    ) -> Pending<R> {
        let twist = Arc::clone(&self.twist);
        Box::pin(async move {
            let mut read = pending.await?;
            see(&twist, &mut read);
            Ok(read)
        })
    }
}

impl<T> fmt::Debug for Twisted<T> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Twisted").field("beneath", &self.beneath).finish_non_exhaustive()
    }
}

impl<T: Twist> Store for Twisted<T> {
    fn submit(&self, command: Command, timeout: Duration) -> Pending<Answer> {
        self.twist.submit(&self.beneath, command, timeout)
    }
}

impl<T: Twist> Reader for Twisted<T> {
    fn book(&self) -> Pending<BookStatus> {
        self.beneath.book()
    }

    fn strategy(&self, strategy: StrategyRef) -> Pending<Option<StrategyRecord>> {
        self.seen(self.beneath.strategy(strategy), |twist, record| {
            if let Some(record) = record {
                twist.see_strategy(record);
            }
        })
    }

    fn strategies(&self, query: StrategyQuery) -> Pending<Page<StrategyRecord, StrategyId>> {
        self.seen(self.beneath.strategies(query), |twist, page| {
            page.items.iter_mut().for_each(|record| twist.see_strategy(record));
        })
    }

    fn position(&self, id: PositionId) -> Pending<Option<Position>> {
        self.seen(self.beneath.position(id), |twist, found| {
            let mut positions = found.take().into_iter().collect();
            twist.see_positions(&mut positions);
            *found = positions.pop();
        })
    }

    fn positions(&self, query: PositionQuery) -> Pending<Page<Position, PositionId>> {
        self.seen(self.beneath.positions(query), |twist, page| twist.see_positions(&mut page.items))
    }

    fn trades(&self, query: TradeQuery) -> Pending<Page<Trade, TradeId>> {
        self.beneath.trades(query)
    }

    fn signals(&self, query: SignalQuery) -> Pending<Page<Signal, SignalId>> {
        self.beneath.signals(query)
    }

    fn positions_by_time(&self, query: PositionQuery<TimeCursor<PositionId>>) -> Timed<Position, PositionId> {
        self.seen(self.beneath.positions_by_time(query), |twist, page| twist.see_positions(&mut page.items))
    }

    fn closed_positions(&self, query: ClosedQuery) -> Timed<Position, PositionId> {
        self.seen(self.beneath.closed_positions(query), |twist, page| twist.see_positions(&mut page.items))
    }

    fn trades_by_time(&self, query: TradeQuery<TimeCursor<TradeId>>) -> Timed<Trade, TradeId> {
        self.beneath.trades_by_time(query)
    }

    fn signals_by_time(&self, query: SignalQuery<TimeCursor<SignalId>>) -> Timed<Signal, SignalId> {
        self.beneath.signals_by_time(query)
    }

    fn events_by_time(&self, query: EventQuery<TimeCursor<EventId>>) -> Timed<Event, EventId> {
        self.beneath.events_by_time(query)
    }

    fn ledger(&self, query: LedgerQuery) -> Pending<Page<LedgerEntry, i64>> {
        self.seen(self.beneath.ledger(query), |twist, page| twist.see_ledger(&mut page.items))
    }

    fn events(&self, query: EventQuery) -> Pending<Page<Event, EventId>> {
        self.beneath.events(query)
    }

    fn snapshots(&self, query: SnapshotQuery) -> Pending<Page<StateSnapshot, TimeCursor<SnapshotId>>> {
        self.beneath.snapshots(query)
    }

    fn strategy_snapshots(
        &self,
        strategy_id: StrategyId,
        query: SnapshotQuery,
    ) -> Pending<Page<StrategySnapshot, TimeCursor<SnapshotId>>> {
        self.beneath.strategy_snapshots(strategy_id, query)
    }

    fn equity_curve(&self, query: CurveQuery) -> Pending<Curve> {
        self.beneath.equity_curve(query)
    }

    fn metrics(&self, query: MetricsQuery) -> Pending<Page<MetricRow, MetricCursor>> {
        self.beneath.metrics(query)
    }

    fn overview(&self) -> Pending<Overview> {
        self.beneath.overview()
    }

    fn daily_pnl(&self, query: DailyQuery) -> Pending<Page<DailyPnl, UnixMillis>> {
        self.beneath.daily_pnl(query)
    }

    fn leaderboard(&self, query: LeaderboardQuery) -> Pending<Vec<LeaderboardRow>> {
        self.beneath.leaderboard(query)
    }

    fn recover(&self) -> Pending<Recovery> {
        self.beneath.recover()
    }

    fn signal_funnel(&self, query: FunnelQuery) -> Pending<Vec<FunnelRow>> {
        self.beneath.signal_funnel(query)
    }

    fn outcome(&self, key: RequestKey) -> Pending<Option<Outcome>> {
        self.beneath.outcome(key)
    }
}
