//! Which ledger entries count, and as what.

use crate::{LedgerEntry, LedgerKind, Usdt};

/// What a ledger entry is to performance.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Movement {
    /// Capital came or went.
    Flow {
        /// By how much; the whole initial bankroll at the beginning of a ledger.
        delta: Usdt,
        /// Whether it is that beginning.
        is_beginning: bool,
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
    /// `None` for entries that move no money. Registering again finds the strategy that is there, and (de)activating
    /// leaves its money where it is.
    pub(super) fn of(entry: &LedgerEntry) -> Option<Self> {
        match entry.kind {
            LedgerKind::Register => (entry.seq == 1).then_some(Self::Flow { delta: entry.balance, is_beginning: true }),
            LedgerKind::Adjust => Some(Self::Flow { delta: entry.delta, is_beginning: false }),
            LedgerKind::Close | LedgerKind::Liquidate => Some(Self::Realized {
                pnl: entry.delta,
                // There and not below 0 in every entry that was checked.
                held_ms: entry.held_ms.and_then(|held_ms| held_ms.try_into().ok()).unwrap_or(0),
            }),
            LedgerKind::Activate | LedgerKind::Deactivate | LedgerKind::Open | LedgerKind::Stops => None,
        }
    }

    /// By how much it moves what there is.
    pub(super) const fn delta(self) -> Usdt {
        match self {
            Self::Flow { delta, .. } => delta,
            Self::Realized { pnl, .. } => pnl,
        }
    }
}
