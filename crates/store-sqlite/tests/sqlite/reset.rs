//! Emptying a book: all of it at once, nothing else, under the eyes of those who have it open.

use std::{
    fs,
    path::Path,
    sync::atomic::{AtomicBool, Ordering},
    thread,
    time::Duration,
};

use futures_executor::block_on;
use nailsage_store::{
    Access, Answer, Command, EventQuery, OpenError, Reader as _, Refusal, Store as _, StoreExt as _, StrategyQuery,
    inspect::{HISTORY_TABLE, TABLES, VIEWS},
};
use nailsage_store_sqlite::SqliteStore;
use rusqlite::Connection;

use crate::book::{SCHEMA, at, create, deposit, long, open, register};

/// The names of everything of a kind in a file.
fn names(path: &Path, kind: &str) -> Vec<String> {
    let connection = Connection::open(path).unwrap();
    let sql = "SELECT name FROM sqlite_schema WHERE type = ?1 AND name NOT LIKE 'sqlite_%' ORDER BY name";
    let mut statement = connection.prepare(sql).unwrap();
    statement.query_map([kind], |row| row.get(0)).unwrap().map(Result::unwrap).collect()
}

/// The whole schema, in words.
fn schema(path: &Path) -> Vec<(String, Option<String>)> {
    let connection = Connection::open(path).unwrap();
    let mut statement = connection.prepare("SELECT name, sql FROM sqlite_schema ORDER BY name").unwrap();
    statement.query_map([], |row| Ok((row.get(0)?, row.get(1)?))).unwrap().map(Result::unwrap).collect()
}

fn assert_empty(store: &SqliteStore) {
    let book = block_on(store.book()).unwrap();
    assert_eq!((book.schema_version, book.commit_seq, book.strategies, book.events), (1, 0, 0, 1));
    assert!(block_on(store.strategies(StrategyQuery::default())).unwrap().items.is_empty());
    let events = block_on(store.events(EventQuery::default())).unwrap().items;
    assert_eq!(events.iter().map(|event| event.event_type.as_str()).collect::<Vec<_>>(), ["schema_initialized"]);
}

#[test]
fn a_reset_book_is_empty_with_ids_from_1_and_the_schema_of_a_new_one() {
    let folder = tempfile::tempdir().unwrap();
    let (path, fresh) = (folder.path().join("book.db"), folder.path().join("fresh.db"));
    let store = create(&path);
    register(&store);
    block_on(store.open_position(at(1), long())).unwrap();
    block_on(store.adjust_bankroll(at(2), deposit("1"))).unwrap();
    drop(store);

    SqliteStore::reset(&path).unwrap();

    drop(create(&fresh));
    assert_eq!(schema(&path), schema(&fresh));
    let left: Vec<_> = fs::read_dir(folder.path()).unwrap().map(|it| it.unwrap().file_name()).collect();
    assert_eq!(left.len(), 2, "nothing lies beside it: {left:?}");
    let store = open(&path, Access::Existing).unwrap();
    assert_empty(&store);
    register(&store);
    let opened = block_on(store.open_position(at(1), long())).unwrap();
    assert_eq!((opened.position_id.get(), opened.trade_id.get()), (1, 1));
}

#[test]
fn what_the_migrations_make_is_what_a_reset_removes() {
    let folder = tempfile::tempdir().unwrap();
    let path = folder.path().join("book.db");
    drop(create(&path));
    let mut tables: Vec<_> = TABLES.into_iter().chain([HISTORY_TABLE]).collect();
    tables.sort_unstable();
    assert_eq!(names(&path, "table"), tables);
    let mut views = VIEWS;
    views.sort_unstable();
    assert_eq!(names(&path, "view"), views);
}

#[test]
fn a_store_that_is_open_during_a_reset_sees_the_empty_book_and_writes_to_it() {
    let folder = tempfile::tempdir().unwrap();
    let path = folder.path().join("book.db");
    let (writer, reader) = (create(&path), open(&path, Access::ReadOnly).unwrap());
    register(&writer);
    block_on(reader.book()).unwrap();

    SqliteStore::reset(&path).unwrap();

    assert_empty(&reader);
    assert_empty(&writer);
    let submitted = writer.submit(Command::new(at(1), deposit("1")), Duration::from_mins(1));
    let Ok(Answer::Refused(refused)) = block_on(submitted) else { panic!("it knew a strategy that is gone") };
    assert!(matches!(refused.refusal, Refusal::UnknownStrategy { .. }), "{refused:?}");
    register(&writer);
    assert_eq!(block_on(reader.book()).unwrap().strategies, 1);
}

