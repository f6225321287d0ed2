//! A few threads that read, each with a connection of its own. They never touch the writer.

use std::{
    collections::VecDeque,
    io,
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

/// How long a question may wait for a reader.
const READ_TIMEOUT: Duration = Duration::from_secs(10);

type Job = Box<dyn FnOnce(Result<&mut Connection, StoreError>) + Send>;

/// Questions in, answers out. Dropping it ends its threads once the questions that were asked are answered.
#[derive(Debug)]
pub(crate) struct Readers {
    desk: Arc<Desk>,
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
        let desk = Desk { path: path.to_owned(), state: Mutex::new(DeskState::default()), work: Condvar::new() };
        let mut readers = Self { desk: Arc::new(desk), threads: Vec::new() };
        for _ in 0..READERS {
            let desk = Arc::clone(&readers.desk);
            let thread = thread::Builder::new().name("nailsage-reader".to_owned());
            readers.threads.push(thread.spawn(move || serve(&desk))?);
        }
        Ok(readers)
    }

    /// Asks a question. What it gets is one statement's answer, so no transaction stays open behind it.
    pub(crate) fn ask<T: Send + 'static>(
        &self,
        question: impl FnOnce(&Connection) -> Result<T, StoreError> + Send + 'static,
    ) -> Pending<T> {
        let (sender, receiver) = oneshot::channel();
        let deadline = Instant::now() + READ_TIMEOUT;
        let job: Job = Box::new(move |connection| {
            let answer = match connection {
                _ if sender.is_canceled() => return,
                _ if Instant::now() >= deadline => Err(StoreError::unavailable("too many questions at once")),
                Ok(connection) => question(connection),
                Err(error) => Err(error),
            };
            // A caller that is gone does not want it.
            drop(sender.send(answer));
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

fn serve(desk: &Desk) {
    let mut connection: Option<Connection> = None;
    while let Some(job) = desk.next() {
        if connection.is_none() {
            match open_reader(&desk.path) {
                Ok(opened) => connection = Some(opened),
                Err(error) => {
                    job(Err(StoreError::backend("opening a reader", error)));
                    continue;
                }
            }
        }
        if let Some(connection) = &mut connection {
            job(Ok(connection));
        }
    }
}
