//! Whether the cases reach everything that a book can say no with.

use std::{
    collections::BTreeSet,
    sync::{Arc, Mutex, PoisonError},
    time::Duration,
};

use nailsage_store::{Answer, Clock, Command, Done, MemoryStore, Pending, Refusal, Store};

use crate::{
    backend::{Backend, Book, Nowhere, Opening},
    cases, runner,
    twisted::{Twist, Twisted},
};

/// Names of refusals, those of ranges with the value that left its range.
type Names = BTreeSet<String>;

/// What only a book refuses that somebody has damaged by SQL, so that no case on a sound one reaches it;
/// `tests/oracle/tests/books/deleted.rs` does, on both engines.
const OF_DAMAGED_BOOKS: &[&str] = &["metrics_do_not_fit"];

/// Runs all cases once more over a store that writes down what it refuses.
///
/// # Errors
///
/// The refusals that no case reaches.
pub(crate) fn refusals() -> Result<(), String> {
    let backend = Arc::new(Listening::default());
    for case in cases::all() {
        // A case that fails is red on its own account; here it is only listened to.
        drop(runner::run(case, Arc::clone(&backend) as _, runner::CASE_LIMIT));
    }
    let heard = backend.heard.lock().unwrap_or_else(PoisonError::into_inner).clone();
    let mut expected = known_refusals();
    for name in OF_DAMAGED_BOOKS {
        assert!(expected.remove(*name) && !heard.contains(*name), "{name} is a refusal of sound books, or none");
    }
    let missing: Vec<_> = expected.difference(&heard).cloned().collect();
    if missing.is_empty() { Ok(()) } else { Err(format!("no case reaches {}", missing.join(", "))) }
}

/// All refusals there are. `Refusal` may grow, so no match here could be exhaustive; but its deserialiser has to know
/// every variant, and says so.
fn known_refusals() -> Names {
    let mut names = variants(r#"{"code": ""}"#);
    let ranges = variants(r#"{"code": "range_exceeded", "what": ""}"#);
    assert!(names.remove("range_exceeded"), "range_exceeded stands for several refusals");
    names.extend(ranges.iter().map(|what| range(what)));
    assert!(names.len() > 20, "the deserialiser's message has changed: {names:?}");
    names
}

/// The names after "expected one of", which stand in backticks.
fn variants(json: &str) -> Names {
    let error = serde_json::from_str::<Refusal>(json).expect_err("an empty name is nobody's").to_string();
    let (_, expected) = error.split_once("expected").unwrap_or_default();
    expected.split('`').skip(1).step_by(2).map(str::to_owned).collect()
}

fn range(what: &str) -> String {
    format!("range_exceeded({what})")
}

fn name_of(refusal: &Refusal) -> String {
    match refusal {
        Refusal::RangeExceeded { what } => range(what.as_str()),
        other => other.code().to_owned(),
    }
}

/// Memory stores that write down what they refuse.
#[derive(Default)]
struct Listening {
    heard: Arc<Mutex<Names>>,
}

impl Backend for Listening {
    fn name(&self) -> &'static str {
        "memory, listened to"
    }

    fn create(&self, clock: Arc<dyn Clock>) -> Opening<'_, Book> {
        let store = Twisted::over(MemoryStore::with_clock(clock), Listener { heard: Arc::clone(&self.heard) });
        Box::pin(std::future::ready(Book { store, home: Box::new(Nowhere) }))
    }
}

struct Listener {
    heard: Arc<Mutex<Names>>,
}

impl Twist for Listener {
    fn submit(&self, beneath: &Arc<dyn Store>, command: Command, timeout: Duration) -> Pending<Answer> {
        let pending = beneath.submit(command, timeout);
        let heard = Arc::clone(&self.heard);
        Box::pin(async move {
            let answer = pending.await?;
            let mut heard = heard.lock().unwrap_or_else(PoisonError::into_inner);
            match &answer {
                Answer::Refused(refused) => {
                    heard.insert(name_of(&refused.refusal));
                }
                Answer::Done(outcome) => {
                    let signals = outcome.results.iter().filter_map(|done| match done {
                        Done::RecordSignal(signal) => signal.refused.as_ref(),
                        _ => None,
                    });
                    heard.extend(signals.map(|refused| name_of(&refused.refusal)));
                }
            }
            Ok(answer)
        })
    }
}
