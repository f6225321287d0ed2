//! Signals: kept whatever becomes of what they trigger.

use nailsage_domain::{Confidence, ExitReason, SignalType};
use nailsage_store::Done;

use crate::prelude::*;

cases! {
    signal_that_trades_is_executed_and_linked,
    signal_that_trades_nothing_needs_a_reason,
    suppressed_signal_keeps_its_reason,
    traded_signal_has_no_reason,
    actions_without_a_trade_need_a_reason_too,
    refused_actions_keep_the_signal_with_the_code,
    refusal_overrides_a_given_reason,
    refused_actions_leave_nothing_else,
    refused_actions_do_not_refuse_the_command,
    reversal_is_one_thing,
    refused_reversal_keeps_the_position_open,
    exit_reason_inside_a_signal_is_signal,
    signal_in_a_signal_is_refused,
    unknown_strategy_is_refused,
    what_it_says_is_kept,
    only_its_own_trades_are_linked,
    opened_inside_can_be_named_by_the_command_key,
    refusal_of_the_signal_itself_takes_its_actions_back,
}

async fn signal_that_trades_is_executed_and_linked(f: &Fixture) {
    let bot = f.strategy("bot").await;
    let recorded = f.signal(at(1), RecordSignal { then: vec![long(bot, "100").into()], ..signal(bot) }).await;
    assert!(recorded.was_executed);
    assert_eq!((recorded.signal_id.get(), recorded.refused), (1, None));
    assert!(matches!(&recorded.then[..], [Done::OpenPosition(opened)] if opened.position_id.get() == 1));
    let kept = f.signals().await.remove(0);
    assert_eq!((kept.was_executed(), kept.rejection_reason()), (true, None));
    assert_eq!(f.trades().await[0].signal_id, Some(recorded.signal_id));
}

async fn signal_that_trades_nothing_needs_a_reason(f: &Fixture) {
    let bot = f.strategy("bot").await;
    assert_eq!(f.refuses(at(1), signal(bot)).await, Refusal::SignalNeedsReason);
}

async fn suppressed_signal_keeps_its_reason(f: &Fixture) {
    let bot = f.strategy("bot").await;
    let recorded = f.signal(at(1), RecordSignal { rejection_reason: Some(reason("cooldown")), ..signal(bot) }).await;
    assert_eq!((recorded.was_executed, recorded.refused, recorded.then), (false, None, Vec::new()));
    assert_eq!(f.signals().await[0].rejection_reason(), Some(&reason("cooldown")));
}

async fn traded_signal_has_no_reason(f: &Fixture) {
    let bot = f.strategy("bot").await;
    let (rejection_reason, then) = (Some(reason("cooldown")), vec![long(bot, "100").into()]);
    let both = RecordSignal { rejection_reason, then, ..signal(bot) };
    assert_eq!(f.refuses(at(1), both).await, Refusal::SignalHasReason);
}

async fn actions_without_a_trade_need_a_reason_too(f: &Fixture) {
    let bot = f.strategy("bot").await;
    let id = f.open(at(0), long(bot, "100")).await.position_id;
    let then: Vec<Action> = vec![stops(id, Some("90"), None).into(), mark_market(7, "101").into()];
    let without = RecordSignal { then, ..signal(bot) };
    assert_eq!(f.refuses(at(1), without.clone()).await, Refusal::SignalNeedsReason);
    let recorded = f.signal(at(1), RecordSignal { rejection_reason: Some(reason("trail")), ..without }).await;
    assert_eq!((recorded.was_executed, recorded.then.len()), (false, 2));
    assert_eq!(f.position(id).await.stop_loss_price, Some(price("90")), "the actions happened");
}

async fn refused_actions_keep_the_signal_with_the_code(f: &Fixture) {
    let bot = f.strategy("bot").await;
    f.deactivate(at(0), deactivate(bot)).await;
    let then: Vec<Action> = vec![log("trying").into(), long(bot, "100").into()];
    let recorded = f.signal(at(1), RecordSignal { then, ..signal(bot) }).await;
    assert_eq!((recorded.was_executed, recorded.then), (false, Vec::new()));
    let refused = recorded.refused.expect("the outcome says so");
    assert_eq!(refused.refusal, Refusal::StrategyInactive { strategy_id: bot });
    assert_eq!(refused.action_index, Some(1), "the place within the signal's actions");
    let kept = f.signals().await.remove(0);
    assert_eq!(kept.rejection_reason(), Some(&reason("strategy_inactive")));
}

