//! What a dashboard asks, as SQL.

use nailsage_domain::UnixMillis;
use nailsage_store::{BookStatus, DailyQuery, LeaderboardQuery, Order, Overview, StoreError, rows::read as rows};
use rusqlite::{Connection, types::Value};

use super::select::Select;
use crate::{
    fault::store_error,
    load::{all, book},
    sql,
};

/// All of it as of one moment: the transaction ends before the caller sees anything.
pub(super) fn overview(connection: &Connection) -> Result<Overview, StoreError> {
    let read = || -> rusqlite::Result<_> {
        let transaction = connection.unchecked_transaction()?;
        let book = book(&transaction)?;
        let strategies = all(&transaction, &format!("{} ORDER BY s.id", sql::STRATEGIES), [], rows::strategy)?;
        let open = all(&transaction, sql::OPEN_HOLDINGS, [], rows::open_holding)?;
        transaction.commit()?;
        Ok((book, strategies, open))
    };
    let (book, strategies, open) = read().map_err(|error| store_error("reading an overview", error))?;
    Ok(Overview::new(BookStatus::from(&book), strategies, open))
}

pub(super) fn days(query: &DailyQuery) -> Select {
    let mut select = match query.strategy_id {
        Some(id) => Select::new(sql::DAYS_OF_STRATEGY).with("strategy_id = ?", id.get()),
        None => Select::new(sql::DAYS),
    };
    select = select.with_days(query.since, query.until);
    let (comparison, direction) = match query.order {
        Order::Ascending => (">", "ASC"),
        Order::Descending => ("<", "DESC"),
    };
    select = select.with_some(&format!("day_start {comparison} ?"), query.after.map(UnixMillis::get));
    let groups = if query.strategy_id.is_none() { " GROUP BY day_start" } else { "" };
    select.sql = format!("{}{groups} ORDER BY day_start {direction} LIMIT ?", select.sql);
    select.params.push(Value::Integer(i64::from(query.rows()) + 1));
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
    select.params.push(Value::Integer(query.rows().into()));
    select
}

impl Select {
    /// Only days that begin in this range.
    fn with_days(self, since: Option<UnixMillis>, until: Option<UnixMillis>) -> Self {
        self.with_some("day_start >= ?", since.map(UnixMillis::get))
            .with_some("day_start < ?", until.map(UnixMillis::get))
    }
}
