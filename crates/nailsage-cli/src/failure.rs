//! What ends a command early, in one clear sentence with its causes and what to do about it.

use std::{error::Error, io, process::ExitCode};

use nailsage::{CallError, OpenError, Refused, RequestKey, StoreError, StrategyRef, UnixMillis};

use crate::cli::Place;

/// A command was done, and nothing was refused.
pub(crate) const DONE: u8 = 0;
/// A rule refused something, or what was asked for is not there.
pub(crate) const REFUSED: u8 = 1;
/// It could not run.
pub(crate) const CANNOT_RUN: u8 = 2;

/// Why a command ended early.
#[derive(Debug, thiserror::Error)]
pub(crate) enum Failure {
    #[error(transparent)]
    Open(#[from] OpenError),
    #[error(transparent)]
    Store(#[from] StoreError),
    #[error("the recovery is shown, but perhaps not written into the audit log")]
    RecoveryUnrecorded(#[source] Box<Failure>),
    #[error(transparent)]
    Refused(#[from] Refused),
    /// A change whose answer was lost, with what settles it.
    #[error("it is unknown whether the change was made")]
    Unsettled { key: RequestKey, at: UnixMillis, source: StoreError },
    /// A refresh whose answer was lost.
    #[error("it is unknown whether the last part of the metrics was refreshed")]
    RefreshUnsettled(#[source] StoreError),
    #[error("--after {0} is an id, but with --since, --until or --by-exit the list is in the order of time")]
    IdInTime(i64),
    #[error(
        "--after {0} is a place in the order of time, but without --since, --until and --by-exit the list is by id"
    )]
    PlaceById(Place),
    #[error("there is no strategy {0}")]
    NoStrategy(StrategyRef),
    #[error("{0}")]
    Value(#[from] nailsage::ValueError),
    #[error("cannot write the output")]
    Output(#[source] io::Error),
    #[error("cannot read {name}")]
    Input { name: String, source: io::Error },
    #[error("{file}: {problem}")]
    Candles { file: String, problem: String },
    #[error("another program registered {0} at the same moment")]
    DemoRaced(String),
    #[error("the demo's command {key} was refused: {refused}")]
    DemoRefused { key: String, refused: Refused },
    #[error("a result of the demo leaves the book's range")]
    DemoRange(#[source] Box<dyn Error + Send + Sync>),
    #[error("nothing was changed: the answer was not yes")]
    NotConfirmed,
    #[error("everything in {place} would be removed, and there is no terminal to ask whether that is meant")]
    NobodyToAsk { place: String },
    #[error("this machine's time zone is not known")]
    NoTimeZone(#[source] jiff::Error),
    /// A picture of nothing.
    #[error("there is nothing to draw: no snapshot {0}")]
    NoSnapshots(String),
    #[error("cannot draw the picture")]
    Drawing(#[source] Box<dyn Error + Send + Sync>),
    #[error("cannot write the picture {file}")]
    Picture { file: String, source: io::Error },
    #[error("cannot start")]
    Runtime(#[source] io::Error),
}

impl From<io::Error> for Failure {
    /// Input errors are made with their file's name; whatever is left is output.
    fn from(error: io::Error) -> Self {
        Self::Output(error)
    }
}

impl Failure {
    /// Why a use case did not happen, under its key and at its time: repeating both settles what is unknown.
    pub(crate) fn of_call(error: CallError, key: RequestKey, at: UnixMillis) -> Self {
        match error {
            CallError::Refused(refused) => Self::Refused(refused),
            CallError::Store(source @ StoreError::Unknown { .. }) => Self::Unsettled { key, at, source },
            CallError::Store(error) => Self::Store(error),
        }
    }

    /// Prints it on standard error and tells the exit code.
    pub(crate) fn report(&self) -> ExitCode {
        if let Self::Output(error) = self
            && error.kind() == io::ErrorKind::BrokenPipe
        {
            return ExitCode::from(DONE);
        }
        // Nobody is left to be told when standard error is gone.
        let _ = io::Write::write_all(&mut io::stderr(), self.text().as_bytes());
        ExitCode::from(self.exit_code())
    }

    /// The whole message: the error, its causes, and a hint.
    pub(crate) fn text(&self) -> String {
        use std::fmt::Write as _;

        let mut text = format!("error: {self}\n");
        let mut said = self.to_string();
        let mut cause = self.source();
        while let Some(error) = cause {
            let line = error.to_string();
            // Some libraries repeat their cause's text in their own.
            if !said.contains(&line) {
                let _ = writeln!(text, "  caused by: {line}");
                said = line;
            }
            cause = error.source();
        }
        if let Some(hint) = self.hint() {
            let _ = writeln!(text, "hint: {hint}");
        }
        text
    }

    fn exit_code(&self) -> u8 {
        match self {
            Self::Refused(_)
            | Self::NoStrategy(_)
            | Self::NoSnapshots(_)
            | Self::DemoRaced(_)
            | Self::DemoRefused { .. }
            | Self::NotConfirmed => REFUSED,
            _ => CANNOT_RUN,
        }
    }

    fn hint(&self) -> Option<String> {
        let hint = match self {
            Self::Open(error) => open_hint(error)?,
            Self::Store(error) => store_hint(error)?,
            Self::NoStrategy(StrategyRef::Id(_)) => {
                "`nailsage strategies` lists them; a strategy can also be named as name/version@starlisting"
            }
            Self::IdInTime(_) => "give what the page before said after --after, such as 1704067200000/12",
            Self::PlaceById(_) => "give the id of the last row, or the same filters as for the page before",
            Self::NoStrategy(StrategyRef::Key(_)) => "`nailsage strategies` lists them",
            Self::Unsettled { key, at, .. } => {
                return Some(format!(
                    "repeat the same command with --key {key} --at {at}: then it is done, exactly once"
                ));
            }
            Self::RecoveryUnrecorded(_) => "carry on; to have it in the audit log, run it again later",
            Self::RefreshUnsettled(_) => "refresh again: it goes on where it stopped, and nothing counts twice",
            Self::NoSnapshots(_) => {
                "`nailsage snapshot take` records what everything is worth now; a curve needs one every hour or day"
            }
            Self::Candles { .. } => {
                "the demo takes one-minute candles as CSV with the header timestamp,open,high,low,close,volume"
            }
            Self::NobodyToAsk { .. } => "nothing was changed; --yes says that it is meant",
            Self::NoTimeZone(_) => "set the variable TZ, as in TZ=Europe/Berlin, or leave --local out",
            Self::DemoRaced(_) => "start the demo again; it takes the next version",
            _ => return None,
        };
        Some(hint.to_owned())
    }
}

/// What to do when a book cannot be opened, where its own message does not say so.
fn open_hint(error: &OpenError) -> Option<&'static str> {
    Some(match error {
        OpenError::NotFound { .. } => {
            "`nailsage demo` makes one with three example strategies; --db or DATABASE_URL name another place"
        }
        OpenError::NoDatabase { .. } | OpenError::Unreachable { .. } => "--db or DATABASE_URL name another place",
        OpenError::NotABook { .. } => "nothing was changed; --db or DATABASE_URL name another place",
        OpenError::PermissionDenied { place, .. } if is_server(place) => {
            "the user, the password and the user's rights on the database decide; docs/postgres.md lists the rights"
        }
        OpenError::PermissionDenied { .. } => {
            "the file and its folder must be readable and writable for you; nothing was changed"
        }
        OpenError::Corrupt { place, .. } if is_server(place) => {
            "nothing was changed; make a backup before anything else"
        }
        OpenError::Corrupt { .. } => {
            "nothing was changed; copy the file together with its -wal and -shm files before anything else"
        }
        _ => return None,
    })
}

/// Whether it is a server's database and not a file.
fn is_server(place: &str) -> bool {
    place.contains("://")
}

/// What to do when a book does not answer.
fn store_hint(error: &StoreError) -> Option<&'static str> {
    Some(match error {
        StoreError::Unavailable { .. } => {
            "nothing was written; try again, perhaps another program holds the book or its server is down"
        }
        StoreError::Corrupt { .. } => {
            "stop writing to it and make a copy before anything else; a file goes together with its -wal and -shm files"
        }
        StoreError::Backend { .. } => "nothing was written",
        _ => return None,
    })
}

#[cfg(test)]
mod tests {
    use std::sync::Arc;

    use super::*;

    fn cause(text: &str) -> Arc<dyn Error + Send + Sync> {
        Arc::new(io::Error::other(text.to_owned()))
    }

    #[test]
    fn every_reason_why_a_book_cannot_be_opened_is_one_clear_sentence() {
        let place = || "nailsage.db".to_owned();
        let server = || "postgresql://db:5432/nailsage".to_owned();
        let errors = [
            OpenError::BadUrl { problem: "the URL has no known scheme".to_owned() },
            OpenError::FeatureOff { scheme: "postgresql".to_owned(), feature: "postgres" },
            OpenError::NotFound { place: place() },
            OpenError::NotABook { place: place(), found: "it is not an SQLite database".to_owned() },
            OpenError::NoDatabase { place: server() },
            OpenError::Unreachable { place: server(), source: cause("Connection refused (os error 111)") },
            OpenError::PermissionDenied { place: server(), source: cause("password authentication failed") },
            OpenError::PythonDatabase { place: place() },
            OpenError::NewerSchema { place: place(), found: 7, known: 1 },
            OpenError::OlderSchema { place: place(), found: 1, known: 7 },
            OpenError::PermissionDenied { place: place(), source: cause("Permission denied (os error 13)") },
            OpenError::Full { place: place(), source: cause("database or disk is full") },
            OpenError::Corrupt { place: place(), what: "page 3 is torn".to_owned() },
            OpenError::NetworkFileSystem { place: place(), kind: "nfs".to_owned() },
            OpenError::Unfit { missing: "write-ahead log".to_owned() },
            OpenError::Busy { place: place() },
            OpenError::Failed { place: place(), during: "reading the schema", source: cause("disk I/O error") },
        ];
        insta::assert_snapshot!(errors.map(|error| Failure::Open(error).text()).join("\n"));
    }

    #[test]
    fn every_reason_why_a_book_does_not_answer_says_whether_anything_was_written() {
        let key: RequestKey = "b-1".parse().expect("a key");
        let at = UnixMillis::new(1_640_991_660_000).expect("a time");
        let unknown = StoreError::Unknown { key: Some(key.clone()), source: Some(cause("disk I/O error")) };
        let failures = [
            Failure::Store(StoreError::unavailable("it was opened for reading only")),
            Failure::Store(StoreError::corrupt("strategy 1 has no totals")),
            Failure::Store(StoreError::Backend { during: "reading positions", source: cause("disk I/O error") }),
            Failure::Store(unknown.clone()),
            Failure::Unsettled { key, at, source: unknown },
            Failure::DemoRaced("trend/v1@1".to_owned()),
            Failure::RefreshUnsettled(StoreError::Unknown { key: None, source: Some(cause("disk I/O error")) }),
            Failure::NotConfirmed,
            Failure::NobodyToAsk { place: "nailsage.db".to_owned() },
            Failure::Output(io::Error::other("no space left on device")),
        ];
        for failure in &failures {
            assert!(failure.exit_code() != DONE);
        }
        insta::assert_snapshot!(failures.map(|failure| failure.text()).join("\n"));
    }
}
