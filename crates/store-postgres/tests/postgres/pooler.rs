//! PgBouncer in transaction mode: each transaction may run on another connection.

use std::{thread, time::Duration};

use futures_executor::block_on;
use nailsage_store::{Access, ClosePosition, Command, LedgerQuery, PositionRef, Reader as _, Store as _, StoreError};
use nailsage_test_postgres::{Database, PgBouncer};

use crate::{
    book::{
        MINUTE, STRATEGY, all_done, assert_whole, at, create, deposit, done, key, long, open, own_server, pair,
        register, submit,
    },
    session::{Session, assert_no_transaction_is_left, number},
};

/// A PgBouncer that uses at most so many connections to the server.
fn pooler(database: &Database, connections: u32) -> PgBouncer {
    let pooler = PgBouncer::before(own_server(), database);
    let console = Session::new(&pooler.url().replace(database.name(), "pgbouncer"));
    console.run(&format!("SET default_pool_size = {connections}")).unwrap();
    pooler
}

/// From the first migration to the last read, with two stores of few connections at once.
fn live_through(database: &Database, url: &str) {
    let store = create(&format!("{url}?pool_size=2"));
    register(&store);
    done(submit(&store, Command::new(at(1), long()), MINUTE));
    let close = ClosePosition::new(PositionRef::only_open(long().strategy), "46500".parse().unwrap());
    done(submit(&store, Command::new(at(2), close), MINUTE));
    let second = open(&format!("{url}?pool_size=3"), Access::Existing).unwrap();
    let stores = [&store, &second];
    thread::scope(|scope| {
        for (number, store) in stores.into_iter().enumerate() {
            scope.spawn(move || {
                let pending: Vec<_> =
                    (0..200).map(|it| store.submit(pair(STRATEGY, &format!("pair-{number}-{it}")), MINUTE)).collect();
                let reads: Vec<_> = (0..50).map(|_| store.book()).collect();
                for read in reads {
                    assert_eq!(block_on(read).unwrap().strategies, 1);
                }
                all_done(pending);
            });
        }
    });
    let first = block_on(store.outcome(key("pair-1-7"))).unwrap();
    assert_eq!(first, Some(done(submit(&second, pair(STRATEGY, "pair-1-7"), MINUTE))), "a repeat is known as one");
    let id = nailsage_domain::StrategyId::new(1).unwrap();
    let ledger = block_on(second.ledger(LedgerQuery { limit: 1_000, ..LedgerQuery::of(id) })).unwrap();
    assert_eq!(ledger.items.len(), 3 + 2 * 400);
    drop((store, second));
    assert_eq!(block_on(open(url, Access::ReadOnly).unwrap().book()).unwrap().commit_seq, 403);
    assert_eq!(number(database, "SELECT count(*) FROM refinery_schema_history"), 1);
    assert_no_transaction_is_left(database);
    assert_whole(database);
}

#[test]
fn the_whole_life_of_a_book_works_through_a_pooler() {
    let database = own_server().database();
    let pooler = pooler(&database, 20);
    live_through(&database, pooler.url());
}

#[test]
fn a_pooler_with_two_connections_is_enough() {
    let database = own_server().database();
    let pooler = pooler(&database, 2);
    live_through(&database, pooler.url());
}

#[test]
fn no_limit_of_ours_stays_on_a_connection_that_others_get_next() {
    let database = own_server().database();
    let pooler = pooler(&database, 2);
    let store = create(pooler.url());
    register(&store);
    for round in 0..20 {
        done(submit(&store, pair(STRATEGY, &format!("pair-{round}")), MINUTE));
        block_on(store.book()).unwrap();
    }
    // Each in a transaction, so that they have both of the pooler's connections.
    let others = [Session::new(pooler.url()), Session::new(pooler.url())];
    for other in &others {
        let limits = "BEGIN; SELECT current_setting('statement_timeout'), current_setting('lock_timeout'), \
                      current_setting('idle_in_transaction_session_timeout'), current_setting('transaction_read_only')";
        let limits = other.run(limits).unwrap();
        assert_eq!(limits, [["0", "0", "0", "off"].map(|text| Some(text.to_owned())).to_vec()]);
    }
    for other in &others {
        other.run("COMMIT").unwrap();
    }
}

