//! The writer's connection and its transactions: begin and load, write and commit, and what each failure means.

use std::{
    io,
    sync::Arc,
    time::{Duration, Instant},
};

use nailsage_store::{
    StoreError,
    footprint::Footprint,
    group::Settlement,
    plan::Writes,
    rows::batches,
    state::State,
    writer::{self, NotBegun},
};
use tokio::{
    runtime::{Builder, Runtime},
    time::{sleep_until, timeout_at},
};

use crate::{
    connection::{ConnectError, Connector, Session},
    fault::{Fault, cause, is_busy, is_lost, refusal, store_error},
    load,
    prepared::Between,
    write::write_and_commit,
};

/// How long it waits between two attempts to reach a server, at first and at most: a server that is back is found soon.
const RETRY_FIRST: Duration = Duration::from_millis(50);
const RETRY_MAX: Duration = Duration::from_millis(500);

/// How long one attempt to begin may take, whatever time is left: a connection that hangs is given up, and another one tried.
const BEGIN_MAX: Duration = Duration::from_secs(15);

/// How long a commit may take beyond the last deadline of its group. Whoever waited knows nothing by then, but a commit that
/// is nearly there is better than a connection that is thrown away.
const COMMIT_GRACE: Duration = Duration::from_secs(2);

/// What nobody limits is limited to this, because clocks have an end.
const FOREVER: Duration = Duration::from_hours(24);

/// The one connection that writes, driven on the writer's thread. It is dropped after any failure.
#[derive(Debug)]
pub(crate) struct Engine {
    runtime: Runtime,
    link: Link,
}

impl Engine {
    pub(crate) fn new(connector: Connector) -> io::Result<Self> {
        let runtime = Builder::new_current_thread().enable_all().build()?;
        let retry_at = Instant::now();
        let link = Link { connector, session: None, is_pooled: false, retry: RETRY_FIRST, retry_at };
        Ok(Self { runtime, link })
    }
}

impl writer::Engine for Engine {
    fn begin(&mut self, footprint: &Footprint, until: Instant) -> Result<State, NotBegun> {
        self.runtime.block_on(self.link.begin(footprint, until))
    }

    fn commit(&mut self, writes: &Writes, until: Instant) -> Settlement {
        self.runtime.block_on(self.link.commit(writes, until))
    }

    fn roll_back(&mut self) {
        self.runtime.block_on(self.link.roll_back());
    }
}

impl Drop for Engine {
    fn drop(&mut self) {
        if let Some(session) = self.link.session.take() {
            self.runtime.block_on(session.close());
        }
    }
}

#[derive(Debug)]
struct Link {
    connector: Connector,
    session: Option<Session>,
    /// Whether a pooler was found between here and the server; then nothing is prepared.
    is_pooled: bool,
    /// How long to wait after the next attempt that fails.
    retry: Duration,
    /// No attempt before this.
    retry_at: Instant,
}

impl Link {
    async fn begin(&mut self, footprint: &Footprint, until: Instant) -> Result<State, NotBegun> {
        loop {
            let (mut session, is_new) = self.connected(until).await?;
            let left = time_left(until);
            let beginning = timeout_at(after(left.min(BEGIN_MAX)), async {
                session.prepare().await?;
                load::begin(&mut session, footprint, left).await
            });
            let fault = match beginning.await {
                Ok(Ok(state)) => {
                    self.session = Some(session);
                    return Ok(state);
                }
                Ok(Err(fault)) => fault,
                Err(_) => {
                    session.abandon().await;
                    return Err(NotBegun::Busy(Arc::new(ConnectError::TimedOut)));
                }
            };
            if let Fault::Engine(error) = &fault
                && is_busy(error)
            {
                // Nothing is wrong with the connection, and whoever waits for the book does so again and again.
                self.session = Some(session);
                self.roll_back().await;
                return Err(NotBegun::Busy(fault.into_cause()));
            }
            let was_prepared = !matches!(session.between, Between::Somebody);
            session.abandon().await;
            match fault {
                Fault::Elsewhere => self.found_pooler(),
                // Whatever was wrong with preparing is not wrong without.
                Fault::Engine(error) if was_prepared && refusal(&error).is_some() && !self.is_pooled => {
                    tracing::debug!(%error, "a statement failed that was prepared, or to be prepared");
                    self.found_pooler();
                }
                // It was lost while nobody used it, and nothing has begun.
                Fault::Engine(error) if is_lost(&error) && !is_new => {
                    tracing::info!(%error, book = %self.connector.target.place, "connecting again");
                }
                Fault::Engine(error) if is_lost(&error) => {
                    self.wait_longer();
                    return Err(NotBegun::Busy(cause(error)));
                }
                fault => return Err(NotBegun::Failed(store_error("loading what a command touches", fault))),
            }
        }
    }

