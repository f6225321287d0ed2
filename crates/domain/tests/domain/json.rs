//! How single values travel in JSON: strings or numbers in, strings out for everything decimal.

use nailsage_domain::{Amount, BankrollPercent, Confidence, Cost, EventData, Price, StrategyId, UnixMillis, Usdt};
use proptest::prelude::*;
use serde::{Serialize, de::DeserializeOwned};
use serde_json::{Value, from_str, from_value, json, to_string};

use crate::generate;

fn survives<T: Serialize + DeserializeOwned + PartialEq + std::fmt::Debug + ToString>(value: &T) {
    let json = to_string(value).unwrap();
    assert_eq!(json, format!("\"{}\"", value.to_string()), "decimals are written as strings");
    assert_eq!(&from_str::<T>(&json).unwrap(), value);
    // The same digits as a number are the same value.
    assert_eq!(&from_str::<T>(&value.to_string()).unwrap(), value);
    assert_eq!(&from_value::<T>(from_str(&value.to_string()).unwrap()).unwrap(), value);
}

proptest! {
    #[test]
    fn decimals_are_read_from_strings_and_numbers_and_written_as_strings(
        usdt in generate::usdt(), amount in generate::amount(), cost in generate::cost(), price in generate::price(),
        percent in generate::percent(),
    ) {
        survives(&usdt);
        survives(&amount);
        survives(&cost);
        survives(&price);
        survives(&percent);
    }
}

#[test]
fn the_largest_amounts_are_read_to_the_micro_from_numbers_too() {
    // A reader of floats that may be one unit in the last place off would be a whole micro off here.
    for micros in 8_589_934_591_990_000..=8_589_934_591_999_999 {
        let amount = Usdt::from_micros(micros).unwrap();
        assert_eq!(from_str::<Usdt>(&amount.to_string()).unwrap(), amount);
    }
}

#[test]
fn a_string_is_taken_exactly_or_refused_while_a_number_is_rounded() {
    assert_eq!(from_str::<Usdt>("0.0000015").unwrap().micros(), 2);
    assert!(from_str::<Usdt>("\"0.0000015\"").unwrap_err().to_string().contains("at most 6 decimals"));
    assert_eq!(from_str::<Price>("1.000000000000004").unwrap().to_string(), "1");
    assert!(from_str::<Price>("\"1.000000000000004\"").unwrap_err().to_string().contains("15 significant digits"));
    assert_eq!(from_str::<BankrollPercent>("2.50005").unwrap().to_string(), "2.5");
}

#[test]
fn whole_numbers_are_taken_exactly() {
    assert_eq!(from_str::<Usdt>("8589934591").unwrap().micros(), 8_589_934_591_000_000);
    assert_eq!(from_str::<Usdt>("-5").unwrap(), Usdt::whole(-5));
    assert!(from_str::<Usdt>("18446744073709551615").is_err());
    assert!(from_str::<Usdt>("-9223372036854775808").is_err());
    assert!(from_str::<Usdt>("1e300").is_err());
    assert_eq!(from_str::<Price>("95000").unwrap().to_string(), "95000");
}

#[test]
fn what_breaks_a_rule_does_not_deserialise() {
    for json in ["0", "-1", "\"-1\"", "\"x\"", "null", "true", "[]", "{}"] {
        assert!(from_str::<Amount>(json).is_err(), "{json}");
        assert!(from_str::<Price>(json).is_err(), "{json}");
        assert!(from_str::<StrategyId>(json).is_err(), "{json}");
        assert!(from_str::<UnixMillis>(json).is_err(), "{json}");
        assert!(from_str::<BankrollPercent>(json).is_err(), "{json}");
    }
    assert!(from_str::<Cost>("-0.1").is_err());
    assert!(from_str::<Confidence>("1.5").is_err());
    assert!(from_str::<Confidence>("\"0.5\"").is_err());
    assert!(from_str::<StrategyId>("\"7\"").is_err());
    assert!(from_str::<StrategyId>("7.0").is_err());
    assert!(from_str::<UnixMillis>("1640991660").unwrap_err().to_string().contains("multiply it by 1000"));
}

#[test]
fn ids_times_and_confidences_are_numbers() {
    assert_eq!(to_string(&StrategyId::FIRST).unwrap(), "1");
    assert_eq!(to_string(&UnixMillis::MIN).unwrap(), "946684800000");
    assert_eq!(to_string(&Confidence::new(0.1).unwrap()).unwrap(), "0.1");
    assert_eq!(from_str::<Confidence>("1").unwrap().get().to_bits(), 1.0_f64.to_bits());
}

#[test]
fn event_data_is_the_json_itself_and_its_text_is_canonical() {
    let data: EventData = from_str(r#"{ "b" : [1, 2.50, "\u00e4"], "a": null }"#).unwrap();
    assert_eq!(data.as_str(), r#"{"a":null,"b":[1,2.5,"ä"]}"#);
    assert_eq!(to_string(&data).unwrap(), data.as_str());
    assert_eq!(EventData::from_text(data.as_str()), Ok(data.clone()));
    assert_eq!(EventData::from_value(&data.value()), Ok(data));
    assert_eq!(from_value::<Option<EventData>>(Value::Null).unwrap(), None);
    assert_eq!(EventData::from_value(&json!(7)).unwrap().as_str(), "7");
}
