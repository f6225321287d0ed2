//! What is asked, one line each: views as they are meant to be used, and questions through the store.

use nailsage_domain::{PositionId, PositionStatus, Severity, StarlistingId, StrategyId, Timeframe, UnixMillis};
use nailsage_store::{
    ClosedQuery, CurveQuery, DailyQuery, EventQuery, LeaderboardQuery, LedgerQuery, MetricsOf, MetricsQuery, Order,
    Page, Pending, PositionQuery, SignalQuery, SnapshotQuery, Store, StrategyQuery, TradeQuery,
};

use super::book::{BUSY, RETIRED, last_close};

/// A view as it is meant to be used.
#[derive(Debug, Clone, Copy)]
pub(crate) struct ViewUse {
    pub(crate) name: &'static str,
    pub(crate) sql: &'static str,
    /// SQLite may walk a table or an index from end to end for so many rows: strategies, open positions or the last
    /// signals, never history.
    pub(crate) scanned_rows_max: u64,
}

const fn view(name: &'static str, scanned_rows_max: u64, sql: &'static str) -> ViewUse {
    ViewUse { name, sql, scanned_rows_max }
}

pub(crate) const VIEWS: [ViewUse; 6] = [
    view("`v_open_positions`", 100, "SELECT * FROM v_open_positions"),
    view(
        "`v_closed_positions`, newest 50 of a strategy",
        0,
        "SELECT * FROM v_closed_positions WHERE strategy_id = 7 ORDER BY exit_timestamp DESC LIMIT 50",
    ),
    view(
        "the same of a strategy long retired",
        0,
        "SELECT * FROM v_closed_positions WHERE strategy_id = 50 ORDER BY exit_timestamp DESC LIMIT 50",
    ),
    view("`v_strategy_performance`", 50, "SELECT * FROM v_strategy_performance"),
    view(
        "the same, one strategy by name",
        50,
        "SELECT * FROM v_strategy_performance WHERE strategy_name = 'history-7'",
    ),
    view("`v_recent_signals`", 100, "SELECT * FROM v_recent_signals"),
];

/// A question through the store; the answer is how many rows it has.
pub(crate) struct Question {
    pub(crate) name: &'static str,
    /// The number of closed positions is for naming rows in the middle.
    pub(crate) ask: fn(&dyn Store, i64) -> Pending<usize>,
}

const fn question(name: &'static str, ask: fn(&dyn Store, i64) -> Pending<usize>) -> Question {
    Question { name, ask }
}

const NEWEST: Order = Order::Descending;

