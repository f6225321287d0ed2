//! A statement's text, put together from the filters that are given.

use nailsage_domain::{UnixMillis, ValueError};
use nailsage_store::{Order, Page, StoreError, Walk, by_time::TimeSpan};
use rusqlite::{Connection, params_from_iter, types::Value};

use crate::{
    fault::store_error,
    rows::{Map, read},
};

/// A page's text, put together from the filters that are given, and the values of its `?`.
///
/// A page walks the table, or an index that ends in the id, in the order of ids, and stops when it is full. An index that
/// is in another order would find a strategy's rows faster, but then all of them would be sorted for every page. Hence
/// the `+` before such columns: it keeps SQLite from using their indexes.
pub(super) struct Select {
    pub(super) sql: String,
    pub(super) params: Vec<Value>,
    separator: &'static str,
}

impl Select {
    pub(super) fn new(columns: &str) -> Self {
        Self { sql: columns.to_owned(), params: Vec::new(), separator: " WHERE " }
    }

    /// A condition whose `?` stands for the value.
    pub(super) fn with(mut self, condition: &str, value: impl Into<Value>) -> Self {
        self = self.literally(Some(condition));
        self.params.push(value.into());
        self
    }

    pub(super) fn with_some(self, condition: &str, value: Option<impl Into<Value>>) -> Self {
        match value {
            Some(value) => self.with(condition, value),
            None => self,
        }
    }

    /// Literal conditions are what partial indexes are matched by.
    pub(super) fn literally(mut self, condition: Option<&str>) -> Self {
        if let Some(condition) = condition {
            self.sql.push_str(self.separator);
            self.sql.push_str(condition);
            self.separator = " AND ";
        }
        self
    }

    /// Ends it with the page's place.
    pub(super) fn by(self, key: &str, (after, limit, order): (Option<i64>, u32, Order)) -> Self {
        let (comparison, direction) = match order {
            Order::Ascending => (">", "ASC"),
            Order::Descending => ("<", "DESC"),
        };
        let mut select = self.with_some(&format!("{key} {comparison} ?"), after);
        select.sql = format!("{} ORDER BY {key} {direction} LIMIT ?", select.sql);
        // One row more than asked for tells whether there is another page.
        select.params.push(Value::Integer(i64::from(limit) + 1));
        select
    }

    /// Bounds a walk by its key.
    pub(super) fn walk(self, key: &str, walk: Option<Walk>, next_id: i64) -> Self {
        match walk {
            None => self,
            Some(walk) if walk.order == Order::Ascending => self.with(&format!("{key} <= ?"), walk.end(next_id)),
            Some(walk) => self.with(&format!("{key} >= ?"), walk.end(next_id)),
        }
    }

    /// Only times in this range.
    pub(super) fn within(self, since: Option<UnixMillis>, until: Option<UnixMillis>) -> Self {
        self.with_some("timestamp >= ?", since.map(UnixMillis::get))
            .with_some("timestamp < ?", until.map(UnixMillis::get))
    }

    /// Only rows in this span, by the columns of their time and id.
    pub(super) fn between(self, (time, id): (&str, &str), span: TimeSpan) -> Self {
        let mut select = self;
        for (comparison, bound) in [(">", span.above), ("<", span.below)] {
            if let Some((timestamp, last)) = bound {
                // An id has no collation, and SQLite looks an index up by none without one: it would look at every row of
                // the bound's time.
                select = select.literally(Some(&format!("({time}, {id}) {comparison} (?, ? COLLATE BINARY)")));
                select.params.extend([Value::Integer(timestamp), Value::Integer(last)]);
            }
        }
        select
    }

    /// Ends it with so many rows in the order of time.
    pub(super) fn in_order(mut self, (time, id): (&str, &str), order: Order, rows: u32) -> Self {
        let direction = if order == Order::Ascending { "ASC" } else { "DESC" };
        self.sql = format!("{} ORDER BY {time} {direction}, {id} {direction} LIMIT ?", self.sql);
        self.params.push(Value::Integer(i64::from(rows)));
        self
    }

    /// Runs it.
    pub(super) fn page<T, C>(
        &self,
        connection: &Connection,
        limit: u32,
        map: Map<T>,
        cursor: impl Fn(&T) -> C,
    ) -> Result<Page<T, C>, StoreError> {
        Ok(Page::from_rows(self.rows(connection, map)?, limit, cursor))
    }

    /// Runs it, and goes on where the walk has ended.
    pub(super) fn walked<T, C>(
        &self,
        connection: &Connection,
        limit: u32,
        map: Map<T>,
        cursor: impl Fn(&T) -> C,
        (walk, at): (Option<(Walk, i64)>, impl Fn(i64) -> Result<C, ValueError>),
    ) -> Result<Page<T, C>, StoreError> {
        let rows = self.rows(connection, map)?;
        match walk {
            None => Ok(Page::from_rows(rows, limit, cursor)),
            Some(walk) => Page::from_walk(rows, limit, cursor, walk, at)
                .map_err(|error| StoreError::backend("reading a page", error)),
        }
    }

    pub(super) fn rows<T>(&self, connection: &Connection, map: Map<T>) -> Result<Vec<T>, StoreError> {
        let read = || -> rusqlite::Result<Vec<T>> {
            let mut statement = connection.prepare_cached(&self.sql)?;
            statement.query_map(params_from_iter(&self.params), read(map))?.collect()
        };
        read().map_err(|error| store_error("reading a page", error))
    }
}
