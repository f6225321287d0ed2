//! Opening: each thing that can be wrong has its own answer, and nothing is written.

use std::{
    collections::BTreeMap,
    fs,
    hash::{DefaultHasher, Hash as _, Hasher as _},
    path::Path,
    process, thread,
    time::Duration,
};

use futures_executor::block_on;
use nailsage_store::{
    Access, Answer, Command, OpenError, Reader as _, RegisterStrategy, Store as _, StoreError, StoreExt as _,
};
use rusqlite::Connection;

use crate::book::{SCHEMA, at, create, deposit, open, register};

pub(crate) const ALL: [Access; 3] = [Access::Create, Access::Existing, Access::ReadOnly];

/// Every file of a folder with the hash of its content: what "nothing written" is judged by. SQLite may leave an empty
/// log and its index where it has read.
fn contents(folder: &Path) -> BTreeMap<String, u64> {
    let Ok(files) = fs::read_dir(folder) else { return BTreeMap::new() };
    let hash = |path: &Path| {
        let mut hasher = DefaultHasher::new();
        fs::read(path).unwrap().hash(&mut hasher);
        hasher.finish()
    };
    let files = files.map(|it| it.unwrap().path()).filter(|path| {
        let name = path.to_str().unwrap();
        let is_side_file = name.ends_with("-shm") || name.ends_with("-wal") && path.metadata().unwrap().len() == 0;
        !is_side_file
    });
    files.map(|path| (path.display().to_string(), hash(&path))).collect()
}

/// Opens a place that cannot be opened, and checks that it stays as it was.
fn refused(path: &Path, access: Access) -> OpenError {
    let before = contents(path.parent().unwrap());
    let error = open(path, access).unwrap_err();
    assert_eq!(before, contents(path.parent().unwrap()), "nothing is written");
    error
}

#[test]
fn reading_never_creates_a_book() {
    let folder = tempfile::tempdir().unwrap();
    for access in [Access::ReadOnly, Access::Existing] {
        let error = refused(&folder.path().join("book.db"), access);
        assert!(matches!(error, OpenError::NotFound { .. }), "{error:?}");
    }
    let error = refused(&folder.path().join("missing").join("book.db"), Access::Create);
    assert!(matches!(error, OpenError::NotFound { .. }), "{error:?}");
}

#[test]
fn reading_never_migrates_and_a_newer_schema_is_refused() {
    let folder = tempfile::tempdir().unwrap();
    let path = folder.path().join("book.db");
    drop(create(&path));
    let set_version = |version: i64| {
        let connection = Connection::open(&path).unwrap();
        connection.execute("UPDATE book SET schema_version = ?1", [version]).unwrap();
    };
    set_version(2);
    for access in ALL {
        let error = refused(&path, access);
        assert!(matches!(error, OpenError::NewerSchema { found: 2, known: 1, .. }), "{error:?}");
    }
}

#[test]
fn what_is_not_a_book_is_told_apart() {
    let folder = tempfile::tempdir().unwrap();
    let path = folder.path().join("text.db");
    fs::write(&path, "not a database, but long enough to be taken for one by somebody in a hurry".repeat(20)).unwrap();
    for access in ALL {
        assert!(matches!(refused(&path, access), OpenError::NotABook { .. }));
    }

    let path = folder.path().join("other.db");
    Connection::open(&path).unwrap().execute_batch("CREATE TABLE songs (id INTEGER)").unwrap();
    for access in ALL {
        let error = refused(&path, access);
        assert!(matches!(&error, OpenError::NotABook { found, .. } if found.contains("songs")), "{error:?}");
    }

    let path = folder.path().join("python.db");
    let tables = ["strategies", "positions", "signals", "trades", "state_snapshots", "event_log"];
    let connection = Connection::open(&path).unwrap();
    for table in tables {
        connection.execute_batch(&format!("CREATE TABLE {table} (id INTEGER PRIMARY KEY)")).unwrap();
    }
    drop(connection);
    for access in ALL {
        assert!(matches!(refused(&path, access), OpenError::PythonDatabase { .. }));
    }

    let error = open(folder.path(), Access::Create).unwrap_err();
    assert!(matches!(error, OpenError::NotABook { .. }), "{error:?}");
}

