//! The memory backend: the same plans applied to maps. A test double for programs that use a book.

mod dashboard;
mod filters;
mod reader;
mod tables;

use std::{
    fmt,
    future::ready,
    sync::{Arc, Mutex, MutexGuard, PoisonError},
    time::{Duration, Instant},
};

use crate::{
    answer::Answer,
    clock::{Clock, SystemClock},
    command::Command,
    error::StoreError,
    events::schema_initialized,
    footprint::Footprint,
    group::fold,
    inspect::SCHEMA_VERSION,
    state::{Book, State},
    store::{Pending, Store},
    submission::Submission,
};
use tables::Tables;

/// A book in memory. It keeps every promise of [`Store`] but durability: it lives as long as its last clone.
///
/// ```
/// use nailsage_store::{MemoryStore, Reader, StoreExt, RegisterStrategy};
/// # use nailsage_domain::UnixMillis;
/// # futures_executor::block_on(async {
/// let book = MemoryStore::new();
/// let at = UnixMillis::new(1_640_991_660_000)?;
/// let registered = book
///     .register_strategy(
///         at,
///         RegisterStrategy {
///             strategy: "scalper/v1@7".parse()?,
///             interval: "1m".parse()?,
///             model_id: None,
///             config_path: None,
///             initial_bankroll: None,
///         },
///     )
///     .await?;
/// assert_eq!(registered.current_bankroll.to_string(), "10000");
/// # Ok::<(), Box<dyn std::error::Error>>(())
/// # }).unwrap();
/// ```
#[derive(Clone)]
pub struct MemoryStore {
    inner: Arc<Mutex<Inner>>,
    clock: Arc<dyn Clock>,
}

struct Inner {
    state: State,
    tables: Tables,
}

impl MemoryStore {
    /// An empty book by the machine's clock.
    #[must_use]
    pub fn new() -> Self {
        Self::with_clock(Arc::new(SystemClock))
    }

    /// An empty book by another clock.
    #[must_use]
    pub fn with_clock(clock: Arc<dyn Clock>) -> Self {
        let now = clock.now();
        let tables = Tables { events: vec![schema_initialized(now)], ..Tables::default() };
        let inner = Inner { state: State::new(Book::new(SCHEMA_VERSION, now)), tables };
        Self { inner: Arc::new(Mutex::new(inner)), clock }
    }

    /// A panic inside a command is caught before it can poison the lock, and nothing else under it panics half-way.
    fn lock(&self) -> MutexGuard<'_, Inner> {
        self.inner.lock().unwrap_or_else(PoisonError::into_inner)
    }

    fn carry_out(&self, command: Command, timeout: Duration) -> Result<Answer, StoreError> {
        let handed_over_at = Instant::now();
        let submission = Arc::new(Submission::new(command));
        let mut inner = self.lock();
        if handed_over_at.elapsed() >= timeout {
            return Err(StoreError::unavailable("the command's time was up before it could begin"));
        }
        if let Some(at) = Footprint::of(submission.command()).metrics_at {
            let input = inner.tables.metrics_input(inner.state.book(), at);
            inner.state.put_metrics(input);
        }
        let mut folded = fold(&mut inner.state, &[submission], self.clock.as_ref(), || false);
        inner.tables.append(folded.writes);
        folded.answers.pop().expect("a fold decides at least one command")
    }
}

impl Default for MemoryStore {
    fn default() -> Self {
        Self::new()
    }
}

impl fmt::Debug for MemoryStore {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("MemoryStore").finish_non_exhaustive()
    }
}

impl Store for MemoryStore {
    fn submit(&self, command: Command, timeout: Duration) -> Pending<Answer> {
        Box::pin(ready(self.carry_out(command, timeout)))
    }
}
