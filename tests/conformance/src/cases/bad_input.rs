//! Well-formed commands that no rule allows: each has its named refusal and changes nothing.
//!
//! The table below is the list of what can go wrong with each action; what is special about one of them has its case in
//! that action's own file.

use nailsage_domain::{ExitReason, PositionId, StrategyId};
use nailsage_store::{ClosePosition, LogEvent, RegisterStrategy};

use crate::prelude::*;

cases! {
    every_action_has_its_named_refusals,
    every_refusal_inside_a_signal_is_its_reason,
    refused_commands_with_keys_change_nothing_either,
    floats_that_are_no_numbers_are_no_values,
}

/// A bad action, and the code of its refusal.
type Bad = (Action, &'static str);

/// A book with an open position 1, a closed position 2, a liquidated position 3 and two open positions of `twins`.
async fn book(f: &Fixture) {
    let bot = f.strategy("bot").await;
    f.open(at(10), long(bot, "100")).await;
    for _ in 0..2 {
        f.open(at(10), long(bot, "100")).await;
    }
    f.close(at(11), close(position(2), "100")).await;
    f.liquidate(at(11), liquidate(position(3), "100")).await;
    let twins = f.strategy("twins").await;
    f.run(Command::of(at(10), vec![long(twins, "100").into(), short(twins, "100").into()]).with_key(key("twins"))).await;
    f.depleted("depleted").await;
    let empty = f.strategy("empty").await;
    f.adjust(at(0), withdraw(empty, "10000")).await;
    let inactive = f.strategy("inactive").await;
    f.deactivate(at(0), deactivate(inactive)).await;
    f.strategy_with("tiny", "0.000001").await;
    f.strategy_with("rich", "8589934591").await;
    let huge = OpenPosition { size: size("8000000000"), fees: cost("8000000000"), ..long(named("rich"), "1") };
    f.open(at(10), huge).await;
}

fn position(id: i64) -> PositionId {
    PositionId::new(id).expect("above 0")
}

/// What is wrong with every name of a strategy.
fn bad_strategies() -> [StrategyRef; 3] {
    [StrategyRef::Id(StrategyId::new(99).expect("above 0")), named("nobody").into(), named("Bot").into()]
}

/// What is wrong with every name of a position that must be open.
fn bad_positions() -> Vec<(PositionRef, &'static str)> {
    vec![
        (position(99).into(), "unknown_position"),
        (PositionRef::OpenedBy(key("never")), "unknown_position"),
        (PositionRef::OpenedBy(key("twins")), "ambiguous_position"),
        (PositionRef::only_open(named("twins")), "ambiguous_position"),
        (PositionRef::only_open(named("empty")), "unknown_position"),
        (PositionRef::only_open(named("nobody")), "unknown_strategy"),
        (position(2).into(), "position_not_open"),
        (position(3).into(), "position_not_open"),
    ]
}

/// Bad actions that may stand anywhere, signals among them.
fn bad_actions() -> Vec<Bad> {
    let mut bad: Vec<Bad> = Vec::new();
    for strategy in bad_strategies() {
        let nobody = || strategy.clone();
        bad.extend([
            (activate(nobody()).into(), "unknown_strategy"),
            (deactivate(nobody()).into(), "unknown_strategy"),
            (long(nobody(), "100").into(), "unknown_strategy"),
            (deposit(nobody(), "1").into(), "unknown_strategy"),
            (withdraw(nobody(), "1").into(), "unknown_strategy"),
            (set_to(nobody(), "1").into(), "unknown_strategy"),
            (LogEvent { strategy: Some(nobody()), ..log("x") }.into(), "unknown_strategy"),
        ]);
    }
    for (name, code) in bad_positions() {
        bad.extend([
            (close(name.clone(), "100").into(), code),
            (liquidate(name.clone(), "100").into(), code),
            (mark(name.clone(), "100").into(), code),
            (stops(name, None, None).into(), code),
        ]);
    }
    let huge = || PositionRef::only_open(named("rich"));
    let crossed = OpenPosition {
        stop_loss_price: Some(price("110")),
        take_profit_price: Some(price("90")),
        ..long(named("bot"), "100")
    };
    let liquidation = Some(ExitReason::Liquidation);
    bad.extend([
        (RegisterStrategy { interval: value("5m"), ..register("bot") }.into(), "interval_mismatch"),
        (long(named("inactive"), "100").into(), "strategy_inactive"),
        (long(named("depleted"), "100").into(), "bankroll_depleted"),
        (short(named("empty"), "100").into(), "bankroll_depleted"),
        (OpenPosition { size: None, ..long(named("tiny"), "100") }.into(), "size_rounds_to_zero"),
        (OpenPosition { size: percent("1000"), ..long(named("rich"), "100") }.into(), "range_exceeded"),
        (crossed.into(), "stops_crossed"),
        (stops(position(1), Some("110"), Some("90")).into(), "stops_crossed"),
        (ClosePosition { exit_reason: liquidation, ..close(position(1), "100") }.into(), "liquidation_is_an_action"),
        (ClosePosition { fees: cost("8000000000"), ..close(huge(), "1") }.into(), "range_exceeded"),
        (close(huge(), "999999999999").into(), "range_exceeded"),
        (liquidate(huge(), "3").into(), "range_exceeded"),
        (mark(huge(), "3").into(), "range_exceeded"),
        (withdraw(named("bot"), "10000.000001").into(), "withdrawal_exceeds_bankroll"),
        (withdraw(named("empty"), "0.000001").into(), "withdrawal_exceeds_bankroll"),
        (withdraw(named("depleted"), "1").into(), "withdrawal_exceeds_bankroll"),
        (deposit(named("rich"), "1").into(), "range_exceeded"),
        (set_to(named("depleted"), "8589934591").into(), "range_exceeded"),
    ]);
    bad
}

async fn every_action_has_its_named_refusals(f: &Fixture) {
    book(f).await;
    let mut bad: Vec<_> = bad_actions().into_iter().map(|(action, code)| (at(20), action, code)).collect();
    // Before the entry of position 1.
    bad.push((at(9), close(position(1), "100").into(), "exit_before_entry"));
    bad.push((at(9), liquidate(position(1), "100").into(), "exit_before_entry"));
    let why = || Some(reason("r"));
    for strategy in bad_strategies() {
        bad.push((at(20), RecordSignal { rejection_reason: why(), ..signal(strategy) }.into(), "unknown_strategy"));
    }
    let trading = || vec![long(named("bot"), "100").into()];
    let nested = RecordSignal { rejection_reason: why(), ..signal(named("bot")) };
    bad.extend([
        (at(20), signal(named("bot")).into(), "signal_needs_reason"),
        (at(20), RecordSignal { rejection_reason: why(), then: trading(), ..signal(named("bot")) }.into(), "signal_has_reason"),
        (at(20), RecordSignal { then: vec![nested.into()], ..signal(named("bot")) }.into(), "signal_in_signal"),
    ]);
    let before = f.dump().await;
    for (time, action, code) in bad {
        let asked = format!("{action:?}");
        match f.answer(Command::new(time, action)).await {
            Answer::Refused(refused) => assert_eq!((refused.refusal.code(), refused.action_index), (code, Some(0)), "{asked}"),
            Answer::Done(outcome) => panic!("accepted with {outcome:?}: {asked}"),
        }
    }
    f.dump().await.must_be(&before);
}

async fn every_refusal_inside_a_signal_is_its_reason(f: &Fixture) {
    book(f).await;
    let before = f.dump().await;
    let bad = bad_actions();
    let count = i64::try_from(bad.len()).expect("some dozens");
    for (action, code) in bad {
        let asked = format!("{action:?}");
        let recorded = f.signal(at(20), RecordSignal { then: vec![action], ..signal(named("bot")) }).await;
        let refused = recorded.refused.unwrap_or_else(|| panic!("carried out: {asked}"));
        assert_eq!((refused.refusal.code(), refused.action_index), (code, Some(0)), "{asked}");
        let kept = f.signals().await.pop().and_then(|signal| signal.rejection_reason().cloned());
        assert_eq!(kept, Some(reason(code)), "{asked}");
    }
    let mut after = f.dump().await;
    after.signals.clear();
    after.book.signals -= count;
    after.book.commit_seq -= count;
    after.must_be(&before);
}

async fn refused_commands_with_keys_change_nothing_either(f: &Fixture) {
    book(f).await;
    for (action, _) in bad_actions() {
        f.remember(&Command::new(at(20), action).with_key(key("k")));
    }
    let before = f.dump().await;
    for (action, code) in bad_actions() {
        let command = Command::of(at(20), vec![log("half").into(), action]).with_key(key("k"));
        match f.answer(command).await {
            Answer::Refused(refused) => assert_eq!((refused.refusal.code(), refused.action_index), (code, Some(1))),
            Answer::Done(outcome) => panic!("accepted with {outcome:?}"),
        }
    }
    f.dump().await.must_be(&before);
    let other = Command::new(at(20), deposit(named("bot"), "1")).with_key(key("k"));
    f.run(other.clone()).await;
    let reused = Command { at: at(21), ..other };
    assert_eq!(f.refused(reused).await.refusal.code(), "key_reused");
}

/// Values from a program, not from text: what cannot be made cannot be handed over.
async fn floats_that_are_no_numbers_are_no_values(f: &Fixture) {
    use nailsage_domain::{Amount, BankrollPercent, Confidence, Cost, Price, UnixMillis};
    f.strategy("bot").await;
    let before = f.dump().await;
    for bad in [f64::NAN, f64::INFINITY, f64::NEG_INFINITY] {
        let codes = [
            Price::from_f64(bad).map_err(|error| error.code()).err(),
            Amount::from_f64(bad).map_err(|error| error.code()).err(),
            Cost::from_f64(bad).map_err(|error| error.code()).err(),
            Usdt::from_f64(bad).map_err(|error| error.code()).err(),
            BankrollPercent::from_f64(bad).map_err(|error| error.code()).err(),
            Confidence::new(bad).map_err(|error| error.code()).err(),
        ];
        assert_eq!(codes, [Some("not_a_number"); 6], "{bad}");
    }
    assert_eq!(Price::from_f64(-1.0).map_err(|error| error.code()), Err("not_positive"));
    assert_eq!(Amount::from_f64(0.0).map_err(|error| error.code()), Err("not_positive"));
    assert_eq!(Cost::from_f64(-1.0).map_err(|error| error.code()), Err("negative"));
    assert_eq!(Usdt::from_f64(1e10).map_err(|error| error.code()), Err("out_of_range"));
    assert_eq!(UnixMillis::new(1_640_991_660).map_err(|error| error.code()), Err("in_seconds"));
    f.dump().await.must_be(&before);
}
