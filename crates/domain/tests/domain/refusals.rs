//! Every way in which a value can be wrong, and the code that names it.

use nailsage_domain::{
    Amount, BankrollPercent, Confidence, ConfigPath, Cost, EventData, EventType, ExitReason, Interval, LedgerKind,
    ModelId, PositionId, PositionStatus, Price, Problem, Reason, RequestKey, Severity, Side, SignalType, StrategyId,
    StrategyKey, StrategyName, TEXT_BYTES_MAX, Timeframe, TradeType, UnixMillis, Usdt, ValueError, Version,
};

fn code<T: std::fmt::Debug>(result: Result<T, ValueError>) -> &'static str {
    result.unwrap_err().code()
}

fn text_code<T: std::str::FromStr<Err = ValueError> + std::fmt::Debug>(text: &str) -> &'static str {
    code(text.parse::<T>())
}

const NO_NUMBERS: &[&str] = &[
    "", " ", "-", "+1", " 1", "1 ", "1_000", "1,5", ".5", "1.", "1.e3", "e3", "1e", "1e+", "1e1.5", "--1", "0x10",
    "NaN", "nan", "inf", "-inf", "Infinity", "1\0", "١", "1.2.3", "1e5e5", "five",
];

#[test]
fn what_is_no_number_is_not_a_number() {
    for text in NO_NUMBERS {
        assert_eq!(text_code::<Usdt>(text), "not_a_number", "{text:?}");
        assert_eq!(text_code::<Amount>(text), "not_a_number", "{text:?}");
        assert_eq!(text_code::<Cost>(text), "not_a_number", "{text:?}");
        assert_eq!(text_code::<Price>(text), "not_a_number", "{text:?}");
        assert_eq!(text_code::<BankrollPercent>(text), "not_a_number", "{text:?}");
        assert_eq!(text_code::<Confidence>(text), "not_a_number", "{text:?}");
        assert_eq!(text_code::<StrategyId>(text), "not_a_number", "{text:?}");
        assert_eq!(text_code::<UnixMillis>(text), "not_a_number", "{text:?}");
    }
    for float in [f64::NAN, f64::INFINITY, f64::NEG_INFINITY] {
        assert_eq!(code(Usdt::from_f64(float)), "not_a_number");
        assert_eq!(code(Amount::from_f64(float)), "not_a_number");
        assert_eq!(code(Cost::from_f64(float)), "not_a_number");
        assert_eq!(code(Price::from_f64(float)), "not_a_number");
        assert_eq!(code(Price::from_stored_f64(float)), "not_a_number");
        assert_eq!(code(BankrollPercent::from_f64(float)), "not_a_number");
        assert_eq!(code(Confidence::new(float)), "not_a_number");
    }
}

#[test]
fn what_must_be_above_0_is_refused_at_0_and_below() {
    for text in ["0", "-0", "0.0", "0e5", "-1", "-0.5", "-1e-50", "-99999999999999"] {
        assert_eq!(text_code::<Price>(text), "not_positive", "{text}");
        assert_eq!(text_code::<BankrollPercent>(text), "not_positive", "{text}");
    }
    for text in ["0", "-0", "0.0", "-1", "-0.000001"] {
        assert_eq!(text_code::<Amount>(text), "not_positive", "{text}");
    }
    assert_eq!(code(Amount::new(Usdt::ZERO)), "not_positive");
    assert_eq!(code(Amount::from_f64(0.000_000_4)), "not_positive");
    assert_eq!(code(Price::from_f64(0.0)), "not_positive");
    assert_eq!(code(Price::from_f64(-5e-324)), "not_positive");
    assert_eq!(code(Price::from_stored_f64(-1.0)), "not_positive");
    assert_eq!(code(BankrollPercent::from_units(0)), "not_positive");
    for id in [0, -1, i64::MIN] {
        assert_eq!(code(StrategyId::new(id)), "not_positive");
        assert_eq!(text_code::<PositionId>(&id.to_string()), "not_positive");
    }
}

#[test]
fn a_cost_below_0_is_negative() {
    assert_eq!(text_code::<Cost>("-0.000001"), "negative");
    assert_eq!(code(Cost::new(Usdt::whole(-1))), "negative");
    assert_eq!(code(Cost::from_f64(-0.4)), "negative");
}

