//! What can be typed: commands, options and their help.

mod completions;
mod database;
mod equity;
mod events;
mod lists;
mod metrics;
mod paging;
mod performance;
mod pnl;
mod signals;
mod snapshot;
mod watch;

use std::{num::NonZeroU16, path::PathBuf, time::Duration};

use clap::{ArgAction, Args, Parser, Subcommand, ValueEnum};
use nailsage::{Amount, Reason, RequestKey, StrategyRef, UnixMillis};

pub(crate) use self::{
    completions::CompletionsArgs,
    database::{DbCommand, ResetArgs},
    equity::EquityArgs,
    events::{EventsArgs, EventsCommand, TailArgs},
    lists::{LedgerArgs, OfStrategy, PositionsArgs, Range, SignalsArgs, StrategiesArgs, TradesArgs},
    metrics::{MetricsCommand, RefreshArgs, ShowMetricsArgs},
    paging::{After, Extent, Id, Paging, Place, RangePaging, TimePaging},
    performance::{PerformanceArgs, SortBy},
    pnl::{DaysArgs, LeaderboardArgs, PnlCommand},
    signals::{FunnelArgs, RecoverArgs, SignalsCommand},
    snapshot::{ListSnapshotsArgs, SnapshotCommand, TakeSnapshotArgs},
    watch::WatchArgs,
};
use crate::output::time::parse_time;

/// The book that is used when nothing else is said.
pub(crate) const DEFAULT_URL: &str = "sqlite:///nailsage.db";

/// How times can be typed, for help texts.
const TIME_FORMS: &str =
    "Times are ISO 8601 in UTC (2022-01-01, 2022-01-01T12:30:00Z), Unix ms, now, or how long ago it was:
30m, 12h, 7d, 2w.";

/// The shortest and the longest time between two looks at a book.
const INTERVAL_SECONDS: std::ops::RangeInclusive<f64> = 0.1..=3_600.0;

/// Reads how long to wait between two looks at a book.
fn parse_interval(text: &str) -> Result<Duration, String> {
    match text.parse::<f64>() {
        Ok(seconds) if INTERVAL_SECONDS.contains(&seconds) => Ok(Duration::from_secs_f64(seconds)),
        _ => {
            let (shortest, longest) = INTERVAL_SECONDS.into_inner();
            Err(format!("it is a number of seconds from {shortest} to {longest}"))
        }
    }
}

/// A durable, exact book for paper trading.
///
/// Bots record what they do on paper; the book keeps strategies with their own bankrolls, positions, trades, signals
/// and an audit trail, and tells what each strategy earned.
#[derive(Debug, Parser)]
#[command(
    name = "nailsage",
    version,
    max_term_width = 100,
    after_help = "Start here:
  nailsage demo             paper-trade a month with three example strategies
  nailsage performance      what they earned
  nailsage ingest --help    let a bot in any language write to the book

Exit codes: 0 done, 1 something was refused or not found, 2 it could not run."
)]
pub(crate) struct Cli {
    #[command(flatten)]
    pub(crate) global: Global,
    #[command(subcommand)]
    pub(crate) command: Command,
}

/// Options of every command.
#[derive(Debug, Clone, Args)]
pub(crate) struct Global {
    // Not a comment, because rustdoc would make links of the URLs.
    #[arg(
        long,
        help = "The book's URL, sqlite:///nailsage.db when absent",
        long_help = "The book's URL: sqlite:///FILE, or postgresql://user:password@host/database; \
                     sqlite:///nailsage.db when absent",
        hide_default_value = true,
        global = true,
        value_name = "URL",
        env = "DATABASE_URL",
        hide_env_values = true,
        default_value = DEFAULT_URL,
        display_order = 100
    )]
    pub(crate) db: String,
    /// How to print
    ///
    /// json and csv have money as decimal strings and times in Unix ms.
    #[arg(long, global = true, value_name = "FORMAT", value_enum, default_value_t, display_order = 101)]
    pub(crate) format: Format,
    /// Show times of tables in this machine's time zone instead of UTC
    #[arg(long, global = true, display_order = 102)]
    pub(crate) local: bool,
    /// Say more on standard error; -vv and -vvv for even more
    #[arg(short, long, global = true, action = ArgAction::Count, display_order = 103)]
    pub(crate) verbose: u8,
}

