//! Metrics refreshed and shown.

use crate::common::Folder;
use serde_json::Value;

/// The columns of `performance_metrics`, as the migration has them.
fn columns_of_the_table() -> Vec<String> {
    let path = std::path::Path::new(env!("CARGO_MANIFEST_DIR")).join("../../schema/sqlite/V001__book.sql");
    let schema = std::fs::read_to_string(&path).unwrap_or_else(|error| panic!("{}: {error}", path.display()));
    let (_, table) = schema.split_once("CREATE TABLE performance_metrics (").unwrap();
    let (table, _) = table.split_once("CONSTRAINT").unwrap();
    let is_column =
        |line: &&str| line.split_whitespace().nth(1).is_some_and(|kind| ["INTEGER", "REAL", "TEXT"].contains(&kind));
    let name = |line: &str| line.split_whitespace().next().unwrap().to_owned();
    table.lines().filter(is_column).map(name).collect()
}

#[test]
fn metrics_in_json_and_csv_have_every_column_under_its_name() {
    let folder = Folder::with_examples();
    folder.ok(&["metrics", "refresh", "--at", "2022-02-01"]);
    let columns = columns_of_the_table();
    assert_eq!(columns.len(), 24, "{columns:?}");
    for timeframe in ["daily", "weekly", "monthly", "all-time"] {
        let csv = folder.ok(&["metrics", "show", "--timeframe", timeframe, "--format", "csv"]);
        assert_eq!(csv.lines().next().unwrap(), columns.join(","), "{timeframe}");
        let json = folder.ok(&["metrics", "show", "--timeframe", timeframe, "--format", "json"]);
        // In the order of the table, which a map would not keep.
        let places: Vec<_> = columns.iter().map(|name| json.find(&format!("\"{name}\":")).expect(name)).collect();
        assert!(places.is_sorted(), "{json}");
        let rows: Vec<Value> = serde_json::from_str(&json).unwrap();
        assert!(rows.len() >= 2, "of all and of one: {rows:?}");
        assert!(rows.iter().all(|row| row.as_object().unwrap().len() == columns.len()));
    }
    let all = &folder.records(&["metrics", "show", "--all-strategies"])[0];
    assert_eq!((&all["strategy_id"], &all["timeframe"]), (&Value::Null, &Value::from("all_time")));
    let strategy = &folder.records(&["strategies"])[0];
    let one = &folder.records(&["metrics", "show", "--strategy", "my-bot/v1@7"])[0];
    assert_eq!(one["total_return_usdt"], strategy["total_realized_pnl"]);
    assert_eq!((&one["num_trades"], &one["num_wins"]), (&strategy["num_closed_positions"], &strategy["num_wins"]));
    insta::assert_snapshot!(
        "table-metrics-daily",
        folder.ok(&["metrics", "show", "--timeframe", "daily"]).replace(crate::common::PROGRAM, "nailsage")
    );
}

#[test]
fn what_is_undefined_is_null_in_json_empty_in_csv_and_a_dash_in_tables() {
    let folder = Folder::new();
    let register =
        r#"{"at":1640991600000,"actions":[{"action":"register_strategy","strategy":"idle/v1@7","interval":"1m"}]}"#;
    folder.run_with(&["ingest"], register.as_bytes());
    folder.ok(&["metrics", "refresh", "--at", "2022-01-03"]);
    let show = ["metrics", "show", "--strategy", "idle/v1@7"];
    let row = &folder.records(&show)[0];
    for name in ["win_rate_pct", "avg_win_usdt", "largest_loss_usdt", "profit_factor", "sharpe_ratio", "running_sums"] {
        assert!(row[name].is_null(), "{name}: {row}");
    }
    let csv = folder.ok(&[&show[..], &["--format", "csv"]].concat());
    let names: Vec<&str> = csv.lines().next().unwrap().split(',').collect();
    let cells: Vec<&str> = csv.lines().nth(1).unwrap().split(',').collect();
    assert_eq!(cells[names.iter().position(|name| *name == "win_rate_pct").unwrap()], "");
    assert!(folder.ok(&show).contains('–'));
}