#[test]
fn numbers_outside_of_their_range_are_out_of_range() {
    for text in ["8589934592", "-8589934592", "8589934591.9999999", "1e10", "1e400", "1e999999999999999999999999"] {
        assert_eq!(text_code::<Usdt>(text), "out_of_range", "{text}");
    }
    assert_eq!(text_code::<Usdt>(&"9".repeat(200)), "out_of_range");
    assert_eq!(text_code::<Amount>("8589934592"), "out_of_range");
    assert_eq!(text_code::<Cost>("8589934592"), "out_of_range");
    assert_eq!(code(Usdt::from_f64(8_589_934_592.0)), "out_of_range");
    assert_eq!(code(Usdt::from_f64(f64::MAX)), "out_of_range");
    for text in ["1000000000000", "1e12", "999999999999.9999", "0.0000000000009", "9.99e-13", "1e-400", "1e400"] {
        assert_eq!(text_code::<Price>(text), "out_of_range", "{text}");
    }
    assert_eq!(code(Price::from_f64(999_999_999_999.999_9)), "out_of_range");
    assert_eq!(code(Price::from_f64(5e-324)), "out_of_range");
    assert_eq!(code(Price::from_stored_f64(1e12)), "out_of_range");
    for text in ["1000.0001", "1e4", "1e30", "1e300"] {
        assert_eq!(text_code::<BankrollPercent>(text), "out_of_range", "{text}");
    }
    assert_eq!(code(BankrollPercent::from_units(10_000_001)), "out_of_range");
    for confidence in [-0.1, 1.000_000_000_000_000_2, -1e-300] {
        assert_eq!(code(Confidence::new(confidence)), "out_of_range");
    }
    assert_eq!(text_code::<StrategyId>("9223372036854775808"), "out_of_range");
    assert_eq!(text_code::<UnixMillis>("99999999999999999999"), "out_of_range");
}

#[test]
fn texts_with_more_digits_than_fit_are_too_precise() {
    for text in ["0.0000001", "1.0000000000000000000000000000000000000000000000001", "-5e-7", "1e-400"] {
        assert_eq!(text_code::<Usdt>(text), "too_precise", "{text}");
    }
    for text in ["1.000000000000001", "0.1234567890123456", "100000.0000000001", "999999999999.9991"] {
        assert_eq!(text_code::<Price>(text), "too_precise", "{text}");
    }
    assert_eq!(text_code::<Amount>("0.0000015"), "too_precise");
    assert_eq!(text_code::<Cost>("0.0000001"), "too_precise");
    assert_eq!(text_code::<BankrollPercent>("2.50001"), "too_precise");
    assert_eq!(text_code::<BankrollPercent>("0.00001"), "too_precise");
    assert_eq!(code(Price::from_stored_f64(0.1 + 0.2)), "too_precise");
}

#[test]
fn times_in_other_units_are_refused_with_a_hint() {
    let error = |at: i64| UnixMillis::new(at).unwrap_err();
    for seconds in [946_684_800, 1_640_991_660, 4_102_444_799] {
        assert_eq!(error(seconds).code(), "in_seconds");
    }
    assert_eq!(
        error(1_640_991_660).to_string(),
        "timestamp must be in Unix milliseconds, got 1640991660, which looks like seconds; multiply it by 1000"
    );
    assert!(error(1_640_991_660_000_000).to_string().contains("not microseconds"));
    assert!(error(1_640_991_660_000_000_000).to_string().contains("not nanoseconds"));
    for at in [
        0,
        -1,
        i64::MIN,
        i64::MAX,
        946_684_799,
        4_102_444_800,
        946_684_799_999,
        4_102_444_800_000,
        1_640_991_660_000_000,
        1_640_991_660_000_000_000,
    ] {
        assert_eq!(error(at).code(), "out_of_range", "{at}");
    }
    assert_eq!(text_code::<UnixMillis>("1640991660"), "in_seconds");
}

#[test]
fn whole_numbers_are_not_written_otherwise() {
    for text in ["1.0", "1e3", "1.5", "-0.5"] {
        assert_eq!(text_code::<StrategyId>(text), "bad_form", "{text}");
        assert_eq!(text_code::<UnixMillis>(text), "bad_form", "{text}");
    }
}

#[test]
fn intervals_of_another_form_are_refused() {
    for text in ["", "m", "1", "0m", "01m", "1000m", "1y", "1 m", "-1m", "+1m", "1mm", "1.5m", "m1", "1H", "１m", "1é"]
    {
        assert_eq!(text_code::<Interval>(text), "bad_form", "{text:?}");
    }
    assert_eq!(code(Interval::new(0, nailsage_domain::IntervalUnit::Day)), "bad_form");
    assert_eq!(code(Interval::new(1_000, nailsage_domain::IntervalUnit::Day)), "bad_form");
}

