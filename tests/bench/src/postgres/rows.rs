//! The rows that the loops write, and the texts that write one of them, many, or a stream.

use std::fmt::Write as _;

use tokio_postgres::types::{ToSql, Type};

use super::numeric::Numeric;

/// The type of a column, by that of its value.
pub(super) trait Column {
    const TYPE: Type;
}

macro_rules! column {
    ($($value:ty => $kind:ident),* $(,)?) => {
        $(impl Column for $value { const TYPE: Type = Type::$kind; })*
    };
}

column! {
    i64 => INT8, bool => BOOL, f64 => FLOAT8, &'static str => TEXT, String => TEXT, Vec<u8> => BYTEA,
    Numeric => NUMERIC,
}

impl<T: Column> Column for Option<T> {
    const TYPE: Type = T::TYPE;
}

/// A value of a statement.
pub(super) type Param<'a> = Box<dyn ToSql + Sync + Send + 'a>;

/// A row of a table, or a part of one that begins with its key.
pub(super) trait Row: Sized {
    const TABLE: &'static str;
    fn columns() -> Vec<(&'static str, Type)>;
    fn values(&self) -> Vec<&(dyn ToSql + Sync)>;
    /// Each column of all rows as one array.
    fn arrays(rows: &[Self]) -> Vec<Param<'_>>;

    fn names() -> String {
        Self::columns().iter().map(|(name, _)| *name).collect::<Vec<_>>().join(", ")
    }

    /// Writes one new row.
    fn insert() -> String {
        let places = (1..=Self::columns().len()).map(|place| format!("${place}")).collect::<Vec<_>>().join(", ");
        format!("INSERT INTO {} ({}) VALUES ({places})", Self::TABLE, Self::names())
    }

    /// Writes many new rows; their arrays are the parameters after `before`.
    fn insert_many(before: usize) -> String {
        format!("INSERT INTO {} ({}) SELECT * FROM {}", Self::TABLE, Self::names(), unnest::<Self>(before))
    }

    /// Changes one row; `also` are further columns with literal values.
    fn update(also: &str) -> String {
        let columns = Self::columns();
        let mut text = format!("UPDATE {} SET {also}", Self::TABLE);
        for (index, (name, _)) in columns.iter().enumerate().skip(1) {
            let separator = if index + 1 == columns.len() { "" } else { ", " };
            write!(text, "{name} = ${}{separator}", index + 1).expect("writing to a String does not fail");
        }
        format!("{text} WHERE {} = $1", columns[0].0)
    }

    /// Changes many rows.
    fn update_many(before: usize, also: &str) -> String {
        let columns = Self::columns();
        let set = columns[1..].iter().map(|(name, _)| format!("{name} = k.{name}")).collect::<Vec<_>>().join(", ");
        let (table, names, unnest, key) = (Self::TABLE, Self::names(), unnest::<Self>(before), columns[0].0);
        format!("UPDATE {table} AS t SET {also}{set} FROM {unnest} AS k ({names}) WHERE t.{key} = k.{key}")
    }
}

fn unnest<R: Row>(before: usize) -> String {
    let columns = R::columns();
    let arrays = columns.iter().enumerate().map(|(index, (_, kind))| format!("${}::{kind}[]", before + index + 1));
    format!("unnest({})", arrays.collect::<Vec<_>>().join(", "))
}

macro_rules! row {
    ($name:ident of $table:literal { $($field:ident: $type:ty),* $(,)? }) => {
        #[derive(Debug, Clone)]
        #[allow(clippy::struct_field_names, reason = "the fields are called as the columns are")]
        pub(super) struct $name {
            $(pub(super) $field: $type),*
        }

        impl Row for $name {
            const TABLE: &'static str = $table;

            fn columns() -> Vec<(&'static str, Type)> {
                vec![$((stringify!($field), <$type>::TYPE)),*]
            }

            fn values(&self) -> Vec<&(dyn ToSql + Sync)> {
                vec![$(&self.$field),*]
            }

            fn arrays(rows: &[Self]) -> Vec<Param<'_>> {
                vec![$(Box::new(rows.iter().map(|row| &row.$field).collect::<Vec<_>>())),*]
            }
        }
    };
}

row!(Book of "book" {
    id: i64, next_strategy_id: i64, next_position_id: i64, next_trade_id: i64, next_signal_id: i64, next_event_id: i64,
    next_snapshot_id: i64, next_metric_id: i64, commit_seq: i64, metrics_from: Option<i64>, updated_at: i64,
});

row!(Signal of "signals" {
    id: i64, strategy_id: i64, starlisting_id: i64, signal_type: &'static str, confidence: f64,
    price_at_signal: Numeric, timestamp: i64, was_executed: bool, rejection_reason: Option<&'static str>,
    created_at: i64,
});

row!(Opened of "positions" {
    id: i64, strategy_id: i64, starlisting_id: i64, side: &'static str, size: Numeric, entry_price: Numeric,
    entry_timestamp: i64, unrealized_pnl: Numeric, fees_paid: Numeric, status: &'static str, created_at: i64,
    updated_at: i64, mark_price: Numeric, marked_at: i64,
});

row!(Ended of "positions" {
    id: i64, exit_price: Numeric, exit_timestamp: i64, realized_pnl: Numeric, fees_paid: Numeric, status: &'static str,
    exit_reason: &'static str, updated_at: i64,
});

/// What else ending a position sets.
pub(super) const NO_MARK: &str = "unrealized_pnl = NULL, mark_price = NULL, marked_at = NULL, ";

row!(Trade of "trades" {
    id: i64, position_id: i64, strategy_id: i64, starlisting_id: i64, trade_type: &'static str, size: Numeric,
    price: Numeric, fees: Numeric, slippage: Numeric, timestamp: i64, signal_id: Option<i64>, created_at: i64,
});

row!(Ledger of "ledger" {
    strategy_id: i64, seq: i64, kind: &'static str, position_id: i64, trade_id: i64, delta_micros: i64,
    balance_micros: i64, held_ms: Option<i64>, request_key: Option<String>, commit_seq: i64, timestamp: i64, created_at: i64,
});

row!(Request of "requests" {
    request_key: String, fingerprint: Vec<u8>, outcome: String, opened_position_id: Option<i64>, commit_seq: i64,
    timestamp: i64, created_at: i64,
});

row!(Bankroll of "strategies" { id: i64, current_bankroll: Numeric, updated_at: i64 });

row!(Totals of "strategy_totals" {
    strategy_id: i64, ledger_seq: i64, num_closed: i64, num_wins: i64, num_losses: i64, realized_micros: i64,
    win_micros: i64, loss_micros: i64, fees_micros: i64, duration_ms: i64,
});

row!(Daily of "daily_totals" {
    strategy_id: i64, day_start: i64, num_closed: i64, num_wins: i64, num_losses: i64, realized_micros: i64,
    win_micros: i64, loss_micros: i64,
});

impl Daily {
    /// Lets one day grow.
    pub(super) fn add() -> String {
        format!("{} {}", Self::insert(), Self::growth())
    }

    /// Lets many days grow.
    pub(super) fn add_many(before: usize) -> String {
        format!("{} {}", Self::insert_many(before), Self::growth())
    }

    fn growth() -> String {
        let grown = |(name, _): &(&str, Type)| format!("{name} = daily_totals.{name} + excluded.{name}");
        let sums = Self::columns()[2..].iter().map(grown).collect::<Vec<_>>().join(", ");
        format!("ON CONFLICT (day_start, strategy_id) DO UPDATE SET {sums}")
    }
}
