//! Times as they are typed and shown.

use crate::common::{Folder, Run};

/// Central Europe's rule as POSIX writes it, so that the machine need not know its name.
const EUROPE: &str = "CET-1CEST,M3.5.0,M10.5.0/3";

fn locally(folder: &Folder, args: &[&str]) -> Run {
    let mut command = folder.command(&[args, &["--local"]].concat());
    command.env("TZ", EUROPE);
    Run::with(command, b"")
}

#[test]
fn a_time_may_be_told_by_how_long_ago_it_was() {
    let folder = Folder::with_examples();
    let count = |args: &[&str]| folder.records(args).len();
    let all = count(&["events", "list"]);
    // The examples are of 2021, the book was made just now.
    assert_eq!(count(&["events", "list", "--since", "52w"]), 1);
    folder.ok(&["bankroll", "deposit", "1", "5", "--reason", "of now"]);
    folder.ok(&["bankroll", "deposit", "1", "5", "--reason", "of last week", "--at", "7d"]);
    assert_eq!(count(&["events", "list", "--since", "30m"]), 2);
    assert_eq!(count(&["events", "list", "--since", "2w"]), 3);
    assert_eq!(count(&["events", "list", "--since", "2021-01-01"]), all + 2);
}

#[test]
fn tables_say_the_offset_once_where_it_is_the_same() {
    let folder = Folder::with_examples();
    let run = locally(&folder, &["trades", "--limit", "2"]);
    assert!(run.stdout.contains("time (+01:00)"), "{run:?}");
    // 2021-12-31 23:01 UTC.
    assert!(run.stdout.contains("2022-01-01 00:01"), "{run:?}");
    assert!(!run.stdout.contains("UTC"), "{run:?}");
}

#[test]
fn where_clocks_were_changed_in_between_each_time_says_its_offset() {
    let folder = Folder::with_examples();
    folder.ok(&["bankroll", "deposit", "1", "5", "--reason", "summer", "--at", "2022-07-01T12:00:00Z"]);
    let run = locally(&folder, &["ledger", "show", "1"]);
    assert!(run.stdout.contains(" time  "), "{run:?}");
    assert!(
        run.stdout.contains("2022-07-01 14:00 +02:00") && run.stdout.contains("2022-01-01 00:01 +01:00"),
        "{run:?}"
    );
}

#[test]
fn programs_get_unix_ms_wherever_they_run() {
    let folder = Folder::with_examples();
    for format in ["json", "csv"] {
        let args = ["trades", "--format", format];
        assert_eq!(locally(&folder, &args).stdout, folder.ok(&args));
    }
}