#[test]
fn a_corrupt_file_is_refused_as_corrupt() {
    let folder = tempfile::tempdir().unwrap();
    let path = folder.path().join("book.db");
    drop(create(&path));
    let mut bytes = fs::read(&path).unwrap();
    // The schema's own page: its header is whole, its cells are not.
    bytes[100..3_000].fill(0xaa);
    fs::write(&path, bytes).unwrap();
    for access in ALL {
        let error = refused(&path, access);
        assert!(matches!(error, OpenError::Corrupt { .. }), "{error:?}");
    }
}

#[test]
fn a_corrupt_row_is_reported_and_never_guessed() {
    let folder = tempfile::tempdir().unwrap();
    let path = folder.path().join("book.db");
    let store = create(&path);
    register(&store);
    let connection = Connection::open(&path).unwrap();
    // No whole number of millionths has this double.
    connection.execute("UPDATE strategies SET current_bankroll = 10000.0000001", []).unwrap();
    let error = block_on(store.strategy("scalper/v1@7".parse().unwrap())).unwrap_err();
    assert!(matches!(error, StoreError::Corrupt { .. }), "{error:?}");
    let error = block_on(store.adjust_bankroll(at(1), deposit("1"))).unwrap_err();
    assert!(matches!(error, nailsage_store::CallError::Store(StoreError::Corrupt { .. })), "{error:?}");
}

#[test]
fn a_book_made_by_hand_with_the_shell_opens() {
    let folder = tempfile::tempdir().unwrap();
    let path = folder.path().join("book.db");
    let schema = concat!(env!("CARGO_MANIFEST_DIR"), "/migrations/V001__book.sql");
    let made = process::Command::new("sqlite3")
        .arg("-bail")
        .arg(&path)
        .stdin(fs::File::open(schema).unwrap())
        .status()
        .unwrap();
    assert!(made.success());
    for access in [Access::ReadOnly, Access::Create, Access::Create, Access::Existing] {
        let store = open(&path, access).unwrap();
        assert_eq!(block_on(store.book()).unwrap().schema_version, 1);
    }
    register(&open(&path, Access::Existing).unwrap());
    let history = "SELECT count(*) FROM refinery_schema_history";
    let rows: i64 = Connection::open(&path).unwrap().query_row(history, [], |row| row.get(0)).unwrap();
    assert_eq!(rows, 1, "its history is written down once");
}

#[test]
fn a_book_made_by_hand_and_not_to_the_end_is_refused() {
    let folder = tempfile::tempdir().unwrap();
    let path = folder.path().join("book.db");
    let half = SCHEMA.rsplit_once("INSERT INTO book").unwrap().0;
    Connection::open(&path).unwrap().execute_batch(half).unwrap();
    for access in ALL {
        assert!(matches!(refused(&path, access), OpenError::Corrupt { .. }));
    }
}

#[test]
fn an_interrupted_first_start_is_taken_up_again() {
    let folder = tempfile::tempdir().unwrap();
    let path = folder.path().join("book.db");
    fs::write(&path, "").unwrap();
    fs::write(folder.path().join("book.db-migrating"), "").unwrap();
    register(&create(&path));
    assert!(!folder.path().join("book.db-migrating").exists(), "the lock is cleared away");
}

#[test]
fn many_starters_make_one_book() {
    let folder = tempfile::tempdir().unwrap();
    let path = folder.path().join("book.db");
    let starters: Vec<_> = (0..8)
        .map(|_| {
            let path = path.clone();
            thread::spawn(move || block_on(create(&path).book()).unwrap())
        })
        .collect();
    for starter in starters {
        assert_eq!(starter.join().unwrap().schema_version, 1);
    }
}

