//! What strategies have: the sums behind a snapshot.

use crate::{Amount, OutOfRange, StrategyTotals, Usdt};

/// The bankroll, the open positions and the realized P&L of a strategy, or of several together. The sums are exact and
/// wide; only what is read out has to be in the range of an amount.
///
/// ```
/// use nailsage_domain::{Holdings, StrategyTotals, Usdt};
///
/// let mut holdings = Holdings::of(Usdt::whole(9_000), &StrategyTotals::default());
/// holdings.add_open("2000".parse()?, Usdt::whole(-50));
/// assert_eq!(holdings.equity()?, Usdt::whole(8_950));
/// assert_eq!(holdings.available_capital()?, Usdt::whole(7_000));
/// # Ok::<(), Box<dyn std::error::Error>>(())
/// ```
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub struct Holdings {
    bankroll_micros: i128,
    allocated_micros: i128,
    unrealized_micros: i128,
    realized_micros: i128,
    num_open_positions: i64,
}

impl Holdings {
    /// A strategy without its open positions.
    #[must_use]
    pub fn of(current_bankroll: Usdt, totals: &StrategyTotals) -> Self {
        Self {
            bankroll_micros: current_bankroll.micros().into(),
            realized_micros: totals.realized_micros.into(),
            ..Self::default()
        }
    }

    /// Adds an open position.
    pub fn add_open(&mut self, size: Amount, unrealized_pnl: Usdt) {
        self.allocated_micros += i128::from(size.usdt().micros());
        self.unrealized_micros += i128::from(unrealized_pnl.micros());
        self.num_open_positions += 1;
    }

    /// Adds what somebody else has.
    pub fn add(&mut self, other: &Self) {
        self.bankroll_micros += other.bankroll_micros;
        self.allocated_micros += other.allocated_micros;
        self.unrealized_micros += other.unrealized_micros;
        self.realized_micros += other.realized_micros;
        self.num_open_positions += other.num_open_positions;
    }

    /// What everything is worth, in USDT: the bankroll and the unrealized P&L.
    ///
    /// # Errors
    ///
    /// When it is out of range.
    pub fn equity(&self) -> Result<Usdt, OutOfRange> {
        Usdt::from_wide_micros(self.bankroll_micros + self.unrealized_micros)
    }

    /// What is not in positions, in USDT; below 0 when positions are larger than the bankroll.
    ///
    /// # Errors
    ///
    /// When it is out of range.
    pub fn available_capital(&self) -> Result<Usdt, OutOfRange> {
        Usdt::from_wide_micros(self.bankroll_micros - self.allocated_micros)
    }

    /// The sizes of the open positions, in USDT.
    ///
    /// # Errors
    ///
    /// When it is out of range.
    pub fn allocated_capital(&self) -> Result<Usdt, OutOfRange> {
        Usdt::from_wide_micros(self.allocated_micros)
    }

    /// The unrealized P&L of the open positions, in USDT.
    ///
    /// # Errors
    ///
    /// When it is out of range.
    pub fn unrealized_pnl(&self) -> Result<Usdt, OutOfRange> {
        Usdt::from_wide_micros(self.unrealized_micros)
    }

    /// The realized P&L of the ended positions, in USDT.
    ///
    /// # Errors
    ///
    /// When it is out of range.
    pub fn realized_pnl(&self) -> Result<Usdt, OutOfRange> {
        Usdt::from_wide_micros(self.realized_micros)
    }

    /// How many positions are open.
    #[must_use]
    pub const fn num_open_positions(&self) -> i64 {
        self.num_open_positions
    }
}
