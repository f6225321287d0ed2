//! Idempotent: an accepted key returns its first outcome and writes nothing; a refusal is not remembered.

use nailsage_store::{DEFAULT_TIMEOUT, Outcome};

use crate::{fixture::done, prelude::*};

cases! {
    repeat_returns_the_first_outcome_and_writes_nothing,
    repeat_returns_the_first_outcome_after_the_book_has_moved_on,
    repeat_may_be_written_differently,
    key_with_another_time_is_refused,
    key_with_another_amount_is_refused,
    key_with_another_order_is_refused,
    used_key_is_told_before_anything_else,
    refusal_is_not_remembered,
    key_of_a_refused_command_is_free,
    suppressed_signal_is_an_outcome_like_any_other,
    repeats_among_waiting_commands_are_found,
    one_of_many_at_once_is_carried_out,
    without_a_key_twice_is_twice,
    outcome_can_be_asked_for,
}

async fn repeat_returns_the_first_outcome_and_writes_nothing(f: &Fixture) {
    let bot = f.strategy("bot").await;
    let entry = RecordSignal { then: vec![long(bot, "100").into()], ..signal(bot) };
    let all = vec![entry.into(), deposit(bot, "5").into(), log("x").into(), mark_market(7, "101").into()];
    let command = Command::of(at(1), all).with_key(key("k"));
    let first = f.run(command.clone()).await;
    f.clock.set(stamp(60_000));
    for _ in 0..3 {
        assert_eq!(f.unchanged_by(f.run(command.clone())).await, first);
    }
}

async fn repeat_returns_the_first_outcome_after_the_book_has_moved_on(f: &Fixture) {
    let bot = f.strategy("bot").await;
    let command = Command::new(at(1), OpenPosition { size: None, ..long(bot, "100") }).with_key(key("k"));
    let first = f.run(command.clone()).await;
    f.close(at(2), close(PositionRef::OpenedBy(key("k")), "110")).await;
    f.deactivate(at(3), deactivate(bot)).await;
    // An inactive strategy could not open it now, and the tenth would be larger.
    assert_eq!(f.unchanged_by(f.run(command)).await, first);
}

async fn repeat_may_be_written_differently(f: &Fixture) {
    f.strategy("bot").await;
    let text = |change: &str, price: &str| {
        let json = format!(
            r#"{{"key": "k", "at": {}, "actions": [
                {{"action": "adjust_bankroll", "strategy": "bot/v1@7", "change": {{"deposit": {change}}}, "reason": "r"}},
                {{"action": "open_position", "strategy": "bot/v1@7", "side": "long", "price": {price}}}]}}"#,
            at(1)
        );
        serde_json::from_str::<Command>(&json).unwrap_or_else(|error| panic!("{error}: {json}"))
    };
    let first = f.run(text("\"1000\"", "\"100.5\"")).await;
    for (change, price) in [("1000", "100.5"), ("1000.0", "\"100.50\""), ("\"1e3\"", "1.005e2")] {
        assert_eq!(f.unchanged_by(f.run(text(change, price))).await, first);
    }
}

async fn key_with_another_time_is_refused(f: &Fixture) {
    let bot = f.strategy("bot").await;
    let command = |millis| Command::new(at(millis), deposit(bot, "5")).with_key(key("k"));
    f.run(command(1)).await;
    let refused = f.refused(command(2)).await;
    assert_eq!(refused.refusal, Refusal::KeyReused { key: key("k") });
    assert_eq!(refused.action_index, None);
}

async fn key_with_another_amount_is_refused(f: &Fixture) {
    let bot = f.strategy("bot").await;
    let command = |amount| Command::new(at(1), deposit(bot, amount)).with_key(key("k"));
    f.run(command("5")).await;
    assert_eq!(f.refused(command("5.000001")).await.refusal.code(), "key_reused");
}

async fn key_with_another_order_is_refused(f: &Fixture) {
    let bot = f.strategy("bot").await;
    let command = |first: &str, second: &str| {
        Command::of(at(1), vec![deposit(bot, first).into(), deposit(bot, second).into()]).with_key(key("k"))
    };
    f.run(command("5", "6")).await;
    assert_eq!(f.refused(command("6", "5")).await.refusal.code(), "key_reused");
}

