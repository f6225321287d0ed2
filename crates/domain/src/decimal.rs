//! Decimals as they come in (text, floats, whole numbers), and the one place where their digits are rounded.

use std::{
    cmp::Ordering,
    fmt::{self, Write as _},
};

use serde::de::{self, Visitor};

use crate::{Problem, ValueError};

/// The significant digits that are kept one by one. No type here holds more than 16, so what lies beyond them can
/// only matter as "there is more", which [`Decimal::more`] tells.
const DIGITS_MAX: u32 = 38;

/// The bound on a written exponent; anything beyond is as far out of every range as the bound itself.
const EXPONENT_MAX: i64 = 1_000_000_000_000;

/// A decimal number: ±`digits` × 10^`exponent`, plus less than one unit of the last digit when `more`.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) struct Decimal {
    negative: bool,
    /// Without trailing zeros unless `more`.
    digits: u128,
    exponent: i64,
    more: bool,
}

/// How a type takes digits that it cannot hold.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Excess {
    /// Refuse: somebody wrote these digits on purpose.
    Refuse,
    /// Round half to even: the digits are a float's, not anybody's.
    Round,
}

impl Decimal {
    /// Reads `-?digits(.digits)?([eE][+-]?digits)?`. No plus sign in front, no spaces, no underscores.
    pub(crate) fn from_text(text: &str) -> Option<Self> {
        let (negative, unsigned) = match text.strip_prefix('-') {
            Some(rest) => (true, rest),
            None => (false, text),
        };
        let (number, written_exponent) = match unsigned.find(['e', 'E']) {
            Some(at) => (&unsigned[..at], Some(&unsigned[at + 1..])),
            None => (unsigned, None),
        };
        let (whole, fraction) = match number.split_once('.') {
            Some((whole, fraction)) => (whole, Some(fraction)),
            None => (number, None),
        };
        if !is_digits(whole) || !fraction.is_none_or(is_digits) {
            return None;
        }
        let fraction = fraction.unwrap_or("");

        let mut decimal = Self { negative, digits: 0, exponent: 0, more: false };
        let mut kept: u32 = 0;
        for (index, digit) in whole.bytes().chain(fraction.bytes()).enumerate() {
            let in_fraction = index >= whole.len();
            if kept < DIGITS_MAX {
                decimal.digits = decimal.digits * 10 + u128::from(digit - b'0');
                kept += u32::from(decimal.digits > 0);
                decimal.exponent -= i64::from(in_fraction);
            } else {
                decimal.more |= digit != b'0';
                decimal.exponent += i64::from(!in_fraction);
            }
        }
        decimal.exponent += written_exponent.map_or(Some(0), exponent_from_text)?;
        Some(decimal.trimmed())
    }

    /// The shortest decimal that reads back as this float; `None` for NaN and infinities.
    pub(crate) fn from_f64(float: f64) -> Option<Self> {
        if !float.is_finite() {
            return None;
        }
        let mut shortest = ShortText { bytes: [0; 32], length: 0 };
        write!(shortest, "{float:e}").expect("17 digits, a sign, a point and an exponent fit into 32 bytes");
        Self::from_text(shortest.as_str())
    }

    pub(crate) fn from_integer(integer: i128) -> Self {
        let digits = integer.unsigned_abs();
        Self { negative: integer < 0, digits, exponent: 0, more: false }.trimmed()
    }

    /// Below 0, so not for -0.
    pub(crate) fn is_negative(&self) -> bool {
        self.negative && !self.is_zero()
    }

    pub(crate) fn is_zero(&self) -> bool {
        self.digits == 0 && !self.more
    }

    /// The magnitude in units of 10^-`decimals`, rounded half to even, and whether that is exact. `None` if it is
    /// beyond 128 bits.
    pub(crate) fn to_units(self, decimals: i64) -> Option<(u128, bool)> {
        let shift = self.exponent + decimals;
        if self.digits == 0 {
            return Some((0, !self.more));
        }
        if shift < 0 {
            return Some(self.cut(shift.unsigned_abs()));
        }
        // With `more` there are 38 digits before the unit: beyond every range here, so "too large" is right.
        if self.more {
            return None;
        }
        let factor = 10_u128.checked_pow(u32::try_from(shift).ok()?)?;
        Some((self.digits.checked_mul(factor)?, true))
    }

