//! Another process holds the book's row: waiting is bounded, honest, and over when the lock is. Reading goes on.

use std::{
    error::Error as _,
    thread,
    time::{Duration, Instant},
};

use futures_executor::block_on;
use futures_util::FutureExt as _;
use nailsage_domain::{PositionId, StrategyId};
use nailsage_store::{
    Answer, Command, EventQuery, LedgerQuery, PositionQuery, Reader as _, SignalQuery, Store as _, StoreError,
    StrategyQuery, TradeQuery,
};

use crate::{
    book::{LATE, MINUTE, STRATEGY, assert_whole, at, book, deposit, done, key, open, pair, submit},
    open::chain,
    session::{Session, assert_no_transaction_is_left, number, value, wait_until_locked_out},
};

const HOLD: &str = "BEGIN; SELECT FROM book FOR UPDATE";

#[test]
fn a_held_book_is_unavailable_at_the_deadline_with_the_cause_and_never_written() {
    let book = book();
    let other = Session::new(book.database.url());
    other.run(HOLD).unwrap();

    let begun = Instant::now();
    let limit = Duration::from_millis(1_700);
    let submit = |amount, timeout| book.store.submit(Command::new(at(1), deposit(amount)), timeout);
    let hasty = submit("1", Duration::from_millis(200));
    let impatient: Vec<_> = (0..20).map(|_| submit("1", limit)).collect();
    let patient = submit("2", MINUTE);
    let error = block_on(hasty).unwrap_err();
    assert!(matches!(error, StoreError::Unavailable { .. }), "{error:?}");
    assert!(begun.elapsed() < limit, "a short deadline is kept: {:?}", begun.elapsed());
    for pending in impatient {
        let error = block_on(pending).unwrap_err();
        assert!(matches!(error, StoreError::Unavailable { .. }), "{error:?}");
        assert!(error.source().is_some(), "the cause is told: {error:?}");
        assert!(chain(&error).contains("timeout"), "{}", chain(&error));
    }
    assert!(begun.elapsed() >= limit, "not before the deadline");
    assert!(begun.elapsed() < limit + LATE, "but soon after it: {:?}", begun.elapsed());
    assert_eq!(block_on(book.store.book()).unwrap().commit_seq, 1);

    other.run("ROLLBACK").unwrap();
    done(block_on(patient));
    assert_eq!(number(&book.database, "SELECT commit_seq FROM book"), 2, "nothing that was unavailable was executed");
    assert_no_transaction_is_left(&book.database);
    assert_whole(&book.database);
}

#[test]
fn reading_never_waits_for_who_holds_the_book() {
    let book = book();
    done(submit(&book.store, pair(STRATEGY, "pair-read"), MINUTE));
    let other = Session::new(book.database.url());
    other
        .run("BEGIN; SELECT FROM book FOR UPDATE; SELECT FROM strategies FOR UPDATE; SELECT FROM positions FOR UPDATE")
        .unwrap();
    let waiting = book.store.submit(Command::new(at(1), deposit("1")), MINUTE);
    wait_until_locked_out(&book.database);

    let (store, begun) = (&book.store, Instant::now());
    let (strategy, position) = (StrategyId::new(1).unwrap(), PositionId::new(1).unwrap());
    assert_eq!(block_on(store.book()).unwrap().commit_seq, 2);
    assert!(block_on(store.strategy(strategy.into())).unwrap().is_some());
    assert_eq!(block_on(store.strategies(StrategyQuery::default())).unwrap().items.len(), 1);
    assert!(block_on(store.position(position)).unwrap().is_some());
    assert_eq!(block_on(store.positions(PositionQuery::default())).unwrap().items.len(), 1);
    assert_eq!(block_on(store.trades(TradeQuery::default())).unwrap().items.len(), 1);
    assert_eq!(block_on(store.signals(SignalQuery::default())).unwrap().items.len(), 0);
    assert_eq!(block_on(store.ledger(LedgerQuery::of(strategy))).unwrap().items.len(), 3);
    assert_eq!(block_on(store.events(EventQuery::default())).unwrap().items.len(), 3);
    assert!(block_on(store.outcome(key("pair-read"))).unwrap().is_some());
    assert!(begun.elapsed() < LATE, "{:?}", begun.elapsed());
    assert!(waiting.now_or_never().is_none(), "the command waits meanwhile");
    other.run("ROLLBACK").unwrap();
}

#[test]
fn two_stores_on_one_book_take_turns_and_lose_nothing() {
    let book = book();
    let second = open(book.database.url(), nailsage_store::Access::Existing).unwrap();
    thread::scope(|scope| {
        for store in [&book.store, &second] {
            scope.spawn(move || {
                for _ in 0..10 {
                    let pending: Vec<_> =
                        (0..20).map(|_| store.submit(Command::new(at(1), deposit("0.01")), MINUTE)).collect();
                    for pending in pending {
                        assert!(matches!(block_on(pending), Ok(Answer::Done(_))));
                    }
                }
            });
        }
    });
    assert_eq!(value(&book.database, "SELECT current_bankroll FROM strategies"), "10004.000000");
    assert_whole(&book.database);
}

#[test]
fn whoever_meets_a_lock_beside_the_book_waits_for_it_and_not_longer_than_its_deadline() {
    let book = book();
    let other = Session::new(book.database.url());
    // A row that is written, and what making an index takes.
    for lock in ["SELECT FROM strategies FOR UPDATE", "LOCK TABLE ledger IN SHARE MODE"] {
        other.run(&format!("BEGIN; {lock}")).unwrap();
        let before = number(&book.database, "SELECT commit_seq FROM book");
        let begun = Instant::now();
        // While it writes, nobody can know at the deadline what it comes to; while it waits again, it has not begun.
        let error = submit(&book.store, pair(STRATEGY, "pair-late"), Duration::from_millis(2_500)).unwrap_err();
        assert!(matches!(error, StoreError::Unavailable { .. } | StoreError::Unknown { .. }), "{lock}: {error:?}");
        assert!(begun.elapsed() < Duration::from_millis(2_500) + LATE, "{lock}: {:?}", begun.elapsed());
        let waiting: Vec<_> =
            (0..4).map(|it| book.store.submit(pair(STRATEGY, &format!("pair-{lock}-{it}")), MINUTE)).collect();
        thread::sleep(Duration::from_millis(1_500));
        assert_eq!(number(&book.database, "SELECT commit_seq FROM book"), before, "{lock}: nothing was written");
        other.run("ROLLBACK").unwrap();
        for pending in waiting {
            done(block_on(pending));
        }
    }
    assert_whole(&book.database);
}
