//! Errors in the midst of a group: whose doing they are decides who hears of them.

use futures_executor::block_on;
use nailsage_domain::PositionId;
use nailsage_store::{
    Answer, ClosePosition, Command, PositionRef, Reader as _, Store as _, StoreError, group::INTERRUPTIONS_MAX,
};

use crate::{
    book::{
        Book, MINUTE, STRATEGY, assert_whole, at, book, create, deposit, done, long, own_server, pair, poison,
        register, register_as, submit,
    },
    session::{Session, assert_no_transaction_is_left, number, value, wait_until, wait_until_locked_out},
};

/// Makes the server raise an error when ledger rows with a certain reason come: with this condition and this code.
fn raise(book: &Book, condition: &str, code: &str) {
    book.database.execute(&format!(
        "CREATE SEQUENCE hits; CREATE FUNCTION disturb() RETURNS trigger LANGUAGE plpgsql AS $$ BEGIN \
         IF {condition} THEN RAISE EXCEPTION 'disturbed' USING ERRCODE = '{code}'; END IF; RETURN NEW; END $$; \
         CREATE TRIGGER disturb BEFORE INSERT ON ledger FOR EACH ROW EXECUTE FUNCTION disturb()"
    ));
}

/// Lets commands wait together, so that they become one group, and gives their answers. The first command waits for the
/// book alone; the others queue up behind it.
fn as_one_group(book: &Book, commands: Vec<Command>) -> Vec<Result<Answer, StoreError>> {
    let other = Session::new(book.database.url());
    other.run("BEGIN; SELECT FROM book FOR UPDATE").unwrap();
    let first = book.store.submit(Command::new(at(1), deposit("1")), MINUTE);
    wait_until_locked_out(&book.database);
    let pending: Vec<_> = commands.into_iter().map(|command| book.store.submit(command, MINUTE)).collect();
    other.run("COMMIT").unwrap();
    done(block_on(first));
    pending.into_iter().map(block_on).collect()
}

/// Ten deposits, of which the fifth is the one that triggers look for.
fn ten_with_a_poisoned_one() -> Vec<Command> {
    let action = |number| if number == 5 { poison() } else { deposit("1") };
    (0..10).map(|number| Command::new(at(number), action(number))).collect()
}

/// The poisoned command alone failed, and this is how; what the others did is there.
fn assert_neighbours_go_on(
    book: &Book,
    answers: Vec<Result<Answer, StoreError>>,
    is_expected: fn(&StoreError) -> bool,
) {
    for (number, answer) in answers.into_iter().enumerate() {
        match answer {
            Err(error) if number == 5 => assert!(is_expected(&error), "{error:?}"),
            answer => {
                assert_ne!(number, 5, "the poisoned command cannot succeed");
                drop(done(answer));
            }
        }
    }
    assert_eq!(number(&book.database, "SELECT count(*) FROM ledger WHERE reason = 'poison'"), 0);
    assert_eq!(value(&book.database, "SELECT current_bankroll FROM strategies"), "10010.000000");
    assert_no_transaction_is_left(&book.database);
    assert_whole(&book.database);
}

#[test]
fn an_error_that_one_command_causes_is_its_alone() {
    let book = book();
    raise(&book, "NEW.reason = 'poison'", "P0001");
    let answers = as_one_group(&book, ten_with_a_poisoned_one());
    assert_neighbours_go_on(&book, answers, |error| matches!(error, StoreError::Backend { .. }));
}

#[test]
fn a_group_that_was_interrupted_is_tried_again_and_nobody_hears_of_it() {
    let book = book();
    raise(&book, &format!("NEW.reason = 'poison' AND nextval('hits') <= {INTERRUPTIONS_MAX}"), "40001");
    let answers = as_one_group(&book, ten_with_a_poisoned_one());
    for answer in answers {
        done(answer);
    }
    let hits = number(&book.database, "SELECT last_value FROM hits");
    assert_eq!(hits, i64::from(INTERRUPTIONS_MAX) + 1, "all of them were interrupted, and the last try was not");
    assert_eq!(value(&book.database, "SELECT current_bankroll FROM strategies"), "10011.000000");
    assert_whole(&book.database);
}

#[test]
fn what_is_interrupted_again_and_again_fails_alone_in_the_end() {
    let book = book();
    raise(&book, "NEW.reason = 'poison' AND nextval('hits') > 0", "40001");
    let answers = as_one_group(&book, ten_with_a_poisoned_one());
    assert_neighbours_go_on(&book, answers, |error| matches!(error, StoreError::Backend { .. }));
    let hits = number(&book.database, "SELECT last_value FROM hits");
    assert!(hits <= 2 * (i64::from(INTERRUPTIONS_MAX) + 1), "it was tried {hits} times");
}

