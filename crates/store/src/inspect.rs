//! What lies where a book is looked for, and whether it can be opened. An engine looks; what it means is decided here.

use crate::{
    error::StoreError,
    open::{Access, OpenError},
    state::Book,
};

/// The schema version that this program reads and writes.
pub const SCHEMA_VERSION: i64 = 1;

/// The migrations' own table; alone in a database, it is what an interrupted first start leaves.
pub const HISTORY_TABLE: &str = "refinery_schema_history";

/// The tables that the migrations make, on every engine: what a reset takes away. `book` comes last, because the server's
/// triggers ask it.
pub const TABLES: [&str; 13] = [
    "ledger",
    "daily_totals",
    "strategy_totals",
    "requests",
    "event_log",
    "performance_metrics",
    "strategy_snapshots",
    "state_snapshots",
    "trades",
    "signals",
    "positions",
    "strategies",
    "book",
];

/// The views that the migrations make, on every engine.
pub const VIEWS: [&str; 4] = ["v_open_positions", "v_closed_positions", "v_strategy_performance", "v_recent_signals"];

/// Tables of the earlier Python system, which had no `book`.
const PYTHON_TABLES: [&str; 4] = ["strategies", "positions", "signals", "trades"];

/// What was found.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Found {
    /// Nothing, or an empty database.
    Nothing,
    /// A book.
    Book {
        /// Its schema version.
        version: i64,
        /// Whether the migrations know of it; false when it was made by hand.
        has_history: bool,
    },
}

impl Found {
    /// What a database with these tables is, unless it is a book.
    ///
    /// # Errors
    ///
    /// [`OpenError::PythonDatabase`] and [`OpenError::NotABook`]; `kind` is what holds the tables, such as "an SQLite
    /// database".
    pub fn without_book(place: &str, kind: &str, tables: &[String]) -> Result<Self, OpenError> {
        if tables.iter().all(|table| table == HISTORY_TABLE) {
            return Ok(Self::Nothing);
        }
        let place = place.to_owned();
        if PYTHON_TABLES.iter().all(|table| tables.iter().any(|name| name == table)) {
            return Err(OpenError::PythonDatabase { place });
        }
        Err(OpenError::NotABook { place, found: format!("it is {kind} with the tables {}", tables.join(", ")) })
    }

    /// A database that has the table `book`, by what is in it.
    ///
    /// # Errors
    ///
    /// [`OpenError::Corrupt`] if there is no row in it.
    pub fn with_book(place: &str, version: Option<i64>, has_history: bool) -> Result<Self, OpenError> {
        let version = version.ok_or_else(|| OpenError::Corrupt {
            place: place.to_owned(),
            what: "its table book is empty: it was made by hand and not to the end".to_owned(),
        })?;
        Ok(Self::Book { version, has_history })
    }

    /// Says whether it can be opened in this way.
    ///
    /// # Errors
    ///
    /// [`OpenError::NotFound`], [`OpenError::NewerSchema`] and [`OpenError::OlderSchema`].
    pub fn admit(self, place: &str, access: Access) -> Result<Self, OpenError> {
        let place = place.to_owned();
        match self {
            Self::Nothing if access == Access::Create => Ok(self),
            Self::Nothing => Err(OpenError::NotFound { place }),
            Self::Book { version, .. } if version > SCHEMA_VERSION => {
                Err(OpenError::NewerSchema { place, found: version, known: SCHEMA_VERSION })
            }
            Self::Book { version, .. } if version < SCHEMA_VERSION && !access.migrates() => {
                Err(OpenError::OlderSchema { place, found: version, known: SCHEMA_VERSION })
            }
            Self::Book { .. } => Ok(self),
        }
    }

    /// Whether the migrations have something to do.
    #[must_use]
    pub fn needs_migration(self) -> bool {
        !matches!(self, Self::Book { version: SCHEMA_VERSION, has_history: true })
    }
}

/// Refuses to write a book that somebody has migrated since it was opened.
///
/// # Errors
///
/// [`StoreError::Unavailable`].
pub fn ensure_version(book: &Book) -> Result<(), StoreError> {
    if book.schema_version == SCHEMA_VERSION {
        return Ok(());
    }
    Err(StoreError::unavailable("another version of the program has migrated it; start this one again"))
}
