//! `nailsage signals funnel`.

use std::io;

use nailsage::{FunnelQuery, FunnelRow, PAGE_ROWS_MAX};

use super::{App, list};
use crate::{
    cli::FunnelArgs,
    failure::Failure,
    output::{Cell, Column, Listing, note},
};

/// A row, and how many signals there are in all.
struct Counted {
    row: FunnelRow,
    all: i64,
}

const COLUMNS: &[Column<Counted>] = &[
    Column::new("signal_type", "signal", |it| Cell::text(it.row.signal_type)),
    Column::new("was_executed", "executed", |it| Cell::Bool(it.row.rejection_reason.is_none())),
    Column::new("rejection_reason", "why not", |it| it.row.rejection_reason.as_ref().map_or(Cell::Null, Cell::text)),
    Column::new("count", "signals", |it| it.row.count.into()),
    Column::shown("share", |it| Cell::text(format!("{:.1} %", 100.0 * it.row.count as f64 / it.all as f64))),
];

pub(crate) async fn run(app: &App, args: &FunnelArgs) -> Result<(), Failure> {
    let store = app.read().await?;
    let query = FunnelQuery {
        strategy_id: list::filter_by(&*store, args.of.strategy.as_ref()).await?,
        starlisting_id: args.range.market,
        since: args.range.since,
        until: args.range.until,
    };
    let rows = store.signal_funnel(query).await?;
    let all = rows.iter().map(|row| row.count).sum();
    let is_cut = rows.len() >= PAGE_ROWS_MAX as usize;
    let mut listing = Listing::begin(app.format(), COLUMNS, io::stdout().lock())?;
    for row in rows {
        listing.row(&Counted { row, all })?;
    }
    listing.end("No signals in this range. A bot records them through `nailsage ingest`.")?;
    if is_cut {
        note(format_args!("there are more reasons than {PAGE_ROWS_MAX}: the rarest are not shown"));
    }
    Ok(())
}
