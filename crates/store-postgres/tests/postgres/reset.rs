//! Emptying a book: all of it at once, nothing else, under the eyes of those who have it open.

use std::{
    sync::atomic::{AtomicBool, Ordering},
    thread,
    time::Duration,
};

use futures_executor::block_on;
use nailsage_store::{
    Access, Answer, Command, EventQuery, OpenError, PositionQuery, Reader as _, Refusal, Store as _, StoreExt as _,
    StrategyQuery,
    inspect::{HISTORY_TABLE, TABLES, VIEWS},
};
use nailsage_store_postgres::PostgresStore;
use nailsage_test_postgres::{Database, PgBouncer, server};

use crate::{
    book::{MINUTE, SCHEMA, assert_whole, at, book, create, deposit, long, open, own_server, register},
    open::chain,
    session::{Session, number},
};

fn reset(url: &str) -> Result<(), OpenError> {
    block_on(PostgresStore::reset(url))
}

/// Everything that was made in the schema of a book, in words.
fn schema(database: &Database) -> Vec<Vec<Option<String>>> {
    database.rows(
        "SELECT 'relation', c.relname, c.relkind::text, pg_get_userbyid(c.relowner), c.reloptions::text FROM pg_class AS c \
         WHERE c.relnamespace = 'public'::regnamespace \
         UNION ALL SELECT 'column', a.attrelid::regclass::text, a.attname, format_type(a.atttypid, a.atttypmod), \
         a.attnotnull::text FROM pg_attribute AS a JOIN pg_class AS c ON c.oid = a.attrelid \
         WHERE c.relnamespace = 'public'::regnamespace AND a.attnum > 0 AND c.relkind IN ('r', 'v') \
         UNION ALL SELECT 'constraint', conrelid::regclass::text, conname, pg_get_constraintdef(oid), NULL \
         FROM pg_constraint WHERE connamespace = 'public'::regnamespace \
         UNION ALL SELECT 'trigger', tgrelid::regclass::text, tgname, pg_get_triggerdef(oid), NULL FROM pg_trigger \
         WHERE NOT tgisinternal \
         UNION ALL SELECT 'function', proname, prosrc, NULL, NULL FROM pg_proc WHERE pronamespace = 'public'::regnamespace \
         ORDER BY 1, 2, 3",
    )
}

fn assert_empty(store: &PostgresStore) {
    let book = block_on(store.book()).unwrap();
    assert_eq!((book.schema_version, book.commit_seq, book.strategies, book.events), (1, 0, 0, 1));
    assert!(block_on(store.strategies(StrategyQuery::default())).unwrap().items.is_empty());
    let events = block_on(store.events(EventQuery::default())).unwrap().items;
    assert_eq!(events.iter().map(|event| event.event_type.as_str()).collect::<Vec<_>>(), ["schema_initialized"]);
}

fn names(database: &Database, sql: &str) -> Vec<String> {
    database.rows(sql).into_iter().flatten().flatten().collect()
}

#[test]
fn a_reset_book_is_empty_with_ids_from_1_and_the_schema_of_a_new_one() {
    let (database, fresh) = (server().database(), server().database());
    let store = create(database.url());
    register(&store);
    block_on(store.open_position(at(1), long())).unwrap();
    block_on(store.adjust_bankroll(at(2), deposit("1"))).unwrap();
    drop(store);

    reset(database.url()).unwrap();

    drop(create(fresh.url()));
    assert_eq!(schema(&database), schema(&fresh));
    let history = |database: &Database| database.rows("SELECT version, name, checksum FROM refinery_schema_history");
    assert_eq!(history(&database), history(&fresh));
    let store = open(database.url(), Access::Existing).unwrap();
    assert_empty(&store);
    register(&store);
    let opened = block_on(store.open_position(at(1), long())).unwrap();
    assert_eq!((opened.position_id.get(), opened.trade_id.get()), (1, 1));
    assert_whole(&database);
}

