//! Strategies and what they have open: for what shows all of them together.

use nailsage::{Exposure, PAGE_ROWS_MAX, Store, StrategyQuery, StrategyRecord};

use crate::failure::Failure;

/// Open positions together.
#[derive(Debug, Clone, Copy, Default)]
pub(crate) struct Open {
    pub(crate) count: i64,
    /// None if nothing is open.
    pub(crate) unrealized_micros: Option<i128>,
}

impl From<&Exposure> for Open {
    fn from(exposure: &Exposure) -> Self {
        let count = exposure.num_open();
        Self { count, unrealized_micros: (count > 0).then_some(exposure.unrealized_micros) }
    }
}

impl Open {
    pub(crate) fn add(&mut self, other: Self) {
        self.count += other.count;
        if let Some(micros) = other.unrealized_micros {
            self.unrealized_micros = Some(self.unrealized_micros.unwrap_or(0) + micros);
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