async fn refusal_overrides_a_given_reason(f: &Fixture) {
    let bot = f.strategy("bot").await;
    let (rejection_reason, then) = (Some(reason("mine")), vec![withdraw(bot, "20000").into()]);
    f.signal(at(1), RecordSignal { rejection_reason, then, ..signal(bot) }).await;
    assert_eq!(f.signals().await[0].rejection_reason(), Some(&reason("withdrawal_exceeds_bankroll")));
}

async fn refused_actions_leave_nothing_else(f: &Fixture) {
    let bot = f.strategy("bot").await;
    let before = f.dump().await;
    let then: Vec<Action> = vec![
        register("other").into(),
        long(bot, "100").into(),
        deposit(bot, "5").into(),
        log("half").into(),
        withdraw(bot, "20000").into(),
    ];
    let recorded = f.signal(at(1), RecordSignal { then, ..signal(bot) }).await;
    assert_eq!(recorded.refused.map(|refused| refused.action_index), Some(Some(4)));
    let mut after = f.dump().await;
    assert_eq!((after.signals.len(), after.book.signals), (1, 1));
    after.signals.clear();
    after.book.signals = 0;
    after.book.commit_seq -= 1;
    after.must_be(&before);
    assert_eq!(f.open(at(2), long(bot, "100")).await.position_id.get(), 1, "nor any id");
}

async fn refused_actions_do_not_refuse_the_command(f: &Fixture) {
    let bot = f.strategy("bot").await;
    let failing = RecordSignal { then: vec![withdraw(bot, "20000").into()], ..signal(bot) };
    let working = RecordSignal { then: vec![long(bot, "100").into()], ..signal(bot) };
    let actions = vec![deposit(bot, "1").into(), failing.into(), working.into(), log("x").into()];
    let outcome = f.run(Command::of(at(1), actions)).await;
    assert_eq!(outcome.results.len(), 4);
    let executed: Vec<_> = f.signals().await.iter().map(nailsage_domain::Signal::was_executed).collect();
    assert_eq!(executed, [false, true]);
    assert_eq!(f.trades().await[0].signal_id.map(nailsage_domain::SignalId::get), Some(2));
}

async fn reversal_is_one_thing(f: &Fixture) {
    let bot = f.strategy("bot").await;
    f.open(at(0), long(bot, "100")).await;
    let then = vec![close(PositionRef::only_open(bot), "110").into(), OpenPosition { size: None, ..short(bot, "110") }.into()];
    let recorded = f.signal(at(1), RecordSignal { signal_type: SignalType::Short, then, ..signal(bot) }).await;
    assert!(recorded.was_executed);
    assert!(matches!(&recorded.then[1], Done::OpenPosition(opened) if opened.size == amount("1010")), "{recorded:?}");
    let links: Vec<_> = f.trades().await.iter().map(|trade| trade.signal_id).collect();
    assert_eq!(links, [None, Some(recorded.signal_id), Some(recorded.signal_id)]);
}

async fn refused_reversal_keeps_the_position_open(f: &Fixture) {
    let bot = f.strategy("bot").await;
    let large = OpenPosition { size: size("20000"), ..long(bot, "100") };
    let id = f.open(at(0), large).await.position_id;
    let before = f.position(id).await;
    let then = vec![close(id, "40").into(), short(bot, "40").into()];
    let recorded = f.signal(at(1), RecordSignal { then, ..signal(bot) }).await;
    let refused = recorded.refused.expect("there is no money left to open with");
    assert_eq!(refused.refusal, Refusal::BankrollDepleted { strategy_id: bot, bankroll: usdt("-2000") });
    assert_eq!(refused.action_index, Some(1));
    assert_eq!(f.position(id).await, before);
    assert_eq!(f.bankroll(bot).await, usdt("10000"));
    f.close(at(2), close(id, "40")).await;
}

