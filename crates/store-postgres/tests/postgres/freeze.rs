//! A server that stands still: nothing is closed and nothing answers.

use std::{
    thread,
    time::{Duration, Instant},
};

use futures_executor::block_on;
use nailsage_store::{Command, Reader as _, Store as _, StoreError};
use nailsage_test_postgres::Cluster;

use crate::{
    book::{LATE, MINUTE, STRATEGY, assert_whole, at, create, deposit, done, pair, register, submit},
    session::{Session, assert_no_transaction_is_left, number, wait_until_locked_out},
};

#[test]
fn a_frozen_server_keeps_nobody_beyond_the_deadline_and_leaves_no_lock_behind() {
    let cluster = Cluster::start(&[]);
    let database = cluster.database();
    let store = create(database.url());
    register(&store);
    let limit = Duration::from_millis(800);

    // Frozen while nothing is under way: the commands cannot begin.
    cluster.pause();
    let begun = Instant::now();
    let waiting: Vec<_> = (0..20).map(|_| store.submit(Command::new(at(1), deposit("1")), limit)).collect();
    for pending in waiting {
        let error = block_on(pending).unwrap_err();
        assert!(matches!(error, StoreError::Unavailable { .. }), "{error:?}");
    }
    assert!((limit..limit + LATE).contains(&begun.elapsed()), "answered after {:?}", begun.elapsed());
    thread::sleep(Duration::from_millis(300));
    cluster.resume();
    // The server now gets to what it was sent. That connection has to be gone, also if no command ever follows.
    database.execute("SET lock_timeout = '3s'; SELECT FROM book FOR UPDATE");
    done(submit(&store, pair(STRATEGY, "pair-between"), Duration::from_secs(5)));
    assert_eq!(number(&database, "SELECT commit_seq FROM book"), 2, "nothing that was unavailable was carried out");

    // Frozen while a group is being written: it has begun, so nobody can tell.
    let other = Session::new(database.url());
    other.run("BEGIN; SELECT FROM strategies FOR UPDATE").unwrap();
    let begun = Instant::now();
    let pending = store.submit(pair(STRATEGY, "pair-frozen"), limit);
    wait_until_locked_out(&database);
    cluster.pause();
    let error = block_on(pending).unwrap_err();
    assert!(matches!(error, StoreError::Unknown { .. }), "{error:?}");
    assert!((limit..limit + LATE).contains(&begun.elapsed()), "answered after {:?}", begun.elapsed());
    // Long enough for the writer to give its connection up.
    thread::sleep(Duration::from_millis(2_500));
    cluster.resume();
    other.run("ROLLBACK").unwrap();

    let begun = Instant::now();
    done(submit(&store, pair(STRATEGY, "pair-frozen"), Duration::from_secs(5)));
    done(submit(&store, pair(STRATEGY, "pair-after"), MINUTE));
    assert!(begun.elapsed() < LATE, "it goes on only after {:?}", begun.elapsed());
    block_on(store.book()).unwrap();
    assert_no_transaction_is_left(&database);
    assert_whole(&database);
    assert_eq!(number(&database, "SELECT commit_seq FROM book"), 4);
}
