//! Whether the stored metrics hold all that has happened, and what to do when they do not.

use nailsage::{BookStatus, UnixMillis};

use super::App;
use crate::output::{note, time::Fineness, zone::Zone};

/// How the stored metrics stand.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Staleness {
    /// Nobody has refreshed them.
    NeverRefreshed,
    /// They lack what happened from a time on.
    Stale { as_of: UnixMillis, lacks_from: UnixMillis },
    /// They lack nothing.
    Current { as_of: UnixMillis },
}

impl Staleness {
    pub(crate) fn of(book: &BookStatus) -> Self {
        match (book.metrics_at, book.metrics_from) {
            (None, _) => Self::NeverRefreshed,
            (Some(as_of), Some(lacks_from)) => Self::Stale { as_of, lacks_from },
            (Some(as_of), None) => Self::Current { as_of },
        }
    }

    /// As of when they were refreshed.
    pub(crate) fn as_of(self) -> Option<UnixMillis> {
        match self {
            Self::NeverRefreshed => None,
            Self::Stale { as_of, .. } | Self::Current { as_of } => Some(as_of),
        }
    }

    /// Since when something is lacking.
    pub(crate) fn lacks_from(self) -> Option<UnixMillis> {
        match self {
            Self::Stale { lacks_from, .. } => Some(lacks_from),
            Self::NeverRefreshed | Self::Current { .. } => None,
        }
    }

    /// What is to be known of the metrics, and what to type.
    pub(crate) fn told(self, app: &App) -> String {
        let refresh = app.to_type("metrics refresh");
        let shown = |time: UnixMillis| Zone::shown().full(time, Fineness::of(time).min(Fineness::Seconds));
        match self {
            Self::NeverRefreshed => {
                format!("The metrics have never been worked out. To do so: {refresh}")
            }
            Self::Stale { as_of, lacks_from } => format!(
                "The metrics are stale: as of {}, they lack what happened from {} on. To bring them up to date: {refresh}",
                shown(as_of),
                shown(lacks_from)
            ),
            Self::Current { as_of } => format!("The metrics are as of {} and lack nothing.", shown(as_of)),
        }
    }

    /// The same for programs, which want to hear only of what they have to do.
    pub(crate) fn warning(self, app: &App) -> Option<String> {
        if matches!(self, Self::Current { .. }) { None } else { Some(self.told(app)) }
    }

    /// Tells it where it belongs: below a table, or beside what a program reads.
    pub(crate) fn tell(self, app: &App, out: &mut impl std::io::Write) -> std::io::Result<()> {
        if app.format() == crate::cli::Format::Table {
            return writeln!(out, "\n{}", self.told(app));
        }
        if let Some(warning) = self.warning(app) {
            note(warning);
        }
        Ok(())
    }
}
