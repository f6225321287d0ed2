//! Text that is no command: it fails with the name of what is wrong, before a store ever sees it.
//!
//! Each case first shows that the same text with a good value is a command that this store carries out, so that nothing
//! fails here for another reason than the one that is named.

use serde_json::{Value, json};

use crate::prelude::*;

cases! {
    prices,
    sizes,
    percentages,
    costs,
    amounts,
    times,
    ids,
    names_of_strategies,
    closed_sets_of_names,
    confidences,
    intervals,
    texts,
    event_data,
    unknown_fields,
    missing_fields,
    references_to_positions,
    not_even_json,
}

/// A command of this one action.
fn command(action: &Value) -> Value {
    json!({"at": at(5), "actions": [action]})
}

/// An action of every kind that a fixture with one open position and one signal's worth of money can carry out.
fn actions() -> Vec<Value> {
    let bot = "bot/v1@7";
    vec![
        json!({"action": "register_strategy", "strategy": bot, "interval": "1m", "initial_bankroll": "10000"}),
        json!({"action": "deactivate", "strategy": bot, "reason": "pause"}),
        json!({"action": "activate", "strategy": bot, "reason": "go on"}),
        json!({"action": "record_signal", "strategy": bot, "signal_type": "long", "price": "100", "confidence": 0.5,
               "starlisting_id": 7, "rejection_reason": "cooldown"}),
        json!({"action": "open_position", "strategy": bot, "side": "long", "price": "100", "size": "1000", "fees": "0.4",
               "slippage": "0.1", "starlisting_id": 7, "stop_loss_price": "90", "take_profit_price": "110"}),
        json!({"action": "close_position", "position": 1, "price": "100", "fees": "0.4", "slippage": "0.1",
               "exit_reason": "manual"}),
        json!({"action": "liquidate_position", "position": 2, "price": "100", "fees": "0.4", "slippage": "0.1"}),
        json!({"action": "mark_market", "starlisting_id": 7, "price": "100"}),
        json!({"action": "mark_position", "position": 3, "price": "100"}),
        json!({"action": "set_stops", "position": 3, "stop_loss_price": "90", "take_profit_price": "110"}),
        json!({"action": "adjust_bankroll", "strategy": bot, "change": {"deposit": "500"}, "reason": "more"}),
        json!({"action": "adjust_bankroll", "strategy": bot, "change": {"withdraw": "500"}, "reason": "less"}),
        json!({"action": "adjust_bankroll", "strategy": bot, "change": {"set_to": "500"}, "reason": "exact"}),
        json!({"action": "log_event", "event_type": "note", "severity": "INFO", "strategy": bot, "event_data": {"a": 1}}),
    ]
}

/// Carries every sample action out, then puts bad values in place of one field after the other.
///
/// `fields` are JSON pointers into an action; those that an action does not have are passed over there, but each must be
/// found somewhere.
async fn spoil(f: &Fixture, fields: &[&str], bad: &[(Value, &str)]) {
    f.strategy("bot").await;
    for _ in 0..3 {
        f.open(at(0), long(named("bot"), "100")).await;
    }
    for action in actions() {
        f.run(serde_json::from_value(command(&action)).unwrap_or_else(|error| panic!("{error}: {action}"))).await;
    }
    let before = f.dump().await;
    for field in fields {
        let mut found = 0;
        for action in actions() {
            for (value, expected) in bad {
                let mut spoilt = action.clone();
                let Some(place) = spoilt.pointer_mut(field) else { continue };
                place.clone_from(value);
                found += 1;
                fails(&command(&spoilt).to_string(), expected);
            }
        }
        assert!(found > 0, "no action has {field}");
    }
    f.dump().await.must_be(&before);
}

/// The text is no command, for this reason.
fn fails(text: &str, expected: &str) {
    match serde_json::from_str::<Command>(text) {
        Ok(command) => panic!("taken as {command:?}: {text}"),
        Err(error) if error.to_string().contains(expected) => {}
        Err(error) => panic!("{error}\n  instead of {expected:?}: {text}"),
    }
}

