//! Everything that a reader can tell about a book, to compare it before and after.

use std::collections::BTreeSet;

use nailsage_domain::{
    Event, LedgerEntry, Position, RequestKey, Signal, StateSnapshot, StrategyId, StrategySnapshot, Timeframe, Trade,
};
use nailsage_store::{
    BookStatus, DailyPnl, DailyQuery, EventQuery, LedgerQuery, MetricRow, MetricsOf, MetricsQuery, Outcome,
    PAGE_ROWS_MAX, Page, Pending, PositionQuery, Reader, SignalQuery, SnapshotQuery, StrategyQuery, StrategyRecord,
    TradeQuery,
};
use serde::Serialize;

/// All rows of a book.
#[derive(Debug, Clone, PartialEq)]
pub(crate) struct Dump {
    pub(crate) book: BookStatus,
    pub(crate) strategies: Vec<StrategyRecord>,
    pub(crate) positions: Vec<Position>,
    pub(crate) trades: Vec<Trade>,
    pub(crate) signals: Vec<Signal>,
    /// Strategy by strategy.
    pub(crate) ledger: Vec<LedgerEntry>,
    pub(crate) events: Vec<Event>,
    pub(crate) snapshots: Vec<StateSnapshot>,
    /// Strategy by strategy.
    pub(crate) strategy_snapshots: Vec<StrategySnapshot>,
    /// Those of all times, then months, weeks and days.
    pub(crate) metrics: Vec<MetricRow>,
    /// Days of all strategies together, then strategy by strategy.
    pub(crate) days: Vec<(Option<StrategyId>, DailyPnl)>,
    /// What is known under each key that was asked for.
    pub(crate) outcomes: Vec<(RequestKey, Option<Outcome>)>,
}

impl Dump {
    pub(crate) async fn of(reader: &dyn Reader, keys: BTreeSet<RequestKey>) -> Self {
        let limit = PAGE_ROWS_MAX;
        let strategies =
            all(|after| reader.strategies(StrategyQuery { after, limit, ..StrategyQuery::default() })).await;
        let mut ledger = Vec::new();
        for record in &strategies {
            let strategy_id = record.strategy.id;
            ledger
                .extend(all(|after| reader.ledger(LedgerQuery { after, limit, ..LedgerQuery::of(strategy_id) })).await);
        }
        let of_time = |after| SnapshotQuery { after, limit, ..SnapshotQuery::default() };
        let mut strategy_snapshots = Vec::new();
        for record in &strategies {
            let strategy_id = record.strategy.id;
            strategy_snapshots.extend(all(|after| reader.strategy_snapshots(strategy_id, of_time(after))).await);
        }
        let mut metrics = Vec::new();
        for timeframe in [Timeframe::AllTime, Timeframe::Monthly, Timeframe::Weekly, Timeframe::Daily] {
            let query = MetricsQuery { limit, ..MetricsQuery::of(MetricsOf::Everyone, timeframe) };
            metrics.extend(all(|after| reader.metrics(MetricsQuery { after, ..query.clone() })).await);
        }
        let mut days = Vec::new();
        let owners = strategies.iter().map(|record| Some(record.strategy.id));
        for strategy_id in [None].into_iter().chain(owners) {
            let query = DailyQuery { strategy_id, limit, ..DailyQuery::default() };
            let found = all(|after| reader.daily_pnl(DailyQuery { after, ..query.clone() })).await;
            days.extend(found.into_iter().map(|day| (strategy_id, day)));
        }
        let mut outcomes = Vec::new();
        for key in keys {
            let outcome = reader.outcome(key.clone()).await.expect("outcomes can be read");
            outcomes.push((key, outcome));
        }
        Self {
            snapshots: all(|after| reader.snapshots(of_time(after))).await,
            strategy_snapshots,
            metrics,
            days,
            book: reader.book().await.expect("the book's state can be read"),
            strategies,
            positions: all(|after| reader.positions(PositionQuery { after, limit, ..PositionQuery::default() })).await,
            trades: all(|after| reader.trades(TradeQuery { after, limit, ..TradeQuery::default() })).await,
            signals: all(|after| reader.signals(SignalQuery { after, limit, ..SignalQuery::default() })).await,
            ledger,
            events: all(|after| reader.events(EventQuery { after, limit, ..EventQuery::default() })).await,
            outcomes,
        }
    }

    /// Fails with the rows that differ.
    pub(crate) fn must_be(&self, expected: &Self) {
        if self == expected {
            return;
        }
        let (found, expected) = (self.lines(), expected.lines());
        let only = |lines: &[String], others: &[String], sign: char| {
            let lines = lines.iter().filter(|line| !others.contains(line));
            lines.map(|line| format!("\n  {sign} {line}")).collect::<Vec<_>>().concat()
        };
        panic!("the book differs{}{}", only(&expected, &found, '-'), only(&found, &expected, '+'));
    }

    fn lines(&self) -> Vec<String> {
        let Self {
            book,
            strategies,
            positions,
            trades,
            signals,
            ledger,
            events,
            snapshots,
            strategy_snapshots,
            metrics,
            days,
            outcomes,
        } = self;
        let mut lines = rows("book", std::slice::from_ref(book));
        lines.extend(rows("strategy", strategies));
        lines.extend(rows("position", positions));
        lines.extend(rows("trade", trades));
        lines.extend(rows("signal", signals));
        lines.extend(rows("ledger", ledger));
        lines.extend(rows("event", events));
        lines.extend(rows("snapshot", snapshots));
        lines.extend(rows("strategy snapshot", strategy_snapshots));
        lines.extend(metrics.iter().map(|row| format!("metrics {row:?}")));
        lines.extend(rows("day", days));
        lines.extend(rows("outcome", outcomes));
        lines
    }
}

fn rows<T: Serialize>(table: &str, rows: &[T]) -> Vec<String> {
    let text = |row| serde_json::to_string(row).expect("records are plain JSON");
    rows.iter().map(|row| format!("{table} {}", text(row))).collect()
}

/// All rows of a list, page by page.
pub(crate) async fn all<T, C>(mut page_after: impl FnMut(Option<C>) -> Pending<Page<T, C>>) -> Vec<T> {
    let mut rows = Vec::new();
    let mut after = None;
    loop {
        let page = page_after(after).await.expect("lists can be read");
        rows.extend(page.items);
        match page.next {
            Some(next) => after = Some(next),
            None => return rows,
        }
    }
}
