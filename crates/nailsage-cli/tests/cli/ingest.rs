//! `nailsage ingest` through the real program: order, bad lines, repeating, stopping.

use std::fmt::Write as _;

use crate::common::{Folder, Run};
use serde_json::Value;

const REGISTER: &str = r#"{"key":"reg","at":1640991600000,"actions":[{"action":"register_strategy","strategy":"bot/v1@1","interval":"1m"}]}"#;

/// A deposit of one USDT under its own key.
fn deposit(number: usize) -> String {
    format!(
        r#"{{"key":"d-{number:06}","at":1640991600000,"actions":[{{"action":"adjust_bankroll","strategy":"bot/v1@1","change":{{"deposit":1}},"reason":"n"}}]}}"#
    )
}

fn lines_of(run: &Run) -> Vec<(u64, String)> {
    run.answers()
        .iter()
        .map(|answer| (answer["line"].as_u64().unwrap(), answer["status"].as_str().unwrap().to_owned()))
        .collect()
}

fn expect(run: &Run, statuses: &[(u64, &str)]) {
    let expected: Vec<(u64, String)> = statuses.iter().map(|(line, status)| (*line, (*status).to_owned())).collect();
    assert_eq!(lines_of(run), expected, "{run:?}");
}

fn bankroll(folder: &Folder) -> String {
    folder.records(&["strategies"])[0]["current_bankroll"].as_str().unwrap().to_owned()
}

#[test]
fn thousands_in_flight_are_answered_in_order_and_repeating_changes_nothing() {
    let folder = Folder::new();
    let mut input = format!("{REGISTER}\n");
    for number in 0..5_000 {
        writeln!(input, "{}", deposit(number)).unwrap();
    }
    folder.write("commands.ndjson", input.as_bytes());
    let first = folder.run(&["ingest", "commands.ndjson"]);
    assert_eq!(first.code, Some(0), "{}", first.stderr);
    assert_eq!(first.stderr, "", "nothing is said where nobody looks");
    let answers = first.answers();
    assert_eq!(answers.len(), 5_001);
    for (place, answer) in answers.iter().enumerate() {
        assert_eq!(answer["line"], place + 1);
        assert_eq!(answer["outcome"]["commit_seq"], place + 1);
    }
    assert_eq!(bankroll(&folder), "15000");

    let again = folder.run_with(&["ingest", "-"], input.as_bytes());
    assert_eq!(again.stdout, first.stdout);
    assert_eq!(bankroll(&folder), "15000");
}

#[test]
fn a_bad_or_refused_line_says_so_and_does_not_stop_the_rest() {
    let folder = Folder::new();
    let too_far = deposit(1).replace("deposit", "withdraw").replace(":1}", ":20000}");
    let input = [REGISTER, "nonsense", "", "{\"at\": 1}", &too_far, &deposit(2)].join("\n");
    let run = folder.run_with(&["ingest"], input.as_bytes());
    expect(&run, &[(1, "ok"), (2, "invalid"), (4, "invalid"), (5, "refused"), (6, "ok")]);
    assert_eq!(run.code, Some(1));
    assert_eq!(run.answers()[3]["refusal"]["code"], "withdrawal_exceeds_bankroll");
    assert_eq!(run.answers()[3]["refusal"]["action_index"], 0);
    assert_eq!(bankroll(&folder), "10001");
}

#[test]
fn line_ends_of_every_system_are_understood() {
    for input in [
        format!("{REGISTER}\n{}\n", deposit(1)),
        format!("{REGISTER}\n{}", deposit(1)),
        format!("{REGISTER}\r\n{}\r\n", deposit(1)),
        format!("\u{feff}{REGISTER}\n \t\n  {}  ", deposit(1)).replace("\n \t\n", "\n"),
    ] {
        let run = Folder::new().run_with(&["ingest"], input.as_bytes());
        expect(&run, &[(1, "ok"), (2, "ok")]);
        assert_eq!(run.code, Some(0));
    }
}

#[test]
fn no_input_is_no_error() {
    for input in ["", "\n", "\r\n\r\n"] {
        let run = Folder::new().run_with(&["ingest"], input.as_bytes());
        assert_eq!((run.code, run.stdout.as_str()), (Some(0), ""));
    }
}

