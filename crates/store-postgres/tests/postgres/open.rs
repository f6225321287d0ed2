//! Opening: each thing that can be wrong has its own answer, and nothing is written.

use std::{
    error::Error,
    io::{Read as _, Write as _},
    net::{Shutdown, TcpListener},
    thread,
    time::{Duration, Instant},
};

use futures_executor::block_on;
use nailsage_domain::StarlistingId;
use nailsage_store::{
    Access, EventQuery, LedgerQuery, MarkMarket, OpenError, PositionQuery, Reader as _, SignalQuery, StoreError,
    StoreExt as _, StrategyQuery, TradeQuery,
};
use nailsage_test_postgres::{Database, server};
use nailsage_views::{blocks, trade};

use crate::{
    book::{
        MINUTE, SCHEMA, STRATEGY, assert_whole, at, book, create, done, key, open, own_server, pair, register, submit,
    },
    session::{assert_no_transaction_is_left, number},
};

pub(crate) const ALL: [Access; 3] = [Access::Create, Access::Existing, Access::ReadOnly];
const NOT_MAKING: [Access; 2] = [Access::Existing, Access::ReadOnly];

/// Everything in a database that opening could add to or change.
fn contents(database: &Database) -> Vec<Vec<Option<String>>> {
    let of_us = "FROM pg_namespace AS n WHERE n.nspname !~ '^pg_|^information_schema$'";
    let mut all = database.rows(&format!(
        "SELECT n.nspname, c.relname, c.relkind::text FROM pg_class AS c JOIN (SELECT * {of_us}) AS n ON n.oid = c.relnamespace \
         UNION ALL SELECT n.nspname, p.proname, 'f' FROM pg_proc AS p JOIN (SELECT * {of_us}) AS n ON n.oid = p.pronamespace \
         UNION ALL SELECT n.nspname, NULL, 'n' {of_us} ORDER BY 1, 2, 3"
    ));
    let holds =
        |table: &str| all.iter().any(|row| row[0].as_deref() == Some("public") && row[1].as_deref() == Some(table));
    let tables: Vec<_> = ["book", "refinery_schema_history"].into_iter().filter(|table| holds(table)).collect();
    for table in tables {
        all.extend(database.rows(&format!("SELECT * FROM {table}")));
    }
    all
}

/// Opens what cannot be opened, and checks that it stays as it was and what is said about it.
fn refused(database: &Database, access: Access) -> OpenError {
    let before = contents(database);
    let error = refused_at(database.url(), access);
    assert_eq!(before, contents(database), "nothing is written");
    error
}

/// The same, where no database can be looked into.
pub(crate) fn refused_at(url: &str, access: Access) -> OpenError {
    let error = open(url, access).unwrap_err();
    let text = chain(&error);
    let (_, rest) = url.split_once("://").unwrap();
    let (_, password) = rest.split_once('@').unwrap().0.split_once(':').unwrap();
    assert!(!text.contains(password) && !format!("{error:?}").contains(password), "{text}");
    let sentence = error.to_string();
    assert!(!sentence.contains('\n') && sentence.len() < 300, "one sentence is enough: {sentence}");
    error
}

/// What a program prints: the error and its causes.
pub(crate) fn chain(error: &dyn Error) -> String {
    let mut text = error.to_string();
    let mut cause = error.source();
    while let Some(inner) = cause {
        text = format!("{text}: {inner}");
        cause = inner.source();
    }
    text
}

/// The same URL with another user and password.
fn as_role(url: &str, role: &str, password: &str) -> String {
    let (_, rest) = url.split_once('@').unwrap();
    format!("postgresql://{role}:{password}@{rest}")
}

/// The same URL with another database.
fn at_database(database: &Database, name: &str) -> String {
    database.url().replace(database.name(), name)
}

#[test]
fn reading_never_creates_a_book() {
    let database = server().database();
    for access in NOT_MAKING {
        let error = refused(&database, access);
        assert!(matches!(error, OpenError::NotFound { .. }), "{error:?}");
        assert!(error.to_string().contains("there is no book at postgresql://"), "{error}");
    }
    assert!(contents(&database).iter().all(|row| row[2].as_deref() == Some("n")), "it is still empty");
}

#[test]
fn a_book_is_made_once_and_opened_again_without_migrating() {
    let database = server().database();
    register(&create(database.url()));
    let before = contents(&database);
    for access in ALL {
        let store = open(database.url(), access).unwrap();
        assert_eq!(block_on(store.book()).unwrap().commit_seq, 1);
    }
    assert_eq!(contents(&database), before);
    assert_eq!(number(&database, "SELECT count(*) FROM refinery_schema_history"), 1);
}

