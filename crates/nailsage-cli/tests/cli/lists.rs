//! Lists: tables, empty states, formats and pages.

use crate::common::Folder;
use serde_json::Value;

const LISTS: [&[&str]; 6] = [
    &["strategies"],
    &["positions"],
    &["trades"],
    &["signals", "list"],
    &["ledger", "show", "my-bot/v1@7"],
    &["events", "list"],
];

#[test]
fn tables_show_what_people_look_for() {
    let folder = Folder::with_examples();
    for args in LISTS {
        // The first event is of today.
        let shown: Vec<_> =
            folder.ok(args).lines().filter(|line| !line.contains("schema_initialized")).map(str::to_owned).collect();
        insta::assert_snapshot!(format!("table-{}", args[0]), shown.join("\n"));
    }
    insta::assert_snapshot!("table-positions-closed", folder.ok(&["positions", "--closed", "--newest"]));
    insta::assert_snapshot!("table-bankroll", folder.ok(&["bankroll", "show", "1"]));
    insta::assert_snapshot!("table-signals-funnel", folder.ok(&["signals", "funnel"]));
    insta::assert_snapshot!("table-recover", folder.ok(&["recover"]));
    insta::assert_snapshot!("table-overview", folder.ok(&["overview"]));
    insta::assert_snapshot!("table-pnl-days", folder.ok(&["pnl", "days"]));
    insta::assert_snapshot!("table-pnl-leaderboard", folder.ok(&["pnl", "leaderboard"]));
    insta::assert_snapshot!("table-db-status", folder.ok(&["db", "status"]));
}

#[test]
fn recovery_is_shown_although_it_cannot_be_written_down() {
    let folder = Folder::with_examples();
    let shown = folder.ok(&["recover", "--format", "csv"]);
    let holder = rusqlite::Connection::open(folder.path().join("nailsage.db")).unwrap();
    holder.execute_batch("BEGIN IMMEDIATE").unwrap();
    let run = folder.run(&["recover", "--record", "--format", "csv"]);
    assert_eq!((run.code, &run.stdout), (Some(2), &shown), "{run:?}");
    assert!(run.stderr.contains("the recovery is shown"), "{run:?}");
}

#[cfg(target_os = "linux")]
#[test]
fn notes_that_nobody_can_read_are_no_error() {
    let folder = Folder::with_examples();
    for args in
        [&["trades", "--limit", "1"][..], &["pnl", "leaderboard", "--limit", "1"], &["performance", "--format", "csv"]]
    {
        let full = std::fs::OpenOptions::new().write(true).open("/dev/full").unwrap();
        let output = folder.command(args).stderr(full).output().unwrap();
        assert_eq!(output.status.code(), Some(0), "{args:?}");
        assert!(!output.stdout.is_empty(), "{args:?}");
    }
}

#[test]
fn a_day_is_named_by_any_of_its_moments() {
    let folder = Folder::with_examples();
    let days = |args: &[&str]| folder.records(&[&["pnl", "days"], args].concat()).len();
    assert_eq!(days(&["--after", "2021-12-31T12:00:00Z"]), 0);
    assert_eq!(days(&["--after", "2021-12-31T12:00:00Z", "--newest"]), 0);
    assert_eq!(days(&["--after", "2022-01-01T12:00:00Z", "--newest"]), 1);
}

#[test]
fn overview_in_json_has_each_strategys_markets_and_money_as_decimals() {
    let folder = Folder::with_examples();
    let found: Value = serde_json::from_str(&folder.ok(&["overview", "--format", "json"])).unwrap();
    let record = &folder.records(&["strategies"])[0];
    assert_eq!(found["summary"]["current_bankroll"], record["current_bankroll"]);
    assert_eq!(found["strategies"][0]["total_realized_pnl"], record["total_realized_pnl"]);
    assert_eq!(found["strategies"][0]["markets"], found["markets"]);
    let csv = folder.ok(&["overview", "--format", "csv"]);
    assert!(csv.starts_with("strategy_id,strategy,is_active,equity,"), "{csv}");
}

