//! The queue of a store and the group in flight: who waits, who is told what, and by when.

use std::{
    collections::VecDeque,
    sync::Arc,
    time::{Duration, Instant},
};

use futures_channel::oneshot;

use super::{
    GATHER_MAX, GATHER_SHARE, GROUP_ACTIONS_MAX, GROUP_BYTES_MAX, GROUP_COMMANDS_MAX, INTERRUPTIONS_MAX,
    QUEUE_BYTES_MAX, QUEUE_COMMANDS_MAX,
};
use crate::{
    answer::Answer,
    error::{Source, StoreError},
    submission::Submission,
};

/// An answer on its way to its caller. Sending it wakes the caller, so it is done outside of any lock.
#[derive(Debug)]
pub struct Reply {
    sender: oneshot::Sender<Result<Answer, StoreError>>,
    answer: Result<Answer, StoreError>,
}

impl Reply {
    /// Sends it. A caller that is gone does not want it.
    pub fn send(self) {
        drop(self.sender.send(self.answer));
    }
}

/// How the transaction of a group ended.
#[derive(Debug, Clone)]
pub enum Settlement {
    /// It is durable.
    Committed,
    /// The engine says that nothing of it was committed.
    NotCommitted(StoreError),
    /// Nothing of it was committed, for a reason that lies outside of it: a transaction of somebody else, or a server
    /// that shuts down. The whole group is tried again, a few times in a row.
    Interrupted(StoreError),
    /// Nothing of it was committed, because someone else holds a table or a row: the whole group waits, as it does for the
    /// book, and is tried again until its deadlines. An engine that finds this out at once takes a little time before it
    /// says so.
    Held(Source),
    /// It may or may not have been committed; the connection is not used again.
    Unknown(Source),
}

#[derive(Debug)]
struct Entry {
    submission: Arc<Submission>,
    deadline: Instant,
    /// Gone once the caller was answered.
    sender: Option<oneshot::Sender<Result<Answer, StoreError>>>,
}

#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Phase {
    /// No group is in flight.
    Idle,
    /// A group waits for its transaction; its commands have not begun.
    Loading,
    /// A group is being decided, written and committed.
    Running,
}

/// The commands of a store, from being handed over to being answered. It does no I/O and tells no time: a backend keeps
/// it behind a lock and drives it.
#[derive(Debug)]
pub struct Scheduler {
    waiting: VecDeque<Entry>,
    /// About how many bytes the waiting commands take.
    waiting_bytes: usize,
    /// Members of a group that failed as a whole; each is a group of its own now, before all others.
    replaying: VecDeque<Entry>,
    in_flight: Vec<Entry>,
    is_replay_in_flight: bool,
    phase: Phase,
    /// How often in a row a group was interrupted.
    interruptions: u32,
    /// Why the group that was put back last could not begin.
    held_up_by: Option<Source>,
    /// When the group in flight was taken.
    taken_at: Option<Instant>,
    /// How many commands will wait once everyone who was just answered has come back, and until when that is hoped for.
    returning: Option<(usize, Instant)>,
    is_closed: bool,
    replies: Vec<Reply>,
}

impl Default for Scheduler {
    fn default() -> Self {
        Self::new()
    }
}

impl Scheduler {
    /// One without commands.
    #[must_use]
    pub fn new() -> Self {
        Self {
            waiting: VecDeque::new(),
            waiting_bytes: 0,
            replaying: VecDeque::new(),
            in_flight: Vec::new(),
            is_replay_in_flight: false,
            phase: Phase::Idle,
            interruptions: 0,
            held_up_by: None,
            taken_at: None,
            returning: None,
            is_closed: false,
            replies: Vec::new(),
        }
    }

    /// Hands over a command. Its place in the order is taken now.
    ///
    /// # Errors
    ///
    /// [`StoreError::Unavailable`] if the store is closed, or if as many commands wait as may, by number or by size. Refusing
    /// at once, instead of at the deadline, lets the caller hold back, and bounds what the queue can hold.
    pub fn push(
        &mut self,
        submission: Submission,
        now: Instant,
        timeout: Duration,
    ) -> Result<oneshot::Receiver<Result<Answer, StoreError>>, StoreError> {
        if self.is_closed {
            return Err(StoreError::unavailable("it is closed"));
        }
        let bytes = self.waiting_bytes + submission.bytes();
        let is_full = self.waiting.len() >= QUEUE_COMMANDS_MAX || bytes > QUEUE_BYTES_MAX;
        if is_full && !self.waiting.is_empty() {
            return Err(StoreError::unavailable("its queue is full; wait for answers before handing over more"));
        }
        self.waiting_bytes = bytes;
        let (sender, receiver) = oneshot::channel();
        // A timeout beyond what the clock can count means no deadline that anyone will see.
        let deadline = now.checked_add(timeout).unwrap_or_else(|| now + Duration::from_secs(u64::from(u32::MAX)));
        self.waiting.push_back(Entry { submission: Arc::new(submission), deadline, sender: Some(sender) });
        Ok(receiver)
    }

