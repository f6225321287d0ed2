//! The writer thread of a store and its watchdog: they drive the scheduler, which decides everything, and an engine,
//! which decides nothing.

use std::{
    io, mem,
    sync::{Arc, Condvar, Mutex, MutexGuard, PoisonError},
    thread::{self, JoinHandle},
    time::{Duration, Instant},
};

use crate::{
    answer::Answer,
    clock::Clock,
    command::Command,
    error::{Source, StoreError},
    footprint::Footprint,
    group::{self, Folded, GROUP_FOLD_MS_MAX, Scheduler, Settlement},
    plan::Writes,
    state::State,
    store::Pending,
    submission::Submission,
};

/// A connection that writes, with its transactions. It is used by one thread, one group after the other.
///
/// After any failure that leaves doubt about its connection, an engine gives it up and makes another one by itself.
pub trait Engine: Send + 'static {
    /// Begins a transaction as the only writer of the book and loads a footprint, all of it as of that moment.
    ///
    /// Nobody waits for the group after `until`; an engine that can wait for ever gives up then.
    ///
    /// # Errors
    ///
    /// [`NotBegun`]; no transaction is left open.
    fn begin(&mut self, footprint: &Footprint, until: Instant) -> Result<State, NotBegun>;

    /// Writes a group's rows and commits, or leaves nothing behind. Nobody waits for the answer after `until`.
    fn commit(&mut self, writes: &Writes, until: Instant) -> Settlement;

    /// Ends a transaction that has nothing to write.
    fn roll_back(&mut self);
}

/// Why a group could not begin.
#[derive(Debug)]
pub enum NotBegun {
    /// Someone else holds the book, or its server cannot be reached: the group waits and tries again until its
    /// deadlines. An engine that finds this out at once takes a little time before it says so.
    Busy(Source),
    /// The engine failed.
    Failed(StoreError),
}

/// How long the watchdog sleeps when nobody waits.
const IDLE: Duration = Duration::from_hours(1);

/// Commands in, answers out. Dropping it carries out what was handed over and then ends its threads.
#[derive(Debug)]
pub struct Writer {
    desk: Arc<Desk>,
    threads: Vec<JoinHandle<()>>,
}

/// What callers, the writer thread and the watchdog share.
#[derive(Debug)]
struct Desk {
    state: Mutex<DeskState>,
    /// Told when there is something to write, or nothing ever again.
    work: Condvar,
    /// Told when a deadline is nearer than the one that the watchdog sleeps for.
    alarm: Condvar,
}

#[derive(Debug)]
struct DeskState {
    scheduler: Scheduler,
    /// Whether the writer thread sleeps; waking it costs a system call, so it is done only then.
    is_writer_asleep: bool,
    /// When the watchdog looks next.
    wakes_at: Instant,
    has_ended: bool,
}

impl Desk {
    /// Nothing under this lock panics half-way, so a poisoned one is whole.
    fn lock(&self) -> MutexGuard<'_, DeskState> {
        self.state.lock().unwrap_or_else(PoisonError::into_inner)
    }

    /// Does something to the scheduler, then sends the answers that came of it, outside of the lock.
    fn with<T>(&self, act: impl FnOnce(&mut Scheduler) -> T) -> T {
        let (result, replies) = {
            let mut state = self.lock();
            (act(&mut state.scheduler), state.scheduler.replies())
        };
        for reply in replies {
            reply.send();
        }
        result
    }
}

impl Writer {
    /// Starts the threads.
    ///
    /// # Errors
    ///
    /// The operating system's, when it has no thread to give.
    pub fn start(engine: impl Engine, clock: Arc<dyn Clock>) -> io::Result<Self> {
        let state = DeskState {
            scheduler: Scheduler::new(),
            is_writer_asleep: false,
            wakes_at: Instant::now(),
            has_ended: false,
        };
        let desk = Arc::new(Desk { state: Mutex::new(state), work: Condvar::new(), alarm: Condvar::new() });
        let mut writer = Self { desk, threads: Vec::new() };
        let desk = Arc::clone(&writer.desk);
        let watchdog = thread::Builder::new().name("nailsage-watchdog".to_owned());
        writer.threads.push(watchdog.spawn(move || watch(&desk))?);
        let desk = Arc::clone(&writer.desk);
        let thread = thread::Builder::new().name("nailsage-writer".to_owned());
        // Made before the thread is, so that the watchdog ends even if the thread cannot be started.
        let ending = Ending(desk);
        writer.threads.push(thread.spawn(move || drive(&ending.0, engine, clock.as_ref()))?);
        Ok(writer)
    }

