//! How commands name strategies and positions, so that prepared input needs no ids.

use nailsage_domain::{PositionId, StrategyId};

use crate::prelude::*;

cases! {
    strategy_by_id_and_by_name,
    unknown_names_are_repeated_in_the_refusal,
    position_by_the_key_that_opened_it,
    key_that_opened_nothing_names_nothing,
    key_that_opened_several_is_ambiguous,
    command_may_name_its_own_key,
    own_key_counts_what_was_opened_so_far,
    only_open_position_of_a_strategy,
    only_open_position_on_another_market,
    only_open_is_refused_when_none_or_several,
    only_open_follows_the_command,
    opened_by_finds_it_after_it_has_ended,
    opened_by_finds_it_where_its_market_is_marked_too,
}

async fn strategy_by_id_and_by_name(f: &Fixture) {
    let bot = f.strategy("bot").await;
    f.adjust(at(0), deposit(bot, "1")).await;
    f.adjust(at(0), deposit(named("bot"), "1")).await;
    assert_eq!(f.bankroll(StrategyRef::Id(bot)).await, usdt("10002"));
    assert_eq!(f.bankroll(StrategyRef::Key(named("bot"))).await, usdt("10002"));
}

async fn unknown_names_are_repeated_in_the_refusal(f: &Fixture) {
    f.strategy("bot").await;
    let stranger = StrategyId::new(2).expect("above 0");
    for strategy in [StrategyRef::Id(stranger), named("Bot").into(), value::<nailsage_domain::StrategyKey>("bot/v1@8").into()] {
        assert_eq!(f.refuses(at(0), deposit(strategy.clone(), "1")).await, Refusal::UnknownStrategy { strategy });
    }
    let nowhere = PositionId::new(1).expect("above 0");
    for position in [PositionRef::Id(nowhere), PositionRef::OpenedBy(key("k"))] {
        assert_eq!(f.refuses(at(0), close(position.clone(), "1")).await, Refusal::UnknownPosition { position });
    }
    let nobodys = PositionRef::only_open(named("nobody"));
    assert_eq!(f.refuses(at(0), close(nobodys, "1")).await, Refusal::UnknownStrategy { strategy: named("nobody").into() });
}

async fn position_by_the_key_that_opened_it(f: &Fixture) {
    let bot = f.strategy("bot").await;
    for name in ["first", "second"] {
        f.run(Command::new(at(0), long(bot, "100")).with_key(key(name))).await;
    }
    assert_eq!(f.close(at(1), close(PositionRef::OpenedBy(key("second")), "110")).await.position_id.get(), 2);
    f.set_stops(at(1), stops(PositionRef::OpenedBy(key("first")), Some("90"), None)).await;
    f.mark(at(1), mark(PositionRef::OpenedBy(key("first")), "105")).await;
    f.liquidate(at(2), liquidate(PositionRef::OpenedBy(key("first")), "90")).await;
}

async fn key_that_opened_nothing_names_nothing(f: &Fixture) {
    let bot = f.strategy("bot").await;
    f.open(at(0), long(bot, "100")).await;
    f.run(Command::new(at(0), deposit(bot, "1")).with_key(key("paid"))).await;
    f.refused(Command::new(at(0), withdraw(bot, "99999")).with_key(key("refused"))).await;
    for name in ["paid", "refused", "never"] {
        let position = PositionRef::OpenedBy(key(name));
        assert_eq!(f.refuses(at(1), close(position.clone(), "1")).await, Refusal::UnknownPosition { position });
    }
}

async fn key_that_opened_several_is_ambiguous(f: &Fixture) {
    let bot = f.strategy("bot").await;
    let inside = RecordSignal { then: vec![long(bot, "100").into()], ..signal(bot) };
    let actions = vec![long(bot, "100").into(), inside.into(), short(bot, "100").into()];
    f.run(Command::of(at(0), actions).with_key(key("k"))).await;
    let position = PositionRef::OpenedBy(key("k"));
    let expected = Refusal::AmbiguousPosition { position: position.clone(), count: 3 };
    assert_eq!(f.refuses(at(1), close(position.clone(), "100")).await, expected);
    f.close(at(2), close(PositionId::FIRST, "100")).await;
    assert_eq!(f.refuses(at(3), close(position, "100")).await, expected, "it opened three, whatever became of them");
}

async fn command_may_name_its_own_key(f: &Fixture) {
    let bot = f.strategy("bot").await;
    let own = || PositionRef::OpenedBy(key("k"));
    let actions: Vec<Action> = vec![
        long(bot, "100").into(),
        stops(own(), Some("90"), None).into(),
        mark(own(), "105").into(),
        close(own(), "110").into(),
    ];
    f.run(Command::of(at(0), actions).with_key(key("k"))).await;
    assert_eq!(f.bankroll(bot).await, usdt("10100"));
}

