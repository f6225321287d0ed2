//! Bounded: one deadline a command, and only a command that had begun can be Unknown.

use std::{
    sync::{
        Arc,
        atomic::{AtomicBool, Ordering},
    },
    thread,
    time::Duration,
};

use nailsage_store::{DEFAULT_TIMEOUT, Pending};
use tokio::sync::oneshot;

use crate::{
    fixture::{done, failed},
    prelude::*,
};

cases! {
    no_time_at_all_is_unavailable_and_never_executed,
    no_time_at_all_for_some_leaves_the_others,
    waiting_command_is_unavailable_at_its_deadline_and_never_executed,
    begun_command_is_unknown_at_most_and_settled_by_its_key,
    all_the_time_in_the_world_is_fine,
}

/// A deadline that passes while a case holds the book.
const SOON: Duration = Duration::from_millis(50);

/// Longer than any store needs to answer a command whose time is up.
const PATIENCE: Duration = Duration::from_secs(10);

/// A command handed over by a thread of its own, because a store may do all the work while it takes the command.
struct HandedOver {
    is_taken: Arc<AtomicBool>,
    answer: oneshot::Receiver<Result<Answer, StoreError>>,
}

impl HandedOver {
    fn new(store: Arc<dyn Store>, command: Command, timeout: Duration) -> Self {
        let is_taken = Arc::new(AtomicBool::new(false));
        let (sender, answer) = oneshot::channel();
        let taken = Arc::clone(&is_taken);
        let runtime = tokio::runtime::Handle::current();
        let hand_over = move || {
            let pending: Pending<Answer> = store.submit(command, timeout);
            taken.store(true, Ordering::SeqCst);
            drop(sender.send(runtime.block_on(pending)));
        };
        thread::Builder::new().name("case".to_owned()).spawn(hand_over).expect("a thread can be started");
        Self { is_taken, answer }
    }

    /// Waits until its deadline is over: until it is answered if the store took it, else for that long.
    async fn outlasts_its_deadline(&mut self) -> Option<Result<Answer, StoreError>> {
        tokio::time::sleep(SOON * 4).await;
        if !self.is_taken.load(Ordering::SeqCst) {
            return None;
        }
        let answer = tokio::time::timeout(PATIENCE, &mut self.answer).await;
        Some(answer.expect("a command is answered at its deadline").expect("its thread sends the answer"))
    }

    async fn answer(self) -> Result<Answer, StoreError> {
        self.answer.await.expect("its thread sends the answer")
    }
}

async fn no_time_at_all_is_unavailable_and_never_executed(f: &Fixture) {
    let bot = f.strategy("bot").await;
    let before = f.dump().await;
    let command = Command::new(at(1), deposit(bot, "5")).with_key(key("k"));
    let error = failed(f.store().submit(command.clone(), Duration::ZERO)).await;
    assert!(matches!(error, StoreError::Unavailable { .. }), "{error:?}");
    f.dump().await.must_be(&before);
    // Nor later, when the store has other work to do.
    f.log(at(2), log("next")).await;
    assert_eq!(f.commit_seq().await, before.book.commit_seq + 1);
    assert_eq!(f.bankroll(bot).await, usdt("10000"));
    f.run(command).await;
    assert_eq!(f.bankroll(bot).await, usdt("10005"));
}

async fn no_time_at_all_for_some_leaves_the_others(f: &Fixture) {
    let bot = f.strategy("bot").await;
    let first = f.commit_seq().await + 1;
    let store = f.store();
    let mut pending = Vec::new();
    for step in 0..100 {
        let timeout = if step % 4 == 1 { Duration::ZERO } else { DEFAULT_TIMEOUT };
        pending.push(store.submit(Command::new(at(step), long(bot, "100")), timeout));
    }
    let mut seqs = Vec::new();
    for (pending, step) in pending.into_iter().zip(0..) {
        if step % 4 == 1 {
            let error = failed(pending).await;
            assert!(matches!(error, StoreError::Unavailable { .. }), "{error:?}");
        } else {
            seqs.push(done(pending).await.commit_seq);
        }
    }
    assert_eq!(seqs, (first..first + 75).collect::<Vec<_>>());
    assert_eq!(f.dump().await.positions.len(), 75);
}

async fn waiting_command_is_unavailable_at_its_deadline_and_never_executed(f: &Fixture) {
    let bot = f.strategy("bot").await;
    let hold = f.clock.hold();
    let first = HandedOver::new(f.store(), Command::new(at(1), deposit(bot, "1")), DEFAULT_TIMEOUT);
    hold.is_reached().await;
    let late = Command::new(at(2), deposit(bot, "20")).with_key(key("late"));
    let mut waiting = HandedOver::new(f.store(), late.clone(), SOON);
    let early = waiting.outlasts_its_deadline().await;
    drop(hold);
    let answer = match early {
        Some(answer) => answer,
        None => waiting.answer().await,
    };
    assert!(matches!(answer, Err(StoreError::Unavailable { .. })), "{answer:?}");
    assert!(matches!(first.answer().await, Ok(Answer::Done(_))), "the one before it goes on");
    f.log(at(3), log("next")).await;
    assert_eq!(f.bankroll(bot).await, usdt("10001"));
    assert_eq!(f.store().outcome(key("late")).await.expect("outcomes can be read"), None);
    f.run(late).await;
    assert_eq!(f.bankroll(bot).await, usdt("10021"));
}

async fn begun_command_is_unknown_at_most_and_settled_by_its_key(f: &Fixture) {
    let bot = f.strategy("bot").await;
    let hold = f.clock.hold();
    let command = Command::new(at(1), deposit(bot, "1")).with_key(key("k"));
    let mut begun = HandedOver::new(f.store(), command.clone(), SOON);
    hold.is_reached().await;
    let early = begun.outlasts_its_deadline().await;
    drop(hold);
    let answer = match early {
        Some(answer) => {
            assert!(matches!(&answer, Err(StoreError::Unknown { .. })), "nobody can know yet: {answer:?}");
            answer
        }
        None => begun.answer().await,
    };
    match answer {
        Ok(Answer::Done(_)) => {}
        Err(StoreError::Unknown { key: named, .. }) => assert_eq!(named, Some(key("k"))),
        other => panic!("it had begun: {other:?}"),
    }
    f.run(command).await;
    assert_eq!(f.bankroll(bot).await, usdt("10001"));
    assert_eq!(f.ledger(bot).await.len(), 2);
}

async fn all_the_time_in_the_world_is_fine(f: &Fixture) {
    let bot = f.strategy("bot").await;
    for timeout in [Duration::MAX, Duration::from_secs(u64::MAX), Duration::from_hours(24)] {
        done(f.store().submit(Command::new(at(1), deposit(bot, "1")), timeout)).await;
    }
    assert_eq!(f.bankroll(bot).await, usdt("10003"));
}