async fn exit_reason_inside_a_signal_is_signal(f: &Fixture) {
    let bot = f.strategy("bot").await;
    let first = f.open(at(0), long(bot, "100")).await.position_id;
    let second = f.open(at(0), long(bot, "100")).await.position_id;
    let stopped = nailsage_store::ClosePosition { exit_reason: Some(ExitReason::StopLoss), ..close(second, "110") };
    let then = vec![close(first, "110").into(), stopped.into()];
    f.signal(at(1), RecordSignal { signal_type: SignalType::Close, then, ..signal(bot) }).await;
    assert_eq!(f.position(first).await.exit_reason(), Some(ExitReason::Signal));
    assert_eq!(f.position(second).await.exit_reason(), Some(ExitReason::StopLoss));
}

async fn signal_in_a_signal_is_refused(f: &Fixture) {
    let bot = f.strategy("bot").await;
    let inner = RecordSignal { rejection_reason: Some(reason("inner")), ..signal(bot) };
    let outer = RecordSignal { then: vec![long(bot, "100").into(), inner.clone().into()], ..signal(bot) };
    assert_eq!(f.refuses(at(1), outer).await, Refusal::SignalInSignal, "the command, not only the actions");
    let nobodys = RecordSignal { then: vec![inner.into()], ..signal(named("nobody")) };
    assert_eq!(f.refuses(at(1), nobodys).await, Refusal::SignalInSignal, "it is told before all else");
}

async fn unknown_strategy_is_refused(f: &Fixture) {
    let nobodys = RecordSignal { rejection_reason: Some(reason("r")), ..signal(named("nobody")) };
    assert_eq!(f.refuses(at(1), nobodys).await.code(), "unknown_strategy");
}

async fn what_it_says_is_kept(f: &Fixture) {
    let bot = f.strategy("bot").await;
    let why = || Some(reason("kept"));
    let confidences = [None, Some(0.0), Some(1.0), Some(0.1), Some(f64::MIN_POSITIVE), Some(0.123_456_789_012_345_67)];
    let types = [SignalType::Long, SignalType::Short, SignalType::Neutral, SignalType::Close];
    for (confidence, step) in confidences.into_iter().zip(0_usize..) {
        let confidence = confidence.map(|number| Confidence::new(number).expect("from 0 to 1"));
        let (signal_type, starlisting_id) = (types[step % 4], (step % 2 == 0).then(|| market(9)));
        let fill = price("0.000000000001");
        let said = RecordSignal { signal_type, confidence, starlisting_id, price: fill, rejection_reason: why(), ..signal(bot) };
        f.signal(at(1), said).await;
        let kept = f.signals().await.remove(step);
        assert_eq!((kept.strategy_id, kept.signal_type, kept.confidence), (bot, signal_type, confidence));
        assert_eq!(kept.starlisting_id, starlisting_id.unwrap_or(market(7)));
        assert_eq!((kept.price_at_signal, kept.timestamp, kept.created_at), (fill, at(1), stamp(0)));
    }
}

async fn only_its_own_trades_are_linked(f: &Fixture) {
    let bot = f.strategy("bot").await;
    let entry = || RecordSignal { then: vec![long(bot, "100").into()], ..signal(bot) };
    let actions = vec![long(bot, "100").into(), entry().into(), short(bot, "100").into(), entry().into()];
    f.run(Command::of(at(1), actions)).await;
    let links: Vec<_> = f.trades().await.iter().map(|trade| trade.signal_id.map(nailsage_domain::SignalId::get)).collect();
    assert_eq!(links, [None, Some(1), None, Some(2)]);
}

async fn opened_inside_can_be_named_by_the_command_key(f: &Fixture) {
    let bot = f.strategy("bot").await;
    let entry = RecordSignal { then: vec![long(bot, "100").into()], ..signal(bot) };
    let trail = stops(PositionRef::OpenedBy(key("k")), Some("95"), None);
    f.run(Command::of(at(1), vec![entry.into(), trail.into()]).with_key(key("k"))).await;
    assert_eq!(f.dump().await.positions[0].stop_loss_price, Some(price("95")));
    f.close(at(2), close(PositionRef::OpenedBy(key("k")), "110")).await;
}

async fn refusal_of_the_signal_itself_takes_its_actions_back(f: &Fixture) {
    let bot = f.strategy("bot").await;
    let then = vec![deposit(bot, "5").into()];
    let command = Command::of(at(1), vec![log("first").into(), RecordSignal { then, ..signal(bot) }.into()]);
    let refused = f.refused(command).await;
    assert_eq!((refused.refusal, refused.action_index), (Refusal::SignalNeedsReason, Some(1)));
}
