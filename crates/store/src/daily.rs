//! What each UTC day earned, and who earned most: read from totals that grow with every close.

use std::collections::BTreeMap;

use nailsage_domain::{ClosedTotals, DailyTotals, LedgerEntry, LedgerKind, StrategyId, UnixMillis};
use serde::Serialize;

use crate::reader::{Order, PAGE_ROWS_MAX};

/// Which days, in the order of time. A day on which no position ended has no row.
#[derive(Debug, Clone, PartialEq)]
pub struct DailyQuery {
    /// Only this strategy's; all strategies together when absent.
    pub strategy_id: Option<StrategyId>,
    /// Only UTC days that begin at this time or later.
    pub since: Option<UnixMillis>,
    /// Only UTC days that begin before this time.
    pub until: Option<UnixMillis>,
    /// Only days after this one, in the order asked for.
    pub after: Option<UnixMillis>,
    /// At most so many rows, from 1 to [`PAGE_ROWS_MAX`]; what lies outside is brought inside.
    pub limit: u32,
    /// Oldest or newest first.
    pub order: Order,
}

impl Default for DailyQuery {
    fn default() -> Self {
        Self { strategy_id: None, since: None, until: None, after: None, limit: 100, order: Order::Ascending }
    }
}

impl DailyQuery {
    /// The limit, brought inside its range.
    #[must_use]
    pub fn rows(&self) -> u32 {
        self.limit.clamp(1, PAGE_ROWS_MAX)
    }
}

/// What a UTC day earned.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize)]
pub struct DailyPnl {
    /// The first moment of the day.
    pub day_start: UnixMillis,
    /// The positions that ended on it.
    #[serde(flatten)]
    pub closed: ClosedTotals,
}

/// Over which days strategies are compared.
#[derive(Debug, Clone, PartialEq)]
pub struct LeaderboardQuery {
    /// Only UTC days that begin at this time or later.
    pub since: Option<UnixMillis>,
    /// Only UTC days that begin before this time.
    pub until: Option<UnixMillis>,
    /// At most so many rows, from 1 to [`PAGE_ROWS_MAX`]; what lies outside is brought inside.
    pub limit: u32,
}

impl Default for LeaderboardQuery {
    fn default() -> Self {
        Self { since: None, until: None, limit: 100 }
    }
}

impl LeaderboardQuery {
    /// Whether it is about all days, which a strategy's own totals add up already.
    #[must_use]
    pub fn is_of_all_days(&self) -> bool {
        self.since.is_none() && self.until.is_none()
    }

    /// The limit, brought inside its range.
    #[must_use]
    pub fn rows(&self) -> u32 {
        self.limit.clamp(1, PAGE_ROWS_MAX)
    }
}

/// What a strategy earned over some days.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize)]
pub struct LeaderboardRow {
    /// Whose.
    pub strategy_id: StrategyId,
    /// The positions that ended on them.
    #[serde(flatten)]
    pub closed: ClosedTotals,
}

/// By how much ledger entries let the totals of days grow, by day and strategy.
pub(crate) fn growth_of_days(ledger: &[LedgerEntry]) -> Vec<DailyTotals> {
    let mut days: BTreeMap<(UnixMillis, StrategyId), ClosedTotals> = BTreeMap::new();
    for entry in ledger.iter().filter(|entry| matches!(entry.kind, LedgerKind::Close | LedgerKind::Liquidate)) {
        let day = days.entry((entry.timestamp.day_start(), entry.strategy_id)).or_default();
        day.add(entry.delta);
    }
    let totals = |((day_start, strategy_id), closed)| DailyTotals { strategy_id, day_start, closed };
    days.into_iter().map(totals).collect()
}