#[test]
fn opening_asserts_what_it_relies_on() {
    let folder = tempfile::tempdir().unwrap();
    let path = folder.path().join("book.db");
    let store = create(&path);
    register(&store);
    assert!(folder.path().join("book.db-wal").exists(), "the write-ahead log is really on");
    let mode: String = Connection::open(&path).unwrap().query_row("PRAGMA journal_mode", [], |row| row.get(0)).unwrap();
    assert_eq!(mode, "wal");
    assert!(rusqlite::version_number() >= 3_051_003);
}

#[test]
fn a_book_opened_for_reading_refuses_commands() {
    let folder = tempfile::tempdir().unwrap();
    let path = folder.path().join("book.db");
    register(&create(&path));
    let store = open(&path, Access::ReadOnly).unwrap();
    let error = block_on(store.adjust_bankroll(at(1), deposit("1"))).unwrap_err();
    assert!(matches!(error, nailsage_store::CallError::Store(StoreError::Unavailable { .. })), "{error:?}");
    assert_eq!(block_on(store.book()).unwrap().commit_seq, 1);
}

#[test]
fn a_closed_book_is_one_file() {
    let folder = tempfile::tempdir().unwrap();
    let path = folder.path().join("book.db");
    let store = create(&path);
    register(&store);
    block_on(store.book()).unwrap();
    drop(store);
    let names: Vec<_> = fs::read_dir(folder.path()).unwrap().map(|it| it.unwrap().file_name()).collect();
    assert_eq!(names, ["book.db"]);
}

#[test]
#[cfg(unix)]
fn a_file_whose_name_means_something_to_sqlite_is_a_file() {
    let folder = tempfile::tempdir().unwrap();
    let python = folder.path().join("old.db");
    Connection::open(&python).unwrap().execute_batch("CREATE TABLE songs (id INTEGER)").unwrap();
    let before = contents(folder.path());
    for name in [":memory:", "file:old.db", "file:old.db?mode=memory"] {
        let path = folder.path().join(name);
        register(&create(&path));
        assert_eq!(block_on(open(&path, Access::ReadOnly).unwrap().book()).unwrap().commit_seq, 1);
        fs::remove_file(&path).unwrap();
    }
    assert_eq!(contents(folder.path()), before);
}

#[test]
#[cfg(unix)]
fn many_names_of_one_file_share_its_lock() {
    let folder = tempfile::tempdir().unwrap();
    for round in 0..10 {
        let path = folder.path().join(format!("book-{round}.db"));
        let starters: Vec<_> = (0..6)
            .map(|name| {
                let link = folder.path().join(format!("link-{round}-{name}.db"));
                std::os::unix::fs::symlink(&path, &link).unwrap();
                thread::spawn(move || block_on(create(&link).book()).unwrap())
            })
            .collect();
        for starter in starters {
            assert_eq!(starter.join().unwrap().schema_version, 1);
        }
    }
}

#[test]
fn a_corrupt_row_of_one_strategy_does_no_harm_to_its_neighbours() {
    let folder = tempfile::tempdir().unwrap();
    let path = folder.path().join("book.db");
    let store = create(&path);
    register(&store);
    let other = RegisterStrategy::new("other/v1@7".parse().unwrap(), "1m".parse().unwrap());
    block_on(store.execute(Command::new(at(0), other))).unwrap();
    let connection = Connection::open(&path).unwrap();
    connection.execute("UPDATE strategies SET current_bankroll = 0.12345678 WHERE id = 1", []).unwrap();
    let submit = |strategy: &str| {
        let mut deposit = deposit("1");
        deposit.strategy = strategy.parse().unwrap();
        store.submit(Command::new(at(1), deposit), Duration::from_mins(1))
    };
    let pending: Vec<_> = (0..100).map(|it| (it % 10 == 0, submit(if it % 10 == 0 { "1" } else { "2" }))).collect();
    for (is_corrupt, pending) in pending {
        match block_on(pending) {
            Ok(Answer::Done(_)) => assert!(!is_corrupt),
            Err(StoreError::Corrupt { .. }) => assert!(is_corrupt),
            other => panic!("{other:?}"),
        }
    }
}
