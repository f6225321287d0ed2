//! Commands in flight: a window of them, each answer checked.

use std::{collections::VecDeque, sync::Arc};

use nailsage::{Answer, Command, DEFAULT_TIMEOUT, Done, Pending, Refused, RequestKey, Store};

use crate::failure::Failure;

/// How many commands the demo keeps in flight: enough that the book commits them in large groups.
const WINDOW: usize = 1_024;

/// Commands that were handed over and not yet answered.
pub(crate) struct Flight {
    store: Arc<dyn Store>,
    pending: VecDeque<(RequestKey, Pending<Answer>)>,
    /// How many commands were answered.
    pub(crate) answered: u64,
}

impl Flight {
    pub(crate) fn new(store: Arc<dyn Store>) -> Self {
        Self { store, pending: VecDeque::with_capacity(WINDOW), answered: 0 }
    }

    /// Hands a command over; waits for the oldest answer first when the window is full.
    pub(crate) async fn send(&mut self, command: Command, key: RequestKey) -> Result<(), Failure> {
        if self.pending.len() >= WINDOW {
            self.check_oldest().await?;
        }
        let pending = self.store.submit(command.with_key(key.clone()), DEFAULT_TIMEOUT);
        self.pending.push_back((key, pending));
        Ok(())
    }

    /// Waits for all answers.
    pub(crate) async fn land(&mut self) -> Result<(), Failure> {
        while !self.pending.is_empty() {
            self.check_oldest().await?;
        }
        Ok(())
    }

    async fn check_oldest(&mut self) -> Result<(), Failure> {
        let Some((key, pending)) = self.pending.pop_front() else { return Ok(()) };
        match refusal(pending.await?) {
            None => {
                self.answered += 1;
                Ok(())
            }
            Some(refused) => Err(Failure::DemoRefused { key: key.to_string(), refused }),
        }
    }
}

/// The bots know their positions and money, so nothing they do may be refused, not even inside a signal.
fn refusal(answer: Answer) -> Option<Refused> {
    match answer {
        Answer::Refused(refused) => Some(refused),
        Answer::Done(outcome) => outcome.results.into_iter().find_map(|done| match done {
            Done::RecordSignal(signal) => signal.refused,
            _ => None,
        }),
    }
}
