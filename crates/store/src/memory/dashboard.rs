//! What a dashboard asks of the memory backend.

use std::{cmp::Reverse, collections::BTreeMap};

use nailsage_domain::{ClosedTotals, StrategyId, UnixMillis};

use super::{Inner, reader::page};
use crate::{
    daily::{DailyPnl, DailyQuery, LeaderboardQuery, LeaderboardRow},
    overview::{OpenHolding, Overview},
    reader::{BookStatus, Page},
};

impl Inner {
    pub(super) fn overview(&self) -> Overview {
        let mut strategies: Vec<_> = self.state.strategies().cloned().collect();
        strategies.sort_by_key(|state| state.strategy.id);
        let open = self.state.open_positions().filter_map(|id| self.state.position(id)).filter_map(|position| {
            let mark = position.mark()?;
            Some(OpenHolding {
                strategy_id: position.strategy_id,
                starlisting_id: position.starlisting_id,
                side: position.side,
                size: position.size,
                unrealized_pnl: mark.unrealized_pnl,
                marked_at: mark.at,
            })
        });
        Overview::new(BookStatus::from(self.state.book()), strategies, open)
    }

    pub(super) fn daily_pnl(&self, query: &DailyQuery) -> Page<DailyPnl, UnixMillis> {
        let days = self.sums(query.since, query.until, query.strategy_id, |day, _| day);
        let days: Vec<_> = days.into_iter().map(|(day_start, closed)| DailyPnl { day_start, closed }).collect();
        let place = (query.after, query.rows(), query.order);
        page(days.iter(), |day| day.day_start, place, |_| true)
    }

    pub(super) fn leaderboard(&self, query: &LeaderboardQuery) -> Vec<LeaderboardRow> {
        let sums = self.sums(query.since, query.until, None, |_, strategy_id| strategy_id);
        let mut rows: Vec<_> =
            sums.into_iter().map(|(strategy_id, closed)| LeaderboardRow { strategy_id, closed }).collect();
        rows.sort_by_key(|row| (Reverse(row.closed.realized_micros), row.strategy_id));
        rows.truncate(query.rows() as usize);
        rows
    }

    /// The totals of the days in a stretch of time, added up by a key.
    fn sums<K: Ord>(
        &self,
        since: Option<UnixMillis>,
        until: Option<UnixMillis>,
        strategy: Option<StrategyId>,
        key: impl Fn(UnixMillis, StrategyId) -> K,
    ) -> BTreeMap<K, ClosedTotals> {
        let mut sums: BTreeMap<K, ClosedTotals> = BTreeMap::new();
        for ((day_start, strategy_id), closed) in &self.tables.daily_totals {
            if since.is_none_or(|since| *day_start >= since)
                && until.is_none_or(|until| *day_start < until)
                && strategy.is_none_or(|wanted| wanted == *strategy_id)
            {
                sums.entry(key(*day_start, *strategy_id)).or_default().add_all(closed);
            }
        }
        sums
    }
}