#[test]
fn what_is_not_a_book_is_told_apart() {
    let database = server().database();
    database.execute("CREATE TABLE songs (id bigint); INSERT INTO songs VALUES (1)");
    for access in ALL {
        let error = refused(&database, access);
        assert!(matches!(&error, OpenError::NotABook { found, .. } if found.contains("songs")), "{error:?}");
    }

    let database = server().database();
    for table in ["strategies", "positions", "signals", "trades", "state_snapshots", "event_log"] {
        database.execute(&format!("CREATE TABLE {table} (id SERIAL PRIMARY KEY)"));
    }
    for access in ALL {
        let error = refused(&database, access);
        assert!(matches!(error, OpenError::PythonDatabase { .. }), "{error:?}");
    }
}

#[test]
fn what_an_extension_brought_or_lies_in_another_schema_is_nobodys() {
    let database = own_server().database();
    database.execute(
        "CREATE TABLE spatial (id bigint); ALTER EXTENSION plpgsql ADD TABLE spatial; \
         CREATE SCHEMA other; CREATE TABLE other.book (id bigint); CREATE TABLE other.songs (id bigint); \
         CREATE VIEW seen AS SELECT 1 AS one; CREATE SEQUENCE counted",
    );
    for access in NOT_MAKING {
        let error = refused(&database, access);
        assert!(matches!(error, OpenError::NotFound { .. }), "{error:?}");
    }
    register(&create(database.url()));
    assert_whole(&database);
}

#[test]
fn a_book_made_by_hand_opens_and_its_history_is_written_down_once() {
    let database = server().database();
    database.execute(SCHEMA);
    for access in [Access::ReadOnly, Access::Existing] {
        let before = contents(&database);
        assert_eq!(block_on(open(database.url(), access).unwrap().book()).unwrap().schema_version, 1);
        assert_eq!(contents(&database), before, "only who may migrate writes the history down");
    }
    for access in [Access::Create, Access::Create, Access::Existing, Access::ReadOnly] {
        let store = open(database.url(), access).unwrap();
        assert_eq!(block_on(store.book()).unwrap().schema_version, 1);
    }
    register(&open(database.url(), Access::Existing).unwrap());
    assert_eq!(number(&database, "SELECT count(*) FROM refinery_schema_history"), 1);
    assert_eq!(number(&database, "SELECT min(version) FROM refinery_schema_history"), 1);
}

#[test]
fn a_book_made_by_hand_and_not_to_the_end_is_refused() {
    let half = SCHEMA.rsplit_once("INSERT INTO book").unwrap().0;
    let database = server().database();
    database.execute(half);
    for access in ALL {
        let error = refused(&database, access);
        assert!(matches!(error, OpenError::Corrupt { .. }), "{error:?}");
    }
}

#[test]
fn an_interrupted_first_start_is_taken_up_again() {
    let database = server().database();
    database.execute(
        "CREATE TABLE refinery_schema_history (version int4 PRIMARY KEY, name varchar(255), applied_on varchar(255), \
         checksum varchar(255))",
    );
    for access in NOT_MAKING {
        assert!(matches!(refused(&database, access), OpenError::NotFound { .. }));
    }
    register(&create(database.url()));
    assert_eq!(number(&database, "SELECT count(*) FROM refinery_schema_history"), 1);
}

#[test]
fn another_schema_version_is_refused_and_never_touched() {
    let book = book();
    let database = &book.database;
    database.execute("UPDATE book SET schema_version = 2");
    for access in ALL {
        let error = refused(database, access);
        assert!(matches!(error, OpenError::NewerSchema { found: 2, known: 1, .. }), "{error:?}");
    }
    database.execute("ALTER TABLE book DROP CONSTRAINT book_schema_version_check; UPDATE book SET schema_version = 0");
    for access in NOT_MAKING {
        let error = refused(database, access);
        assert!(matches!(error, OpenError::OlderSchema { found: 0, known: 1, .. }), "{error:?}");
    }
}

#[test]
fn eight_starters_at_once_make_one_book() {
    for _ in 0..3 {
        let database = server().database();
        thread::scope(|scope| {
            for _ in 0..8 {
                scope.spawn(|| assert_eq!(block_on(create(database.url()).book()).unwrap().schema_version, 1));
            }
        });
        assert_eq!(number(&database, "SELECT count(*) FROM refinery_schema_history"), 1);
        assert_eq!(number(&database, "SELECT count(*) FROM book"), 1);
        assert_no_transaction_is_left(&database);
    }
}

