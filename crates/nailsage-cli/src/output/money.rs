//! Money and prices as text for people. Programs get the plain decimals that the types print themselves.

use std::fmt::Write as _;

/// The decimals of money that the book keeps.
pub(crate) const MICRO_DECIMALS: usize = 6;

/// Millionths as an exact decimal with as many decimals as needed: `-15.789474`, `10000`.
pub(crate) fn plain(micros: i128) -> String {
    let text = grouped(micros, decimals_needed(micros));
    text.replace(',', "")
}

/// Millionths with this many decimals, and thousands set apart: `10,000.00`. What is cut off is rounded half to even.
pub(crate) fn grouped(micros: impl Into<i128>, decimals: usize) -> String {
    let micros = micros.into();
    let decimals = decimals.min(MICRO_DECIMALS);
    let unit = 10_u128.pow(u32::try_from(MICRO_DECIMALS - decimals).unwrap_or(0));
    let magnitude = micros.unsigned_abs();
    let (mut quotient, rest) = (magnitude / unit, magnitude % unit);
    if rest * 2 > unit || (rest * 2 == unit && quotient % 2 == 1) {
        quotient += 1;
    }
    let scale = 10_u128.pow(u32::try_from(decimals).unwrap_or(0));
    let mut text = String::new();
    if micros < 0 && quotient > 0 {
        text.push('-');
    }
    let whole = (quotient / scale).to_string();
    for (place, digit) in whole.chars().enumerate() {
        if place > 0 && (whole.len() - place).is_multiple_of(3) {
            text.push(',');
        }
        text.push(digit);
    }
    if decimals > 0 {
        let fraction = quotient % scale;
        // Writing to a string cannot fail.
        let _ = write!(text, ".{fraction:0decimals$}");
    }
    text
}

/// How many decimals it takes to write millionths exactly.
pub(crate) fn decimals_needed(micros: i128) -> usize {
    let mut fraction = micros.unsigned_abs() % 1_000_000;
    if fraction == 0 {
        return 0;
    }
    let mut decimals = MICRO_DECIMALS;
    while fraction.is_multiple_of(10) {
        fraction /= 10;
        decimals -= 1;
    }
    decimals
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn plain_money_is_exact_and_minimal() {
        for (micros, text) in [
            (0, "0"),
            (1, "0.000001"),
            (-1, "-0.000001"),
            (-15_789_474, "-15.789474"),
            (10_000_000_000, "10000"),
            (i64::MIN.into(), "-9223372036854.775808"),
            (i128::from(i64::MAX) * 1_000, "9223372036854775.807"),
        ] {
            assert_eq!(plain(micros), text);
        }
    }

    #[test]
    fn grouped_money_rounds_half_to_even_and_never_shows_a_negative_zero() {
        for (micros, text) in [
            (10_000_000_000_i64, "10,000.00"),
            (999_995_000, "1,000.00"),
            (5_000, "0.00"),
            (15_000, "0.02"),
            (25_000, "0.02"),
            (-4_999, "0.00"),
            (-15_001, "-0.02"),
            (123_456_789_012, "123,456.79"),
        ] {
            assert_eq!(grouped(micros, 2), text);
        }
        assert_eq!(grouped(-1_234_567_000_000_i64, 0), "-1,234,567");
    }
}
