//! Registering is get-or-create on name, version and market.

use nailsage_domain::StrategyId;
use nailsage_store::RegisterStrategy;

use crate::prelude::*;

cases! {
    new_strategy_starts_with_ten_thousand,
    new_strategy_may_start_with_its_own_bankroll,
    name_version_and_market_make_a_strategy,
    registering_again_gets_the_same_one,
    registering_again_as_it_is_writes_no_row,
    other_interval_is_refused,
    sixty_minutes_are_not_an_hour,
    other_initial_bankroll_is_ignored_and_said_so,
    model_and_config_are_updated_when_given,
    absent_model_and_config_stay,
    inactive_one_becomes_active_again,
    reactivation_updates_the_terms_in_one_row,
    registered_twice_in_one_command_it_is_one,
}

async fn new_strategy_starts_with_ten_thousand(f: &Fixture) {
    let registered = f.register(at(3), register("bot")).await;
    assert!(registered.created && !registered.reactivated);
    assert_eq!((registered.initial_bankroll, registered.current_bankroll), (amount("10000"), usdt("10000")));
    let strategy = f.record(registered.strategy_id).await.strategy;
    assert_eq!((strategy.key, strategy.interval, strategy.is_active), (named("bot"), value("1m"), true));
    assert_eq!((strategy.model_id, strategy.config_path), (None, None));
    assert_eq!((strategy.created_at, strategy.updated_at), (stamp(0), stamp(0)));
    let ledger = f.ledger(registered.strategy_id).await;
    assert_eq!(ledger.len(), 1);
    assert_eq!((ledger[0].kind, ledger[0].seq, ledger[0].delta), (LedgerKind::Register, 1, Usdt::ZERO));
    assert_eq!((ledger[0].balance, ledger[0].timestamp), (usdt("10000"), at(3)));
}

async fn new_strategy_may_start_with_its_own_bankroll(f: &Fixture) {
    for (name, bankroll) in [("small", "0.000001"), ("odd", "1234.567891"), ("large", "8589934591.999999")] {
        let initial_bankroll = Some(amount(bankroll));
        let registered = f.register(at(0), RegisterStrategy { initial_bankroll, ..register(name) }).await;
        assert_eq!(registered.initial_bankroll, amount(bankroll));
        assert_eq!(registered.ignored_initial_bankroll, None);
        let strategy = f.record(named(name)).await.strategy;
        assert_eq!((strategy.initial_bankroll, strategy.current_bankroll), (amount(bankroll), usdt(bankroll)));
    }
}

async fn name_version_and_market_make_a_strategy(f: &Fixture) {
    let keys = ["bot/v1@7", "bot/v2@7", "bot/v1@8", "Bot/v1@7", "bot /v1@7", "a/b/v1@7", "a@b/v1@7", "бот/в1@7"];
    for (text, id) in keys.into_iter().zip(1..) {
        let registered = f.register(at(0), RegisterStrategy { strategy: value(text), ..register("x") }).await;
        assert_eq!((registered.strategy_id.get(), registered.created), (id, true), "{text}");
    }
    for (text, id) in keys.into_iter().zip(1..) {
        let key = value::<nailsage_domain::StrategyKey>(text);
        assert_eq!(f.record(key).await.strategy.id.get(), id, "{text}");
    }
}

async fn registering_again_gets_the_same_one(f: &Fixture) {
    let bot = f.strategy("bot").await;
    f.strategy("other").await;
    f.adjust(at(1), deposit(bot, "5")).await;
    let again = f.register(at(2), register("bot")).await;
    assert_eq!((again.strategy_id, again.created, again.reactivated), (bot, false, false));
    assert_eq!((again.initial_bankroll, again.current_bankroll), (amount("10000"), usdt("10005")));
}

async fn registering_again_as_it_is_writes_no_row(f: &Fixture) {
    let bot = f.strategy("bot").await;
    let before = f.dump().await;
    f.clock.set(stamp(60_000));
    f.register(at(9), register("bot")).await;
    let mut after = f.dump().await;
    assert_eq!(after.book.commit_seq, before.book.commit_seq + 1, "it was accepted");
    after.book.commit_seq -= 1;
    after.must_be(&before);
    assert_eq!(f.ledger(bot).await.len(), 1);
}

async fn other_interval_is_refused(f: &Fixture) {
    f.strategy("bot").await;
    let refusal = f.refuses(at(1), RegisterStrategy { interval: value("15m"), ..register("bot") }).await;
    assert_eq!(refusal, Refusal::IntervalMismatch { registered: value("1m"), given: value("15m") });
}

