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

/// Someone else holds the book, or a limit of time was reached.
pub(crate) fn is_busy(error: &Error) -> bool {
    let codes = [SqlState::LOCK_NOT_AVAILABLE, SqlState::QUERY_CANCELED];
    is_conflict(error) || refusal(error).is_some_and(|error| codes.contains(error.code()))
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
    };
    let code = error.code().cloned();
    let is = |codes: &[SqlState]| code.as_ref().is_some_and(|code| codes.contains(code));
    if is(&[SqlState::DATA_CORRUPTED, SqlState::INDEX_CORRUPTED]) || is_missing_row(&error) {
        return StoreError::Corrupt { what: during.to_owned(), source: Some(Arc::new(error)) };
    }
    if is(&[SqlState::QUERY_CANCELED]) {
        return unavailable("the question took too long", error);
    }
    if is_lost(&error) {
        return unavailable("its server cannot be reached", error);
    }
    StoreError::backend(during, error)
}

/// An update did not find a row whose id is known: its text divides by zero then, which nothing else does.
fn is_missing_row(error: &Error) -> bool {
    error.code() == Some(&SqlState::DIVISION_BY_ZERO)
}

pub(crate) fn unavailable(reason: &'static str, source: impl std::error::Error + Send + Sync + 'static) -> StoreError {
    StoreError::Unavailable { reason, source: Some(Arc::new(source)) }
}

/// A failure while opening.
pub(crate) fn open_error(place: &str, during: &'static str, error: Error) -> OpenError {
    let error = Arc::new(error);
    meaning(place, during, &error, Arc::clone(&error) as Source)
}

/// What an error means while opening; `source` is it, or what it was wrapped in.
pub(crate) fn meaning(place: &str, during: &'static str, error: &Error, source: Source) -> OpenError {
    let place = place.to_owned();
    let is = |codes: &[SqlState]| error.code().is_some_and(|code| codes.contains(code));
    let denied = [
        SqlState::INVALID_PASSWORD,
        SqlState::INVALID_AUTHORIZATION_SPECIFICATION,
        SqlState::INSUFFICIENT_PRIVILEGE,
        SqlState::READ_ONLY_SQL_TRANSACTION,
    ];
    if is(&denied) {
        OpenError::PermissionDenied { place, source }
    } else if is(&[SqlState::INVALID_CATALOG_NAME]) {
        OpenError::NoDatabase { place }
    } else if is(&[SqlState::DISK_FULL]) {
        OpenError::Full { place, source }
    } else if is(&[SqlState::LOCK_NOT_AVAILABLE]) {
        OpenError::Busy { place }
    } else if is(&[SqlState::DATA_CORRUPTED, SqlState::INDEX_CORRUPTED]) {
        OpenError::Corrupt { place, what: error.to_string() }
    } else if offers_no_tls(error) {
        OpenError::Unreachable { place, source: Arc::new(NoTls { source }) }
    } else if is_lost(error) {
        OpenError::Unreachable { place, source }
    } else {
        OpenError::Failed { place, during, source }
    }
}

/// The driver says it in words only.
fn offers_no_tls(error: &Error) -> bool {
    std::error::Error::source(error).is_some_and(|cause| cause.to_string().contains("does not support TLS"))
}

#[derive(Debug, thiserror::Error)]
#[error(
    "the server offers no encryption; where the network is trusted, as between containers of one host, add sslmode=disable to the URL"
)]
struct NoTls {
    source: Source,
}
