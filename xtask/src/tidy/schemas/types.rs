//! The table of types: what a column's type on SQLite has to be on PostgreSQL.

/// A pair of types and the columns that it is for.
struct Pair {
    sqlite: &'static str,
    postgres: &'static str,
    columns: Columns,
}

enum Columns {
    /// Columns of these names, in any table.
    Named(&'static [&'static str]),
    /// Those that no row above names.
    Others,
}

use Columns::{Named, Others};

/// SQLite has no truth values: theirs are 0 and 1.
const FLAGS: &[&str] = &["is_active", "was_executed", "pruning"];

/// Decimals of any scale.
const PRICES: &[&str] =
    &["entry_price", "exit_price", "stop_loss_price", "take_profit_price", "mark_price", "price_at_signal", "price"];

/// Quotients, which are no decimals, hence the same double on both. Any other REAL is money.
const RATIOS: &[&str] = &[
    "confidence",
    "total_return_pct",
    "win_rate_pct",
    "profit_factor",
    "avg_position_duration_minutes",
    "max_drawdown_pct",
    "sharpe_ratio",
    "growth_factor",
    "duration_minutes",
];

/// The first row that fits a column is its own.
const TYPES: &[Pair] = &[
    Pair { sqlite: "INTEGER", postgres: "BOOLEAN", columns: Named(FLAGS) },
    Pair { sqlite: "INTEGER", postgres: "BIGINT", columns: Others },
    Pair { sqlite: "REAL", postgres: "NUMERIC", columns: Named(PRICES) },
    Pair { sqlite: "REAL", postgres: "DOUBLE PRECISION", columns: Named(RATIOS) },
    Pair { sqlite: "REAL", postgres: "NUMERIC(20,6)", columns: Others },
    Pair { sqlite: "TEXT", postgres: "TEXT COLLATE \"C\"", columns: Others },
    Pair { sqlite: "BLOB", postgres: "BYTEA", columns: Others },
];

/// The type on PostgreSQL of a column with that name and that type on SQLite; none if no row fits.
pub(super) fn on_postgres(column: &str, sqlite: &str) -> Option<&'static str> {
    let mut rows = TYPES.iter().filter(|pair| pair.sqlite == sqlite);
    let row = rows.find(|pair| match pair.columns {
        Named(names) => names.contains(&column),
        Others => true,
    });
    row.map(|pair| pair.postgres)
}

/// The type on PostgreSQL of what a view works out, which keeps neither a scale nor a collation.
pub(super) fn worked_out_on_postgres(column: &str, sqlite: &str) -> Option<&'static str> {
    let of_column = on_postgres(column, sqlite)?;
    of_column.split(['(']).next()?.split(" COLLATE").next()
}

/// Whether columns of that name are true or false.
pub(super) fn is_flag(column: &str) -> bool {
    FLAGS.contains(&column)
}
