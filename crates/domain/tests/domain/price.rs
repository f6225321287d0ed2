//! Prices: texts and doubles there and back, order.

use std::{cmp::Ordering, str::FromStr};

use nailsage_domain::Price;
use proptest::prelude::*;

use crate::generate;

proptest! {
    #[test]
    fn a_price_survives_its_text(price in generate::price()) {
        let text = price.to_string();
        prop_assert_eq!(Price::from_str(&text), Ok(price));
        prop_assert!(text.bytes().all(|byte| byte.is_ascii_digit() || byte == b'.'), "{}", text);
        prop_assert!(!text.contains('.') || !text.ends_with(['0', '.']), "{}", text);
    }

    #[test]
    fn a_price_survives_its_double(text in generate::price_text()) {
        let price: Price = text.parse().unwrap();
        let double = price.to_f64();
        prop_assert_eq!(double.to_bits(), text.parse::<f64>().unwrap().to_bits(), "not the nearest double");
        prop_assert_eq!(Price::from_stored_f64(double), Ok(price));
        prop_assert_eq!(Price::from_f64(double), Ok(price));
    }

    #[test]
    fn a_double_beside_that_of_a_price_is_refused_or_another_price(price in generate::price(), up in any::<bool>()) {
        let double = if up { price.to_f64().next_up() } else { price.to_f64().next_down() };
        match Price::from_stored_f64(double) {
            Ok(other) => prop_assert!(other != price && other.to_f64().to_bits() == double.to_bits()),
            Err(error) => prop_assert!(["too_precise", "out_of_range"].contains(&error.code())),
        }
    }

    #[test]
    fn a_float_becomes_the_nearest_price_of_15_digits(float in 1e-11..1e11_f64) {
        // The shortest form as Rust prints it, rounded digit by digit.
        let shortest = format!("{float:e}");
        let (mantissa, exponent) = shortest.split_once('e').unwrap();
        let digits = format!("{:0<18}", mantissa.replace('.', ""));
        let floor: u64 = digits[..15].parse().unwrap();
        let rounds_up = match digits[15..].trim_end_matches('0').cmp("5") {
            Ordering::Less => false,
            Ordering::Equal => floor % 2 == 1,
            Ordering::Greater => true,
        };
        let exponent = exponent.parse::<i32>().unwrap() - 14;
        prop_assert_eq!(Price::from_f64(float), format!("{}e{exponent}", floor + u64::from(rounds_up)).parse());
    }

    #[test]
    fn prices_are_ordered_by_value(left in generate::price(), right in generate::price()) {
        // Different prices have different doubles, so the doubles have the same order.
        prop_assert_eq!(left.cmp(&right), left.to_f64().total_cmp(&right.to_f64()));
        prop_assert_eq!(left == right, left.to_f64().to_bits() == right.to_f64().to_bits());
    }

    #[test]
    fn mantissa_and_exponent_make_the_price(price in generate::price()) {
        prop_assert!(price.mantissa() % 10 != 0 && price.mantissa() < 1_000_000_000_000_000);
        prop_assert_eq!(format!("{}e{}", price.mantissa(), price.exponent()).parse(), Ok(price));
    }
}

#[test]
fn equal_prices_are_equal_however_they_are_written() {
    let price: Price = "95000.5".parse().unwrap();
    for text in ["95000.50", "095000.5", "9.50005e4", "950005E-1", "95000.50000000000000000000000000000000000000000000"]
    {
        assert_eq!(text.parse(), Ok(price), "{text}");
    }
    assert_eq!(format!("{price:>10}|{price:.1}"), "   95000.5|95000.5");
}

#[test]
fn the_ends_of_the_range_survive_text_and_double() {
    for text in ["0.000000000001", "0.00000000000100000000000001", "999999999999.999", "1", "0.1", "99999.9999999999"] {
        let price: Price = text.parse().unwrap();
        assert_eq!(price.to_string(), text);
        assert_eq!(Price::from_stored_f64(price.to_f64()), Ok(price), "{text}");
    }
}

#[test]
fn floats_round_half_to_even_to_15_digits() {
    let text = |float: f64| Price::from_f64(float).unwrap().to_string();
    assert_eq!(text(0.1 + 0.2), "0.3");
    assert_eq!(text(1.000_000_000_000_005), "1", "a tie, the even neighbour below");
    assert_eq!(text(1.000_000_000_000_015), "1.00000000000002", "a tie, the even neighbour above");
    assert_eq!(text(9.999_999_999_999_998e-13), "0.000000000001");
    assert_eq!(text(95_000.0), "95000");
}
