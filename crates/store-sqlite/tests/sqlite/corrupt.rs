//! A book that holds what it cannot hold is said to be corrupt, by whoever looks at it.

use futures_executor::block_on;
use nailsage_store::{CallError, Reader as _, StoreError, StoreExt as _, StrategyRef};
use rusqlite::Connection;

use crate::book::{at, create, deposit, register};

#[test]
fn a_strategy_whose_totals_are_gone_is_corrupt_and_not_unknown() {
    let folder = tempfile::tempdir().unwrap();
    let path = folder.path().join("book.db");
    let store = create(&path);
    register(&store);
    Connection::open(&path).unwrap().execute("DELETE FROM strategy_totals", []).unwrap();
    let answer = block_on(store.adjust_bankroll(at(1), deposit("1")));
    assert!(matches!(answer, Err(CallError::Store(StoreError::Corrupt { .. }))), "{answer:?}");
    let strategy = StrategyRef::Key("scalper/v1@7".parse().unwrap());
    assert!(matches!(block_on(store.strategy(strategy)), Err(StoreError::Corrupt { .. })));
}