async fn own_key_counts_what_was_opened_so_far(f: &Fixture) {
    let bot = f.strategy("bot").await;
    let own = || PositionRef::OpenedBy(key("k"));
    let command = |actions| Command::of(at(0), actions).with_key(key("k"));
    let early = f.refused(command(vec![close(own(), "110").into(), long(bot, "100").into()])).await;
    assert_eq!((early.refusal.code(), early.action_index), ("unknown_position", Some(0)));
    let twice = vec![long(bot, "100").into(), long(bot, "100").into(), close(own(), "110").into()];
    assert_eq!(f.refused(command(twice)).await.refusal.code(), "ambiguous_position");
    f.run(command(vec![long(bot, "100").into(), stops(own(), Some("90"), None).into(), long(bot, "100").into()])).await;
}

async fn only_open_position_of_a_strategy(f: &Fixture) {
    let (a, b) = (f.strategy("a").await, f.strategy("b").await);
    f.open(at(0), long(a, "100")).await;
    let of_b = f.open(at(0), long(b, "100")).await.position_id;
    assert_eq!(f.close(at(1), close(PositionRef::only_open(named("b")), "110")).await.position_id, of_b);
    assert_eq!(f.refuses(at(1), close(PositionRef::only_open(b), "110")).await.code(), "unknown_position");
}

async fn only_open_position_on_another_market(f: &Fixture) {
    let bot = f.strategy("bot").await;
    let elsewhere = |id| Some(market(id));
    let here = f.open(at(0), long(bot, "100")).await.position_id;
    let there = f.open(at(0), OpenPosition { starlisting_id: elsewhere(8), ..long(bot, "100") }).await.position_id;
    let on = |id| PositionRef::OnlyOpen { strategy: bot.into(), starlisting_id: elsewhere(id) };
    assert_eq!(f.refuses(at(1), close(on(9), "1")).await, Refusal::UnknownPosition { position: on(9) });
    assert_eq!(f.close(at(1), close(on(8), "110")).await.position_id, there);
    assert_eq!(f.close(at(1), close(PositionRef::only_open(bot), "110")).await.position_id, here);
}

async fn only_open_is_refused_when_none_or_several(f: &Fixture) {
    let bot = f.strategy("bot").await;
    let position = PositionRef::only_open(bot);
    assert_eq!(f.refuses(at(1), close(position.clone(), "1")).await, Refusal::UnknownPosition { position: position.clone() });
    f.open(at(0), long(bot, "100")).await;
    f.open(at(0), short(bot, "100")).await;
    let expected = Refusal::AmbiguousPosition { position: position.clone(), count: 2 };
    assert_eq!(f.refuses(at(1), close(position, "1")).await, expected);
}

async fn only_open_follows_the_command(f: &Fixture) {
    let bot = f.strategy("bot").await;
    let only = || PositionRef::only_open(bot);
    let turns: Vec<Action> = vec![
        long(bot, "100").into(),
        close(only(), "110").into(),
        short(bot, "110").into(),
        close(only(), "100").into(),
    ];
    f.run(Command::of(at(0), turns)).await;
    assert_eq!(f.bankroll(bot).await, usdt("10190.909091"));
    let late = vec![long(bot, "100").into(), close(only(), "100").into(), close(only(), "100").into()];
    assert_eq!(f.refused(Command::of(at(1), late)).await.action_index, Some(2));
}

async fn opened_by_finds_it_after_it_has_ended(f: &Fixture) {
    let bot = f.strategy("bot").await;
    f.run(Command::new(at(0), long(bot, "100")).with_key(key("k"))).await;
    f.close(at(1), close(PositionRef::OpenedBy(key("k")), "110")).await;
    let expected = Refusal::PositionNotOpen { position_id: PositionId::FIRST, status: PositionStatus::Closed };
    assert_eq!(f.refuses(at(2), close(PositionRef::OpenedBy(key("k")), "110")).await, expected);
}

/// A market's positions come without their strategies, and closing one needs its strategy.
async fn opened_by_finds_it_where_its_market_is_marked_too(f: &Fixture) {
    let bot = f.strategy("bot").await;
    for name in ["first", "second", "third"] {
        f.run(Command::new(at(0), long(bot, "100")).with_key(key(name))).await;
    }
    let by_key = |name: &str| PositionRef::OpenedBy(key(name));
    let actions: Vec<Action> = vec![mark_market(7, "105").into(), close(by_key("first"), "110").into()];
    f.run(Command::of(at(1), actions)).await;
    let then = vec![mark_market(7, "106").into(), close(by_key("second"), "110").into()];
    f.run(Command::new(at(2), RecordSignal { then, ..signal(bot) })).await;
    let third = PositionRef::Id(PositionId::new(3).expect("above 0"));
    f.run(Command::of(at(3), vec![mark_market(7, "107").into(), liquidate(third, "110").into()])).await;
    assert_eq!(f.bankroll(bot).await, usdt("10300"));
}
