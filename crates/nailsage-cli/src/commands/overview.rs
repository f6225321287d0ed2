//! `nailsage overview`: the money, where it is, and each market, as of one moment.

use std::io::{self, Write};

use nailsage::{Exposure, MarketExposure, Overview, StrategyOverview};
use serde_json::Value;

use super::App;
use crate::{
    cli::Format,
    failure::Failure,
    output::{
        Cell, Column, Figure, Listing,
        listing::{print_record, write_object},
        time::Fineness,
        zone::Zone,
    },
};

const STRATEGIES: &[Column<StrategyOverview>] = &[
    Column::data("strategy_id", |row| row.record.strategy.id.get().into()),
    Column::new("strategy", "strategy", |row| Cell::text(&row.record.strategy.key)),
    Column::new("is_active", "active", |row| Cell::Bool(row.record.strategy.is_active)),
    Column::new("equity", "equity", |row| Cell::micros(row.funds.equity_micros)),
    Column::data("initial_bankroll", |row| row.record.strategy.initial_bankroll.usdt().into()),
    Column::new("current_bankroll", "bankroll", |row| Cell::micros(row.funds.bankroll_micros)),
    Column::new("allocated_capital", "in positions", |row| Cell::micros(row.funds.allocated_micros)),
    Column::new("allocated_pct", "share", |row| {
        row.funds.allocated_pct().map_or(Cell::Null, |share| Cell::Figure(share, Figure::Percent))
    }),
    Column::new("available_capital", "available", |row| Cell::micros(row.funds.available_micros)),
    Column::new("num_open_positions", "open", |row| row.exposure.num_open().into()),
    Column::new("total_unrealized_pnl", "unrealized P&L", |row| Cell::micros(row.exposure.unrealized_micros)),
    Column::data("total_realized_pnl", |row| Cell::micros(row.record.totals.realized_micros)),
    Column::data("total_fees_paid", |row| Cell::micros(row.record.totals.fees_micros)),
    Column::data("long_size", |row| Cell::micros(row.exposure.long_micros)),
    Column::data("short_size", |row| Cell::micros(row.exposure.short_micros)),
    Column::data("oldest_mark_at", |row| row.exposure.oldest_mark_at.into()),
    Column::data("num_closed_positions", |row| row.record.totals.num_closed.into()),
    Column::data("num_wins", |row| row.record.totals.num_wins.into()),
    Column::data("num_losses", |row| row.record.totals.num_losses.into()),
];

const MARKETS: &[Column<MarketExposure>] = &[
    Column::new("starlisting_id", "market", |row| row.starlisting_id.get().into()),
    Column::new("num_long", "long", |row| row.exposure.num_long.into()),
    Column::new("num_short", "short", |row| row.exposure.num_short.into()),
    Column::new("long_size", "long size", |row| Cell::micros(row.exposure.long_micros)),
    Column::new("short_size", "short size", |row| Cell::micros(row.exposure.short_micros)),
    Column::new("net_size", "net", |row| Cell::micros(row.exposure.net_micros())),
    Column::new("total_unrealized_pnl", "unrealized P&L", |row| Cell::micros(row.exposure.unrealized_micros)),
    Column::new("oldest_mark_at", "oldest mark (UTC)", |row| row.exposure.oldest_mark_at.into()),
];

pub(crate) async fn run(app: &App) -> Result<(), Failure> {
    let overview = app.read().await?.overview().await?;
    let mut out = io::stdout().lock();
    match app.format() {
        Format::Table => print_tables(&overview, &mut out)?,
        Format::Json => print_json(&overview, &mut out)?,
        Format::Csv => {
            let mut listing = Listing::begin(Format::Csv, STRATEGIES, out)?;
            overview.strategies.iter().try_for_each(|row| listing.row(row))?;
            listing.end("")?;
        }
    }
    Ok(())
}

