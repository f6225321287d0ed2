//! Options of `nailsage db`.

use clap::{Args, Subcommand};

#[derive(Debug, Subcommand)]
pub(crate) enum DbCommand {
    /// Make a book, or bring an older one up to date; a current one stays as it is
    Init,
    /// Bring an older book up to date; where there is none, none is made
    ///
    /// Programs of an older version that have the book open are told to start anew. It happens in one step: interrupted, the
    /// book is as it was.
    Migrate,
    /// Show which version a book has and how much is in it
    Status,
    /// Remove everything in the book: an empty one is left
    ///
    /// Strategies, positions, trades, signals, the ledger and the audit trail go, and cannot be brought back; ids begin at 1
    /// again, and a key that was accepted before is new. On a terminal it asks first; elsewhere it wants --yes.
    ///
    /// It happens in one step: programs that have the book open see it full before and empty afterwards, and may go on. Those
    /// who write are waited for. What else lies in the file or the database stays.
    Reset(ResetArgs),
}

/// How to empty a book.
#[derive(Debug, Args)]
#[command(after_help = "Examples:
  nailsage db reset
  nailsage db reset --db sqlite:///try.db --yes")]
pub(crate) struct ResetArgs {
    /// Do not ask
    #[arg(long)]
    pub(crate) yes: bool,
}
