//! Strategies and what they have open, whole: for what shows all of them together.

use std::collections::HashMap;

use nailsage::{PAGE_ROWS_MAX, PositionQuery, PositionStatus, Store, StrategyId, StrategyQuery, StrategyRecord};

use crate::failure::Failure;

/// Undefined without anything that was closed.
pub(crate) fn win_rate_pct(wins: i64, closed: i64) -> Option<f64> {
    (closed > 0).then(|| wins as f64 / closed as f64 * 100.0)
}

/// Open positions together.
#[derive(Debug, Clone, Copy, Default)]
pub(crate) struct Open {
    pub(crate) count: i64,
    /// Of those that were marked; None if none was.
    pub(crate) unrealized_micros: Option<i64>,
}

impl Open {
    pub(crate) fn add(&mut self, other: Self) {
        self.count += other.count;
        if let Some(micros) = other.unrealized_micros {
            self.unrealized_micros = Some(self.unrealized_micros.unwrap_or(0).saturating_add(micros));
        }
    }
}

/// All strategies, by id.
pub(crate) async fn strategies(store: &dyn Store) -> Result<Vec<StrategyRecord>, Failure> {
    let mut query = StrategyQuery { limit: PAGE_ROWS_MAX, ..StrategyQuery::default() };
    let mut records = Vec::new();
    loop {
        let page = store.strategies(query.clone()).await?;
        records.extend(page.items);
        query.after = page.next;
        if query.after.is_none() {
            return Ok(records);
        }
    }
}

/// What is open of each strategy, or of one.
pub(crate) async fn open_positions(
    store: &dyn Store,
    strategy_id: Option<StrategyId>,
) -> Result<HashMap<StrategyId, Open>, Failure> {
    let mut query = PositionQuery {
        strategy_id,
        status: Some(PositionStatus::Open),
        limit: PAGE_ROWS_MAX,
        ..PositionQuery::default()
    };
    let mut open: HashMap<StrategyId, Open> = HashMap::new();
    loop {
        let page = store.positions(query.clone()).await?;
        for position in page.items {
            let unrealized_micros = position.mark().map(|mark| mark.unrealized_pnl.micros());
            open.entry(position.strategy_id).or_default().add(Open { count: 1, unrealized_micros });
        }
        query.after = page.next;
        if query.after.is_none() {
            return Ok(open);
        }
    }
}