#[test]
fn who_may_not_enter_is_told_so() {
    let database = own_server().database();
    for url in [
        as_role(database.url(), "nailsage", "wrong-password"),
        as_role(database.url(), "nobody_of_this_name", "any-password"),
    ] {
        let error = refused_at(&url, Access::Create);
        assert!(matches!(error, OpenError::PermissionDenied { .. }), "{error:?}");
        assert!(error.to_string().starts_with("no permission to open postgresql://127.0.0.1"), "{error}");
        assert!(chain(&error).contains("password authentication failed"), "{}", chain(&error));
    }
}

#[test]
fn a_database_or_a_server_that_is_not_there_is_told_apart() {
    let database = server().database();
    let error = refused_at(&at_database(&database, "nailsage_no_such_database"), Access::Create);
    assert!(matches!(error, OpenError::NoDatabase { .. }), "{error:?}");
    assert!(error.to_string().contains("nailsage_no_such_database"), "{error}");

    // A port that was free a moment ago.
    let port = TcpListener::bind("127.0.0.1:0").unwrap().local_addr().unwrap().port();
    let error = refused_at(&format!("postgresql://me:secret@127.0.0.1:{port}/book"), Access::Create);
    assert!(matches!(error, OpenError::Unreachable { .. }), "{error:?}");
    assert!(chain(&error).contains("refused"), "{}", chain(&error));
}

#[test]
fn what_answers_and_is_no_postgresql_is_unreachable() {
    let listener = TcpListener::bind("127.0.0.1:0").unwrap();
    let port = listener.local_addr().unwrap().port();
    let other = thread::spawn(move || {
        for stream in listener.incoming().take(1) {
            let mut stream = stream.unwrap();
            stream.write_all(b"HTTP/1.1 400 Bad Request\r\n\r\n").unwrap();
            stream.shutdown(Shutdown::Write).unwrap();
            // Until the client has had enough.
            drop(stream.read_to_end(&mut Vec::new()));
        }
    });
    let error = refused_at(&format!("postgresql://me:secret@127.0.0.1:{port}/book"), Access::Create);
    assert!(matches!(error, OpenError::Unreachable { .. }), "{error:?}");
    other.join().unwrap();
}

#[test]
fn a_server_that_accepts_and_says_nothing_is_given_up() {
    let listener = TcpListener::bind("127.0.0.1:0").unwrap();
    let port = listener.local_addr().unwrap().port();
    let begun = Instant::now();
    let url = format!("postgresql://me:secret@127.0.0.1:{port}/book?connect_timeout=1");
    let error = refused_at(&url, Access::Create);
    assert!(matches!(error, OpenError::Unreachable { .. }), "{error:?}");
    assert!(begun.elapsed() < Duration::from_secs(8), "{:?}", begun.elapsed());
}

#[test]
fn of_several_servers_the_one_that_is_there_is_taken() {
    let closed = TcpListener::bind("127.0.0.1:0").unwrap().local_addr().unwrap().port();
    let database = own_server().database();
    let url = database.url().replace("@127.0.0.1:", &format!("@127.0.0.1:{closed},127.0.0.1:"));
    let store = create(&url);
    register(&store);
    assert_eq!(block_on(store.book()).unwrap().commit_seq, 1);
    // One that takes no commands will not do.
    database.execute(&format!("ALTER DATABASE {} SET default_transaction_read_only = on", database.name()));
    let error = refused_at(&url, Access::ReadOnly);
    assert!(matches!(error, OpenError::Unreachable { .. }), "{error:?}");
}

#[test]
fn an_open_store_never_shows_its_password() {
    let database = own_server().database();
    create(database.url());
    database.execute("DROP ROLE IF EXISTS secretive; CREATE ROLE secretive SUPERUSER LOGIN PASSWORD 'XZJ@:/?#%XZJ'");
    let url = as_role(database.url(), "secretive", "XZJ%40%3A%2F%3F%23%25XZJ");
    let store = open(&url, Access::Existing).unwrap_or_else(|error| panic!("{}", chain(&error)));
    register(&store);
    block_on(store.book()).unwrap();
    for text in [format!("{store:?}"), format!("{store:#?}")] {
        // Neither as text nor as the bytes that the driver keeps.
        assert!(!text.contains("XZJ") && !text.contains("88, 90, 74"), "{text}");
    }
    // What the store says when the password has become a wrong one.
    database.execute("ALTER ROLE secretive PASSWORD 'another'");
    database.execute("SELECT pg_terminate_backend(pid) FROM pg_stat_activity WHERE usename = 'secretive'");
    let written = submit(&store, pair(STRATEGY, "pair-secret"), Duration::from_millis(500)).unwrap_err();
    let read = block_on(store.book()).unwrap_err();
    for error in [written, read] {
        assert!(matches!(error, StoreError::Unavailable { .. }), "{error:?}");
        assert!(!chain(&error).contains("XZJ") && !format!("{error:?}").contains("XZJ"), "{error:?}");
        // The writer's last attempt may be cut short by the command's deadline.
        let text = chain(&error);
        assert!(text.contains("password authentication failed") || text.contains("did not answer in time"), "{text}");
    }
}

