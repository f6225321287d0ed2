//! What can go wrong when a book is opened, by what the caller can do about it. Nothing has been written in any case.

use std::sync::Arc;

use crate::{
    clock::{Clock, SystemClock},
    error::Source,
};

/// What opening may do to the place it opens.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub enum Access {
    /// Make the book if there is none and migrate an older one.
    #[default]
    Create,
    /// Migrate an older book and write to it; never make one.
    Migrate,
    /// Write to a book that is there at this version; never make or migrate one.
    Existing,
    /// Read a book that is there; commands are refused as unavailable.
    ReadOnly,
}

impl Access {
    /// Whether an older book is brought up to date.
    #[must_use]
    pub fn migrates(self) -> bool {
        matches!(self, Self::Create | Self::Migrate)
    }
}

/// How a book is opened.
#[derive(Debug, Clone)]
pub struct OpenOptions {
    /// What opening may do.
    pub access: Access,
    /// What stamps `created_at` and `updated_at`.
    pub clock: Arc<dyn Clock>,
}

impl Default for OpenOptions {
    fn default() -> Self {
        Self { access: Access::Create, clock: Arc::new(SystemClock) }
    }
}

/// A book could not be opened; nothing was written.
#[derive(Debug, Clone, thiserror::Error)]
#[non_exhaustive]
pub enum OpenError {
    /// The URL says nothing that can be opened.
    #[error(
        "{problem}; a book's URL looks like sqlite:///nailsage.db, sqlite:////var/lib/nailsage.db or postgresql://user:password@host:5432/database"
    )]
    BadUrl {
        /// What is wrong with it. Never the URL itself, which may hold a password.
        problem: String,
    },
    /// The URL's scheme belongs to a cargo feature that this program was built without.
    #[error(
        "this program was built without support for {scheme}: enable the feature `{feature}` of the crate nailsage"
    )]
    FeatureOff {
        /// The URL's scheme.
        scheme: String,
        /// The feature it needs.
        feature: &'static str,
    },
    /// There is no book at this place.
    #[error("there is no book at {place}; `nailsage db init` makes one")]
    NotFound {
        /// Where it was looked for.
        place: String,
    },
    /// The server has no such database.
    #[error("there is no database at {place}; `createdb` makes one")]
    NoDatabase {
        /// Where it was looked for.
        place: String,
    },
    /// The server does not answer.
    #[error("the server of {place} cannot be reached")]
    Unreachable {
        /// Where it was looked for.
        place: String,
        /// The cause.
        #[source]
        source: Source,
    },
    /// There is something else at this place.
    #[error("{place} is not a book: {found}")]
    NotABook {
        /// Where it is.
        place: String,
        /// What it is.
        found: String,
    },
    /// The database of the earlier Python system.
    #[error(
        "{place} was made by the earlier Python system, which this program does not read; give the book another place"
    )]
    PythonDatabase {
        /// Where it is.
        place: String,
    },
    /// The book was made or migrated by a newer version.
    #[error("{place} has schema version {found}, this program knows {known}; use a newer nailsage")]
    NewerSchema {
        /// Where it is.
        place: String,
        /// The book's version.
        found: i64,
        /// The newest version that this program knows.
        known: i64,
    },
    /// The book is of an older version, and this way of opening does not migrate.
    #[error(
        "{place} has schema version {found}, this program needs {known}; `nailsage db migrate` brings it up to date"
    )]
    OlderSchema {
        /// Where it is.
        place: String,
        /// The book's version.
        found: i64,
        /// The version that this program needs.
        known: i64,
    },
    /// The operating system or the server said no.
    #[error("no permission to open {place}")]
    PermissionDenied {
        /// Where it is.
        place: String,
        /// The cause.
        #[source]
        source: Source,
    },
    /// There is no room left.
    #[error("no space left for {place}; free some and try again")]
    Full {
        /// Where it is.
        place: String,
        /// The cause.
        #[source]
        source: Source,
    },
    /// The book is damaged.
    #[error("{place} is corrupt: {what}")]
    Corrupt {
        /// Where it is.
        place: String,
        /// What was found.
        what: String,
    },
    /// A place on which the engine's promises do not hold.
    #[error(
        "{place} is on a network file system ({kind}), where SQLite's locks and write-ahead log cannot be trusted; use a local disk, or PostgreSQL"
    )]
    NetworkFileSystem {
        /// Where it is.
        place: String,
        /// Which kind.
        kind: String,
    },
    /// The engine lacks something on which the book's promises rest.
    #[error("the engine cannot keep the book's promises: {missing}")]
    Unfit {
        /// What is missing.
        missing: String,
    },
    /// Somebody else holds the book.
    #[error("{place} is held by another process; try again when it is done")]
    Busy {
        /// Where it is.
        place: String,
    },
    /// Anything else.
    #[error("opening {place} failed during {during}")]
    Failed {
        /// Where it is.
        place: String,
        /// What was being done.
        during: &'static str,
        /// The cause.
        #[source]
        source: Source,
    },
}
