//! From a URL to an open book.

use std::{
    env::{self, VarError},
    sync::Arc,
};

use nailsage_store::{OpenError, OpenOptions, Store};

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
    match url.split_once(':') {
        Some(("sqlite", rest)) => sqlite(rest, options),
        Some((scheme @ ("postgres" | "postgresql"), _)) => postgres(scheme, url, options).await,
        // A scheme is short and without secrets, as long as it is one: a bare `user:password@host` is not.
        _ => Err(bad_url("the URL has no known scheme".to_owned())),
    }
}

fn bad_url(problem: String) -> OpenError {
    OpenError::BadUrl { problem }
}

#[cfg(feature = "postgres")]
async fn postgres(_scheme: &str, url: &str, options: &OpenOptions) -> Result<Arc<dyn Store>, OpenError> {
    Ok(Arc::new(nailsage_store_postgres::PostgresStore::open(url, options).await?))
}

#[cfg(not(feature = "postgres"))]
fn postgres(scheme: &str, _url: &str, _options: &OpenOptions) -> std::future::Ready<Result<Arc<dyn Store>, OpenError>> {
    std::future::ready(Err(OpenError::FeatureOff { scheme: scheme.to_owned(), feature: "postgres" }))
}

#[cfg(feature = "sqlite")]
fn sqlite(rest: &str, options: &OpenOptions) -> Result<Arc<dyn Store>, OpenError> {
    use nailsage_store_sqlite::SqliteStore;
    if rest == ":memory:" {
        return Ok(Arc::new(SqliteStore::open_private(options)?));
    }
    // Three slashes begin a relative path and four an absolute one.
    let path = rest.strip_prefix("///").ok_or_else(|| bad_url("a file's URL begins with sqlite:///".to_owned()))?;
    if path.is_empty() {
        return Err(bad_url("the URL names no file".to_owned()));
    }
    if path.contains(['?', '#', '\0']) {
        return Err(bad_url("a file's URL has no parameters".to_owned()));
    }
    Ok(Arc::new(SqliteStore::open(std::path::Path::new(path), options)?))
}

#[cfg(not(feature = "sqlite"))]
fn sqlite(_rest: &str, _options: &OpenOptions) -> Result<Arc<dyn Store>, OpenError> {
    Err(OpenError::FeatureOff { scheme: "sqlite".to_owned(), feature: "sqlite" })
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
            match block_on(connect(url)) {
                Err(OpenError::BadUrl { .. }) => assert!(is_on, "{url}"),
                Err(OpenError::FeatureOff { scheme, feature }) => {
                    assert!(!is_on, "{url}");
                    assert_eq!((url.split(':').next(), wanted), (Some(scheme.as_str()), feature));
                }
                other => panic!("{url}: {other:?}"),
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
            let error = block_on(connect(url)).expect_err("none of them is a URL");
            assert!(!format!("{error} {error:?}").contains("s3cret"), "{url}: {error:?}");
        }
    }
}
