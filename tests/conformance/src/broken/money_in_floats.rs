//! A store that keeps amounts in 4-byte floats, as PostgreSQL would under the type REAL.

use nailsage_domain::{LedgerEntry, Usdt};
use nailsage_store::StrategyRecord;

use crate::twisted::Twist;

pub(super) struct MoneyInFloats;

/// What is left of an amount after a 4-byte float.
#[expect(clippy::cast_possible_truncation, reason = "losing digits is the defect that this store is about")]
fn through_float(amount: Usdt) -> Usdt {
    Usdt::from_f64(f64::from(amount.to_f64() as f32)).unwrap_or(amount)
}

impl Twist for MoneyInFloats {
    fn see_strategy(&self, record: &mut StrategyRecord) {
        record.strategy.current_bankroll = through_float(record.strategy.current_bankroll);
    }

    fn see_ledger(&self, entries: &mut Vec<LedgerEntry>) {
        for entry in entries {
            entry.delta = through_float(entry.delta);
            entry.balance = through_float(entry.balance);
        }
    }
}
