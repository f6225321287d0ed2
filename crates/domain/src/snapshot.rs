//! Snapshots: what all strategies together, and each of them, had at one time.

use serde::Serialize;

use crate::{Problem, SnapshotId, StrategyId, UnixMillis, Usdt, ValueError, checked::checked_record};

checked_record! {
    /// The state of the whole book at one time, all strategies taken together, active or not.
    #[derive(Debug, Clone, PartialEq, Eq, Serialize)]
    pub struct StateSnapshot {
        /// Its number in this book.
        pub id: SnapshotId,
        /// What everything was worth, in USDT: the bankrolls and the unrealized P&L.
        pub total_equity: Usdt,
        /// What was not in positions, in USDT; below 0 when positions were larger than the bankrolls.
        pub available_capital: Usdt,
        /// What was in open positions, in USDT, by their sizes at entry.
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
    /// Checks its counts, the allocated capital, and that the equity is what is available, allocated and unrealized
    /// together. Deserialising does so by itself.
    ///
    /// # Errors
    ///
    /// `negative` for a count or an allocated capital below 0, `bad_form` when it does not add up.
    pub fn check(&self) -> Result<(), ValueError> {
        for (what, count) in [
            ("number of open positions", self.num_open_positions),
            ("number of active strategies", self.num_strategies_active),
        ] {
            if count < 0 {
                return Err(ValueError::new(what, Problem::Negative, count));
            }
        }
        check_capital(self.total_equity, self.available_capital, self.allocated_capital, self.total_unrealized_pnl)
    }
}

checked_record! {
    /// The state of one strategy when a snapshot of all was taken.
    #[derive(Debug, Clone, PartialEq, Eq, Serialize)]
    pub struct StrategySnapshot {
        /// The snapshot of all strategies that it belongs to.
        pub snapshot_id: SnapshotId,
        /// Whose state it is.
        pub strategy_id: StrategyId,
        /// What the strategy was worth, in USDT: its bankroll and the unrealized P&L.
        pub equity: Usdt,
        /// What was not in positions, in USDT; below 0 when positions were larger than the bankroll.
        pub available_capital: Usdt,
        /// What was in open positions, in USDT, by their sizes at entry.
        pub allocated_capital: Usdt,
        /// The unrealized P&L of its open positions, in USDT.
        pub unrealized_pnl: Usdt,
        /// The realized P&L of its ended positions, in USDT.
        pub realized_pnl: Usdt,
        /// How many of its positions were open.
        pub num_open_positions: i64,
        /// Whether it could open positions.
        pub is_active: bool,
        /// The time it describes, by the caller's clock.
        pub timestamp: UnixMillis,
        /// When the book wrote it, by the book's clock.
        pub created_at: UnixMillis,
    }
}

impl StrategySnapshot {
    /// Checks its count, the allocated capital, and that the equity is what is available, allocated and unrealized
    /// together. Deserialising does so by itself.
    ///
    /// # Errors
    ///
    /// `negative` for a count or an allocated capital below 0, `bad_form` when it does not add up.
    pub fn check(&self) -> Result<(), ValueError> {
        if self.num_open_positions < 0 {
            return Err(ValueError::new("number of open positions", Problem::Negative, self.num_open_positions));
        }
        check_capital(self.equity, self.available_capital, self.allocated_capital, self.unrealized_pnl)
    }
}

fn check_capital(equity: Usdt, available: Usdt, allocated: Usdt, unrealized: Usdt) -> Result<(), ValueError> {
    if allocated.is_negative() {
        return Err(ValueError::new("allocated capital", Problem::Negative, allocated));
    }
    let sum = [available, allocated, unrealized].into_iter().map(|part| i128::from(part.micros())).sum::<i128>();
    if sum == i128::from(equity.micros()) {
        return Ok(());
    }
    let expected = "what is available, allocated and unrealized together";
    let given = format!("{equity} of {available}, {allocated} and {unrealized}");
    Err(ValueError::new("equity", Problem::BadForm { expected }, given))
}
