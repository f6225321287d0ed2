//! Questions to the book as SQL.

use nailsage_domain::{
    Event, EventId, LedgerEntry, Position, PositionId, PositionStatus, RequestKey, Severity, Signal, SignalId,
    StrategyId, Trade, TradeId, UnixMillis,
};
use nailsage_store::{
    BookStatus, EventQuery, LedgerQuery, Order, Outcome, Page, Pending, PositionQuery, Reader, SignalQuery,
    StrategyQuery, StrategyRecord, StrategyRef, TradeQuery, plan::StrategyState, rows::read as rows,
};
use tokio_postgres::types::{ToSql, Type};

use crate::{
    readers::Question,
    rows::{BadRow, Map, Param, read},
    sql,
    store::PostgresStore,
};

#[cfg(test)]
mod plans;

/// A statement's text, put together from the filters that are given, and the values of its `$1`, `$2`, ….
struct Select {
    sql: String,
    params: Vec<Param<'static>>,
    separator: &'static str,
}

impl Select {
    fn new(columns: &str) -> Self {
        Self { sql: columns.to_owned(), params: Vec::new(), separator: "WHERE " }
    }

    /// A condition that ends where its value stands.
    fn with(mut self, condition: &str, kind: Type, value: impl ToSql + Sync + Send + 'static) -> Self {
        self.params.push((Box::new(value), kind));
        let condition = format!("{condition} ${}", self.params.len());
        self.literally(Some(&condition))
    }

    fn with_some(self, condition: &str, kind: Type, value: Option<impl ToSql + Sync + Send + 'static>) -> Self {
        match value {
            Some(value) => self.with(condition, kind, value),
            None => self,
        }
    }

    /// Literal conditions are what partial indexes are matched by.
    fn literally(mut self, condition: Option<&str>) -> Self {
        if let Some(condition) = condition {
            self.sql.push_str(self.separator);
            self.sql.push_str(condition);
            self.separator = " AND ";
        }
        self
    }

    /// Ends it with the page's place.
    fn by(self, key: &str, (after, limit, order): (Option<i64>, u32, Order)) -> Self {
        let (comparison, direction) = match order {
            Order::Ascending => (">", "ASC"),
            Order::Descending => ("<", "DESC"),
        };
        let mut select = self.with_some(&format!("{key} {comparison}"), Type::INT8, after);
        // One row more than asked for tells whether there is another page.
        select.params.push((Box::new(i64::from(limit) + 1), Type::INT8));
        select.sql = format!("{} ORDER BY {key} {direction} LIMIT ${}", select.sql, select.params.len());
        select
    }
}

fn strategies(query: &StrategyQuery) -> Select {
    let place = (query.after.map(StrategyId::get), query.rows(), query.order);
    Select::new(sql::STRATEGIES).with_some("s.is_active =", Type::BOOL, query.is_active).by("s.id", place)
}

fn positions(query: &PositionQuery) -> Select {
    let place = (query.after.map(PositionId::get), query.rows(), query.order);
    let status = query.status.map(|status: PositionStatus| format!("p.status = '{}'", status.as_str()));
    Select::new(sql::POSITIONS)
        .literally(status.as_deref())
        .with_some("p.strategy_id =", Type::INT8, query.strategy_id.map(StrategyId::get))
        .by("p.id", place)
}

fn trades(query: &TradeQuery) -> Select {
    let place = (query.after.map(TradeId::get), query.rows(), query.order);
    Select::new(sql::TRADES)
        .with_some("position_id =", Type::INT8, query.position_id.map(PositionId::get))
        .with_some("strategy_id =", Type::INT8, query.strategy_id.map(StrategyId::get))
        .by("id", place)
}

fn signals(query: &SignalQuery) -> Select {
    let place = (query.after.map(SignalId::get), query.rows(), query.order);
    Select::new(sql::SIGNALS)
        .with_some("was_executed =", Type::BOOL, query.was_executed)
        .with_some("strategy_id =", Type::INT8, query.strategy_id.map(StrategyId::get))
        .by("id", place)
}

fn ledger(query: &LedgerQuery) -> Select {
    let place = (query.after, query.rows(), query.order);
    Select::new(sql::LEDGER).with("strategy_id =", Type::INT8, query.strategy_id.get()).by("seq", place)
}

fn events(query: &EventQuery) -> Select {
    let place = (query.after.map(EventId::get), query.rows(), query.order);
    let event_type = query.event_type.as_ref().map(|it| it.as_str().to_owned());
    Select::new(sql::EVENTS)
        .with_some("event_type =", Type::TEXT, event_type)
        .literally(query.min_severity.map(severities_from).as_deref())
        .with_some("strategy_id =", Type::INT8, query.strategy_id.map(StrategyId::get))
        .with_some("timestamp >=", Type::INT8, query.since.map(UnixMillis::get))
        .by("id", place)
}

