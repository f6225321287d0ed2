//! Reads, writes and syncs that fail, one after the other, at every step of a run.

use std::{
    collections::BTreeSet,
    env,
    fs::{self, File},
    path::{Path, PathBuf},
    process::{Command, ExitStatus},
    sync::OnceLock,
    thread::sleep,
    time::{Duration, Instant},
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

/// How long a run may take before it counts as hanging. It takes a fraction of a second.
const PATIENCE: Duration = Duration::from_mins(1);

/// How many calls to go on after that one, to the next that fails: to the very next when soaking.
fn step(kind: &str, start: Start) -> usize {
    match (kind, start) {
        _ if env::var_os("NAILSAGE_SOAK").is_some() => 1,
        // A sync is a step of its own; so is a read, as each page is read once, by whoever needs it first. The writes of
        // a commit are many and alike.
        ("sync", _) | ("read", Start::WithStrategies) => 1,
        ("read", Start::WithNothing) => 7,
        (_, Start::WithStrategies) => 23,
        (_, Start::WithNothing) => 41,
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

/// What is there when a run begins.
#[derive(Clone, Copy, PartialEq, Eq)]
enum Start {
    /// No file.
    WithNothing,
    /// A book with the strategies.
    WithStrategies,
}

/// How often a call fails.
#[derive(Clone, Copy, PartialEq, Eq)]
enum Lasting {
    /// Once.
    Once,
    /// It and every later one of its kind: the disk stays full.
    ForEver,
}

/// What fails.
#[derive(Clone, Copy)]
struct Fault {
    kind: &'static str,
    errno: i32,
    lasting: Lasting,
}

/// Runs the commands, with the call of that number failing; gives the answers, or what was said when nothing could be
/// opened.
fn run(path: &Path, lines: &str, fault: Option<(Fault, usize)>, fired: &Path) -> Result<Vec<Value>, String> {
    let (input_path, output_path) = (path.with_extension("ndjson"), path.with_extension("answers"));
    let message_path = path.with_extension("messages");
    fs::write(&input_path, lines).unwrap();
    let mut command = Command::new(env!("CARGO_BIN_EXE_nailsage"));
    command.arg("--db").arg(format!("sqlite:///{}", path.display()));
    command.args(["ingest", "--window", &WINDOW.to_string()]).arg(&input_path);
    // Files never fill up as pipes do, so nothing has to be read while waiting.
    command.stdout(File::create(&output_path).unwrap()).stderr(File::create(&message_path).unwrap());
    if let Some((fault, at)) = fault {
        command.env("LD_PRELOAD", library()).env("FAULT_PATH", path.file_name().unwrap());
        command.env("FAULT_KIND", fault.kind).env("FAULT_AT", at.to_string());
        command.env("FAULT_ERRNO", fault.errno.to_string()).env("FAULT_FIRED", fired);
        if fault.lasting == Lasting::ForEver {
            command.env("FAULT_FOR_EVER", "1");
        }
    }
    let code = wait(&mut command).code();
    let messages = fs::read_to_string(&message_path).unwrap();
    if code == Some(2) {
        return Err(messages);
    }
    assert!(matches!(code, Some(0 | 1)), "it ended with {code:?}: {messages}");
    let answers = fs::read_to_string(&output_path).unwrap();
    Ok(answers.lines().map(|line| serde_json::from_str(line).unwrap()).collect())
}

/// Waits until the program has ended, which it must.
fn wait(command: &mut Command) -> ExitStatus {
    let (mut child, began) = (command.spawn().unwrap(), Instant::now());
    loop {
        if let Some(status) = child.try_wait().unwrap() {
            return status;
        }
        if began.elapsed() > PATIENCE {
            child.kill().unwrap();
            child.wait().unwrap();
            panic!("it hangs: {command:?}");
        }
        sleep(Duration::from_millis(2));
    }
}

/// Checks that every answer tells the truth about what is in the book, where so many of the commands were before. Gives
/// the kinds of answers that were seen.
fn check_answers(answers: &[Value], accepted: &BTreeSet<String>, before: usize) -> BTreeSet<String> {
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
                assert_eq!(
                    is_there,
                    line < before,
                    "line {line} is there or not, though nothing was to be written: {answer}"
                );
            }
            "unknown" => {}
            other => panic!("line {line} has the answer {other}: {answer}"),
        }
        seen.insert(kind.to_owned());
    }
    seen
}