#[test]
fn unknown_names_are_refused_and_the_known_ones_listed() {
    for text in ["", "LONG", "Long", " long", "long ", "l", "long\0"] {
        assert_eq!(text_code::<Side>(text), "unknown_name", "{text:?}");
        assert_eq!(text_code::<PositionStatus>(text), "unknown_name", "{text:?}");
        assert_eq!(text_code::<ExitReason>(text), "unknown_name", "{text:?}");
        assert_eq!(text_code::<SignalType>(text), "unknown_name", "{text:?}");
        assert_eq!(text_code::<TradeType>(text), "unknown_name", "{text:?}");
        assert_eq!(text_code::<Severity>(text), "unknown_name", "{text:?}");
        assert_eq!(text_code::<Timeframe>(text), "unknown_name", "{text:?}");
        assert_eq!(text_code::<LedgerKind>(text), "unknown_name", "{text:?}");
    }
    assert_eq!(text_code::<Severity>("info"), "unknown_name");
    let error = "buy".parse::<Side>().unwrap_err();
    assert_eq!(error.problem(), Problem::UnknownName { known: &["long", "short"] });
    assert_eq!(error.to_string(), r#"side must be one of long, short, got "buy""#);
}

#[test]
fn texts_that_cannot_be_stored_are_refused() {
    macro_rules! refused {
        ($($type:ident)*) => {
            $(
                assert_eq!(code($type::new("")), "empty");
                assert_eq!(code($type::new("a".repeat(TEXT_BYTES_MAX + 1))), "too_long");
                assert_eq!(code($type::new("ä".repeat(TEXT_BYTES_MAX / 2) + "a")), "too_long");
                assert_eq!(code($type::new("a\0b")), "nul_character");
                assert!(serde_json::from_str::<$type>("\"\"").is_err());
                assert!(serde_json::from_str::<$type>("7").is_err());
            )*
        };
    }
    refused!(StrategyName Version ModelId ConfigPath Reason EventType RequestKey);
    for version in ["v/1", "v@1", "/", "@"] {
        assert_eq!(code(Version::new(version)), "bad_character");
    }
}

#[test]
fn strategy_keys_of_another_form_are_refused() {
    for text in ["", "name", "name/v1", "name@7", "name@7/v1", "@", "7"] {
        assert_eq!(text_code::<StrategyKey>(text), "bad_form", "{text:?}");
    }
    assert_eq!(text_code::<StrategyKey>("/v1@7"), "empty");
    assert_eq!(text_code::<StrategyKey>("name/@7"), "empty");
    assert_eq!(text_code::<StrategyKey>("name/v1@"), "not_a_number");
    assert_eq!(text_code::<StrategyKey>("name/v1@0"), "not_positive");
}

#[test]
fn event_data_that_cannot_be_kept_is_refused() {
    let nested = "[".repeat(200) + &"]".repeat(200);
    for text in ["", "{", "{} {}", "{a: 1}", "NaN", "1e999", "\"\u{1}\"", nested.as_str()] {
        assert_eq!(text_code::<EventData>(text), "bad_form", "{text:?}");
    }
    assert_eq!(text_code::<EventData>(" null "), "empty");
    let longest = "a".repeat(nailsage_domain::EVENT_DATA_BYTES_MAX - 2);
    assert!(EventData::from_value(&longest.clone().into()).is_ok());
    assert_eq!(code(EventData::from_value(&(longest + "a").into())), "too_long");
    let too_deep = (0..200).fold(serde_json::json!(1), |inner, _| serde_json::json!([inner]));
    assert_eq!(code(EventData::from_value(&too_deep)), "bad_form");
}

#[test]
fn an_error_names_the_value_and_repeats_it_shortened() {
    let error = "-1".parse::<Price>().unwrap_err();
    assert_eq!((error.what(), error.problem(), error.given()), ("price", Problem::NotPositive, "-1"));
    assert_eq!(error.to_string(), "price must be greater than 0, got -1");

    let long = "ä".repeat(1_000);
    let error = long.parse::<Price>().unwrap_err();
    assert_eq!(error.given().chars().count(), 65);
    assert!(error.given().ends_with("ä…"));
    let exactly = "x".repeat(64);
    assert_eq!(exactly.parse::<Price>().unwrap_err().given(), exactly);
}
