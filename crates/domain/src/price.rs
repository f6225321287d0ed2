//! Prices: decimals that survive a double.

use std::{cmp::Ordering, fmt};

use crate::{
    Problem, ValueError,
    decimal::{self, Decimal, Excess, FromDecimal, decimal_text_and_serde},
};

/// The most significant digits of a price: as many as every double carries faithfully.
pub const PRICE_DIGITS_MAX: u32 = 15;

/// 10^-26, the unit in which every price is a whole number: 15 digits, the last at 10^-26 for the smallest price.
const UNIT_EXPONENT: i8 = -26;

/// The power of ten of the leading digit is within these: [1e-12, 1e12).
const LEADING_EXPONENT_MIN: i64 = -12;
const LEADING_EXPONENT_MAX: i64 = 11;

/// Up to 10^22 a power of ten is a double without rounding.
const EXACT_POWERS_OF_TEN: [f64; 23] = [
    1e0, 1e1, 1e2, 1e3, 1e4, 1e5, 1e6, 1e7, 1e8, 1e9, 1e10, 1e11, 1e12, 1e13, 1e14, 1e15, 1e16, 1e17, 1e18, 1e19, 1e20,
    1e21, 1e22,
];

const OUTSIDE: Problem = Problem::OutOfRange { allowed: "at least 1e-12 and less than 1e12" };
const TOO_FINE: Problem = Problem::TooPrecise { limit: "at most 15 significant digits" };

/// A price in USDT: a decimal in [1e-12, 1e12) of at most 15 significant digits.
///
/// Every price has a double of its own, so it passes exactly through a column of doubles. In JSON it is a decimal
/// string; numbers are read too, rounded half to even to 15 digits.
///
/// ```
/// use nailsage_domain::Price;
///
/// let price = Price::from_f64(0.1 + 0.2)?;
/// assert_eq!(price.to_string(), "0.3");
/// assert_eq!("0.00000712".parse::<Price>()?.to_string(), "0.00000712");
/// # Ok::<(), nailsage_domain::ValueError>(())
/// ```
#[derive(Clone, Copy, PartialEq, Eq, Hash)]
pub struct Price {
    /// Above 0, below 10^15, without trailing zeros, so that equal prices have equal fields.
    mantissa: u64,
    exponent: i8,
}

impl Price {
    /// Takes a float by its shortest decimal form, rounded half to even to 15 significant digits.
    ///
    /// # Errors
    ///
    /// `not_a_number` for NaN and infinities, `not_positive`, and `out_of_range` outside [1e-12, 1e12).
    pub fn from_f64(price: f64) -> Result<Self, ValueError> {
        decimal::from_f64(price)
    }

    /// The double nearest to this price. Different prices have different ones.
    #[must_use]
    #[expect(clippy::missing_panics_doc, reason = "what is parsed is a float's text by construction")]
    pub fn to_f64(self) -> f64 {
        let power = |exponent: i8| EXACT_POWERS_OF_TEN.get(usize::from(exponent.unsigned_abs()));
        // A mantissa below 2^53 and such a power are exact doubles, so the one operation rounds correctly.
        match power(self.exponent) {
            Some(power) if self.exponent < 0 => self.mantissa as f64 / power,
            Some(power) => self.mantissa as f64 * power,
            None => format!("{}e{}", self.mantissa, self.exponent)
                .parse()
                .expect("digits and an exponent are a float's text"),
        }
    }

    /// Reads back what [`to_f64`](Self::to_f64) gave.
    ///
    /// # Errors
    ///
    /// Those of [`from_f64`](Self::from_f64), and `too_precise` when this is no price's double: then somebody else
    /// wrote it.
    pub fn from_stored_f64(price: f64) -> Result<Self, ValueError> {
        // The shortest form of a double made from at most 15 digits is those digits, so nothing is ever rounded here.
        Decimal::from_f64(price)
            .ok_or(Problem::NotANumber)
            .and_then(|decimal| Self::from_decimal(decimal, Excess::Refuse))
            .map_err(|problem| ValueError::new(Self::WHAT, problem, format_args!("{price:?}")))
    }

    /// The significant digits as a whole number below 10^15, without trailing zeros.
    #[must_use]
    pub const fn mantissa(self) -> u64 {
        self.mantissa
    }

    /// The power of ten by which the mantissa is multiplied, from -26 to 11.
    #[must_use]
    pub const fn exponent(self) -> i8 {
        self.exponent
    }

    /// The price as a whole number of 10^-26 USDT, below 10^38.
    pub(crate) fn units(self) -> u128 {
        let shift = u32::from((self.exponent - UNIT_EXPONENT).unsigned_abs());
        u128::from(self.mantissa) * 10_u128.pow(shift)
    }
}

impl FromDecimal for Price {
    const WHAT: &'static str = "price";
    const EXPECTED: &'static str = "a price as a decimal string such as \"95000.5\", or a number";

    fn from_decimal(decimal: Decimal, excess: Excess) -> Result<Self, Problem> {
        if decimal.is_zero() || decimal.is_negative() {
            return Err(Problem::NotPositive);
        }
        let (mantissa, exponent, is_exact) = decimal.to_mantissa(PRICE_DIGITS_MAX);
        let leading_exponent = exponent + i64::from(decimal::digit_count(mantissa)) - 1;
        if !(LEADING_EXPONENT_MIN..=LEADING_EXPONENT_MAX).contains(&leading_exponent) {
            return Err(OUTSIDE);
        }
        if !is_exact && excess == Excess::Refuse {
            return Err(TOO_FINE);
        }
        Ok(Self {
            mantissa: u64::try_from(mantissa).map_err(|_| OUTSIDE)?,
            exponent: i8::try_from(exponent).map_err(|_| OUTSIDE)?,
        })
    }
}

impl Ord for Price {
    fn cmp(&self, other: &Self) -> Ordering {
        self.units().cmp(&other.units())
    }
}

impl PartialOrd for Price {
    fn partial_cmp(&self, other: &Self) -> Option<Ordering> {
        Some(self.cmp(other))
    }
}

impl fmt::Display for Price {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let scale = u32::from(self.exponent.max(0).unsigned_abs());
        let decimals = usize::from(self.exponent.min(0).unsigned_abs());
        decimal::write_plain(f, false, u128::from(self.mantissa) * 10_u128.pow(scale), decimals)
    }
}

impl fmt::Debug for Price {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "Price({self})")
    }
}

decimal_text_and_serde!(Price);
