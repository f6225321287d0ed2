//! Atomic: all rows of a command become visible together, or none does.

use std::sync::Arc;

use nailsage_domain::{PositionId, StrategyId};
use nailsage_store::{ACTIONS_MAX, Done, LedgerQuery};

use crate::prelude::*;

cases! {
    refused_command_leaves_nothing,
    refused_first_action_is_named,
    refused_command_takes_no_ids,
    strategy_and_its_first_position_are_one_command,
    later_actions_see_the_earlier_ones,
    later_refusal_takes_a_new_strategy_with_it,
    every_row_carries_the_command,
    a_thousand_actions_are_one_command,
    more_than_a_thousand_are_refused,
    readers_never_see_half_a_command,
}

async fn refused_command_leaves_nothing(f: &Fixture) {
    let bot = f.strategy("bot").await;
    let held = f.open(at(0), long(bot, "100")).await.position_id;
    let actions: Vec<Action> = vec![
        register("other").into(),
        deposit(bot, "500").into(),
        long(bot, "100").into(),
        stops(held, Some("90"), None).into(),
        mark_market(7, "105").into(),
        RecordSignal { rejection_reason: Some(reason("cooldown")), ..signal(bot) }.into(),
        log("started").into(),
        close(held, "110").into(),
        deactivate(bot).into(),
        close(PositionId::new(99).expect("above 0"), "110").into(),
    ];
    let refused = f.refused(Command::of(at(1), actions).with_key(key("k"))).await;
    assert_eq!(refused.action_index, Some(9));
    assert_eq!(refused.refusal.code(), "unknown_position");
}

async fn refused_first_action_is_named(f: &Fixture) {
    let bot = f.strategy("bot").await;
    let command = Command::of(at(1), vec![withdraw(bot, "20000").into(), deposit(bot, "1").into()]);
    assert_eq!(f.refused(command).await.action_index, Some(0));
}

async fn refused_command_takes_no_ids(f: &Fixture) {
    let bot = f.strategy("bot").await;
    let before = f.commit_seq().await;
    let halfway = vec![register("other").into(), long(bot, "100").into(), log("x").into(), withdraw(bot, "20000").into()];
    f.refused(Command::of(at(1), halfway)).await;
    let outcome = f.run(Command::of(at(1), vec![register("other").into(), long(bot, "100").into()])).await;
    assert_eq!(outcome.commit_seq, before + 1);
    let [Done::RegisterStrategy(registered), Done::OpenPosition(opened)] = &outcome.results[..] else {
        panic!("{outcome:?}");
    };
    assert_eq!((registered.strategy_id.get(), opened.position_id.get(), opened.trade_id.get()), (2, 1, 1));
}

async fn strategy_and_its_first_position_are_one_command(f: &Fixture) {
    let bot = named("bot");
    let actions: Vec<Action> = vec![
        register("bot").into(),
        OpenPosition { size: None, fees: cost("1"), ..long(bot.clone(), "100") }.into(),
        close(PositionRef::only_open(bot.clone()), "110").into(),
        withdraw(bot.clone(), "99").into(),
    ];
    let outcome = f.run(Command::of(at(1), actions)).await;
    assert_eq!(outcome.commit_seq, 1);
    assert_eq!(outcome.results.len(), 4);
    let strategy = f.record(bot).await.strategy;
    assert_eq!(strategy.current_bankroll, usdt("10000"));
    let lines = f.ledger_lines(strategy.id).await;
    let lines: Vec<_> = lines.iter().map(|(kind, delta)| (*kind, delta.as_str())).collect();
    assert_eq!(
        lines,
        [(LedgerKind::Register, "0"), (LedgerKind::Open, "0"), (LedgerKind::Close, "99"), (LedgerKind::Adjust, "-99")]
    );
    assert!(f.ledger(strategy.id).await.iter().all(|entry| entry.commit_seq == 1));
}

async fn later_actions_see_the_earlier_ones(f: &Fixture) {
    let bot = f.strategy("bot").await;
    let tenth = || OpenPosition { size: None, ..long(bot, "100") };
    let sizes: Vec<Action> = vec![tenth().into(), set_to(bot, "500").into(), tenth().into()];
    let outcome = f.run(Command::of(at(1), sizes)).await;
    let sizes = outcome.results.iter().filter_map(|done| match done {
        Done::OpenPosition(opened) => Some(opened.size.to_string()),
        _ => None,
    });
    assert_eq!(sizes.collect::<Vec<_>>(), ["1000", "50"]);

    let inactive = Command::of(at(2), vec![deactivate(bot).into(), tenth().into()]);
    let refused = f.refused(inactive).await;
    assert_eq!((refused.refusal.code(), refused.action_index), ("strategy_inactive", Some(1)));

    let again = Command::of(at(2), vec![deactivate(bot).into(), activate(bot).into(), tenth().into()]);
    f.run(again).await;
}

