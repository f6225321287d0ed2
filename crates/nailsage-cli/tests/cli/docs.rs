//! docs/commands.md says what is true: its examples are accepted, and no action, field or refusal is missing.

use std::collections::BTreeSet;

use crate::common::{Folder, blocks, commands_page, examples};
use nailsage::{Command, Outcome, Refusal};
use serde_json::{Value, json};

/// The names that serde would have accepted, from its complaint about one that it does not know. So the lists below
/// cannot fall behind the types.
fn names_known(complaint: &str) -> BTreeSet<String> {
    if complaint.contains("there are no fields") {
        return BTreeSet::new();
    }
    let (_, list) = complaint.split_once("expected").unwrap();
    list.split('`').skip(1).step_by(2).map(str::to_owned).collect()
}

fn actions() -> BTreeSet<String> {
    let command = json!({"at": 1_640_991_600_000_i64, "actions": [{"action": "?"}]});
    names_known(&serde_json::from_value::<Command>(command).unwrap_err().to_string())
}

fn fields_of(action: &str) -> BTreeSet<String> {
    let command = json!({"at": 1_640_991_600_000_i64, "actions": [{"action": action, "?": 0}]});
    names_known(&serde_json::from_value::<Command>(command).unwrap_err().to_string())
}

/// The page from this heading to the next of the same or a higher level.
fn section<'a>(page: &'a str, heading: &str) -> &'a str {
    let level = heading.split(' ').next().unwrap();
    let (_, rest) = page.split_once(&format!("\n{heading}\n")).unwrap_or_else(|| panic!("{heading} is missing"));
    let end = (2..=level.len()).filter_map(|level| rest.find(&format!("\n{} ", "#".repeat(level)))).min();
    &rest[..end.unwrap_or(rest.len())]
}

/// The first column of the first table whose names are code.
fn first_column(text: &str) -> BTreeSet<String> {
    text.lines().filter_map(|line| line.strip_prefix("| `")?.split('`').next()).map(str::to_owned).collect()
}

#[test]
fn every_example_is_accepted_in_the_order_of_the_page() {
    let folder = Folder::new();
    let run = folder.run_with(&["ingest"], examples().join("\n").as_bytes());
    assert_eq!(run.code, Some(0), "{run:?}");
    assert_eq!(run.answers().len(), examples().len());
    for answer in run.answers() {
        let results = answer["outcome"]["results"].as_array().unwrap();
        assert!(results.iter().all(|result| result["refused"].is_null()), "{answer}");
    }
}

#[test]
fn every_action_has_a_section_with_all_its_fields_and_an_example() {
    let page = commands_page();
    let headings: BTreeSet<String> =
        page.lines().filter_map(|line| line.strip_prefix("### `")?.strip_suffix('`')).map(str::to_owned).collect();
    assert_eq!(headings, actions());
    for action in actions() {
        let section = section(&page, &format!("### `{action}`"));
        assert_eq!(first_column(section), fields_of(&action), "fields of {action}");
        let examples = blocks(section, "json");
        let shows = |example: &String| example.contains(&format!("\"action\": \"{action}\""));
        assert!(examples.iter().any(shows), "{action} has no example");
    }
}

#[test]
fn every_field_of_a_command_is_on_the_page() {
    let complaint = serde_json::from_value::<Command>(json!({"?": 0})).unwrap_err().to_string();
    assert_eq!(first_column(section(&commands_page(), "## A command")), names_known(&complaint));
}

#[test]
fn every_action_has_its_result_described() {
    let page = commands_page();
    let (_, results) = section(&page, "## Answers").split_once("| action | its result |").unwrap();
    let described: BTreeSet<String> = results
        .lines()
        .filter(|line| line.starts_with("| `"))
        .flat_map(|line| line.split('|').nth(1).unwrap().split(", "))
        .map(|name| name.trim().trim_matches('`').to_owned())
        .collect();
    assert_eq!(described, actions());
}

#[test]
fn every_refusal_is_listed_with_its_message() {
    let complaint = serde_json::from_value::<Refusal>(json!({"code": "?"})).unwrap_err().to_string();
    let page = commands_page();
    let section = section(&page, "## Refusals");
    let mut listed = BTreeSet::new();
    for sample in refusals() {
        let refusal: Refusal = serde_json::from_value(sample).unwrap();
        let row = format!("| `{}` | {refusal} |", refusal.code());
        assert!(section.contains(&row), "missing or outdated: {row}");
        listed.insert(refusal.code().to_owned());
    }
    assert_eq!(listed, names_known(&complaint));
    assert_eq!(listed, first_column(section));
}

/// One of each refusal.
fn refusals() -> Vec<Value> {
    vec![
        json!({"code": "unknown_strategy", "strategy": "my-bot/v1@7"}),
        json!({"code": "interval_mismatch", "registered": "1m", "given": "5m"}),
        json!({"code": "strategy_inactive", "strategy_id": 1}),
        json!({"code": "bankroll_depleted", "strategy_id": 1, "bankroll": "-12.5"}),
        json!({"code": "size_rounds_to_zero", "bankroll": "0.000001"}),
        json!({"code": "stops_crossed"}),
        json!({"code": "unknown_position", "position": 99}),
        json!({"code": "ambiguous_position", "position": {"strategy": "my-bot/v1@7"}, "count": 2}),
        json!({"code": "position_not_open", "position_id": 1, "status": "closed"}),
        json!({"code": "exit_before_entry", "entry": 1_640_991_660_000_i64, "exit": 1_640_991_600_000_i64}),
        json!({"code": "liquidation_is_an_action"}),
        json!({"code": "signal_needs_reason"}),
        json!({"code": "signal_has_reason"}),
        json!({"code": "signal_in_signal"}),
        json!({"code": "withdrawal_exceeds_bankroll", "amount": "500", "bankroll": "100"}),
        json!({"code": "range_exceeded", "what": "realized_pnl"}),
        json!({"code": "snapshot_does_not_add_up", "total_equity": "10"}),
        json!({"code": "refresh_is_alone"}),
        json!({"code": "metrics_do_not_fit"}),
        json!({"code": "key_reused", "key": "close-1"}),
        json!({"code": "empty_command"}),
        json!({"code": "too_many_actions", "count": 1001, "max": 1000}),
    ]
}

#[test]
fn the_answers_on_the_page_have_the_shape_of_real_ones() {
    let page = commands_page();
    let answers = blocks(&page, "jsonl").join("\n");
    let mut statuses = BTreeSet::new();
    for line in answers.lines() {
        let answer: Value = serde_json::from_str(line).unwrap();
        if answer["status"] == "ok" {
            let outcome: Outcome = serde_json::from_value(answer["outcome"].clone()).unwrap();
            assert_eq!(serde_json::to_value(outcome).unwrap(), answer["outcome"]);
        }
        statuses.insert(answer["status"].as_str().unwrap().to_owned());
    }
    assert_eq!(statuses, first_column(section(&page, "## Answers").split("```").next().unwrap()));

    // Those that can be had from an empty book are had from one.
    let input = [
        examples()[0].clone(),
        examples()[1].clone(),
        r#"{"at": 1640991600000, "actions": [{"action": "close_position", "position": 99, "price": 1}]}"#.to_owned(),
        "{}".to_owned(),
    ];
    let real = Folder::new().run_with(&["ingest"], input.join("\n").as_bytes());
    let shown: Vec<&str> = answers.lines().take(4).collect();
    assert_eq!(real.stdout.lines().collect::<Vec<_>>(), shown);
}
