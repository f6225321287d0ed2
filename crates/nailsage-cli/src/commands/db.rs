//! `nailsage db`.

use std::io::{self, BufRead as _, IsTerminal as _, Write as _};

use nailsage::{Access, BookStatus, OpenError};

use super::App;
use crate::{
    cli::{DbCommand, Format, ResetArgs},
    failure::Failure,
    output::{Cell, listing::print_record, money},
};

pub(crate) async fn run(app: &App, command: &DbCommand) -> Result<(), Failure> {
    match command {
        DbCommand::Init => init(app).await,
        DbCommand::Migrate => migrate(app).await,
        DbCommand::Status => {
            let book = app.read().await?.book().await?;
            Ok(print_record(app.format(), &fields(&book), &mut io::stdout().lock())?)
        }
        DbCommand::Reset(args) => reset(app, args).await,
    }
}

/// What a book is before it is opened for more than reading.
enum Before {
    Current(BookStatus),
    Older { version: i64 },
}

impl Before {
    async fn look(app: &App) -> Result<Self, Failure> {
        match app.read().await {
            Ok(store) => Ok(Self::Current(store.book().await?)),
            Err(Failure::Open(OpenError::OlderSchema { found, .. })) => Ok(Self::Older { version: found }),
            Err(failure) => Err(failure),
        }
    }

    fn version(&self) -> i64 {
        match self {
            Self::Current(book) => book.schema_version,
            Self::Older { version } => *version,
        }
    }

    /// What is in it, for people.
    fn contents(&self) -> String {
        match self {
            Self::Current(book) => [
                (book.strategies, "strategy", "strategies"),
                (book.positions, "position", "positions"),
                (book.trades, "trade", "trades"),
                (book.signals, "signal", "signals"),
                (book.events, "event", "events"),
                (book.snapshots, "snapshot", "snapshots"),
            ]
            .map(|(count, one, many)| {
                let count_shown = money::grouped(count.saturating_mul(1_000_000), 0);
                format!("{count_shown} {}", if count == 1 { one } else { many })
            })
            .join(", "),
            Self::Older { version } => format!("a book of schema version {version}"),
        }
    }
}

async fn init(app: &App) -> Result<(), Failure> {
    // Looked at first only to say what was done; making and migrating are safe to repeat.
    let done = match Before::look(app).await {
        Ok(Before::Current(_)) => "is there already and up to date",
        Ok(Before::Older { .. }) => "brought up to date",
        Err(Failure::Open(OpenError::NotFound { .. })) => "made",
        Err(failure) => return Err(failure),
    };
    let book = app.open(Access::Create).await?.book().await?;
    let mut out = io::stdout().lock();
    if app.format() == Format::Table {
        writeln!(out, "Book {done}, schema version {}.", book.schema_version)?;
        writeln!(out, "Next: `{}` lets a bot write to it.", app.to_type("ingest --help"))?;
        Ok(())
    } else {
        Ok(print_record(app.format(), &fields(&book), &mut out)?)
    }
}

async fn migrate(app: &App) -> Result<(), Failure> {
    let before = Before::look(app).await?.version();
    // Also where nothing seems to be left to do: the history of one that was made by hand is written down.
    let after = app.open(Access::Migrate).await?.book().await?.schema_version;
    let mut out = io::stdout().lock();
    if app.format() == Format::Table {
        writeln!(out, "{}", migrated(before, after))?;
        Ok(())
    } else {
        let fields = [
            ("schema_version_before", "was at version", before.into()),
            ("schema_version", "is at version", after.into()),
        ];
        Ok(print_record(app.format(), &fields, &mut out)?)
    }
}

fn migrated(before: i64, after: i64) -> String {
    if before == after {
        format!("The book is current: it is at schema version {after} already.")
    } else {
        format!("The book was brought from schema version {before} to {after}.")
    }
}

async fn reset(app: &App, args: &ResetArgs) -> Result<(), Failure> {
    let before = Before::look(app).await?;
    if !args.yes {
        confirm(&nailsage::place_of(&app.global.db)?, &before)?;
    }
    nailsage::reset(&app.global.db).await?;
    let book = app.read().await?.book().await?;
    let mut out = io::stdout().lock();
    if app.format() == Format::Table {
        writeln!(out, "The book is empty. Removed: {}.", before.contents())?;
        Ok(())
    } else {
        Ok(print_record(app.format(), &fields(&book), &mut out)?)
    }
}

/// Asks on the terminal whether everything may go.
fn confirm(place: &str, before: &Before) -> Result<(), Failure> {
    let (stdin, mut stderr) = (io::stdin(), io::stderr());
    if !stdin.is_terminal() || !stderr.is_terminal() {
        return Err(Failure::NobodyToAsk { place: place.to_owned() });
    }
    write!(
        stderr,
        "Everything in {place} will be removed and cannot be brought back:\n  {}\nType yes to remove it: ",
        before.contents()
    )?;
    stderr.flush()?;
    let mut answer = String::new();
    let read = stdin.lock().read_line(&mut answer);
    read.map_err(|source| Failure::Input { name: "the answer".to_owned(), source })?;
    if !answer.ends_with('\n') {
        // Ctrl-D leaves the cursor behind the question.
        writeln!(stderr)?;
    }
    if answer.trim() == "yes" { Ok(()) } else { Err(Failure::NotConfirmed) }
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

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn migrating_says_from_which_version_to_which_or_that_the_book_is_current() {
        assert_eq!(migrated(1, 3), "The book was brought from schema version 1 to 3.");
        assert_eq!(migrated(3, 3), "The book is current: it is at schema version 3 already.");
    }
}