async fn later_refusal_takes_a_new_strategy_with_it(f: &Fixture) {
    let both = |amount| Command::of(at(1), vec![register("bot").into(), withdraw(named("bot"), amount).into()]);
    let refused = f.refused(both("10000.000001")).await;
    assert_eq!(refused.action_index, Some(1));
    assert_eq!(f.store().strategy(named("bot").into()).await.expect("strategies can be read"), None);
    f.run(both("10000")).await;
    assert_eq!(f.bankroll(StrategyId::FIRST).await, Usdt::ZERO);
}

async fn every_row_carries_the_command(f: &Fixture) {
    f.clock.set(stamp(5));
    let bot = named("bot");
    let entry = RecordSignal { then: vec![long(bot.clone(), "100").into()], ..signal(bot.clone()) };
    let actions = vec![register("bot").into(), entry.into(), log("note").into(), deposit(bot, "1").into()];
    f.run(Command::of(at(77), actions).with_key(key("k"))).await;
    let dump = f.dump().await;
    assert_eq!((dump.ledger.len(), dump.events.len()), (3, 4));
    for entry in &dump.ledger {
        assert_eq!((entry.timestamp, entry.created_at, entry.commit_seq), (at(77), stamp(5), 1));
        assert_eq!(entry.request_key, Some(key("k")));
    }
    let mut times = vec![(dump.trades[0].timestamp, dump.trades[0].created_at)];
    times.push((dump.signals[0].timestamp, dump.signals[0].created_at));
    times.push((dump.positions[0].entry_timestamp, dump.positions[0].created_at));
    times.extend(dump.events[1..].iter().map(|event| (event.timestamp, event.created_at)));
    assert!(times.iter().all(|times| *times == (at(77), stamp(5))), "{times:?}");
}

async fn a_thousand_actions_are_one_command(f: &Fixture) {
    let bot = f.strategy("bot").await;
    let before = f.commit_seq().await;
    let outcome = f.run(Command::of(at(1), vec![deposit(bot, "0.000001").into(); ACTIONS_MAX])).await;
    assert_eq!(outcome.commit_seq, before + 1);
    assert_eq!(f.bankroll(bot).await, usdt("10000.001"));
    assert_eq!(f.ledger(bot).await.len(), 1 + ACTIONS_MAX);
}

async fn more_than_a_thousand_are_refused(f: &Fixture) {
    let bot = f.strategy("bot").await;
    let refused = f.refused(Command::of(at(1), vec![deposit(bot, "1").into(); ACTIONS_MAX + 1])).await;
    assert_eq!(refused.refusal, Refusal::TooManyActions { count: 1_001, max: 1_000 });
    assert_eq!(refused.action_index, None);
    // Those inside a signal count too: 1 + 1,000.
    let many = RecordSignal { then: vec![deposit(bot, "1").into(); ACTIONS_MAX], ..signal(bot) };
    assert_eq!(f.refused(Command::new(at(1), many)).await.refusal.code(), "too_many_actions");
    assert_eq!(f.refused(Command::of(at(1), Vec::new())).await.refusal, Refusal::EmptyCommand);
}

/// Each command pays in and out again, opens two positions and writes two signals. Whoever looks in between would see
/// an odd number, or a balance that is not the first one.
async fn readers_never_see_half_a_command(f: &Fixture) {
    const COMMANDS: i64 = 60;
    let bot = f.strategy("bot").await;
    let pass = || RecordSignal { rejection_reason: Some(reason("cooldown")), ..signal(bot) };
    let one: Vec<Action> = vec![
        pass().into(),
        long(bot, "100").into(),
        deposit(bot, "5").into(),
        short(bot, "100").into(),
        withdraw(bot, "5").into(),
        pass().into(),
    ];
    let look = move |store: Arc<dyn Store>| async move {
        let book = store.book().await.expect("the book's state can be read");
        let two_each = 2 * (book.commit_seq - 1);
        // Registering made the first event.
        let counts = [book.positions, book.trades, book.signals, book.events - 2];
        assert_eq!(counts, [two_each; 4], "two of each for each command after the first: {book:?}");
        let ledger = LedgerQuery { limit: 1_000, ..LedgerQuery::of(bot) };
        let ledger = store.ledger(ledger).await.expect("ledgers can be read").items;
        assert_eq!(ledger.len() % 4, 1, "four rows for each command after the first");
        assert_eq!(ledger.last().map(|entry| entry.balance), Some(usdt("10000")));
    };
    f.look_while((0..COMMANDS).map(|step| Command::of(at(step), one.clone())), look).await;
    assert_eq!(f.commit_seq().await, 1 + COMMANDS);
}
