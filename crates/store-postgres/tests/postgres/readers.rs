//! Reading under pressure: bounded, honest, and nothing of it stays behind.

use std::{
    thread,
    time::{Duration, Instant},
};

use futures_executor::block_on;
use nailsage_domain::StrategyId;
use nailsage_store::{
    EventQuery, LedgerQuery, PositionQuery, Reader as _, SignalQuery, Store as _, StoreError, StrategyQuery, TradeQuery,
};

use crate::{
    book::{Book, LATE, MINUTE, STRATEGY, assert_whole, book_with, done, pair, submit},
    session::{Session, assert_no_transaction_is_left, number, wait_until_locked_out},
};

/// Both connections of a pool of two serve: one waits for a lock while the other answers.
fn assert_two_are_served(book: &Book) {
    let other = Session::new(book.database.url());
    other.run("BEGIN; LOCK TABLE positions IN ACCESS EXCLUSIVE MODE").unwrap();
    let slow = book.store.positions(PositionQuery::default());
    wait_until_locked_out(&book.database);
    let begun = Instant::now();
    block_on(book.store.book()).unwrap();
    assert!(begun.elapsed() < LATE, "the other connection answers: {:?}", begun.elapsed());
    other.run("COMMIT").unwrap();
    block_on(slow).unwrap();
}

#[test]
fn two_hundred_readers_of_two_connections_wait_a_bounded_time_and_leak_nothing() {
    let book = book_with("pool_size=2");
    let other = Session::new(book.database.url());
    other.run("BEGIN; LOCK TABLE positions IN ACCESS EXCLUSIVE MODE").unwrap();
    let begun = Instant::now();
    // Two of them have the connections until the server ends their statements; then it is too late for most others.
    let slow: Vec<_> = (0..100).map(|_| book.store.positions(PositionQuery::default())).collect();
    let others: Vec<_> = (0..100).map(|_| book.store.book()).collect();
    for pending in slow {
        let error = block_on(pending).unwrap_err();
        assert!(matches!(error, StoreError::Unavailable { .. }), "{error:?}");
    }
    for pending in others {
        if let Err(error) = block_on(pending) {
            assert!(matches!(error, StoreError::Unavailable { .. }), "{error:?}");
        }
    }
    assert!(begun.elapsed() < Duration::from_secs(10) + LATE, "{:?}", begun.elapsed());
    other.run("COMMIT").unwrap();
    assert_no_transaction_is_left(&book.database);
    assert_two_are_served(&book);
}

#[test]
fn a_future_that_is_dropped_leaves_a_whole_command_and_a_usable_connection() {
    let book = book_with("pool_size=2");
    let store = &book.store;
    let strategy = StrategyId::new(1).unwrap();
    thread::scope(|scope| {
        for worker in 0..8_u64 {
            scope.spawn(move || {
                // Not random, but as uneven as chance.
                let mut number = 0x9e37_79b9_7f4a_7c15_u64.wrapping_mul(worker + 1);
                for round in 0..125 {
                    number = number.wrapping_mul(6_364_136_223_846_793_005).wrapping_add(1_442_695_040_888_963_407);
                    let pause = Duration::from_micros((number >> 33) % 3_000);
                    match (number >> 50) % 8 {
                        0 => drop_after(pause, store.book()),
                        1 => drop_after(pause, store.positions(PositionQuery::default())),
                        2 => drop_after(pause, store.events(EventQuery::default())),
                        3 => drop_after(pause, store.ledger(LedgerQuery::of(strategy))),
                        _ => {
                            let command = pair(STRATEGY, &format!("pair-{worker}-{round}"));
                            drop_after(pause, store.submit(command, MINUTE));
                        }
                    }
                }
            });
        }
    });
    done(submit(store, pair(STRATEGY, "pair-last"), MINUTE));
    // What nobody waits for any more is still asked, so it is those questions' turn first.
    block_on(store.book()).unwrap();
    block_on(store.book()).unwrap();
    assert_no_transaction_is_left(&book.database);
    assert_two_are_served(&book);
    assert_whole(&book.database);
    let commands = number(&book.database, "SELECT count(*) FROM requests");
    assert!(commands > 300, "a command runs, whoever waits for it: {commands}");
    let connections =
        "SELECT count(*) FROM pg_stat_activity WHERE datname = current_database() AND application_name = 'nailsage'";
    assert!(number(&book.database, connections) <= 3, "a writer and two readers");
}

/// Polls a future once, so that it is waited for, and drops it a moment later.
fn drop_after<T>(pause: Duration, mut pending: nailsage_store::Pending<T>) {
    drop(futures_util::FutureExt::now_or_never(&mut pending));
    thread::sleep(pause);
    drop(pending);
}

#[test]
fn a_pool_of_one_serves_everybody_in_turn() {
    let book = book_with("pool_size=1");
    let strategy = StrategyId::new(1).unwrap();
    let many: Vec<_> = (0..200)
        .map(|_| {
            (
                book.store.strategies(StrategyQuery::default()),
                book.store.trades(TradeQuery::default()),
                book.store.signals(SignalQuery::default()),
                book.store.ledger(LedgerQuery::of(strategy)),
            )
        })
        .collect();
    for (strategies, trades, signals, ledger) in many {
        assert_eq!(block_on(strategies).unwrap().items.len(), 1);
        assert_eq!(block_on(trades).unwrap().items.len(), 0);
        assert_eq!(block_on(signals).unwrap().items.len(), 0);
        assert_eq!(block_on(ledger).unwrap().items.len(), 1);
    }
}

#[test]
fn a_transaction_that_somebody_left_open_on_a_readers_connection_is_not_passed_on() {
    // The server itself opens one: a reader's connection whose statement was ended by somebody else is clean again.
    let book = book_with("pool_size=1");
    let other = Session::new(book.database.url());
    other.run("BEGIN; LOCK TABLE positions IN ACCESS EXCLUSIVE MODE").unwrap();
    let slow = book.store.positions(PositionQuery::default());
    wait_until_locked_out(&book.database);
    book.database.execute(
        "SELECT pg_cancel_backend(pid) FROM pg_stat_activity WHERE datname = current_database() AND wait_event_type = 'Lock'",
    );
    let error = block_on(slow).unwrap_err();
    assert!(matches!(error, StoreError::Unavailable { .. }), "{error:?}");
    block_on(book.store.book()).unwrap();
    other.run("COMMIT").unwrap();
    assert_eq!(block_on(book.store.positions(PositionQuery::default())).unwrap().items.len(), 0);
    assert_no_transaction_is_left(&book.database);
}
