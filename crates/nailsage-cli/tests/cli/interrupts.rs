//! Interrupting `nailsage ingest`: what was handed over is answered, and nothing hangs.

use std::{
    io::{BufRead, BufReader, Read, Write},
    process::{Child, ChildStdin, ChildStdout, Stdio},
    sync::{
        Arc,
        atomic::{AtomicUsize, Ordering},
        mpsc,
    },
    thread::sleep,
    time::Duration,
};

use crate::common::Folder;
use nix::{
    sys::signal::{Signal, kill},
    unistd::Pid,
};
use serde_json::Value;

const REGISTER: &str = r#"{"key":"reg","at":1640991600000,"actions":[{"action":"register_strategy","strategy":"bot/v1@1","interval":"1m"}]}"#;
const PATIENCE: Duration = Duration::from_mins(1);

struct Bot {
    child: Child,
    input: Option<ChildStdin>,
    answers: BufReader<ChildStdout>,
    /// Dropped at the end; until then a watchdog waits to kill what hangs, so that a test fails instead.
    _watched: mpsc::Sender<()>,
}

impl Bot {
    fn start(folder: &Folder) -> Self {
        let mut child = folder
            .command(&["ingest"])
            .stdin(Stdio::piped())
            .stdout(Stdio::piped())
            .stderr(Stdio::null())
            .spawn()
            .unwrap();
        let input = child.stdin.take();
        let answers = BufReader::new(child.stdout.take().unwrap());
        let (watched, watchdog) = mpsc::channel();
        let pid = Pid::from_raw(i32::try_from(child.id()).unwrap());
        std::thread::spawn(move || {
            if watchdog.recv_timeout(PATIENCE) == Err(mpsc::RecvTimeoutError::Timeout) {
                let _ = kill(pid, Signal::SIGKILL);
            }
        });
        Self { child, input, answers, _watched: watched }
    }

    fn ask(&mut self, line: &str) -> Value {
        let input = self.input.as_mut().unwrap();
        writeln!(input, "{line}").unwrap();
        input.flush().unwrap();
        let mut answer = String::new();
        self.answers.read_line(&mut answer).unwrap();
        serde_json::from_str(&answer).unwrap()
    }

    fn send(&self, signal: Signal) {
        kill(Pid::from_raw(i32::try_from(self.child.id()).unwrap()), signal).unwrap();
    }

    fn exit_code(&mut self) -> Option<i32> {
        self.child.wait().unwrap().code()
    }
}

#[test]
fn a_bot_that_waits_for_each_answer_gets_it_at_once() {
    let folder = Folder::new();
    let mut bot = Bot::start(&folder);
    assert_eq!(bot.ask(REGISTER)["status"], "ok");
    for number in 0..20 {
        let line = format!(
            r#"{{"at":1640991600000,"actions":[{{"action":"log_event","event_type":"tick","event_data":{number}}}]}}"#
        );
        assert_eq!(bot.ask(&line)["outcome"]["results"][0]["action"], "log_event");
    }
    // A bad line is answered at once, too.
    assert_eq!(bot.ask("nonsense")["status"], "invalid");
    drop(bot.input.take());
    assert_eq!(bot.exit_code(), Some(1));
}

#[test]
fn an_interrupt_ends_it_while_it_waits_for_input() {
    for (signal, code) in [(Signal::SIGINT, 130), (Signal::SIGTERM, 143)] {
        let folder = Folder::new();
        let mut bot = Bot::start(&folder);
        assert_eq!(bot.ask(REGISTER)["status"], "ok");
        bot.send(signal);
        assert_eq!(bot.exit_code(), Some(code));
        assert_eq!(folder.records(&["strategies"]).len(), 1);
    }
}

#[test]
fn after_an_interrupt_what_was_handed_over_is_answered_and_nothing_else_is_in_the_book() {
    let folder = Folder::new();
    let mut bot = Bot::start(&folder);
    assert_eq!(bot.ask(REGISTER)["status"], "ok");
    let mut input = bot.input.take().unwrap();
    let feeder = std::thread::spawn(move || {
        let line = r#"{"at":1640991600000,"actions":[{"action":"adjust_bankroll","strategy":1,"change":{"deposit":1},"reason":"n"}]}"#;
        // Until it stops reading.
        while writeln!(input, "{line}").is_ok() {}
    });
    let mut first = String::new();
    bot.answers.read_line(&mut first).unwrap();
    bot.send(Signal::SIGINT);
    let mut rest = String::new();
    bot.answers.read_to_string(&mut rest).unwrap();
    assert_eq!(bot.exit_code(), Some(130));
    feeder.join().unwrap();
    let answers: Vec<Value> =
        first.lines().chain(rest.lines()).map(|line| serde_json::from_str(line).unwrap()).collect();
    assert!(answers.iter().all(|answer| answer["status"] == "ok"));
    assert_eq!(answers.last().unwrap()["line"], answers.len() + 1);
    let bankroll = folder.records(&["strategies"])[0]["current_bankroll"].clone();
    assert_eq!(bankroll, (10_000 + answers.len()).to_string());
}

#[test]
fn a_second_interrupt_ends_it_at_once_even_if_nobody_reads_the_answers() {
    let folder = Folder::new();
    let mut bot = Bot::start(&folder);
    assert_eq!(bot.ask(REGISTER)["status"], "ok");
    let mut input = bot.input.take().unwrap();
    let num_fed = Arc::new(AtomicUsize::new(0));
    let feeder = std::thread::spawn({
        let num_fed = Arc::clone(&num_fed);
        move || {
            while writeln!(input, "nonsense").is_ok() {
                num_fed.fetch_add(1, Ordering::Relaxed);
            }
        }
    });
    // Its answers fill the pipe, and it waits there: nothing more is read.
    let (mut before, mut now) = (0, 0);
    while now == 0 || now != before {
        before = now;
        sleep(Duration::from_millis(500));
        now = num_fed.load(Ordering::Relaxed);
    }
    bot.send(Signal::SIGINT);
    sleep(Duration::from_millis(300));
    assert_eq!(bot.child.try_wait().unwrap(), None, "it still owes answers");
    bot.send(Signal::SIGINT);
    assert_eq!(bot.exit_code(), Some(130));
    feeder.join().unwrap();
}

#[test]
fn without_anybody_to_read_the_answers_it_stops() {
    let folder = Folder::new();
    let mut bot = Bot::start(&folder);
    assert_eq!(bot.ask(REGISTER)["status"], "ok");
    let Bot { mut child, input, answers, _watched } = bot;
    drop(answers);
    let mut input = input.unwrap();
    let feeder = std::thread::spawn(move || while writeln!(input, "nonsense").is_ok() {});
    let status = child.wait().unwrap();
    assert_eq!(status.code(), Some(1));
    feeder.join().unwrap();
}
