//! `nailsage db`.

use std::io;

use nailsage::{Access, BookStatus, OpenError};

use super::App;
use crate::{
    cli::{DbCommand, Format},
    failure::Failure,
    output::{Cell, listing::print_record},
};

pub(crate) async fn run(app: &App, command: &DbCommand) -> Result<(), Failure> {
    match command {
        DbCommand::Init => init(app).await,
        DbCommand::Status => {
            let book = app.read().await?.book().await?;
            Ok(print_record(app.format(), &fields(&book), &mut io::stdout().lock())?)
        }
    }
}

async fn init(app: &App) -> Result<(), Failure> {
    // Looked at first only to say what was done; making and migrating are safe to repeat.
    let done = match app.read().await {
        Ok(_) => "is there already and up to date",
        Err(Failure::Open(OpenError::NotFound { .. })) => "made",
        Err(Failure::Open(OpenError::OlderSchema { .. })) => "brought up to date",
        Err(failure) => return Err(failure),
    };
    let book = app.open(Access::Create).await?.book().await?;
    let mut out = io::stdout().lock();
    if app.format() == Format::Table {
        use io::Write as _;

        writeln!(out, "Book {done}, schema version {}.", book.schema_version)?;
        writeln!(out, "Next: `{}` lets a bot write to it.", app.to_type("ingest --help"))?;
        Ok(())
    } else {
        Ok(print_record(app.format(), &fields(&book), &mut out)?)
    }
}

fn fields(book: &BookStatus) -> [(&'static str, &'static str, Cell); 8] {
    [
        ("schema_version", "schema version", book.schema_version.into()),
        ("commit_seq", "commands", book.commit_seq.into()),
        ("strategies", "strategies", book.strategies.into()),
        ("positions", "positions", book.positions.into()),
        ("trades", "trades", book.trades.into()),
        ("signals", "signals", book.signals.into()),
        ("events", "events", book.events.into()),
        ("snapshots", "snapshots", book.snapshots.into()),
    ]
}
