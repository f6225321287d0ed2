//! Snapshots: what all strategies together had at one time.

use serde::Serialize;

use crate::{Problem, SnapshotId, UnixMillis, Usdt, ValueError, checked::checked_record};

checked_record! {
    /// The state of the whole book at one time, all strategies taken together, active or not.
    #[derive(Debug, Clone, PartialEq, Eq, Serialize)]
    pub struct StateSnapshot {
        /// Its number in this book.
        pub id: SnapshotId,
        /// What everything was worth, in USDT.
        pub total_equity: Usdt,
        /// What was not in positions, in USDT; below 0 when positions were larger than the bankrolls.
        pub available_capital: Usdt,
        /// What was in open positions, in USDT.
        pub allocated_capital: Usdt,
        /// The unrealized P&L of all open positions, in USDT.
        pub total_unrealized_pnl: Usdt,
        /// The realized P&L of all ended positions, in USDT.
        pub total_realized_pnl: Usdt,
        /// How many positions were open.
        pub num_open_positions: i64,
        /// How many strategies were active.
        pub num_strategies_active: i64,
        /// The time it describes, by the caller's clock.
        pub timestamp: UnixMillis,
        /// When the book wrote it, by the book's clock.
        pub created_at: UnixMillis,
    }
}

impl StateSnapshot {
    /// Checks its counts and the allocated capital. Deserialising does so by itself.
    ///
    /// # Errors
    ///
    /// `negative` when one of them is.
    pub fn check(&self) -> Result<(), ValueError> {
        for (what, count) in [
            ("number of open positions", self.num_open_positions),
            ("number of active strategies", self.num_strategies_active),
        ] {
            if count < 0 {
                return Err(ValueError::new(what, Problem::Negative, count));
            }
        }
        if self.allocated_capital.is_negative() {
            return Err(ValueError::new("allocated capital", Problem::Negative, self.allocated_capital));
        }
        Ok(())
    }
}
