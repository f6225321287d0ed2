//! What each command does.

mod bankroll;
mod columns;
mod completions;
mod db;
mod demo;
mod equity;
mod events;
mod funnel;
mod ingest;
mod interrupts;
mod ledger;
mod list;
mod metrics;
mod overview;
mod performance;
mod pnl;
mod positions;
mod recover;
mod signals;
mod snapshot;
mod staleness;
mod strategies;
mod tail;
mod together;
mod trades;
mod watch;

use std::{process::ExitCode, sync::Arc};

use nailsage::{Access, Clock, OpenOptions, Store, StrategyRecord, StrategyRef, UnixMillis};

use crate::{
    cli::{
        Cli, Command, DEFAULT_URL, EventsCommand, Format, Global, LedgerCommand, MetricsCommand, PnlCommand,
        SignalsCommand, SnapshotCommand, Stamp,
    },
    failure::{DONE, Failure},
    output::zone::Zone,
};

/// Runs a command and tells its exit code.
pub(crate) async fn run(cli: Cli) -> Result<ExitCode, Failure> {
    let app = App { global: cli.global };
    if app.global.local {
        Zone::local().map_err(Failure::NoTimeZone)?.show_in();
    }
    let done = ExitCode::from(DONE);
    match cli.command {
        Command::Demo(args) => demo::run(&app, &args).await.map(|()| done),
        Command::Ingest(args) => ingest::run(&app, &args).await,
        Command::Db(command) => db::run(&app, &command).await.map(|()| done),
        Command::Strategies(args) => strategies::run(&app, &args).await.map(|()| done),
        Command::Positions(args) => positions::run(&app, &args).await.map(|()| done),
        Command::Trades(args) => trades::run(&app, &args).await.map(|()| done),
        Command::Signals(SignalsCommand::List(args)) => signals::run(&app, &args).await.map(|()| done),
        Command::Signals(SignalsCommand::Funnel(args)) => funnel::run(&app, &args).await.map(|()| done),
        Command::Recover(args) => recover::run(&app, &args).await.map(|()| done),
        Command::Ledger(LedgerCommand::Show(args)) => ledger::run(&app, &args).await.map(|()| done),
        Command::Bankroll(command) => bankroll::run(&app, command).await.map(|()| done),
        Command::Events(EventsCommand::List(args)) => events::run(&app, &args).await.map(|()| done),
        Command::Events(EventsCommand::Tail(args)) => tail::run(&app, &args).await,
        Command::Overview => overview::run(&app).await.map(|()| done),
        Command::Pnl(PnlCommand::Days(args)) => pnl::days(&app, &args).await.map(|()| done),
        Command::Pnl(PnlCommand::Leaderboard(args)) => pnl::leaderboard(&app, &args).await.map(|()| done),
        Command::Performance(args) => performance::run(&app, &args).await.map(|()| done),
        Command::Equity(args) => equity::run(&app, &args).await.map(|()| done),
        Command::Snapshot(SnapshotCommand::Take(args)) => snapshot::take(&app, args).await.map(|()| done),
        Command::Snapshot(SnapshotCommand::List(args)) => snapshot::list(&app, &args).await.map(|()| done),
        Command::Metrics(MetricsCommand::Refresh(args)) => metrics::refresh(&app, &args).await,
        Command::Metrics(MetricsCommand::Show(args)) => metrics::show(&app, &args).await.map(|()| done),
        Command::Watch(args) => watch::run(&app, &args).await,
        Command::Completions(args) => completions::run(&args).map(|()| done),
    }
}

/// A clock that stands still.
#[derive(Debug)]
struct StandingClock(UnixMillis);

impl Clock for StandingClock {
    fn now(&self) -> UnixMillis {
        self.0
    }
}

/// What every command needs to know.
pub(crate) struct App {
    global: Global,
}

impl App {
    fn format(&self) -> Format {
        self.global.format
    }

    async fn open(&self, access: Access) -> Result<Arc<dyn Store>, Failure> {
        let options = OpenOptions { access, ..OpenOptions::default() };
        Ok(nailsage::connect_with(&self.global.db, &options).await?)
    }

    /// Opens a book to write much into it; it is made if there is none.
    async fn create(&self, stamp: Stamp) -> Result<Arc<dyn Store>, Failure> {
        let mut options = OpenOptions::default();
        if let Some(at) = stamp.at {
            options.clock = Arc::new(StandingClock(at));
        }
        Ok(nailsage::connect_with(&self.global.db, &options).await?)
    }

    /// Opens a book for reading; it is neither made nor migrated.
    async fn read(&self) -> Result<Arc<dyn Store>, Failure> {
        self.open(Access::ReadOnly).await
    }

    /// A command line to try next, as it can be typed here: with the program as it was called, and with `--db` if
    /// it would otherwise look at another book.
    fn to_type(&self, rest: &str) -> String {
        let called = std::env::args().next().unwrap_or_default();
        // Without a folder it was found on the PATH and will be again.
        let program = if called.contains(['/', '\\']) { shell_word(&called) } else { "nailsage".to_owned() };
        let db = &self.global.db;
        if db == DEFAULT_URL || std::env::var("DATABASE_URL").is_ok_and(|url| url == *db) {
            format!("{program} {rest}")
        } else if db.starts_with("sqlite:") {
            format!("{program} --db {} {rest}", shell_word(db))
        } else {
            // It may hold a password.
            format!("{program} --db URL {rest}")
        }
    }
}

/// A word as a POSIX shell takes it.
fn shell_word(text: &str) -> String {
    let plain = |character: char| character.is_ascii_alphanumeric() || "/:._-+@%=,".contains(character);
    if !text.is_empty() && text.chars().all(plain) {
        text.to_owned()
    } else {
        format!("'{}'", text.replace('\'', "'\\''"))
    }
}

/// The strategy that was asked for.
async fn strategy(store: &dyn Store, strategy: &StrategyRef) -> Result<StrategyRecord, Failure> {
    store.strategy(strategy.clone()).await?.ok_or_else(|| Failure::NoStrategy(strategy.clone()))
}
