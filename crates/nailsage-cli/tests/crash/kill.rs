//! `kill -9` of `ingest` while commands are in flight.

use std::{
    collections::BTreeSet,
    env,
    fs::File,
    io::{BufRead as _, BufReader, Write as _},
    path::Path,
    process::{Command, Stdio},
    sync::{
        Arc,
        atomic::{AtomicUsize, Ordering},
    },
    thread,
};

use crate::{book, input};

/// How many commands one run hands over.
const COMMANDS: usize = 2_000;

/// How often the process is killed; `cargo xtask soak` asks for more.
fn kills() -> usize {
    env::var("NAILSAGE_SOAK_KILLS").map_or(8, |text| text.parse().unwrap())
}

struct Killed {
    /// The keys of the commands that were answered before the process died.
    answered: BTreeSet<String>,
    /// Whether commands had been handed over and not answered.
    was_in_flight: bool,
}

/// Feeds the commands and kills the process as soon as it has answered `after` of them.
fn feed_and_kill(path: &Path, lines: &str, after: usize) -> Killed {
    let mut child = ingest(path).stdin(Stdio::piped()).stdout(Stdio::piped()).stderr(Stdio::null()).spawn().unwrap();
    let mut stdin = child.stdin.take().unwrap();
    let handed_over = Arc::new(AtomicUsize::new(0));
    let feeder = {
        let (handed_over, lines) = (Arc::clone(&handed_over), lines.to_owned());
        thread::spawn(move || {
            for line in lines.split_inclusive('\n') {
                if stdin.write_all(line.as_bytes()).is_err() {
                    return;
                }
                handed_over.fetch_add(1, Ordering::SeqCst);
            }
        })
    };
    let mut answers = BufReader::new(child.stdout.take().unwrap()).lines();
    let mut answered: Vec<String> = answers.by_ref().take(after).map(Result::unwrap).collect();
    child.kill().unwrap();
    child.wait().unwrap();
    // What was answered before the kill took effect counts too, as far as it is a whole line.
    answered.extend(answers.map_while(Result::ok).filter(|line| line.ends_with('}')));
    feeder.join().unwrap();
    for line in &answered {
        assert!(line.contains(r#""status":"ok""#), "{line}");
    }
    Killed {
        was_in_flight: handed_over.load(Ordering::SeqCst) > answered.len(),
        answered: (0..answered.len()).map(input::key).collect(),
    }
}

fn ingest(path: &Path) -> Command {
    let mut command = Command::new(env!("CARGO_BIN_EXE_nailsage"));
    command.arg("--db").arg(format!("sqlite:///{}", path.display())).arg("ingest");
    command
}

/// Sends everything, undisturbed.
fn send_all(path: &Path, input_path: &Path) -> Vec<String> {
    let output = ingest(path).stdin(File::open(input_path).unwrap()).output().unwrap();
    assert!(output.status.success(), "{}", String::from_utf8_lossy(&output.stderr));
    String::from_utf8(output.stdout).unwrap().lines().map(str::to_owned).collect()
}

#[test]
fn kill_nine_loses_no_answered_command_and_leaves_no_half_one() {
    let folder = tempfile::tempdir().unwrap();
    let lines = input::lines(COMMANDS);
    let input_path = folder.path().join("input.ndjson");
    std::fs::write(&input_path, &lines).unwrap();
    let undisturbed = folder.path().join("undisturbed.db");
    let expected_answers = send_all(&undisturbed, &input_path);
    assert_eq!(expected_answers.len(), COMMANDS);

    let (kills, mut in_flight) = (kills(), 0);
    for kill in 0..kills {
        let path = folder.path().join(format!("killed-{kill}.db"));
        // Spread over the whole run, early and late.
        let after = (kill * 7_919 + 13) % (COMMANDS - 200);
        let killed = feed_and_kill(&path, &lines, after);
        in_flight += usize::from(killed.was_in_flight);

        let accepted = book::accepted_keys(&path);
        let lost: Vec<_> = killed.answered.difference(&accepted).collect();
        assert!(lost.is_empty(), "kill {kill} lost {lost:?}");

        let answers = send_all(&path, &input_path);
        assert_eq!(answers, expected_answers, "after kill {kill} everything is answered as if nothing had happened");
        assert_eq!(book::sum(&path), book::sum(&undisturbed));
        let once = book::accepted_keys(&path);
        let repeated = send_all(&path, &input_path);
        assert_eq!(repeated, expected_answers);
        assert_eq!((book::sum(&path), book::accepted_keys(&path)), (book::sum(&undisturbed), once));
        std::fs::remove_file(&path).unwrap();
    }
    eprintln!("{in_flight} of {kills} kills hit commands in flight");
    assert!(in_flight * 5 >= kills * 4, "only {in_flight} of {kills} kills hit commands in flight");
}
