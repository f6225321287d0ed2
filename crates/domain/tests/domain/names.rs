//! Ids, times, intervals, enums, texts: what is written is read back as the same value.

use std::{fmt::Debug, str::FromStr};

use nailsage_domain::{
    Confidence, EventId, ExitReason, Interval, LedgerKind, PositionId, PositionStatus, Reason, Severity, Side,
    SignalId, SignalType, SnapshotId, StarlistingId, StrategyId, StrategyKey, StrategyName, TEXT_BYTES_MAX, Timeframe,
    TradeId, TradeType, UnixMillis, Version,
};
use proptest::prelude::*;

use crate::generate;

fn survives_its_text<T: FromStr<Err: Debug> + ToString + PartialEq + Debug>(value: &T) {
    assert_eq!(&value.to_string().parse::<T>().unwrap(), value);
}

fn survives_text_and_json<T>(value: &T)
where
    T: FromStr<Err: Debug> + ToString + PartialEq + Debug + serde::Serialize + serde::de::DeserializeOwned,
{
    survives_its_text(value);
    let json = serde_json::to_string(value).unwrap();
    assert_eq!(&serde_json::from_str::<T>(&json).unwrap(), value);
}

proptest! {
    #[test]
    fn ids_survive_text_and_json(id in 1..=i64::MAX) {
        survives_text_and_json(&StrategyId::new(id).unwrap());
        survives_text_and_json(&PositionId::new(id).unwrap());
        survives_text_and_json(&TradeId::new(id).unwrap());
        survives_text_and_json(&SignalId::new(id).unwrap());
        survives_text_and_json(&EventId::new(id).unwrap());
        survives_text_and_json(&SnapshotId::new(id).unwrap());
        survives_text_and_json(&StarlistingId::new(id).unwrap());
    }

    #[test]
    fn times_survive_text_and_json(at in generate::time()) {
        survives_text_and_json(&at);
        let start_of_day = at.utc_day() * nailsage_domain::DAY_MILLIS;
        prop_assert!((start_of_day..start_of_day + nailsage_domain::DAY_MILLIS).contains(&at.get()));
    }

    #[test]
    fn intervals_survive_text_and_json(interval in generate::interval()) {
        survives_text_and_json(&interval);
    }

    #[test]
    fn any_text_that_is_read_as_an_interval_is_the_text_it_is_written_as(text in "[0-9]{0,4}[smhdwMy]{1,2}") {
        if let Ok(interval) = text.parse::<Interval>() {
            prop_assert_eq!(interval.to_string(), text);
        }
    }

    #[test]
    fn confidences_survive_text_and_json(confidence in 0.0..=1.0_f64) {
        survives_text_and_json(&Confidence::new(confidence).unwrap());
    }

    #[test]
    fn strategy_keys_survive_their_text(
        name in "[^\0]{1,80}", version in "[^\0/@]{1,20}", market in generate::market(),
    ) {
        let name = StrategyName::new(name).unwrap();
        let key = StrategyKey { name, version: Version::new(version).unwrap(), starlisting_id: market };
        survives_its_text(&key);
        let json = serde_json::to_string(&key).unwrap();
        prop_assert_eq!(serde_json::from_str::<StrategyKey>(&json).unwrap(), key);
    }

    #[test]
    fn texts_survive(text in "[^\0]{1,200}") {
        let reason = Reason::new(text.clone()).unwrap();
        survives_text_and_json(&reason);
        prop_assert_eq!(reason.as_str(), text);
    }
}

#[test]
fn every_name_survives_text_and_json_and_is_spelled_as_in_the_database() {
    macro_rules! spelled {
        ($type:ident: $($name:literal)*) => {
            let names: Vec<_> = $type::ALL.iter().map(|value| value.as_str()).collect();
            assert_eq!(names, [$($name),*]);
            for value in $type::ALL {
                survives_text_and_json(value);
                assert_eq!(serde_json::to_value(value).unwrap(), value.as_str());
            }
        };
    }
    spelled!(Side: "long" "short");
    spelled!(PositionStatus: "open" "closed" "liquidated");
    spelled!(ExitReason: "signal" "stop_loss" "take_profit" "manual" "liquidation");
    spelled!(SignalType: "long" "short" "neutral" "close");
    spelled!(TradeType: "open_long" "open_short" "close_long" "close_short");
    spelled!(Severity: "DEBUG" "INFO" "WARNING" "ERROR" "CRITICAL");
    spelled!(Timeframe: "daily" "weekly" "monthly" "all_time");
    spelled!(LedgerKind: "register" "activate" "deactivate" "open" "close" "liquidate" "stops" "adjust");
}

#[test]
fn a_trade_type_follows_from_its_side() {
    for side in Side::ALL {
        assert_eq!(TradeType::opening(*side).as_str(), format!("open_{side}"));
        assert_eq!(TradeType::closing(*side).as_str(), format!("close_{side}"));
        assert_ne!(side.opposite(), *side);
        assert_eq!(side.opposite().opposite(), *side);
    }
}

#[test]
fn a_key_is_split_at_the_last_at_sign_and_the_last_slash_before_it() {
    let key: StrategyKey = "team/a@b/v1@7".parse().unwrap();
    assert_eq!((key.name.as_str(), key.version.as_str(), key.starlisting_id.get()), ("team/a@b", "v1", 7));
}

#[test]
fn intervals_that_last_the_same_are_not_the_same() {
    assert_ne!("60m".parse::<Interval>().unwrap(), "1h".parse().unwrap());
    assert_ne!("1m".parse::<Interval>().unwrap(), "1M".parse().unwrap());
}

#[test]
fn ids_count_from_1_to_the_last_of_64_bits() {
    assert_eq!(PositionId::FIRST.get(), 1);
    assert_eq!(PositionId::FIRST.next().map(PositionId::get), Some(2));
    assert_eq!(PositionId::new(i64::MAX).unwrap().next(), None);
}

#[test]
fn the_ends_of_the_time_range_are_in_it() {
    assert_eq!(UnixMillis::new(946_684_800_000), Ok(UnixMillis::MIN));
    assert_eq!(UnixMillis::new(4_102_444_799_999), Ok(UnixMillis::MAX));
    assert_eq!(UnixMillis::MAX.millis_since(UnixMillis::MIN), 4_102_444_799_999 - 946_684_800_000);
}

#[test]
fn a_text_may_fill_its_limit() {
    let longest = "ä".repeat(TEXT_BYTES_MAX / 2);
    assert_eq!(Reason::new(longest.clone()).unwrap().as_str(), longest);
}

#[test]
fn a_confidence_of_minus_0_is_0() {
    assert_eq!(Confidence::new(-0.0), Confidence::new(0.0));
    assert!(Confidence::new(-0.0).unwrap().get().is_sign_positive());
}
