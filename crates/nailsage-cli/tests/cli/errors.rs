//! What is said when something cannot be done, and the exit code that goes with it.

use std::path::Path;

use crate::common::{Folder, Run};

fn said(run: &Run, folder: &Path) -> String {
    assert_eq!(run.stdout, "", "answers only on standard output: {run:?}");
    let place = folder.display().to_string();
    format!(
        "exit {}\n{}",
        run.code.map_or("by a signal".to_owned(), |code| code.to_string()),
        run.stderr.replace(&place, "FOLDER")
    )
}

#[test]
fn nothing_but_what_is_meant_to_makes_a_book() {
    let folder = Folder::new();
    for command in crate::help::COMMANDS {
        if ["demo", "ingest", "db init"].contains(&command) {
            continue;
        }
        let more: &[&str] = match command {
            "ledger show" | "bankroll show" => &["1"],
            "bankroll set" | "bankroll deposit" | "bankroll withdraw" => &["1", "5", "--reason", "why"],
            "db reset" => &["--yes"],
            _ => &[],
        };
        let args: Vec<&str> = command.split_whitespace().chain(more.iter().copied()).collect();
        let run = folder.run(&args);
        assert_eq!(run.code, Some(2), "{args:?}: {run:?}");
        let files = std::fs::read_dir(folder.path()).expect("the folder is there").count();
        assert_eq!(files, 0, "{args:?} left something behind");
    }
    insta::assert_snapshot!(said(&folder.run(&["strategies"]), folder.path()));
}

#[test]
fn what_is_no_book_is_said_to_be_none() {
    let folder = Folder::new();
    folder.write("notes.txt", b"this is not a database, but it is long enough to look like one at first sight");
    std::fs::create_dir(folder.path().join("folder")).expect("a folder");
    let mut shown = String::new();
    for url in [
        "sqlite:///notes.txt",
        "sqlite:///folder",
        "sqlite:///missing/folder/nailsage.db",
        "nailsage.db",
        "sqlite://nailsage.db",
        "mysql://host/db",
        "postgresql://me:sec@ret@host/db",
        "",
    ] {
        shown.push_str(&format!("--db '{url}'\n{}\n", said(&folder.run(&["strategies", "--db", url]), folder.path())));
    }
    insta::assert_snapshot!(shown);
}

#[test]
fn a_bad_file_leaves_no_new_book_behind() {
    let folder = Folder::new();
    folder.write("bad.csv", b"timestamp,open,high,low,close,volume\n2022-01-01 00:00:00,1,2,3,4,5\n");
    let mut shown = String::new();
    for args in [
        &["demo", "--candles", "bad.csv"][..],
        &["demo", "--candles", "missing.csv"],
        &["ingest", "missing.ndjson"],
        &["ingest", "."],
    ] {
        shown.push_str(&format!("$ nailsage {}\n{}\n", args.join(" "), said(&folder.run(args), folder.path())));
    }
    assert!(!folder.path().join("nailsage.db").exists());
    insta::assert_snapshot!(shown);
}

#[test]
fn a_refused_or_mistyped_change_says_why() {
    let folder = Folder::with_examples();
    let mut shown = String::new();
    for args in [
        &["bankroll", "withdraw", "my-bot/v1@7", "1000000", "--reason", "too much"][..],
        &["bankroll", "deposit", "other/v1@7", "5", "--reason", "wrong name"],
        &["bankroll", "deposit", "my-bot", "5", "--reason", "no version"],
        &["bankroll", "deposit", "1", "-5", "--reason", "negative"],
        &["bankroll", "deposit", "1", "0.0000001", "--reason", "too precise"],
        &["bankroll", "deposit", "1", "5"],
        &["bankroll", "set", "1", "5", "--reason", "late", "--at", "1640991600"],
        &["ledger", "show", "99"],
        &["positions", "--strategy", "other/v1@7"],
        &["positions", "--after", "0"],
        &["positions", "--open", "--closed"],
        &["strategies", "--limit", "0"],
        &["strategies", "--format", "xml"],
        &["events", "list", "--min-severity", "bad"],
        &["events", "list", "--since", "yesterday"],
        &["events", "list", "--since", "9999w"],
        &["events", "tail", "--interval", "0"],
        &["events", "tail", "--lines", "1001"],
    ] {
        shown.push_str(&format!("$ nailsage {}\n{}\n", args.join(" "), said(&folder.run(args), folder.path())));
    }
    insta::assert_snapshot!(shown);
}