#[test]
fn days_and_leaderboard_add_up_to_what_the_strategies_realized() {
    let folder = Folder::with_examples();
    let realized = folder.records(&["strategies"])[0]["total_realized_pnl"].clone();
    let days = folder.records(&["pnl", "days"]);
    assert_eq!((days.len(), &days[0]["realized_pnl"]), (1, &realized), "all of it was on one day");
    let leaders: Value =
        serde_json::from_str(&folder.ok(&["pnl", "leaderboard", "--limit", "1000", "--format", "json"])).unwrap();
    assert_eq!((&leaders[0]["strategy"], &leaders[0]["realized_pnl"]), (&Value::from("my-bot/v1@7"), &realized));
    // The day that --since lies in is shown whole.
    assert_eq!(folder.records(&["pnl", "days", "--since", "2021-12-31T23:59:59Z"]), days);
    assert_eq!(folder.records(&["pnl", "days", "--since", "2022-01-01"]), Vec::<Value>::new());
}

#[test]
fn the_audit_log_begins_with_the_making_of_the_book() {
    let folder = Folder::with_examples();
    let first = folder.records(&["events", "list"]).remove(0);
    assert_eq!((&first["id"], &first["event_type"]), (&Value::from(1), &Value::from("schema_initialized")));
    assert_eq!(first["event_data"], serde_json::json!({ "schema_version": 1 }));
}

#[test]
fn recover_writes_into_the_audit_log_only_when_told_to() {
    let folder = Folder::with_examples();
    let types = || folder.records(&["events", "list", "--type", "recovered"]).len();
    let before = types();
    let shown = folder.ok(&["recover", "--format", "csv"]);
    assert_eq!(types(), before);
    assert_eq!(folder.ok(&["recover", "--record", "--format", "csv"]), shown);
    assert_eq!(types(), before + 1);
    assert_eq!(Folder::new().run(&["recover", "--record"]).code, Some(2), "it makes no book");
}

#[test]
fn json_and_csv_have_every_field() {
    let folder = Folder::with_examples();
    for args in LISTS {
        for format in ["json", "csv"] {
            let text = folder.ok(&[args, &["--format", format, "--limit", "3"]].concat());
            insta::assert_snapshot!(format!("{format}-{}", args[0]), without_row_stamps(&text));
        }
    }
}

#[test]
fn funnel_counts_every_signal_in_every_format() {
    let folder = Folder::with_examples();
    let signals: Value = serde_json::from_str(&folder.ok(&["signals", "list", "--all", "--format", "json"])).unwrap();
    let funnel: Value = serde_json::from_str(&folder.ok(&["signals", "funnel", "--format", "json"])).unwrap();
    let counts = funnel.as_array().unwrap().iter().map(|row| row["count"].as_u64().unwrap());
    assert_eq!(counts.sum::<u64>(), signals.as_array().unwrap().len() as u64);
    let none = folder.ok(&["signals", "funnel", "--until", "2020-01-01"]);
    assert!(none.starts_with("No signals in this range."), "{none}");
    let csv = folder.ok(&["signals", "funnel", "--strategy", "my-bot/v1@7", "--market", "7", "--format", "csv"]);
    assert!(csv.starts_with("signal_type,was_executed,rejection_reason,count\n"), "{csv}");
}

#[test]
fn recover_in_json_is_what_the_library_gives() {
    let folder = Folder::with_examples();
    let found: Value = serde_json::from_str(&folder.ok(&["recover", "--format", "json"])).unwrap();
    let strategies = found["strategies"].as_array().unwrap();
    assert_eq!(strategies[0]["strategy_name"], "my-bot");
    assert!(strategies[0]["last_signals"].as_array().is_some_and(|signals| !signals.is_empty()), "{found}");
    assert_eq!(found["latest_snapshot"]["num_strategies_active"], 1);
    let csv = folder.ok(&["recover", "--format", "csv"]);
    assert!(csv.starts_with("id,strategy,is_active,current_bankroll,num_open_positions,last_signal_at\n"), "{csv}");
}

/// The stamps of rows are the only values that depend on when the test runs; all others are of 2021.
pub(crate) fn without_row_stamps(text: &str) -> String {
    let mut shown = String::new();
    let mut digits = String::new();
    for character in text.chars().chain(['\n']) {
        if character.is_ascii_digit() {
            digits.push(character);
            continue;
        }
        let is_stamp = digits.len() == 13 && !digits.starts_with("16409");
        shown.push_str(if is_stamp { "STAMP" } else { &digits });
        digits.clear();
        shown.push(character);
    }
    shown
}

