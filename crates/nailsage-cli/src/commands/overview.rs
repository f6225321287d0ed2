//! `nailsage overview`: the money, where it is, and each market, as of one moment.

use std::io::{self, Write};

use nailsage::{Exposure, MarketExposure, Overview, StrategyOverview};
use serde_json::{Value, json};

use super::{App, together::win_rate_pct};
use crate::{
    cli::Format,
    failure::Failure,
    output::{
        Cell, Column, Figure, Listing,
        listing::{print_record, write_object},
    },
};

const STRATEGIES: &[Column<StrategyOverview>] = &[
    Column::data("strategy_id", |row| row.record.strategy.id.get().into()),
    Column::new("strategy", "strategy", |row| Cell::text(&row.record.strategy.key)),
    Column::new("is_active", "active", |row| Cell::Bool(row.record.strategy.is_active)),
    Column::new("equity", "equity", |row| Cell::Micros(row.funds.equity_micros)),
    Column::new("current_bankroll", "bankroll", |row| Cell::Micros(row.funds.bankroll_micros)),
    Column::new("allocated_capital", "in positions", |row| Cell::Micros(row.funds.allocated_micros)),
    Column::new("allocated_pct", "share", |row| {
        row.funds.allocated_pct().map_or(Cell::Null, |share| Cell::Figure(share, Figure::Percent))
    }),
    Column::new("available_capital", "available", |row| Cell::Micros(row.funds.available_micros)),
    Column::new("num_open_positions", "open", |row| row.exposure.num_open().into()),
    Column::new("total_unrealized_pnl", "unrealized P&L", |row| Cell::Micros(row.exposure.unrealized_micros)),
    Column::data("total_realized_pnl", |row| Cell::Micros(row.record.totals.realized_micros)),
    Column::data("total_fees_paid", |row| Cell::Micros(row.record.totals.fees_micros)),
    Column::data("num_closed_positions", |row| row.record.totals.num_closed.into()),
];

const MARKETS: &[Column<MarketExposure>] = &[
    Column::new("starlisting_id", "market", |row| row.starlisting_id.get().into()),
    Column::new("num_long", "long", |row| row.exposure.num_long.into()),
    Column::new("num_short", "short", |row| row.exposure.num_short.into()),
    Column::new("long_size", "long size", |row| Cell::Micros(row.exposure.long_micros)),
    Column::new("short_size", "short size", |row| Cell::Micros(row.exposure.short_micros)),
    Column::new("net_size", "net", |row| Cell::Micros(row.exposure.net_micros())),
    Column::new("total_unrealized_pnl", "unrealized P&L", |row| Cell::Micros(row.exposure.unrealized_micros)),
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

fn summary(overview: &Overview) -> Vec<(&'static str, &'static str, Cell)> {
    let summary = &overview.summary;
    let Exposure { long_micros, short_micros, unrealized_micros, .. } = summary.exposure;
    let win_rate = win_rate_pct(summary.num_wins, summary.num_closed);
    vec![
        ("equity", "equity", Cell::Micros(summary.funds.equity_micros)),
        ("current_bankroll", "bankroll", Cell::Micros(summary.funds.bankroll_micros)),
        ("initial_bankroll", "started with", Cell::Micros(summary.initial_bankroll_micros)),
        ("allocated_capital", "in positions", Cell::Micros(summary.funds.allocated_micros)),
        ("long_size", "  long", Cell::Micros(long_micros)),
        ("short_size", "  short", Cell::Micros(short_micros)),
        ("available_capital", "available", Cell::Micros(summary.funds.available_micros)),
        ("total_unrealized_pnl", "unrealized P&L", Cell::Micros(unrealized_micros)),
        ("total_realized_pnl", "realized P&L", Cell::Micros(summary.realized_micros)),
        ("total_fees_paid", "fees", Cell::Micros(summary.fees_micros)),
        ("num_open_positions", "open positions", summary.exposure.num_open().into()),
        ("num_closed_positions", "closed positions", summary.num_closed.into()),
        ("win_rate_pct", "win rate", win_rate.map_or(Cell::Null, |rate| Cell::Figure(rate, Figure::Percent))),
        ("num_strategies", "strategies", summary.num_strategies.into()),
        ("num_strategies_active", "  active", summary.num_strategies_active.into()),
        ("commit_seq", "commands", overview.book.commit_seq.into()),
    ]
}

fn print_tables(overview: &Overview, out: &mut impl Write) -> io::Result<()> {
    print_record(Format::Table, &summary(overview), out)?;
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
    let fields = summary(overview);
    write_object(out, fields.iter().map(|(name, _, cell)| (*name, cell)))?;
    let strategies = overview.strategies.iter().map(|row| {
        let mut object = object(STRATEGIES, row);
        object["markets"] = row.markets.iter().map(object_of_market).collect();
        object
    });
    let strategies: Vec<Value> = strategies.collect();
    let markets: Vec<Value> = overview.markets.iter().map(object_of_market).collect();
    writeln!(out, ",\n\"strategies\":{},\n\"markets\":{}}}", json!(strategies), json!(markets))?;
    out.flush()
}

fn object_of_market(market: &MarketExposure) -> Value {
    object(MARKETS, market)
}

fn object<T>(columns: &[Column<T>], row: &T) -> Value {
    let fields = columns.iter().filter_map(|column| Some((column.field?.to_owned(), (column.cell)(row).json())));
    Value::Object(fields.collect())
}
