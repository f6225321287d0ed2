//! A few threads that read, each with a connection of its own. They never touch the writer.

use std::{
    collections::VecDeque,
    ffi::c_int,
    io,
    panic::{AssertUnwindSafe, catch_unwind},
    path::{Path, PathBuf},
    sync::{Arc, Condvar, Mutex, MutexGuard, PoisonError},
    thread::{self, JoinHandle},
    time::{Duration, Instant},
};

use futures_channel::oneshot;
use nailsage_store::{Pending, StoreError};
use rusqlite::Connection;

use crate::connection::open_reader;

/// How many threads read at once.
const READERS: usize = 4;

/// How long a question may take, the wait for a reader included.
const READ_TIMEOUT: Duration = Duration::from_secs(10);

/// How many steps of SQLite's machine lie between two looks at the clock: well below a millisecond.
const STEPS_BETWEEN_LOOKS: c_int = 10_000;

type Job = Box<dyn FnOnce(&mut Seat<'_>) + Send>;

/// Questions in, answers out. Dropping it ends its threads once the questions that were asked are answered.
#[derive(Debug)]
pub(crate) struct Readers {
    desk: Arc<Desk>,
    timeout: Duration,
    threads: Vec<JoinHandle<()>>,
}

struct Desk {
    path: PathBuf,
    state: Mutex<DeskState>,
    work: Condvar,
}

#[derive(Default)]
struct DeskState {
    jobs: VecDeque<Job>,
    is_closed: bool,
}

impl std::fmt::Debug for Desk {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.debug_struct("Desk").field("path", &self.path).finish_non_exhaustive()
    }
}

impl Desk {
    /// Nothing under this lock panics, so a poisoned one is whole.
    fn lock(&self) -> MutexGuard<'_, DeskState> {
        self.state.lock().unwrap_or_else(PoisonError::into_inner)
    }

    fn next(&self) -> Option<Job> {
        let mut state = self.lock();
        loop {
            if let Some(job) = state.jobs.pop_front() {
                return Some(job);
            }
            if state.is_closed {
                return None;
            }
            state = self.work.wait(state).unwrap_or_else(PoisonError::into_inner);
        }
    }
}

impl Readers {
    pub(crate) fn start(path: &Path) -> io::Result<Self> {
        Self::start_with(path, READ_TIMEOUT)
    }

    /// With a limit to how long a question may take, the wait for a reader included.
    fn start_with(path: &Path, timeout: Duration) -> io::Result<Self> {
        let desk = Desk { path: path.to_owned(), state: Mutex::new(DeskState::default()), work: Condvar::new() };
        let mut readers = Self { desk: Arc::new(desk), timeout, threads: Vec::new() };
        for _ in 0..READERS {
            let desk = Arc::clone(&readers.desk);
            let thread = thread::Builder::new().name("nailsage-reader".to_owned());
            readers.threads.push(thread.spawn(move || Seat { desk: &desk, connection: None }.serve())?);
        }
        Ok(readers)
    }

    /// Asks a question. What it gets is one statement's answer, so no transaction stays open behind it.
    ///
    /// All questions may take equally long, so those ahead of this one are over by its own deadline.
    pub(crate) fn ask<T: Send + 'static>(
        &self,
        question: impl FnOnce(&Connection) -> Result<T, StoreError> + Send + 'static,
    ) -> Pending<T> {
        let (sender, receiver) = oneshot::channel();
        let deadline = Instant::now() + self.timeout;
        let job: Job = Box::new(move |seat| {
            // A caller that is gone does not want it.
            if !sender.is_canceled() {
                drop(sender.send(seat.answer(deadline, question)));
            }
        });
        self.desk.lock().jobs.push_back(job);
        self.desk.work.notify_one();
        Box::pin(async move { receiver.await.unwrap_or_else(|_| Err(StoreError::unavailable("a reader has died"))) })
    }
}

impl Drop for Readers {
    fn drop(&mut self) {
        self.desk.lock().is_closed = true;
        self.desk.work.notify_all();
        for thread in self.threads.drain(..) {
            if thread.join().is_err() {
                tracing::error!("a reader of the book panicked");
            }
        }
    }
}

/// Where one thread answers.
struct Seat<'a> {
    desk: &'a Desk,
    connection: Option<Connection>,
}

