//! Daily metrics of every strategy and of all together: a row a day, as refreshing leaves them.

use anyhow::Context as _;
use nailsage_domain::{LedgerEntry, metrics::MetricsRefresh};
use serde_json::json;

/// The rows whose numbers are in `series`; 51 make a day.
pub(crate) fn daily(series: &str, start: i64, now: i64) -> anyhow::Result<String> {
    let sums = running_sums(start)?;
    Ok(format!(
        "{series}INSERT INTO performance_metrics SELECT n, nullif((n - 1) % 51, 0), 'daily', {start} + (n - 1) / 51 * 86400000, \
         {start} + (n - 1) / 51 * 86400000 + 86400000, 0.5, 50, 100, 50, 50, 50, 2.5, -1.5, 2.5, -1.5, 1.6, 5, 0.1, 1.5, 1.2, \
         {now}, {now}, 1.005, '{sums}' FROM series"
    ))
}

/// Sums as a refresh writes them. All days have the same: reading a page only takes them apart.
fn running_sums(start: i64) -> anyhow::Result<String> {
    let registered: LedgerEntry = serde_json::from_value(json!({
        "strategy_id": 1, "seq": 1, "kind": "register", "delta": "0", "balance": "10000", "commit_seq": 1,
        "timestamp": start, "created_at": start
    }))?;
    let mut refresh = MetricsRefresh::new(registered.timestamp, None);
    refresh.observe(&registered)?;
    let sums = refresh.finish().into_iter().find_map(|row| row.running_sums).context("a day keeps its sums")?;
    Ok(serde_json::to_string(&sums)?)
}
