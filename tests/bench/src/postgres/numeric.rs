//! Money and prices as NUMERIC in its binary form, as few lines as will do for a loop.

use std::error::Error;

use bytes::{BufMut as _, BytesMut};
use nailsage_domain::{Price, Usdt};
use tokio_postgres::types::{FromSql, IsNull, ToSql, Type, accepts, to_sql_checked};

const BASE: i64 = 10_000;
const MICROS: i64 = 1_000_000;

/// So many hundred-millionths: two digits to the base of 10,000 after the point hold every amount and price here.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) struct Numeric(i64);

/// Hundred-millionths in one.
const ONE: i64 = BASE * BASE;

impl Numeric {
    pub(crate) fn of_micros(micros: i64) -> Self {
        Self(micros * (ONE / MICROS))
    }

    pub(crate) fn micros(self) -> i64 {
        self.0 / (ONE / MICROS)
    }

    pub(crate) fn usdt(self) -> anyhow::Result<Usdt> {
        Ok(Usdt::from_micros(self.micros())?)
    }

    pub(crate) fn price(self) -> anyhow::Result<Price> {
        Ok(format!("{}e-8", self.0).parse()?)
    }
}

impl From<Price> for Numeric {
    fn from(price: Price) -> Self {
        let shift = u32::try_from(price.exponent() + 8).expect("a price of the benchmark has few decimals");
        Self(i64::try_from(price.mantissa()).expect("a price has at most 15 digits") * 10_i64.pow(shift))
    }
}

impl ToSql for Numeric {
    fn to_sql(&self, _: &Type, out: &mut BytesMut) -> Result<IsNull, Box<dyn Error + Sync + Send>> {
        let mut rest = self.0.abs();
        let mut digits = Vec::with_capacity(6);
        while rest > 0 {
            digits.push(i16::try_from(rest % BASE)?);
            rest /= BASE;
        }
        let weight = i16::try_from(digits.len())? - 3;
        let zeros = digits.iter().take_while(|digit| **digit == 0).count();
        let digits = &digits[zeros..];
        out.put_i16(i16::try_from(digits.len())?);
        out.put_i16(if digits.is_empty() { 0 } else { weight });
        out.put_u16(if self.0 < 0 { 0x4000 } else { 0 });
        // As many decimals are shown as there are; money's columns have their own number of them.
        let last = if digits.is_empty() { 0 } else { 2 - i16::try_from(zeros.min(2))? };
        out.put_i16(if last == 1 { decimals(digits[0]) } else { last * 4 });
        digits.iter().rev().for_each(|digit| out.put_i16(*digit));
        Ok(IsNull::No)
    }

    accepts!(NUMERIC);
    to_sql_checked!();
}

/// How many of the four decimals of a digit after the point are shown.
fn decimals(digit: i16) -> i16 {
    match digit {
        it if it % 1_000 == 0 => 1,
        it if it % 100 == 0 => 2,
        it if it % 10 == 0 => 3,
        _ => 4,
    }
}

impl<'a> FromSql<'a> for Numeric {
    fn from_sql(_: &Type, raw: &'a [u8]) -> Result<Self, Box<dyn Error + Sync + Send>> {
        let words: Vec<i16> = raw.chunks_exact(2).map(|word| i16::from_be_bytes([word[0], word[1]])).collect();
        let [_, weight, sign, _, digits @ ..] = &words[..] else { return Err("a number is cut short".into()) };
        let mut value = 0_i64;
        for place in (-2..=*weight).rev() {
            let digit = usize::try_from(weight - place).ok().and_then(|index| digits.get(index)).copied();
            value = value * BASE + i64::from(digit.unwrap_or_default());
        }
        Ok(Self(if *sign == 0 { value } else { -value }))
    }

    accepts!(NUMERIC);
}
