//! A store whose answers are one command ahead of what it has committed.

use std::{
    sync::{Arc, Mutex, PoisonError},
    time::Duration,
};

use nailsage_store::{Answer, Clock, Command, MemoryStore, Pending, Store};

use crate::twisted::Twist;

pub(super) struct AnswersBeforeCommit {
    /// What has been answered; the store beneath holds what has been committed.
    answered: MemoryStore,
    uncommitted: Mutex<Option<Command>>,
}

impl AnswersBeforeCommit {
    pub(super) fn new(clock: Arc<dyn Clock>) -> Self {
        Self { answered: MemoryStore::with_clock(clock), uncommitted: Mutex::default() }
    }
}

impl Twist for AnswersBeforeCommit {
    fn submit(&self, beneath: &Arc<dyn Store>, command: Command, timeout: Duration) -> Pending<Answer> {
        let mut uncommitted = self.uncommitted.lock().unwrap_or_else(PoisonError::into_inner);
        if let Some(previous) = uncommitted.replace(command.clone()) {
            // The memory store has committed before its future is polled.
            drop(beneath.submit(previous, timeout));
        }
        self.answered.submit(command, timeout)
    }
}
