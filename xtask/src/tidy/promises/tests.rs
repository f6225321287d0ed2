//! A page that says what is true has no findings; each thing that is not true is found.

use super::{Finding, HEADER, PAGE, Tree, check_page};
use crate::tidy::tests::tree;

const TESTS: &str = "//! Tests.
#[test]
fn adds_up() { helper(); }

fn helper() {}

/// Slowly.
#[tokio::test(flavor = \"current_thread\")]
async fn waits() {}

#[cfg(test)]
fn is_no_test() {}
";

const CASES: &str = "//! Cases.
cases! {
    opens,
    closes,
}

async fn opens(f: &Fixture) {}

async fn never_listed(f: &Fixture) {}
";

/// What is found on a page with these rows.
fn found(rows: &[&str]) -> Vec<String> {
    let rows = rows.join("\n");
    found_on(&format!("# Promises\n\n{HEADER}\n|---|---|---|\n{rows}\n\nMore.\n"), &[])
}

fn found_on(page: &str, not_yet: &[&str]) -> Vec<String> {
    let files = [
        (PAGE, page),
        ("crates/a/src/sum.rs", "//! Sums.\npub struct Sum;\n"),
        ("crates/a/tests/sum.rs", TESTS),
        ("tests/conformance/src/cases/sum.rs", CASES),
    ];
    let (_folder, tree): (_, Tree) = tree(&files);
    let findings: Vec<Finding> = check_page(&tree, not_yet);
    findings.iter().map(ToString::to_string).collect()
}

#[track_caller]
fn assert_found(row: &str, finding: &str) {
    assert_eq!(found(&[row]), [format!("docs/promises.md:5: promises: {finding}")]);
}

#[test]
fn rows_with_tests_that_are_there_are_allowed() {
    let rows = [
        "| It \\| adds. | `crates/a/src/sum.rs::Sum` | `crates/a/tests/sum.rs::adds_up`, `crates/a/tests/sum.rs::waits` |",
        "| It opens. | `crates/a/src` and `crates/a/`, see `a / b` | `tests/conformance/src/cases/sum.rs::opens` |",
    ];
    assert_eq!(found(&rows), [] as [String; 0]);
}

#[test]
fn a_row_without_a_test_is_found() {
    assert_found("| It adds. | `Sum` |  |", "name the test that fails when this is not kept");
    assert_found("| It adds. | `Sum` |", "give the row three cells, it has 2");
    let incomplete = "say what is promised, and where it is kept or why it is not";
    assert_found("| It adds. |  | `crates/a/tests/sum.rs::adds_up` |", incomplete);
    assert_found("|  | `Sum` | `crates/a/tests/sum.rs::adds_up` |", incomplete);
}

#[test]
fn a_test_that_is_not_there_is_found() {
    for name in ["subtracts", "helper", "is_no_test"] {
        let row = format!("| It adds. | `Sum` | `crates/a/tests/sum.rs::{name}` |");
        assert_found(&row, &format!("there is no test in `crates/a/tests/sum.rs` that is called `{name}`"));
    }
    for name in ["subtracts", "closes", "never_listed"] {
        let row = format!("| It adds. | `Sum` | `tests/conformance/src/cases/sum.rs::{name}` |");
        let path = "tests/conformance/src/cases/sum.rs";
        assert_found(&row, &format!("there is no case in the list of `{path}` that is called `{name}`"));
    }
    assert_found(
        "| It adds. | `Sum` | `crates/b.rs::adds_up` |",
        "there is no test in `crates/b.rs` that is called `adds_up`",
    );
    for test in ["adds_up", "`adds_up`", "`crates/a/tests/sum.rs::adds_up`; more"] {
        let form = "write it as `path/to/file.rs::test_name`, with `, ` between two";
        assert_found(&format!("| It adds. | `Sum` | {test} |"), &format!("{form}: {test}"));
    }
}

#[test]
fn a_place_that_is_not_there_is_found() {
    let test = "`crates/a/tests/sum.rs::adds_up`";
    assert_found(
        &format!("| It adds. | `crates/a/src/gone.rs` | {test} |"),
        "there is no `crates/a/src/gone.rs`: say where this is kept now",
    );
    assert_found(
        &format!("| It adds. | `crates/a/src/sum.rs::Total` | {test} |"),
        "there is no `Total` in `crates/a/src/sum.rs`: say where this is kept now",
    );
}

#[test]
fn another_table_and_an_empty_page_are_found() {
    let other =
        format!("{HEADER}\n|---|---|---|\n| It | `Sum` | `crates/a/tests/sum.rs::adds_up` |\n\n| a | b |\n|---|---|\n");
    let begin = format!("docs/promises.md:5: promises: begin the table with `{HEADER}`");
    assert_eq!(found_on(&other, &[]), [begin]);
    let write = "docs/promises.md:1: promises: write down what the source document promises, and which test guards it";
    assert_eq!(found_on("", &[]), [write]);
    assert_eq!(found_on(&format!("{HEADER}\n|---|---|---|\n"), &[]), [write]);
}

#[test]
fn what_is_not_there_yet_is_on_the_list_and_the_list_is_on_the_page() {
    let page = format!("{HEADER}\n|---|---|---|\n| It flies. | Nothing flies. | *not yet*: wings |\n");
    assert_eq!(found_on(&page, &["wings"]), [] as [String; 0]);
    let unlisted = "keep it, and name its test: `wings` is not on the list of what may be missing";
    assert_eq!(found_on(&page, &[]), [format!("docs/promises.md:3: promises: {unlisted}")]);
    let unused = "docs/promises.md:1: promises: no row says `gills` any more: take it out of the list";
    assert_eq!(found_on(&page, &["gills", "wings"]), [unused]);
}
