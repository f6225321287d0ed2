//! The pool of connections that read, and the thread that drives them. They never touch the writer.

use std::{
    convert::Infallible,
    io,
    panic::{AssertUnwindSafe, catch_unwind},
    pin::pin,
    sync::Arc,
    thread::{self, JoinHandle},
    time::{Duration, Instant},
};

use deadpool_postgres::{Manager, ManagerConfig, Object, Pool, PoolError, RecyclingMethod};
use futures_channel::oneshot;
use futures_util::{
    FutureExt as _, TryStreamExt as _,
    future::{Either, select},
};
use nailsage_store::{OpenError, Pending, StoreError};
use tokio::{
    runtime::{Builder, Handle, Runtime},
    sync::mpsc,
    time::{error::Elapsed, timeout_at},
};
use tokio_postgres::{Client, Error, Row};

use crate::{
    connection::Connector,
    fault::{Fault, cause, is_lost, store_error},
    load::milliseconds,
    pipeline::{all_at_once, command, query, stream},
    rows::{BadRow, Param},
};

#[cfg(test)]
mod tests;

/// How long a question may take, the wait for a connection included.
const READ_TIMEOUT: Duration = Duration::from_secs(10);

/// The server ends a question at its deadline; one that does not even do that is given up so much later.
const GRACE: Duration = Duration::from_millis(500);

/// So many idle connections are kept. Others are closed when they have been idle for so long.
const IDLE_MAX: usize = 5;
const IDLE_TIMEOUT: Duration = Duration::from_mins(1);

/// How often idle connections are looked at.
const TRIM_INTERVAL: Duration = Duration::from_secs(15);

/// A statement that reads.
#[derive(Debug)]
pub(crate) struct Question {
    pub(crate) during: &'static str,
    pub(crate) sql: String,
    pub(crate) params: Vec<Param<'static>>,
}

/// A statement that is asked together with others, and its values.
pub(crate) type Part = (String, Vec<Param<'static>>);

/// Canceled once nobody waits for the answer any more; nothing is ever sent.
type Wanted = oneshot::Sender<Infallible>;

/// Takes a row into what is made of them.
type Take<A> = fn(&mut A, Row) -> Result<(), BadRow>;

/// Questions in, answers out. Dropping it ends its thread once the questions that were asked are answered.
#[derive(Debug)]
pub(crate) struct Readers {
    pool: Pool,
    timeout: Duration,
    handle: Handle,
    /// Every task holds one; when the last is gone, the thread ends.
    alive: Option<mpsc::Sender<Infallible>>,
    thread: Option<JoinHandle<()>>,
}

impl Readers {
    pub(crate) fn start(connector: &Connector) -> io::Result<Self> {
        Self::start_with(connector, READ_TIMEOUT)
    }

    /// With a limit to how long a question may take, the wait for a connection included.
    fn start_with(connector: &Connector, timeout: Duration) -> io::Result<Self> {
        // A connection that somebody left in a transaction is found and cleaned by rolling back; the other ways of
        // recycling hand it on as it is. Rolling back nothing would be a warning in the server's log each time.
        let config = ManagerConfig { recycling_method: RecyclingMethod::Custom("BEGIN; ROLLBACK".to_owned()) };
        let manager = Manager::from_config(connector.target.config.clone(), connector.tls.clone(), config);
        let pool = Pool::builder(manager).max_size(connector.target.pool_size).build();
        let pool = pool.expect("a pool without limits of its own needs no runtime");
        let runtime = Builder::new_current_thread().enable_all().build()?;
        let handle = runtime.handle().clone();
        let (alive, ends) = mpsc::channel(1);
        handle.spawn(trim(pool.clone()));
        let thread = thread::Builder::new().name("nailsage-reader".to_owned());
        let thread = thread.spawn(move || serve(&runtime, ends))?;
        Ok(Self { pool, timeout, handle, alive: Some(alive), thread: Some(thread) })
    }

    /// Runs something on the thread of the readers; dropping what is returned stops it.
    pub(crate) fn run_while_wanted<T: Send + 'static>(
        &self,
        work: impl Future<Output = T> + Send + 'static,
    ) -> oneshot::Receiver<T> {
        let (mut sender, receiver) = oneshot::channel();
        let alive = self.alive.clone();
        self.handle.spawn(async move {
            let done = match select(pin!(work), sender.cancellation()).await {
                Either::Left((done, _)) => Some(done),
                Either::Right(_) => None,
            };
            // Gone with its receiver, if there is nothing to send.
            drop(done.map(|done| sender.send(done)));
            drop(alive);
        });
        receiver
    }

    /// Asks a question. What it gets is one statement's answer, and no transaction stays open behind it.
    pub(crate) fn ask<T: Send + 'static>(
        &self,
        question: Question,
        map: impl FnOnce(&[Row]) -> Result<T, BadRow> + Send + 'static,
    ) -> Pending<T> {
        let take = |rows: &mut Vec<Row>, row| {
            rows.push(row);
            Ok(())
        };
        self.ask_each(question, Vec::new(), take, move |rows| map(&rows))
    }

    /// The same, with each row taken as it arrives, so that there may be any number of them.
    pub(crate) fn ask_each<A: Send + 'static, T: Send + 'static>(
        &self,
        question: Question,
        taken: A,
        take: Take<A>,
        finish: impl FnOnce(A) -> Result<T, BadRow> + Send + 'static,
    ) -> Pending<T> {
        let (pool, deadline) = (self.pool.clone(), Instant::now() + self.timeout);
        self.spawn(|wanted| answer(pool, deadline, question, (taken, take, finish), wanted))
    }

    /// Lets an answer be worked out on the thread of the readers. The work can ask whether the answer is still wanted.
    fn spawn<T: Send + 'static, W: Future<Output = Result<T, StoreError>> + Send + 'static>(
        &self,
        work: impl FnOnce(Wanted) -> W,
    ) -> Pending<T> {
        let (wanted, wants) = oneshot::channel();
        let (sender, receiver) = oneshot::channel();
        let (work, alive) = (work(wanted), self.alive.clone());
        self.handle.spawn(async move {
            let answer = work.await;
            drop(sender.send(answer));
            drop(alive);
        });
        Box::pin(async move {
            let answer = receiver.await.unwrap_or_else(|_| Err(StoreError::unavailable("a reader has died")));
            drop(wants);
            answer
        })
    }
}

