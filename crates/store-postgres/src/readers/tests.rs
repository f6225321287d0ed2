//! The pool by itself: deadlines, panics, and connections that somebody left in disorder.

use futures_executor::block_on;
use nailsage_test_postgres::{Database, server};
use tokio_postgres::types::Type;

use super::*;
use crate::target::Target;

/// What an answer at a deadline may be late by on a busy machine; the questions asked here run for a minute.
const LATE: Duration = Duration::from_secs(8);

fn readers(parameter: &str, timeout: Duration) -> (Database, Readers) {
    let database = server().database();
    // The URL of a server that was given may have parameters already.
    let separator = if database.url().contains('?') { '&' } else { '?' };
    let target = Target::from_url(&format!("{}{separator}{parameter}", database.url())).unwrap();
    let readers = Readers::start_with(&Connector::new(target).unwrap(), timeout).unwrap();
    (database, readers)
}

fn question(sql: &str) -> Question {
    Question { during: "a test", sql: sql.to_owned(), params: Vec::new() }
}

fn number(readers: &Readers, sql: &str) -> Pending<i32> {
    readers.ask(question(sql), |rows| Ok(rows[0].get(0)))
}

#[test]
fn no_question_runs_or_waits_past_its_deadline() {
    let timeout = Duration::from_millis(400);
    let (database, readers) = readers("pool_size=2", timeout);
    let asked_at = Instant::now();
    let slow: Vec<_> = (0..200).map(|_| number(&readers, "SELECT 1 FROM pg_sleep(60)")).collect();
    for answer in slow {
        let error = block_on(answer).unwrap_err();
        assert!(matches!(error, StoreError::Unavailable { .. }), "{error:?}");
    }
    assert!(asked_at.elapsed() < timeout + GRACE + LATE, "{:?}", asked_at.elapsed());
    for _ in 0..5 {
        assert_eq!(block_on(number(&readers, "SELECT 7")).unwrap(), 7, "the readers are free again");
    }
    let running = database.rows(
        "SELECT count(*) FROM pg_stat_activity WHERE query LIKE '%pg_sleep(60)%' AND \
                                 pid <> pg_backend_pid() AND state <> 'idle' AND datname = current_database()",
    );
    assert_eq!(running[0][0].as_deref(), Some("0"));
}

/// Freezing a server takes one of our own, which there is on Unix only.
#[test]
#[cfg(unix)]
fn a_frozen_server_keeps_no_question_and_no_connection_of_the_pool() {
    let cluster = nailsage_test_postgres::Cluster::start(&[]);
    let database = cluster.database();
    let timeout = Duration::from_secs(1);
    let target = Target::from_url(&format!("{}?pool_size=2", database.url())).unwrap();
    let readers = Readers::start_with(&Connector::new(target).unwrap(), timeout).unwrap();
    // One connection is there already, the other would have to be made.
    assert_eq!(block_on(number(&readers, "SELECT 7")).unwrap(), 7);
    // Frozen while both have a question, and then while both are looked for.
    let running: Vec<_> = (0..2).map(|_| number(&readers, "SELECT 7 FROM pg_sleep(60)")).collect();
    thread::sleep(Duration::from_millis(100));
    cluster.pause();
    for answer in running {
        let error = block_on(answer).unwrap_err();
        assert!(matches!(error, StoreError::Unavailable { .. }), "{error:?}");
    }
    for _ in 0..2 {
        let asked_at = Instant::now();
        let answers: Vec<_> = (0..5).map(|_| number(&readers, "SELECT 7")).collect();
        for answer in answers {
            let error = block_on(answer).unwrap_err();
            assert!(matches!(error, StoreError::Unavailable { .. }), "{error:?}");
        }
        assert!(asked_at.elapsed() < timeout + GRACE + LATE, "{:?}", asked_at.elapsed());
    }
    cluster.resume();
    let begun = Instant::now();
    // The server may still be busy with connections that nobody has any more.
    while block_on(number(&readers, "SELECT 7")).is_err() {
        assert!(begun.elapsed() < Duration::from_secs(30), "it is never reached again");
    }
    // One after another they would take longer than a question may.
    let both: Vec<_> = (0..2).map(|_| number(&readers, "SELECT 7 FROM pg_sleep(0.55)")).collect();
    for answer in both {
        assert_eq!(block_on(answer).unwrap(), 7, "both connections of the pool serve at the same time");
    }
}