/// Checks what a run came to. Gives the kinds of answers that were seen.
fn check(
    outcome: Result<Vec<Value>, String>,
    accepted: &BTreeSet<String>,
    fault: Fault,
    start: Start,
) -> BTreeSet<String> {
    let before = if start == Start::WithStrategies { input::STRATEGIES } else { 0 };
    match outcome {
        Ok(answers) => {
            assert_eq!(answers.len(), COMMANDS, "every line is answered");
            if fault.lasting == Lasting::Once {
                let last = &answers[COMMANDS - 1];
                let is_hit = |answer: &Value| answer["status"] == "error";
                let hits_the_end = answers[COMMANDS - WINDOW..].iter().any(is_hit);
                // Where registering failed, the rules refuse what needs the strategy; they work, too.
                let works = last["status"] == "ok" || start == Start::WithNothing && last["status"] == "refused";
                assert!(works || hits_the_end, "after one failure the next commands work: {last}");
            }
            check_answers(&answers, accepted, before)
        }
        Err(message) => {
            assert!(message.starts_with("error: "), "{message}");
            assert_eq!(accepted.len(), before, "nothing is written if the book cannot be opened");
            let is_full = message.contains("no space left");
            assert!(!is_full || fault.errno == ENOSPC, "{message}");
            names(&[if is_full { "full" } else { "not_opened" }])
        }
    }
}

/// Lets every call of a kind fail in turn, until a run has none left to fail. Gives the kinds of answers that were seen
/// where one failed.
fn fail_each(fault: Fault, start: Start) -> BTreeSet<String> {
    let folder = tempfile::tempdir().unwrap();
    let (lines, mut seen) = (input::lines(COMMANDS), BTreeSet::new());
    let mut at = 1;
    loop {
        // To be found in what a failed check prints.
        let path = folder.path().join(format!("{}-{}-{at}.db", fault.kind, fault.errno));
        let fired = path.with_extension("fired");
        if start == Start::WithStrategies {
            run(&path, &input::lines(input::STRATEGIES), None, &fired).unwrap();
        }
        let outcome = run(&path, &lines, Some((fault, at)), &fired);
        eprintln!("{} {at}, errno {}:", fault.kind, fault.errno);
        let kinds = check(outcome, &book::accepted_keys(&path), fault, start);
        // Sending everything again, to a disk that is well again, settles whatever was left open.
        let again = run(&path, &lines, None, &fired).unwrap();
        assert!(again.iter().all(|answer| answer["status"] == "ok"), "{again:?}");
        assert_eq!(book::accepted_keys(&path).len(), COMMANDS);
        if !fired.exists() {
            assert!(at > 3, "only {at} calls of {} were seen: the fault does not reach the program", fault.kind);
            assert_eq!(kinds, names(&["ok"]), "nothing has failed");
            return seen;
        }
        seen.extend(kinds);
        at += step(fault.kind, start);
    }
}

fn names(kinds: &[&str]) -> BTreeSet<String> {
    kinds.iter().map(|it| (*it).to_owned()).collect()
}

fn once(kind: &'static str, errno: i32) -> Fault {
    Fault { kind, errno, lasting: Lasting::Once }
}

#[test]
fn a_failing_read_is_answered_truthfully_at_every_step() {
    let seen = fail_each(once("read", EIO), Start::WithStrategies);
    // SQLite takes a page that the disk cannot give for a corrupt one.
    assert!(seen.is_superset(&names(&["ok", "not_opened", "corrupt"])), "{seen:?}");
}

#[test]
fn a_failing_write_is_answered_truthfully_at_every_step() {
    let seen = fail_each(once("write", EIO), Start::WithStrategies);
    assert!(seen.is_superset(&names(&["ok", "unknown"])), "{seen:?}");
}

#[test]
fn a_failing_sync_leaves_commands_unknown_and_never_wrong() {
    let seen = fail_each(once("sync", EIO), Start::WithStrategies);
    assert!(seen.is_superset(&names(&["ok", "unknown"])), "{seen:?}");
}

#[test]
fn a_full_disk_is_answered_truthfully_at_every_step() {
    let seen = fail_each(once("write", ENOSPC), Start::WithStrategies);
    assert!(seen.is_superset(&names(&["ok", "unknown"])), "{seen:?}");
}

#[test]
fn a_disk_that_stays_full_is_answered_truthfully_and_nothing_hangs() {
    let fault = Fault { kind: "write", errno: ENOSPC, lasting: Lasting::ForEver };
    let seen = fail_each(fault, Start::WithStrategies);
    assert!(seen.is_superset(&names(&["ok", "unknown", "backend"])), "{seen:?}");
    let seen = fail_each(fault, Start::WithNothing);
    assert!(seen.is_superset(&names(&["full", "ok", "unknown", "backend"])), "{seen:?}");
}

#[test]
fn a_failure_while_the_book_is_made_leaves_nothing_or_a_whole_book() {
    for (kind, errno) in [("read", EIO), ("write", EIO), ("write", ENOSPC), ("sync", EIO)] {
        let seen = fail_each(once(kind, errno), Start::WithNothing);
        let expected = if errno == ENOSPC { "full" } else { "not_opened" };
        assert!(seen.contains(expected), "{kind}: {seen:?}");
    }
}
