//! A server that is killed, connections that are ended: no answer was wrong, and no command happens twice.

use std::{
    sync::{
        Mutex,
        atomic::{AtomicBool, Ordering},
    },
    thread,
    time::{Duration, Instant},
};

use futures_executor::block_on;
use nailsage_store::{Answer, Outcome, Reader as _, Store as _, StoreError};
use nailsage_store_postgres::PostgresStore;
use nailsage_test_postgres::{Cluster, Database};

use crate::{
    book::{LATE, MINUTE, assert_whole, book_with, create, done, key, pair, register_as, submit},
    session::{assert_no_transaction_is_left, number, value, wait_until},
};

const STRATEGIES: usize = 8;

/// How long a server is away, at least.
const DOWN: Duration = Duration::from_millis(200);

/// What became of the commands of all submitters.
#[derive(Debug, Default)]
struct Log {
    acknowledged: Vec<(String, Outcome)>,
    /// Where something went wrong, not where a deadline passed on a slow disk.
    unknown: usize,
    unavailable: usize,
    /// The longest that anybody waited for an answer.
    longest: Duration,
}

/// Hands over one command after the other until `stop`, and repeats each with its key until it is answered.
fn keep_submitting(store: &PostgresStore, submitter: usize, stop: &AtomicBool, log: &Mutex<Log>) {
    let strategy = format!("s{}/v1@7", submitter % STRATEGIES);
    for number in 0.. {
        if stop.load(Ordering::Relaxed) {
            return;
        }
        let name = format!("pair-{submitter}-{number}");
        let give_up = Instant::now() + MINUTE;
        loop {
            let begun = Instant::now();
            let answer = submit(store, pair(&strategy, &name), Duration::from_secs(2));
            let mut log = log.lock().unwrap();
            log.longest = log.longest.max(begun.elapsed());
            match answer {
                Ok(Answer::Done(outcome)) => {
                    log.acknowledged.push((name, outcome));
                    break;
                }
                Err(StoreError::Unknown { key: Some(unknown), source }) => {
                    assert_eq!(unknown, key(&name), "the error names the key that settles it");
                    log.unknown += usize::from(source.is_some());
                }
                Err(StoreError::Unavailable { .. }) => log.unavailable += 1,
                other => panic!("nothing else may come of a lost server: {other:?}"),
            }
            drop(log);
            assert!(Instant::now() < give_up, "{name} is never settled");
            // Whoever hears at once that nothing can be had does not ask again at once.
            thread::sleep(Duration::from_millis(5));
        }
    }
}

/// Lets so many submitters work while something is done to the server; afterwards everything is settled and whole.
fn under_load(store: &PostgresStore, database: &Database, submitters: usize, disturb: impl FnOnce(&Mutex<Log>)) -> Log {
    for strategy in 0..STRATEGIES {
        register_as(store, &format!("s{strategy}/v1@7"));
    }
    let (stop, log) = (AtomicBool::new(false), Mutex::new(Log::default()));
    thread::scope(|scope| {
        for submitter in 0..submitters {
            let (stop, log) = (&stop, &log);
            scope.spawn(move || keep_submitting(store, submitter, stop, log));
        }
        // Also when it panics, or the submitters would be waited for until the end of time.
        let _stop = OnDrop(&stop);
        disturb(&log);
    });
    let log = log.into_inner().unwrap();
    assert_whole(database);
    let commands = number(database, "SELECT count(*) FROM requests WHERE request_key LIKE 'pair-%'");
    assert_eq!(usize::try_from(commands).unwrap(), log.acknowledged.len(), "each command exactly once");
    for (name, outcome) in &log.acknowledged {
        let kept = block_on(store.outcome(key(name))).unwrap();
        assert_eq!(kept.as_ref(), Some(outcome), "{name} was answered, so it is there");
    }
    let cents = i64::try_from(log.acknowledged.len()).unwrap();
    let sum = value(database, "SELECT sum(current_bankroll - initial_bankroll)::text FROM strategies");
    assert_eq!(sum, format!("{}.{:02}0000", cents / 100, cents % 100), "a cent for each command");
    assert_no_transaction_is_left(database);
    log
}

struct OnDrop<'a>(&'a AtomicBool);

impl Drop for OnDrop<'_> {
    fn drop(&mut self) {
        self.0.store(true, Ordering::Relaxed);
    }
}