async fn used_key_is_told_before_anything_else(f: &Fixture) {
    let bot = f.strategy("bot").await;
    f.run(Command::new(at(1), deposit(bot, "5")).with_key(key("k"))).await;
    let empty = Command::of(at(1), Vec::new()).with_key(key("k"));
    assert_eq!(f.refused(empty).await.refusal.code(), "key_reused");
    let unknown = Command::new(at(1), deposit(named("nobody"), "5")).with_key(key("k"));
    assert_eq!(f.refused(unknown).await.refusal.code(), "key_reused");
}

async fn refusal_is_not_remembered(f: &Fixture) {
    let bot = f.strategy("bot").await;
    let command = Command::new(at(1), withdraw(bot, "10500")).with_key(key("k"));
    assert_eq!(f.refused(command.clone()).await.refusal.code(), "withdrawal_exceeds_bankroll");
    f.adjust(at(1), deposit(bot, "600")).await;
    f.run(command).await;
    assert_eq!(f.bankroll(bot).await, usdt("100"));
}

async fn key_of_a_refused_command_is_free(f: &Fixture) {
    let bot = f.strategy("bot").await;
    f.refused(Command::new(at(1), withdraw(bot, "10500")).with_key(key("k"))).await;
    f.run(Command::new(at(2), deposit(bot, "1")).with_key(key("k"))).await;
}

async fn suppressed_signal_is_an_outcome_like_any_other(f: &Fixture) {
    let bot = f.strategy("bot").await;
    f.deactivate(at(0), deactivate(bot)).await;
    let entry = RecordSignal { then: vec![long(bot, "100").into()], ..signal(bot) };
    let command = Command::new(at(1), entry).with_key(key("k"));
    let first = f.run(command.clone()).await;
    f.activate(at(2), activate(bot)).await;
    // It was accepted, as a signal without a trade; repeating it does not trade after all.
    assert_eq!(f.unchanged_by(f.run(command)).await, first);
}

async fn repeats_among_waiting_commands_are_found(f: &Fixture) {
    let bot = f.strategy("bot").await;
    let command = |amount| Command::new(at(1), deposit(bot, amount)).with_key(key("k"));
    let pending: Vec<_> = ["5", "5", "6", "5"].into_iter().map(|amount| f.submit(command(amount))).collect();
    let mut answers = Vec::new();
    for pending in pending {
        answers.push(pending.await.expect("nothing fails here"));
    }
    assert!(matches!(answers[0], Answer::Done(_)), "{answers:?}");
    assert_eq!((&answers[1], &answers[3]), (&answers[0], &answers[0]));
    assert!(matches!(&answers[2], Answer::Refused(refused) if refused.refusal.code() == "key_reused"), "{answers:?}");
    assert_eq!(f.bankroll(bot).await, usdt("10005"));
}

async fn one_of_many_at_once_is_carried_out(f: &Fixture) {
    let bot = f.strategy("bot").await;
    let before = f.commit_seq().await;
    let command = Command::new(at(1), long(bot, "100")).with_key(key("k"));
    f.remember(&command);
    let stores = [f.store(), f.second().await];
    let attempt = |task: usize| {
        let (store, command) = (stores[task % 2].clone(), command.clone());
        async move { done(store.submit(command, DEFAULT_TIMEOUT)).await }
    };
    let outcomes: Vec<Outcome> = all_at_once((0..32).map(attempt)).await;
    assert!(outcomes.iter().all(|outcome| *outcome == outcomes[0]), "{outcomes:?}");
    assert_eq!(f.commit_seq().await, before + 1);
    assert_eq!(f.dump().await.positions.len(), 1);
}

async fn without_a_key_twice_is_twice(f: &Fixture) {
    let bot = f.strategy("bot").await;
    f.adjust(at(1), deposit(bot, "5")).await;
    f.adjust(at(1), deposit(bot, "5")).await;
    assert_eq!(f.bankroll(bot).await, usdt("10010"));
}

async fn outcome_can_be_asked_for(f: &Fixture) {
    let ask = async |text| f.store().outcome(key(text)).await.expect("outcomes can be read");
    let bot = f.strategy("bot").await;
    assert_eq!(ask("k").await, None);
    let entry = RecordSignal { then: vec![long(bot, "100").into(), deposit(bot, "1").into()], ..signal(bot) };
    let first = f.run(Command::of(at(1), vec![entry.into(), register("other").into()]).with_key(key("k"))).await;
    assert_eq!(ask("k").await, Some(first));
    f.refused(Command::new(at(2), withdraw(bot, "1000000")).with_key(key("refused"))).await;
    assert_eq!(ask("refused").await, None);
    assert_eq!(ask("K").await, None, "keys are compared byte by byte");
}
