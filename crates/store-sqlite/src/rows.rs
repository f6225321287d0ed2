//! How SQLite stores each kind of cell. Which column holds what is said in [`nailsage_store::rows`].

use std::error::Error as StdError;

use nailsage_domain::{Price, Usdt};
use nailsage_store::rows::{self, Cell};
use rusqlite::{
    Error, Result, Row, ToSql,
    types::{FromSql, ToSqlOutput, Type, ValueRef},
};

/// A function of [`rows::read`].
pub(crate) type Map<T> = fn(&rows::read::Columns<'_, Error>) -> Result<T>;

/// Maps a row with one.
pub(crate) fn read<T>(map: Map<T>) -> impl Fn(&Row<'_>) -> Result<T> {
    move |row| map(&Columns(row))
}

/// A row whose money and prices are the canonical doubles of decimals.
struct Columns<'r>(&'r Row<'r>);

impl Columns<'_> {
    fn get<T: FromSql>(&self, column: usize) -> Result<Option<T>> {
        self.0.get(column)
    }
}

fn bad(column: usize, problem: impl Into<Box<dyn StdError + Send + Sync>>) -> Error {
    Error::FromSqlConversionFailure(column, Type::Null, problem.into())
}

impl rows::Row for Columns<'_> {
    type Error = Error;

    fn integer(&self, column: usize) -> Result<Option<i64>> {
        self.get(column)
    }

    fn boolean(&self, column: usize) -> Result<Option<bool>> {
        self.get(column)
    }

    fn double(&self, column: usize) -> Result<Option<f64>> {
        self.get(column)
    }

    fn money(&self, column: usize) -> Result<Option<Usdt>> {
        let stored = self.double(column)?;
        stored.map(|value| Usdt::from_stored_f64(value).map_err(|error| bad(column, error))).transpose()
    }

    fn price(&self, column: usize) -> Result<Option<Price>> {
        let stored = self.double(column)?;
        stored.map(|value| Price::from_stored_f64(value).map_err(|error| bad(column, error))).transpose()
    }

    fn text(&self, column: usize) -> Result<Option<&str>> {
        self.0.get_ref(column)?.as_str_or_null().map_err(|error| bad(column, error))
    }

    fn bytes(&self, column: usize) -> Result<Option<&[u8]>> {
        self.0.get_ref(column)?.as_blob_or_null().map_err(|error| bad(column, error))
    }

    fn bad(&self, column: usize, problem: Box<dyn StdError + Send + Sync>) -> Error {
        bad(column, problem)
    }
}

/// A cell as a statement's parameter.
pub(crate) struct Param<'a>(pub(crate) &'a Cell<'a>);

impl ToSql for Param<'_> {
    fn to_sql(&self) -> Result<ToSqlOutput<'_>> {
        let value = match self.0 {
            Cell::Integer(value) => value.map(ValueRef::Integer),
            Cell::Boolean(value) => Some(ValueRef::Integer(i64::from(*value))),
            Cell::Double(value) => value.map(ValueRef::Real),
            Cell::Money(value) => value.map(|value| ValueRef::Real(value.to_f64())),
            Cell::Price(value) => value.map(|value| ValueRef::Real(value.to_f64())),
            Cell::Text(value) => value.as_ref().map(|value| ValueRef::Text(value.as_bytes())),
            Cell::Bytes(value) => Some(ValueRef::Blob(value)),
        };
        Ok(ToSqlOutput::Borrowed(value.unwrap_or(ValueRef::Null)))
    }
}