const PRICES: &[&str] = &["/price", "/stop_loss_price", "/take_profit_price"];
const COSTS: &[&str] = &["/fees", "/slippage"];
const AMOUNTS: &[&str] = &["/initial_bankroll", "/size", "/change/deposit", "/change/withdraw", "/change/set_to"];

async fn prices(f: &Fixture) {
    let bad = [
        (json!("NaN"), "price must be a finite number"),
        (json!("inf"), "price must be a finite number"),
        (json!("-Infinity"), "price must be a finite number"),
        (json!("1,000"), "price must be a finite number"),
        (json!("0x10"), "price must be a finite number"),
        (json!(" 1"), "price must be a finite number"),
        (json!("+1"), "price must be a finite number"),
        (json!(""), "price must be a finite number"),
        (json!(0), "price must be greater than 0"),
        (json!("0.000"), "price must be greater than 0"),
        (json!(-0.0), "price must be greater than 0"),
        (json!("-1"), "price must be greater than 0"),
        (json!(-100.5), "price must be greater than 0"),
        (json!("1e12"), "price must be at least 1e-12 and less than 1e12"),
        (json!(1e308), "price must be at least 1e-12 and less than 1e12"),
        (json!("9.99e-13"), "price must be at least 1e-12 and less than 1e12"),
        (json!(u64::MAX), "price must be at least 1e-12 and less than 1e12"),
        (json!("1.000000000000001"), "price must have at most 15 significant digits"),
        (json!(true), "a price as a decimal string"),
        (json!([1]), "a price as a decimal string"),
        (json!({"usdt": 1}), "a price as a decimal string"),
    ];
    spoil(f, PRICES, &bad).await;
}

/// What is no amount above 0.
fn no_amounts() -> Vec<(Value, &'static str)> {
    vec![
        (json!("NaN"), "amount must be a finite number"),
        (json!("Infinity"), "amount must be a finite number"),
        (json!("1_000"), "amount must be a finite number"),
        (json!("10 USDT"), "amount must be a finite number"),
        (json!(0), "amount must be greater than 0"),
        (json!("0"), "amount must be greater than 0"),
        (json!(0.000_000_4), "amount must be greater than 0"),
        (json!("-5"), "amount must be greater than 0"),
        (json!(-5), "amount must be greater than 0"),
        (json!("8589934592"), "amount must be between -2^33 and 2^33"),
        (json!(1e300), "amount must be between -2^33 and 2^33"),
        (json!(u64::MAX), "amount must be between -2^33 and 2^33"),
        (json!(i64::MIN), "amount must be between -2^33 and 2^33"),
        (json!("0.0000001"), "amount must have at most 6 decimals"),
    ]
}

async fn amounts(f: &Fixture) {
    spoil(f, AMOUNTS, &no_amounts()).await;
}

async fn sizes(f: &Fixture) {
    let mut bad = no_amounts();
    bad.extend([
        (json!(false), "a size in USDT"),
        (json!({}), "missing field `percent`"),
        (json!({"usdt": "5"}), "unknown field `usdt`"),
        (json!({"percent": "5", "usdt": "5"}), "unknown field `usdt`"),
    ]);
    spoil(f, &["/size"], &bad).await;
}

async fn percentages(f: &Fixture) {
    let percent = |value: Value| json!({ "percent": value });
    let bad = [
        (percent(json!("NaN")), "percentage must be a finite number"),
        (percent(json!(0)), "percentage must be greater than 0"),
        (percent(json!("-1")), "percentage must be greater than 0"),
        (percent(json!("1000.0001")), "percentage must be greater than 0 and at most 1000 percent"),
        (percent(json!(1e300)), "percentage must be greater than 0 and at most 1000 percent"),
        (percent(json!("0.00001")), "percentage must have at most 4 decimals"),
    ];
    spoil(f, &["/size"], &bad).await;
}

async fn costs(f: &Fixture) {
    let bad = [
        (json!("NaN"), "cost must be a finite number"),
        (json!("-inf"), "cost must be a finite number"),
        (json!("-0.000001"), "cost must not be negative"),
        (json!(-3), "cost must not be negative"),
        (json!(8_589_934_592_i64), "cost must be between -2^33 and 2^33"),
        (json!(1e300), "cost must be between -2^33 and 2^33"),
        (json!("0.0000004"), "cost must have at most 6 decimals"),
        (json!(null), "0 or more USDT"),
    ];
    spoil(f, COSTS, &bad).await;
}