fn severities_from(least: Severity) -> String {
    let names: Vec<_> =
        Severity::ALL.iter().filter(|it| **it >= least).map(|it| format!("'{}'", it.as_str())).collect();
    format!("severity IN ({})", names.join(", "))
}

fn record(state: StrategyState) -> StrategyRecord {
    StrategyRecord { strategy: state.strategy, totals: state.totals }
}

fn strategy_record(row: &rows::Columns<'_, BadRow>) -> Result<StrategyRecord, BadRow> {
    rows::strategy(row).map(record)
}

impl PostgresStore {
    fn page<T: Send + 'static, C: Send + 'static>(
        &self,
        select: Select,
        limit: u32,
        map: Map<T>,
        cursor: impl Fn(&T) -> C + Send + 'static,
    ) -> Pending<Page<T, C>> {
        let question = Question { during: "reading a page", sql: select.sql, params: select.params };
        self.readers.ask(question, move |rows| Ok(Page::from_rows(read(map, rows)?, limit, cursor)))
    }

    /// The one row that a statement finds, if any.
    fn one<T: Send + 'static>(
        &self,
        during: &'static str,
        sql: &str,
        params: Vec<Param<'static>>,
        map: Map<T>,
    ) -> Pending<Option<T>> {
        let question = Question { during, sql: sql.to_owned(), params };
        self.readers.ask(question, move |rows| Ok(read(map, rows)?.pop()))
    }
}

impl Reader for PostgresStore {
    fn book(&self) -> Pending<BookStatus> {
        let question = Question { during: "reading the book row", sql: sql::BOOK.to_owned(), params: Vec::new() };
        self.readers.ask(question, |found| {
            let book = read(rows::book, found)?.pop().ok_or_else(|| BadRow::missing("the book has no row"))?;
            Ok(BookStatus::from(&book))
        })
    }

    fn strategy(&self, strategy: StrategyRef) -> Pending<Option<StrategyRecord>> {
        let (sql, params): (_, Vec<Param<'static>>) = match strategy {
            StrategyRef::Id(id) => (
                sql::STRATEGIES_BY_ID,
                vec![(Box::new(vec![id.get()]), Type::INT8_ARRAY), (Box::new(Vec::<i64>::new()), Type::INT8_ARRAY)],
            ),
            StrategyRef::Key(key) => (
                sql::STRATEGIES_BY_KEY,
                vec![
                    (Box::new(vec![key.name.as_str().to_owned()]), Type::TEXT_ARRAY),
                    (Box::new(vec![key.version.as_str().to_owned()]), Type::TEXT_ARRAY),
                    (Box::new(vec![key.starlisting_id.get()]), Type::INT8_ARRAY),
                ],
            ),
        };
        self.one("reading a strategy", sql, params, strategy_record)
    }

    fn strategies(&self, query: StrategyQuery) -> Pending<Page<StrategyRecord, StrategyId>> {
        self.page(strategies(&query), query.rows(), strategy_record, |record| record.strategy.id)
    }

    fn position(&self, id: PositionId) -> Pending<Option<Position>> {
        let params: Vec<Param<'static>> = vec![(Box::new(vec![id.get()]), Type::INT8_ARRAY)];
        self.one("reading a position", sql::POSITIONS_BY_ID, params, rows::position)
    }

    fn positions(&self, query: PositionQuery) -> Pending<Page<Position, PositionId>> {
        self.page(positions(&query), query.rows(), rows::position, |position| position.id)
    }

    fn trades(&self, query: TradeQuery) -> Pending<Page<Trade, TradeId>> {
        self.page(trades(&query), query.rows(), rows::trade, |trade| trade.id)
    }

    fn signals(&self, query: SignalQuery) -> Pending<Page<Signal, SignalId>> {
        self.page(signals(&query), query.rows(), rows::signal, |signal| signal.id)
    }

    fn ledger(&self, query: LedgerQuery) -> Pending<Page<LedgerEntry, i64>> {
        self.page(ledger(&query), query.rows(), rows::ledger_entry, |entry| entry.seq)
    }

    fn events(&self, query: EventQuery) -> Pending<Page<Event, EventId>> {
        self.page(events(&query), query.rows(), rows::event, |event| event.id)
    }

    fn outcome(&self, key: RequestKey) -> Pending<Option<Outcome>> {
        let params: Vec<Param<'static>> = vec![(Box::new(vec![key.as_str().to_owned()]), Type::TEXT_ARRAY)];
        let request = self.one("reading a request", sql::REQUESTS_BY_KEY, params, rows::request);
        Box::pin(async move { Ok(request.await?.map(|request| request.outcome)) })
    }
}
