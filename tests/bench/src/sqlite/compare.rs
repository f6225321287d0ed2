//! One workload at one number of submitters: the store and the loop, round after round on two books.

use std::{fmt, path::Path, sync::Arc, time::Duration};

use nailsage_store::Store;
use nailsage_store_sqlite::SqliteStore;
use rusqlite::Connection;
use tempfile::TempDir;
use tokio::runtime::Runtime;

use super::by_hand;
use crate::{
    median, options, through_store,
    unit::{self, Workload},
};

/// What one pair of runs came to.
#[derive(Debug, Clone)]
pub(crate) struct Measured {
    pub(crate) workload: Workload,
    pub(crate) keyed: bool,
    pub(crate) submitters: usize,
    /// Units a second through the store, the median of the rounds.
    pub(crate) store: f64,
    /// Units a second by hand, the median of the rounds.
    pub(crate) by_hand: f64,
    /// The median of the rounds' ratios, store to hand.
    pub(crate) ratio: f64,
    /// The least and the greatest of the rounds' ratios.
    pub(crate) spread: (f64, f64),
}

impl fmt::Display for Measured {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let Self { workload, submitters, store, by_hand, ratio, spread, .. } = self;
        let keys = if self.keyed { "keys" } else { "no keys" };
        write!(f, "{workload:>13} {keys:>7} {submitters:>4}: store {store:>7.0}/s, by hand {by_hand:>7.0}/s, ")?;
        write!(f, "ratio {ratio:.2} ({:.2} to {:.2})", spread.0, spread.1)
    }
}

/// Two books with the same content: one for the store, one for the loop.
pub(crate) struct Pair {
    pub(crate) folder: TempDir,
    pub(crate) store: Arc<dyn Store>,
    pub(crate) connection: Connection,
    next_unit: usize,
    next_position: i64,
}

impl Pair {
    pub(crate) fn new(runtime: &Runtime, workload: Workload, submitters: usize) -> anyhow::Result<Self> {
        let folder = tempfile::tempdir()?;
        let store = open(&folder.path().join("store.db"))?;
        let hand_path = folder.path().join("hand.db");
        for store in [&store, &open(&hand_path)?] {
            through_store::prepare(runtime, store, unit::prepare_book(workload, submitters))?;
        }
        let connection = by_hand::connect(&hand_path)?;
        Ok(Self { folder, store, connection, next_unit: 0, next_position: 1 })
    }

    /// Runs the same units through both, the store first, and tells how long each took.
    pub(crate) fn round(
        &mut self,
        runtime: &Runtime,
        workload: Workload,
        keyed: bool,
        submitters: usize,
        units: usize,
    ) -> anyhow::Result<(Duration, Duration)> {
        for store in [&self.store, &open(&self.folder.path().join("hand.db"))?] {
            through_store::prepare(runtime, store, unit::prepare_round(workload, units))?;
        }
        // Unit n closes the n-th position of this round's preparation.
        let first_position = self.next_position - self.next_unit as i64;
        let numbers = self.next_unit..self.next_unit + units;
        self.next_unit += units;
        self.next_position += units as i64;

        let (callers, by_hand_units) = unit::prepare(workload, keyed, submitters, numbers, first_position);
        let through_store = through_store::run(runtime, &self.store, callers)?;
        let by_hand = by_hand::run(&self.connection, workload, &by_hand_units, submitters)?;
        Ok((through_store, by_hand))
    }
}

fn open(path: &Path) -> anyhow::Result<Arc<dyn Store>> {
    Ok(Arc::new(SqliteStore::open(path, &options())?))
}

/// How many units a round has: enough for some tenths of a second.
fn units_of(submitters: usize) -> usize {
    (submitters * 400).clamp(1_000, 16_384) / submitters * submitters
}

/// Measures one pair.
pub(crate) fn compare(
    runtime: &Runtime,
    workload: Workload,
    keyed: bool,
    submitters: usize,
    rounds: usize,
) -> anyhow::Result<Measured> {
    let mut pair = Pair::new(runtime, workload, submitters)?;
    let units = units_of(submitters);
    pair.round(runtime, workload, keyed, submitters, units)?;
    let (mut store, mut by_hand, mut ratios) = (Vec::new(), Vec::new(), Vec::new());
    for _ in 0..rounds {
        let (through_store, hand) = pair.round(runtime, workload, keyed, submitters, units)?;
        store.push(units as f64 / through_store.as_secs_f64());
        by_hand.push(units as f64 / hand.as_secs_f64());
        ratios.push(hand.as_secs_f64() / through_store.as_secs_f64());
    }
    let ratio = median(&mut ratios);
    let spread = (ratios[0], ratios[ratios.len() - 1]);
    Ok(Measured {
        workload,
        keyed,
        submitters,
        store: median(&mut store),
        by_hand: median(&mut by_hand),
        ratio,
        spread,
    })
}
