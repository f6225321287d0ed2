//! Before anything is measured: the store and the loop write the same rows, to the last column.

use anyhow::{Context as _, ensure};
use rusqlite::{Connection, types::Value};
use tokio::runtime::Runtime;

use super::compare::Pair;
use crate::{TABLES, unit::Workload};

/// Runs some units through both, one a transaction and then in groups, and compares all tables.
pub(crate) fn check(runtime: &Runtime, workload: Workload) -> anyhow::Result<()> {
    for keyed in [true, false] {
        // One submitter, because several may be served in any order.
        let mut pair = Pair::new(runtime, workload, 1)?;
        pair.round(runtime, workload, keyed, 1, 200)?;
        let store = Connection::open(pair.folder.path().join("store.db"))?;
        for table in TABLES {
            let (through_store, by_hand) = (dump(&store, table)?, dump(&pair.connection, table)?);
            ensure!(through_store.len() == by_hand.len(), "{table} has different numbers of rows");
            for (row, (ours, theirs)) in through_store.iter().zip(&by_hand).enumerate() {
                ensure!(ours == theirs, "row {row} of {table} differs:\n  store {ours:?}\n  hand  {theirs:?}");
            }
        }
    }
    Ok(())
}

fn dump(connection: &Connection, table: &str) -> anyhow::Result<Vec<Vec<Value>>> {
    // When the schema was made is no matter of who writes.
    let columns = match table {
        "book" => "commit_seq, next_trade_id, next_signal_id, next_position_id",
        "event_log" => "id, event_type, event_data, severity, strategy_id",
        _ => "*",
    };
    let mut statement = connection.prepare(&format!("SELECT {columns} FROM {table} ORDER BY 1, 2"))?;
    let count = statement.column_count();
    let rows = statement.query_map([], |row| (0..count).map(|column| row.get(column)).collect())?;
    rows.collect::<Result<_, _>>().with_context(|| format!("reading {table}"))
}