async fn times(f: &Fixture) {
    f.strategy("bot").await;
    let before = f.dump().await;
    let text = |at: &str| format!(r#"{{"at": {at}, "actions": [{{"action": "log_event", "event_type": "note"}}]}}"#);
    for (at, expected) in [
        ("1640991660", "looks like seconds; multiply it by 1000"),
        ("4102444799", "looks like seconds; multiply it by 1000"),
        ("1640991660000000", "not microseconds"),
        ("1640991660000000000", "not nanoseconds"),
        ("0", "between the years 2000 and 2100"),
        ("-1", "between the years 2000 and 2100"),
        ("4102444800000", "between the years 2000 and 2100"),
        ("946684799999", "between the years 2000 and 2100"),
        ("18446744073709551615", "between the years 2000 and 2100"),
        ("1640991660000.5", "a timestamp in Unix milliseconds"),
        ("\"1640991660000\"", "a timestamp in Unix milliseconds"),
        ("\"2022-01-01T00:00:00Z\"", "a timestamp in Unix milliseconds"),
        ("null", "a timestamp in Unix milliseconds"),
    ] {
        fails(&text(at), expected);
    }
    f.dump().await.must_be(&before);
    f.run(serde_json::from_str(&text("946684800000")).expect("the first moment is a time")).await;
    f.run(serde_json::from_str(&text("4102444799999")).expect("the last moment is a time")).await;
}

async fn ids(f: &Fixture) {
    let bad = [
        (json!(0), "must be greater than 0"),
        (json!(-7), "must be greater than 0"),
        (json!(1.5), "invalid type: floating point"),
        (json!(true), "invalid type: boolean"),
    ];
    spoil(f, &["/starlisting_id", "/position"], &bad).await;
}

async fn names_of_strategies(f: &Fixture) {
    let long_name = format!("{}/v1@7", "x".repeat(1_001));
    let bad = [
        (json!("bot"), "strategy must be of the form name/version@market"),
        (json!("bot@7"), "strategy must be of the form name/version@market"),
        (json!("/v1@7"), "strategy name must not be empty"),
        (json!("bot/@7"), "version must not be empty"),
        (json!("bot/v1@0"), "starlisting id must be greater than 0"),
        (json!("bot/v1@x"), "starlisting id must be a finite number"),
        (json!("b\u{0}t/v1@7"), "strategy name must not contain the NUL character"),
        (json!(long_name), "strategy name must have at most 1000 bytes"),
    ];
    spoil(f, &["/strategy"], &bad).await;
}

async fn closed_sets_of_names(f: &Fixture) {
    let bad = |text: &str, expected| [(json!(text), expected)];
    spoil(f, &["/side"], &bad("up", "side must be one of long, short")).await;
    for (field, given, expected) in [
        ("/side", "LONG", "side must be one of long, short"),
        ("/signal_type", "buy", "signal type must be one of long, short, neutral, close"),
        ("/exit_reason", "panic", "exit reason must be one of signal, stop_loss"),
        ("/severity", "info", "severity must be one of DEBUG, INFO"),
        ("/action", "open_positions", "unknown variant `open_positions`"),
    ] {
        let mut found = 0;
        for mut action in actions() {
            let Some(place) = action.pointer_mut(field) else { continue };
            *place = json!(given);
            found += 1;
            fails(&command(&action).to_string(), expected);
        }
        assert!(found > 0, "no action has {field}");
    }
    let change = |name: &str| json!({"action": "adjust_bankroll", "strategy": 1, "change": {name: "5"}, "reason": "r"});
    fails(&command(&change("double")).to_string(), "unknown variant `double`");
}

async fn confidences(f: &Fixture) {
    let bad = [
        (json!(1.000_000_1), "confidence must be from 0 to 1"),
        (json!(-0.1), "confidence must be from 0 to 1"),
        (json!(75), "confidence must be from 0 to 1"),
        (json!("NaN"), "invalid type: string"),
    ];
    spoil(f, &["/confidence"], &bad).await;
}

async fn intervals(f: &Fixture) {
    let expected = "interval must be a count from 1 to 999 and one of s, m, h, d, w, M";
    let bad = ["", "m", "0m", "01m", "1000m", "1 m", "1min", "-1m", "1µ"].map(|text| (json!(text), expected));
    spoil(f, &["/interval"], &bad).await;
}

async fn texts(f: &Fixture) {
    let long = "ü".repeat(501);
    let bad = [
        (json!(""), "must not be empty"),
        (json!(long), "must have at most 1000 bytes"),
        (json!("a\u{0}b"), "must not contain the NUL character"),
        (json!(7), "invalid type: integer"),
    ];
    spoil(f, &["/reason", "/rejection_reason", "/event_type"], &bad).await;
    for (key, expected) in bad {
        let keyed = json!({"key": key, "at": at(0), "actions": [{"action": "log_event", "event_type": "note"}]});
        fails(&keyed.to_string(), expected);
    }
}

async fn event_data(f: &Fixture) {
    let bad = [(json!("x".repeat(65_535)), "must have at most 65536 bytes")];
    spoil(f, &["/event_data"], &bad).await;
    let most = json!("x".repeat(65_534));
    let fits = command(&json!({"action": "log_event", "event_type": "note", "event_data": most}));
    f.run(serde_json::from_value(fits).expect("65,536 bytes are fine")).await;
}

async fn unknown_fields(f: &Fixture) {
    f.strategy("bot").await;
    for action in actions() {
        let mut spoilt = action.clone();
        spoilt["sise"] = json!("5");
        fails(&command(&spoilt).to_string(), "unknown field `sise`");
    }
    let mut whole = command(&actions()[0]);
    whole["when"] = json!(5);
    fails(&whole.to_string(), "unknown field `when`");
}

async fn missing_fields(f: &Fixture) {
    f.strategy("bot").await;
    for field in ["action", "strategy", "interval", "signal_type", "price", "side", "position", "change", "reason", "event_type"] {
        let is_optional = |action: &Value| match (action["action"].as_str(), field) {
            (Some("activate" | "deactivate"), "reason") | (Some("log_event"), "strategy") => true,
            _ => action.get(field).is_none(),
        };
        let mut found = 0;
        for mut action in actions().into_iter().filter(|action| !is_optional(action)) {
            action.as_object_mut().and_then(|fields| fields.remove(field));
            found += 1;
            fails(&command(&action).to_string(), &format!("missing field `{field}`"));
        }
        assert!(found > 0, "no action needs {field}");
    }
    for whole in [json!({"actions": []}), json!({"at": at(0)})] {
        fails(&whole.to_string(), "missing field");
    }
}

async fn references_to_positions(f: &Fixture) {
    let bad = [
        (json!({}), "a position is named by either opened_by or strategy"),
        (json!({"opened_by": "k", "strategy": 1}), "a position is named by either opened_by or strategy"),
        (json!({"starlisting_id": 7}), "a position is named by either opened_by or strategy"),
        (json!({"id": 1}), "unknown field `id`"),
        (json!({"opened_by": ""}), "request key must not be empty"),
        (json!("1"), "a position id such as 12"),
    ];
    spoil(f, &["/position"], &bad).await;
}

async fn not_even_json(f: &Fixture) {
    f.strategy("bot").await;
    let priced = |price: &str| format!(r#"{{"at": {}, "actions": [{{"action": "mark_market", "starlisting_id": 7, "price": {price}}}]}}"#, at(0));
    f.run(serde_json::from_str(&priced("1")).expect("it is a command")).await;
    for (text, expected) in [
        (priced("NaN"), "expected value"),
        (priced("Infinity"), "expected value"),
        (priced("-"), "invalid number"),
        (priced("1e999"), "number out of range"),
        (priced("01"), "invalid number"),
        (String::new(), "EOF"),
        ("[]".to_owned(), "invalid length"),
        ("7".to_owned(), "invalid type: integer"),
        (format!("{} trailing", priced("1")), "trailing characters"),
        (format!(r#"{{"at": {}, "at": {}, "actions": []}}"#, at(0), at(1)), "duplicate field `at`"),
    ] {
        fails(&text, expected);
    }
}
