//! Runs one case on one store: on a thread of its own, within a time limit, with its panics caught and kept.

use std::{
    collections::HashMap,
    panic::{AssertUnwindSafe, PanicHookInfo, catch_unwind, set_hook, take_hook},
    sync::{
        Arc, Mutex, Once, PoisonError,
        atomic::{AtomicU64, Ordering},
        mpsc,
    },
    thread,
    time::Duration,
};

use crate::{backend::Backend, cases::Case, clock::CLOCK_PANIC, fixture::Fixture};

/// How long a case may take. None needs more than a few seconds; one that hangs must not hang the suite.
pub(crate) const CASE_LIMIT: Duration = Duration::from_mins(1);

/// Threads of cases are called this and a number, so that the hook knows whose panic it sees.
const THREAD_NAME: &str = "case-";

/// What the threads of running cases panicked with.
static PANICS: Mutex<Option<HashMap<String, Vec<String>>>> = Mutex::new(None);

static NEXT_RUN: AtomicU64 = AtomicU64::new(1);

/// Runs a case on a fresh book.
///
/// # Errors
///
/// What it panicked with, or that it took too long.
pub(crate) fn run(case: Case, backend: Arc<dyn Backend>, limit: Duration) -> Result<(), String> {
    keep_panics();
    let thread_name = format!("{THREAD_NAME}{}", NEXT_RUN.fetch_add(1, Ordering::Relaxed));
    let (sender, receiver) = mpsc::channel();
    let name = thread_name.clone();
    let body = move || {
        let result = catch_unwind(AssertUnwindSafe(|| run_here(case, backend.as_ref(), &name)));
        // Nobody listens any more once the limit is over.
        let _ = sender.send(result.map_err(drop));
    };
    let started = thread::Builder::new().name(thread_name.clone()).spawn(body);
    started.map_err(|error| format!("no thread for {}: {error}", case.path()))?;
    let result = receiver.recv_timeout(limit);
    let panics = panics_of(&thread_name);
    match result {
        Ok(Ok(())) => Ok(()),
        Ok(Err(())) => Err(panics),
        Err(_) => Err(format!("{} hangs: it had not ended after {limit:?}\n{panics}", case.path())),
    }
}

fn run_here(case: Case, backend: &dyn Backend, thread_name: &str) {
    let runtime = tokio::runtime::Builder::new_multi_thread()
        .worker_threads(2)
        .thread_name(thread_name)
        .enable_time()
        .build()
        .expect("a runtime needs two threads");
    runtime.block_on(async {
        let fixture = Fixture::new(backend).await;
        (case.run)(&fixture).await;
        fixture.adds_up().await;
    });
    runtime.shutdown_background();
}

/// From now on the panics of cases are kept for their report, and the one that cases order is not shown at all.
fn keep_panics() {
    static KEPT: Once = Once::new();
    KEPT.call_once(|| {
        let show = take_hook();
        set_hook(Box::new(move |panic| {
            let thread = thread::current();
            match thread.name().filter(|name| name.starts_with(THREAD_NAME)) {
                Some(name) => keep(name, panic),
                None if panic.payload_as_str() == Some(CLOCK_PANIC) => {}
                None => show(panic),
            }
        }));
    });
}

fn keep(thread_name: &str, panic: &PanicHookInfo<'_>) {
    let message = panic.payload_as_str().unwrap_or("a panic without a message");
    let place = panic.location().map(ToString::to_string).unwrap_or_default();
    let mut panics = PANICS.lock().unwrap_or_else(PoisonError::into_inner);
    let of_thread = panics.get_or_insert_default().entry(thread_name.to_owned()).or_default();
    of_thread.push(format!("{message}\n  at {place}"));
}

fn panics_of(thread_name: &str) -> String {
    let mut panics = PANICS.lock().unwrap_or_else(PoisonError::into_inner);
    panics.as_mut().and_then(|panics| panics.remove(thread_name)).unwrap_or_default().join("\n")
}
