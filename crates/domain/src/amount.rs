//! Money whose sign is known: what is traded or paid in, and what something costs.

use std::fmt;

use crate::{
    Problem, Usdt, ValueError,
    decimal::{self, Decimal, Excess, FromDecimal, decimal_text_and_serde},
};

/// More than 0 USDT: a position's size, a deposit, an initial bankroll.
///
/// ```
/// use nailsage_domain::{Amount, Usdt};
///
/// assert_eq!(Amount::DEFAULT_BANKROLL.usdt(), Usdt::whole(10_000));
/// assert_eq!(Amount::new(Usdt::ZERO).unwrap_err().code(), "not_positive");
/// ```
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct Amount(Usdt);

impl Amount {
    /// What a strategy starts with unless told otherwise: 10,000 USDT.
    pub const DEFAULT_BANKROLL: Self = Self(Usdt::whole(10_000));

    /// Takes an amount above 0.
    ///
    /// # Errors
    ///
    /// `not_positive` at 0 and below.
    pub fn new(usdt: Usdt) -> Result<Self, ValueError> {
        Self::checked(usdt).map_err(|problem| ValueError::new(Self::WHAT, problem, usdt))
    }

    /// Takes a float by its shortest decimal form, rounded half to even to the millionth.
    ///
    /// # Errors
    ///
    /// Those of [`Usdt::from_f64`], and `not_positive` for what is or rounds to 0 or below.
    pub fn from_f64(usdt: f64) -> Result<Self, ValueError> {
        decimal::from_f64(usdt)
    }

    /// The amount.
    #[must_use]
    pub const fn usdt(self) -> Usdt {
        self.0
    }

    fn checked(usdt: Usdt) -> Result<Self, Problem> {
        if usdt.is_positive() { Ok(Self(usdt)) } else { Err(Problem::NotPositive) }
    }
}

impl FromDecimal for Amount {
    const WHAT: &'static str = "amount";
    const EXPECTED: &'static str = "more than 0 USDT as a decimal string such as \"12.5\", or a number";

    fn from_decimal(decimal: Decimal, excess: Excess) -> Result<Self, Problem> {
        Usdt::from_decimal(decimal, excess).and_then(Self::checked)
    }
}

impl From<Amount> for Usdt {
    fn from(amount: Amount) -> Self {
        amount.0
    }
}

impl TryFrom<Usdt> for Amount {
    type Error = ValueError;

    fn try_from(usdt: Usdt) -> Result<Self, ValueError> {
        Self::new(usdt)
    }
}

impl fmt::Display for Amount {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        self.0.fmt(f)
    }
}

decimal_text_and_serde!(Amount);

/// 0 USDT or more: fees and slippage.
///
/// ```
/// use nailsage_domain::Cost;
///
/// assert_eq!("0.4".parse::<Cost>()?.usdt().micros(), 400_000);
/// assert_eq!("-0.4".parse::<Cost>().unwrap_err().code(), "negative");
/// # Ok::<(), nailsage_domain::ValueError>(())
/// ```
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Default)]
pub struct Cost(Usdt);

impl Cost {
    /// Free.
    pub const ZERO: Self = Self(Usdt::ZERO);

    /// Takes an amount that is not below 0.
    ///
    /// # Errors
    ///
    /// `negative` below 0.
    pub fn new(usdt: Usdt) -> Result<Self, ValueError> {
        Self::checked(usdt).map_err(|problem| ValueError::new(Self::WHAT, problem, usdt))
    }

    /// Takes a float by its shortest decimal form, rounded half to even to the millionth.
    ///
    /// # Errors
    ///
    /// Those of [`Usdt::from_f64`], and `negative` for what rounds to less than 0.
    pub fn from_f64(usdt: f64) -> Result<Self, ValueError> {
        decimal::from_f64(usdt)
    }

    /// The amount.
    #[must_use]
    pub const fn usdt(self) -> Usdt {
        self.0
    }

    /// The sum of two costs.
    ///
    /// # Errors
    ///
    /// When it leaves the range of [`Usdt`].
    pub fn checked_add(self, other: Self) -> Result<Self, crate::OutOfRange> {
        self.0.checked_add(other.0).map(Self)
    }

    fn checked(usdt: Usdt) -> Result<Self, Problem> {
        if usdt.is_negative() { Err(Problem::Negative) } else { Ok(Self(usdt)) }
    }
}

impl FromDecimal for Cost {
    const WHAT: &'static str = "cost";
    const EXPECTED: &'static str = "0 or more USDT as a decimal string such as \"0.4\", or a number";

    fn from_decimal(decimal: Decimal, excess: Excess) -> Result<Self, Problem> {
        Usdt::from_decimal(decimal, excess).and_then(Self::checked)
    }
}

impl From<Cost> for Usdt {
    fn from(cost: Cost) -> Self {
        cost.0
    }
}

impl TryFrom<Usdt> for Cost {
    type Error = ValueError;

    fn try_from(usdt: Usdt) -> Result<Self, ValueError> {
        Self::new(usdt)
    }
}

impl fmt::Display for Cost {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        self.0.fmt(f)
    }
}

decimal_text_and_serde!(Cost);
