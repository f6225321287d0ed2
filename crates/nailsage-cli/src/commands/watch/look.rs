//! One look at the book: each strategy, what it has open, and the last event about it.

use std::{collections::HashMap, sync::Arc};

use nailsage::{
    BookStatus, Clock as _, Event, EventId, EventQuery, Order, Overview, PAGE_ROWS_MAX, Store, StrategyId,
    StrategyOverview, StrategyRecord, SystemClock, UnixMillis,
};

use crate::{
    commands::{App, together::Open},
    failure::Failure,
    output::{Cell, Column},
};

/// Beyond so many new events it is less work to ask for each strategy's last one.
const NEW_EVENTS_MAX: i64 = 5_000;

/// What a look has seen.
#[derive(Debug)]
pub(super) struct Look {
    pub(super) at: UnixMillis,
    pub(super) lines: Vec<Line>,
}

/// A strategy.
#[derive(Debug)]
pub(super) struct Line {
    pub(super) record: StrategyRecord,
    pub(super) open: Open,
    pub(super) last: Option<Event>,
}

impl Line {
    pub(super) fn win_rate_pct(&self) -> Option<f64> {
        self.record.totals.closed().win_rate_pct()
    }
}

/// A line in JSON and CSV.
pub(super) const COLUMNS: &[Column<Line>] = &[
    Column::data("strategy_id", |row| row.record.strategy.id.get().into()),
    Column::data("strategy", |row| Cell::text(&row.record.strategy.key)),
    Column::data("is_active", |row| Cell::Bool(row.record.strategy.is_active)),
    Column::data("current_bankroll", |row| row.record.strategy.current_bankroll.into()),
    Column::data("total_realized_pnl", |row| Cell::micros(row.record.totals.realized_micros)),
    Column::data("num_open_positions", |row| row.open.count.into()),
    Column::data("total_unrealized_pnl", |row| row.open.unrealized_micros.map_or(Cell::Null, Cell::micros)),
    Column::data("num_closed_positions", |row| row.record.totals.num_closed.into()),
    Column::data("win_rate_pct", |row| row.win_rate_pct().map_or(Cell::Null, Cell::Number)),
    Column::data("last_event_type", |row| row.last.as_ref().map_or(Cell::Null, |event| Cell::text(&event.event_type))),
    Column::data("last_event_timestamp", |row| row.last.as_ref().map(|event| event.timestamp).into()),
];

/// Looks at a book again and again. It opens the book anew after a failure, and remembers the last events.
#[derive(Debug, Default)]
pub(super) struct Looker {
    store: Option<Arc<dyn Store>>,
    last: LastEvents,
}

impl Looker {
    pub(super) async fn look(&mut self, app: &App) -> Result<Look, Failure> {
        let looked = self.try_look(app).await;
        if looked.is_err()
            && let Some(store) = self.store.take()
        {
            // The next look opens it anew. Closing one that does not answer takes a while, and nobody has to wait for that.
            drop(tokio::task::spawn_blocking(move || drop(store)));
        }
        looked
    }

    async fn try_look(&mut self, app: &App) -> Result<Look, Failure> {
        let store = match &self.store {
            Some(store) => Arc::clone(store),
            None => Arc::clone(self.store.insert(app.read().await?)),
        };
        let Overview { book, strategies, .. } = store.overview().await?;
        let last = self.last.updated(&*store, &book, &strategies).await?;
        let lines = strategies.into_iter().map(|of| Line {
            open: Open::from(&of.exposure),
            last: last.by_strategy.get(&of.record.strategy.id).cloned(),
            record: of.record,
        });
        let lines = lines.collect();
        self.last = last;
        Ok(Look { at: SystemClock.now(), lines })
    }
}

/// The last event about each strategy. New ones are asked for by their ids, so that a look does not read the whole log.
#[derive(Debug, Clone, Default)]
struct LastEvents {
    /// None before the first look.
    seen: Option<BookStatus>,
    by_strategy: HashMap<StrategyId, Event>,
}

impl LastEvents {
    async fn updated(
        &self,
        store: &dyn Store,
        book: &BookStatus,
        strategies: &[StrategyOverview],
    ) -> Result<Self, Failure> {
        let mut next = Self { seen: Some(book.clone()), by_strategy: HashMap::new() };
        match &self.seen {
            // With less in it than it had, it was reset, and ids mean something else.
            Some(seen)
                if seen.commit_seq <= book.commit_seq
                    && (seen.events..=seen.events.saturating_add(NEW_EVENTS_MAX)).contains(&book.events) =>
            {
                next.by_strategy.clone_from(&self.by_strategy);
                if seen.events < book.events {
                    next.add_after(store, seen.events).await?;
                }
            }
            _ => next.ask_for_each(store, strategies).await?,
        }
        Ok(next)
    }

    async fn add_after(&mut self, store: &dyn Store, event: i64) -> Result<(), Failure> {
        // There is no event 0 to be after.
        let after = if event > 0 { Some(EventId::new(event)?) } else { None };
        let mut query = EventQuery { after, limit: PAGE_ROWS_MAX, ..EventQuery::default() };
        loop {
            let page = store.events(query.clone()).await?;
            for event in page.items {
                if let Some(strategy) = event.strategy_id {
                    self.by_strategy.insert(strategy, event);
                }
            }
            query.after = page.next;
            if query.after.is_none() {
                return Ok(());
            }
        }
    }

    async fn ask_for_each(&mut self, store: &dyn Store, strategies: &[StrategyOverview]) -> Result<(), Failure> {
        for of in strategies {
            let strategy_id = of.record.strategy.id;
            let mut query = EventQuery {
                strategy_id: Some(strategy_id),
                limit: 1,
                order: Order::Descending,
                ..EventQuery::default()
            };
            loop {
                let mut page = store.events(query.clone()).await?;
                if let Some(event) = page.items.pop() {
                    self.by_strategy.insert(strategy_id, event);
                    break;
                }
                // Its last event may be far behind those of others.
                query.after = page.next;
                if query.after.is_none() {
                    break;
                }
            }
        }
        Ok(())
    }
}