/// A book on a server of our own, and the URL of a role that may read it and no more.
fn with_a_reader(role: &str) -> (Database, String) {
    let database = own_server().database();
    register(&create(database.url()));
    database.execute(&format!(
        "DROP ROLE IF EXISTS {role}; CREATE ROLE {role} LOGIN PASSWORD 'another-secret'; \
         GRANT USAGE ON SCHEMA public TO {role}; GRANT SELECT ON ALL TABLES IN SCHEMA public TO {role}"
    ));
    let url = as_role(database.url(), role, "another-secret");
    (database, url)
}

#[test]
fn a_role_that_may_only_read_reads_everything() {
    let (database, url) = with_a_reader("dashboard");
    done(submit(&open(database.url(), Access::Existing).unwrap(), pair(STRATEGY, "pair-seen"), MINUTE));
    let store = open(&url, Access::ReadOnly).unwrap();
    assert_eq!(block_on(store.book()).unwrap().commit_seq, 2);
    let id = block_on(store.strategies(StrategyQuery::default())).unwrap().items[0].strategy.id;
    assert!(block_on(store.strategy(STRATEGY.parse().unwrap())).unwrap().is_some());
    let position = &block_on(store.positions(PositionQuery::default())).unwrap().items[0];
    assert!(block_on(store.position(position.id)).unwrap().is_some());
    assert_eq!(block_on(store.trades(TradeQuery::default())).unwrap().items.len(), 1);
    assert_eq!(block_on(store.signals(SignalQuery::default())).unwrap().items.len(), 0);
    assert_eq!(block_on(store.ledger(LedgerQuery::of(id))).unwrap().items.len(), 3);
    assert_eq!(block_on(store.events(EventQuery::default())).unwrap().items.len(), 3);
    assert!(block_on(store.outcome(key("pair-seen"))).unwrap().is_some());
    let error = submit(&store, pair(STRATEGY, "pair-forbidden"), MINUTE).unwrap_err();
    assert!(matches!(error, StoreError::Unavailable { .. }), "{error:?}");
}

#[test]
fn a_role_that_may_only_read_cannot_open_for_writing() {
    let (_database, url) = with_a_reader("onlooker");
    for access in [Access::Create, Access::Existing] {
        let error = refused_at(&url, access);
        assert!(matches!(error, OpenError::PermissionDenied { .. }), "{error:?}");
    }
}

#[test]
fn a_role_that_may_not_make_tables_makes_no_book() {
    let (database, _) = with_a_reader("guest");
    let empty = own_server().database();
    let url = as_role(empty.url(), "guest", "another-secret");
    let error = refused_at(&url, Access::Create);
    assert!(matches!(error, OpenError::PermissionDenied { .. }), "{error:?}");
    assert!(chain(&error).contains("permission denied"), "{}", chain(&error));
    assert!(contents(&empty).iter().all(|row| row[2].as_deref() == Some("n")), "nothing is made");
    drop(database);
}

#[test]
fn a_role_that_may_write_rows_and_owns_nothing_can_write_the_book() {
    let (database, url) = with_a_reader("trader");
    let documented = blocks("postgres.md", "-- SQLite\n").into_iter().map(|(_, sql)| sql);
    let granted: Vec<_> = documented.filter(|sql| sql.contains(" TO bot;")).collect();
    assert_eq!(granted.len(), 1, "{granted:?}");
    database.execute(&granted[0].replace(" TO bot;", " TO trader;"));
    // What a bot does: between them, these write every table.
    let store = open(&url, Access::Existing).unwrap();
    trade(&store);
    let mark = MarkMarket { starlisting_id: StarlistingId::new(7).unwrap(), price: "46000".parse().unwrap() };
    block_on(store.mark_market(at(9), mark)).unwrap();
    for _ in 0..2 {
        block_on(store.refresh_metrics(at(9))).unwrap();
    }
    done(submit(&open(&url, Access::Create).unwrap(), pair(STRATEGY, "pair-created"), MINUTE));
    for table in ["daily_totals", "performance_metrics", "strategy_snapshots", "requests"] {
        assert!(number(&database, &format!("SELECT count(*) FROM {table}")) > 0, "{table}");
    }
}
