//! What the test run makes of cargo's output, and what it tells cargo.

use crate::workspace::{Crate, Workspace};

use super::backends::Backends;
use super::report::{Report, Summary};

const SUITE: &str = "     Running tests/conformance.rs (target/debug/deps/conformance-0f1e2d3c4b5a6978)\n";
const UNITS: &str = "     Running unittests src/lib.rs (target/debug/deps/nailsage_domain-0f1e2d3c4b5a6978)\n";

fn summary(backends: &[&str], output: &str, has_succeeded: bool) -> Summary {
    let mut report = Report::new(backends.iter().map(ToString::to_string).collect(), None);
    // Output comes in pieces that end anywhere.
    for piece in output.as_bytes().chunks(7) {
        report.feed(piece);
    }
    report.summary(has_succeeded)
}

fn result(passed: usize, failed: usize, ignored: usize) -> String {
    let verdict = if failed == 0 { "ok" } else { "FAILED" };
    format!(
        "\ntest result: {verdict}. {passed} passed; {failed} failed; {ignored} ignored; 0 measured; 0 filtered out; finished in 0.00s\n\n"
    )
}

fn closing_line(summary: &Summary) -> &str {
    summary.text.lines().last().expect("there is a closing line")
}

fn suite(lines: &[&str]) -> String {
    let failed = lines.iter().filter(|line| line.ends_with("FAILED")).count();
    format!("{SUITE}\n{}\n{}", lines.join("\n"), result(lines.len() - failed, failed, 0))
}

#[test]
fn the_closing_line_sums_every_binary_and_the_doc_examples() {
    let output = format!(
        "{UNITS}\nrunning 2 tests\ntest a ... ok\ntest b ... ok\n{}   Doc-tests nailsage\n\nrunning 1 test\ntest src/lib.rs - (line 3) ... ok\n{}{}",
        result(2, 0, 0),
        result(1, 0, 0),
        result(3, 0, 0),
    );
    let summary = summary(&[], &output, true);
    assert_eq!(closing_line(&summary), "6 passed, 0 failed");
    assert_eq!(summary.failed, 0);
}

#[test]
fn colours_and_windows_paths_and_line_ends_change_nothing() {
    let running =
        "\u{1b}[1m\u{1b}[92m     Running\u{1b}[0m tests\\conformance.rs (target\\debug\\deps\\conformance-01.exe)\r\n";
    let output = format!("{running}test a::b   [memory] ... \u{1b}[32mok\u{1b}[0m\r\n{}", result(1, 0, 0));
    let summary = summary(&["memory"], &output, true);
    assert_eq!(closing_line(&summary), "1 passed, 0 failed", "{}", summary.text);
}

#[test]
fn the_table_counts_cases_by_group_and_backend() {
    let lines = [
        "test atomic::one   [memory] ... ok",
        "test atomic::one   [sqlite] ... ok",
        "test atomic::two   [memory] ... ok",
        "test atomic::two   [sqlite] ... FAILED",
        "test honest::three [memory] ... ok",
        "test honest::three [sqlite] ... ok",
        "test broken_stores_are_caught ... ok",
    ];
    let text = summary(&["memory", "sqlite"], &suite(&lines), false).text;
    let expected = "
cases by backend   memory               sqlite
atomic             2 passed, 0 failed   1 passed, 1 failed
honest             1 passed, 0 failed   1 passed, 0 failed
total              3 passed, 0 failed   2 passed, 1 failed
without a backend: 1 passed, 0 failed

failed: conformance: atomic::two [sqlite]
6 passed, 1 failed
";
    assert_eq!(text, expected);
}

#[test]
fn a_case_that_a_backend_did_not_run_is_red() {
    let lines =
        ["test atomic::one [memory] ... ok", "test atomic::one [sqlite] ... ok", "test atomic::two [memory] ... ok"];
    let summary = summary(&["memory", "sqlite"], &suite(&lines), true);
    assert!(summary.text.contains("red: atomic::two did not run on sqlite"), "{}", summary.text);
    assert!(summary.text.contains("1 passed, 0 failed, 1 MISSING"), "{}", summary.text);
    assert_eq!(closing_line(&summary), "3 passed, 1 failed");
}

#[test]
fn a_backend_that_ran_nothing_is_red() {
    let summary = summary(&["memory", "sqlite"], &suite(&["test atomic::one [memory] ... ok"]), true);
    assert!(summary.text.contains("EMPTY"), "{}", summary.text);
    assert_eq!(closing_line(&summary), "1 passed, 1 failed");
}

#[test]
fn a_suite_without_a_case_is_red_and_no_suite_is_not() {
    let output = format!("{UNITS}test a ... ok\n{}", result(1, 0, 0));
    assert_eq!(summary(&["memory"], &output, true).failed, 1);
    assert_eq!(summary(&[], &output, true).failed, 0);
}

