//! PgBouncer pools transactions, not sessions.
#![cfg(unix)]

use nailsage_test_postgres::{Cluster, PgBouncer};
use tokio_postgres::{Client, NoTls};

async fn connect(url: &str) -> Client {
    let (client, connection) = tokio_postgres::connect(url, NoTls).await.expect("PgBouncer takes connections");
    tokio::spawn(connection);
    client
}

/// The server's process that serves a client just now. Over the simple protocol: prepared statements belong to a
/// session.
async fn process_of(client: &Client) -> String {
    use tokio_postgres::SimpleQueryMessage::Row;
    let messages = client.simple_query("SELECT pg_backend_pid()").await.expect("the server is there");
    let mut rows = messages.iter().filter_map(|message| if let Row(row) = message { row.get(0) } else { None });
    rows.next().expect("the query has one row").to_owned()
}

#[tokio::test]
async fn a_connection_is_shared_between_transactions() {
    let cluster = Cluster::start(&[]);
    let database = cluster.database();
    let bouncer = PgBouncer::before(&cluster, &database);
    let (first, second) = (connect(bouncer.url()).await, connect(bouncer.url()).await);
    assert_eq!(process_of(&first).await, process_of(&second).await, "one connection serves both clients in turn");

    first.simple_query("BEGIN").await.unwrap();
    let busy = process_of(&first).await;
    assert_ne!(busy, process_of(&second).await, "a transaction has its connection to itself");
    assert_eq!(busy, process_of(&first).await);
    first.simple_query("COMMIT").await.unwrap();
}

#[tokio::test]
async fn it_finds_a_server_that_was_started_again() {
    let cluster = Cluster::start(&[]);
    let database = cluster.database();
    let bouncer = PgBouncer::before(&cluster, &database);
    cluster.stop_immediately();
    cluster.start_again();
    let mut tries = 0;
    while connect(bouncer.url()).await.simple_query("SELECT 1").await.is_err() {
        tries += 1;
        assert!(tries < 10, "PgBouncer has lost the server for good");
    }
}
