//! The demo's arithmetic on prices and money: exact decimals, one rounding at the end.

use nailsage::{Amount, Cost, Price, Usdt, ValueError};

/// Hundredths of a percent in one.
const BASIS_POINTS: i64 = 10_000;

/// Markets quote prices in so many digits, unless their prices have more already.
const QUOTED_DIGITS_MIN: u32 = 8;

/// The price so many basis points higher (or lower, if negative), rounded half to even to as many digits as a market
/// would quote.
pub(crate) fn shifted(price: Price, basis_points: i64) -> Result<Price, ValueError> {
    let factor = u128::try_from((BASIS_POINTS + basis_points).max(0)).unwrap_or(0);
    // A mantissa has at most 15 digits and a factor 5, so the product has at most 20.
    let mut mantissa = u128::from(price.mantissa()) * factor;
    let mut exponent = i32::from(price.exponent()) - 4;
    let allowed = digits(price.mantissa().into()).max(QUOTED_DIGITS_MIN);
    let excess = digits(mantissa).saturating_sub(allowed);
    if excess > 0 {
        let unit = 10_u128.pow(excess);
        let (quotient, rest) = (mantissa / unit, mantissa % unit);
        let rounds_up = rest * 2 > unit || (rest * 2 == unit && quotient % 2 == 1);
        mantissa = quotient + u128::from(rounds_up);
        exponent += i32::try_from(excess).unwrap_or(0);
    }
    plain(mantissa, exponent).parse()
}

fn digits(number: u128) -> u32 {
    number.checked_ilog10().map_or(1, |log| log + 1)
}

/// `mantissa × 10^exponent` as a plain decimal.
fn plain(mantissa: u128, exponent: i32) -> String {
    let mut text = mantissa.to_string();
    let places = usize::try_from(exponent.unsigned_abs()).unwrap_or(0);
    if exponent >= 0 {
        text.extend(std::iter::repeat_n('0', places));
    } else {
        if text.len() <= places {
            text.insert_str(0, &"0".repeat(places + 1 - text.len()));
        }
        text.insert(text.len() - places, '.');
        text.truncate(text.trim_end_matches('0').trim_end_matches('.').len());
    }
    text
}

/// So many basis points of a size, rounded up to the millionth as exchanges do.
pub(crate) fn share(size: Amount, basis_points: i64) -> Result<Cost, ValueError> {
    let product = i128::from(size.usdt().micros()) * i128::from(basis_points);
    let divisor = i128::from(BASIS_POINTS);
    let micros = (product + divisor - 1) / divisor;
    // A share of an amount is no larger than the amount, so it is in range.
    Cost::new(Usdt::from_wide_micros(micros).unwrap_or(Usdt::MAX))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_shifted_price_has_the_digits_of_a_market() -> Result<(), ValueError> {
        for (price, basis_points, expected) in [
            ("46377", 2, "46386.275"),
            ("46377", -60, "46098.738"),
            ("100", 0, "100"),
            ("0.00001234", 5, "0.00001234617"),
            ("0.00001234567", 5, "0.000012351843"),
            ("123456.789012345", 1, "123469.134691246"),
            ("900000000000", -10_000 + 1, "90000000"),
        ] {
            assert_eq!(shifted(price.parse()?, basis_points)?.to_string(), expected, "{price} by {basis_points}");
        }
        Ok(())
    }

    #[test]
    fn a_price_shifted_out_of_range_is_refused() -> Result<(), ValueError> {
        assert!(shifted("999999999999".parse()?, 10_000).is_err());
        assert!(shifted("1".parse()?, -10_000).is_err());
        Ok(())
    }

    #[test]
    fn a_share_is_rounded_up_to_the_millionth() -> Result<(), ValueError> {
        assert_eq!(share("2500".parse()?, 5)?.to_string(), "1.25");
        assert_eq!(share("0.000001".parse()?, 5)?.to_string(), "0.000001");
        Ok(())
    }
}