#[test]
fn empty_states_say_what_to_do_next() {
    let folder = Folder::new();
    let mut shown = folder.ok(&["db", "init"]).replace(crate::common::PROGRAM, "nailsage");
    for args in [
        &["strategies"][..],
        &["strategies", "--active"],
        &["strategies", "--inactive"],
        &["strategies", "--after", "5"],
        &["positions"],
        &["positions", "--open"],
        &["positions", "--closed"],
        &["positions", "--after", "5"],
        &["trades"],
        &["trades", "--position", "7"],
        &["trades", "--after", "5"],
        &["signals", "list"],
        &["signals", "list", "--executed"],
        &["signals", "list", "--suppressed"],
        &["signals", "list", "--after", "5"],
        &["events", "list", "--min-severity", "error"],
        &["events", "list", "--after", "5"],
        &["overview"],
        &["pnl", "days"],
        &["pnl", "days", "--since", "2022-01-01"],
        &["pnl", "days", "--after", "2022-01-01"],
        &["pnl", "leaderboard"],
        &["pnl", "leaderboard", "--until", "2022-01-01"],
        &["performance"],
        &["equity"],
        &["equity", "--since", "2022-01-01"],
        &["snapshot", "list"],
        &["snapshot", "list", "--until", "2022-01-01"],
        &["snapshot", "list", "--after", "1640991660000/5"],
        &["metrics", "show"],
        &["metrics", "show", "--since", "2022-01-01"],
        &["metrics", "show", "--timeframe", "daily", "--until", "2022-01-01"],
        &["metrics", "show", "--after", "0/all"],
    ] {
        let said = folder.ok(args).replace(crate::common::PROGRAM, "nailsage");
        shown.push_str(&format!("$ nailsage {}\n{said}", args.join(" ")));
    }
    insta::assert_snapshot!(shown);
}

/// The record itself, as a program would read it, and back.
fn through<T: serde::de::DeserializeOwned + serde::Serialize>(row: &Value) -> Value {
    serde_json::to_value(serde_json::from_value::<T>(row.clone()).unwrap()).unwrap()
}

#[test]
fn json_lists_hold_the_records_that_the_library_reads_and_writes() {
    let folder = Folder::with_examples();
    for args in LISTS {
        for row in folder.records(args) {
            let record = match args[0] {
                "positions" => through::<nailsage::Position>(&row),
                "trades" => through::<nailsage::Trade>(&row),
                "signals" => through::<nailsage::Signal>(&row),
                "ledger" => through::<nailsage::LedgerEntry>(&row),
                "events" => through::<nailsage::Event>(&row),
                // These have totals besides, under the names of the performance view.
                _ => {
                    let record = through::<nailsage::Strategy>(&row);
                    let totals =
                        ["num_closed_positions", "num_wins", "num_losses", "total_realized_pnl", "total_fees_paid"];
                    assert!(totals.iter().all(|total| !row[total].is_null() && record[total].is_null()), "{row}");
                    assert_eq!(row.as_object().unwrap().len(), record.as_object().unwrap().len() + totals.len());
                    continue;
                }
            };
            assert_eq!(record, row);
        }
    }
}

#[test]
fn programs_get_an_empty_list_instead_of_a_sentence() {
    let folder = Folder::new();
    folder.ok(&["db", "init"]);
    assert_eq!(folder.ok(&["positions", "--format", "json"]), "[]\n");
    let csv = folder.ok(&["positions", "--format", "csv"]);
    assert_eq!(csv.lines().count(), 1);
    assert!(csv.starts_with("id,strategy_id,"), "{csv}");
}

