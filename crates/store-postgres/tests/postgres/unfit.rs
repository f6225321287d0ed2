//! Servers and databases that would break a promise are refused, each with what is wrong about it.

use std::time::Instant;

use futures_executor::block_on;
use nailsage_store::{Access, Command, OpenError, Reader as _, StoreError};
use nailsage_test_postgres::{Cluster, Database};

use crate::{
    book::{LATE, MINUTE, at, create, deposit, done, open, own_server, register, submit},
    open::{ALL, refused_at},
    session::{number, wait_until},
};

fn assert_unfit(url: &str, sentence: &str) {
    for access in ALL {
        let error = refused_at(url, access);
        assert!(matches!(error, OpenError::Unfit { .. }), "{error:?}");
        assert!(error.to_string().contains(sentence), "{error}");
    }
}

/// Changes a setting of a whole server, and waits until new connections see it.
fn set(database: &Database, name: &str, value: &str) {
    database.execute(&format!("ALTER SYSTEM SET {name} = {value}"));
    database.execute("SELECT pg_reload_conf()");
    wait_until(database, &format!("SELECT current_setting('{name}') = '{value}'"));
}

#[test]
fn a_server_that_may_lose_what_it_has_answered_is_refused() {
    let cluster = Cluster::start(&[]);
    let database = cluster.database();
    let store = create(database.url());
    register(&store);
    for name in ["fsync", "full_page_writes", "synchronous_commit"] {
        set(&database, name, "off");
        assert_unfit(database.url(), &format!("{name} is off"));
        set(&database, name, "on");
    }
    for value in ["local", "remote_write"] {
        set(&database, "synchronous_commit", value);
        drop(open(database.url(), Access::Existing).unwrap());
    }
    set(&database, "synchronous_commit", "on");

    // One that is changed under an open book is found out when the writer connects again.
    set(&database, "fsync", "off");
    database.execute("SELECT pg_terminate_backend(pid) FROM pg_stat_activity WHERE application_name = 'nailsage'");
    let begun = Instant::now();
    let error = submit(&store, Command::new(at(1), deposit("1")), MINUTE).unwrap_err();
    assert!(matches!(error, StoreError::Unavailable { .. }), "{error:?}");
    assert!(begun.elapsed() < LATE, "nobody waits for a server that is there: {:?}", begun.elapsed());
    assert_eq!(block_on(store.book()).unwrap().commit_seq, 1, "reading is no promise of keeping");
    set(&database, "fsync", "on");
    done(submit(&store, Command::new(at(1), deposit("1")), MINUTE));
}

#[test]
fn a_setting_of_a_role_or_a_database_counts_as_the_servers() {
    let database = own_server().database();
    create(database.url());
    let name = database.name();
    database.execute(&format!("ALTER DATABASE {name} SET synchronous_commit = off"));
    assert_unfit(database.url(), "synchronous_commit is off");
    database.execute(&format!("ALTER DATABASE {name} RESET synchronous_commit"));
    drop(open(database.url(), Access::Existing).unwrap());

    database.execute(&format!("ALTER ROLE nailsage IN DATABASE {name} SET synchronous_commit = off"));
    assert_unfit(database.url(), "synchronous_commit is off");
    database.execute(&format!("ALTER ROLE nailsage IN DATABASE {name} RESET synchronous_commit"));

    assert_unfit(&format!("{}?options=-c%20synchronous_commit%3Doff", database.url()), "synchronous_commit is off");
    drop(open(database.url(), Access::Existing).unwrap());
}

/// A reload changes it under an open book, and behind a pooler anybody can.
#[test]
fn a_group_is_refused_where_its_commit_would_not_be_kept() {
    let cluster = Cluster::start(&[]);
    let database = cluster.database();
    let store = create(database.url());
    register(&store);
    let pay_in = || submit(&store, Command::new(at(1), deposit("1")), MINUTE);
    for setting in ["fsync", "full_page_writes", "synchronous_commit"] {
        set(&database, setting, "off");
        // The server tells its sessions one by one.
        let refused = (0..1_000).find_map(|_| pay_in().err());
        let Some(StoreError::Unavailable { reason, .. }) = refused else { panic!("{setting}: {refused:?}") };
        assert!(reason.starts_with(&format!("{setting} is off")), "{reason}");
        let before = number(&database, "SELECT commit_seq FROM book");
        assert!(pay_in().is_err());
        assert_eq!(number(&database, "SELECT commit_seq FROM book"), before, "nothing was written");
        set(&database, setting, "on");
        assert!((0..1_000).any(|_| pay_in().is_ok()), "{setting}: it goes on once the setting is back");
    }
}

#[test]
fn a_database_that_is_not_in_utf8_is_refused() {
    let database = own_server().database();
    for encoding in ["SQL_ASCII", "LATIN1"] {
        let name = format!("{}_{}", database.name(), encoding.to_lowercase());
        database.execute(&format!("CREATE DATABASE {name} TEMPLATE template0 ENCODING '{encoding}' LOCALE 'C'"));
        assert_unfit(&database.url().replace(database.name(), &name), "not in UTF8");
    }
}

#[test]
fn settings_of_a_session_change_nothing_in_what_is_written_and_read() {
    let database = own_server().database();
    create(database.url());
    let name = database.name();
    for setting in [
        "default_transaction_isolation = 'serializable'",
        "lock_timeout = '1ms'",
        "timezone = 'Asia/Kolkata'",
        "extra_float_digits = -15",
        "bytea_output = 'escape'",
        "standard_conforming_strings = off",
        "client_encoding = 'LATIN1'",
        "row_security = off",
        // The last one, because it is the administrator's too.
        "default_transaction_read_only = on",
    ] {
        database.execute(&format!("ALTER DATABASE {name} SET {setting}"));
    }
    let store = open(database.url(), Access::Existing);
    let store = store.unwrap_or_else(|error| panic!("{}", crate::open::chain(&error)));
    register(&store);
    done(submit(&store, Command::new(at(1), deposit("0.123456")), MINUTE));
    let record = block_on(store.strategy(crate::book::STRATEGY.parse().unwrap())).unwrap().unwrap();
    assert_eq!(record.strategy.current_bankroll, "10000.123456".parse().unwrap());
}
