//! The ledger: everything that moved a bankroll or changed the terms of a strategy or position.

use serde::Serialize;

use crate::{
    LedgerKind, OutOfRange, PositionId, Problem, Reason, RequestKey, StrategyId, TradeId, UnixMillis, Usdt, ValueError,
    checked::checked_record,
};

checked_record! {
    /// One entry in a strategy's ledger.
    #[derive(Debug, Clone, PartialEq, Eq, Serialize)]
    pub struct LedgerEntry {
        /// Whose ledger it is in.
        pub strategy_id: StrategyId,
        /// Its place in that ledger: 1, 2, 3 and so on without gaps.
        pub seq: i64,
        /// What it records.
        pub kind: LedgerKind,
        /// The position it is about; there for `open`, `close`, `liquidate` and `stops`.
        pub position_id: Option<PositionId>,
        /// The trade it stands for; there for `open`, `close` and `liquidate`.
        pub trade_id: Option<TradeId>,
        /// By how much the bankroll moved.
        pub delta: Usdt,
        /// The bankroll after it.
        pub balance: Usdt,
        /// How long the position that ended was held, in milliseconds; there for `close` and `liquidate`.
        pub held_ms: Option<i64>,
        /// Why; there for every `adjust`.
        pub reason: Option<Reason>,
        /// The key of the command that made it, if it had one.
        pub request_key: Option<RequestKey>,
        /// The number of that command's commit in this book.
        pub commit_seq: i64,
        /// When it happened, by the caller's clock.
        pub timestamp: UnixMillis,
        /// When the book wrote it, by the book's clock.
        pub created_at: UnixMillis,
    }
}

impl LedgerEntry {
    /// The bankroll before it.
    ///
    /// # Errors
    ///
    /// When that is out of range, which no entry of a book's ledger gives.
    pub fn balance_before(&self) -> Result<Usdt, OutOfRange> {
        self.balance.checked_sub(self.delta)
    }

    /// Checks what holds between the fields of every entry in a book. Deserialising does so by itself.
    ///
    /// # Errors
    ///
    /// `not_positive` and `negative` for the numbers; `bad_form` when position, trade, amount, time held and reason do not
    /// fit the kind; `out_of_range` when the balance before it would be.
    pub fn check(&self) -> Result<(), ValueError> {
        use LedgerKind::{Activate, Adjust, Close, Deactivate, Liquidate, Open, Stops};

        if self.seq < 1 {
            return Err(ValueError::new("ledger seq", Problem::NotPositive, self.seq));
        }
        if self.commit_seq < 0 {
            return Err(ValueError::new("commit seq", Problem::Negative, self.commit_seq));
        }
        let has_position = matches!(self.kind, Open | Close | Liquidate | Stops);
        if self.position_id.is_some() != has_position {
            return Err(self.broken("with a position exactly for open, close, liquidate and stops"));
        }
        let has_trade = matches!(self.kind, Open | Close | Liquidate);
        if self.trade_id.is_some() != has_trade {
            return Err(self.broken("with a trade exactly for open, close and liquidate"));
        }
        let has_ended = matches!(self.kind, Close | Liquidate);
        if self.held_ms.is_some() != has_ended {
            return Err(self.broken("with the time it was held exactly for close and liquidate"));
        }
        if let Some(held_ms @ ..0) = self.held_ms {
            return Err(ValueError::new("time held", Problem::Negative, held_ms));
        }
        let moves_nothing = matches!(self.kind, Activate | Deactivate | Open | Stops);
        if moves_nothing && self.delta != Usdt::ZERO {
            return Err(self.broken("without an amount for activate, deactivate, open and stops"));
        }
        if self.kind == Adjust && self.reason.is_none() {
            return Err(self.broken("with a reason for adjust"));
        }
        self.balance_before().map(|_| ()).map_err(|OutOfRange| {
            ValueError::new(
                "ledger balance",
                crate::usdt::OUTSIDE,
                format_args!("{} after {}", self.balance, self.delta),
            )
        })
    }

    fn broken(&self, expected: &'static str) -> ValueError {
        let given = format_args!("{} at seq {} of strategy {}", self.kind, self.seq, self.strategy_id).to_string();
        ValueError::new("ledger entry", Problem::BadForm { expected }, given)
    }
}
