//! Drop-safe: dropping the future runs the whole command or none of it.
//!
//! A handed-over command has its place already, so here "whole or none" can be told apart from luck: it happens whole.

use std::{future::poll_fn, task::Poll};

use crate::prelude::*;

cases! {
    dropped_before_it_is_polled_it_happens_whole,
    dropped_after_one_poll_it_happens_whole,
    dropped_with_its_task_it_is_whole_or_not_there,
    dropped_among_others_it_disturbs_nobody,
    dropped_refused_command_leaves_nothing,
}

/// Three rows that belong together.
fn three_rows(step: i64) -> Command {
    let actions: Vec<Action> = vec![long(named("bot"), "100").into(), deposit(named("bot"), "1").into(), log("paid").into()];
    Command::of(at(step), actions).with_key(key(&format!("k{step}")))
}

/// How many of the commands happened, none of them in part.
async fn happened(f: &Fixture) -> i64 {
    // What the same caller hands over now runs after everything before it.
    f.log(at(999), log("the end")).await;
    let dump = f.dump().await;
    let known = dump.outcomes.iter().filter(|(_, outcome)| outcome.is_some()).count();
    let logged = dump.events.iter().filter(|event| event.event_type.as_str() == "paid").count();
    let paid = dump.ledger.iter().filter(|entry| entry.kind == LedgerKind::Adjust).count();
    assert_eq!((logged, paid, dump.positions.len()), (known, known, known), "events, deposits and positions of {known}");
    known.try_into().expect("a few")
}

async fn dropped_before_it_is_polled_it_happens_whole(f: &Fixture) {
    f.strategy("bot").await;
    for step in 0..50 {
        drop(f.submit(three_rows(step)));
    }
    assert_eq!(happened(f).await, 50);
}

async fn dropped_after_one_poll_it_happens_whole(f: &Fixture) {
    f.strategy("bot").await;
    for step in 0..50 {
        let mut pending = f.submit(three_rows(step));
        poll_fn(|context| {
            let _ = pending.as_mut().poll(context);
            Poll::Ready(())
        })
        .await;
        drop(pending);
    }
    assert_eq!(happened(f).await, 50);
}

async fn dropped_with_its_task_it_is_whole_or_not_there(f: &Fixture) {
    f.strategy("bot").await;
    for step in 0..50 {
        let (store, command) = (f.store(), three_rows(step));
        f.remember(&command);
        let task = tokio::spawn(async move { store.submit(command, nailsage_store::DEFAULT_TIMEOUT).await });
        if step % 2 == 0 {
            tokio::task::yield_now().await;
        }
        task.abort();
        drop(task.await);
    }
    let there = happened(f).await;
    assert!((0..=50).contains(&there));
    // Repeated with their keys they are all there, each once.
    for step in 0..50 {
        f.run(three_rows(step)).await;
    }
    assert_eq!(happened(f).await, 50);
}

async fn dropped_among_others_it_disturbs_nobody(f: &Fixture) {
    f.strategy("bot").await;
    let mut kept = Vec::new();
    for step in 0..90 {
        let pending = f.submit(three_rows(step));
        if step % 3 == 0 {
            drop(pending);
        } else {
            kept.push((step, pending));
        }
    }
    for (step, pending) in kept {
        let Ok(Answer::Done(outcome)) = pending.await else { panic!("command {step} was not carried out") };
        assert_eq!(outcome.commit_seq, 2 + step, "those that were dropped kept their places");
    }
    assert_eq!(happened(f).await, 90);
}

async fn dropped_refused_command_leaves_nothing(f: &Fixture) {
    f.strategy("bot").await;
    let before = f.dump().await;
    drop(f.submit(Command::of(at(1), vec![log("half").into(), withdraw(named("bot"), "20000").into()])));
    assert_eq!(f.log(at(2), log("next")).await.event_id.get(), before.book.events + 1);
    assert_eq!(f.commit_seq().await, before.book.commit_seq + 1);
}
