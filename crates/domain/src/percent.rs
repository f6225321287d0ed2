//! Shares of a bankroll.

use std::fmt;

use crate::{
    Problem, ValueError,
    decimal::{self, Decimal, Excess, FromDecimal, decimal_text_and_serde},
};

/// Units in one percent.
const UNITS_PER_PERCENT: u32 = 10_000;

const UNITS_MAX: u32 = 1_000 * UNITS_PER_PERCENT;

const OUTSIDE: Problem = Problem::OutOfRange { allowed: "greater than 0 and at most 1000 percent" };
const TOO_FINE: Problem = Problem::TooPrecise { limit: "at most 4 decimals" };

/// A percentage of a bankroll in (0, 1000], exact to 0.0001 %. More than 100 % is leverage.
///
/// In JSON it is a decimal string of the percentage; numbers are read too, rounded half to even to 0.0001 %.
///
/// ```
/// use nailsage_domain::BankrollPercent;
///
/// assert_eq!(BankrollPercent::DEFAULT.to_string(), "10");
/// assert_eq!("2.5".parse::<BankrollPercent>()?.units(), 25_000);
/// # Ok::<(), nailsage_domain::ValueError>(())
/// ```
#[derive(Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct BankrollPercent(u32);

impl BankrollPercent {
    /// What a position takes of the bankroll unless told otherwise: 10 %.
    pub const DEFAULT: Self = Self(10 * UNITS_PER_PERCENT);

    /// A percentage in units of 0.0001 %.
    ///
    /// # Errors
    ///
    /// `not_positive` at 0, `out_of_range` above 1000 %.
    pub fn from_units(units: u32) -> Result<Self, ValueError> {
        Self::checked(units.into())
            .map_err(|problem| ValueError::new(Self::WHAT, problem, format_args!("{units} units of 0.0001 %")))
    }

    /// Takes a float by its shortest decimal form, rounded half to even to 0.0001 %.
    ///
    /// # Errors
    ///
    /// `not_a_number`, `not_positive`, and `out_of_range` above 1000 %.
    pub fn from_f64(percent: f64) -> Result<Self, ValueError> {
        decimal::from_f64(percent)
    }

    /// This percentage in units of 0.0001 %: one millionth of the whole each.
    #[must_use]
    pub const fn units(self) -> u32 {
        self.0
    }

    fn checked(units: u128) -> Result<Self, Problem> {
        match u32::try_from(units) {
            Ok(0) => Err(Problem::NotPositive),
            Ok(units @ ..=UNITS_MAX) => Ok(Self(units)),
            _ => Err(OUTSIDE),
        }
    }
}

impl Default for BankrollPercent {
    fn default() -> Self {
        Self::DEFAULT
    }
}

impl FromDecimal for BankrollPercent {
    const WHAT: &'static str = "percentage";
    const EXPECTED: &'static str = "a percentage as a decimal string such as \"10\", or a number";

    fn from_decimal(decimal: Decimal, excess: Excess) -> Result<Self, Problem> {
        if decimal.is_zero() || decimal.is_negative() {
            return Err(Problem::NotPositive);
        }
        let (units, is_exact) = decimal.to_units(4).ok_or(OUTSIDE)?;
        if !is_exact && excess == Excess::Refuse && units <= u128::from(UNITS_MAX) {
            return Err(TOO_FINE);
        }
        Self::checked(units)
    }
}

impl fmt::Display for BankrollPercent {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        decimal::write_plain(f, false, self.0.into(), 4)
    }
}

impl fmt::Debug for BankrollPercent {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "BankrollPercent({self})")
    }
}

decimal_text_and_serde!(BankrollPercent);