/// How answers are printed.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default, ValueEnum)]
#[value(rename_all = "lower")]
pub(crate) enum Format {
    // Without help texts of their own, clap names them in one line instead of five.
    #[default]
    Table,
    Json,
    Csv,
}

/// What to do.
#[derive(Debug, Subcommand)]
pub(crate) enum Command {
    /// Paper-trade a month with three example strategies and show what they earned
    ///
    /// A momentum breakout on 1-minute candles, a mean reversion on 5-minute and a trend follower on 15-minute candles
    /// trade the same market, with fees, slippage, stops, reversals and suppressed signals. They write to the book exactly
    /// as a bot would. The rules are toys: they show the book, not how to earn money.
    ///
    /// Without a file the prices are synthetic: a seeded random walk, the same on every machine. On a random walk nobody
    /// earns in the long run.
    ///
    /// Every run adds a separate set of strategies to the book: the first is version v1 on market 1, the next one v2 on
    /// market 2, and so on. Nothing that is in the book already is touched.
    Demo(DemoArgs),
    /// Write to the book: one JSON command per line in, one answer per line out
    ///
    /// This is how a bot in any language uses the book. Answers come in the order of the lines. A bad or refused line is
    /// answered with its line number and the reason, and does not stop the others. Once a line is answered "ok", it
    /// survives a crash. Many lines are in flight at a time, which makes bulk input fast; a bot that waits for each
    /// answer gets it at once.
    ///
    /// Give commands a "key" to be able to repeat them: an accepted key returns its first answer and writes nothing. After
    /// a crash, send the whole input again.
    ///
    /// Interrupted (Ctrl-C or SIGTERM), it stops reading, answers what it has handed over and exits with 130 or 143. A
    /// second interrupt ends it at once; what was answered is in the book all the same.
    Ingest(IngestArgs),
    /// Make a book, look at one, bring it up to date or empty it
    #[command(subcommand)]
    Db(DbCommand),
    /// List strategies with their bankrolls and totals
    Strategies(StrategiesArgs),
    /// List positions
    Positions(PositionsArgs),
    /// List trades: one entry and one exit per position
    Trades(TradesArgs),
    /// List or count signals
    #[command(subcommand)]
    Signals(SignalsCommand),
    /// Show what a bot needs to carry on after a crash, as of one moment
    ///
    /// The strategies that are active or hold positions, their open positions with stops, their last signal on each
    /// market, and the latest snapshot. --format json has everything; csv has the strategies.
    Recover(RecoverArgs),
    /// Show a strategy's ledger: every change of its bankroll and terms
    #[command(subcommand)]
    Ledger(LedgerCommand),
    /// Show or change a strategy's bankroll
    #[command(subcommand)]
    Bankroll(BankrollCommand),
    /// List events of the audit log, or follow them
    #[command(subcommand)]
    Events(EventsCommand),
    /// Show how everything stands: the money, where it is, and each market, as of one moment
    ///
    /// All strategies together, then how the money is allocated to each of them, then what is open on each market. json has
    /// everything, with each strategy's markets; csv has the strategies.
    Overview,
    /// Show what each day earned, or who earned most
    #[command(subcommand)]
    Pnl(PnlCommand),
    /// Show what each strategy earned, at a glance
    ///
    /// Money and positions are as they are now. Return, drawdown, Sharpe ratio and profit factor are those of all times, as
    /// they were refreshed last; it says when that was.
    Performance(PerformanceArgs),
    /// Show how equity went, in the terminal or as a picture
    ///
    /// The curve is made of snapshots: `nailsage snapshot take` takes one. Without a picture it is a chart with its figures;
    /// json and csv have the points. A drawdown is how far what one unit of capital became lies below its highest point
    /// before; what was paid in or out is no part of it.
    Equity(EquityArgs),
    /// Record what everything is worth now, or list what was recorded
    #[command(subcommand)]
    Snapshot(SnapshotCommand),
    /// Work out performance metrics, or show them
    #[command(subcommand)]
    Metrics(MetricsCommand),
    /// Watch the strategies: what they have, what is open, what they earned
    ///
    /// A table with a line for each strategy that is drawn anew every few seconds. Ctrl-C or q ends it. While the book does
    /// not answer, the last table stays and says so.
    ///
    /// Without a terminal, with --once, and as json or csv it looks once, prints what it sees and ends.
    Watch(WatchArgs),
    /// Print what completes commands and options in a shell
    ///
    /// It is written to standard output, for a file that the shell reads when it starts.
    Completions(CompletionsArgs),
}