#[test]
fn a_case_whose_line_was_lost_is_red() {
    let output = format!("{SUITE}test a::b [memory] ... ok\n{}", result(2, 0, 0));
    let summary = summary(&["memory"], &output, true);
    assert!(summary.text.contains("off by 1"), "{}", summary.text);
    assert!(summary.failed > 0);
}

#[test]
fn a_binary_that_crashes_is_red() {
    let output = format!(
        "{UNITS}running 2 tests\ntest a ... ok\nerror: test failed (signal: 6)\n{}",
        suite(&["test a::b [memory] ... ok"])
    );
    let summary = summary(&["memory"], &output, false);
    assert!(summary.text.contains("red: nailsage_domain ended without a result"), "{}", summary.text);
    assert_eq!(closing_line(&summary), "1 passed, 1 failed");
}

#[test]
fn an_ignored_test_is_red() {
    let output = format!("{UNITS}test a ... ok\ntest b ... ignored, later\n{}", result(1, 0, 1));
    assert_eq!(closing_line(&summary(&[], &output, true)), "1 passed, 1 failed");
}

#[test]
fn nothing_that_ran_is_red() {
    let summary = summary(&[], "error: could not compile\n", false);
    assert!(summary.text.contains("red: no test ran"), "{}", summary.text);
    assert_eq!(closing_line(&summary), "0 passed, 1 failed");
}

#[test]
fn a_failure_of_cargo_itself_is_red() {
    let output = format!("{UNITS}test a ... ok\n{}", result(1, 0, 0));
    assert_eq!(closing_line(&summary(&[], &output, false)), "1 passed, 1 failed");
}

#[test]
fn failed_tests_are_named_with_their_binary() {
    let output = format!("{UNITS}test rules::sum ... FAILED\n{}", result(0, 1, 0));
    let text = summary(&[], &output, false).text;
    assert!(text.contains("failed: nailsage_domain: rules::sum"), "{text}");
}

fn workspace() -> Workspace {
    let member = |name: &str, folder: &str, tests: &[&str]| Crate {
        name: name.to_owned(),
        folder: folder.to_owned(),
        tests: tests.iter().map(ToString::to_string).collect(),
        ..Crate::default()
    };
    let crates = vec![
        member("nailsage-conformance", "tests/conformance", &["conformance"]),
        member("nailsage-store", "crates/store", &[]),
        member("nailsage-store-postgres", "crates/store-postgres", &[]),
        member("nailsage-store-sqlite", "crates/store-sqlite", &[]),
        member("nailsage-test-postgres", "tests/postgres", &[]),
    ];
    Workspace { crates, ..Workspace::default() }
}

#[test]
fn every_backend_is_tested_unless_asked_otherwise() {
    let backends = Backends::of(&workspace(), false);
    assert_eq!(backends.names, ["memory", "postgres", "sqlite"]);
    assert_eq!(backends.variable(), ("NAILSAGE_TEST_BACKENDS", None));
    assert!(backends.arguments().is_empty());
    assert_eq!(backends.note(), None);
}

#[test]
fn what_needs_postgres_is_left_out_on_request() {
    let backends = Backends::of(&workspace(), true);
    assert_eq!(backends.names, ["memory", "sqlite"]);
    assert_eq!(backends.variable(), ("NAILSAGE_TEST_BACKENDS", Some("memory,sqlite".to_owned())));
    let arguments = backends.arguments();
    assert_eq!(arguments.join(" "), "--exclude nailsage-store-postgres --exclude nailsage-test-postgres");
}

#[test]
fn packages_that_can_be_left_out_are_there() {
    // Cargo only warns about one that is not, and would go on to test it under its new name.
    let workspace = Workspace::load().expect("tests run under cargo");
    let arguments = Backends::of(&workspace, true).arguments();
    let mut packages = arguments.iter().filter(|argument| !argument.starts_with("--"));
    assert!(packages.all(|package| workspace.member(package).is_some()), "{arguments:?}");
}

#[test]
fn a_run_without_postgres_says_so_and_is_green() {
    let backends = Backends::of(&workspace(), true);
    let mut report = Report::new(backends.names.clone(), backends.note());
    report.feed(suite(&["test atomic::one [memory] ... ok", "test atomic::one [sqlite] ... ok"]).as_bytes());
    let summary = report.summary(true);
    let mut lines = summary.text.lines().rev();
    assert_eq!(lines.next(), Some("2 passed, 0 failed"), "{}", summary.text);
    assert_eq!(lines.next(), Some("without PostgreSQL, as asked: nothing was tested on it"), "{}", summary.text);
}
