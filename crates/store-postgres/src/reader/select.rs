//! A statement's text, put together from the filters that are given.

use nailsage_domain::UnixMillis;
use nailsage_store::{Order, PAGE_EXAMINED_MAX, Walk, by_time::TimeSpan};
use tokio_postgres::types::{ToSql, Type};

use crate::rows::Param;

/// A statement's text, put together from the filters that are given, and the values of its `$1`, `$2`, ….
pub(super) struct Select {
    pub(super) sql: String,
    pub(super) params: Vec<Param<'static>>,
    separator: &'static str,
}

impl Select {
    pub(super) fn new(columns: &str) -> Self {
        Self { sql: columns.to_owned(), params: Vec::new(), separator: "WHERE " }
    }

    /// A condition that ends where its value stands.
    pub(super) fn with(mut self, condition: &str, kind: Type, value: impl ToSql + Sync + Send + 'static) -> Self {
        self.params.push((Box::new(value), kind));
        let condition = format!("{condition} ${}", self.params.len());
        self.literally(Some(&condition))
    }

    pub(super) fn with_some(
        self,
        condition: &str,
        kind: Type,
        value: Option<impl ToSql + Sync + Send + 'static>,
    ) -> Self {
        match value {
            Some(value) => self.with(condition, kind, value),
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
        let mut select = self.with_some(&format!("{key} {comparison}"), Type::INT8, after);
        // One row more than asked for tells whether there is another page.
        select.params.push((Box::new(i64::from(limit) + 1), Type::INT8));
        select.sql = format!("{} ORDER BY {key} {direction} LIMIT ${}", select.sql, select.params.len());
        select
    }

    /// The rows of one owner, along an index of owners and keys, from the page's place on.
    ///
    /// Said with bounds rather than by equality: then no other index has them in the order asked for. By equality the server
    /// may walk along the key alone, past the rows of everybody else, because it takes the owner's for evenly spread.
    pub(super) fn along(
        self,
        owner: &str,
        (kind, value): (Type, impl ToSql + Sync + Send + Clone + 'static),
        key: &str,
        (after, limit, order): (Option<i64>, u32, Order),
    ) -> Self {
        let (comparison, other, direction, beginning) = match order {
            Order::Ascending => (">", "<=", "ASC", i64::MIN),
            Order::Descending => ("<", ">=", "DESC", i64::MAX),
        };
        let mut select = self.with(&format!("{owner} {other}"), kind.clone(), value.clone());
        select.params.push((Box::new(value), kind));
        select.params.push((Box::new(after.unwrap_or(beginning)), Type::INT8));
        let count = select.params.len();
        let place = format!("({owner}, {key}) {comparison} (${}, ${count})", count - 1);
        let mut select = select.literally(Some(&place));
        select.params.push((Box::new(i64::from(limit) + 1), Type::INT8));
        let count = select.params.len();
        select.sql = format!("{} ORDER BY {owner} {direction}, {key} {direction} LIMIT ${count}", select.sql);
        select
    }

    /// Bounds a walk; `next` is where the list's next key stands, as a column and what it is read from.
    pub(super) fn walk(mut self, key: &str, walk: Option<Walk>, (next, source): (&str, &str)) -> Self {
        let Some(walk) = walk else { return self };
        let condition = match (walk.order, walk.after) {
            // Where a walk upwards ends does not depend on the book.
            (Order::Ascending, _) => return self.with(&format!("{key} <="), Type::INT8, walk.end(i64::MAX)),
            (Order::Descending, None) => format!("{key} >= (SELECT {next} - {PAGE_EXAMINED_MAX} FROM {source})"),
            (Order::Descending, Some(after)) => {
                self.params.push((Box::new(after), Type::INT8));
                let after = self.params.len();
                format!("{key} >= (SELECT least(${after}, {next}) - {PAGE_EXAMINED_MAX} FROM {source})")
            }
        };
        self.literally(Some(&condition))
    }

    /// Only times in this range.
    pub(super) fn within(self, since: Option<UnixMillis>, until: Option<UnixMillis>) -> Self {
        self.with_some("timestamp >=", Type::INT8, since.map(UnixMillis::get)).with_some(
            "timestamp <",
            Type::INT8,
            until.map(UnixMillis::get),
        )
    }

    /// Only rows in this span, by the columns of their time and id.
    pub(super) fn between(self, (time, id): (&str, &str), span: TimeSpan) -> Self {
        let mut select = self;
        for (comparison, bound) in [(">", span.above), ("<", span.below)] {
            if let Some((timestamp, last)) = bound {
                let values = [timestamp, last].map(|value| -> Param<'static> { (Box::new(value), Type::INT8) });
                select.params.extend(values);
                let count = select.params.len();
                let condition = format!("({time}, {id}) {comparison} (${}, ${count})", count - 1);
                select = select.literally(Some(&condition));
            }
        }
        select
    }

    /// Ends it with so many rows in the order of time.
    pub(super) fn in_order(mut self, (time, id): (&str, &str), order: Order, rows: i64) -> Self {
        let direction = if order == Order::Ascending { "ASC" } else { "DESC" };
        self.params.push((Box::new(rows), Type::INT8));
        let count = self.params.len();
        self.sql = format!("{} ORDER BY {time} {direction}, {id} {direction} LIMIT ${count}", self.sql);
        self
    }

    /// Rows of a table as they are, for something else to be selected from.
    pub(super) fn all_of(table: &str) -> Self {
        Self::new(&format!("SELECT * FROM {table} "))
    }

    /// Selects these columns from what it has found, which takes the place of the table.
    pub(super) fn in_place_of(self, table: &str, columns: &str) -> Self {
        Self { sql: format!("WITH {table} AS ({}) {columns}", self.sql), params: self.params, separator: "WHERE " }
    }
}
