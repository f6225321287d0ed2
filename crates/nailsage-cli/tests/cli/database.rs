//! `nailsage db`: bringing a book up to date, and emptying it.

use nailsage_test_postgres::{is_asked_for, server};

use crate::common::{Folder, Run, examples};

#[test]
fn migrating_says_that_a_book_is_current_and_makes_none() {
    let folder = Folder::new();
    let run = folder.run(&["db", "migrate"]);
    assert_eq!(run.code, Some(2), "{run:?}");
    assert!(run.stderr.contains("there is no book at"), "{run:?}");
    assert_eq!(std::fs::read_dir(folder.path()).unwrap().count(), 0, "nothing is made");
    folder.ok(&["db", "init"]);
    let said = folder.ok(&["db", "migrate"]);
    assert_eq!(said, "The book is current: it is at schema version 1 already.\n");
    let said = folder.ok(&["db", "migrate", "--format", "json"]);
    assert_eq!(said, "{\"schema_version_before\":1,\"schema_version\":1}\n");
}

#[test]
fn nothing_is_removed_unless_it_is_meant() {
    let folder = Folder::with_examples();
    let before = folder.ok(&["db", "status"]);
    let run = folder.run_with(&["db", "reset"], b"yes\n");
    assert_eq!(run.code, Some(2), "{run:?}");
    assert!(run.stderr.contains("there is no terminal to ask"), "{run:?}");
    assert!(run.stderr.contains("--yes"), "{run:?}");
    assert_eq!(folder.ok(&["db", "status"]), before);
}

#[test]
fn what_is_no_book_is_never_emptied() {
    let folder = Folder::new();
    folder.write("notes.txt", b"this is not a database, but it is long enough to look like one at first sight");
    for (url, why) in [
        ("sqlite:///notes.txt", "is not a book"),
        ("sqlite:///missing.db", "there is no book"),
        ("sqlite::memory:", "there is no book"),
        ("mysql://host/db", "no known scheme"),
    ] {
        let run = folder.run(&["db", "reset", "--yes", "--db", url]);
        assert_eq!(run.code, Some(2), "{run:?}");
        assert!(run.stderr.contains(why), "{run:?}");
    }
    assert_eq!(std::fs::read_dir(folder.path()).unwrap().count(), 1, "nothing is made");
}

/// Snapshots say when they were written, which is the same each time.
const INGEST: [&str; 3] = ["ingest", "--stamp", "2022-02-01"];

#[test]
fn after_a_reset_the_book_is_like_a_new_one_on_both_engines() {
    let folder = Folder::with_examples();
    let said = folder.ok(&["db", "reset", "--yes"]);
    assert_eq!(
        said,
        "The book is empty. Removed: 1 strategy, 3 positions, 6 trades, 3 signals, 10 events, 2 snapshots.\n"
    );
    let run = folder.run_with(&INGEST, examples().join("\n").as_bytes());
    assert_eq!(run.code, Some(0), "{run:?}");
    assert_eq!(run.stdout, Folder::new().run_with(&INGEST, examples().join("\n").as_bytes()).stdout);

    if !is_asked_for() {
        return;
    }
    let database = server().database();
    let on_postgres = |args: &[&str], input: &[u8]| {
        let mut command = folder.command(args);
        command.env("DATABASE_URL", database.url());
        Run::with(command, input)
    };
    let reset = on_postgres(&["db", "reset", "--yes"], b"");
    assert_eq!(reset.code, Some(2), "there is none yet: {reset:?}");
    let first = on_postgres(&INGEST, examples().join("\n").as_bytes());
    assert_eq!(on_postgres(&["db", "reset", "--yes"], b"").stdout, said);
    assert_eq!(on_postgres(&INGEST, examples().join("\n").as_bytes()).stdout, first.stdout);
    let migrated = on_postgres(&["db", "migrate"], b"").stdout;
    assert_eq!(migrated, folder.ok(&["db", "migrate"]));
}

#[cfg(unix)]
mod at_a_terminal {
    use super::*;
    use crate::terminal::Terminal;

    #[test]
    fn a_reset_names_the_book_and_what_is_in_it_and_wants_the_whole_word() {
        let folder = Folder::with_examples();
        for (answer, code, left) in [("y\n", 1, 1), ("\n", 1, 1), ("\u{4}", 1, 1), ("yes\n", 0, 0)] {
            let mut terminal = Terminal::run(&folder, &["db", "reset"], (24, 200), None);
            terminal.until("it asks", |terminal| terminal.seen().contains("Type yes"));
            let asked = terminal.seen();
            let place = folder.path().canonicalize().unwrap().join("nailsage.db").display().to_string();
            assert!(asked.contains(&place) && asked.contains("1 strategy, 3 positions"), "{asked}");
            terminal.type_in(answer);
            assert_eq!(terminal.exit_code(), Some(code), "{answer:?}");
            assert_eq!(folder.records(&["strategies"]).len(), left, "{answer:?}");
        }
    }

    #[test]
    fn a_servers_book_is_named_without_its_password() {
        if !is_asked_for() {
            return;
        }
        let (folder, database) = (Folder::new(), server().database());
        let mut command = folder.command(&["db", "init"]);
        command.env("DATABASE_URL", database.url());
        assert_eq!(Run::with(command, b"").code, Some(0));
        let mut terminal = Terminal::run(&folder, &["db", "reset"], (24, 200), Some(database.url()));
        terminal.until("it asks", |terminal| terminal.seen().contains("Type yes"));
        let (_, rest) = database.url().split_once("://").unwrap();
        let (_, password) = rest.split_once('@').unwrap().0.split_once(':').unwrap();
        let asked = terminal.seen();
        assert!(asked.contains(database.name()) && !asked.contains(password), "{asked}");
        terminal.type_in("no\n");
        assert_eq!(terminal.exit_code(), Some(1));
    }
}
