//! Honest: an answer says what happened, an error whether anything can have happened.

use nailsage_domain::StrategyId;
use nailsage_store::{CallError, Caller, StoreExt};

use crate::{
    fixture::{done, failed},
    prelude::*,
};

cases! {
    refusal_is_an_answer_and_names_the_action,
    refusal_is_the_same_until_the_book_changes,
    panic_is_an_error_that_wrote_nothing,
    neighbours_of_a_panic_go_on,
    command_that_panicked_can_be_repeated,
    typed_calls_do_what_commands_do,
    typed_calls_have_keys_in_the_order_of_time,
    typed_call_tells_a_refusal_from_an_error,
}

async fn refusal_is_an_answer_and_names_the_action(f: &Fixture) {
    let bot = f.strategy("bot").await;
    let command = Command::of(at(1), vec![log("a").into(), log("b").into(), deposit(named("nobody"), "1").into()]);
    let refused = f.refused(command).await;
    assert_eq!(refused.action_index, Some(2));
    assert_eq!(refused.refusal, Refusal::UnknownStrategy { strategy: named("nobody").into() });
    assert_eq!(refused.refusal.to_string(), "there is no strategy nobody/v1@7; register it first");
    assert_eq!(f.bankroll(bot).await, usdt("10000"));
}

async fn refusal_is_the_same_until_the_book_changes(f: &Fixture) {
    let bot = f.strategy("bot").await;
    let command = Command::new(at(1), withdraw(bot, "10001"));
    let first = f.refused(command.clone()).await;
    assert_eq!(f.refused(command.clone()).await, first);
    f.adjust(at(1), withdraw(bot, "1")).await;
    let expected = Refusal::WithdrawalExceedsBankroll { amount: usdt("10001"), bankroll: usdt("9999") };
    assert_eq!(f.refused(command).await.refusal, expected);
}

async fn panic_is_an_error_that_wrote_nothing(f: &Fixture) {
    let bot = f.strategy("bot").await;
    f.clock.panic_after(0);
    let command = Command::of(at(1), vec![long(bot, "100").into(), deposit(bot, "5").into()]).with_key(key("k"));
    let error = f.unchanged_by(failed(f.submit(command))).await;
    assert!(matches!(error, StoreError::Backend { .. }), "nothing was written, and it says so: {error:?}");
    assert_eq!(f.open(at(2), long(bot, "100")).await.position_id.get(), 1, "the next one works");
}

/// The first command is held while the others queue up behind it, so that a store that forms groups forms one of them.
async fn neighbours_of_a_panic_go_on(f: &Fixture) {
    let bot = f.strategy("bot").await;
    let first = f.commit_seq().await + 1;
    let hold = f.clock.hold();
    let store = f.store();
    let runtime = tokio::runtime::Handle::current();
    let hand_over = move || {
        let commands = (0..5).map(|step| Command::new(at(step), long(bot, "100")));
        let pending: Vec<_> = commands.map(|it| store.submit(it, nailsage_store::DEFAULT_TIMEOUT)).collect();
        runtime.block_on(async {
            let mut answers = Vec::new();
            for pending in pending {
                answers.push(pending.await);
            }
            answers
        })
    };
    let handed_over = tokio::task::spawn_blocking(hand_over);
    hold.is_reached().await;
    tokio::time::sleep(std::time::Duration::from_millis(50)).await;
    f.clock.panic_after(2);
    drop(hold);
    let answers = handed_over.await.expect("handing over does not panic");
    for (answer, step) in answers.iter().zip(0..) {
        match answer {
            Err(StoreError::Backend { .. }) if step == 2 => {}
            Ok(Answer::Done(outcome)) if step != 2 => {
                assert_eq!(outcome.commit_seq, first + step - i64::from(step > 2), "no gap where the panic was");
            }
            other => panic!("command {step}: {other:?}"),
        }
    }
    assert_eq!(f.dump().await.positions.len(), 4);
}