    /// Takes no further commands; those that were handed over are still carried out.
    pub fn close(&mut self) {
        self.is_closed = true;
    }

    /// Whether it is closed.
    #[must_use]
    pub fn is_closed(&self) -> bool {
        self.is_closed
    }

    /// Whether a group could be formed.
    #[must_use]
    pub fn has_work(&self) -> bool {
        !self.waiting.is_empty() || !self.replaying.is_empty()
    }

    /// Whether the next group is better formed a moment later, at the latest when `now` has come to the end of the hope.
    ///
    /// Callers who wait for each answer come back with their next command as soon as they have it. Taken at once, those who
    /// waited meanwhile and those who were just answered would form two groups that alternate, each half the size, each
    /// with a commit of its own. So a group that follows another waits for them, for at most a [share](GATHER_SHARE) of
    /// what the last one took and never longer than [`GATHER_MAX`]. Where nobody else was in the last group or
    /// waits, nobody is waited for.
    #[must_use]
    pub fn is_gathering(&self, now: Instant) -> bool {
        let count = self.waiting.len();
        self.replaying.is_empty()
            && !self.is_closed
            && (1..GROUP_COMMANDS_MAX).contains(&count)
            && self.returning.is_some_and(|(wanted, until)| count < wanted && now < until)
    }

    /// Forms the next group, if anything waits. No other group may be in flight.
    pub fn take(&mut self, now: Instant) -> Option<Vec<Arc<Submission>>> {
        assert_eq!(self.phase, Phase::Idle, "one group at a time");
        self.expire(now);
        self.is_replay_in_flight = !self.replaying.is_empty();
        if let Some(entry) = self.replaying.pop_front() {
            self.in_flight.push(entry);
        } else {
            self.gather();
        }
        if self.in_flight.is_empty() {
            // Whatever held anyone up is over for those who come next.
            self.held_up_by = None;
            return None;
        }
        self.phase = Phase::Loading;
        self.taken_at = Some(now);
        self.returning = None;
        Some(self.members())
    }

    /// The group's transaction has begun and its state is loaded: says which commands are to be decided. From now on a
    /// deadline that passes leaves it unknown what became of its command.
    pub fn begin(&mut self, now: Instant) -> Vec<Arc<Submission>> {
        assert_eq!(self.phase, Phase::Loading, "a group is taken before it begins");
        self.expire(now);
        self.held_up_by = None;
        self.phase = Phase::Running;
        self.members()
    }

    /// The group could not begin, because someone else holds the book or its server cannot be reached: it waits again, in
    /// its old place. Whoever's time is up meanwhile is told the cause.
    pub fn put_back(&mut self, cause: Source) {
        assert_eq!(self.phase, Phase::Loading, "only a group that has not begun can be put back");
        self.held_up_by = Some(cause);
        self.requeue();
        self.phase = Phase::Idle;
    }

    /// The engine failed before the group began, so nothing of it was written. One command's rows can be the cause, so each
    /// is tried alone; a command that was alone is told so.
    pub fn abandon(&mut self, error: StoreError) {
        assert_eq!(self.phase, Phase::Loading, "only a group that has not begun can be abandoned");
        self.phase = Phase::Idle;
        self.held_up_by = None;
        let group = std::mem::take(&mut self.in_flight);
        self.replay(group, error);
    }

    /// The group has ended: answers its commands. Those that were not decided for want of time wait again, and so do
    /// all if nothing was committed: each alone, or together if it was not the group's doing.
    pub fn settle(&mut self, answers: Vec<Result<Answer, StoreError>>, settlement: Settlement, now: Instant) {
        assert_eq!(self.phase, Phase::Running, "a group begins before it ends");
        self.phase = Phase::Idle;
        let interruptions = std::mem::take(&mut self.interruptions);
        match settlement {
            Settlement::Committed => {
                let share = self.taken_at.map_or(Duration::ZERO, |at| now.duration_since(at) / GATHER_SHARE);
                self.returning = Some((self.waiting.len() + answers.len(), now + share.min(GATHER_MAX)));
                for (entry, result) in self.take_decided(answers.len()).into_iter().zip(answers) {
                    answer(&mut self.replies, entry, result);
                }
            }
            Settlement::Held(cause) => {
                self.held_up_by = Some(cause);
                self.requeue();
            }
            Settlement::Interrupted(_) if interruptions < INTERRUPTIONS_MAX => {
                self.interruptions = interruptions + 1;
                self.requeue();
            }
            Settlement::NotCommitted(error) | Settlement::Interrupted(error) => {
                let decided = self.take_decided(answers.len());
                self.replay(decided, error);
            }
            Settlement::Unknown(source) => {
                for entry in self.take_decided(answers.len()) {
                    let error = unknown(&entry, Some(source.clone()));
                    answer(&mut self.replies, entry, Err(error));
                }
            }
        }
    }