#[test]
fn pages_join_to_the_whole_in_both_directions() {
    let folder = Folder::with_examples();
    for args in LISTS {
        let cursor = if args[0] == "ledger" { "seq" } else { "id" };
        let whole = folder.records(args);
        assert!(!whole.is_empty(), "{args:?}");
        for newest in [false, true] {
            let mut joined: Vec<Value> = Vec::new();
            loop {
                let after = joined.last().map(|row| row[cursor].to_string());
                let mut page_args = [args, &["--format", "json", "--limit", "2"]].concat();
                if newest {
                    page_args.push("--newest");
                }
                if let Some(after) = &after {
                    page_args.extend(["--after", after]);
                }
                let run = folder.run(&page_args);
                let page: Vec<Value> = serde_json::from_str(&run.stdout).unwrap();
                joined.extend(page);
                if let Some((_, hint)) = run.stderr.split_once("--after ") {
                    let next = hint.split(',').next().unwrap();
                    assert_eq!(joined.last().map(|row| row[cursor].to_string()).as_deref(), Some(next));
                } else {
                    break;
                }
            }
            if newest {
                joined.reverse();
            }
            assert_eq!(joined, whole, "{args:?} newest {newest}");
        }
    }
}

#[test]
fn closed_means_no_longer_open_liquidated_ones_included() {
    let folder = Folder::with_examples();
    let statuses = |args: &[&str]| -> Vec<String> {
        folder.records(args).iter().map(|row| row["status"].as_str().unwrap().to_owned()).collect()
    };
    assert_eq!(statuses(&["positions", "--closed"]), ["closed", "liquidated", "closed"]);
    assert_eq!(statuses(&["positions", "--open"]), Vec::<String>::new());
    assert_eq!(statuses(&["positions", "--closed", "--strategy", "my-bot/v1@7"]).len(), 3);
    let first_two = folder.run(&["positions", "--closed", "--limit", "2", "--format", "json"]);
    assert!(first_two.stderr.contains("--after 2"), "{first_two:?}");
}

#[test]
fn filters_narrow_a_list() {
    let folder = Folder::with_examples();
    let count = |args: &[&str]| folder.records(args).len();
    assert_eq!(count(&["signals", "list", "--executed"]), 2);
    assert_eq!(count(&["signals", "list", "--suppressed"]), 1);
    assert_eq!(count(&["trades", "--position", "1"]), 2);
    assert_eq!(count(&["trades", "--strategy", "1"]), 6);
    assert_eq!(count(&["strategies", "--inactive"]), 0);
    assert_eq!(count(&["events", "list", "--min-severity", "warning"]), 2);
    assert_eq!(count(&["events", "list", "--type", "websocket_reconnect"]), 1);
    assert_eq!(count(&["events", "list", "--since", "2021-12-31T23:12:00Z"]), 3);
}

#[test]
fn a_reader_that_leaves_early_is_no_error() {
    let folder = Folder::with_examples();
    let mut child = folder
        .command(&["events", "list", "--format", "csv"])
        .stdout(std::process::Stdio::piped())
        .stderr(std::process::Stdio::piped())
        .spawn()
        .unwrap();
    drop(child.stdout.take());
    let run = crate::common::Run::of(&child.wait_with_output().unwrap());
    assert_eq!((run.code, run.stderr.as_str()), (Some(0), ""));
}

#[test]
fn bankroll_changes_are_in_the_ledger_with_their_reason() {
    let folder = Folder::with_examples();
    let args =
        ["bankroll", "deposit", "my-bot/v1@7", "250.5", "--reason", "bonus", "--at", "1640995200000", "--key", "b-1"];
    insta::assert_snapshot!("table-bankroll-deposit", folder.ok(&args));
    // The same key again: nothing happens twice.
    folder.ok(&args);
    let text = folder.ok(&["bankroll", "withdraw", "1", "50.5", "--reason", "rent", "--format", "json"]);
    let answer: Value = serde_json::from_str(&text).unwrap();
    assert_eq!(answer["bankroll"], "10200");
    folder.ok(&["bankroll", "set", "1", "5000", "--reason", "less"]);
    let ledger = folder.records(&["ledger", "show", "1"]);
    let last: Vec<_> = ledger[ledger.len() - 3..].iter().map(|row| (&row["delta"], &row["reason"])).collect();
    let expected = [("250.5", "bonus"), ("-50.5", "rent"), ("-5200", "less")];
    for ((delta, reason), (expected_delta, expected_reason)) in last.iter().zip(expected) {
        assert_eq!((delta.as_str(), reason.as_str()), (Some(expected_delta), Some(expected_reason)));
    }
}
