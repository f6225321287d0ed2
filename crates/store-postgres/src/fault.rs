//! What PostgreSQL's errors mean to the book.

use std::sync::Arc;

use nailsage_store::{OpenError, StoreError, error::Source};
use tokio_postgres::{
    Error,
    error::{DbError, Severity, SqlState},
};

use crate::{pipeline::Failure, rows::BadRow};

/// A statement's failure.
#[derive(Debug, thiserror::Error)]
pub(crate) enum Fault {
    #[error(transparent)]
    Engine(#[from] Error),
    #[error(transparent)]
    BadRow(#[from] BadRow),
    #[error(transparent)]
    Store(#[from] StoreError),
    /// The transaction runs where nothing was prepared: a pooler stands in between.
    #[error("the transaction runs on another connection of a pooler's")]
    Elsewhere,
}

impl Fault {
    pub(crate) fn into_cause(self) -> Source {
        match self {
            Self::Engine(error) => cause(error),
            other => Arc::new(other),
        }
    }
}

impl From<Failure> for Fault {
    fn from(failure: Failure) -> Self {
        Self::Engine(failure.error)
    }
}

/// What the server itself said about a statement while it goes on serving. A fatal error is none: it may come from a pooler
/// in between that has lost the server, and tells nothing about what that had done.
pub(crate) fn refusal(error: &Error) -> Option<&DbError> {
    error.as_db_error().filter(|error| error.parsed_severity() == Some(Severity::Error))
}

/// Someone else's transaction was in the way, and the server has undone this one.
pub(crate) fn is_conflict(error: &Error) -> bool {
    let codes = [SqlState::T_R_SERIALIZATION_FAILURE, SqlState::T_R_DEADLOCK_DETECTED];
    refusal(error).is_some_and(|error| codes.contains(error.code()))
}

/// Someone else has locked what is needed.
pub(crate) fn is_held(error: &Error) -> bool {
    refusal(error).is_some_and(|error| *error.code() == SqlState::LOCK_NOT_AVAILABLE)
}

/// A limit of time was reached, or somebody asked the server to give the statement up.
pub(crate) fn is_cancelled(error: &Error) -> bool {
    refusal(error).is_some_and(|error| *error.code() == SqlState::QUERY_CANCELED)
}

/// Someone else is in the way, or a statement was given up: what has not begun can begin later.
pub(crate) fn is_busy(error: &Error) -> bool {
    is_held(error) || is_conflict(error) || is_cancelled(error)
}

/// The connection is of no more use.
pub(crate) fn is_lost(error: &Error) -> bool {
    match error.as_db_error() {
        Some(error) => error.parsed_severity() != Some(Severity::Error),
        None => !is_ours(error),
    }
}

/// The driver itself refused something, without asking the server.
fn is_ours(error: &Error) -> bool {
    use std::error::Error as _;

    error.source().is_some_and(<dyn std::error::Error>::is::<tokio_postgres::types::WrongType>)
}

/// A failure of the engine while nothing had been committed.
pub(crate) fn store_error(during: &'static str, fault: Fault) -> StoreError {
    let error = match fault {
        Fault::Store(error) => return error,
        Fault::BadRow(error) => {
            return StoreError::Corrupt { what: during.to_owned(), source: Some(Arc::new(error)) };
        }
        Fault::Engine(error) => error,
        fault @ Fault::Elsewhere => return StoreError::backend(during, fault),
    };
    let is = |codes: &[SqlState]| error.code().is_some_and(|code| codes.contains(code));
    if is(&[SqlState::DATA_CORRUPTED, SqlState::INDEX_CORRUPTED]) || is_missing_row(&error) {
        StoreError::Corrupt { what: during.to_owned(), source: Some(cause(error)) }
    } else if is(&[SqlState::QUERY_CANCELED]) {
        StoreError::Unavailable { reason: "it took too long", source: Some(cause(error)) }
    } else if is_lost(&error) {
        StoreError::Unavailable { reason: "its server cannot be reached", source: Some(cause(error)) }
    } else {
        StoreError::Backend { during, source: cause(error) }
    }
}

/// The error without the driver's wrapping, where the server has said something itself.
pub(crate) fn cause(error: Error) -> Source {
    match error.as_db_error() {
        Some(said) => Arc::new(said.clone()),
        None => Arc::new(error),
    }
}

/// An update did not find a row whose id is known: its text divides by zero then, which nothing else does.
fn is_missing_row(error: &Error) -> bool {
    error.code() == Some(&SqlState::DIVISION_BY_ZERO)
}

/// What an error means while a book is opened.
#[derive(Debug, Clone, Copy)]
pub(crate) enum Meaning {
    Denied,
    NoDatabase,
    Full,
    Busy,
    Corrupt,
    NoTls,
    Unreachable,
    Other,
}

impl Meaning {
    pub(crate) fn of(error: &Error) -> Self {
        let is = |codes: &[SqlState]| error.code().is_some_and(|code| codes.contains(code));
        let denied = [
            SqlState::INVALID_PASSWORD,
            SqlState::INVALID_AUTHORIZATION_SPECIFICATION,
            SqlState::INSUFFICIENT_PRIVILEGE,
            SqlState::READ_ONLY_SQL_TRANSACTION,
        ];
        if is(&denied) || is_without_password(error) {
            Self::Denied
        } else if is(&[SqlState::INVALID_CATALOG_NAME]) {
            Self::NoDatabase
        } else if is(&[SqlState::DISK_FULL]) {
            Self::Full
        } else if is(&[SqlState::LOCK_NOT_AVAILABLE]) {
            Self::Busy
        } else if is(&[SqlState::DATA_CORRUPTED, SqlState::INDEX_CORRUPTED]) {
            Self::Corrupt
        } else if offers_no_tls(error) {
            Self::NoTls
        } else if is_lost(error) {
            Self::Unreachable
        } else {
            Self::Other
        }
    }

    /// The error with this meaning; `source` is what was found, or what it was wrapped in.
    pub(crate) fn error(self, place: &str, during: &'static str, source: Source) -> OpenError {
        let place = place.to_owned();
        match self {
            Self::Denied => OpenError::PermissionDenied { place, source },
            Self::NoDatabase => OpenError::NoDatabase { place },
            Self::Full => OpenError::Full { place, source },
            Self::Busy => OpenError::Busy { place },
            Self::Corrupt => OpenError::Corrupt { place, what: source.to_string() },
            Self::NoTls => OpenError::Unreachable { place, source: Arc::new(NoTls { source }) },
            Self::Unreachable => OpenError::Unreachable { place, source },
            Self::Other => OpenError::Failed { place, during, source },
        }
    }
}

/// A failure while opening.
pub(crate) fn open_error(place: &str, during: &'static str, error: Error) -> OpenError {
    Meaning::of(&error).error(place, during, cause(error))
}

/// The server asks for a password, and there is none.
fn is_without_password(error: &Error) -> bool {
    says(error, "password missing")
}

fn offers_no_tls(error: &Error) -> bool {
    says(error, "does not support TLS")
}

/// Some things the driver says in words only.
fn says(error: &Error, words: &str) -> bool {
    std::error::Error::source(error).is_some_and(|cause| cause.to_string().contains(words))
}

#[derive(Debug, thiserror::Error)]
#[error(
    "the server offers no encryption; where the network is trusted, as between containers of one host, add sslmode=disable to the URL"
)]
struct NoTls {
    source: Source,
}
