//! Exact rationals for money and prices, and the only rounding: half to even, to the millionth, at the end.

use std::cmp::Ordering;

use nailsage_domain::{Price, Side, Usdt};
use num_bigint::BigInt;
use num_rational::BigRational;

/// An amount of USDT.
pub(crate) fn money(usdt: impl Into<Usdt>) -> BigRational {
    BigRational::new(usdt.into().micros().into(), 1_000_000.into())
}

/// A price, read from its decimal text.
pub(crate) fn price(price: Price) -> BigRational {
    let text = price.to_string();
    let (whole, fraction) = text.split_once('.').unwrap_or((&text, ""));
    let digits: BigInt = format!("{whole}{fraction}").parse().expect("a price is written in digits");
    let decimals = u32::try_from(fraction.len()).expect("a price has a few decimals");
    BigRational::new(digits, BigInt::from(10).pow(decimals))
}

/// What a position of this size earns before fees: ±size × (exit − entry) / entry, in USDT.
pub(crate) fn gross(direction: Side, size: &BigRational, entry: &BigRational, exit: &BigRational) -> BigRational {
    let earned = size * (exit - entry) / entry;
    match direction {
        Side::Long => earned,
        Side::Short => -earned,
    }
}

/// The nearest millionth; of two equally near ones the even one.
pub(crate) fn rounded(usdt: &BigRational) -> BigRational {
    let millionths = usdt * BigRational::from_integer(1_000_000.into());
    let below = millionths.floor().to_integer();
    let rest = millionths - BigRational::from_integer(below.clone());
    let is_odd = below.bit(0);
    let nearest = match rest.cmp(&BigRational::new(1.into(), 2.into())) {
        Ordering::Less => below,
        Ordering::Equal if !is_odd => below,
        Ordering::Equal | Ordering::Greater => below + 1,
    };
    BigRational::new(nearest, 1_000_000.into())
}

/// The amount as the book holds it, unless its magnitude is 2^33 USDT or more. It must have been rounded.
pub(crate) fn in_range(usdt: &BigRational) -> Option<Usdt> {
    let bound = BigRational::from_integer(BigInt::from(2).pow(33));
    if *usdt >= bound || *usdt <= -bound {
        return None;
    }
    let micros = usdt * BigRational::from_integer(1_000_000.into());
    assert!(micros.is_integer(), "{usdt} USDT has parts of a millionth");
    let micros = micros.to_integer().try_into().expect("2^33 USDT in millionths fit into 64 bits");
    Some(Usdt::from_micros(micros).expect("the range was checked"))
}

#[cfg(test)]
mod tests {
    use super::*;

    fn ratio(over: i64, under: i64) -> BigRational {
        BigRational::new(over.into(), under.into())
    }

    #[test]
    fn rounding_goes_to_the_nearest_and_ties_to_even() {
        for (half_micros, micros) in [(1, 0), (3, 2), (5, 2), (-1, 0), (-3, -2), (-5, -2), (4, 2)] {
            assert_eq!(rounded(&ratio(half_micros, 2_000_000)), ratio(micros, 1_000_000), "{half_micros} halves");
        }
        assert_eq!(rounded(&ratio(1, 3)), ratio(333_333, 1_000_000));
        assert_eq!(rounded(&ratio(-2, 3)), ratio(-666_667, 1_000_000));
    }

    #[test]
    fn the_range_ends_below_two_to_the_33() {
        let bound = ratio(1 << 33, 1);
        let micro = ratio(1, 1_000_000);
        assert_eq!(in_range(&bound), None);
        assert_eq!(in_range(&-&bound), None);
        assert_eq!(in_range(&(&bound - &micro)), Some(Usdt::MAX));
        assert_eq!(in_range(&(micro - bound)), Some(Usdt::MIN));
    }

    #[test]
    fn prices_are_read_exactly() {
        for (text, over, under) in [("95000", 95_000, 1), ("0.000000000001", 1, 1_000_000_000_000), ("12.5", 25, 2)] {
            assert_eq!(price(text.parse().expect("a price")), ratio(over, under), "{text}");
        }
    }

    /// Worked out elsewhere, one line a fill.
    #[test]
    fn every_line_of_the_vectors_comes_out() {
        let path = concat!(env!("CARGO_MANIFEST_DIR"), "/../../crates/domain/tests/vectors/pnl.ndjson");
        let text = std::fs::read_to_string(path).expect("the vectors are in the repository");
        for line in text.lines() {
            let vector: serde_json::Value = serde_json::from_str(line).expect("a line is JSON");
            let text = |field: &str| vector[field].as_str().expect("a text");
            let usdt = |field: &str| money(text(field).parse::<Usdt>().expect("an amount"));
            let price = |field: &str| price(text(field).parse().expect("a price"));
            let direction = text("side").parse().expect("a side");
            let earned = rounded(&gross(direction, &usdt("size"), &price("entry_price"), &price("exit_price")));
            let realized = in_range(&(&earned - usdt("entry_fee") - usdt("exit_fee"))).map(Usdt::micros);
            assert_eq!(realized, vector["realized_pnl_micros"].as_i64(), "{line}");
            if let Some(micros) = vector["gross_pnl_micros"].as_i64() {
                assert_eq!(in_range(&earned).map(Usdt::micros), Some(micros), "{line}");
            }
        }
    }
}
