//! A connection that breaks around the commit: what happened is unknown, is said to be, and is settled by repeating.

use std::time::{Duration, Instant};

use nailsage_store::StoreError;
use nailsage_store_postgres::PostgresStore;
use nailsage_test_postgres::Database;

use crate::{
    book::{LATE, MINUTE, STRATEGY, assert_whole, create, done, key, own_server, pair, register, submit},
    line::{Cut, Line},
    session::{assert_no_transaction_is_left, number},
};

/// A book that is reached over a line, and whose writer is connected.
fn over_a_line() -> (PostgresStore, Database, Line) {
    let server = own_server();
    let database = server.database();
    let line = Line::to(server.port());
    let store = create(&line.url(database.url(), server.port()));
    register(&store);
    (store, database, line)
}

/// How often a command was carried out.
fn count(database: &Database, request_key: &str) -> i64 {
    number(database, &format!("SELECT count(*) FROM requests WHERE request_key = '{request_key}'"))
}

/// It is not known what became of this command.
fn assert_unknown(store: &PostgresStore, request_key: &str) {
    match submit(store, pair(STRATEGY, request_key), LATE) {
        Err(StoreError::Unknown { key: Some(told), .. }) => assert_eq!(told, key(request_key)),
        other => panic!("nobody can know: {other:?}"),
    }
}

#[test]
fn a_commit_whose_answer_is_lost_is_unknown_and_was_carried_out_once() {
    let (store, database, line) = over_a_line();
    line.cut(Cut::After(b"COMMIT\0"));
    assert_unknown(&store, "pair-lost");
    assert!(line.is_cut());
    assert_eq!(count(&database, "pair-lost"), 1, "the server had it");
    let first = done(submit(&store, pair(STRATEGY, "pair-lost"), MINUTE));
    assert_eq!(first.commit_seq, 2, "the repeat is told what came of it then");
    assert_eq!(number(&database, "SELECT commit_seq FROM book"), 2);
    assert_no_transaction_is_left(&database);
    assert_whole(&database);
}

#[test]
fn a_commit_that_never_arrives_is_unknown_and_is_carried_out_by_the_repeat() {
    let (store, database, line) = over_a_line();
    line.cut(Cut::Before(b"COMMIT\0"));
    assert_unknown(&store, "pair-never");
    assert!(line.is_cut());
    assert_eq!(count(&database, "pair-never"), 0, "the server never had it");
    done(submit(&store, pair(STRATEGY, "pair-never"), MINUTE));
    assert_eq!(count(&database, "pair-never"), 1);
    assert_no_transaction_is_left(&database);
    assert_whole(&database);
}

#[test]
fn a_connection_that_breaks_before_a_command_has_begun_is_not_noticed() {
    let (store, database, line) = over_a_line();
    // Before and after the server has locked the book for it.
    for (cut, name) in [(Cut::Before(b"BEGIN"), "pair-before"), (Cut::After(b"BEGIN"), "pair-after")] {
        line.cut(cut);
        done(submit(&store, pair(STRATEGY, name), LATE));
        assert!(line.is_cut());
        assert_eq!(count(&database, name), 1);
    }
    assert_no_transaction_is_left(&database);
    assert_whole(&database);
}

/// Whatever the server is asked before a command begins, its silence is no command's end.
#[test]
fn a_server_that_falls_silent_before_a_command_has_begun_leaves_it_unavailable_and_is_asked_again() {
    let (store, database, line) = over_a_line();
    for (text, name) in [
        (&b"SET SESSION nailsage.mark"[..], "pair-mark"),
        (b"server_version_num", "pair-fit"),
        (b"BEGIN ISOLATION", "pair-begin"),
    ] {
        if name != "pair-begin" {
            // The next command finds its connection ended, and makes another one.
            database.execute(
                "SELECT pg_terminate_backend(pid) FROM pg_stat_activity WHERE datname = current_database() \
                 AND pid <> pg_backend_pid()",
            );
        }
        line.cut(Cut::Swallow(text));
        let begun = Instant::now();
        let error = submit(&store, pair(STRATEGY, name), Duration::from_secs(1)).unwrap_err();
        assert!(matches!(error, StoreError::Unavailable { .. }), "{name}: {error:?}");
        assert!(line.is_cut() && begun.elapsed() < LATE, "{name}: {:?}", begun.elapsed());
        assert_eq!(count(&database, name), 0);
        done(submit(&store, pair(STRATEGY, name), LATE));
        assert_eq!(count(&database, name), 1);
    }
    assert_no_transaction_is_left(&database);
    assert_whole(&database);
}

/// Seen on the line: what is prepared is planned anew when the book has grown, and not before.
#[test]
fn a_book_that_has_grown_is_planned_for_anew() {
    let (store, database, line) = over_a_line();
    for round in 0..10 {
        done(submit(&store, pair(STRATEGY, &format!("pair-{round}")), MINUTE));
    }
    line.cut(Cut::Before(b"DISCARD PLANS"));
    for round in 10..60 {
        done(submit(&store, pair(STRATEGY, &format!("pair-{round}")), MINUTE));
    }
    assert!(!line.is_cut(), "there is nothing to plan anew yet");
    for round in 60..200 {
        done(submit(&store, pair(STRATEGY, &format!("pair-{round}")), MINUTE));
    }
    assert!(line.is_cut(), "the book has doubled");
    assert_whole(&database);
}