#[test]
fn a_panic_costs_only_its_own_question() {
    let (_database, readers) = readers("pool_size=1", READ_TIMEOUT);
    let panics: Vec<Pending<()>> = (0..5).map(|_| readers.ask(question("SELECT 1"), |_| panic!("a defect"))).collect();
    for answer in panics {
        let Err(StoreError::Backend { during, source }) = block_on(answer) else { panic!("it was not told") };
        assert_eq!((during, source.to_string()), ("a question", "it panicked: a defect".to_owned()));
    }
    assert_eq!(block_on(number(&readers, "SELECT 7")).unwrap(), 7);
}

#[test]
fn a_connection_in_a_transaction_is_cleaned_before_anybody_else_gets_it() {
    let (_database, readers) = readers("pool_size=1", READ_TIMEOUT);
    let pool = readers.pool.clone();
    let leave_open = readers.run_while_wanted(async move {
        let connection = pool.get().await.unwrap();
        connection.batch_execute("BEGIN; CREATE TABLE left_behind (id int4)").await.unwrap();
    });
    block_on(leave_open).unwrap();
    let found = number(&readers, "SELECT count(*)::int4 FROM pg_class WHERE relname = 'left_behind'");
    assert_eq!(block_on(found).unwrap(), 0, "it was rolled back");
}

#[test]
fn a_question_writes_nothing_and_an_error_costs_only_itself() {
    let (database, readers) = readers("pool_size=1", READ_TIMEOUT);
    database.execute("CREATE TABLE kept (id int4)");
    let error = block_on(number(&readers, "INSERT INTO kept VALUES (1) RETURNING id")).unwrap_err();
    assert!(matches!(error, StoreError::Backend { during: "a test", .. }), "{error:?}");
    for sql in ["SELECT 1 FROM missing", "no SQL at all", "SELECT 1/0"] {
        block_on(number(&readers, sql)).unwrap_err();
        assert_eq!(block_on(number(&readers, "SELECT 7")).unwrap(), 7);
    }
    // A value of another type than its parameter is refused by the driver, which asks nobody.
    let wrong = Question { params: vec![(Box::new("text"), Type::INT4)], ..question("SELECT $1") };
    let error = block_on(readers.ask(wrong, |rows| Ok(rows[0].get::<_, i32>(0)))).unwrap_err();
    assert!(matches!(error, StoreError::Backend { .. }), "{error:?}");
    assert_eq!(block_on(number(&readers, "SELECT 7")).unwrap(), 7);
    assert_eq!(database.rows("SELECT count(*) FROM kept")[0][0].as_deref(), Some("0"));
}

#[test]
fn questions_that_were_asked_are_answered_when_the_readers_are_dropped() {
    let (_database, readers) = readers("pool_size=2", READ_TIMEOUT);
    let answers: Vec<_> = (0..20).map(|_| number(&readers, "SELECT 7 FROM pg_sleep(0.01)")).collect();
    drop(readers);
    for answer in answers {
        assert_eq!(block_on(answer).unwrap(), 7);
    }
}

#[test]
fn idle_connections_beyond_a_few_are_closed_once_they_have_been_idle_for_long() {
    let (database, readers) = readers("pool_size=12", READ_TIMEOUT);
    let asked: Vec<_> = (0..12).map(|_| number(&readers, "SELECT 7 FROM pg_sleep(0.2)")).collect();
    for answer in asked {
        assert_eq!(block_on(answer).unwrap(), 7);
    }
    let connected = || {
        let others =
            "SELECT count(*) FROM pg_stat_activity WHERE datname = current_database() AND pid <> pg_backend_pid()";
        database.rows(others)[0][0].clone().unwrap()
    };
    trim_now(&readers.pool, READ_TIMEOUT);
    assert_eq!((readers.pool.status().size, connected()), (12, "12".to_owned()), "they were just used");
    trim_now(&readers.pool, Duration::ZERO);
    assert_eq!(readers.pool.status().size, IDLE_MAX);
    let deadline = Instant::now() + LATE;
    while connected() != IDLE_MAX.to_string() {
        assert!(Instant::now() < deadline, "{} connections", connected());
        thread::sleep(Duration::from_millis(10));
    }
    assert_eq!(block_on(number(&readers, "SELECT 7")).unwrap(), 7);
}