impl Readers {
    /// Asks several statements at once that see the same moment; no transaction stays open behind them.
    pub(crate) fn ask_together<T: Send + 'static>(
        &self,
        during: &'static str,
        parts: Vec<Part>,
        finish: impl FnOnce(Vec<Vec<Row>>) -> Result<T, BadRow> + Send + 'static,
    ) -> Pending<T> {
        let (pool, deadline) = (self.pool.clone(), Instant::now() + self.timeout);
        self.spawn(|wanted| answer_together(pool, deadline, (during, parts), finish, wanted))
    }
}

impl Drop for Readers {
    fn drop(&mut self) {
        self.alive = None;
        if let Some(thread) = self.thread.take()
            && thread.join().is_err()
        {
            tracing::error!("a reader of the book panicked");
        }
    }
}

fn serve(runtime: &Runtime, mut ends: mpsc::Receiver<Infallible>) {
    // Nothing is ever sent: it ends when every sender is gone.
    let ended = runtime.block_on(ends.recv());
    debug_assert!(ended.is_none());
}

async fn answer<A: Send, T>(
    pool: Pool,
    deadline: Instant,
    question: Question,
    (mut taken, take, finish): (A, Take<A>, impl FnOnce(A) -> Result<T, BadRow>),
    wanted: Wanted,
) -> Result<T, StoreError> {
    let (connection, left) = connection(pool, deadline, &wanted).await?;
    let during = question.during;
    let mut bad = None;
    let each = |row| {
        let took = catch_unwind(AssertUnwindSafe(|| take(&mut taken, row)));
        let took = took.map_err(|payload| StoreError::panicked("a question", &*payload));
        let took = took.and_then(|took| took.map_err(|error| store_error(during, Fault::BadRow(error))));
        bad = took.err();
        bad.is_none()
    };
    let read = timeout_at((deadline + GRACE).into(), read(&connection, &question, left, each)).await;
    give_back(during, connection, read)?;
    if let Some(error) = bad {
        return Err(error);
    }
    finished(during, || finish(taken))
}