#[test]
fn a_huge_line_and_bytes_that_are_no_text_are_invalid() {
    let folder = Folder::new();
    let mut input = format!("{REGISTER}\n{{\"key\":\"").into_bytes();
    input.resize(input.len() + 9 * 1024 * 1024, b'x');
    input.extend(b"\"}\n\"\xFF\xFE\"\n{\"key\":\"\xFF\"}\n");
    input.extend(deposit(1).as_bytes());
    let run = folder.run_with(&["ingest"], &input);
    expect(&run, &[(1, "ok"), (2, "invalid"), (3, "invalid"), (4, "invalid"), (5, "ok")]);
    assert_eq!(run.answers()[1]["error"], "the line is longer than 8388608 bytes");
}

#[test]
fn strict_stops_at_a_line_that_is_no_command_and_hands_over_nothing_behind_it() {
    let folder = Folder::new();
    let input = [REGISTER, &deposit(1), "nonsense", &deposit(2)].join("\n");
    let run = folder.run_with(&["ingest", "--strict"], input.as_bytes());
    expect(&run, &[(1, "ok"), (2, "ok"), (3, "invalid")]);
    assert_eq!(run.code, Some(1));
    assert!(run.stderr.contains("stopped at line 3"), "{run:?}");
    assert_eq!(bankroll(&folder), "10001");
}

#[test]
fn strict_answers_everything_that_was_handed_over_before_it_knew() {
    let too_far = deposit(1).replace("deposit", "withdraw").replace(":1}", ":20000}");
    let mut input = format!("{REGISTER}\n{too_far}\n");
    for number in 2..2_000 {
        writeln!(input, "{}", deposit(number)).unwrap();
    }
    // One at a time, nothing is handed over behind the refusal.
    let folder = Folder::new();
    let run = folder.run_with(&["ingest", "--strict", "--window", "1"], input.as_bytes());
    expect(&run, &[(1, "ok"), (2, "refused")]);
    assert_eq!(run.code, Some(1));
    assert_eq!(bankroll(&folder), "10000");

    // With many in flight, what is in the book is exactly what was answered.
    let folder = Folder::new();
    let run = folder.run_with(&["ingest", "--strict", "--window", "50"], input.as_bytes());
    let done = run.answers().iter().filter(|answer| answer["status"] == "ok").count() - 1;
    assert!(done <= 50, "{done} behind the refusal");
    assert_eq!(bankroll(&folder), (10_000 + done).to_string());
    assert!(run.stderr.contains(&format!("up to line {}", done + 2)), "{}", run.stderr);
}

#[test]
fn a_key_with_another_command_is_refused() {
    let folder = Folder::new();
    let other = deposit(1).replace(":1}", ":2}");
    let input = [REGISTER, &deposit(1), &deposit(1), &other].join("\n");
    let run = folder.run_with(&["ingest"], input.as_bytes());
    expect(&run, &[(1, "ok"), (2, "ok"), (3, "ok"), (4, "refused")]);
    assert_eq!(run.answers()[1]["outcome"], run.answers()[2]["outcome"]);
    assert_eq!(run.answers()[3]["refusal"]["code"], "key_reused");
    assert_eq!(bankroll(&folder), "10001");
}

#[test]
fn a_command_without_a_key_is_carried_out_each_time() {
    let folder = Folder::new();
    let keyless = deposit(1).replace("\"key\":\"d-000001\",", "");
    let input = [REGISTER, &keyless, &keyless].join("\n");
    let run = folder.run_with(&["ingest"], input.as_bytes());
    expect(&run, &[(1, "ok"), (2, "ok"), (3, "ok")]);
    assert_eq!(bankroll(&folder), "10002");
}

#[test]
fn verbose_tells_how_much_there_was() {
    let input = [REGISTER, "nonsense"].join("\n");
    let run = Folder::new().run_with(&["ingest", "-v"], input.as_bytes());
    assert!(run.stderr.contains("2 answered: 1 ok, 0 refused, 1 invalid, 0 errors"), "{}", run.stderr);
}

#[test]
fn a_new_book_is_made_where_the_environment_says() {
    let folder = Folder::new();
    let output =
        folder.command(&["db", "init", "--format", "json"]).env("DATABASE_URL", "sqlite:///other.db").output().unwrap();
    let status: Value = serde_json::from_slice(&output.stdout).unwrap();
    assert_eq!((&status["schema_version"], &status["commit_seq"]), (&Value::from(1), &Value::from(0)));
    assert!(folder.path().join("other.db").exists());
    assert!(!folder.path().join("nailsage.db").exists());
}