impl Seat<'_> {
    fn serve(&mut self) {
        while let Some(job) = self.desk.next() {
            job(self);
        }
    }

    fn answer<T>(
        &mut self,
        deadline: Instant,
        question: impl FnOnce(&Connection) -> Result<T, StoreError>,
    ) -> Result<T, StoreError> {
        if Instant::now() >= deadline {
            return Err(StoreError::unavailable("too many questions at once"));
        }
        let mut connection = match self.connection.take() {
            Some(connection) => connection,
            None => open_reader(&self.desk.path).map_err(|error| StoreError::backend("opening a reader", error))?,
        };
        connection
            .progress_handler(STEPS_BETWEEN_LOOKS, Some(move || Instant::now() >= deadline))
            .map_err(|error| StoreError::backend("limiting a question", error))?;
        // A question that panics is a defect of ours: its caller hears of it, the thread goes on, and the connection,
        // which nobody may look at again, is dropped.
        let answer = catch_unwind(AssertUnwindSafe(|| question(&connection)))
            .map_err(|payload| StoreError::panicked("a question", &*payload))?;
        self.connection = Some(connection);
        answer
    }
}

#[cfg(test)]
#[allow(clippy::unwrap_used, reason = "a test says what it expects by failing")]
mod tests {
    use std::sync::atomic::{AtomicBool, Ordering};

    use futures_executor::block_on;

    use super::*;
    use crate::fault::store_error;

    fn readers(timeout: Duration) -> (tempfile::TempDir, Readers) {
        let folder = tempfile::tempdir().unwrap();
        let path = folder.path().join("book.db");
        Connection::open(&path).unwrap().execute_batch("CREATE TABLE kept (id INTEGER PRIMARY KEY)").unwrap();
        let readers = Readers::start_with(&path, timeout).unwrap();
        (folder, readers)
    }

    fn number(connection: &Connection, sql: &str) -> Result<i64, StoreError> {
        connection.query_row(sql, [], |row| row.get(0)).map_err(|error| store_error("counting", error))
    }

    #[test]
    fn a_panic_costs_only_its_own_question() {
        let (_folder, readers) = readers(READ_TIMEOUT);
        let panics: Vec<Pending<()>> = (0..2 * READERS).map(|_| readers.ask(|_| panic!("a defect"))).collect();
        for answer in panics {
            let Err(StoreError::Backend { during, source }) = block_on(answer) else { panic!("it was not told") };
            assert_eq!((during, source.to_string()), ("a question", "it panicked: a defect".to_owned()));
        }
        for _ in 0..2 * READERS {
            assert_eq!(block_on(readers.ask(|connection| number(connection, "SELECT 7"))).unwrap(), 7);
        }
    }

    #[test]
    fn no_question_runs_or_waits_past_its_deadline() {
        const ENDLESS: &str =
            "WITH RECURSIVE n (i) AS (SELECT 1 UNION ALL SELECT i + 1 FROM n) SELECT count(*) FROM n WHERE i < 0";
        let timeout = Duration::from_secs(1);
        let (_folder, readers) = readers(timeout);
        let asked_at = Instant::now();
        // The first ones keep every reader busy, the others find none.
        let answers: Vec<_> = (0..3 * READERS)
            .map(|_| {
                let has_begun = Arc::new(AtomicBool::new(false));
                let begins = Arc::clone(&has_begun);
                let answer = readers.ask(move |connection| {
                    begins.store(true, Ordering::Release);
                    number(connection, ENDLESS)
                });
                (answer, has_begun)
            })
            .collect();
        let mut num_begun = 0;
        for (answer, has_begun) in answers {
            let Err(StoreError::Unavailable { reason, .. }) = block_on(answer) else { panic!("it was not ended") };
            let has_begun = has_begun.load(Ordering::Acquire);
            num_begun += usize::from(has_begun);
            let expected = if has_begun { "the question took too long" } else { "too many questions at once" };
            assert_eq!(reason, expected);
        }
        assert!((1..3 * READERS).contains(&num_begun), "{num_begun} have begun");
        // One after another they would take three times the limit.
        let took = asked_at.elapsed();
        assert!(timeout <= took && took < 3 * timeout, "{took:?}");
        for _ in 0..2 * READERS {
            assert_eq!(block_on(readers.ask(|connection| number(connection, "SELECT 7"))).unwrap(), 7);
        }
    }
}
