//! The clock that stamps `created_at` and `updated_at`; injected, so that tests fix it.

use std::{
    fmt::Debug,
    time::{SystemTime, UNIX_EPOCH},
};

use nailsage_domain::UnixMillis;

/// Tells when a row is written. It never decides anything: what happened when is the command's own time.
pub trait Clock: Debug + Send + Sync {
    /// The time now.
    fn now(&self) -> UnixMillis;
}

/// The machine's clock.
#[derive(Debug, Clone, Copy, Default)]
pub struct SystemClock;

impl Clock for SystemClock {
    /// A machine whose clock stands outside the plausible range gets the range's nearer end: a wrong stamp is no
    /// reason to lose a trade.
    fn now(&self) -> UnixMillis {
        let millis = SystemTime::now().duration_since(UNIX_EPOCH).map_or(0, |since| since.as_millis());
        let millis = i64::try_from(millis).unwrap_or(i64::MAX);
        UnixMillis::new(millis.clamp(UnixMillis::MIN.get(), UnixMillis::MAX.get())).unwrap_or(UnixMillis::MIN)
    }
}
