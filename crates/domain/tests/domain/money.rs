//! Amounts, costs, percentages: texts and doubles there and back.

use std::{cmp::Ordering, str::FromStr};

use nailsage_domain::{Amount, BankrollPercent, Cost, OutOfRange, Usdt};
use proptest::prelude::*;

use crate::generate;

proptest! {
    #[test]
    fn an_amount_survives_its_text(usdt in generate::usdt(), amount in generate::amount(), cost in generate::cost()) {
        prop_assert_eq!(Usdt::from_str(&usdt.to_string()), Ok(usdt));
        prop_assert_eq!(Amount::from_str(&amount.to_string()), Ok(amount));
        prop_assert_eq!(Cost::from_str(&cost.to_string()), Ok(cost));
    }

    #[test]
    fn a_percentage_survives_its_text(percent in generate::percent()) {
        prop_assert_eq!(BankrollPercent::from_str(&percent.to_string()), Ok(percent));
    }

    #[test]
    fn the_text_of_an_amount_is_plain_and_minimal(usdt in generate::usdt()) {
        let text = usdt.to_string();
        prop_assert!(text.bytes().all(|byte| byte.is_ascii_digit() || byte == b'.' || byte == b'-'));
        prop_assert!(!text.contains('.') || !text.ends_with(['0', '.']), "{}", text);
        // Shifted by six places it is the number of micros.
        let (whole, fraction) = text.split_once('.').unwrap_or((&text, ""));
        prop_assert_eq!(format!("{whole}{fraction:0<6}").parse::<i64>().unwrap(), usdt.micros());
    }

    #[test]
    fn an_amount_survives_its_canonical_double(usdt in generate::usdt()) {
        let double = usdt.to_f64();
        let nearest: f64 = usdt.to_string().parse().unwrap();
        prop_assert_eq!(double.to_bits(), nearest.to_bits());
        prop_assert_eq!(Usdt::from_stored_f64(double), Ok(usdt));
        prop_assert_eq!(Usdt::from_f64(double), Ok(usdt));
    }

    #[test]
    fn a_double_beside_a_canonical_one_is_refused(usdt in generate::usdt(), up in any::<bool>()) {
        let double = if up { usdt.to_f64().next_up() } else { usdt.to_f64().next_down() };
        match Usdt::from_stored_f64(double) {
            // At the top of the range neighbours can both be canonical, never of the same amount.
            Ok(neighbour) => prop_assert!(neighbour != usdt && neighbour.to_f64().to_bits() == double.to_bits()),
            Err(error) => prop_assert!(["too_precise", "out_of_range"].contains(&error.code())),
        }
    }

    #[test]
    fn from_f64_takes_the_nearest_micro_of_the_shortest_form(float in -9e9..9e9_f64) {
        // The shortest form as Rust prints it, rounded digit by digit.
        let shortest = format!("{float}");
        let (whole, fraction) = shortest.trim_start_matches('-').split_once('.').unwrap_or((&shortest, ""));
        let padded = format!("{fraction:0<7}");
        let floor: i64 = format!("{}{}", whole.trim_start_matches('-'), &padded[..6]).parse().unwrap();
        let rounds_up = match padded[6..].trim_end_matches('0').cmp("5") {
            Ordering::Less => false,
            Ordering::Equal => floor % 2 == 1,
            Ordering::Greater => true,
        };
        let expected = (floor + i64::from(rounds_up)) * if float < 0.0 { -1 } else { 1 };
        match Usdt::from_f64(float) {
            Ok(usdt) => prop_assert_eq!(usdt.micros(), expected),
            Err(error) => {
                prop_assert_eq!(error.code(), "out_of_range");
                prop_assert!(expected.abs() > Usdt::MAX.micros());
            }
        }
    }

    #[test]
    fn sums_and_differences_are_exact_or_refused(left in generate::usdt(), right in generate::usdt()) {
        let exact = |micros: i64| if micros.abs() <= Usdt::MAX.micros() { Ok(micros) } else { Err(OutOfRange) };
        prop_assert_eq!(left.checked_add(right).map(Usdt::micros), exact(left.micros() + right.micros()));
        prop_assert_eq!(left.checked_sub(right).map(Usdt::micros), exact(left.micros() - right.micros()));
        prop_assert_eq!(left.cmp(&right), left.micros().cmp(&right.micros()));
        prop_assert_eq!(left.checked_add(left.negated()), Ok(Usdt::ZERO));
    }
}

