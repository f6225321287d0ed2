//! What was paid in and out in a span of time: it moves equity and is no profit.

use nailsage::{
    LedgerEntry, LedgerKind, LedgerQuery, PAGE_ROWS_MAX, Store, StrategyId, StrategyRecord, StrategyRef, UnixMillis,
    Usdt,
};

use crate::{commands::together, failure::Failure};

/// A payment, or what a strategy started with.
#[derive(Debug, Clone, PartialEq)]
pub(super) struct Flow {
    pub(super) at: UnixMillis,
    /// Below 0 when it was paid out.
    pub(super) amount: Usdt,
    /// Whether a strategy was registered with it.
    pub(super) is_start: bool,
    pub(super) strategy: String,
    pub(super) reason: Option<String>,
}

/// The flows after the first time and up to the last, in the order of time, of one strategy or of all. What was there at
/// the first point is where the curve begins.
pub(super) async fn between(
    store: &dyn Store,
    of: Option<StrategyId>,
    first: UnixMillis,
    last: UnixMillis,
) -> Result<Vec<Flow>, Failure> {
    let records = match of {
        Some(id) => store.strategy(StrategyRef::Id(id)).await?.into_iter().collect(),
        None => together::strategies(store).await?,
    };
    let mut flows = Vec::new();
    for record in &records {
        let ledger = LedgerQuery::of(record.strategy.id);
        let mut entries = store.ledger(LedgerQuery { limit: 1, ..ledger.clone() }).await?.items;
        // The few adjustments, all of them: a time may be earlier than the one before it.
        let mut query = LedgerQuery { kind: Some(LedgerKind::Adjust), limit: PAGE_ROWS_MAX, ..ledger };
        loop {
            let page = store.ledger(query.clone()).await?;
            entries.extend(page.items);
            query.after = page.next;
            if query.after.is_none() {
                break;
            }
        }
        let inside = entries.iter().filter(|entry| first < entry.timestamp && entry.timestamp <= last);
        flows.extend(inside.filter_map(|entry| flow(record, entry)));
    }
    flows.sort_by_key(|flow| flow.at);
    Ok(flows)
}

fn flow(record: &StrategyRecord, entry: &LedgerEntry) -> Option<Flow> {
    let is_start = match entry.kind {
        // Registered again, it brings nothing.
        LedgerKind::Register if entry.seq == 1 => true,
        LedgerKind::Adjust => false,
        _ => return None,
    };
    Some(Flow {
        at: entry.timestamp,
        amount: if is_start { entry.balance } else { entry.delta },
        is_start,
        strategy: record.strategy.key.to_string(),
        reason: entry.reason.as_ref().map(ToString::to_string),
    })
}
