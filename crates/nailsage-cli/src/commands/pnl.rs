//! `nailsage pnl`: what each day earned, and who earned most.

use std::io;

use nailsage::{
    ClosedTotals, DailyPnl, DailyQuery, LeaderboardQuery, LeaderboardRow, Page, Timeframe, UnixMillis, metrics::Period,
};

use super::{App, columns::Named, list, metrics::period};
use crate::{
    cli::{DaysArgs, LeaderboardArgs},
    failure::Failure,
    output::{Cell, Column, Figure, Listing, note},
};

const DAYS: &[Column<DailyPnl>] = &[
    Column::data("day_start", |row| row.day_start.into()),
    Column::shown("UTC day", |row| period::cell(Period::containing(Timeframe::Daily, row.day_start))),
    Column::new("realized_pnl", "realized P&L", |row| Cell::micros(row.closed.realized_micros)),
    Column::new("num_closed", "closed", |row| row.closed.num_closed.into()),
    Column::new("num_wins", "wins", |row| row.closed.num_wins.into()),
    Column::new("num_losses", "losses", |row| row.closed.num_losses.into()),
    Column::new("win_rate_pct", "win rate", |row| win_rate(&row.closed)),
    Column::new("win_pnl", "won", |row| Cell::micros(row.closed.win_micros)),
    Column::new("loss_pnl", "lost", |row| Cell::micros(row.closed.loss_micros)),
    Column::new("profit_factor", "profit factor", |row| profit_factor(&row.closed)),
];

const LEADERBOARD: &[Column<Named<LeaderboardRow>>] = &[
    Column::data("strategy_id", |row| row.record.strategy_id.get().into()),
    Column::new("strategy", "strategy", |row| row.strategy.as_str().into()),
    Column::new("realized_pnl", "realized P&L", |row| Cell::micros(row.record.closed.realized_micros)),
    Column::new("num_closed", "closed", |row| row.record.closed.num_closed.into()),
    Column::new("num_wins", "wins", |row| row.record.closed.num_wins.into()),
    Column::new("num_losses", "losses", |row| row.record.closed.num_losses.into()),
    Column::new("win_rate_pct", "win rate", |row| win_rate(&row.record.closed)),
    Column::new("win_pnl", "won", |row| Cell::micros(row.record.closed.win_micros)),
    Column::new("loss_pnl", "lost", |row| Cell::micros(row.record.closed.loss_micros)),
    Column::new("profit_factor", "profit factor", |row| profit_factor(&row.record.closed)),
];

fn win_rate(closed: &ClosedTotals) -> Cell {
    closed.win_rate_pct().map_or(Cell::Null, |rate| Cell::Figure(rate, Figure::Percent))
}

fn profit_factor(closed: &ClosedTotals) -> Cell {
    closed.profit_factor().map_or(Cell::Null, |factor| Cell::Figure(factor, Figure::Ratio))
}

pub(crate) async fn days(app: &App, args: &DaysArgs) -> Result<(), Failure> {
    let store = app.read().await?;
    let strategy_id = list::filter_by(&*store, args.of.strategy.as_ref()).await?;
    let empty = if args.after.is_some() {
        "No more days."
    } else if args.range.since.is_some() || args.range.until.is_some() {
        "No position ended on these days."
    } else if strategy_id.is_some() {
        "No position of this strategy has ended yet."
    } else {
        "No position has ended yet."
    };
    list::print(
        app,
        DAYS,
        &args.extent,
        args.after.map(UnixMillis::day_start),
        empty,
        async |after, limit| {
            let query = DailyQuery {
                strategy_id,
                since: args.range.first_day(),
                until: args.range.until,
                after,
                limit,
                order: list::order(&args.extent),
            };
            let Page { items, next } = store.daily_pnl(query).await?;
            Ok(Page { items, next })
        },
        async |day| Ok(day),
    )
    .await
}

pub(crate) async fn leaderboard(app: &App, args: &LeaderboardArgs) -> Result<(), Failure> {
    let store = app.read().await?;
    // One more than is shown tells whether there are others.
    let limit = args.limit.saturating_add(1);
    let query = LeaderboardQuery { since: args.range.first_day(), until: args.range.until, limit };
    let mut rows = store.leaderboard(query).await?;
    let is_cut = rows.len() > args.limit as usize;
    rows.truncate(args.limit as usize);
    let mut names = list::Names::in_every_format(&*store);
    let mut listing = Listing::begin(app.format(), LEADERBOARD, io::stdout().lock())?;
    for record in rows {
        let strategy = names.of(record.strategy_id).await?;
        listing.row(&Named { record, strategy })?;
    }
    let empty = if args.range.since.is_some() || args.range.until.is_some() {
        "No position ended on these days."
    } else {
        "No position has ended yet."
    };
    listing.end(empty)?;
    if is_cut {
        note(format_args!("the best {} are shown; --limit shows more", args.limit));
    }
    Ok(())
}
