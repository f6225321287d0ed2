//! Writes, syncs and truncations that fail, one after the other, at every step of a run.

use std::{
    collections::BTreeSet,
    env,
    path::{Path, PathBuf},
    process::Command,
    sync::OnceLock,
};

use serde_json::Value;
use tempfile::TempDir;

use crate::{book, input};

const EIO: i32 = 5;
const ENOSPC: i32 = 28;

/// How many commands a run has.
const COMMANDS: usize = 32;

/// How many are in flight, so that there are single commands and groups.
const WINDOW: usize = 4;

/// Which calls fail: all of them when soaking, every so many otherwise.
fn stride(kind: &str) -> usize {
    match kind {
        _ if env::var_os("NAILSAGE_SOAK").is_some() => 1,
        // A sync is a step of its own; the writes of a commit are many and alike.
        "sync" => 1,
        _ => 23,
    }
}

/// The library that makes a call fail, built once.
fn library() -> &'static Path {
    static LIBRARY: OnceLock<(TempDir, PathBuf)> = OnceLock::new();
    &LIBRARY
        .get_or_init(|| {
            let folder = tempfile::tempdir().unwrap();
            let library = folder.path().join("fault.so");
            let source = concat!(env!("CARGO_MANIFEST_DIR"), "/tests/crash/fault.c");
            let mut compiler = Command::new("cc");
            compiler.args(["-shared", "-fPIC", "-O1", "-o"]).arg(&library).arg(source).arg("-ldl");
            assert!(compiler.status().unwrap().success(), "the C compiler that builds SQLite builds this too");
            (folder, library)
        })
        .1
}

struct Fault {
    kind: &'static str,
    errno: i32,
    at: usize,
}

/// Runs the commands with a fault under them; gives the answers, or what was said when nothing could be opened.
fn run(path: &Path, lines: &str, fault: Option<&Fault>, fired: &Path) -> Result<Vec<Value>, String> {
    let input_path = path.with_extension("ndjson");
    std::fs::write(&input_path, lines).unwrap();
    let mut command = Command::new(env!("CARGO_BIN_EXE_nailsage"));
    command.arg("--db").arg(format!("sqlite:///{}", path.display()));
    command.args(["ingest", "--window", &WINDOW.to_string()]).arg(&input_path);
    if let Some(fault) = fault {
        command.env("LD_PRELOAD", library()).env("FAULT_PATH", path.file_name().unwrap());
        command.env("FAULT_KIND", fault.kind).env("FAULT_AT", fault.at.to_string());
        command.env("FAULT_ERRNO", fault.errno.to_string()).env("FAULT_FIRED", fired);
    }
    let output = command.output().unwrap();
    if output.status.code() == Some(2) {
        return Err(String::from_utf8(output.stderr).unwrap());
    }
    let answers = String::from_utf8(output.stdout).unwrap();
    Ok(answers.lines().map(|line| serde_json::from_str(line).unwrap()).collect())
}

/// Checks that every answer tells the truth about what is in the book. Gives the kinds of answers that were seen.
fn check_answers(answers: &[Value], accepted: &BTreeSet<String>) -> BTreeSet<String> {
    let mut seen = BTreeSet::new();
    for (line, answer) in answers.iter().enumerate() {
        let is_there = accepted.contains(&input::key(line));
        let kind = match answer["status"].as_str().unwrap() {
            "error" => answer["error"]["code"].as_str().unwrap(),
            status => status,
        };
        match kind {
            "ok" => assert!(is_there, "line {line} was answered and is lost: {answer}"),
            "unavailable" | "backend" | "corrupt" | "refused" => {
                assert!(!is_there, "line {line} is there though nothing was to be written: {answer}");
            }
            "unknown" => {}
            other => panic!("line {line} has the answer {other}: {answer}"),
        }
        seen.insert(kind.to_owned());
    }
    seen
}

