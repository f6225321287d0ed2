//! What a strategy's ended positions add up to.

use serde::Serialize;

use crate::{ClosedTotals, Cost, OutOfRange, Problem, Usdt, ValueError, checked::checked_record};

checked_record! {
    /// The running sums of one strategy, kept in the same commit as what they sum up. Sums of money are whole
    /// micro-USDT and may exceed the range of a single [`Usdt`].
    ///
    /// ```
    /// use nailsage_domain::{Cost, StrategyTotals, Usdt};
    ///
    /// let mut totals = StrategyTotals::default();
    /// totals.add_fees("0.8".parse()?)?;
    /// totals.add_closed(Usdt::whole(15), "0.8".parse()?, 60_000)?;
    /// totals.add_closed(Usdt::ZERO, Cost::ZERO, 30_000)?;
    /// assert_eq!((totals.num_closed, totals.num_wins, totals.num_losses), (2, 1, 1));
    /// assert_eq!(totals.fees_micros, 1_600_000);
    /// # Ok::<(), Box<dyn std::error::Error>>(())
    /// ```
    #[derive(Debug, Clone, Copy, PartialEq, Eq, Default, Serialize)]
    pub struct StrategyTotals {
        /// The last entry of the strategy's ledger; 0 before the first.
        pub ledger_seq: i64,
        /// Positions closed or liquidated.
        pub num_closed: i64,
        /// Those with a realized P&L above 0.
        pub num_wins: i64,
        /// The others.
        pub num_losses: i64,
        /// The sum of realized P&L, in micro-USDT.
        pub realized_micros: i64,
        /// The wins' part of it, in micro-USDT, never below 0.
        pub win_micros: i64,
        /// The losses' part of it, in micro-USDT, never above 0.
        pub loss_micros: i64,
        /// All fees paid, of positions still open too, in micro-USDT.
        pub fees_micros: i64,
        /// How long the ended positions were held together, in milliseconds.
        pub duration_ms: i64,
    }
}

impl StrategyTotals {
    /// Adds the fees of an entry trade.
    ///
    /// # Errors
    ///
    /// When the sum leaves 64 bits; then nothing is added.
    pub fn add_fees(&mut self, fees: Cost) -> Result<(), OutOfRange> {
        self.fees_micros = sum(self.fees_micros, fees.usdt().micros())?;
        Ok(())
    }

    /// Adds a position that was closed or liquidated after `held_ms` milliseconds, and the fees of its exit trade, which
    /// the realized P&L contains already.
    ///
    /// # Errors
    ///
    /// When a sum leaves 64 bits; then nothing is added.
    pub fn add_closed(&mut self, realized_pnl: Usdt, exit_fees: Cost, held_ms: i64) -> Result<(), OutOfRange> {
        let mut totals = *self;
        let micros = realized_pnl.micros();
        totals.add_fees(exit_fees)?;
        totals.num_closed = sum(totals.num_closed, 1)?;
        totals.realized_micros = sum(totals.realized_micros, micros)?;
        totals.duration_ms = sum(totals.duration_ms, held_ms)?;
        if realized_pnl.is_positive() {
            totals.num_wins = sum(totals.num_wins, 1)?;
            totals.win_micros = sum(totals.win_micros, micros)?;
        } else {
            totals.num_losses = sum(totals.num_losses, 1)?;
            totals.loss_micros = sum(totals.loss_micros, micros)?;
        }
        *self = totals;
        Ok(())
    }

    /// Checks what holds between the sums. Deserialising does so by itself.
    ///
    /// # Errors
    ///
    /// `negative` for a sum below 0 that cannot be, `bad_form` when wins and losses do not add up.
    pub fn check(&self) -> Result<(), ValueError> {
        let never_negative = [
            self.ledger_seq,
            self.num_closed,
            self.num_wins,
            self.num_losses,
            self.win_micros,
            self.fees_micros,
            self.duration_ms,
        ];
        if let Some(negative) = never_negative.into_iter().find(|number| *number < 0) {
            return Err(ValueError::new("strategy total", Problem::Negative, negative));
        }
        self.closed().check()
    }

    /// Its part about positions that ended.
    #[must_use]
    pub fn closed(&self) -> ClosedTotals {
        ClosedTotals {
            num_closed: self.num_closed,
            num_wins: self.num_wins,
            num_losses: self.num_losses,
            realized_micros: self.realized_micros.into(),
            win_micros: self.win_micros.into(),
            loss_micros: self.loss_micros.into(),
        }
    }
}

fn sum(total: i64, more: i64) -> Result<i64, OutOfRange> {
    total.checked_add(more).ok_or(OutOfRange)
}
