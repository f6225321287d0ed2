//! Stores that break one promise each. A suite that does not notice them proves nothing about the others.

mod after_deadline;
mod answers_before_commit;
mod drops_a_ledger_row;
mod forgets_keys;
mod half_a_command;
mod ignores_time;
mod keeps_the_overlay;
mod marks_backwards;
mod money_in_floats;
mod remembers_refusals;
mod waits_to_be_polled;

use std::{
    collections::BTreeMap,
    sync::{Arc, Mutex, PoisonError},
    thread,
    time::Duration,
};

use nailsage_store::{Answer, Clock, Command, MemoryStore, Outcome, Pending, Store, StoreError};

use crate::{
    backend::{Backend, Book, Nowhere, Opening},
    cases, runner,
    twisted::{Twist, Twisted},
};

/// How long a case may take on a broken store, where hanging is one way to notice.
const CASE_LIMIT: Duration = Duration::from_secs(20);

/// Cases that run side by side; many of them only wait.
const THREADS: usize = 4;

/// A store that breaks a promise, and the cases that must notice.
#[derive(Clone, Copy)]
pub(crate) struct Broken {
    name: &'static str,
    make: fn(Arc<dyn Clock>) -> Arc<dyn Store>,
    caught_by: &'static [&'static str],
}

/// All broken stores.
pub(crate) fn all() -> Vec<Broken> {
    vec![
        Broken {
            name: "forgets_keys",
            make: |clock| Twisted::over(MemoryStore::with_clock(clock), forgets_keys::ForgetsKeys::default()),
            caught_by: &[
                "idempotent::repeat_returns_the_first_outcome_and_writes_nothing",
                "idempotent::key_with_another_time_is_refused",
                "idempotent::key_with_another_amount_is_refused",
                "idempotent::one_of_many_at_once_is_carried_out",
            ],
        },
        Broken {
            name: "remembers_refusals",
            make: |clock| {
                Twisted::over(MemoryStore::with_clock(clock), remembers_refusals::RemembersRefusals::default())
            },
            caught_by: &["idempotent::refusal_is_not_remembered"],
        },
        Broken {
            name: "drops_a_ledger_row",
            make: |clock| Twisted::over(MemoryStore::with_clock(clock), drops_a_ledger_row::DropsALedgerRow),
            caught_by: &[
                "close::several_closes_are_several_ledger_rows_in_order",
                "atomic::a_thousand_actions_are_one_command",
            ],
        },
        Broken {
            name: "shows_half_a_command",
            make: |clock| Twisted::over(MemoryStore::with_clock(clock), half_a_command::ShowsHalfACommand),
            caught_by: &[
                "atomic::refused_command_leaves_nothing",
                "atomic::readers_never_see_half_a_command",
                "atomic::strategy_and_its_first_position_are_one_command",
            ],
        },
        Broken {
            name: "answers_before_commit",
            make: |clock| {
                let twist = answers_before_commit::AnswersBeforeCommit::new(Arc::clone(&clock));
                Twisted::over(MemoryStore::with_clock(clock), twist)
            },
            caught_by: &[
                "durable::answered_command_is_there_when_opened_again",
                "durable::second_store_sees_what_the_first_answered",
                "reads::see_every_command_that_was_answered",
            ],
        },
        Broken {
            name: "marks_backwards",
            make: |clock| Twisted::over(MemoryStore::with_clock(clock), marks_backwards::MarksBackwards::default()),
            caught_by: &["mark::older_mark_changes_nothing_and_says_so", "mark::older_market_mark_counts_as_stale"],
        },
        Broken {
            name: "money_in_floats",
            make: |clock| Twisted::over(MemoryStore::with_clock(clock), money_in_floats::MoneyInFloats),
            caught_by: &["close::profit_of_a_long_is_exact", "adjust::largest_bankroll_keeps_its_last_micro"],
        },
        Broken {
            name: "keeps_the_overlay_after_a_refusal",
            make: |clock| Twisted::over(MemoryStore::with_clock(clock), keeps_the_overlay::KeepsTheOverlay),
            caught_by: &["atomic::refused_command_leaves_nothing", "atomic::refused_command_takes_no_ids"],
        },
        Broken {
            name: "ignores_time",
            make: |clock| Twisted::over(MemoryStore::with_clock(clock), ignores_time::IgnoresTime),
            caught_by: &[
                "close::exit_before_entry_is_refused",
                "mark::older_mark_changes_nothing_and_says_so",
                "idempotent::key_with_another_time_is_refused",
            ],
        },
        Broken {
            name: "waits_to_be_polled",
            make: |clock| Twisted::over(MemoryStore::with_clock(clock), waits_to_be_polled::WaitsToBePolled),
            caught_by: &[
                "serial::order_of_handover_is_kept",
                "drop_safe::dropped_before_it_is_polled_it_happens_whole",
            ],
        },
        Broken {
            name: "runs_after_its_deadline",
            make: |clock| Twisted::over(MemoryStore::with_clock(clock), after_deadline::RunsAfterItsDeadline),
            caught_by: &["bounded::no_time_at_all_is_unavailable_and_never_executed"],
        },
    ]
}

