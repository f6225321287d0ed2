//! Which ledger entries count, and as what.

use crate::{LedgerEntry, LedgerKind, Usdt};

/// What a ledger entry is to performance.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Movement {
    /// A strategy was registered; it brought its bankroll when it joined, by this entry or by an earlier one.
    Register,
    /// Capital came or went.
    Flow {
        /// By how much.
        delta_micros: i64,
    },
    /// A position ended.
    Realized {
        /// What it earned, fees included.
        pnl: Usdt,
        /// How long it was held.
        held_ms: u64,
    },
}

impl Movement {
    /// `None` for entries that do not count.
    pub(super) fn of(entry: &LedgerEntry) -> Option<Self> {
        if !entry.kind.counts_for_metrics(entry.seq) {
            return None;
        }
        match entry.kind {
            LedgerKind::Register => Some(Self::Register),
            LedgerKind::Adjust => Some(Self::Flow { delta_micros: entry.delta.micros() }),
            LedgerKind::Close | LedgerKind::Liquidate => Some(Self::Realized {
                pnl: entry.delta,
                // There and not below 0 in every entry that was checked.
                held_ms: entry.held_ms.and_then(|held_ms| held_ms.try_into().ok()).unwrap_or(0),
            }),
            LedgerKind::Activate | LedgerKind::Deactivate | LedgerKind::Open | LedgerKind::Stops => None,
        }
    }

    /// By how much it moves what there is.
    pub(super) const fn delta_micros(self) -> i64 {
        match self {
            Self::Register => 0,
            Self::Flow { delta_micros } => delta_micros,
            Self::Realized { pnl, .. } => pnl.micros(),
        }
    }
}
