//! Before anything is measured: the store and both loops write the same rows, to the last column.

use anyhow::ensure;
use nailsage_test_postgres::{Cluster, Database};
use tokio::runtime::Runtime;

use super::compare::Trio;
use crate::{TABLES, unit::Workload};

/// Runs some units through all three, one after the other, and compares all tables.
pub(super) fn check(runtime: &Runtime, cluster: &Cluster, workload: Workload) -> anyhow::Result<()> {
    for keyed in [true, false] {
        // One submitter, because several may be served in any order.
        let mut trio = Trio::new(runtime, cluster, workload, keyed, 1)?;
        trio.round(runtime, 100, 100)?;
        for table in TABLES {
            let store = dump(&trio.through_store.database, table);
            for (name, other) in [("one by one", &trio.single), ("at once", &trio.at_once)] {
                let other = dump(&other.database, table);
                ensure!(store.len() == other.len(), "{table} has different numbers of rows, {name}");
                for (row, (ours, theirs)) in store.iter().zip(&other).enumerate() {
                    ensure!(ours == theirs, "row {row} of {table} differs:\n  store {ours:?}\n  {name} {theirs:?}");
                }
            }
        }
    }
    Ok(())
}

fn dump(database: &Database, table: &str) -> Vec<Vec<Option<String>>> {
    // When the schema was made is no matter of who writes.
    let row = match table {
        "book" | "event_log" => "to_jsonb(t) - 'created_at' - 'updated_at' - 'timestamp'",
        _ => "t",
    };
    database.rows(&format!("SELECT {row} FROM (SELECT * FROM {table} ORDER BY 1, 2) AS t"))
}
