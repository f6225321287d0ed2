//! Money: exact amounts of USDT.

use std::fmt;

use crate::{
    OutOfRange, Problem, ValueError,
    decimal::{self, Decimal, Excess, FromDecimal, decimal_text_and_serde},
};

/// Micro-USDT in one USDT, the token's own smallest unit.
pub const MICROS_PER_USDT: i64 = 1_000_000;

/// The first magnitude beyond the range: 2^33 USDT. Below it every amount has a double of its own.
const BOUND_MICROS: i64 = (1 << 33) * MICROS_PER_USDT;

const DECIMALS: i64 = 6;

pub(crate) const OUTSIDE: Problem = Problem::OutOfRange { allowed: "between -2^33 and 2^33 USDT" };
const TOO_FINE: Problem = Problem::TooPrecise { limit: "at most 6 decimals" };

/// An amount of USDT, exact to the millionth, of a magnitude below 2^33 USDT. It may be negative.
///
/// In JSON it is a decimal string; numbers are read too, fractions rounded half to even to the millionth.
///
/// ```
/// use nailsage_domain::Usdt;
///
/// let profit: Usdt = "15.789474".parse()?;
/// assert_eq!(profit.micros(), 15_789_474);
/// assert_eq!(Usdt::whole(10_000).checked_sub(profit)?.to_string(), "9984.210526");
/// # Ok::<(), Box<dyn std::error::Error>>(())
/// ```
#[derive(Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Default)]
pub struct Usdt(i64);

impl Usdt {
    /// Nothing.
    pub const ZERO: Self = Self(0);
    /// The largest amount, 8,589,934,591.999999 USDT.
    pub const MAX: Self = Self(BOUND_MICROS - 1);
    /// The smallest amount, -8,589,934,591.999999 USDT.
    pub const MIN: Self = Self(1 - BOUND_MICROS);

    /// An amount in millionths of a USDT.
    ///
    /// # Errors
    ///
    /// `out_of_range` at a magnitude of 2^33 USDT or more.
    pub fn from_micros(micros: i64) -> Result<Self, ValueError> {
        Self::from_wide_micros(micros.into())
            .map_err(|OutOfRange| ValueError::new(Self::WHAT, OUTSIDE, format_args!("{micros} micro-USDT")))
    }

    /// The end of a calculation in millionths of a USDT that was wider than the range on its way.
    ///
    /// # Errors
    ///
    /// At a magnitude of 2^33 USDT or more.
    pub fn from_wide_micros(micros: i128) -> Result<Self, OutOfRange> {
        match i64::try_from(micros) {
            Ok(micros) if micros.unsigned_abs() < BOUND_MICROS.unsigned_abs() => Ok(Self(micros)),
            _ => Err(OutOfRange),
        }
    }

    /// A whole number of USDT; every `i32` is in range.
    #[must_use]
    pub const fn whole(usdt: i32) -> Self {
        // `From` is not const yet; widening from 32 to 64 bits loses nothing.
        Self(usdt as i64 * MICROS_PER_USDT)
    }

    /// This amount in millionths of a USDT.
    #[must_use]
    pub const fn micros(self) -> i64 {
        self.0
    }

    /// The sum.
    ///
    /// # Errors
    ///
    /// When it leaves the range.
    pub fn checked_add(self, other: Self) -> Result<Self, OutOfRange> {
        Self::from_wide_micros(i128::from(self.0) + i128::from(other.0))
    }

    /// The difference.
    ///
    /// # Errors
    ///
    /// When it leaves the range.
    pub fn checked_sub(self, other: Self) -> Result<Self, OutOfRange> {
        Self::from_wide_micros(i128::from(self.0) - i128::from(other.0))
    }

    /// The same amount with the other sign; the range is symmetric, so this always works.
    #[must_use]
    pub const fn negated(self) -> Self {
        Self(-self.0)
    }

    /// The amount without its sign.
    #[must_use]
    pub const fn magnitude(self) -> Self {
        Self(self.0.abs())
    }

    /// Whether it is below 0.
    #[must_use]
    pub const fn is_negative(self) -> bool {
        self.0 < 0
    }

    /// Whether it is above 0.
    #[must_use]
    pub const fn is_positive(self) -> bool {
        self.0 > 0
    }

    /// Takes a float by its shortest decimal form, rounded half to even to the millionth.
    ///
    /// # Errors
    ///
    /// `not_a_number` for NaN and infinities, `out_of_range` at a magnitude of 2^33 or more.
    pub fn from_f64(usdt: f64) -> Result<Self, ValueError> {
        decimal::from_f64(usdt)
    }

    /// The amount's canonical double: the one nearest to it. Different amounts have different ones.
    #[must_use]
    pub fn to_f64(self) -> f64 {
        // Both are whole numbers below 2^53 and so exact; the quotient is rounded once, hence correctly.
        self.0 as f64 / MICROS_PER_USDT as f64
    }

    /// Reads back what [`to_f64`](Self::to_f64) gave: the amount whose canonical double this is. -0 reads as 0.
    ///
    /// # Errors
    ///
    /// `not_a_number`, `out_of_range`, and `too_precise` when no amount has this canonical double: then somebody else
    /// wrote it.
    pub fn from_stored_f64(usdt: f64) -> Result<Self, ValueError> {
        let error = |problem| ValueError::new(Self::WHAT, problem, format_args!("{usdt:?}"));
        if !usdt.is_finite() {
            return Err(error(Problem::NotANumber));
        }
        let rounded = (usdt * MICROS_PER_USDT as f64).round();
        if rounded.abs() > BOUND_MICROS as f64 {
            return Err(error(OUTSIDE));
        }
        #[expect(clippy::cast_possible_truncation, reason = "a whole number within ±2^53, checked just above")]
        let near = rounded as i64;
        // The multiplication was rounded too, so the amount may be a neighbour.
        [near, near - 1, near + 1]
            .into_iter()
            .filter_map(|micros| Self::from_wide_micros(micros.into()).ok())
            .find(|candidate| {
                #[expect(clippy::float_cmp, reason = "canonical means the very same double")]
                let is_canonical = candidate.to_f64() == usdt;
                is_canonical
            })
            .ok_or_else(|| error(if rounded.abs() >= BOUND_MICROS as f64 { OUTSIDE } else { TOO_FINE }))
    }
}

impl FromDecimal for Usdt {
    const WHAT: &'static str = "amount";
    const EXPECTED: &'static str = "USDT as a decimal string such as \"12.5\", or a number";

    fn from_decimal(decimal: Decimal, excess: Excess) -> Result<Self, Problem> {
        let (magnitude, is_exact) = decimal.to_units(DECIMALS).ok_or(OUTSIDE)?;
        let magnitude = i128::try_from(magnitude).map_err(|_| OUTSIDE)?;
        let micros = if decimal.is_negative() { -magnitude } else { magnitude };
        let amount = Self::from_wide_micros(micros).map_err(|OutOfRange| OUTSIDE)?;
        if !is_exact && excess == Excess::Refuse { Err(TOO_FINE) } else { Ok(amount) }
    }
}

impl fmt::Display for Usdt {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        decimal::write_plain(f, self.is_negative(), self.0.unsigned_abs().into(), 6)
    }
}

impl fmt::Debug for Usdt {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "Usdt({self})")
    }
}

decimal_text_and_serde!(Usdt);