async fn command_that_panicked_can_be_repeated(f: &Fixture) {
    let bot = f.strategy("bot").await;
    let command = Command::new(at(1), deposit(bot, "5")).with_key(key("k"));
    f.clock.panic_after(0);
    failed(f.submit(command.clone())).await;
    done(f.submit(command)).await;
    assert_eq!(f.bankroll(bot).await, usdt("10005"));
}

async fn typed_calls_do_what_commands_do(f: &Fixture) {
    let store = f.store();
    let why = "every one of these is accepted";
    let bot = store.register_strategy(at(0), register("bot")).await.expect(why).strategy_id;
    assert_eq!(bot, StrategyId::FIRST);
    assert!(store.deactivate(at(1), deactivate(bot)).await.expect(why).changed);
    assert!(store.activate(at(2), activate(bot)).await.expect(why).changed);
    let entry = RecordSignal { then: vec![short(bot, "100").into()], ..signal(bot) };
    assert!(store.record_signal(at(3), entry).await.expect(why).was_executed);
    let opened = store.open_position(at(4), long(bot, "100")).await.expect(why);
    let id = opened.position_id;
    assert!(store.set_stops(at(5), stops(id, Some("90"), None)).await.expect(why).changed);
    assert_eq!(store.mark_market(at(6), mark_market(7, "101")).await.expect(why).marked, 2);
    assert_eq!(store.mark_position(at(7), mark(id, "102")).await.expect(why).unrealized_pnl, usdt("20"));
    assert_eq!(store.close_position(at(8), close(id, "103")).await.expect(why).realized_pnl, usdt("30"));
    let other = PositionRef::only_open(bot);
    assert_eq!(store.liquidate_position(at(9), liquidate(other, "150")).await.expect(why).realized_pnl, usdt("-500"));
    assert_eq!(store.adjust_bankroll(at(10), deposit(bot, "470")).await.expect(why).bankroll, usdt("10000"));
    let event = store.log_event(at(11), log("done")).await.expect(why).event_id;
    assert_eq!(f.commit_seq().await, 12);
    assert_eq!(f.events().await.last().map(|event| event.id), Some(event));
}

async fn typed_calls_have_keys_in_the_order_of_time(f: &Fixture) {
    let store = f.store();
    let bot = store.register_strategy(at(0), register("bot")).await.expect("it is accepted").strategy_id;
    for step in 0..20 {
        store.adjust_bankroll(at(step), deposit(bot, "1")).await.expect("it is accepted");
    }
    store.adjust_bankroll(Caller::keyed(at(99), key("mine")), deposit(bot, "1")).await.expect("it is accepted");
    let keys: Vec<_> = f.ledger(bot).await.into_iter().map(|entry| entry.request_key.expect("a key is made")).collect();
    assert!(keys[..21].is_sorted(), "{keys:?}");
    assert_eq!(keys[21], key("mine"));
    let outcome = store.outcome(keys[3].clone()).await.expect("outcomes can be read");
    assert_eq!(outcome.map(|outcome| outcome.commit_seq), Some(4), "a lost answer could be settled");
}

async fn typed_call_tells_a_refusal_from_an_error(f: &Fixture) {
    let bot = f.strategy("bot").await;
    let refused = f.store().adjust_bankroll(at(1), withdraw(bot, "10001")).await;
    assert!(matches!(&refused, Err(CallError::Refused(it)) if it.action_index == Some(0)), "{refused:?}");
    f.clock.panic_after(0);
    let error = f.store().adjust_bankroll(at(1), withdraw(bot, "1")).await;
    assert!(matches!(error, Err(CallError::Store(StoreError::Backend { .. }))), "{error:?}");
    let timeout = std::time::Duration::ZERO;
    let error = f.store().adjust_bankroll(Caller { timeout, ..Caller::from(at(1)) }, withdraw(bot, "1")).await;
    assert!(matches!(error, Err(CallError::Store(StoreError::Unavailable { .. }))), "{error:?}");
}
