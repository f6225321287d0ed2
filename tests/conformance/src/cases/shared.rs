//! Shared: what shows only when several stores, as in several processes, use one book.

use nailsage_store::{DEFAULT_TIMEOUT, Done};

use crate::{
    fixture::{all_at_once, done},
    prelude::*,
};

cases! {
    eight_starters_make_one_book,
    deposits_of_two_stores_all_count,
    one_key_raced_by_two_stores_happens_once,
    one_key_with_two_commands_is_accepted_for_one,
    one_name_registered_by_two_stores_is_one_strategy,
    a_reader_of_one_store_sees_what_the_other_answered,
}

/// Long enough for two stores that take turns with every single command.
const PATIENCE: std::time::Duration = DEFAULT_TIMEOUT.saturating_mul(6);

async fn eight_starters_make_one_book(f: &Fixture) {
    let stores = f.started_at_once(8).await;
    let tasks = stores.into_iter().enumerate().map(|(index, store)| async move {
        let name = format!("bot-{index}");
        let outcome = done(store.submit(Command::new(at(1), register(&name)), PATIENCE)).await;
        (outcome.commit_seq, store)
    });
    let (mut seqs, stores): (Vec<_>, Vec<_>) = all_at_once(tasks).await.into_iter().unzip();
    seqs.sort_unstable();
    assert_eq!(seqs, (1..=8).collect::<Vec<_>>(), "they write to one book");
    for store in stores {
        let book = store.book().await.expect("the book's state can be read");
        assert_eq!((book.schema_version, book.commit_seq, book.strategies), (1, 8, 8));
    }
}

async fn deposits_of_two_stores_all_count(f: &Fixture) {
    let bot = f.strategy("bot").await;
    let stores = [f.store(), f.second().await];
    all_at_once((0..64).map(|task| {
        let store = stores[task % 2].clone();
        async move {
            for step in 0..10 {
                done(store.submit(Command::new(at(step), deposit(bot, "0.01")), PATIENCE)).await;
            }
        }
    }))
    .await;
    assert_eq!(f.bankroll(bot).await, usdt("10006.4"));
    let seqs: Vec<_> = f.ledger(bot).await.iter().map(|entry| entry.seq).collect();
    assert_eq!(seqs, (1..=641).collect::<Vec<_>>());
}

async fn one_key_raced_by_two_stores_happens_once(f: &Fixture) {
    let bot = f.strategy("bot").await;
    let stores = [f.store(), f.second().await];
    for round in 0..10 {
        let command = Command::new(at(1), deposit(bot, "1")).with_key(key(&format!("round {round}")));
        f.remember(&command);
        let outcomes = all_at_once((0..8).map(|task| {
            let (store, command) = (stores[task % 2].clone(), command.clone());
            async move { done(store.submit(command, PATIENCE)).await }
        }))
        .await;
        assert!(outcomes.iter().all(|outcome| outcome == &outcomes[0]), "{outcomes:?}");
    }
    assert_eq!(f.bankroll(bot).await, usdt("10010"));
}

async fn one_key_with_two_commands_is_accepted_for_one(f: &Fixture) {
    let bot = f.strategy("bot").await;
    let stores = [f.store(), f.second().await];
    let answers = all_at_once((0..20).map(|task| {
        let amount = if task % 2 == 0 { "1" } else { "2" };
        let command = Command::new(at(1), deposit(bot, amount)).with_key(key("k"));
        let store = stores[task % 2].clone();
        async move { (task % 2, store.submit(command, PATIENCE).await.expect("it is answered")) }
    }))
    .await;
    let accepted: Vec<_> = answers.iter().filter(|(_, answer)| matches!(answer, Answer::Done(_))).collect();
    assert_eq!(accepted.len(), 10, "all of one command and none of the other: {answers:?}");
    assert!(accepted.iter().all(|(which, _)| which == &accepted[0].0), "{answers:?}");
    let refused = answers.iter().filter_map(|(_, answer)| match answer {
        Answer::Refused(refused) => Some(refused.refusal.code()),
        Answer::Done(_) => None,
    });
    assert!(refused.into_iter().all(|code| code == "key_reused"), "{answers:?}");
    assert_eq!(f.ledger(bot).await.len(), 2);
}

async fn one_name_registered_by_two_stores_is_one_strategy(f: &Fixture) {
    let stores = [f.store(), f.second().await];
    for round in 0..5 {
        let name = format!("bot-{round}");
        let outcomes = all_at_once((0..8).map(|task| {
            let (store, command) = (stores[task % 2].clone(), Command::new(at(1), register(&name)));
            async move { done(store.submit(command, PATIENCE)).await }
        }))
        .await;
        let created = outcomes.iter().filter(
            |outcome| matches!(&outcome.results[..], [Done::RegisterStrategy(registered)] if registered.created),
        );
        assert_eq!(created.count(), 1, "{outcomes:?}");
    }
    assert_eq!(f.dump().await.strategies.len(), 5);
}

async fn a_reader_of_one_store_sees_what_the_other_answered(f: &Fixture) {
    let bot = f.strategy("bot").await;
    let second = f.second().await;
    for step in 0..20 {
        let (writes, reads) = if step % 2 == 0 { (f.store(), second.clone()) } else { (second.clone(), f.store()) };
        let outcome = done(writes.submit(Command::new(at(step), deposit(bot, "1")), PATIENCE)).await;
        let seen = reads.book().await.expect("the book's state can be read");
        assert_eq!(seen.commit_seq, outcome.commit_seq);
    }
}
