//! Profit and loss of a position.

#![expect(clippy::similar_names, reason = "side and size are what the document calls them")]

use std::cmp::Ordering;

use ethnum::U256;

use crate::{Amount, Cost, OutOfRange, Price, Side, Usdt};

/// What a position gains between two prices, before fees: ±size × (exit − entry) / entry, exact and rounded once, half
/// to even. With the market's price as the exit it is the unrealized P&L.
///
/// # Errors
///
/// When the result leaves the range of [`Usdt`].
///
/// ```
/// use nailsage_domain::{Side, rules::gross_pnl};
///
/// let (size, entry, exit) = ("10000".parse()?, "95000".parse()?, "95150".parse()?);
/// assert_eq!(gross_pnl(Side::Long, size, entry, exit)?.to_string(), "15.789474");
/// assert_eq!(gross_pnl(Side::Short, size, entry, exit)?.to_string(), "-15.789474");
/// # Ok::<(), Box<dyn std::error::Error>>(())
/// ```
pub fn gross_pnl(side: Side, size: Amount, entry: Price, exit: Price) -> Result<Usdt, OutOfRange> {
    Usdt::from_wide_micros(gross_micros(side, size, entry, exit)?)
}

/// What a position has earned when it ends: its gross P&L less the fees of entry and exit. Only the result has to be in
/// range, so that fees may bring back a gross P&L which is just beyond it.
///
/// # Errors
///
/// When the result leaves the range of [`Usdt`].
///
/// ```
/// use nailsage_domain::{Side, rules::realized_pnl};
///
/// let (size, entry, exit) = ("1000".parse()?, "95000".parse()?, "96000".parse()?);
/// let pnl = realized_pnl(Side::Long, size, entry, exit, "1".parse()?, "1.01".parse()?)?;
/// assert_eq!(pnl.to_string(), "8.516316");
/// # Ok::<(), Box<dyn std::error::Error>>(())
/// ```
pub fn realized_pnl(
    side: Side,
    size: Amount,
    entry: Price,
    exit: Price,
    entry_fees: Cost,
    exit_fees: Cost,
) -> Result<Usdt, OutOfRange> {
    let fees = i128::from(entry_fees.usdt().micros()) + i128::from(exit_fees.usdt().micros());
    Usdt::from_wide_micros(gross_micros(side, size, entry, exit)? - fees)
}

/// The rounded gross P&L, possibly beyond the range. An error only beyond 2^64 micro-USDT, where no fees can bring it
/// back: they are below 2^54 together.
fn gross_micros(side: Side, size: Amount, entry: Price, exit: Price) -> Result<i128, OutOfRange> {
    let (entry_units, exit_units) = (entry.units(), exit.units());
    // Below 2^53 × 10^38, so below 2^180: the product cannot overflow.
    let product = U256::from(size.usdt().micros().unsigned_abs()) * U256::from(exit_units.abs_diff(entry_units));
    let magnitude =
        i128::from(u64::try_from(divided_half_even(product, U256::from(entry_units))).map_err(|_| OutOfRange)?);
    let price_rose = exit_units > entry_units;
    Ok(if price_rose == (side == Side::Long) { magnitude } else { -magnitude })
}

fn divided_half_even(dividend: U256, divisor: U256) -> U256 {
    let (quotient, rest) = (dividend / divisor, dividend % divisor);
    let rounds_up = match rest.cmp(&(divisor - rest)) {
        Ordering::Less => false,
        Ordering::Equal => quotient % 2 == 1,
        Ordering::Greater => true,
    };
    if rounds_up { quotient + 1 } else { quotient }
}
