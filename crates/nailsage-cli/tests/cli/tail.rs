//! `nailsage events tail`: the last events, then every new one, once.

use std::{
    io::{BufRead as _, BufReader, Read as _},
    process::{Child, ChildStderr, ChildStdout, Stdio},
    sync::mpsc,
    thread,
    time::Duration,
};

use nailsage_test_postgres::{Cluster, is_asked_for};
use nix::{
    sys::signal::{Signal, kill},
    unistd::Pid,
};
use serde_json::Value;

use crate::common::{Folder, Run};

const PATIENCE: Duration = Duration::from_mins(1);

/// A program that follows events. A watchdog kills one that hangs, so that a test fails instead.
struct Tail {
    child: Child,
    lines: BufReader<ChildStdout>,
    errors: BufReader<ChildStderr>,
    _watched: mpsc::Sender<()>,
}

impl Tail {
    fn start(folder: &Folder, args: &[&str]) -> Self {
        Self::start_at(folder, args, None)
    }

    fn start_at(folder: &Folder, args: &[&str], url: Option<&str>) -> Self {
        let often: &[&str] = if args.contains(&"--interval") { &[] } else { &["--interval", "0.1"] };
        let mut command = folder.command(&[&["events", "tail"], args, often].concat());
        if let Some(url) = url {
            command.env("DATABASE_URL", url);
        }
        let mut child = command.stdout(Stdio::piped()).stderr(Stdio::piped()).spawn().unwrap();
        let lines = BufReader::new(child.stdout.take().unwrap());
        let errors = BufReader::new(child.stderr.take().unwrap());
        let (watched, watchdog) = mpsc::channel();
        let pid = pid(&child);
        thread::spawn(move || {
            if watchdog.recv_timeout(PATIENCE) == Err(mpsc::RecvTimeoutError::Timeout) {
                let _ = kill(pid, Signal::SIGKILL);
            }
        });
        Self { child, lines, errors, _watched: watched }
    }

    fn line(&mut self) -> String {
        let mut line = String::new();
        self.lines.read_line(&mut line).unwrap();
        line
    }

    /// Reads what it says beside its events up to this, past logs.
    fn until_it_says(&mut self, words: &str) {
        let mut line = String::new();
        while !line.starts_with(words) {
            line.clear();
            assert_ne!(self.errors.read_line(&mut line).unwrap(), 0, "it ended without {words}");
        }
    }

    fn interrupt(mut self, signal: Signal) -> (Option<i32>, String) {
        kill(pid(&self.child), signal).unwrap();
        let code = self.child.wait().unwrap().code();
        let mut rest = String::new();
        self.lines.read_to_string(&mut rest).unwrap();
        (code, rest)
    }
}

fn pid(child: &Child) -> Pid {
    Pid::from_raw(i32::try_from(child.id()).unwrap())
}

/// A command that logs an event of this type, at this severity.
fn event(event_type: &str, severity: &str) -> String {
    format!(
        r#"{{"at":1640991600000,"actions":[{{"action":"log_event","event_type":"{event_type}","severity":"{severity}"}}]}}"#
    )
}

fn log(folder: &Folder, event_type: &str) {
    assert_eq!(folder.run_with(&["ingest"], event(event_type, "INFO").as_bytes()).code, Some(0));
}

#[test]
fn it_shows_the_last_events_and_then_new_ones() {
    let folder = Folder::with_examples();
    let all: Vec<Value> = folder.records(&["events", "list"]);
    let mut tail = Tail::start(&folder, &["--lines", "2", "--format", "json"]);
    for expected in &all[all.len() - 2..] {
        assert_eq!(serde_json::from_str::<Value>(&tail.line()).unwrap(), *expected);
    }
    for number in 0..3 {
        log(&folder, &format!("new_{number}"));
        let shown: Value = serde_json::from_str(&tail.line()).unwrap();
        assert_eq!(shown["event_type"], format!("new_{number}"));
    }
    assert_eq!(tail.interrupt(Signal::SIGINT), (Some(130), String::new()), "nothing twice");
}

#[test]
fn a_line_says_when_how_bad_what_whose_and_more() {
    let folder = Folder::with_examples();
    let mut tail = Tail::start(&folder, &["--type", "strategy_registered"]);
    let expected = "2021-12-31 23:00:00.000 UTC INFO     strategy_registered my-bot/v1@7 \
         {\"balance\":\"10000\",\"strategy\":\"my-bot/v1@7\"}\n";
    assert_eq!(tail.line(), expected);
    assert_eq!(tail.interrupt(Signal::SIGTERM).0, Some(143));
    let mut tail = Tail::start(&folder, &["--format", "csv", "-n", "1"]);
    assert!(tail.line().starts_with("id,event_type,"));
    assert!(tail.line().contains(",recovered,"));
    assert_eq!(tail.interrupt(Signal::SIGTERM), (Some(143), String::new()));
}