#[test]
fn what_the_migrations_make_is_what_a_reset_removes() {
    let database = server().database();
    drop(create(database.url()));
    let of_kind = |kind: &str| {
        let sql = "SELECT relname::text COLLATE \"C\" FROM pg_class WHERE relnamespace = 'public'::regnamespace AND relkind = ";
        names(&database, &format!("{sql} '{kind}' ORDER BY 1"))
    };
    let mut tables: Vec<_> = TABLES.into_iter().chain([HISTORY_TABLE]).collect();
    tables.sort_unstable();
    assert_eq!(of_kind("r"), tables);
    let mut views = VIEWS;
    views.sort_unstable();
    assert_eq!(of_kind("v"), views);
    assert_eq!(of_kind("S"), Vec::<String>::new());
    let functions = "SELECT proname::text FROM pg_proc WHERE pronamespace = 'public'::regnamespace ORDER BY 1";
    assert_eq!(names(&database, functions), ["book_is_pruning", "book_refuse"]);
    let types =
        "SELECT typname::text FROM pg_type WHERE typnamespace = 'public'::regnamespace AND typtype IN ('d', 'e')";
    assert_eq!(names(&database, types), Vec::<String>::new());
}

#[test]
fn a_store_that_is_open_during_a_reset_sees_the_empty_book_and_writes_to_it() {
    let book = book();
    let reader = open(book.database.url(), Access::ReadOnly).unwrap();
    // So that everything is prepared that ever is.
    block_on(book.store.open_position(at(1), long())).unwrap();
    block_on(book.store.open_position(at(1), long())).unwrap();
    assert_eq!(block_on(reader.positions(PositionQuery::default())).unwrap().items.len(), 2);

    reset(book.database.url()).unwrap();

    assert_empty(&reader);
    assert_empty(&book.store);
    let submitted = book.store.submit(Command::new(at(1), deposit("1")), MINUTE);
    let Ok(Answer::Refused(refused)) = block_on(submitted) else { panic!("it knew a strategy that is gone") };
    assert!(matches!(refused.refusal, Refusal::UnknownStrategy { .. }), "{refused:?}");
    register(&book.store);
    let opened = block_on(book.store.open_position(at(1), long())).unwrap();
    assert_eq!(opened.position_id.get(), 1);
    assert_eq!(block_on(reader.book()).unwrap().positions, 1);
    assert_whole(&book.database);
}

#[test]
fn a_book_that_is_used_all_the_time_is_reset_and_nobody_sees_a_half() {
    let book = book();
    let reader = open(book.database.url(), Access::ReadOnly).unwrap();
    let is_done = AtomicBool::new(false);
    let is_over = || is_done.load(Ordering::Acquire);
    thread::scope(|scope| {
        scope.spawn(|| {
            while !is_over() {
                let pending: Vec<_> =
                    (0..50).map(|_| book.store.submit(Command::new(at(1), deposit("1")), MINUTE)).collect();
                // Refused where the strategy is gone, and otherwise carried out; never anything else.
                let answers: Vec<_> = pending.into_iter().map(|answer| block_on(answer).unwrap()).collect();
                if matches!(answers.last(), Some(Answer::Refused(_))) {
                    register(&book.store);
                }
            }
        });
        for _ in 0..2 {
            scope.spawn(|| {
                while !is_over() {
                    for record in block_on(reader.strategies(StrategyQuery::default())).unwrap().items {
                        assert_eq!(record.strategy.id.get(), 1);
                    }
                    block_on(reader.positions(PositionQuery::default())).unwrap();
                }
            });
        }
        for _ in 0..10 {
            reset(book.database.url()).unwrap();
            thread::sleep(Duration::from_millis(20));
        }
        is_done.store(true, Ordering::Release);
    });
    assert_whole(&book.database);
}

#[test]
fn whoever_reads_for_long_is_waited_for() {
    let book = book();
    let backup = Session::new(book.database.url());
    backup.run("BEGIN").unwrap();
    backup.run("SELECT * FROM strategies").unwrap();
    let url = book.database.url().to_owned();
    let resetting = thread::spawn(move || reset(&url));
    thread::sleep(Duration::from_millis(700));
    assert!(!resetting.is_finished());
    // Between two attempts the book can be used.
    block_on(book.store.adjust_bankroll(at(1), deposit("1"))).unwrap();
    assert_eq!(backup.run("SELECT id FROM strategies").unwrap().len(), 1);
    backup.run("COMMIT").unwrap();
    resetting.join().unwrap().unwrap();
    assert_empty(&book.store);
}

#[test]
fn what_is_not_the_books_stays_and_what_needs_the_book_is_named() {
    let book = book();
    book.database.execute("CREATE TABLE notes (text text); INSERT INTO notes VALUES ('kept'); CREATE SCHEMA other; CREATE TABLE other.book (id bigint)");
    reset(book.database.url()).unwrap();
    assert_eq!(names(&book.database, "SELECT text FROM notes"), ["kept"]);
    assert_eq!(number(&book.database, "SELECT count(*) FROM other.book"), 0);

    register(&book.store);
    book.database.execute("CREATE VIEW mine AS SELECT id FROM strategies");
    let error = reset(book.database.url()).unwrap_err();
    assert!(chain(&error).contains("view mine depends on table strategies"), "{}", chain(&error));
    assert!(!chain(&error).contains('\n'), "{}", chain(&error));
    assert_eq!(number(&book.database, "SELECT count(*) FROM mine"), 1, "nothing was removed");
}