    /// The magnitude as a mantissa of at most `digits_max` digits without trailing zeros (rounded half to even), its
    /// exponent, and whether that is exact.
    pub(crate) fn to_mantissa(self, digits_max: u32) -> (u128, i64, bool) {
        let excess_digits = digit_count(self.digits).saturating_sub(digits_max);
        let (mantissa, is_exact) = self.cut(excess_digits.into());
        let exponent = self.exponent + i64::from(excess_digits);
        let rounded = Self { digits: mantissa, exponent, more: false, ..self }.trimmed();
        (rounded.digits, rounded.exponent, is_exact)
    }

    /// Takes `count` digits off the end, rounds half to even, and tells whether nothing was lost.
    fn cut(self, count: u64) -> (u128, bool) {
        let Some(unit) = u32::try_from(count).ok().and_then(|count| 10_u128.checked_pow(count)) else {
            // More digits than there are: less than a tenth of a unit is left.
            return (0, self.is_zero());
        };
        let (floor, rest) = (self.digits / unit, self.digits % unit);
        let rounds_up = match rest.cmp(&(unit - rest)) {
            Ordering::Less => false,
            Ordering::Equal => self.more || floor % 2 == 1,
            Ordering::Greater => true,
        };
        (floor + u128::from(rounds_up), rest == 0 && !self.more)
    }

    fn trimmed(mut self) -> Self {
        if self.digits == 0 && !self.more {
            return Self { negative: self.negative, digits: 0, exponent: 0, more: false };
        }
        while !self.more && self.digits.is_multiple_of(10) {
            self.digits /= 10;
            self.exponent += 1;
        }
        self
    }
}

fn is_digits(text: &str) -> bool {
    !text.is_empty() && text.bytes().all(|byte| byte.is_ascii_digit())
}

fn exponent_from_text(text: &str) -> Option<i64> {
    let (negative, digits) = match text.strip_prefix('-') {
        Some(rest) => (true, rest),
        None => (false, text.strip_prefix('+').unwrap_or(text)),
    };
    if !is_digits(digits) {
        return None;
    }
    let magnitude = digits.bytes().fold(0, |sum, digit| (sum * 10 + i64::from(digit - b'0')).min(EXPONENT_MAX));
    Some(if negative { -magnitude } else { magnitude })
}

/// How many digits a number has; 0 has none.
pub(crate) fn digit_count(number: u128) -> u32 {
    number.checked_ilog10().map_or(0, |log| log + 1)
}

/// Writes ±`digits` × 10^-`decimals` plainly and without trailing zeros, as `-0.05` or `10000`.
pub(crate) fn write_plain(f: &mut fmt::Formatter<'_>, negative: bool, digits: u128, decimals: usize) -> fmt::Result {
    let mut text = format!("{digits:0>width$}", width = decimals + 1);
    if decimals > 0 {
        text.insert(text.len() - decimals, '.');
        text.truncate(text.trim_end_matches('0').trim_end_matches('.').len());
    }
    // Not `pad`, for which `{:.2}` means "cut after two characters": a cut amount would be a wrong amount.
    f.pad_integral(!negative, "", &text)
}

/// A text on the stack, for the shortest form of a float.
struct ShortText {
    bytes: [u8; 32],
    length: usize,
}

impl ShortText {
    fn as_str(&self) -> &str {
        std::str::from_utf8(&self.bytes[..self.length]).expect("only whole texts were written")
    }
}

impl fmt::Write for ShortText {
    fn write_str(&mut self, text: &str) -> fmt::Result {
        let end = self.length + text.len();
        self.bytes.get_mut(self.length..end).ok_or(fmt::Error)?.copy_from_slice(text.as_bytes());
        self.length = end;
        Ok(())
    }
}