#[test]
fn amounts_are_read_exactly_in_every_form_that_is_exact() {
    for (text, micros) in [
        ("10000", 10_000_000_000),
        ("10000.000000000", 10_000_000_000),
        ("-15.789474", -15_789_474),
        ("0", 0),
        ("-0", 0),
        ("-0.000000", 0),
        ("0e999999999999999999999", 0),
        ("007.5", 7_500_000),
        ("1e-6", 1),
        ("1E+3", 1_000_000_000),
        ("1.5e-3", 1_500),
        ("8589934591.999999", 8_589_934_591_999_999),
        ("0.0000000000000000000000000000000000000000000000001e49", 1_000_000),
        ("12300000000000000000000000000000000000000000000000e-49", 1_230_000),
    ] {
        assert_eq!(text.parse::<Usdt>().map(Usdt::micros), Ok(micros), "{text}");
    }
}

#[test]
fn the_ends_of_the_range_are_in_it_and_the_next_micro_is_not() {
    for extreme in [Usdt::MAX, Usdt::MIN, Usdt::ZERO] {
        assert_eq!(Usdt::from_micros(extreme.micros()), Ok(extreme));
        assert_eq!(Usdt::from_stored_f64(extreme.to_f64()), Ok(extreme));
        assert_eq!(extreme.to_string().parse(), Ok(extreme));
    }
    let micro = Usdt::from_micros(1).unwrap();
    assert_eq!(Usdt::MAX.checked_add(micro), Err(OutOfRange));
    assert_eq!(Usdt::MIN.checked_sub(micro), Err(OutOfRange));
    assert_eq!(Usdt::from_micros(Usdt::MAX.micros() + 1).unwrap_err().code(), "out_of_range");
    assert_eq!(Usdt::from_micros(i64::MIN).unwrap_err().code(), "out_of_range");
    assert_eq!(Usdt::from_wide_micros(i128::MAX), Err(OutOfRange));
    assert_eq!(Usdt::whole(i32::MIN).to_string(), "-2147483648");
}

#[test]
fn an_amount_survives_its_double_where_multiplying_back_rounds_to_the_next_micro() {
    // From 2^32 USDT to 2^52 micro-USDT the double is coarse and its product with a million not yet a whole number.
    let mut next_micros = 0;
    for micros in 4_294_967_296_000_000..4_294_967_296_010_000 {
        let amount = Usdt::from_micros(micros).unwrap();
        let double = amount.to_f64();
        assert_eq!(Usdt::from_stored_f64(double), Ok(amount));
        assert_eq!(Usdt::from_stored_f64(-double), Ok(amount.negated()));
        next_micros += i32::from((double * 1e6).round().to_bits() != (micros as f64).to_bits());
    }
    assert!(next_micros > 0, "the range was meant to be one where it matters");
}

#[test]
fn floats_round_half_to_even_in_their_shortest_form() {
    let micros = |float: f64| Usdt::from_f64(float).unwrap().micros();
    assert_eq!(micros(0.000_000_5), 0);
    assert_eq!(micros(0.000_001_5), 2);
    assert_eq!(micros(0.000_002_5), 2);
    assert_eq!(micros(-0.000_001_5), -2);
    assert_eq!(micros(0.1 + 0.2), 300_000);
    assert_eq!(micros(-0.0), 0);
    assert_eq!(micros(5e-324), 0);
    assert_eq!(micros(8_589_934_591.999_999), 8_589_934_591_999_999);
}

#[test]
fn a_double_that_no_amount_has_is_refused() {
    for (double, code) in [
        (0.1 + 0.2, "too_precise"),
        (0.000_000_5, "too_precise"),
        (5e-324, "too_precise"),
        (8_589_934_592.0, "out_of_range"),
        (-8_589_934_592.0, "out_of_range"),
        (1e300, "out_of_range"),
        (f64::NAN, "not_a_number"),
        (f64::INFINITY, "not_a_number"),
        (f64::NEG_INFINITY, "not_a_number"),
    ] {
        assert_eq!(Usdt::from_stored_f64(double).unwrap_err().code(), code, "{double:?}");
    }
    assert_eq!(Usdt::from_stored_f64(-0.0), Ok(Usdt::ZERO));
}

#[test]
fn a_width_pads_amounts_and_a_precision_never_cuts_them() {
    let amount: Usdt = "-15.789474".parse().unwrap();
    assert_eq!(format!("{amount:>12}|{amount:<12}|{amount:.2}"), "  -15.789474|-15.789474  |-15.789474");
}
