//! A store that keeps only the last ledger row of a kind in each command.

use nailsage_domain::LedgerEntry;

use crate::twisted::Twist;

pub(super) struct DropsALedgerRow;

impl Twist for DropsALedgerRow {
    fn see_ledger(&self, entries: &mut Vec<LedgerEntry>) {
        entries.dedup_by_key(|entry| (entry.commit_seq, entry.kind));
    }
}