/// A type that is a decimal from outside: text exactly, floats rounded, whole numbers exactly.
pub(crate) trait FromDecimal: Sized {
    /// What the value is called in errors.
    const WHAT: &'static str;
    /// What a deserialiser expects.
    const EXPECTED: &'static str;

    fn from_decimal(decimal: Decimal, excess: Excess) -> Result<Self, Problem>;
}

pub(crate) fn from_text<T: FromDecimal>(text: &str) -> Result<T, ValueError> {
    Decimal::from_text(text)
        .ok_or(Problem::NotANumber)
        .and_then(|decimal| T::from_decimal(decimal, Excess::Refuse))
        .map_err(|problem| ValueError::new(T::WHAT, problem, text))
}

pub(crate) fn from_f64<T: FromDecimal>(float: f64) -> Result<T, ValueError> {
    Decimal::from_f64(float)
        .ok_or(Problem::NotANumber)
        .and_then(|decimal| T::from_decimal(decimal, Excess::Round))
        .map_err(|problem| ValueError::new(T::WHAT, problem, format_args!("{float:?}")))
}

fn from_integer<T: FromDecimal>(integer: i128) -> Result<T, ValueError> {
    T::from_decimal(Decimal::from_integer(integer), Excess::Refuse)
        .map_err(|problem| ValueError::new(T::WHAT, problem, integer))
}

/// Takes a decimal string or a number.
pub(crate) struct DecimalVisitor<T>(pub(crate) std::marker::PhantomData<T>);

impl<T: FromDecimal> Visitor<'_> for DecimalVisitor<T> {
    type Value = T;

    fn expecting(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(T::EXPECTED)
    }

    fn visit_str<E: de::Error>(self, text: &str) -> Result<T, E> {
        from_text(text).map_err(E::custom)
    }

    fn visit_f64<E: de::Error>(self, float: f64) -> Result<T, E> {
        from_f64(float).map_err(E::custom)
    }

    fn visit_i64<E: de::Error>(self, integer: i64) -> Result<T, E> {
        from_integer(integer.into()).map_err(E::custom)
    }

    fn visit_u64<E: de::Error>(self, integer: u64) -> Result<T, E> {
        from_integer(integer.into()).map_err(E::custom)
    }
}

/// `FromStr` and serde of a decimal type: strings or numbers in, strings out.
macro_rules! decimal_text_and_serde {
    ($type:ident) => {
        impl std::str::FromStr for $type {
            type Err = $crate::ValueError;

            /// Reads a decimal such as `12.5` or `1.25e1` exactly; more digits than the type holds are refused.
            fn from_str(text: &str) -> Result<Self, Self::Err> {
                $crate::decimal::from_text(text)
            }
        }

        impl serde::Serialize for $type {
            fn serialize<S: serde::Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
                serializer.collect_str(self)
            }
        }

        impl<'de> serde::Deserialize<'de> for $type {
            fn deserialize<D: serde::Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
                deserializer.deserialize_any($crate::decimal::DecimalVisitor(std::marker::PhantomData))
            }
        }
    };
}

pub(crate) use decimal_text_and_serde;

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn digits_beyond_those_kept_break_ties() {
        let rounded = |text: &str, places| Decimal::from_text(text).and_then(|decimal| decimal.to_units(places));
        let long_tie = format!("2.5{}", "0".repeat(60));
        assert_eq!(rounded(&long_tie, 0), Some((2, false)));
        assert_eq!(rounded(&format!("{long_tie}1"), 0), Some((3, false)));
        assert_eq!(rounded("3.5", 0), Some((4, false)));
        assert_eq!(rounded(&format!("2.{}1", "0".repeat(60)), 0), Some((2, false)));
        assert_eq!(rounded("2.00", 0), Some((2, true)));
        assert_eq!(rounded("1e-40", 0), Some((0, false)));
        assert_eq!(rounded("1e38", 0), Some((10_u128.pow(38), true)));
        assert_eq!(rounded("1e39", 0), None);
    }
}
