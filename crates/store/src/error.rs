//! What can go wrong with a store, by what the caller can do about it.

use std::{any::Any, error::Error, sync::Arc};

use nailsage_domain::RequestKey;

/// The cause underneath; shared, because one cause can fail a whole group of commands.
pub type Source = Arc<dyn Error + Send + Sync + 'static>;

/// A store could not answer. Only [`Unknown`](Self::Unknown) leaves open whether the command was carried out; for all
/// others nothing was written.
#[derive(Debug, Clone, thiserror::Error)]
#[non_exhaustive]
pub enum StoreError {
    /// The command was never begun: its time was up, or the book is busy or closed. Try again.
    #[error("the book is unavailable: {reason}")]
    Unavailable {
        /// Why.
        reason: &'static str,
        /// The cause, if there is one.
        #[source]
        source: Option<Source>,
    },
    /// The book holds something that it cannot hold. Stop, and look at it.
    #[error("the book is corrupt: {what}")]
    Corrupt {
        /// What was found.
        what: String,
        /// The cause, if there is one.
        #[source]
        source: Option<Source>,
    },
    /// The engine failed, and nothing was written.
    #[error("the book's engine failed during {during}")]
    Backend {
        /// What it was doing.
        during: &'static str,
        /// The cause.
        #[source]
        source: Source,
    },
    /// It cannot be told whether the command was carried out. Repeat it with its key: then it is, exactly once.
    #[error("it is unknown whether the command was carried out; repeat it with its key to settle that")]
    Unknown {
        /// The command's key. A command without one cannot be settled, which is why [`StoreExt`](crate::StoreExt)
        /// makes one.
        key: Option<RequestKey>,
        /// The cause, if there is one.
        #[source]
        source: Option<Source>,
    },
}

impl StoreError {
    /// The error's name, for wire formats: `unavailable`, `corrupt`, `backend` or `unknown`.
    #[must_use]
    pub fn code(&self) -> &'static str {
        match self {
            Self::Unavailable { .. } => "unavailable",
            Self::Corrupt { .. } => "corrupt",
            Self::Backend { .. } => "backend",
            Self::Unknown { .. } => "unknown",
        }
    }

    /// A failure of the engine that wrote nothing.
    pub fn backend(during: &'static str, source: impl Error + Send + Sync + 'static) -> Self {
        Self::Backend { during, source: Arc::new(source) }
    }

    /// A defect of ours that wrote nothing: what was being done panicked with this payload.
    #[must_use]
    pub fn panicked(during: &'static str, payload: &(dyn Any + Send)) -> Self {
        let text = payload.downcast_ref::<&str>().copied();
        let text = text.or_else(|| payload.downcast_ref::<String>().map(String::as_str));
        Self::backend(during, Panicked(text.unwrap_or("without words").to_owned()))
    }

    /// Something in the book that cannot be there.
    pub fn corrupt(what: impl Into<String>) -> Self {
        Self::Corrupt { what: what.into(), source: None }
    }

    /// A command that was never begun.
    #[must_use]
    pub fn unavailable(reason: &'static str) -> Self {
        Self::Unavailable { reason, source: None }
    }
}

#[derive(Debug, thiserror::Error)]
#[error("it panicked: {0}")]
struct Panicked(String);