async fn sixty_minutes_are_not_an_hour(f: &Fixture) {
    f.register(at(0), RegisterStrategy { interval: value("60m"), ..register("bot") }).await;
    let refusal = f.refuses(at(1), RegisterStrategy { interval: value("1h"), ..register("bot") }).await;
    assert_eq!(refusal.code(), "interval_mismatch");
    assert_eq!(f.record(named("bot")).await.strategy.interval, value("60m"));
}

async fn other_initial_bankroll_is_ignored_and_said_so(f: &Fixture) {
    let given = |text| RegisterStrategy { initial_bankroll: Some(amount(text)), ..register("bot") };
    f.register(at(0), given("500")).await;
    let other = f.register(at(1), given("600")).await;
    assert_eq!((other.initial_bankroll, other.ignored_initial_bankroll), (amount("500"), Some(amount("600"))));
    assert_eq!(f.register(at(2), given("500")).await.ignored_initial_bankroll, None);
    assert_eq!(f.register(at(3), register("bot")).await.ignored_initial_bankroll, None);
    assert_eq!(f.bankroll(named("bot")).await, usdt("500"));
}

async fn model_and_config_are_updated_when_given(f: &Fixture) {
    let bot = f.strategy("bot").await;
    f.clock.set(stamp(1));
    let with_model = RegisterStrategy { model_id: Some(value("m1")), ..register("bot") };
    f.register(at(1), with_model.clone()).await;
    f.clock.set(stamp(2));
    f.register(at(2), RegisterStrategy { config_path: Some(value("c.yaml")), ..with_model.clone() }).await;
    f.clock.set(stamp(3));
    f.register(at(3), RegisterStrategy { config_path: Some(value("c.yaml")), ..with_model }).await;
    let strategy = f.record(bot).await.strategy;
    assert_eq!((strategy.model_id, strategy.config_path), (Some(value("m1")), Some(value("c.yaml"))));
    assert_eq!((strategy.created_at, strategy.updated_at), (stamp(0), stamp(2)), "the third time changed nothing");
    let ledger = f.ledger(bot).await;
    assert!(ledger.iter().all(|entry| entry.kind == LedgerKind::Register && entry.delta == Usdt::ZERO));
    assert_eq!(ledger.iter().map(|entry| entry.timestamp).collect::<Vec<_>>(), [at(0), at(1), at(2)]);
}

async fn absent_model_and_config_stay(f: &Fixture) {
    let (model_id, config_path) = (Some(value("m1")), Some(value("c.yaml")));
    f.register(at(0), RegisterStrategy { model_id, config_path, ..register("bot") }).await;
    f.register(at(1), register("bot")).await;
    let strategy = f.record(named("bot")).await.strategy;
    assert_eq!((strategy.model_id, strategy.config_path), (Some(value("m1")), Some(value("c.yaml"))));
}

async fn inactive_one_becomes_active_again(f: &Fixture) {
    let bot = f.strategy("bot").await;
    f.deactivate(at(1), deactivate(bot)).await;
    let again = f.register(at(2), register("bot")).await;
    assert!(again.reactivated && !again.created);
    assert!(f.record(bot).await.strategy.is_active);
    let kinds: Vec<_> = f.ledger(bot).await.iter().map(|entry| entry.kind).collect();
    assert_eq!(kinds, [LedgerKind::Register, LedgerKind::Deactivate, LedgerKind::Activate]);
    f.open(at(3), long(bot, "100")).await;
}

async fn reactivation_updates_the_terms_in_one_row(f: &Fixture) {
    let bot = f.strategy("bot").await;
    f.deactivate(at(1), deactivate(bot)).await;
    f.register(at(2), RegisterStrategy { model_id: Some(value("m2")), ..register("bot") }).await;
    assert_eq!(f.record(bot).await.strategy.model_id, Some(value("m2")));
    assert_eq!(f.ledger(bot).await.len(), 3);
}

async fn registered_twice_in_one_command_it_is_one(f: &Fixture) {
    let twice = vec![register("bot").into(), RegisterStrategy { model_id: Some(value("m")), ..register("bot") }.into()];
    f.run(Command::of(at(0), twice)).await;
    let mismatch = vec![register("new").into(), RegisterStrategy { interval: value("5m"), ..register("new") }.into()];
    let refused = f.refused(Command::of(at(1), mismatch)).await;
    assert_eq!((refused.refusal.code(), refused.action_index), ("interval_mismatch", Some(1)));
    assert_eq!(f.dump().await.strategies.len(), 1);
    assert_eq!(f.record(StrategyId::FIRST).await.strategy.model_id, Some(value("m")));
}