pub(crate) const QUESTIONS: &[Question] = &[
    question("positions of a strategy, newest 50", |store, _| {
        rows(store.positions(PositionQuery { strategy_id: id(BUSY), limit: 50, order: NEWEST, ..Default::default() }))
    }),
    question("positions of a strategy long retired, newest 50", |store, _| {
        rows(store.positions(PositionQuery {
            strategy_id: id(RETIRED),
            limit: 50,
            order: NEWEST,
            ..Default::default()
        }))
    }),
    question("closed positions of a strategy, last 50 by exit", |store, _| {
        rows(store.closed_positions(ClosedQuery { limit: 50, order: NEWEST, ..ClosedQuery::of(busy()) }))
    }),
    question("closed positions of a strategy long retired, last 50 by exit", |store, _| {
        let retired = StrategyId::new(RETIRED).expect("ids are positive");
        rows(store.closed_positions(ClosedQuery { limit: 50, order: NEWEST, ..ClosedQuery::of(retired) }))
    }),
    question("positions of the last day, newest 100", |store, closed| {
        rows(store.positions_by_time(PositionQuery {
            since: last_days(closed, 1),
            order: NEWEST,
            ..Default::default()
        }))
    }),
    question("open positions", |store, _| {
        rows(store.positions(PositionQuery { status: Some(PositionStatus::Open), ..Default::default() }))
    }),
    question("open positions of a strategy", |store, _| {
        rows(store.positions(PositionQuery {
            status: Some(PositionStatus::Open),
            strategy_id: id(BUSY),
            ..Default::default()
        }))
    }),
    question("strategies with totals", |store, _| rows(store.strategies(StrategyQuery::default()))),
    question("overview: summary, allocation and exposure", |store, _| {
        let overview = store.overview();
        Box::pin(async move { overview.await.map(|overview| overview.strategies.len()) })
    }),
    question("days of all strategies, newest 100", |store, _| {
        rows(store.daily_pnl(DailyQuery { order: NEWEST, ..Default::default() }))
    }),
    question("days of a strategy, newest 100", |store, _| {
        rows(store.daily_pnl(DailyQuery { strategy_id: id(BUSY), order: NEWEST, ..Default::default() }))
    }),
    question("leaderboard of 30 days", |store, closed| {
        leaderboard(store, LeaderboardQuery { since: last_days(closed, 30), ..Default::default() })
    }),
    question("leaderboard of all times", |store, _| leaderboard(store, LeaderboardQuery::default())),
    question("signals, newest 100", |store, _| {
        rows(store.signals(SignalQuery { order: NEWEST, ..Default::default() }))
    }),
    question("signals of a strategy, newest 100", |store, _| {
        rows(store.signals(SignalQuery { strategy_id: id(BUSY), order: NEWEST, ..Default::default() }))
    }),
    question("signals of a strategy long retired, newest 50", |store, _| {
        rows(store.signals(SignalQuery { strategy_id: id(RETIRED), limit: 50, order: NEWEST, ..Default::default() }))
    }),
    question("signals of a strategy on its market by time, newest 100", |store, _| {
        let starlisting_id = StarlistingId::new(BUSY).ok();
        rows(store.signals_by_time(SignalQuery {
            strategy_id: id(BUSY),
            starlisting_id,
            order: NEWEST,
            ..Default::default()
        }))
    }),
    question("executed signals of a strategy by time, newest 100", |store, _| {
        rows(store.signals_by_time(SignalQuery {
            strategy_id: id(BUSY),
            was_executed: Some(true),
            order: NEWEST,
            ..Default::default()
        }))
    }),
    question("trades of a position", |store, closed| {
        rows(store.trades(TradeQuery { position_id: PositionId::new(closed / 2).ok(), ..Default::default() }))
    }),
    question("trades of a strategy, newest 100", |store, _| {
        rows(store.trades(TradeQuery { strategy_id: id(BUSY), order: NEWEST, ..Default::default() }))
    }),
    question("trades of the last day, newest 100", |store, closed| {
        rows(store.trades_by_time(TradeQuery { since: last_days(closed, 1), order: NEWEST, ..Default::default() }))
    }),
    question("ledger of a strategy, newest 100", |store, _| {
        rows(store.ledger(LedgerQuery { order: NEWEST, ..LedgerQuery::of(busy()) }))
    }),
    question("events, newest 100", |store, _| rows(store.events(EventQuery { order: NEWEST, ..Default::default() }))),
    question("events of a type, newest 100", |store, _| {
        rows(store.events(EventQuery { event_type: "type 7".parse().ok(), order: NEWEST, ..Default::default() }))
    }),
    question("warnings of the last day, newest 100", |store, closed| {
        rows(store.events_by_time(EventQuery {
            severity: Some(Severity::Warning),
            since: last_days(closed, 1),
            order: NEWEST,
            ..Default::default()
        }))
    }),
    question("events of a strategy long retired, newest 50", |store, _| {
        rows(store.events(EventQuery { strategy_id: id(RETIRED), limit: 50, order: NEWEST, ..Default::default() }))
    }),
    question("snapshots, newest 100", |store, _| {
        rows(store.snapshots(SnapshotQuery { order: NEWEST, ..Default::default() }))
    }),
    question("equity curve of 100,000 snapshots", |store, _| {
        let curve = store.equity_curve(CurveQuery::default());
        Box::pin(async move { curve.await.map(|curve| curve.points.len()) })
    }),
    question("daily metrics of a strategy, newest 100", |store, _| {
        rows(
            store.metrics(MetricsQuery {
                order: NEWEST,
                ..MetricsQuery::of(MetricsOf::Strategy(busy()), Timeframe::Daily)
            }),
        )
    }),
    question("daily metrics of everyone, newest 100", |store, _| {
        rows(store.metrics(MetricsQuery { order: NEWEST, ..MetricsQuery::of(MetricsOf::Everyone, Timeframe::Daily) }))
    }),
];

fn leaderboard(store: &dyn Store, query: LeaderboardQuery) -> Pending<usize> {
    let board = store.leaderboard(query);
    Box::pin(async move { board.await.map(|board| board.len()) })
}

fn busy() -> StrategyId {
    StrategyId::new(BUSY).expect("ids are positive")
}

/// The beginning of so many days before the last close.
fn last_days(closed: i64, days: i64) -> Option<UnixMillis> {
    UnixMillis::new(last_close(closed) - days * 86_400_000).ok()
}

fn id(strategy: i64) -> Option<StrategyId> {
    StrategyId::new(strategy).ok()
}

fn rows<T: Send + 'static, C: Send + 'static>(page: Pending<Page<T, C>>) -> Pending<usize> {
    Box::pin(async move { page.await.map(|page| page.items.len()) })
}
