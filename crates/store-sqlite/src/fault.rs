//! What SQLite's errors mean to the book.

use std::sync::Arc;

use nailsage_store::{OpenError, StoreError};
use rusqlite::{Error, ErrorCode};

/// The engine's code, if the error comes from the engine.
fn code(error: &Error) -> Option<ErrorCode> {
    error.sqlite_error_code()
}

/// Someone else holds the book.
pub(crate) fn is_busy(error: &Error) -> bool {
    matches!(code(error), Some(ErrorCode::DatabaseBusy | ErrorCode::DatabaseLocked))
}

/// A failure of the engine while nothing had been committed.
pub(crate) fn store_error(during: &'static str, error: Error) -> StoreError {
    match code(&error) {
        Some(ErrorCode::DatabaseCorrupt | ErrorCode::NotADatabase) => {
            StoreError::Corrupt { what: during.to_owned(), source: Some(Arc::new(error)) }
        }
        // Nothing interrupts but the deadline of a question.
        Some(ErrorCode::OperationInterrupted) => {
            StoreError::Unavailable { reason: "the question took too long", source: Some(Arc::new(error)) }
        }
        _ if is_bad_row(&error) => StoreError::Corrupt { what: during.to_owned(), source: Some(Arc::new(error)) },
        _ => StoreError::backend(during, error),
    }
}

/// A row that does not hold what its columns promise, or that is gone though its id is known.
fn is_bad_row(error: &Error) -> bool {
    matches!(
        error,
        Error::FromSqlConversionFailure(..)
            | Error::InvalidColumnType(..)
            | Error::IntegralValueOutOfRange(..)
            | Error::StatementChangedRows(_)
            | Error::QueryReturnedNoRows
    )
}

/// A failure while opening.
pub(crate) fn open_error(place: &str, during: &'static str, error: Error) -> OpenError {
    let place = place.to_owned();
    match code(&error) {
        Some(ErrorCode::DatabaseBusy | ErrorCode::DatabaseLocked) => OpenError::Busy { place },
        Some(ErrorCode::PermissionDenied | ErrorCode::ReadOnly | ErrorCode::AuthorizationForStatementDenied) => {
            OpenError::PermissionDenied { place, source: Arc::new(error) }
        }
        Some(ErrorCode::DiskFull) => OpenError::Full { place, source: Arc::new(error) },
        Some(ErrorCode::NotADatabase) => {
            OpenError::NotABook { place, found: "it is not an SQLite database".to_owned() }
        }
        Some(ErrorCode::DatabaseCorrupt) => OpenError::Corrupt { place, what: error.to_string() },
        _ => OpenError::Failed { place, during, source: Arc::new(error) },
    }
}