/// Prepared on one of the pooler's connections, moved to the other.
#[test]
fn a_writer_that_is_moved_to_another_connection_notices_before_anything_happens() {
    let database = own_server().database();
    let pooler = pooler(&database, 2);
    let store = create(pooler.url());
    register(&store);
    // Alone, it has the same connection again and again, and its statements are prepared there.
    for round in 0..8 {
        done(submit(&store, pair(STRATEGY, &format!("pair-{round}")), MINUTE));
    }
    // Whoever comes now gets the connection that was used last, and keeps it.
    let other = Session::new(pooler.url());
    let prepared = other.run("BEGIN; SELECT count(*) FROM pg_prepared_statements").unwrap();
    assert_eq!(prepared, [["25".to_owned()].map(Some)], "the statements stay behind on the connection");
    let statements = other.run("SELECT name, statement FROM pg_prepared_statements").unwrap();
    // On the connection that is left, somebody else has given the same names to the same statements, but for one.
    let third = Session::new(pooler.url());
    for statement in statements {
        let [name, text] = <[_; 2]>::try_from(statement).unwrap().map(Option::unwrap);
        let lie = "SELECT 'pair-8'::text, fingerprint, outcome, opened_position_id, timestamp, created_at FROM requests \
                   WHERE $1::text[] IS NOT NULL LIMIT 1";
        let text = if text.contains("FROM requests") { lie } else { &text };
        third.run(&format!("PREPARE {name} AS {text}")).unwrap();
    }
    for round in 8..16 {
        done(submit(&store, pair(STRATEGY, &format!("pair-{round}")), MINUTE));
    }
    for session in [&other, &third] {
        session.run("COMMIT").unwrap();
    }
    assert_whole(&database);
}

/// What somebody sets on the pooler's connection stays there, for whoever gets it next.
#[test]
fn a_pooler_that_hands_on_a_connection_that_loses_commits_is_refused() {
    let database = own_server().database();
    register(&create(database.url()));
    let pooler = pooler(&database, 1);
    let store = open(pooler.url(), Access::Existing).unwrap();
    done(submit(&store, pair(STRATEGY, "pair-kept"), MINUTE));
    Session::new(pooler.url()).run("SET synchronous_commit = off").unwrap();
    let error = submit(&store, pair(STRATEGY, "pair-lost"), MINUTE).unwrap_err();
    assert!(
        matches!(error, StoreError::Unavailable { reason, .. } if reason.starts_with("synchronous_commit is off")),
        "{error:?}"
    );
    assert_eq!(number(&database, "SELECT commit_seq FROM book"), 2);
    Session::new(pooler.url()).run("RESET synchronous_commit").unwrap();
    done(submit(&store, pair(STRATEGY, "pair-lost"), MINUTE));
}

#[test]
fn starters_behind_a_narrow_pooler_do_not_wait_for_each_other_for_ever() {
    let database = own_server().database();
    let pooler = pooler(&database, 2);
    thread::scope(|scope| {
        for _ in 0..4 {
            scope.spawn(|| assert_eq!(block_on(create(pooler.url()).book()).unwrap().schema_version, 1));
        }
    });
    assert_eq!(number(&database, "SELECT count(*) FROM refinery_schema_history"), 1);
}

#[test]
fn a_pooler_that_loses_its_server_connections_confuses_nobody() {
    let database = own_server().database();
    let pooler = pooler(&database, 5);
    let store = create(&format!("{}?pool_size=2", pooler.url()));
    register(&store);
    let mut names = Vec::new();
    for round in 0..5 {
        let pending: Vec<_> = (0..40)
            .map(|it| {
                names.push(format!("pair-{round}-{it}"));
                store.submit(pair(STRATEGY, names.last().unwrap()), Duration::from_secs(5))
            })
            .collect();
        database.execute(
            "SELECT pg_terminate_backend(pid) FROM pg_stat_activity WHERE datname = current_database() \
             AND pid <> pg_backend_pid()",
        );
        for pending in pending {
            // Whatever it came to, it is settled below.
            drop(block_on(pending));
        }
    }
    for name in &names {
        let repeated = (0..20).find_map(|_| submit(&store, pair(STRATEGY, name), Duration::from_secs(5)).ok());
        drop(done(Ok(repeated.unwrap_or_else(|| panic!("{name} is never settled")))));
    }
    assert_eq!(number(&database, "SELECT commit_seq FROM book"), 201, "each exactly once");
    done(submit(&store, Command::new(at(1), deposit("1")), MINUTE));
    assert_whole(&database);
}