#[test]
fn a_server_that_dies_under_load_loses_no_answer_and_repeats_no_command() {
    let cluster = Cluster::start(&[]);
    let database = cluster.database();
    let store = create(database.url());
    let log = under_load(&store, &database, 64, |log| {
        for round in 0..3 {
            thread::sleep(Duration::from_millis(300));
            if round == 1 {
                cluster.kill();
            } else {
                cluster.stop_immediately();
            }
            thread::sleep(DOWN);
            cluster.start_again();
            // It answers a connection, so it has to answer commands soon.
            let back = Instant::now();
            let names = (0..64).map(|number| format!("pair-fresh-{round}-{number}"));
            let fresh: Vec<_> = names.map(|name| (store.submit(pair("s0/v1@7", &name), LATE), name)).collect();
            for (pending, name) in fresh {
                let outcome = done(block_on(pending));
                log.lock().unwrap().acknowledged.push((name, outcome));
            }
            assert!(back.elapsed() < LATE, "answered again only after {:?}", back.elapsed());
            block_on(store.book()).unwrap();
        }
    });
    // Whether a command had begun when the server died is chance, so nobody need have heard of it.
    assert!(log.longest > DOWN, "the server died while nobody was waiting: {:?}", log.longest);
    assert!(log.acknowledged.len() > 100, "{}", log.acknowledged.len());
}

/// Does this to the writer's server process again and again while it is busy.
fn molested(function: &str) -> Log {
    let book = book_with("application_name=victim");
    under_load(&book.store, &book.database, 32, |_| {
        let until = Instant::now() + Duration::from_millis(1_500);
        while Instant::now() < until {
            thread::sleep(Duration::from_millis(20));
            book.database.execute(&format!(
                "SELECT {function}(pid) FROM pg_stat_activity WHERE application_name = 'victim' \
                 AND datname = current_database()",
            ));
        }
    })
}

#[test]
fn a_writer_whose_connection_is_ended_again_and_again_settles_every_command() {
    let log = molested("pg_terminate_backend");
    assert!(log.unknown + log.unavailable > 0, "no command met the end of a connection");
    assert!(log.acknowledged.len() > 10, "{}", log.acknowledged.len());
}

#[test]
fn a_writer_whose_statements_are_cancelled_again_and_again_settles_every_command() {
    let log = molested("pg_cancel_backend");
    assert_eq!(log.unknown, 0, "a statement that was cancelled has done nothing, and that is known");
    assert!(log.acknowledged.len() > 10, "{}", log.acknowledged.len());
}

/// By chance it is the commit itself that is cancelled above, here for certain: a check that is left to it takes long.
#[test]
fn a_commit_that_is_cancelled_has_done_nothing_and_that_is_known() {
    let book = book_with("application_name=victim");
    book.database.execute(
        "CREATE FUNCTION dawdle() RETURNS trigger LANGUAGE plpgsql AS $$ BEGIN PERFORM pg_sleep(60); RETURN NULL; END $$; \
         CREATE CONSTRAINT TRIGGER dawdle AFTER INSERT ON requests DEFERRABLE INITIALLY DEFERRED \
         FOR EACH ROW EXECUTE FUNCTION dawdle()",
    );
    let pending = book.store.submit(pair("scalper/v1@7", "pair-cancelled"), MINUTE);
    let committing = "FROM pg_stat_activity WHERE application_name = 'victim' AND datname = current_database() \
                      AND query = 'COMMIT' AND wait_event = 'PgSleep'";
    wait_until(&book.database, &format!("SELECT EXISTS (SELECT {committing})"));
    book.database.execute(&format!("SELECT pg_cancel_backend(pid) {committing}"));
    let error = block_on(pending).unwrap_err();
    assert!(matches!(error, StoreError::Unavailable { .. }), "{error:?}");
    assert_eq!(number(&book.database, "SELECT commit_seq FROM book"), 1, "it was rolled back");
    book.database.execute("DROP TRIGGER dawdle ON requests");
    done(submit(&book.store, pair("scalper/v1@7", "pair-cancelled"), MINUTE));
    assert_whole(&book.database);
}

#[test]
fn a_connection_that_was_ended_while_nobody_used_it_is_not_noticed() {
    let book = book_with("pool_size=2");
    for round in 0..3 {
        done(submit(&book.store, pair("scalper/v1@7", &format!("pair-{round}")), MINUTE));
        block_on(book.store.book()).unwrap();
        book.database.execute(
            "SELECT pg_terminate_backend(pid) FROM pg_stat_activity WHERE application_name = 'nailsage' \
             AND datname = current_database()",
        );
        // What comes next meets dead connections, of the writer and of the readers.
        if round % 2 == 0 {
            block_on(book.store.book()).unwrap();
        }
    }
    assert_whole(&book.database);
}
