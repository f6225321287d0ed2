//! The model: a book, and its answer to each command.

use nailsage_domain::{RequestKey, UnixMillis};
use nailsage_store::{ACTIONS_MAX, Action, Answer, Command, Outcome, Refusal, Refused};

use crate::book::{Book, Request, Rows, Run};

/// An independent book. It never fails: every command is done or refused.
#[derive(Debug, Clone)]
pub struct Model {
    now: UnixMillis,
    book: Book,
}

impl Model {
    /// A book that was made at a time, and whose clock stands at another one.
    #[must_use]
    pub fn new(made_at: UnixMillis, now: UnixMillis) -> Self {
        Self { now, book: Book::made_at(made_at) }
    }

    /// Moves the clock that stamps `created_at` and `updated_at`.
    pub fn set_now(&mut self, now: UnixMillis) {
        self.now = now;
    }

    /// Carries a command out, or refuses it and changes nothing.
    pub fn answer(&mut self, command: &Command) -> Answer {
        if let Some(request) = self.book.requests.iter().find(|request| command.key.as_ref() == Some(&request.key)) {
            return if request.command == *command {
                Answer::Done(request.outcome.clone())
            } else {
                whole(Refusal::KeyReused { key: request.key.clone() })
            };
        }
        if command.actions.is_empty() {
            return whole(Refusal::EmptyCommand);
        }
        let count = count(&command.actions);
        if count > ACTIONS_MAX {
            return whole(Refusal::TooManyActions { count: count as u64, max: ACTIONS_MAX as u64 });
        }
        let mut run = Run {
            rows: self.book.rows.clone(),
            requests: self.book.requests.clone(),
            key: command.key.clone(),
            at: command.at,
            now: self.now,
            opened: Vec::new(),
            signal: None,
        };
        run.rows.commit_seq += 1;
        let results = match run.all(&command.actions) {
            Ok(results) => results,
            Err(refused) => return Answer::Refused(refused),
        };
        run.log_derived_events(self.book.rows.ledger.len());

        let outcome = Outcome { commit_seq: run.rows.commit_seq, results };
        self.book.rows = run.rows;
        if let Some(key) = command.key.clone() {
            let request = Request { key, command: command.clone(), outcome: outcome.clone(), opened: run.opened };
            self.book.requests.push(request);
        }
        Answer::Done(outcome)
    }

    /// All that the book holds.
    #[must_use]
    pub fn rows(&self) -> Rows {
        let mut rows = self.book.rows.clone();
        rows.ledger.sort_by_key(|row| (row.strategy_id, row.seq));
        rows
    }

    /// The outcome of the command that was accepted under this key.
    #[must_use]
    pub fn outcome(&self, key: &RequestKey) -> Option<Outcome> {
        self.book.requests.iter().find(|request| request.key == *key).map(|request| request.outcome.clone())
    }
}

/// A refusal of the command as a whole.
fn whole(refusal: Refusal) -> Answer {
    Answer::Refused(Refused { refusal, action_index: None })
}

/// These actions and all inside them.
fn count(actions: &[Action]) -> usize {
    let inside = |action: &Action| match action {
        Action::RecordSignal(signal) => count(&signal.then),
        _ => 0,
    };
    actions.iter().map(|action| 1 + inside(action)).sum()
}