fn summary(overview: &Overview, format: Format) -> Vec<(&'static str, &'static str, Cell)> {
    let summary = &overview.summary;
    let Exposure { num_long, num_short, long_micros, short_micros, unrealized_micros, oldest_mark_at } =
        summary.exposure;
    let oldest_mark = match (oldest_mark_at, format) {
        // It stands alone, so it says its offset.
        (Some(at), Format::Table) => Cell::Text(Zone::shown().full(at, Fineness::of(at))),
        (at, _) => at.into(),
    };
    let win_rate = summary.closed.win_rate_pct();
    vec![
        ("equity", "equity", Cell::micros(summary.funds.equity_micros)),
        ("current_bankroll", "bankroll", Cell::micros(summary.funds.bankroll_micros)),
        ("initial_bankroll", "started with", Cell::micros(summary.initial_bankroll_micros)),
        ("allocated_capital", "in positions", Cell::micros(summary.funds.allocated_micros)),
        ("long_size", "  long", Cell::micros(long_micros)),
        ("short_size", "  short", Cell::micros(short_micros)),
        ("available_capital", "available", Cell::micros(summary.funds.available_micros)),
        ("total_unrealized_pnl", "unrealized P&L", Cell::micros(unrealized_micros)),
        ("total_realized_pnl", "realized P&L", Cell::micros(summary.closed.realized_micros)),
        ("total_fees_paid", "fees", Cell::micros(summary.fees_micros)),
        ("num_open_positions", "open positions", summary.exposure.num_open().into()),
        ("num_long", "  long", num_long.into()),
        ("num_short", "  short", num_short.into()),
        ("oldest_mark_at", "oldest mark", oldest_mark),
        ("num_closed_positions", "closed positions", summary.closed.num_closed.into()),
        ("num_wins", "  wins", summary.closed.num_wins.into()),
        ("num_losses", "  losses", summary.closed.num_losses.into()),
        ("win_rate_pct", "win rate", win_rate.map_or(Cell::Null, |rate| Cell::Figure(rate, Figure::Percent))),
        ("num_strategies", "strategies", summary.num_strategies.into()),
        ("num_strategies_active", "  active", summary.num_strategies_active.into()),
        ("commit_seq", "commands", overview.book.commit_seq.into()),
    ]
}

fn print_tables(overview: &Overview, out: &mut impl Write) -> io::Result<()> {
    print_record(Format::Table, &summary(overview, Format::Table), out)?;
    writeln!(out, "\nStrategies")?;
    let mut listing = Listing::begin(Format::Table, STRATEGIES, &mut *out)?;
    overview.strategies.iter().try_for_each(|row| listing.row(row))?;
    listing.end("None yet. Bots register theirs through `nailsage ingest`; `nailsage demo` adds three examples.")?;
    writeln!(out, "\nMarkets with open positions")?;
    let mut listing = Listing::begin(Format::Table, MARKETS, &mut *out)?;
    overview.markets.iter().try_for_each(|row| listing.row(row))?;
    listing.end("None.")?;
    Ok(())
}

fn print_json(overview: &Overview, out: &mut impl Write) -> io::Result<()> {
    out.write_all(b"{\"summary\":")?;
    let fields = summary(overview, Format::Json);
    write_object(out, fields.iter().map(|(name, _, cell)| (*name, cell)))?;
    write_array(out, "strategies", &overview.strategies, |row| {
        let markets: Vec<Value> =
            row.markets.iter().map(|market| Value::Object(cells(MARKETS, market).map(of_json).collect())).collect();
        cells(STRATEGIES, row).chain([("markets", Cell::Json(Value::Array(markets)))]).collect()
    })?;
    write_array(out, "markets", &overview.markets, |row| cells(MARKETS, row).collect())?;
    out.write_all(b"}\n")?;
    out.flush()
}

fn write_array<T>(
    out: &mut impl Write,
    name: &str,
    rows: &[T],
    fields: impl Fn(&T) -> Vec<(&'static str, Cell)>,
) -> io::Result<()> {
    write!(out, ",\n\"{name}\":[")?;
    for (place, row) in rows.iter().enumerate() {
        out.write_all(if place == 0 { b"\n" } else { b",\n" })?;
        let fields = fields(row);
        write_object(out, fields.iter().map(|(name, cell)| (*name, cell)))?;
    }
    out.write_all(b"]")
}

fn cells<'a, T>(columns: &'a [Column<T>], row: &'a T) -> impl Iterator<Item = (&'static str, Cell)> + 'a {
    columns.iter().filter_map(|column| Some((column.field?, (column.cell)(row))))
}

fn of_json((name, cell): (&'static str, Cell)) -> (String, Value) {
    (name.to_owned(), cell.json())
}
