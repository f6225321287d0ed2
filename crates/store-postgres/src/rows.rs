//! How PostgreSQL stores each kind of cell. Which column holds what is said in [`nailsage_store::rows`].

use std::error::Error as StdError;

use nailsage_domain::{Price, Usdt};
use nailsage_store::rows::{self, Cell};
use tokio_postgres::{
    Error, Row,
    types::{FromSql, ToSql, Type},
};

use crate::numeric::Numeric;

/// A value of a statement, with its type: statements are not prepared, so the server is told.
pub(crate) type Param<'a> = (Box<dyn ToSql + Sync + Send + 'a>, Type);

/// A function of [`rows::read`].
pub(crate) type Map<T> = fn(&rows::read::Columns<'_, BadRow>) -> Result<T, BadRow>;

/// A row that does not hold what its columns promise.
#[derive(Debug, thiserror::Error)]
#[error("column {column} cannot hold what it holds")]
pub(crate) struct BadRow {
    column: usize,
    source: Box<dyn StdError + Send + Sync>,
}

impl BadRow {
    /// A number is none that it stands for.
    pub(crate) fn no_value(error: impl std::error::Error + Send + Sync + 'static) -> Self {
        bad(0, error)
    }

    /// A row that has to be there is not.
    pub(crate) fn missing(what: &'static str) -> Self {
        bad(0, what)
    }
}

/// Maps rows with such a function.
pub(crate) fn read<T>(map: Map<T>, rows: &[Row]) -> Result<Vec<T>, BadRow> {
    rows.iter().map(|row| read_one(map, row)).collect()
}

/// Maps one.
pub(crate) fn read_one<T>(map: Map<T>, row: &Row) -> Result<T, BadRow> {
    map(&Columns(row))
}

struct Columns<'r>(&'r Row);

impl Columns<'_> {
    fn get<'a, T: FromSql<'a>>(&'a self, column: usize) -> Result<Option<T>, BadRow> {
        self.0.try_get(column).map_err(|error: Error| bad(column, error))
    }
}

fn bad(column: usize, problem: impl Into<Box<dyn StdError + Send + Sync>>) -> BadRow {
    BadRow { column, source: problem.into() }
}

impl rows::Row for Columns<'_> {
    type Error = BadRow;

    fn integer(&self, column: usize) -> Result<Option<i64>, BadRow> {
        self.get(column)
    }

    fn boolean(&self, column: usize) -> Result<Option<bool>, BadRow> {
        self.get(column)
    }

    fn double(&self, column: usize) -> Result<Option<f64>, BadRow> {
        self.get(column)
    }

    fn money(&self, column: usize) -> Result<Option<Usdt>, BadRow> {
        let stored: Option<Numeric> = self.get(column)?;
        stored.map(|value| value.to_usdt().map_err(|error| bad(column, error))).transpose()
    }

    fn price(&self, column: usize) -> Result<Option<Price>, BadRow> {
        let stored: Option<Numeric> = self.get(column)?;
        stored.map(|value| value.to_price().map_err(|error| bad(column, error))).transpose()
    }

    fn text(&self, column: usize) -> Result<Option<&str>, BadRow> {
        self.get(column)
    }

    fn bytes(&self, column: usize) -> Result<Option<&[u8]>, BadRow> {
        self.get(column)
    }

    fn bad(&self, column: usize, problem: Box<dyn StdError + Send + Sync>) -> BadRow {
        bad(column, problem)
    }
}

/// A column of all rows as one array. Every row has the same kind of cell there, so the first one tells the type.
pub(crate) fn array<'a>(rows: &'a [Vec<Cell<'a>>], column: usize) -> Param<'a> {
    macro_rules! array {
        ($kind:ident, $value:ident => $element:expr, $type:ident) => {{
            let values: Vec<_> = rows
                .iter()
                .map(|row| match &row[column] {
                    Cell::$kind($value) => $element,
                    other => unreachable!("a column of {} holds {other:?}", stringify!($kind)),
                })
                .collect();
            (Box::new(values), Type::$type)
        }};
    }
    match &rows[0][column] {
        Cell::Integer(_) => array!(Integer, value => *value, INT8_ARRAY),
        Cell::Boolean(_) => array!(Boolean, value => *value, BOOL_ARRAY),
        Cell::Double(_) => array!(Double, value => *value, FLOAT8_ARRAY),
        Cell::Money(_) => array!(Money, value => value.map(Numeric::from), NUMERIC_ARRAY),
        Cell::Price(_) => array!(Price, value => value.map(Numeric::from), NUMERIC_ARRAY),
        Cell::Text(_) => array!(Text, value => value.as_deref(), TEXT_ARRAY),
        Cell::Bytes(_) => array!(Bytes, value => *value, BYTEA_ARRAY),
    }
}