#[test]
fn who_might_use_the_book_still_may_and_its_owner_stays_whoever_resets_it() {
    let database = own_server().database();
    let name = database.name();
    let (owner, dashboard) = (format!("{name}_owner"), format!("{name}_dashboard"));
    database.execute(&format!(
        "CREATE ROLE {owner} LOGIN PASSWORD 'another-secret'; CREATE ROLE {dashboard}; GRANT CREATE ON SCHEMA public TO {owner}; \
         CREATE SCHEMA {owner}_elsewhere"
    ));
    let (_, rest) = database.url().split_once('@').unwrap();
    register(&create(&format!("postgresql://{owner}:another-secret@{rest}")));
    database.execute(&format!(
        "GRANT SELECT ON trades, v_recent_signals TO {dashboard} WITH GRANT OPTION; GRANT SELECT ON positions TO PUBLIC; \
         GRANT INSERT, UPDATE ON book TO {dashboard}"
    ));
    // Unqualified names would lead its owner here.
    database.execute(&format!("CREATE SCHEMA {owner} AUTHORIZATION {owner}"));
    let grants = "SELECT relname, relacl::text, pg_get_userbyid(relowner) FROM pg_class \
         WHERE relnamespace = 'public'::regnamespace AND relkind IN ('r', 'v') AND relname <> 'refinery_schema_history' \
         AND relacl IS NOT NULL ORDER BY 1";
    let before = (database.rows(grants), schema(&database));

    reset(database.url()).unwrap();

    assert_eq!((database.rows(grants), schema(&database)), before);
    assert_eq!(number(&database, "SELECT count(*) FROM strategies"), 0);
    database
        .execute(&format!("DROP OWNED BY {owner} CASCADE; DROP OWNED BY {dashboard}; DROP ROLE {owner}, {dashboard}"));
}

#[test]
fn who_does_not_own_the_book_cannot_reset_it() {
    let database = own_server().database();
    register(&create(database.url()));
    let role = format!("{}_bot", database.name());
    database.execute(&format!(
        "CREATE ROLE {role} LOGIN PASSWORD 'another-secret'; GRANT SELECT, INSERT, UPDATE ON ALL TABLES IN SCHEMA public TO {role}"
    ));
    let (_, rest) = database.url().split_once('@').unwrap();
    let error = reset(&format!("postgresql://{role}:another-secret@{rest}")).unwrap_err();
    assert!(matches!(error, OpenError::PermissionDenied { .. }), "{error:?}");
    assert_eq!(number(&database, "SELECT count(*) FROM strategies"), 1);
    database.execute(&format!("DROP OWNED BY {role}; DROP ROLE {role}"));
}

#[test]
fn only_a_book_can_be_reset_and_nothing_else_is_touched() {
    let database = server().database();
    assert!(matches!(reset(database.url()), Err(OpenError::NotFound { .. })));
    assert!(matches!(open(database.url(), Access::Migrate), Err(OpenError::NotFound { .. })));
    assert_eq!(schema(&database), Vec::<Vec<_>>::new(), "nothing is made");
    database.execute("CREATE TABLE songs (id bigint); INSERT INTO songs VALUES (1)");
    assert!(matches!(reset(database.url()), Err(OpenError::NotABook { .. })));
    assert_eq!(number(&database, "SELECT count(*) FROM songs"), 1);

    let newer = book();
    newer.database.execute("UPDATE book SET schema_version = 99");
    assert!(matches!(reset(newer.database.url()), Err(OpenError::NewerSchema { .. })));
    assert_eq!(number(&newer.database, "SELECT count(*) FROM strategies"), 1);
}

#[test]
fn a_book_made_by_hand_is_reset_behind_a_pooler_too() {
    let database = own_server().database();
    database.execute(SCHEMA);
    let pooler = PgBouncer::before(own_server(), &database);
    let store = open(pooler.url(), Access::Migrate).unwrap();
    register(&store);
    reset(pooler.url()).unwrap();
    assert_empty(&store);
    assert_eq!(number(&database, "SELECT count(*) FROM refinery_schema_history"), 1);
}