#[test]
fn filters_hold_for_old_and_new_events() {
    let folder = Folder::with_examples();
    let mut tail = Tail::start(&folder, &["--min-severity", "error", "--lines", "1000", "--format", "json"]);
    let errors = folder.records(&["events", "list", "--min-severity", "error"]);
    for expected in &errors {
        assert_eq!(serde_json::from_str::<Value>(&tail.line()).unwrap(), *expected);
    }
    let input = [event("harmless", "INFO"), event("harmful", "ERROR")].join("\n");
    assert_eq!(folder.run_with(&["ingest"], input.as_bytes()).code, Some(0));
    assert!(tail.line().contains("harmful"));
    let run = folder.run(&["events", "tail", "--strategy", "nobody/v1@1"]);
    assert_eq!(run.code, Some(1), "{run:?}");
}

#[test]
fn without_lines_to_begin_with_it_shows_only_what_comes() {
    let folder = Folder::with_examples();
    let mut tail = Tail::start(&folder, &["--lines", "0", "--format", "json"]);
    let (shown, is_shown) = mpsc::channel::<()>();
    // It is not known when it has begun to follow, so there is something new again and again.
    thread::scope(|scope| {
        let folder = &folder;
        scope.spawn(move || {
            while is_shown.recv_timeout(Duration::from_millis(50)) == Err(mpsc::RecvTimeoutError::Timeout) {
                log(folder, "new");
            }
        });
        let first: Value = serde_json::from_str(&tail.line()).unwrap();
        drop(shown);
        assert_eq!(first["event_type"], "new");
    });
    tail.interrupt(Signal::SIGINT);
}

#[test]
fn many_new_events_are_all_shown_in_order() {
    let folder = Folder::with_examples();
    log(&folder, "tick");
    // The one that is there already tells that it has begun to follow.
    let mut tail = Tail::start(&folder, &["--lines", "1", "--type", "tick", "--format", "json"]);
    let first: Value = serde_json::from_str(&tail.line()).unwrap();
    let lines = vec![event("tick", "INFO"); 2_500].join("\n");
    assert_eq!(folder.run_with(&["ingest"], lines.as_bytes()).code, Some(0));
    for number in 1..=2_500 {
        let shown: Value = serde_json::from_str(&tail.line()).unwrap();
        assert_eq!(shown["id"].as_i64(), first["id"].as_i64().map(|id| id + number));
    }
    assert_eq!(tail.interrupt(Signal::SIGINT).1, "");
}

#[test]
fn without_a_reader_it_ends_although_nothing_happens() {
    let folder = Folder::with_examples();
    let mut tail = Tail::start(&folder, &[]);
    assert_ne!(tail.line(), "");
    let Tail { mut child, lines, mut errors, _watched } = tail;
    drop(lines);
    assert_eq!(child.wait().unwrap().code(), Some(0));
    let mut said = String::new();
    errors.read_to_string(&mut said).unwrap();
    assert_eq!(said, "");
}

#[test]
fn after_a_reset_it_follows_the_new_events() {
    let folder = Folder::with_examples();
    let mut tail = Tail::start(&folder, &["--lines", "1", "--format", "json"]);
    assert_ne!(tail.line(), "");
    folder.ok(&["db", "reset", "--yes"]);
    tail.until_it_says("the book was reset");
    log(&folder, "begun_anew");
    for (id, event_type) in [(1, "schema_initialized"), (2, "begun_anew")] {
        let shown: Value = serde_json::from_str(&tail.line()).unwrap();
        assert_eq!((shown["id"].as_i64(), shown["event_type"].as_str()), (Some(id), Some(event_type)));
    }
}

#[test]
fn a_reset_is_noticed_when_the_new_book_has_more_in_it_than_the_old_one_had() {
    let folder = Folder::with_examples();
    let mut tail = Tail::start(&folder, &["--lines", "1", "--format", "json", "--interval", "2"]);
    assert_ne!(tail.line(), "");
    folder.ok(&["db", "reset", "--yes"]);
    let many = vec![event("of_the_new_book", "INFO"); 100].join("\n");
    assert_eq!(folder.run_with(&["ingest"], many.as_bytes()).code, Some(0));
    tail.until_it_says("the book was reset");
    let shown: Value = serde_json::from_str(&tail.line()).unwrap();
    assert_eq!((shown["id"].as_i64(), shown["event_type"].as_str()), (Some(1), Some("schema_initialized")));
    assert!(tail.line().contains("of_the_new_book"));
}

#[test]
fn a_server_that_goes_and_comes_back_is_waited_for() {
    if !is_asked_for() {
        return;
    }
    let cluster = Cluster::on_disk(&[]);
    let database = cluster.database();
    let folder = Folder::new();
    let log = |event_type: &str| {
        let mut command = folder.command(&["ingest"]);
        command.env("DATABASE_URL", database.url());
        assert_eq!(Run::with(command, event(event_type, "INFO").as_bytes()).code, Some(0));
    };
    log("before");
    let mut tail = Tail::start_at(&folder, &["--format", "json"], Some(database.url()));
    assert!(tail.line().contains("schema_initialized"));
    assert!(tail.line().contains("before"));
    cluster.stop_immediately();
    tail.until_it_says("waiting: ");
    cluster.start_again();
    log("after");
    assert!(tail.line().contains("after"));
    tail.until_it_says("going on");
    assert_eq!(tail.interrupt(Signal::SIGTERM), (Some(143), String::new()));
}
