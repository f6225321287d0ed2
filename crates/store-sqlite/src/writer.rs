//! The writer thread and its watchdog: they drive the store crate's scheduler, which decides everything.

use std::{
    io, mem,
    sync::{Arc, Condvar, Mutex, MutexGuard, PoisonError},
    thread::{self, JoinHandle},
    time::{Duration, Instant},
};

use nailsage_store::{
    Answer, Clock, Command, Pending, StoreError, Submission,
    group::{self, Folded, GROUP_FOLD_MS_MAX, Scheduler, Settlement},
};

use crate::engine::{Engine, NotBegun};

/// How long the watchdog sleeps when nobody waits.
const IDLE: Duration = Duration::from_hours(1);

/// Commands in, answers out. Dropping it carries out what was handed over and then ends its threads.
#[derive(Debug)]
pub(crate) struct Writer {
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
    pub(crate) fn start(engine: Engine, clock: Arc<dyn Clock>) -> io::Result<Self> {
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

    pub(crate) fn submit(&self, command: Command, timeout: Duration) -> Pending<Answer> {
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

fn drive(desk: &Desk, mut engine: Engine, clock: &dyn Clock) {
    while let Some(members) = next_group(desk) {
        match engine.begin(&group::footprint(&members)) {
            Ok(mut state) => {
                let members = desk.with(|scheduler| scheduler.begin(Instant::now()));
                let begun_at = Instant::now();
                let is_time_up = || begun_at.elapsed() >= Duration::from_millis(GROUP_FOLD_MS_MAX);
                let Folded { answers, writes } = group::fold(&mut state, &members, clock, is_time_up);
                let settlement = if writes.is_empty() {
                    engine.roll_back();
                    Settlement::Committed
                } else {
                    engine.commit(&writes)
                };
                desk.with(|scheduler| scheduler.settle(answers, settlement, Instant::now()));
            }
            Err(NotBegun::Busy) => desk.with(Scheduler::put_back),
            Err(NotBegun::Failed(error)) => {
                tracing::warn!(%error, "a group of commands could not begin");
                desk.with(|scheduler| scheduler.abandon(error));
            }
        }
    }
}

/// Waits for commands; `None` when the store is closed and all are done.
fn next_group(desk: &Desk) -> Option<Vec<Arc<Submission>>> {
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
        let replies = state.scheduler.replies();
        if !replies.is_empty() {
            drop(state);
            for reply in replies {
                reply.send();
            }
            state = desk.lock();
        }
        if group.is_some() {
            return group;
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