/// Options of the demo.
#[derive(Debug, Args)]
#[command(after_help = "Examples:
  nailsage demo
  nailsage demo --candles btc-1m.csv
  nailsage demo --db sqlite:///try.db --quiet --format json")]
pub(crate) struct DemoArgs {
    /// One-minute candles as CSV with the header timestamp,open,high,low,close,volume
    ///
    /// Timestamps are those at which the candles open: ISO 8601 (UTC unless it has an offset) or Unix ms, rising. Gaps
    /// are allowed.
    #[arg(long, value_name = "FILE.csv")]
    pub(crate) candles: Option<PathBuf>,
    /// Another synthetic month
    #[arg(long, value_name = "NUMBER", default_value_t = 1, conflicts_with = "candles")]
    pub(crate) seed: u64,
    /// No progress bar and no hints, only the result
    #[arg(long, short)]
    pub(crate) quiet: bool,
    #[command(flatten)]
    pub(crate) stamp: Stamp,
}

/// When rows say that they were written.
#[derive(Debug, Clone, Copy, Args)]
pub(crate) struct Stamp {
    /// Stamp rows with this time instead of the machine's, as ISO 8601 in UTC or Unix ms: then two books can be compared
    #[arg(long = "stamp", value_name = "TIME", value_parser = parse_time, display_order = 60)]
    pub(crate) at: Option<UnixMillis>,
}

/// Options of ingesting.
#[derive(Debug, Args)]
#[command(after_help = r#"Examples:
  nailsage ingest commands.ndjson > answers.ndjson
  my-bot | nailsage ingest | my-bot-answers
  echo '{"at": 1640991600000, "actions": [{"action": "register_strategy", "strategy": "my-bot/v1@7", "interval": "1m"}]}' | nailsage ingest

Answers:
  {"line":1,"status":"ok","outcome":{...}}
  {"line":2,"status":"refused","refusal":{"code":"...","message":"...",...}}
  {"line":3,"status":"invalid","error":"what is wrong with the line"}
  {"line":4,"status":"error","error":{"code":"unavailable","message":"..."}}

All actions with examples: docs/commands.md. --format changes nothing here."#)]
pub(crate) struct IngestArgs {
    /// Where the commands are; standard input when absent or -
    #[arg(value_name = "FILE")]
    pub(crate) file: Option<PathBuf>,
    /// Stop reading at the first line whose answer is not ok
    ///
    /// Lines already handed over are still carried out and answered, up to --window of them; with --window 1 none is.
    #[arg(long)]
    pub(crate) strict: bool,
    /// How many commands may be in flight
    #[arg(long, value_name = "COMMANDS", default_value = "512")]
    pub(crate) window: NonZeroU16,
    /// How long a command may take
    #[arg(long, value_name = "SECONDS", default_value = "10")]
    pub(crate) timeout: NonZeroU16,
    #[command(flatten)]
    pub(crate) stamp: Stamp,
}

#[derive(Debug, Subcommand)]
pub(crate) enum LedgerCommand {
    /// Show a strategy's ledger: every change of its bankroll and terms
    Show(LedgerArgs),
}

#[derive(Debug, Subcommand)]
pub(crate) enum BankrollCommand {
    /// Show what a strategy started with and what it has
    Show {
        /// Its id, or name/version@starlisting
        strategy: StrategyRef,
    },
    /// Make the bankroll exactly this
    Set(BankrollChangeArgs),
    /// Add to the bankroll
    Deposit(BankrollChangeArgs),
    /// Take out of the bankroll, at most what is there
    Withdraw(BankrollChangeArgs),
}

/// A change of a bankroll: a cash flow, never a profit or a loss.
#[derive(Debug, Args)]
pub(crate) struct BankrollChangeArgs {
    /// Its id, or name/version@starlisting
    pub(crate) strategy: StrategyRef,
    /// In USDT, with at most 6 decimals
    #[arg(allow_negative_numbers = true)]
    pub(crate) amount: Amount,
    /// Why; it stays in the ledger
    #[arg(long)]
    pub(crate) reason: Reason,
    /// When, as ISO 8601 in UTC, Unix ms or how long ago, such as 2h; now when absent
    #[arg(long, value_name = "TIME", value_parser = parse_time)]
    pub(crate) at: Option<UnixMillis>,
    /// Makes repeating safe, together with the same --at; made when absent
    #[arg(long)]
    pub(crate) key: Option<RequestKey>,
}
