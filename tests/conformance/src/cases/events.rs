//! The audit log: what callers report, and what the book adds by itself.

use nailsage_domain::{Event, EventData, EventId, PositionId, Severity};
use nailsage_store::{Activate, AdjustBankroll, Done, LogEvent, RecordRecovery, RegisterStrategy};
use serde_json::{Value, json};

use crate::prelude::*;

cases! {
    making_a_book_is_its_first_event,
    recovery_is_logged_with_what_was_found,
    logged_event_is_kept_as_it_was,
    severity_is_info_unless_given,
    event_about_a_strategy_names_it,
    event_about_nobody_is_refused,
    registering_and_its_like_are_logged,
    adjusting_is_logged_with_its_facts,
    liquidation_is_a_warning,
    depletion_follows_the_row_that_caused_it,
    depletion_is_told_once_each_time,
    everyday_actions_are_no_events,
    own_events_come_before_derived_ones,
    refused_command_logs_nothing,
}

fn types(events: &[Event]) -> Vec<String> {
    events.iter().map(|event| event.event_type.to_string()).collect()
}

fn data(event: &Event) -> Value {
    let text = event.data.as_ref().map_or("null", EventData::as_str);
    serde_json::from_str(text).expect("event data are JSON")
}

async fn making_a_book_is_its_first_event(f: &Fixture) {
    let events = f.dump().await.events;
    assert_eq!((events.len(), events[0].id), (1, EventId::FIRST));
    assert_eq!((types(&events), events[0].severity), (vec!["schema_initialized".to_owned()], Severity::Info));
    assert_eq!(data(&events[0]), json!({ "schema_version": 1 }));
    assert_eq!((events[0].strategy_id, events[0].timestamp), (None, events[0].created_at));
    assert_eq!(f.log(at(0), log("x")).await.event_id.get(), 2, "ids go on behind it");
}

async fn recovery_is_logged_with_what_was_found(f: &Fixture) {
    let (a, b) = (f.strategy("a").await, f.strategy("b").await);
    f.strategy("c").await;
    for minute in [1, 2] {
        f.open(at(minute), long(a, "100")).await;
    }
    f.open(at(3), long(b, "100")).await;
    f.close(at(4), close(PositionId::FIRST, "100")).await;
    f.deactivate(at(5), deactivate(b)).await;
    let before = f.commit_seq().await;
    let recorded = f.record_recovery(at(6), RecordRecovery {}).await;
    let counted = (recorded.commit_seq, recorded.num_strategies_active, recorded.num_open_positions);
    assert_eq!(counted, (before, 2, 2), "b may open nothing, but its position is open");
    let event = f.events().await.pop().expect("there is one");
    assert_eq!((event.id, event.event_type.as_str(), event.severity), (recorded.event_id, "recovered", Severity::Info));
    assert_eq!((event.strategy_id, event.timestamp), (None, at(6)));
    let found = json!({ "commit_seq": before, "num_strategies_active": 2, "num_open_positions": 2 });
    assert_eq!(data(&event), found);
    let second = PositionId::new(2).expect("above 0");
    // Together with others it counts what they did before it.
    let together = vec![close(second, "100").into(), RecordRecovery {}.into(), long(a, "100").into()];
    let outcome = f.run(Command::of(at(7), together)).await;
    assert!(matches!(&outcome.results[1], Done::RecordRecovery(it) if it.num_open_positions == 1), "{outcome:?}");
}

async fn logged_event_is_kept_as_it_was(f: &Fixture) {
    let samples = [
        json!({"attempt": 3, "delay": 0.5, "who": "ü\u{1f600}\"\\\n", "deep": [[], {}, [null, true]]}),
        json!([1, "two", null]),
        json!("text"),
        json!(-12),
        json!([null]),
        json!(""),
        json!(0.1),
    ];
    for (sample, index) in samples.into_iter().zip(0_usize..) {
        let event_data = Some(EventData::from_text(&sample.to_string()).expect("it is JSON"));
        let logged = f.log(at(5), LogEvent { event_data, severity: Severity::Error, ..log("websocket_drop") }).await;
        let event = f.events().await.remove(index);
        assert_eq!((event.id, event.event_type.as_str(), event.severity), (logged.event_id, "websocket_drop", Severity::Error));
        assert_eq!((event.strategy_id, event.timestamp, event.created_at), (None, at(5), stamp(0)));
        assert_eq!(data(&event), sample);
    }
    f.log(at(6), log("bare")).await;
    assert_eq!(f.events().await.pop().and_then(|event| event.data), None);
}