    /// Hands over a command; see [`Store::submit`](crate::Store::submit).
    #[must_use]
    pub fn submit(&self, command: Command, timeout: Duration) -> Pending<Answer> {
        let key = command.key.clone();
        let submission = Submission::new(command);
        let now = Instant::now();
        let mut state = self.desk.lock();
        let pushed = state.scheduler.push(submission, now, timeout);
        // The watchdog is told of a nearer deadline only; usually its own comes first.
        let deadline = now.checked_add(timeout);
        let is_nearer = deadline.is_some_and(|deadline| deadline < state.wakes_at);
        let is_asleep = mem::take(&mut state.is_writer_asleep);
        drop(state);
        if is_asleep {
            self.desk.work.notify_one();
        }
        if is_nearer {
            self.desk.alarm.notify_one();
        }
        match pushed {
            Ok(receiver) => Box::pin(async move {
                // The sender is dropped unsent only when the writer thread has died.
                receiver.await.unwrap_or(Err(StoreError::Unknown { key, source: None }))
            }),
            Err(error) => Box::pin(std::future::ready(Err(error))),
        }
    }
}

impl Drop for Writer {
    fn drop(&mut self) {
        self.desk.with(Scheduler::close);
        self.desk.work.notify_one();
        for thread in self.threads.drain(..).rev() {
            if thread.join().is_err() {
                tracing::error!("a thread of the book panicked");
            }
        }
    }
}

/// Lets nobody wait for a writer that has ended, whether by closing or by a panic.
struct Ending(Arc<Desk>);

impl Drop for Ending {
    fn drop(&mut self) {
        let mut state = self.0.lock();
        state.has_ended = true;
        // Dropping the senders tells their callers that it is unknown what became of their commands.
        state.scheduler = Scheduler::new();
        state.scheduler.close();
        drop(state);
        self.0.alarm.notify_one();
    }
}

fn drive(desk: &Desk, mut engine: impl Engine, clock: &dyn Clock) {
    while let Some((members, until)) = next_group(desk) {
        match engine.begin(&group::footprint(&members), until) {
            Ok(mut state) => {
                let members = desk.with(|scheduler| scheduler.begin(Instant::now()));
                let begun_at = Instant::now();
                let is_time_up = || begun_at.elapsed() >= Duration::from_millis(GROUP_FOLD_MS_MAX);
                let Folded { answers, writes } = group::fold(&mut state, &members, clock, is_time_up);
                let settlement = if writes.is_empty() {
                    engine.roll_back();
                    Settlement::Committed
                } else {
                    engine.commit(&writes, until)
                };
                desk.with(|scheduler| scheduler.settle(answers, settlement, Instant::now()));
            }
            Err(NotBegun::Busy(cause)) => desk.with(|scheduler| scheduler.put_back(cause)),
            Err(NotBegun::Failed(error)) => {
                tracing::warn!(%error, "a group of commands could not begin");
                desk.with(|scheduler| scheduler.abandon(error));
            }
        }
    }
}

/// Waits for commands, and tells until when somebody waits for them; `None` when the store is closed and all are done.
fn next_group(desk: &Desk) -> Option<(Vec<Arc<Submission>>, Instant)> {
    let mut state = desk.lock();
    loop {
        let now = Instant::now();
        if state.scheduler.is_gathering(now) {
            // Shorter than a sleep is exact; others run meanwhile.
            drop(state);
            thread::yield_now();
            state = desk.lock();
            continue;
        }
        let group = state.scheduler.take(now);
        let until = state.scheduler.last_deadline().unwrap_or(now);
        let replies = state.scheduler.replies();
        if !replies.is_empty() {
            drop(state);
            for reply in replies {
                reply.send();
            }
            state = desk.lock();
        }
        if let Some(group) = group {
            return Some((group, until));
        }
        if !state.scheduler.has_work() {
            if state.scheduler.is_closed() {
                return None;
            }
            state.is_writer_asleep = true;
            state = desk.work.wait(state).unwrap_or_else(PoisonError::into_inner);
            state.is_writer_asleep = false;
        }
    }
}

/// Answers commands whose time is up while the writer is busy, or waits for somebody else.
fn watch(desk: &Desk) {
    let mut state = desk.lock();
    while !state.has_ended {
        let now = Instant::now();
        state.scheduler.expire(now);
        let replies = state.scheduler.replies();
        state.wakes_at = state.scheduler.next_deadline().unwrap_or(now + IDLE).min(now + IDLE);
        if replies.is_empty() {
            let sleep = state.wakes_at.saturating_duration_since(now);
            state = desk.alarm.wait_timeout(state, sleep).unwrap_or_else(PoisonError::into_inner).0;
        } else {
            drop(state);
            for reply in replies {
                reply.send();
            }
            state = desk.lock();
        }
    }
}