    /// Takes those who were decided out of the group; the others wait again.
    fn take_decided(&mut self, count: usize) -> Vec<Entry> {
        let undecided = self.in_flight.split_off(count);
        let decided = std::mem::replace(&mut self.in_flight, undecided);
        self.requeue();
        decided
    }

    /// Answers those whose time is up.
    pub fn expire(&mut self, now: Instant) {
        let was_waiting = self.waiting.len();
        for queue in [&mut self.waiting, &mut self.replaying] {
            if queue.iter().any(|entry| entry.deadline <= now) {
                let all = std::mem::take(queue).into_iter();
                let (expired, kept): (Vec<_>, Vec<_>) = all.partition(|entry| entry.deadline <= now);
                *queue = kept.into();
                refuse_service(&mut self.replies, expired, self.held_up_by.as_ref());
            }
        }
        if self.waiting.len() != was_waiting {
            self.waiting_bytes = self.waiting.iter().map(|entry| entry.submission.bytes()).sum();
        }
        match self.phase {
            Phase::Idle => {}
            Phase::Loading => {
                let is_expired = |entry: &mut Entry| entry.deadline <= now;
                let expired = self.in_flight.extract_if(.., is_expired).collect();
                refuse_service(&mut self.replies, expired, self.held_up_by.as_ref());
            }
            Phase::Running => {
                for entry in self.in_flight.iter_mut().filter(|entry| entry.deadline <= now) {
                    let error = unknown(entry, None);
                    if let Some(sender) = entry.sender.take() {
                        self.replies.push(Reply { sender, answer: Err(error) });
                    }
                }
            }
        }
    }

    /// The nearest deadline of anyone who has not been answered. It looks at all of them, so it is for a watchdog that
    /// sleeps until then, not for each command.
    #[must_use]
    pub fn next_deadline(&self) -> Option<Instant> {
        let all = self.waiting.iter().chain(&self.replaying).chain(&self.in_flight);
        all.filter(|entry| entry.sender.is_some()).map(|entry| entry.deadline).min()
    }

    /// The last deadline in the group in flight: after it nobody waits for that group.
    #[must_use]
    pub fn last_deadline(&self) -> Option<Instant> {
        self.in_flight.iter().map(|entry| entry.deadline).max()
    }

    /// The answers that are ready, to be sent outside of the lock.
    #[must_use]
    pub fn replies(&mut self) -> Vec<Reply> {
        std::mem::take(&mut self.replies)
    }

    /// Answers a command that failed alone; makes each of several a group of its own, before all others. Whoever was told
    /// that it is unknown settles that by repeating the command.
    fn replay(&mut self, group: Vec<Entry>, error: StoreError) {
        match <[Entry; 1]>::try_from(group) {
            Ok([entry]) => answer(&mut self.replies, entry, Err(error)),
            Err(group) => {
                for entry in group.into_iter().rev().filter(|entry| entry.sender.is_some()) {
                    self.replaying.push_front(entry);
                }
            }
        }
    }

    fn members(&self) -> Vec<Arc<Submission>> {
        self.in_flight.iter().map(|entry| Arc::clone(&entry.submission)).collect()
    }

    fn gather(&mut self) {
        let (mut actions, mut bytes) = (0, 0);
        while let Some(next) = self.waiting.front() {
            let submission = &next.submission;
            let is_wide = submission.is_wide();
            actions += submission.action_count();
            bytes += submission.bytes();
            let is_full =
                self.in_flight.len() == GROUP_COMMANDS_MAX || actions > GROUP_ACTIONS_MAX || bytes > GROUP_BYTES_MAX;
            if !self.in_flight.is_empty() && (is_full || is_wide) {
                break;
            }
            self.waiting_bytes -= submission.bytes();
            self.in_flight.extend(self.waiting.pop_front());
            if is_wide {
                break;
            }
        }
    }

    /// Puts the group in flight back where it came from. Whoever was told that it is unknown what became of his command
    /// settles that by repeating it.
    fn requeue(&mut self) {
        for entry in self.in_flight.drain(..).rev().filter(|entry| entry.sender.is_some()) {
            if self.is_replay_in_flight {
                self.replaying.push_front(entry);
            } else {
                self.waiting_bytes += entry.submission.bytes();
                self.waiting.push_front(entry);
            }
        }
    }
}

fn answer(replies: &mut Vec<Reply>, entry: Entry, answer: Result<Answer, StoreError>) {
    if let Some(sender) = entry.sender {
        replies.push(Reply { sender, answer });
    }
}

fn refuse_service(replies: &mut Vec<Reply>, expired: Vec<Entry>, cause: Option<&Source>) {
    for entry in expired {
        let reason = "the command's time was up before it could begin";
        answer(replies, entry, Err(StoreError::Unavailable { reason, source: cause.cloned() }));
    }
}

fn unknown(entry: &Entry, source: Option<Source>) -> StoreError {
    StoreError::Unknown { key: entry.submission.command().key.clone(), source }
}
