//! Books for the tests of this folder.

use std::{path::Path, sync::Arc};

use futures_executor::block_on;
use nailsage_domain::UnixMillis;
use nailsage_store::{
    Access, AdjustBankroll, BankrollChange, Clock, Command, OpenError, OpenOptions, OpenPosition, Outcome,
    RegisterStrategy, StoreExt,
};
use nailsage_store_sqlite::SqliteStore;

/// The schema's file, for making a book by hand.
pub(crate) const SCHEMA: &str = include_str!("../../migrations/V001__book.sql");

#[derive(Debug)]
struct FixedClock;

impl Clock for FixedClock {
    fn now(&self) -> UnixMillis {
        at(0)
    }
}

pub(crate) fn at(second: i64) -> UnixMillis {
    UnixMillis::new(1_700_000_000_000 + second * 1_000).unwrap()
}

pub(crate) fn open(path: &Path, access: Access) -> Result<SqliteStore, OpenError> {
    SqliteStore::open(path, &OpenOptions { access, clock: Arc::new(FixedClock) })
}

pub(crate) fn create(path: &Path) -> SqliteStore {
    open(path, Access::Create).unwrap()
}

pub(crate) fn register(store: &SqliteStore) -> Outcome {
    let strategy = RegisterStrategy::new("scalper/v1@7".parse().unwrap(), "1m".parse().unwrap());
    block_on(store.execute(Command::new(at(0), strategy))).unwrap()
}

pub(crate) fn deposit(amount: &str) -> AdjustBankroll {
    AdjustBankroll {
        strategy: "scalper/v1@7".parse().unwrap(),
        change: BankrollChange::Deposit(amount.parse().unwrap()),
        reason: "a test".parse().unwrap(),
    }
}

pub(crate) fn long() -> OpenPosition {
    let strategy: nailsage_domain::StrategyKey = "scalper/v1@7".parse().unwrap();
    OpenPosition::new(strategy, "long".parse().unwrap(), "46377.5".parse().unwrap())
}