/// What is there when a run begins.
#[derive(Clone, Copy, PartialEq, Eq)]
enum Start {
    /// No file.
    WithNothing,
    /// A book with the strategies.
    WithStrategies,
}

/// Lets every call of a kind fail in turn, until a run has none left to fail. Gives the kinds of answers that were seen.
fn fail_each(kind: &'static str, errno: i32, start: Start) -> BTreeSet<String> {
    let folder = tempfile::tempdir().unwrap();
    let (lines, mut seen) = (input::lines(COMMANDS), BTreeSet::new());
    for at in (1..).step_by(stride(kind)) {
        let path = folder.path().join(format!("fault-{at}.db"));
        let fired = folder.path().join(format!("fired-{at}"));
        if start == Start::WithStrategies {
            run(&path, &input::lines(input::STRATEGIES), None, &fired).unwrap();
        }
        let outcome = run(&path, &lines, Some(&Fault { kind, errno, at }), &fired);
        let has_fired = fired.exists();
        let accepted = book::accepted_keys(&path);
        match outcome {
            Ok(answers) => {
                assert_eq!(answers.len(), COMMANDS, "{kind} {at}: every line is answered");
                seen.extend(check_answers(&answers, &accepted));
                let last = &answers[COMMANDS - 1];
                let is_hit = |answer: &Value| answer["status"] == "error";
                let hits_the_end = answers[COMMANDS - WINDOW..].iter().any(is_hit);
                // Where registering failed, the rules refuse what needs the strategy; they work, too.
                let works = last["status"] == "ok" || start == Start::WithNothing && last["status"] == "refused";
                assert!(works || hits_the_end, "{kind} {at}: after one failure the next commands work: {last}");
            }
            Err(message) => {
                assert!(message.starts_with("error: "), "{kind} {at}: {message}");
                let before = if start == Start::WithStrategies { input::STRATEGIES } else { 0 };
                assert_eq!(accepted.len(), before, "{kind} {at}: nothing is written if the book cannot be opened");
                let is_full = message.contains("no space left");
                assert!(!is_full || errno == ENOSPC, "{kind} {at}: {message}");
                seen.insert(if is_full { "full" } else { "not_opened" }.to_owned());
            }
        }
        // Sending everything again settles whatever was left open.
        let again = run(&path, &lines, None, &fired).unwrap();
        assert!(again.iter().all(|answer| answer["status"] == "ok"), "{kind} {at}: {again:?}");
        assert_eq!(book::accepted_keys(&path).len(), COMMANDS, "{kind} {at}");
        if !has_fired {
            assert!(at > 3, "only {at} calls of {kind} were seen: the fault does not reach the program");
            return seen;
        }
    }
    unreachable!("a run has finitely many calls")
}

fn names(kinds: &[&str]) -> BTreeSet<String> {
    kinds.iter().map(|it| (*it).to_owned()).collect()
}

#[test]
fn a_failing_write_is_answered_truthfully_at_every_step() {
    let seen = fail_each("write", EIO, Start::WithStrategies);
    assert!(seen.is_superset(&names(&["ok"])), "{seen:?}");
}

#[test]
fn a_failing_sync_leaves_commands_unknown_and_never_wrong() {
    let seen = fail_each("sync", EIO, Start::WithStrategies);
    assert!(seen.is_superset(&names(&["ok", "unknown"])), "{seen:?}");
}

#[test]
fn a_full_disk_is_answered_truthfully_at_every_step() {
    let seen = fail_each("write", ENOSPC, Start::WithStrategies);
    assert!(seen.is_superset(&names(&["ok"])), "{seen:?}");
}

#[test]
fn a_failure_while_the_book_is_made_leaves_nothing_or_a_whole_book() {
    for (kind, errno) in [("write", EIO), ("write", ENOSPC), ("sync", EIO)] {
        let seen = fail_each(kind, errno, Start::WithNothing);
        let expected = if errno == ENOSPC { "full" } else { "not_opened" };
        assert!(seen.contains(expected), "{kind}: {seen:?}");
    }
}