#[test]
fn a_book_that_is_written_all_the_time_is_reset_and_nobody_sees_a_half() {
    let folder = tempfile::tempdir().unwrap();
    let path = folder.path().join("book.db");
    let (writer, reader) = (create(&path), open(&path, Access::ReadOnly).unwrap());
    let is_done = AtomicBool::new(false);
    let is_over = || is_done.load(Ordering::Acquire);
    thread::scope(|scope| {
        scope.spawn(|| {
            while !is_over() {
                register(&writer);
                let pending: Vec<_> =
                    (0..50).map(|_| writer.submit(Command::new(at(1), deposit("1")), Duration::from_mins(1))).collect();
                for answer in pending {
                    // Refused where the strategy is gone, and otherwise carried out; never anything else.
                    block_on(answer).unwrap();
                }
            }
        });
        scope.spawn(|| {
            while !is_over() {
                for record in block_on(reader.strategies(StrategyQuery::default())).unwrap().items {
                    assert_eq!(record.strategy.id.get(), 1);
                }
            }
        });
        for _ in 0..10 {
            SqliteStore::reset(&path).unwrap();
            thread::sleep(Duration::from_millis(20));
        }
        is_done.store(true, Ordering::Release);
    });
    let strategies = block_on(reader.strategies(StrategyQuery::default())).unwrap().items;
    let ledger: f64 = Connection::open(&path)
        .unwrap()
        .query_row("SELECT coalesce(sum(delta_micros), 0) / 1e6 FROM ledger", [], |row| row.get(0))
        .unwrap();
    let bankroll =
        strategies.first().map_or(0.0, |record| record.strategy.current_bankroll.to_string().parse().unwrap());
    assert!((bankroll - 10_000.0 - ledger).abs() < 1e-6 || strategies.is_empty(), "{bankroll} {ledger}");
}

#[test]
fn what_is_not_the_books_stays() {
    let folder = tempfile::tempdir().unwrap();
    let path = folder.path().join("book.db");
    register(&create(&path));
    let other = Connection::open(&path).unwrap();
    other
        .execute_batch(
            "CREATE TABLE notes (strategy INTEGER REFERENCES strategies (id), text TEXT); \
             INSERT INTO notes VALUES (1, 'kept'); CREATE VIEW mine AS SELECT count(*) AS n FROM strategies",
        )
        .unwrap();
    SqliteStore::reset(&path).unwrap();
    let (text, count): (String, i64) =
        other.query_row("SELECT text, n FROM notes, mine", [], |row| Ok((row.get(0)?, row.get(1)?))).unwrap();
    assert_eq!((text.as_str(), count), ("kept", 0));
}

#[test]
fn a_large_book_gives_its_room_back() {
    let folder = tempfile::tempdir().unwrap();
    let path = folder.path().join("book.db");
    let store = create(&path);
    let empty = fs::metadata(&path).unwrap().len();
    register(&store);
    let pending: Vec<_> =
        (0..3_000).map(|_| store.submit(Command::new(at(1), deposit("1")), Duration::from_mins(1))).collect();
    for answer in pending {
        block_on(answer).unwrap();
    }
    drop(store);
    assert!(fs::metadata(&path).unwrap().len() > 2 * empty);
    SqliteStore::reset(&path).unwrap();
    assert_eq!(fs::metadata(&path).unwrap().len(), empty);
}

#[test]
fn only_a_book_can_be_reset_and_nothing_else_is_touched() {
    let folder = tempfile::tempdir().unwrap();
    let at = |name: &str| folder.path().join(name);
    assert!(matches!(SqliteStore::reset(&at("missing.db")), Err(OpenError::NotFound { .. })));
    assert_eq!(fs::read_dir(folder.path()).unwrap().count(), 0, "nothing is made");

    fs::write(at("notes.txt"), "not a database, but long enough to be taken for one".repeat(20)).unwrap();
    assert!(matches!(SqliteStore::reset(&at("notes.txt")), Err(OpenError::NotABook { .. })));
    Connection::open(at("songs.db")).unwrap().execute_batch("CREATE TABLE songs (id INTEGER)").unwrap();
    assert!(matches!(SqliteStore::reset(&at("songs.db")), Err(OpenError::NotABook { .. })));
    assert_eq!(names(&at("songs.db"), "table"), ["songs"]);

    register(&create(&at("newer.db")));
    let newer = Connection::open(at("newer.db")).unwrap();
    newer.execute("UPDATE book SET schema_version = 99", []).unwrap();
    assert!(matches!(SqliteStore::reset(&at("newer.db")), Err(OpenError::NewerSchema { .. })));
    let rows: i64 = newer.query_row("SELECT count(*) FROM strategies", [], |row| row.get(0)).unwrap();
    assert_eq!(rows, 1);
}

#[test]
fn a_book_made_by_hand_is_reset_and_migrating_makes_none() {
    let folder = tempfile::tempdir().unwrap();
    let path = folder.path().join("book.db");
    assert!(matches!(open(&path, Access::Migrate), Err(OpenError::NotFound { .. })));
    assert!(!path.exists());
    Connection::open(&path).unwrap().execute_batch(SCHEMA).unwrap();
    register(&open(&path, Access::Migrate).unwrap());
    assert_eq!(
        Connection::open(&path)
            .unwrap()
            .query_row("SELECT count(*) FROM refinery_schema_history", [], |row| row.get::<_, i64>(0))
            .unwrap(),
        1
    );
    SqliteStore::reset(&path).unwrap();
    assert_empty(&create(&path));
}
