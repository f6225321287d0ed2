//! Which stop-loss and take-profit prices go together.

use crate::{Price, Side};

/// Whether both stops are set and the loss would be cut where the profit is taken, or beyond: for a long position when
/// the stop-loss is at or above the take-profit, for a short one when it is at or below.
///
/// ```
/// use nailsage_domain::{Side, rules::stops_crossed};
///
/// let (low, high) = (Some("90".parse()?), Some("110".parse()?));
/// assert!(!stops_crossed(Side::Long, low, high));
/// assert!(stops_crossed(Side::Short, low, high));
/// assert!(!stops_crossed(Side::Short, low, None));
/// # Ok::<(), nailsage_domain::ValueError>(())
/// ```
#[must_use]
pub fn stops_crossed(side: Side, stop_loss: Option<Price>, take_profit: Option<Price>) -> bool {
    match (side, stop_loss, take_profit) {
        (Side::Long, Some(stop_loss), Some(take_profit)) => stop_loss >= take_profit,
        (Side::Short, Some(stop_loss), Some(take_profit)) => stop_loss <= take_profit,
        (_, None, _) | (_, _, None) => false,
    }
}