impl Broken {
    pub(crate) fn trial_name(self) -> String {
        format!("broken::{}_is_caught", self.name)
    }

    /// Runs all cases over the broken store.
    ///
    /// # Errors
    ///
    /// The named cases that did not notice, and those that did.
    pub(crate) fn is_caught(self) -> Result<(), String> {
        let red = red_cases(self.name, self.make);
        let blind: Vec<_> = self.caught_by.iter().filter(|case| !red.contains_key(**case)).copied().collect();
        if blind.is_empty() {
            return Ok(());
        }
        let seen: Vec<_> = red.into_keys().collect();
        Err(format!("not caught by {}\n  caught by {}", blind.join(", "), seen.join(", ")))
    }
}

/// The same wrapper without a defect must pass, or it would be the wrapper that is caught above.
pub(crate) fn unbroken() -> Result<(), String> {
    struct Straight;
    impl Twist for Straight {}
    let red = red_cases("unbroken", |clock| Twisted::over(MemoryStore::with_clock(clock), Straight));
    if red.is_empty() { Ok(()) } else { Err(format!("{red:#?}")) }
}

/// The cases that fail on a store, and why.
fn red_cases(name: &'static str, make: fn(Arc<dyn Clock>) -> Arc<dyn Store>) -> BTreeMap<String, String> {
    let backend: Arc<dyn Backend> = Arc::new(Wrapped { name, make });
    let waiting = Mutex::new(cases::all());
    let red = Mutex::new(BTreeMap::new());
    let next = || waiting.lock().unwrap_or_else(PoisonError::into_inner).pop();
    thread::scope(|scope| {
        for _ in 0..THREADS {
            scope.spawn(|| {
                while let Some(case) = next() {
                    if let Err(why) = runner::run(case, Arc::clone(&backend), CASE_LIMIT) {
                        red.lock().unwrap_or_else(PoisonError::into_inner).insert(case.path(), why);
                    }
                }
            });
        }
    });
    red.into_inner().unwrap_or_else(PoisonError::into_inner)
}

struct Wrapped {
    name: &'static str,
    make: fn(Arc<dyn Clock>) -> Arc<dyn Store>,
}

impl Backend for Wrapped {
    fn name(&self) -> &'static str {
        self.name
    }

    fn create(&self, clock: Arc<dyn Clock>) -> Opening<'_, Book> {
        let book = Book { store: (self.make)(clock), home: Box::new(Nowhere) };
        Box::pin(std::future::ready(book))
    }
}

/// The actions of a command as commands of one action each, without a key.
fn split(command: &Command) -> Vec<Command> {
    command.actions.iter().map(|action| Command::of(command.at, vec![action.clone()])).collect()
}

/// One answer out of the answers to the parts of a command.
async fn join(parts: Vec<Pending<Answer>>) -> Result<Answer, StoreError> {
    let mut whole = Outcome { commit_seq: 0, results: Vec::new() };
    for (pending, index) in parts.into_iter().zip(0..) {
        match pending.await? {
            Answer::Done(outcome) => {
                whole.commit_seq = outcome.commit_seq;
                whole.results.extend(outcome.results);
            }
            Answer::Refused(mut refused) => {
                refused.action_index = Some(index);
                return Ok(Answer::Refused(refused));
            }
        }
    }
    Ok(Answer::Done(whole))
}