async fn answer_together<T>(
    pool: Pool,
    deadline: Instant,
    (during, parts): (&'static str, Vec<Part>),
    finish: impl FnOnce(Vec<Vec<Row>>) -> Result<T, BadRow>,
    wanted: Wanted,
) -> Result<T, StoreError> {
    let (connection, left) = connection(pool, deadline, &wanted).await?;
    let read = timeout_at((deadline + GRACE).into(), read_together(&connection, &parts, left)).await;
    let rows = give_back(during, connection, read)?;
    finished(during, || finish(rows))
}

/// A connection for a question that is still wanted, and how much time it has left.
async fn connection(pool: Pool, deadline: Instant, wanted: &Wanted) -> Result<(Object, Duration), StoreError> {
    let connection = match timeout_at(deadline.into(), pool.get()).await {
        Ok(Ok(connection)) => connection,
        Ok(Err(PoolError::Backend(error))) => {
            let reason = "its server cannot be reached";
            return Err(StoreError::Unavailable { reason, source: Some(cause(error)) });
        }
        Ok(Err(error)) => {
            let reason = "there is no connection for the question";
            return Err(StoreError::Unavailable { reason, source: Some(Arc::new(error)) });
        }
        Err(_) => return Err(StoreError::unavailable("too many questions at once, or its server does not answer")),
    };
    if wanted.is_canceled() {
        return Err(StoreError::unavailable("nobody waits for the answer"));
    }
    Ok((connection, deadline.saturating_duration_since(Instant::now())))
}

/// What was read. The connection goes back to the pool unless it is of no use to anybody else.
fn give_back<T>(
    during: &'static str,
    connection: Object,
    read: Result<Result<T, Error>, Elapsed>,
) -> Result<T, StoreError> {
    match read {
        Ok(Ok(read)) => Ok(read),
        Ok(Err(error)) => {
            if is_lost(&error) {
                drop(Object::take(connection));
            }
            Err(store_error(during, Fault::Engine(error)))
        }
        Err(_) => {
            // What it is still doing is nobody's business any more, so nobody else gets it.
            drop(Object::take(connection));
            Err(StoreError::unavailable("the question took too long"))
        }
    }
}

fn finished<T>(during: &'static str, finish: impl FnOnce() -> Result<T, BadRow>) -> Result<T, StoreError> {
    let finished = catch_unwind(AssertUnwindSafe(finish));
    let finished = finished.map_err(|payload| StoreError::panicked("a question", &*payload))?;
    finished.map_err(|error| store_error(during, Fault::BadRow(error)))
}

/// Several statements that see the same moment, in one round trip.
async fn read_together(client: &Client, parts: &[Part], left: Duration) -> Result<Vec<Vec<Row>>, Error> {
    let begin = format!(
        "BEGIN ISOLATION LEVEL REPEATABLE READ READ ONLY; SET LOCAL statement_timeout = {}",
        milliseconds(left)
    );
    let mut requests = vec![command(client, &begin)];
    requests.extend(parts.iter().map(|(sql, params)| query(client, sql, params)));
    requests.push(command(client, "COMMIT"));
    let mut replies = all_at_once(requests).await.map_err(|failure| failure.error)?;
    replies.pop();
    replies.remove(0);
    Ok(replies)
}

/// One statement in a transaction of its own, in one round trip. The limit is the transaction's, so that it holds behind a
/// pooler too. Rows are handed on until one is not wanted.
async fn read(
    client: &Client,
    question: &Question,
    left: Duration,
    mut each: impl FnMut(Row) -> bool + Send,
) -> Result<(), Error> {
    let begin =
        format!("BEGIN ISOLATION LEVEL READ COMMITTED READ ONLY; SET LOCAL statement_timeout = {}", milliseconds(left));
    let rows = async {
        let mut rows = pin!(stream(client, &question.sql, &question.params).await?);
        while let Some(row) = rows.try_next().await? {
            if !each(row) {
                break;
            }
        }
        Ok(())
    };
    let requests = vec![command(client, &begin), rows.boxed(), command(client, "COMMIT")];
    all_at_once(requests).await.map(drop).map_err(|failure| failure.error)
}

/// Closes connections that are not needed any more, from time to time.
async fn trim(pool: Pool) {
    let mut ticks = tokio::time::interval(TRIM_INTERVAL);
    loop {
        ticks.tick().await;
        trim_now(&pool, IDLE_TIMEOUT);
    }
}

/// Of the connections that nobody uses, a few are kept, and those that were used within this time.
fn trim_now(pool: &Pool, idle_timeout: Duration) {
    let mut spare = pool.status().available.saturating_sub(IDLE_MAX);
    pool.retain(|_, metrics| {
        let is_kept = spare == 0 || metrics.last_used() < idle_timeout;
        spare -= usize::from(!is_kept);
        is_kept
    });
}

/// What the operating system refuses when a book is opened.
pub(crate) fn no_thread(place: &str, error: io::Error) -> OpenError {
    OpenError::Failed { place: place.to_owned(), during: "starting its threads", source: Arc::new(error) }
}