    async fn commit(&mut self, writes: &Writes, until: Instant) -> Settlement {
        let session = self.session.take().expect("a group that has begun has its connection");
        let settlement = match batches(writes) {
            Ok(batches) => {
                let limit = after(time_left(until).max(COMMIT_GRACE));
                let committing = timeout_at(limit, write_and_commit(&session, &batches)).await;
                committing.unwrap_or_else(|_| Settlement::Unknown(Arc::new(ConnectError::TimedOut)))
            }
            Err(error) => Settlement::NotCommitted(error),
        };
        if matches!(settlement, Settlement::Committed) {
            self.session = Some(session);
        } else {
            tracing::warn!(?settlement, book = %self.connector.target.place, "a group was not committed");
            session.abandon().await;
        }
        settlement
    }

    async fn roll_back(&mut self) {
        let Some(session) = self.session.take() else { return };
        match timeout_at(after(COMMIT_GRACE), session.client.batch_execute("ROLLBACK")).await {
            Ok(Ok(())) => self.session = Some(session),
            // Closing the connection rolls back as well.
            Ok(Err(_)) | Err(_) => session.abandon().await,
        }
    }

    /// The connection, and whether it is a new one.
    async fn connected(&mut self, until: Instant) -> Result<(Session, bool), NotBegun> {
        if let Some(session) = self.session.take() {
            return Ok((session, false));
        }
        // Whoever's time is up meanwhile is told so by the queue.
        sleep_until(self.retry_at.min(until).into()).await;
        let connecting = timeout_at(after(time_left(until).min(BEGIN_MAX)), self.connect()).await;
        match connecting.unwrap_or(Err(ConnectError::TimedOut)) {
            Ok(session) => {
                self.retry = RETRY_FIRST;
                Ok((session, true))
            }
            Err(error @ ConnectError::Unfit(_)) => {
                self.wait_longer();
                tracing::error!(%error, book = %self.connector.target.place, "the server was changed");
                let reason = "its server cannot keep the book's promises any more";
                Err(NotBegun::Failed(StoreError::Unavailable { reason, source: Some(Arc::new(error)) }))
            }
            Err(error) => {
                self.wait_longer();
                tracing::warn!(%error, book = %self.connector.target.place, "no connection");
                Err(NotBegun::Busy(Arc::new(error)))
            }
        }
    }

    /// Connects, and marks the connection unless somebody is known to stand in between.
    async fn connect(&self) -> Result<Session, ConnectError> {
        let mut session = self.connector.connect().await?;
        if !self.is_pooled
            && let Err(error) = session.mark().await
        {
            session.abandon().await;
            return Err(error.into());
        }
        Ok(session)
    }

    fn found_pooler(&mut self) {
        tracing::info!(book = %self.connector.target.place, "nothing is prepared from now on, as behind a pooler");
        self.is_pooled = true;
    }

    fn wait_longer(&mut self) {
        self.retry_at = Instant::now() + self.retry;
        self.retry = (self.retry * 2).min(RETRY_MAX);
    }
}

fn time_left(until: Instant) -> Duration {
    until.saturating_duration_since(Instant::now()).min(FOREVER)
}

fn after(duration: Duration) -> tokio::time::Instant {
    tokio::time::Instant::now() + duration
}
