//! Questions to the book as SQL.

use nailsage_domain::{
    Event, EventId, LedgerEntry, Position, PositionId, RequestKey, Severity, Signal, SignalId, StrategyId, Trade,
    TradeId,
};
use nailsage_store::{
    BookStatus, EventQuery, LedgerQuery, Order, Outcome, Page, Pending, PositionQuery, Reader, SignalQuery, StoreError,
    StrategyQuery, StrategyRecord, StrategyRef, TradeQuery, plan::StrategyState,
};
use rusqlite::{Connection, OptionalExtension, Row, ToSql, types::Value};

use crate::{
    fault::store_error,
    load::{book, find_position, find_strategy},
    rows, sql,
    store::SqliteStore,
};

/// A page's conditions, put together from the filters that are given.
struct Select {
    sql: String,
    params: Vec<Value>,
    separator: &'static str,
}

impl Select {
    fn new(columns: &str) -> Self {
        Self { sql: columns.to_owned(), params: Vec::new(), separator: " WHERE " }
    }

    /// A condition whose `?` stands for the value.
    fn with(mut self, condition: &str, value: impl Into<Value>) -> Self {
        self.sql.push_str(self.separator);
        self.sql.push_str(condition);
        self.separator = " AND ";
        self.params.push(value.into());
        self
    }

    fn with_some(self, condition: &str, value: Option<impl Into<Value>>) -> Self {
        match value {
            Some(value) => self.with(condition, value),
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

    /// Ends it with the page's place and runs it.
    fn page<T, C>(
        self,
        connection: &Connection,
        key: &str,
        (after, limit, order): (Option<i64>, u32, Order),
        map: fn(&Row<'_>) -> rusqlite::Result<T>,
        cursor: impl Fn(&T) -> C,
    ) -> Result<Page<T, C>, StoreError> {
        let (comparison, direction) = match order {
            Order::Ascending => (">", "ASC"),
            Order::Descending => ("<", "DESC"),
        };
        let mut select = self.with_some(&format!("{key} {comparison} ?"), after);
        // One row more than asked for tells whether there is another page.
        select.params.push(Value::Integer(i64::from(limit) + 1));
        let sql = format!("{} ORDER BY {key} {direction} LIMIT ?", select.sql);
        let read = || -> rusqlite::Result<Vec<T>> {
            let mut statement = connection.prepare_cached(&sql)?;
            let params: Vec<&dyn ToSql> = select.params.iter().map(|value| value as &dyn ToSql).collect();
            statement.query_map(&*params, map)?.collect()
        };
        let rows = read().map_err(|error| store_error("reading a page", error))?;
        Ok(Page::from_rows(rows, limit, cursor))
    }
}

fn record(state: StrategyState) -> StrategyRecord {
    StrategyRecord { strategy: state.strategy, totals: state.totals }
}

fn strategy_record(row: &Row<'_>) -> rusqlite::Result<StrategyRecord> {
    rows::strategy(row).map(record)
}

fn severities_from(least: Severity) -> String {
    let names: Vec<_> =
        Severity::ALL.iter().filter(|it| **it >= least).map(|it| format!("'{}'", it.as_str())).collect();
    format!("severity IN ({})", names.join(", "))
}

impl Reader for SqliteStore {
    fn book(&self) -> Pending<BookStatus> {
        self.ask(|connection| {
            let book = book(connection).map_err(|error| store_error("reading the book row", error))?;
            Ok(BookStatus::from(&book))
        })
    }

    fn strategy(&self, strategy: StrategyRef) -> Pending<Option<StrategyRecord>> {
        self.ask(move |connection| {
            let found =
                find_strategy(connection, &strategy).map_err(|error| store_error("reading a strategy", error))?;
            Ok(found.map(record))
        })
    }

    fn strategies(&self, query: StrategyQuery) -> Pending<Page<StrategyRecord, StrategyId>> {
        self.ask(move |connection| {
            let place = (query.after.map(StrategyId::get), query.rows(), query.order);
            Select::new(sql::STRATEGIES).with_some("s.is_active = ?", query.is_active).page(
                connection,
                "s.id",
                place,
                strategy_record,
                |record| record.strategy.id,
            )
        })
    }

    fn position(&self, id: PositionId) -> Pending<Option<Position>> {
        self.ask(move |connection| {
            find_position(connection, id).map_err(|error| store_error("reading a position", error))
        })
    }

    fn positions(&self, query: PositionQuery) -> Pending<Page<Position, PositionId>> {
        self.ask(move |connection| {
            let place = (query.after.map(PositionId::get), query.rows(), query.order);
            let status = query.status.map(|status| format!("status = '{}'", status.as_str()));
            Select::new(sql::POSITIONS)
                .literally(status.as_deref())
                .with_some("strategy_id = ?", query.strategy_id.map(StrategyId::get))
                .page(connection, "id", place, rows::position, |position| position.id)
        })
    }

    fn trades(&self, query: TradeQuery) -> Pending<Page<Trade, TradeId>> {
        self.ask(move |connection| {
            let place = (query.after.map(TradeId::get), query.rows(), query.order);
            Select::new(sql::TRADES)
                .with_some("strategy_id = ?", query.strategy_id.map(StrategyId::get))
                .with_some("position_id = ?", query.position_id.map(PositionId::get))
                .page(connection, "id", place, rows::trade, |trade| trade.id)
        })
    }

    fn signals(&self, query: SignalQuery) -> Pending<Page<Signal, SignalId>> {
        self.ask(move |connection| {
            let place = (query.after.map(SignalId::get), query.rows(), query.order);
            let executed = query.was_executed.map(|it| if it { "was_executed = 1" } else { "was_executed = 0" });
            Select::new(sql::SIGNALS)
                .literally(executed)
                .with_some("strategy_id = ?", query.strategy_id.map(StrategyId::get))
                .page(connection, "id", place, rows::signal, |signal| signal.id)
        })
    }

    fn ledger(&self, query: LedgerQuery) -> Pending<Page<LedgerEntry, i64>> {
        self.ask(move |connection| {
            let place = (query.after, query.rows(), query.order);
            Select::new(sql::LEDGER).with("strategy_id = ?", query.strategy_id.get()).page(
                connection,
                "seq",
                place,
                rows::ledger_entry,
                |entry| entry.seq,
            )
        })
    }

    fn events(&self, query: EventQuery) -> Pending<Page<Event, EventId>> {
        self.ask(move |connection| {
            let place = (query.after.map(EventId::get), query.rows(), query.order);
            Select::new(sql::EVENTS)
                .literally(query.min_severity.map(severities_from).as_deref())
                .with_some("strategy_id = ?", query.strategy_id.map(StrategyId::get))
                .with_some("event_type = ?", query.event_type.map(|it| it.as_str().to_owned()))
                .with_some("timestamp >= ?", query.since.map(nailsage_domain::UnixMillis::get))
                .page(connection, "id", place, rows::event, |event| event.id)
        })
    }

    fn outcome(&self, key: RequestKey) -> Pending<Option<Outcome>> {
        self.ask(move |connection| {
            let read =
                || connection.prepare_cached(sql::REQUEST_BY_KEY)?.query_row([key.as_str()], rows::request).optional();
            let request = read().map_err(|error| store_error("reading a request", error))?;
            Ok(request.map(|request| request.outcome))
        })
    }
}
