//! What a dashboard asks, as SQL.

use nailsage_domain::UnixMillis;
use nailsage_store::{DailyQuery, LeaderboardQuery, Order};
use tokio_postgres::types::Type;

use super::select::Select;
use crate::sql;

pub(super) fn days(query: &DailyQuery) -> Select {
    let select = match query.strategy_id {
        Some(id) => Select::new(sql::DAYS_OF_STRATEGY).with("strategy_id =", Type::INT8, id.get()),
        None => Select::new(sql::DAYS),
    };
    let (comparison, direction) = match query.order {
        Order::Ascending => (">", "ASC"),
        Order::Descending => ("<", "DESC"),
    };
    let mut select = select.with_days(query.since, query.until).with_some(
        &format!("day_start {comparison}"),
        Type::INT8,
        query.after.map(UnixMillis::get),
    );
    let groups = if query.strategy_id.is_none() { " GROUP BY day_start" } else { "" };
    select.params.push((Box::new(i64::from(query.rows()) + 1), Type::INT8));
    select.sql = format!("{}{groups} ORDER BY day_start {direction} LIMIT ${}", select.sql, select.params.len());
    select
}

pub(super) fn leaderboard(query: &LeaderboardQuery) -> Select {
    let mut select = if query.is_of_all_days() {
        Select::new(sql::LEADERBOARD_OF_ALL_DAYS)
    } else {
        let mut some = Select::new(sql::LEADERBOARD).with_days(query.since, query.until);
        some.sql.push_str(sql::LEADERBOARD_GROUPS);
        some
    };
    select.params.push((Box::new(i64::from(query.rows())), Type::INT8));
    select.sql = format!("{}{}", select.sql, select.params.len());
    select
}

impl Select {
    /// Only days that begin in this range.
    fn with_days(self, since: Option<UnixMillis>, until: Option<UnixMillis>) -> Self {
        self.with_some("day_start >=", Type::INT8, since.map(UnixMillis::get)).with_some(
            "day_start <",
            Type::INT8,
            until.map(UnixMillis::get),
        )
    }
}
