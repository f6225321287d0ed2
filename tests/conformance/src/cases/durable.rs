//! Durable: what was answered stays. Where a book has one store object only, another handle of it must see the same.

use nailsage_store::DEFAULT_TIMEOUT;

use crate::{fixture::done, prelude::*};

cases! {
    answered_command_is_there_when_opened_again,
    keys_are_known_when_opened_again,
    ids_go_on_when_opened_again,
    refusal_leaves_no_trace_when_opened_again,
    second_store_sees_what_the_first_answered,
    both_stores_decide_on_the_same_book,
    handed_over_commands_outlive_their_store,
    opened_again_and_again_nothing_changes,
}

/// A bit of everything.
async fn busy_day(f: &Fixture) {
    let bot = f.strategy("bot").await;
    let entry = RecordSignal { then: vec![long(bot, "100").into()], ..signal(bot) };
    f.run(Command::new(at(1), entry).with_key(key("entry"))).await;
    f.open(at(2), OpenPosition { fees: cost("0.4"), slippage: cost("0.1"), ..short(bot, "99.5") }).await;
    f.mark_market(at(3), mark_market(7, "101.25")).await;
    f.close(at(4), close(PositionRef::OpenedBy(key("entry")), "103.1")).await;
    f.adjust(at(5), withdraw(bot, "0.123457")).await;
    f.signal(at(6), RecordSignal { rejection_reason: Some(reason("cooldown")), ..signal(bot) }).await;
    f.log(at(7), log("closing_time")).await;
}

async fn answered_command_is_there_when_opened_again(f: &Fixture) {
    let bot = f.strategy("bot").await;
    let pending: Vec<_> = (0..100).map(|step| f.submit(Command::new(at(step), deposit(bot, "1")))).collect();
    for pending in pending {
        done(pending).await;
    }
    f.restart().await;
    assert_eq!(f.bankroll(bot).await, usdt("10100"));
    assert_eq!(f.ledger(bot).await.len(), 101);
}

async fn keys_are_known_when_opened_again(f: &Fixture) {
    let bot = f.strategy("bot").await;
    let command = Command::new(at(1), deposit(bot, "5")).with_key(key("k"));
    let first = f.run(command.clone()).await;
    f.restart().await;
    assert_eq!(f.unchanged_by(f.run(command)).await, first);
    let other = Command::new(at(1), deposit(bot, "6")).with_key(key("k"));
    assert_eq!(f.refused(other).await.refusal.code(), "key_reused");
}

async fn ids_go_on_when_opened_again(f: &Fixture) {
    busy_day(f).await;
    let before = f.dump().await.book;
    f.restart().await;
    let opened = f.open(at(8), long(named("bot"), "100")).await;
    assert_eq!((opened.position_id.get(), opened.trade_id.get()), (before.positions + 1, before.trades + 1));
    assert_eq!(f.log(at(9), log("again")).await.event_id.get(), before.events + 1);
    assert_eq!(f.commit_seq().await, before.commit_seq + 2);
}

async fn refusal_leaves_no_trace_when_opened_again(f: &Fixture) {
    busy_day(f).await;
    let before = f.dump().await;
    let command = Command::of(at(8), vec![log("half").into(), withdraw(named("bot"), "1000000").into()]);
    f.refused(command.with_key(key("refused"))).await;
    f.restart().await;
    let after = f.dump().await;
    assert_eq!(after.book, before.book);
    assert_eq!(after.events, before.events);
    assert_eq!(f.store().outcome(key("refused")).await.expect("outcomes can be read"), None);
}

async fn second_store_sees_what_the_first_answered(f: &Fixture) {
    let second = f.second().await;
    let bot = f.strategy("bot").await;
    for step in 0..20 {
        let opened = f.open(at(step), long(bot, "100")).await;
        let seen = second.position(opened.position_id).await.expect("positions can be read");
        assert!(seen.is_some_and(|position| position.is_open()), "position {}", opened.position_id);
    }
}

async fn both_stores_decide_on_the_same_book(f: &Fixture) {
    let second = f.second().await;
    let bot = f.strategy("bot").await;
    let opened = f.open(at(0), long(bot, "100")).await;
    done(second.submit(Command::new(at(1), close(opened.position_id, "110")), DEFAULT_TIMEOUT)).await;
    assert_eq!(f.bankroll(bot).await, usdt("10100"));
    assert_eq!(f.refuses(at(2), close(opened.position_id, "110")).await.code(), "position_not_open");
    done(second.submit(Command::new(at(3), deactivate(bot)), DEFAULT_TIMEOUT)).await;
    assert_eq!(f.refuses(at(4), long(bot, "100")).await.code(), "strategy_inactive");
}

/// Whatever was answered is there, also when the answer came after the store was gone; the rest is there whole or not at
/// all, and says so when it is repeated.
async fn handed_over_commands_outlive_their_store(f: &Fixture) {
    let bot = f.strategy("bot").await;
    let command = |step: i64| {
        let actions = vec![deposit(bot, "1").into(), log("paid").into()];
        Command::of(at(step), actions).with_key(key(&format!("k{step}")))
    };
    let mut pending: Vec<_> = (0..300).map(|step| f.submit(command(step))).collect();
    let dropped = pending.split_off(200);
    let late = pending.split_off(50);
    for pending in pending {
        done(pending).await;
    }
    drop(dropped);
    f.restart().await;
    let mut answered = 50;
    for pending in late {
        match pending.await {
            Ok(Answer::Done(_)) => answered += 1,
            Err(StoreError::Unavailable { .. } | StoreError::Unknown { .. }) => {}
            other => panic!("{other:?}"),
        }
    }
    let there = f.ledger(bot).await.len() - 1;
    assert!(there >= answered, "{there} of {answered} answered commands are there");
    for step in 0..300 {
        f.run(command(step)).await;
    }
    assert_eq!(f.bankroll(bot).await, usdt("10300"));
    assert_eq!(f.dump().await.book.events, 2 + 2 * 300);
}

async fn opened_again_and_again_nothing_changes(f: &Fixture) {
    busy_day(f).await;
    let before = f.dump().await;
    for _ in 0..3 {
        f.restart().await;
        f.dump().await.must_be(&before);
    }
    let last = f.store().book().await.expect("the book's state can be read");
    assert_eq!(last, before.book);
}
