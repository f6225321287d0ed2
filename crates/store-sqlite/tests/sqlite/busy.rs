//! Another process holds the lock: waiting is bounded, honest, and over when the lock is.

use std::{
    thread,
    time::{Duration, Instant},
};

use futures_executor::block_on;
use futures_util::FutureExt as _;
use nailsage_store::{
    Answer, Command, Reader as _, Store as _, StoreError,
    group::{GROUP_COMMANDS_MAX, QUEUE_COMMANDS_MAX},
};
use rusqlite::Connection;

use crate::book::{at, create, deposit, register};

#[test]
fn a_held_lock_is_unavailable_at_the_deadline_and_never_executed() {
    let folder = tempfile::tempdir().unwrap();
    let path = folder.path().join("book.db");
    let store = create(&path);
    register(&store);
    let other = Connection::open(&path).unwrap();
    other.execute_batch("BEGIN IMMEDIATE").unwrap();

    let begun = Instant::now();
    let impatient: Vec<_> =
        (0..20).map(|_| store.submit(Command::new(at(1), deposit("1")), Duration::from_millis(300))).collect();
    let patient = store.submit(Command::new(at(2), deposit("2")), Duration::from_mins(1));
    for pending in impatient {
        let error = block_on(pending).unwrap_err();
        assert!(matches!(error, StoreError::Unavailable { .. }), "{error:?}");
    }
    assert!(begun.elapsed() >= Duration::from_millis(300), "not before the deadline");
    assert_eq!(block_on(store.book()).unwrap().commit_seq, 1, "reading goes on meanwhile");

    other.execute_batch("ROLLBACK").unwrap();
    assert!(matches!(block_on(patient), Ok(Answer::Done(_))), "whoever still waits is served");
    assert_eq!(block_on(store.book()).unwrap().commit_seq, 2, "nothing that was unavailable was executed");
}

#[test]
fn two_stores_on_one_file_take_turns_and_lose_nothing() {
    let folder = tempfile::tempdir().unwrap();
    let path = folder.path().join("book.db");
    let stores = [create(&path), create(&path)];
    register(&stores[0]);
    thread::scope(|scope| {
        for store in &stores {
            scope.spawn(move || {
                for _ in 0..10 {
                    let pending: Vec<_> = (0..20)
                        .map(|_| store.submit(Command::new(at(1), deposit("0.01")), Duration::from_mins(1)))
                        .collect();
                    for pending in pending {
                        assert!(matches!(block_on(pending), Ok(Answer::Done(_))));
                    }
                }
            });
        }
    });
    let sum: f64 = Connection::open(&path)
        .unwrap()
        .query_row("SELECT current_bankroll FROM strategies", [], |row| row.get(0))
        .unwrap();
    assert!((sum - 10_004.0).abs() < f64::EPSILON, "{sum}");
}

#[test]
fn dropping_the_store_carries_out_what_was_handed_over() {
    let folder = tempfile::tempdir().unwrap();
    let path = folder.path().join("book.db");
    let store = create(&path);
    register(&store);
    let pending: Vec<_> =
        (0..1_000).map(|_| store.submit(Command::new(at(1), deposit("1")), Duration::from_mins(1))).collect();
    drop(store);
    for pending in pending {
        assert!(matches!(block_on(pending), Ok(Answer::Done(_))));
    }
    assert_eq!(block_on(create(&path).book()).unwrap().commit_seq, 1_001);
}

#[test]
fn a_full_queue_refuses_what_comes_next_and_carries_out_what_it_took() {
    let folder = tempfile::tempdir().unwrap();
    let path = folder.path().join("book.db");
    let store = create(&path);
    register(&store);
    let other = Connection::open(&path).unwrap();
    other.execute_batch("BEGIN IMMEDIATE").unwrap();
    let submit = || store.submit(Command::new(at(1), deposit("1")), Duration::from_mins(5));
    // The writer may have taken a group out of the queue to try it, so a few more than the limit may be taken.
    let mut taken = Vec::new();
    let refusal = loop {
        let mut pending = submit();
        match pending.as_mut().now_or_never() {
            None => taken.push(pending),
            Some(answer) => break answer.unwrap_err(),
        }
    };
    assert!(matches!(refusal, StoreError::Unavailable { .. }), "{refusal:?}");
    assert!((QUEUE_COMMANDS_MAX..=QUEUE_COMMANDS_MAX + GROUP_COMMANDS_MAX).contains(&taken.len()), "{}", taken.len());
    other.execute_batch("ROLLBACK").unwrap();
    let count = i64::try_from(taken.len()).unwrap();
    for pending in taken {
        assert!(matches!(block_on(pending), Ok(Answer::Done(_))));
    }
    assert_eq!(block_on(store.book()).unwrap().commit_seq, 1 + count);
    assert!(matches!(block_on(submit()), Ok(Answer::Done(_))), "the next command works");
}
