//! How large a position is when its size is a share of the bankroll.

use std::cmp::Ordering;

use crate::{Amount, BankrollPercent, OutOfRange, Usdt};

/// Units of [`BankrollPercent`] in the whole bankroll.
const UNITS_PER_WHOLE: u128 = 1_000_000;

/// That share of a bankroll, rounded half to even to the millionth. `None` when there is nothing to take a share of, or
/// when it rounds to 0.
///
/// # Errors
///
/// When the size leaves the range of [`Usdt`].
///
/// ```
/// use nailsage_domain::{Usdt, rules::size_from};
///
/// let size = size_from(Usdt::whole(9_850), "2.5".parse()?)?;
/// assert_eq!(size.map(|size| size.to_string()).as_deref(), Some("246.25"));
/// assert_eq!(size_from(Usdt::ZERO, "2.5".parse()?)?, None);
/// # Ok::<(), Box<dyn std::error::Error>>(())
/// ```
pub fn size_from(bankroll: Usdt, percent: BankrollPercent) -> Result<Option<Amount>, OutOfRange> {
    let Ok(bankroll) = Amount::new(bankroll) else {
        return Ok(None);
    };
    // Below 2^53 × 10^7, so below 2^77.
    let product = u128::from(bankroll.usdt().micros().unsigned_abs()) * u128::from(percent.units());
    let (floor, rest) = (product / UNITS_PER_WHOLE, product % UNITS_PER_WHOLE);
    let rounds_up = match rest.cmp(&(UNITS_PER_WHOLE - rest)) {
        Ordering::Less => false,
        Ordering::Equal => floor % 2 == 1,
        Ordering::Greater => true,
    };
    let micros = i128::try_from(floor + u128::from(rounds_up)).map_err(|_| OutOfRange)?;
    Ok(Amount::new(Usdt::from_wide_micros(micros)?).ok())
}

/// The size of a position for which none was given: 10 % of the bankroll as it stands.
///
/// # Errors
///
/// Never in fact, since a tenth of an amount is in range; see [`size_from`].
pub fn default_size(bankroll: Usdt) -> Result<Option<Amount>, OutOfRange> {
    size_from(bankroll, BankrollPercent::DEFAULT)
}