#[test]
fn stale_metrics_say_so_with_what_refreshes_them_and_reading_never_does() {
    let folder = Folder::with_examples();
    let said = |args: &[&str]| folder.ok(args).replace(crate::common::PROGRAM, "nailsage");
    folder.ok(&["metrics", "refresh", "--at", "2022-01-02"]);
    assert!(said(&["metrics", "show"]).ends_with("The metrics are as of 2022-01-02 00:00 UTC and lack nothing.\n"));
    let deposit = ["bankroll", "deposit", "1", "5", "--reason", "more", "--at", "2022-01-05T06:00:00Z"];
    folder.ok(&deposit);
    let stale = "The metrics are stale: as of 2022-01-02 00:00 UTC, they lack what happened from 2022-01-05 06:00 UTC on. \
                 To bring them up to date: nailsage metrics refresh\n";
    for args in [&["metrics", "show"][..], &["performance"]] {
        for _ in 0..2 {
            assert!(said(args).ends_with(stale), "{}", said(args));
        }
        // A program reads the answer alone.
        let run = folder.run(&[args, &["--format", "json"]].concat());
        assert!(run.stderr.contains("The metrics are stale") && !run.stdout.contains("stale"), "{run:?}");
    }
    let refreshed = folder.ok(&["metrics", "refresh", "--at", "2022-01-06"]);
    assert!(refreshed.starts_with("1 ledger entry taken, "), "{refreshed}");
    assert!(said(&["performance"]).ends_with("as of 2022-01-06 00:00 UTC and lack nothing.\n"));
    let run = folder.run(&["performance", "--format", "json"]);
    assert_eq!(run.stderr, "");
}

#[test]
fn refreshing_as_of_a_time_ahead_says_what_that_does_and_can_be_taken_back() {
    let folder = Folder::with_examples();
    let run = folder.run(&["metrics", "refresh", "--at", "2099-12-31"]);
    assert_eq!(run.code, Some(0), "{run:?}");
    assert!(run.stderr.starts_with("2099-12-31 00:00 UTC lies ahead: "), "{run:?}");
    let back = folder.run(&["metrics", "refresh", "--at", "2022-01-02"]);
    assert!(back.stdout.ends_with("as of 2022-01-02 00:00 UTC.\n") && back.stderr.is_empty(), "{back:?}");
}

#[test]
fn metrics_come_in_pages_that_join_to_the_whole() {
    let folder = Folder::with_examples();
    folder.ok(&["bankroll", "deposit", "1", "5", "--reason", "more", "--at", "2022-01-05"]);
    folder.ok(&["metrics", "refresh", "--at", "2022-01-06"]);
    let list = ["metrics", "show", "--timeframe", "daily"];
    let whole = folder.records(&list);
    assert!(whole.len() >= 4, "{whole:?}");
    let (mut joined, mut after): (Vec<Value>, Option<String>) = (Vec::new(), None);
    loop {
        let mut args = [&list[..], &["--format", "json", "--limit", "1"]].concat();
        if let Some(after) = &after {
            args.extend(["--after", after]);
        }
        let run = folder.run(&args);
        joined.extend(serde_json::from_str::<Vec<Value>>(&run.stdout).unwrap());
        let Some((_, hint)) = run.stderr.split_once("--after ") else { break };
        after = Some(hint.split(',').next().unwrap().to_owned());
    }
    assert_eq!(joined, whole);
    let since = folder.records(&[&list[..], &["--since", "2022-01-01"]].concat());
    assert!(!since.is_empty() && since.len() < whole.len());
}

#[cfg(unix)]
#[test]
fn an_interrupted_refresh_ends_between_two_commands_and_the_next_one_goes_on() {
    use std::fmt::Write as _;

    use crate::terminal::Terminal;

    let folder = Folder::new();
    let mut input =
        r#"{"at":1640995200000,"actions":[{"action":"register_strategy","strategy":"bot/v1@7","interval":"1m"}]}"#
            .to_owned();
    // A refresh takes some 20,000 entries at a time, in whole days.
    let deposit = r#"{"action":"adjust_bankroll","strategy":"bot/v1@7","change":{"deposit":"0.01"},"reason":"test"}"#;
    let deposits = vec![deposit; 1_000].join(",");
    for day in 0..100_i64 {
        write!(input, "\n{{\"at\":{},\"actions\":[{deposits}]}}", 1_640_995_200_000 + day * 86_400_000).unwrap();
    }
    let run = folder.run_with(&["ingest", "--strict"], input.as_bytes());
    assert_eq!(run.code, Some(0), "{}", run.stderr);

    let mut terminal = Terminal::run(&folder, &["metrics", "refresh", "--at", "2022-06-01"], (24, 100), None);
    terminal.until("it shows how far it is", |terminal| terminal.seen().contains("refreshing metrics"));
    terminal.send(nix::sys::signal::Signal::SIGINT);
    assert_eq!(terminal.exit_code(), Some(130), "{}", terminal.seen());
    terminal.until("it says so", |terminal| terminal.seen().contains("interrupted; what was refreshed stays"));
    assert!(folder.ok(&["metrics", "show"]).contains("The metrics are stale"));

    let rest: Value =
        serde_json::from_str(&folder.ok(&["metrics", "refresh", "--at", "2022-06-01", "--format", "json"])).unwrap();
    let taken = rest["num_entries"].as_u64().unwrap();
    assert!(rest["left_from"].is_null() && taken > 0 && taken < 100_000, "{rest}");
    assert!(folder.ok(&["metrics", "show"]).contains("lack nothing"));
    assert_eq!(folder.records(&["metrics", "show", "--timeframe", "daily", "--all-strategies"]).len(), 100);
}
