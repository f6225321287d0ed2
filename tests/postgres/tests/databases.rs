//! Databases are each test's own, and gone afterwards.

use nailsage_test_postgres::{Database, server};
use tokio_postgres::NoTls;

fn one(database: &Database, sql: &str) -> Option<String> {
    database.rows(sql).remove(0).remove(0)
}

fn exists(name: &str) -> bool {
    let sql = format!("SELECT count(*) FROM pg_database WHERE datname = '{name}'");
    one(&server().database(), &sql).as_deref() == Some("1")
}

#[test]
fn a_database_is_isolated() {
    let (first, second) = (server().database(), server().database());
    assert_ne!(first.name(), second.name());
    first.execute("CREATE TABLE notes (note text); INSERT INTO notes VALUES ('a'), (NULL)");
    let rows = first.rows("SELECT note, 1 FROM notes ORDER BY note; SELECT 2");
    let text = |text: &str| Some(text.to_owned());
    assert_eq!(rows, [vec![text("a"), text("1")], vec![None, text("1")], vec![text("2")]]);
    let (state, message) = second.try_rows("SELECT note FROM notes").expect_err("the table is in another database");
    assert_eq!((&*state, &*message), ("42P01", "relation \"notes\" does not exist"));
}

#[test]
fn a_database_is_dropped_with_its_value_whoever_is_connected() {
    let database = server().database();
    let name = database.name().to_owned();
    assert!(exists(&name));
    let runtime = tokio::runtime::Builder::new_current_thread().enable_all().build().unwrap();
    let (client, connection) = runtime.block_on(tokio_postgres::connect(database.url(), NoTls)).unwrap();
    let running = runtime.spawn(connection);
    runtime.block_on(client.simple_query("SELECT 1")).unwrap();
    drop(database);
    assert!(!exists(&name));
    assert!(runtime.block_on(running).unwrap().is_err(), "the server has closed the connection");
}

#[test]
fn a_copy_has_the_content_and_a_life_of_its_own() {
    let template = server().database();
    template.execute("CREATE TABLE notes (note text); INSERT INTO notes VALUES ('a')");
    let copies = [server().copy_of(&template), server().copy_of(&template)];
    copies[0].execute("DELETE FROM notes");
    let count = |database: &Database| one(database, "SELECT count(*) FROM notes").unwrap();
    assert_eq!((count(&template), count(&copies[0]), count(&copies[1])), ("1".into(), "0".into(), "1".into()));
    drop(template);
    assert_eq!(count(&copies[1]), "1");
}

#[test]
fn a_copy_waits_for_those_who_leave() {
    let template = server().database();
    let runtime = tokio::runtime::Builder::new_multi_thread().worker_threads(1).enable_all().build().unwrap();
    let (client, connection) = runtime.block_on(tokio_postgres::connect(template.url(), NoTls)).unwrap();
    runtime.spawn(connection);
    runtime.spawn(async move {
        client.simple_query("SELECT pg_sleep(0.5)").await.unwrap();
        drop(client);
    });
    let copy = server().copy_of(&template);
    assert_eq!(one(&copy, "SELECT 1").as_deref(), Some("1"));
}

#[tokio::test]
async fn all_of_it_can_be_called_where_nothing_may_block() {
    let database = server().database();
    database.execute("CREATE TABLE notes (note text)");
    let copy = server().copy_of(&database);
    assert_eq!(one(&copy, "SELECT count(*) FROM notes").as_deref(), Some("0"));
}

#[test]
fn the_server_is_as_durable_as_the_store_demands() {
    let database = server().database();
    for setting in ["fsync", "full_page_writes", "synchronous_commit"] {
        assert_eq!(one(&database, &format!("SHOW {setting}")).as_deref(), Some("on"), "{setting}");
    }
}

#[test]
fn many_databases_are_made_at_once() {
    std::thread::scope(|scope| {
        for thread in 0..8 {
            scope.spawn(move || {
                for round in 0..5 {
                    let database = server().database();
                    database.execute("CREATE TABLE notes (note text)");
                    let copy = server().copy_of(&database);
                    assert_eq!(one(&copy, "SELECT count(*) FROM notes").as_deref(), Some("0"), "{thread} {round}");
                }
            });
        }
    });
}
