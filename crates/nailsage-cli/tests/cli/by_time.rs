//! Lists within a range of time, and what is left out of a ledger.

use crate::common::Folder;
use serde_json::Value;

/// The examples, and something that came late.
fn with_late_rows() -> Folder {
    let folder = Folder::with_examples();
    let late = |at, actions: &str| {
        let command = format!(r#"{{"at": {at}, "actions": [{actions}]}}"#);
        let run = folder.run_with(&["ingest"], command.as_bytes());
        assert!(run.stdout.contains(r#""status":"ok""#), "{run:?}");
    };
    let signal = r#"{"action": "record_signal", "strategy": "my-bot/v1@7", "signal_type": "neutral", "price": "1",
        "rejection_reason": "late"}"#;
    let event = r#"{"action": "log_event", "event_type": "late", "severity": "ERROR"}"#;
    late(1_640_991_700_000_i64, &format!("{signal}, {event}").replace('\n', " "));
    let open =
        r#"{"action": "open_position", "strategy": "my-bot/v1@7", "starlisting_id": 12, "side": "long", "price": "5"}"#;
    let close =
        r#"{"action": "close_position", "position": {"strategy": "my-bot/v1@7", "starlisting_id": 12}, "price": "6"}"#;
    late(1_640_991_700_001, &format!("{open}, {close}"));
    folder
}

/// All rows of a list, two a page.
fn joined(folder: &Folder, list: &[&str]) -> Vec<Value> {
    let mut joined: Vec<Value> = Vec::new();
    let mut after: Option<String> = None;
    loop {
        let mut args = [list, &["--format", "json", "--limit", "2"]].concat();
        if let Some(after) = &after {
            args.extend(["--after", after]);
        }
        let run = folder.run(&args);
        joined.extend(serde_json::from_str::<Vec<Value>>(&run.stdout).unwrap());
        let Some((_, hint)) = run.stderr.split_once("--after ") else { return joined };
        after = Some(hint.split(',').next().unwrap().to_owned());
    }
}

#[test]
fn within_a_range_lists_come_in_the_order_of_time_and_in_pages() {
    let folder = with_late_rows();
    for (list, time) in [
        (&["positions"][..], "entry_timestamp"),
        (&["trades"], "timestamp"),
        (&["signals", "list"], "timestamp"),
        (&["events", "list"], "timestamp"),
    ] {
        let place = |row: &Value| (row[time].as_i64().unwrap(), row["id"].as_i64().unwrap());
        let mut expected = folder.records(list);
        assert!(!expected.is_sorted_by_key(place), "by id, {list:?}");
        expected.sort_by_key(place);
        for range in [&["--since", "2021-01-01"][..], &["--until", "2099-01-01"]] {
            assert_eq!(joined(&folder, &[list, range].concat()), expected, "{list:?} {range:?}");
        }
        expected.reverse();
        assert_eq!(joined(&folder, &[list, &["--newest", "--since", "2021-01-01"]].concat()), expected, "{list:?}");
        let none = folder.ok(&[list, &["--until", "2021-01-01"]].concat());
        assert!(list[0] == "events" || none.contains(" fit these filters. Without them all are shown."), "{none}");
    }
}

#[test]
fn closed_positions_come_in_the_order_of_their_exits() {
    let folder = with_late_rows();
    let list = ["positions", "--closed", "--strategy", "my-bot/v1@7", "--by-exit"];
    let place = |row: &Value| (row["exit_timestamp"].as_i64().unwrap(), row["id"].as_i64().unwrap());
    let mut expected = folder.records(&list[..4]);
    expected.sort_by_key(place);
    assert_eq!(joined(&folder, &list), expected);
    let middle = place(&expected[1]).0.to_string();
    assert_eq!(joined(&folder, &[&list[..], &["--since", &middle]].concat()), expected[1..]);
    assert_eq!(joined(&folder, &[&list[..], &["--until", &middle]].concat()), expected[..1]);
    for wrong in [
        &["positions", "--by-exit", "--closed"][..],
        &["positions", "--by-exit", "--strategy", "1"],
        &["positions", "--by-exit", "--closed", "--strategy", "1", "--side", "long"],
        &["positions", "--by-exit", "--open", "--strategy", "1"],
    ] {
        assert_eq!(folder.run(wrong).code, Some(2), "{wrong:?}");
    }
}

#[test]
fn a_place_that_does_not_fit_the_order_says_what_is_meant() {
    let folder = Folder::with_examples();
    for (args, said) in [
        (&["trades", "--since", "1d", "--after", "3"][..], "--after 3 is an id, but"),
        (&["trades", "--after", "1640991700000/3"], "--after 1640991700000/3 is a place in the order of time, but"),
        (&["trades", "--after", "soon"], "such as 1704067200000/12"),
        (&["trades", "--since", "1d", "--after", "5/3"], "timestamp"),
        (&["positions", "--by-exit", "--closed", "--strategy", "1", "--after", "3"], "or --by-exit"),
    ] {
        let run = folder.run(args);
        assert_eq!(run.code, Some(2), "{run:?}");
        assert!(run.stderr.contains(said), "{said}: {run:?}");
    }
}

#[test]
fn events_of_exactly_one_severity_are_listed_and_followed() {
    let folder = with_late_rows();
    let count = |args: &[&str]| folder.records(&[&["events", "list"], args].concat()).len();
    assert_eq!(count(&["--severity", "error"]), 1);
    assert_eq!(count(&["--severity", "critical"]), 0);
    assert_eq!(count(&["--severity", "warning", "--since", "2021-01-01"]), count(&["--severity", "WARNING"]));
    assert_eq!(folder.run(&["events", "list", "--severity", "error", "--min-severity", "info"]).code, Some(2));
    let help = folder.ok(&["events", "tail", "--help"]);
    assert!(help.contains("--severity"), "{help}");
}

#[test]
fn a_ledger_is_shown_by_kind_and_time() {
    let folder = with_late_rows();
    folder.ok(&["bankroll", "deposit", "1", "5", "--reason", "of now"]);
    let whole = folder.records(&["ledger", "show", "1"]);
    let shown = |args: &[&str]| folder.records(&[&["ledger", "show", "1"], args].concat());
    for kind in ["register", "adjust", "close", "liquidate"] {
        let expected: Vec<_> = whole.iter().filter(|row| row["kind"] == kind).cloned().collect();
        assert!(!expected.is_empty(), "{kind}");
        assert_eq!(shown(&["--kind", kind]), expected);
    }
    assert_eq!(shown(&["--since", "1h"]).len(), 1);
    assert_eq!(shown(&["--until", "1h"]).len(), whole.len() - 1);
    let none = folder.ok(&["ledger", "show", "1", "--until", "2021-01-01"]);
    assert!(none.starts_with("No such ledger entries."), "{none}");
    assert_eq!(folder.run(&["ledger", "show", "1", "--kind", "bonus"]).code, Some(2));
}