async fn severity_is_info_unless_given(f: &Fixture) {
    for (severity, kept) in [("", Severity::Info), (r#", "severity": "CRITICAL""#, Severity::Critical)] {
        let json = format!(r#"{{"at": {}, "actions": [{{"action": "log_event", "event_type": "x"{severity}}}]}}"#, at(0));
        f.run(serde_json::from_str(&json).expect("it is a command")).await;
        assert_eq!(f.events().await.pop().map(|event| event.severity), Some(kept));
    }
}

async fn event_about_a_strategy_names_it(f: &Fixture) {
    let bot = f.strategy("bot").await;
    for strategy in [StrategyRef::Id(bot), StrategyRef::Key(named("bot"))] {
        f.log(at(0), LogEvent { strategy: Some(strategy), ..log("x") }).await;
        assert_eq!(f.events().await.pop().and_then(|event| event.strategy_id), Some(bot));
    }
}

async fn event_about_nobody_is_refused(f: &Fixture) {
    let refusal = f.refuses(at(0), LogEvent { strategy: Some(named("nobody").into()), ..log("x") }).await;
    assert_eq!(refusal.code(), "unknown_strategy");
}

async fn registering_and_its_like_are_logged(f: &Fixture) {
    let bot = f.strategy("bot").await;
    f.register(at(1), RegisterStrategy { model_id: Some(value("m")), ..register("bot") }).await;
    f.register(at(2), register("bot")).await;
    f.deactivate(at(3), deactivate(bot)).await;
    f.activate(at(4), Activate { reason: Some(reason("back")), ..activate(bot) }).await;
    f.activate(at(5), activate(bot)).await;
    let events = f.events().await;
    let expected = ["strategy_registered", "strategy_updated", "strategy_deactivated", "strategy_activated"];
    assert_eq!(types(&events), expected);
    assert_eq!(events.iter().map(|event| event.timestamp).collect::<Vec<_>>(), [at(0), at(1), at(3), at(4)]);
    for event in &events {
        assert_eq!((event.severity, event.strategy_id, event.created_at), (Severity::Info, Some(bot), stamp(0)));
        assert!(data(event).is_object(), "{event:?}");
    }
}

async fn adjusting_is_logged_with_its_facts(f: &Fixture) {
    let bot = f.strategy("bot").await;
    f.adjust(at(1), AdjustBankroll { reason: reason("rent"), ..withdraw(bot, "0.5") }).await;
    let event = f.events().await.pop().expect("there is one");
    assert_eq!((event.event_type.as_str(), event.severity), ("bankroll_adjusted", Severity::Info));
    assert_eq!(data(&event), json!({"delta": "-0.5", "balance": "9999.5", "reason": "rent"}));
}

async fn liquidation_is_a_warning(f: &Fixture) {
    let bot = f.strategy("bot").await;
    let id = f.open(at(0), long(bot, "100")).await.position_id;
    f.liquidate(at(1), liquidate(id, "40")).await;
    let event = f.events().await.pop().expect("there is one");
    assert_eq!((event.event_type.as_str(), event.severity), ("position_liquidated", Severity::Warning));
    assert_eq!((event.strategy_id, event.timestamp), (Some(bot), at(1)));
    assert_eq!(data(&event), json!({"position_id": id.get(), "realized_pnl": "-600", "balance": "9400"}));
}

async fn depletion_follows_the_row_that_caused_it(f: &Fixture) {
    let bot = f.strategy("bot").await;
    let large = OpenPosition { size: size("20000"), ..long(bot, "100") };
    let id = f.open(at(0), large).await.position_id;
    f.run(Command::of(at(1), vec![liquidate(id, "50").into(), deposit(bot, "7").into()])).await;
    let events = f.events().await.split_off(1);
    assert_eq!(types(&events), ["position_liquidated", "bankroll_depleted", "bankroll_adjusted"]);
    assert_eq!((events[1].severity, events[1].strategy_id), (Severity::Warning, Some(bot)));
    assert_eq!(data(&events[1]), json!({"balance": "0"}));
}

async fn depletion_is_told_once_each_time(f: &Fixture) {
    let bot = f.strategy("bot").await;
    let spare = f.open(at(0), long(bot, "100")).await.position_id;
    f.adjust(at(1), withdraw(bot, "10000")).await;
    f.close(at(2), close(spare, "90")).await;
    let of_depletion = async || {
        let types = types(&f.events().await);
        types.iter().filter(|event_type| *event_type == "bankroll_depleted").count()
    };
    assert_eq!(of_depletion().await, 1, "deeper is no news");
    f.adjust(at(3), set_to(bot, "5")).await;
    f.adjust(at(4), withdraw(bot, "5")).await;
    assert_eq!(of_depletion().await, 2);
}

async fn everyday_actions_are_no_events(f: &Fixture) {
    let bot = f.strategy("bot").await;
    let id = f.open(at(0), long(bot, "100")).await.position_id;
    f.set_stops(at(1), stops(id, Some("90"), None)).await;
    f.mark_market(at(2), mark_market(7, "101")).await;
    f.signal(at(3), RecordSignal { then: vec![short(bot, "100").into()], ..signal(bot) }).await;
    f.close(at(4), close(id, "100")).await;
    assert_eq!(types(&f.events().await), ["strategy_registered"]);
}

async fn own_events_come_before_derived_ones(f: &Fixture) {
    let bot = f.strategy("bot").await;
    let then = vec![log("inside").into(), long(bot, "100").into()];
    let actions = vec![
        deposit(bot, "1").into(),
        log("first").into(),
        RecordSignal { then, ..signal(bot) }.into(),
        deactivate(bot).into(),
        log("last").into(),
    ];
    f.run(Command::of(at(1), actions)).await;
    let events = f.events().await.split_off(1);
    assert_eq!(types(&events), ["first", "inside", "last", "bankroll_adjusted", "strategy_deactivated"]);
}

async fn refused_command_logs_nothing(f: &Fixture) {
    let bot = f.strategy("bot").await;
    f.refused(Command::of(at(1), vec![log("x").into(), deposit(bot, "1").into(), withdraw(bot, "99999").into()])).await;
    assert_eq!(f.log(at(2), log("y")).await.event_id.get(), 3);
}
