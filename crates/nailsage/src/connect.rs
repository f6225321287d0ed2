//! From a URL to an open book.

use std::{
    env::{self, VarError},
    sync::Arc,
};

use nailsage_store::{OpenError, OpenOptions, Store};

use crate::{postgres, sqlite};

/// The variable that [`connect_from_env`] reads.
const URL_VARIABLE: &str = "DATABASE_URL";

/// Opens the book at a URL, making it if there is none and migrating an older one.
///
/// | URL | book |
/// |---|---|
/// | `sqlite:///nailsage.db` | a file, relative to the working folder |
/// | `sqlite:////var/lib/nailsage.db` | a file, absolute |
/// | `sqlite::memory:` | a private temporary file, removed when the store is dropped |
/// | `postgresql://user:password@host:5432/database` | a database of a PostgreSQL server; `postgres://` is the same |
///
/// Opening a file blocks the calling thread for the few milliseconds that it takes. A server's URL may have the parameters
/// of libpq; without `sslmode` everything is encrypted but what stays on the machine. No error and no log ever repeats a
/// password.
///
/// # Errors
///
/// See [`OpenError`]; nothing has been written.
pub async fn connect(url: &str) -> Result<Arc<dyn Store>, OpenError> {
    connect_with(url, &OpenOptions::default()).await
}

/// Opens the book that the environment variable `DATABASE_URL` names.
///
/// # Errors
///
/// See [`OpenError`]; nothing has been written.
pub async fn connect_from_env() -> Result<Arc<dyn Store>, OpenError> {
    let url = env::var(URL_VARIABLE).map_err(|error| {
        // The error's own text would show the value, which may hold a password.
        bad_url(match error {
            VarError::NotPresent => format!("the environment variable {URL_VARIABLE} is not set"),
            VarError::NotUnicode(_) => format!("the environment variable {URL_VARIABLE} is not valid Unicode"),
        })
    })?;
    connect(&url).await
}

/// Opens the book at a URL in a particular way.
///
/// # Errors
///
/// See [`OpenError`]; nothing has been written.
pub async fn connect_with(url: &str, options: &OpenOptions) -> Result<Arc<dyn Store>, OpenError> {
    match Engine::of(url)? {
        Engine::Sqlite(rest) => sqlite::open(rest, options),
        Engine::Postgres => postgres::open(url, options).await,
    }
}

/// Removes everything in the book at a URL: strategies, positions, trades, signals, the ledger and the audit trail. What is
/// left is an empty book with ids from 1 on.
///
/// It happens in one step. Stores that have the book open see it full before and empty afterwards, and can go on writing; a
/// key that was accepted before is new again. Nothing else in the file or database is touched. Whoever writes meanwhile is
/// waited for, up to 10 s for a file, which blocks the calling thread, and up to half a minute for a server.
///
/// # Errors
///
/// See [`OpenError`]: [`OpenError::NotFound`] where there is no book, [`OpenError::NotABook`] where there is something else,
/// [`OpenError::Busy`] when others did not let go of it. Nothing has been removed; only if the connection to a server is lost
/// at the very end may it have been, and then all of it. It can be repeated.
pub async fn reset(url: &str) -> Result<(), OpenError> {
    match Engine::of(url)? {
        Engine::Sqlite(rest) => sqlite::reset(rest),
        Engine::Postgres => postgres::reset(url).await,
    }
}

/// What errors call the book at a URL: its path, or its server and database without user and password. Nothing is opened.
///
/// # Errors
///
/// See [`OpenError`], [`OpenError::BadUrl`] before all.
pub fn place_of(url: &str) -> Result<String, OpenError> {
    match Engine::of(url)? {
        Engine::Sqlite(rest) => sqlite::place(rest),
        Engine::Postgres => postgres::place(url),
    }
}

/// Which engine a URL means.
enum Engine<'a> {
    /// With what follows the scheme.
    Sqlite(&'a str),
    Postgres,
}

impl<'a> Engine<'a> {
    fn of(url: &'a str) -> Result<Self, OpenError> {
        match url.split_once(':') {
            Some(("sqlite", rest)) => Ok(Self::Sqlite(rest)),
            Some(("postgres" | "postgresql", _)) => Ok(Self::Postgres),
            // A scheme is short and without secrets, as long as it is one: a bare `user:password@host` is not.
            _ => Err(bad_url("the URL has no known scheme".to_owned())),
        }
    }
}

pub(crate) fn bad_url(problem: String) -> OpenError {
    OpenError::BadUrl { problem }
}

/// The feature is off that a URL needs; only its scheme is shown.
#[cfg(not(all(feature = "sqlite", feature = "postgres")))]
pub(crate) fn feature_off(url: &str, feature: &'static str) -> OpenError {
    let scheme = url.split(':').next().unwrap_or_default();
    OpenError::FeatureOff { scheme: scheme.to_owned(), feature }
}

#[cfg(test)]
mod tests {
    use futures_executor::block_on;

    use super::*;

    /// It is run with every set of features.
    #[test]
    fn a_scheme_is_understood_exactly_if_its_feature_is_on_and_otherwise_names_it() {
        let schemes = [
            ("sqlite:nailsage.db", "sqlite", cfg!(feature = "sqlite")),
            ("postgres://", "postgres", cfg!(feature = "postgres")),
            ("postgresql://", "postgres", cfg!(feature = "postgres")),
        ];
        for (url, wanted, is_on) in schemes {
            for result in [block_on(connect(url)).map(drop), block_on(reset(url))] {
                match result {
                    Err(OpenError::BadUrl { .. }) => assert!(is_on, "{url}"),
                    Err(OpenError::FeatureOff { scheme, feature }) => {
                        assert!(!is_on, "{url}");
                        assert_eq!((url.split(':').next(), wanted), (Some(scheme.as_str()), feature));
                    }
                    other => panic!("{url}: {other:?}"),
                }
            }
        }
    }

    #[test]
    fn a_password_is_in_no_error_whatever_the_url_looks_like() {
        for url in [
            "me:s3cret@host/db",
            "postgres:me:s3cret@host",
            "postgresql:/me:s3cret@host/db",
            "postgresql//me:s3cret@host/db",
            "Postgresql://me:s3cret@host/db",
            "mysql://me:s3cret@host/db",
            "postgresql://me:s3cret@@host/db",
            "postgresql://me:s3cret",
            "postgresql://me:s3cret@/db",
            "postgresql://me@host:s3cret/db",
            "postgresql://host/db?user=me&password=s3cret&nonsense=1",
            "postgresql://host/db?s3cret",
        ] {
            for result in [block_on(connect(url)).map(drop), block_on(reset(url)), place_of(url).map(drop)] {
                let error = result.expect_err("none of them is a URL");
                assert!(!format!("{error} {error:?}").contains("s3cret"), "{url}: {error:?}");
            }
        }
    }
}
