//! A private server can be stopped, killed, frozen and set up differently.
#![cfg(unix)]

use std::{
    io::{Read, Write},
    net::TcpStream,
    path::Path,
    thread,
    time::Duration,
};

use nailsage_test_postgres::{Cluster, Database};

fn one(database: &Database, sql: &str) -> Option<String> {
    database.rows(sql).remove(0).remove(0)
}

fn with_a_row(cluster: &Cluster) -> Database {
    let database = cluster.database();
    database.execute("CREATE TABLE notes (note text); INSERT INTO notes VALUES ('a')");
    database
}

#[test]
fn what_was_committed_outlives_an_immediate_stop() {
    let cluster = Cluster::start(&[]);
    let database = with_a_row(&cluster);
    cluster.stop_immediately();
    assert!(TcpStream::connect(("127.0.0.1", cluster.port())).is_err(), "nothing listens any more");
    let (state, _) = database.try_rows("SELECT 1").expect_err("the server is stopped");
    assert_eq!(state, "08000");
    cluster.start_again();
    assert_eq!(one(&database, "SELECT note FROM notes").as_deref(), Some("a"));
    assert!(database.url().contains(&format!(":{}/", cluster.port())), "the port has stayed");
    drop(cluster.database());
}

#[test]
fn what_was_committed_outlives_a_kill() {
    let cluster = Cluster::start(&[]);
    let database = with_a_row(&cluster);
    cluster.kill();
    assert!(TcpStream::connect(("127.0.0.1", cluster.port())).is_err(), "nothing listens any more");
    cluster.start_again();
    assert_eq!(one(&database, "SELECT note FROM notes").as_deref(), Some("a"));
}

#[test]
fn a_frozen_server_answers_nothing_until_it_goes_on() {
    let cluster = Cluster::start(&[]);
    let database = with_a_row(&cluster);
    cluster.pause();
    thread::scope(|scope| {
        let asked = scope.spawn(|| one(&database, "SELECT note FROM notes"));
        thread::sleep(Duration::from_millis(500));
        assert!(!asked.is_finished(), "a frozen server does not answer");
        cluster.resume();
        assert_eq!(asked.join().unwrap().as_deref(), Some("a"));
    });
}

#[test]
fn a_frozen_server_freezes_connections_that_it_has() {
    let cluster = Cluster::start(&[]);
    let database = cluster.database();
    thread::scope(|scope| {
        let asked = scope.spawn(|| one(&database, "SELECT pg_sleep(2)"));
        // Long enough to be connected, not long enough to be answered; if it is neither, the test is still right.
        thread::sleep(Duration::from_millis(150));
        cluster.pause();
        thread::sleep(Duration::from_millis(500));
        assert!(!asked.is_finished(), "a frozen server does not answer");
        cluster.resume();
        asked.join().unwrap();
    });
}

#[test]
fn a_frozen_server_is_cleared_away_too() {
    let cluster = Cluster::start(&[]);
    let port = cluster.port();
    cluster.pause();
    drop(cluster);
    assert!(TcpStream::connect(("127.0.0.1", port)).is_err(), "nothing listens any more");
}

#[test]
fn a_server_has_the_settings_that_it_was_given() {
    let cluster = Cluster::start(&[("max_connections", "17"), ("cluster_name", "it's ours")]);
    let database = cluster.database();
    assert_eq!(one(&database, "SHOW max_connections").as_deref(), Some("17"));
    assert_eq!(one(&database, "SHOW cluster_name").as_deref(), Some("it's ours"));
    let copy = cluster.copy_of(&database);
    assert_ne!(copy.name(), database.name());
}

#[test]
fn a_server_to_measure_has_its_files_among_the_temporary_ones() {
    let cluster = Cluster::on_disk(&[]);
    let folder = one(&cluster.database(), "SHOW data_directory").unwrap();
    // Where the usual folder is closed to servers, theirs is the other one.
    let folders = [std::env::temp_dir(), "/tmp".into()];
    assert!(folders.iter().any(|temporary| Path::new(&folder).starts_with(temporary)), "{folder}");
}

/// The first thing that a client sends if it wants TLS, and the letter that answers it.
fn answer_to_tls(port: u16) -> u8 {
    const REQUEST: [u8; 8] = [0, 0, 0, 8, 0x04, 0xd2, 0x16, 0x2f];
    let mut stream = TcpStream::connect(("127.0.0.1", port)).expect("the server listens");
    stream.write_all(&REQUEST).expect("the server takes what a client says first");
    let mut answer = [0];
    stream.read_exact(&mut answer).expect("the server answers with a letter");
    answer[0]
}

#[test]
fn a_server_with_tls_serves_tls() {
    let (cluster, authority) = Cluster::with_tls(&["localhost", "127.0.0.1"]);
    assert_eq!(answer_to_tls(cluster.port()), b'S');
    let database = cluster.database();
    assert_eq!(one(&database, "SHOW ssl").as_deref(), Some("on"));
    assert!(std::fs::read_to_string(authority).unwrap().starts_with("-----BEGIN CERTIFICATE-----"));
    assert_eq!(answer_to_tls(Cluster::start(&[]).port()), b'N');
}
