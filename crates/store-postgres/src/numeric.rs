//! Money and prices as PostgreSQL's NUMERIC, exact in both directions, in its binary form.
//!
//! The form is four 16-bit words (how many digits, the weight of the first, the sign, the decimals shown) and then the
//! digits to the base of 10,000; the value is the sum of digit · 10,000^(weight − index). See `numeric_send` in the
//! server's `src/backend/utils/adt/numeric.c`.

use std::error::Error;

use bytes::{BufMut as _, BytesMut};
use nailsage_domain::{Price, Usdt};
use tokio_postgres::types::{FromSql, IsNull, ToSql, Type, accepts, to_sql_checked};

#[cfg(test)]
mod tests;

/// The base of the digits, and how many decimal digits each is.
const BASE: u128 = 10_000;
const BASE_DECIMALS: i32 = 4;

const POSITIVE: u16 = 0x0000;
const NEGATIVE: u16 = 0x4000;

/// Decimals of money, as its columns have them.
const MONEY_DECIMALS: i32 = 6;

/// ±`mantissa` × 10^`exponent`.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) struct Numeric {
    is_negative: bool,
    mantissa: u128,
    exponent: i32,
}

/// A number that is no amount or price.
#[derive(Debug, thiserror::Error)]
pub(crate) enum NumericError {
    #[error("it is not a number")]
    NotANumber,
    #[error("it has more digits than any amount or price")]
    TooLong,
    #[error("it is cut short")]
    CutShort,
}

type Problem = Box<dyn Error + Send + Sync>;

impl From<Usdt> for Numeric {
    fn from(usdt: Usdt) -> Self {
        let micros = usdt.micros();
        Self { is_negative: micros < 0, mantissa: micros.unsigned_abs().into(), exponent: -MONEY_DECIMALS }
    }
}

impl From<Price> for Numeric {
    fn from(price: Price) -> Self {
        Self { is_negative: false, mantissa: price.mantissa().into(), exponent: price.exponent().into() }
    }
}

impl Numeric {
    /// The amount, if it is a whole number of millionths in range.
    pub(crate) fn to_usdt(self) -> Result<Usdt, Problem> {
        let shift = self.exponent + MONEY_DECIMALS;
        let power = 10_u128.checked_pow(shift.unsigned_abs()).ok_or(NumericError::TooLong)?;
        let magnitude = if shift >= 0 {
            self.mantissa.checked_mul(power).ok_or(NumericError::TooLong)?
        } else if self.mantissa.is_multiple_of(power) {
            self.mantissa / power
        } else {
            return Err(NumericError::TooLong.into());
        };
        let micros = i64::try_from(magnitude).map_err(|_| NumericError::TooLong)?;
        Ok(Usdt::from_micros(if self.is_negative { -micros } else { micros })?)
    }

    /// The price, if it is one.
    pub(crate) fn to_price(self) -> Result<Price, Problem> {
        let sign = if self.is_negative { "-" } else { "" };
        Ok(format!("{sign}{}e{}", self.mantissa, self.exponent).parse::<Price>()?)
    }

    fn write(self, out: &mut BytesMut) {
        // The exponent becomes a multiple of four, so that the digits to the base of 10,000 stand where they belong.
        let shift = self.exponent.rem_euclid(BASE_DECIMALS);
        let mut rest = self.mantissa * 10_u128.pow(shift.unsigned_abs());
        let mut weight = (self.exponent - shift) / BASE_DECIMALS;
        // Of the first digit, which is the last that is found; 0 when there is none.
        let mut first_weight = 0;
        let mut digits = [0_i16; 16];
        let mut count = 0;
        while rest > 0 {
            let digit = i16::try_from(rest % BASE).expect("a digit is below 10,000");
            // Zeros at the end are not sent; they only move the weight.
            if count > 0 || digit > 0 {
                digits[count] = digit;
                count += 1;
                first_weight = weight;
            }
            weight += 1;
            rest /= BASE;
        }
        out.put_i16(i16::try_from(count).expect("at most sixteen digits"));
        out.put_i16(i16::try_from(first_weight).expect("an exponent is small"));
        out.put_u16(if self.is_negative { NEGATIVE } else { POSITIVE });
        out.put_i16(i16::try_from(-self.exponent.min(0)).expect("an exponent is small"));
        for digit in digits[..count].iter().rev() {
            out.put_i16(*digit);
        }
    }

    fn read(bytes: &[u8]) -> Result<Self, NumericError> {
        let mut words = bytes.chunks_exact(2).map(|word| i16::from_be_bytes([word[0], word[1]]));
        let mut next = || words.next().ok_or(NumericError::CutShort);
        let (count, weight, sign, _decimals) = (next()?, next()?, next()?.cast_unsigned(), next()?);
        if sign != POSITIVE && sign != NEGATIVE {
            return Err(NumericError::NotANumber);
        }
        let mut mantissa = 0_u128;
        for _ in 0..count {
            let digit = u128::try_from(next()?).map_err(|_| NumericError::CutShort)?;
            mantissa = mantissa.checked_mul(BASE).ok_or(NumericError::TooLong)? + digit;
        }
        let exponent = (i32::from(weight) + 1 - i32::from(count)) * BASE_DECIMALS;
        Ok(Self { is_negative: sign == NEGATIVE, mantissa, exponent })
    }
}

impl ToSql for Numeric {
    fn to_sql(&self, _: &Type, out: &mut BytesMut) -> Result<IsNull, Problem> {
        self.write(out);
        Ok(IsNull::No)
    }

    accepts!(NUMERIC);
    to_sql_checked!();
}

impl<'a> FromSql<'a> for Numeric {
    fn from_sql(_: &Type, raw: &'a [u8]) -> Result<Self, Problem> {
        Ok(Self::read(raw)?)
    }

    accepts!(NUMERIC);
}
