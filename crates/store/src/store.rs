//! The contract of a store.

use std::{future::Future, pin::Pin, time::Duration};

use crate::{answer::Answer, command::Command, error::StoreError, reader::Reader};

/// How long a command may take unless told otherwise.
pub const DEFAULT_TIMEOUT: Duration = Duration::from_secs(10);

/// A future that has already begun: dropping it neither cancels the work nor leaves it half done.
pub type Pending<T> = Pin<Box<dyn Future<Output = Result<T, StoreError>> + Send + 'static>>;

/// A book that can be written.
///
/// Every implementation keeps these promises; the conformance suite has a file of cases for each:
///
/// * **Atomic**: all rows of a command become visible together, or none does.
/// * **Serial**: commands never interleave, across tasks, threads and processes.
/// * **Durable**: once [`Answer::Done`] came back, the command survives `kill -9` and power loss on honest storage.
///   (The memory backend is the exception: it lives as long as its process.)
/// * **Idempotent**: an accepted key returns its first outcome and writes nothing; the same key with another command is
///   refused. A refusal is not remembered.
/// * **Drop-safe**: dropping the future runs the whole command or none of it.
/// * **Bounded**: one deadline a command. Until the command has begun, it is
///   [`Unavailable`](StoreError::Unavailable) at the deadline and never executed; after that it is
///   [`Unknown`](StoreError::Unknown). A queue that is full refuses at once.
/// * **Honest**: [`Answer`] says what happened, [`StoreError`] whether anything can have happened.
///
/// No method has a default, and none retries or falls back in a way that could weaken a promise.
pub trait Store: Reader {
    /// Hands over a command. It takes its place in the order at once, before the future is polled, so the commands of
    /// one caller run in the order in which they were handed over.
    ///
    /// The future resolves at the latest when `timeout` is over.
    fn submit(&self, command: Command, timeout: Duration) -> Pending<Answer>;
}