#[test]
fn a_deadlock_with_somebody_else_ends_without_anybody_hearing_of_it() {
    let database = own_server().database();
    register(&create(database.url()));
    // The writer looks for deadlocks first, so it is the one that the server picks.
    let store = create(&format!("{}?options=-c%20deadlock_timeout%3D300ms", database.url()));
    let other = Session::new(database.url());
    other.run("BEGIN; SELECT FROM strategies FOR UPDATE").unwrap();
    let pending = store.submit(pair(STRATEGY, "pair-deadlock"), MINUTE);
    wait_until_locked_out(&database);
    let crossing = other.begin("SELECT FROM book FOR UPDATE");
    let crossed = other.wait(crossing);
    assert!(crossed.is_ok(), "the writer gives way: {crossed:?}");
    other.run("COMMIT").unwrap();
    done(block_on(pending));
    // A server process hands in what it has counted when it ends, or a second later.
    wait_until(&database, "SELECT deadlocks > 0 FROM pg_stat_database WHERE datname = current_database()");
    assert_no_transaction_is_left(&database);
    assert_whole(&database);
}

#[test]
fn an_update_that_does_not_find_its_row_is_corrupt_and_commits_nothing() {
    for table in ["strategies", "strategy_totals", "book"] {
        let book = book();
        // The server passes the row over, as if it were not there.
        book.database.execute(&format!(
            "CREATE FUNCTION skip() RETURNS trigger LANGUAGE plpgsql AS $$ BEGIN RETURN NULL; END $$; \
             CREATE TRIGGER skip BEFORE UPDATE ON {table} FOR EACH ROW EXECUTE FUNCTION skip()"
        ));
        let error = submit(&book.store, pair(STRATEGY, "pair-lost"), MINUTE).unwrap_err();
        assert!(matches!(error, StoreError::Corrupt { .. }), "{table}: {error:?}");
        assert_eq!(number(&book.database, "SELECT count(*) FROM ledger"), 1, "{table}");
        assert_eq!(
            number(&book.database, "SELECT count(*) FROM requests WHERE request_key = 'pair-lost'"),
            0,
            "{table}"
        );
        book.database.execute(&format!("DROP TRIGGER skip ON {table}"));
        done(submit(&book.store, pair(STRATEGY, "pair-lost"), MINUTE));
        assert_whole(&book.database);
    }
}

#[test]
fn a_strategy_without_its_totals_is_corrupt_and_not_unknown() {
    let book = book();
    register_as(&book.store, "other/v1@7");
    book.database.execute("DELETE FROM strategy_totals WHERE strategy_id = 1");
    let error = submit(&book.store, pair(STRATEGY, "pair-totals"), MINUTE).unwrap_err();
    assert!(matches!(error, StoreError::Corrupt { .. }), "{error:?}");
    for reference in [STRATEGY, "1"] {
        let error = block_on(book.store.strategy(reference.parse().unwrap())).unwrap_err();
        assert!(matches!(error, StoreError::Corrupt { .. }), "{error:?}");
    }
    assert_eq!(number(&book.database, "SELECT commit_seq FROM book"), 2, "nothing of it was written");
    done(submit(&book.store, pair("other/v1@7", "pair-neighbour"), MINUTE));
}

#[test]
fn a_book_without_its_row_is_corrupt_and_waits_for_no_deadline() {
    let book = book();
    book.database.execute("CREATE TABLE kept AS SELECT * FROM book; DELETE FROM book");
    let error = submit(&book.store, pair(STRATEGY, "pair-rowless"), MINUTE).unwrap_err();
    assert!(matches!(error, StoreError::Corrupt { .. }), "{error:?}");
    book.database.execute("INSERT INTO book SELECT * FROM kept");
    done(submit(&book.store, pair(STRATEGY, "pair-rowless"), MINUTE));
    assert_whole(&book.database);
}

#[test]
fn a_book_that_a_newer_program_has_migrated_meanwhile_is_written_no_more() {
    let book = book();
    book.database.execute("UPDATE book SET schema_version = 2");
    let error = submit(&book.store, pair(STRATEGY, "pair-newer"), MINUTE).unwrap_err();
    assert!(matches!(error, StoreError::Unavailable { .. }), "{error:?}");
    assert_eq!(number(&book.database, "SELECT commit_seq FROM book"), 1);
    assert_no_transaction_is_left(&book.database);
}

#[test]
fn a_corrupt_row_of_one_strategy_does_no_harm_to_its_neighbours() {
    let book = book();
    register_as(&book.store, "other/v1@7");
    // No price has so many digits. A column's type rounds money, so money cannot have too many.
    done(submit(&book.store, pair(STRATEGY, "pair-corrupt"), MINUTE));
    book.database.execute("UPDATE positions SET mark_price = 1.23456789012345678 WHERE id = 1");
    let close = ClosePosition::new(PositionRef::only_open(long().strategy), "46400".parse().unwrap());
    let mut commands = vec![Command::new(at(2), close)];
    commands.extend((0..5).map(|number| pair("other/v1@7", &format!("pair-healthy-{number}"))));
    let answers = as_one_group(&book, commands);
    for (number, answer) in answers.into_iter().enumerate() {
        match answer {
            Err(StoreError::Corrupt { .. }) => assert_eq!(number, 0),
            answer => {
                assert_ne!(number, 0, "a corrupt row is never guessed: {answer:?}");
                drop(done(answer));
            }
        }
    }
    let error = block_on(book.store.position(PositionId::new(1).unwrap()));
    assert!(matches!(error, Err(StoreError::Corrupt { .. })), "{error:?}");
}
