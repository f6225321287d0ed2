//! Dropping a store: what was handed over is carried out, and no connection stays.

use std::time::Duration;

use futures_executor::block_on;
use nailsage_store::{Command, PositionQuery, Reader as _, Store as _};
use nailsage_store_postgres::PostgresStore;
use tokio::runtime::Builder;

use crate::{
    book::{Book, LATE, MINUTE, STRATEGY, all_done, assert_whole, at, book, deposit, done, options, pair, with},
    session::{number, wait_until},
};

const NOBODY_IS_LEFT: &str = "SELECT NOT EXISTS (SELECT FROM pg_stat_activity WHERE datname = current_database() AND application_name = 'nailsage')";

fn assert_nobody_is_left(database: &nailsage_test_postgres::Database) {
    std::thread::sleep(Duration::from_millis(20));
    let begun = std::time::Instant::now();
    wait_until(database, NOBODY_IS_LEFT);
    assert!(begun.elapsed() < LATE, "they left only after {:?}", begun.elapsed());
}

#[test]
fn dropping_the_store_carries_out_what_was_handed_over() {
    let Book { store, database } = book();
    let pending: Vec<_> = (0..1_000).map(|_| store.submit(Command::new(at(1), deposit("1")), MINUTE)).collect();
    let reads: Vec<_> = (0..20).map(|_| store.positions(PositionQuery::default())).collect();
    drop(store);
    all_done(pending);
    for read in reads {
        block_on(read).unwrap();
    }
    assert_eq!(number(&database, "SELECT commit_seq FROM book"), 1_001);
    assert_nobody_is_left(&database);
    assert_whole(&database);
}

#[test]
fn a_store_may_be_opened_used_and_dropped_inside_of_any_runtime() {
    for mut builder in [Builder::new_current_thread(), Builder::new_multi_thread()] {
        let Book { store, database } = book();
        drop(store);
        let url = database.url().to_owned();
        builder.enable_all().build().unwrap().block_on(async {
            let store = PostgresStore::open(&url, &options(nailsage_store::Access::Existing)).await.unwrap();
            let pending: Vec<_> =
                (0..100).map(|it| store.submit(pair(STRATEGY, &format!("pair-{it}")), MINUTE)).collect();
            store.book().await.unwrap();
            drop(store);
            for pending in pending {
                done(pending.await);
            }
            // Opening in vain leaves nothing either, and panics nowhere.
            let unfit = with(&url, "options=-c%20synchronous_commit%3Doff");
            PostgresStore::open(&unfit, &options(nailsage_store::Access::Create)).await.unwrap_err();
        });
        assert_eq!(number(&database, "SELECT commit_seq FROM book"), 101);
        assert_nobody_is_left(&database);
        assert_whole(&database);
    }
}
