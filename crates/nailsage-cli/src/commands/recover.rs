//! `nailsage recover`.

use std::io::{self, Write as _};

use nailsage::{
    Access, CallError, Clock as _, Position, RecordRecovery, RecoveredStrategy, Recovery, Signal, StateSnapshot,
    StoreExt as _, SystemClock,
};

use super::{
    App,
    columns::{Named, SIGNALS},
};
use crate::{
    cli::{Format, RecoverArgs},
    failure::Failure,
    output::{Cell, Column, Listing, counted},
};

/// What the first table, and CSV, tell of a strategy.
const STRATEGIES: &[Column<RecoveredStrategy>] = &[
    Column::new("id", "id", |it| it.record.strategy.id.get().into()),
    Column::new("strategy", "strategy", |it| Cell::text(&it.record.strategy.key)),
    Column::new("is_active", "active", |it| Cell::Bool(it.record.strategy.is_active)),
    Column::new("current_bankroll", "bankroll", |it| it.record.strategy.current_bankroll.into()),
    Column::new("num_open_positions", "open", |it| count(it.open_positions.len())),
    Column::new("last_signal_at", "last signal (UTC)", |it| {
        it.last_signals.iter().map(|signal| signal.timestamp).max().map_or(Cell::Null, Cell::from)
    }),
];

/// An open position with all that guards it.
const OPEN: &[Column<Named<Position>>] = &[
    Column::shown("id", |row| row.record.id.get().into()),
    Column::shown("strategy", |row| row.strategy.as_str().into()),
    Column::shown("side", |row| Cell::text(row.record.side)),
    Column::shown("size", |row| row.record.size.usdt().into()),
    Column::shown("opened (UTC)", |row| row.record.entry_timestamp.into()),
    Column::shown("entry", |row| row.record.entry_price.into()),
    Column::shown("stop-loss", |row| row.record.stop_loss_price.into()),
    Column::shown("take-profit", |row| row.record.take_profit_price.into()),
    Column::shown("mark", |row| row.record.mark().map(|mark| mark.price).into()),
    Column::shown("unrealized", |row| row.record.mark().map(|mark| mark.unrealized_pnl).into()),
];

const SNAPSHOT: &[Column<StateSnapshot>] = &[
    Column::shown("taken at (UTC)", |it| it.timestamp.into()),
    Column::shown("equity", |it| it.total_equity.into()),
    Column::shown("available", |it| it.available_capital.into()),
    Column::shown("allocated", |it| it.allocated_capital.into()),
    Column::shown("unrealized", |it| it.total_unrealized_pnl.into()),
    Column::shown("realized", |it| it.total_realized_pnl.into()),
    Column::shown("open", |it| it.num_open_positions.into()),
];

fn count(rows: usize) -> Cell {
    i64::try_from(rows).unwrap_or(i64::MAX).into()
}

pub(crate) async fn run(app: &App, args: &RecoverArgs) -> Result<(), Failure> {
    // Shown first: nobody is kept from carrying on because the book cannot be written to.
    show(app).await?;
    if args.record { record(app).await.map_err(|error| Failure::RecoveryUnrecorded(Box::new(error))) } else { Ok(()) }
}

async fn show(app: &App) -> Result<(), Failure> {
    let recovery = app.read().await?.recover().await?;
    match app.format() {
        Format::Json => {
            let mut out = io::stdout().lock();
            serde_json::to_writer_pretty(&mut out, &recovery).map_err(io::Error::from)?;
            writeln!(out)?;
        }
        Format::Csv => strategies(app, recovery.strategies)?,
        Format::Table => tables(app, recovery)?,
    }
    Ok(())
}

/// Says in the audit log that somebody carries on.
async fn record(app: &App) -> Result<(), Failure> {
    let store = app.open(Access::Existing).await?;
    store.record_recovery(SystemClock.now(), RecordRecovery {}).await.map_err(|error| match error {
        CallError::Refused(refused) => Failure::Refused(refused),
        CallError::Store(error) => Failure::Store(error),
    })?;
    Ok(())
}

fn strategies(app: &App, strategies: Vec<RecoveredStrategy>) -> Result<(), Failure> {
    let mut listing = Listing::begin(app.format(), STRATEGIES, io::stdout().lock())?;
    for strategy in strategies {
        listing.row(&strategy)?;
    }
    listing.end("No strategy is active and none has an open position: there is nothing to carry on.")?;
    Ok(())
}

fn tables(app: &App, recovery: Recovery) -> Result<(), Failure> {
    let mut positions: Vec<Named<Position>> = Vec::new();
    let mut signals: Vec<Named<Signal>> = Vec::new();
    for it in &recovery.strategies {
        let name = it.record.strategy.key.to_string();
        positions.extend(it.open_positions.iter().cloned().map(|record| Named { record, strategy: name.clone() }));
        signals.extend(it.last_signals.iter().cloned().map(|record| Named { record, strategy: name.clone() }));
    }
    let (book, snapshot) = (recovery.book, recovery.latest_snapshot);
    println!("After {}.\n\nStrategies", counted(book.commit_seq, "command"));
    strategies(app, recovery.strategies)?;
    println!("\nOpen positions");
    let mut listing = Listing::begin(Format::Table, OPEN, io::stdout().lock())?;
    positions.iter().try_for_each(|row| listing.row(row))?;
    listing.end("None.")?;
    println!("\nLast signals");
    let mut listing = Listing::begin(Format::Table, SIGNALS, io::stdout().lock())?;
    signals.iter().try_for_each(|row| listing.row(row))?;
    listing.end("None.")?;
    println!("\nLatest snapshot");
    let mut listing = Listing::begin(Format::Table, SNAPSHOT, io::stdout().lock())?;
    snapshot.iter().try_for_each(|row| listing.row(row))?;
    listing.end("None.")?;
    Ok(())
}
