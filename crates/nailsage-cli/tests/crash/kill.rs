//! `kill -9` of `ingest` while commands are in flight.

use std::{
    env,
    fs::File,
    io::{self, BufRead as _, BufReader, Read as _, Write as _},
    os::fd::{AsFd as _, OwnedFd},
    path::Path,
    process::{Child, Command, Stdio},
    sync::atomic::{AtomicUsize, Ordering},
    thread,
};

use nix::{
    fcntl::{FcntlArg, fcntl},
    sys::{
        signal::{Signal, kill},
        wait::{WaitPidFlag, WaitStatus, waitpid},
    },
    unistd::Pid,
};

use crate::{book, input};

/// How many commands one run hands over.
const COMMANDS: usize = 1_500;

/// How much the pipe into the process is asked to hold: the least there is, so that little of what the process has
/// read can be lying about in it. A larger page makes it larger.
const PIPE_BYTES: i32 = 4_096;

/// How often the process is killed; `cargo xtask soak` asks for more.
fn kills() -> usize {
    env::var("NAILSAGE_SOAK_KILLS").map_or(8, |text| text.parse().unwrap())
}

struct Killed {
    /// What was answered before the process died, as whole lines.
    answers: Vec<String>,
    /// How many commands had been handed over to the book, at the least.
    handed_over: usize,
}

/// Feeds the commands and kills the process as soon as it has answered `after` of them.
fn feed_and_kill(path: &Path, lines: &str, after: usize) -> Killed {
    let mut child = ingest(path).stdin(Stdio::piped()).stdout(Stdio::piped()).stderr(Stdio::null()).spawn().unwrap();
    let mut stdin = child.stdin.take().unwrap();
    let pipe = stdin.as_fd().try_clone_to_owned().unwrap();
    let held_bytes = usize::try_from(fcntl(&pipe, FcntlArg::F_SETPIPE_SZ(PIPE_BYTES)).unwrap()).unwrap();
    let mut output = BufReader::new(child.stdout.take().unwrap());
    let written_bytes = AtomicUsize::new(0);
    let (answers, bytes_read) = thread::scope(|scope| {
        scope.spawn(|| {
            for line in lines.split_inclusive('\n') {
                if stdin.write_all(line.as_bytes()).is_err() {
                    return;
                }
                written_bytes.fetch_add(line.len(), Ordering::SeqCst);
            }
        });
        let mut answers = Vec::new();
        for _ in 0..after {
            assert_ne!(output.read_until(b'\n', &mut answers).unwrap(), 0, "it ended while its input was open");
        }
        stop(&child);
        let bytes_read = bytes_read(&pipe, &written_bytes);
        // What ends the feeder is that nobody can read any more.
        child.kill().unwrap();
        child.wait().unwrap();
        // What was answered before it was stopped counts too, as far as it is a whole line.
        output.read_to_end(&mut answers).unwrap();
        (String::from_utf8(answers).unwrap(), bytes_read)
    });
    let whole_lines = answers.split_inclusive('\n').filter_map(|line| line.strip_suffix('\n'));
    // It reads on when it has used up all that it has read, which is at most what the pipe holds. So it has taken
    // every line before that, and is waiting with no more than one of them for its turn.
    let used_up = &lines[..bytes_read.saturating_sub(held_bytes)];
    Killed {
        answers: whole_lines.map(str::to_owned).collect(),
        handed_over: used_up.matches('\n').count().saturating_sub(1),
    }
}

/// Stops the process, all its threads at once, wherever they are.
fn stop(child: &Child) {
    let process = Pid::from_raw(i32::try_from(child.id()).unwrap());
    kill(process, Signal::SIGSTOP).unwrap();
    let status = waitpid(process, Some(WaitPidFlag::WUNTRACED)).unwrap();
    assert_eq!(status, WaitStatus::Stopped(process, Signal::SIGSTOP));
}

/// How much the stopped process has read of what was written to it, at the least: what is written is counted first.
fn bytes_read(pipe: &OwnedFd, written_bytes: &AtomicUsize) -> usize {
    loop {
        let written = written_bytes.load(Ordering::SeqCst);
        let unread = usize::try_from(rustix::io::ioctl_fionread(pipe).map_err(io::Error::from).unwrap()).unwrap();
        // Otherwise the feeder is still filling the pipe.
        if written == written_bytes.load(Ordering::SeqCst) {
            return written.saturating_sub(unread);
        }
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

    let (kills, mut in_flight, mut unanswered) = (kills(), 0, 0);
    for kill in 0..kills {
        let path = folder.path().join(format!("killed-{kill}.db"));
        // Spread over the whole run, early and late.
        let after = (kill * 7_919 + 13) % (COMMANDS - 200);
        let killed = feed_and_kill(&path, &lines, after);
        let answered = killed.answers.len();
        assert!(killed.answers == expected_answers[..answered], "kill {kill}: {:?}", killed.answers);

        let accepted = book::accepted_keys(&path);
        let lost: Vec<_> = (0..answered).map(input::key).filter(|key| !accepted.contains(key)).collect();
        assert!(lost.is_empty(), "kill {kill} lost {lost:?}");
        // What the book has accepted was handed over to it as well.
        in_flight += usize::from(killed.handed_over.max(accepted.len()) > answered);
        unanswered += usize::from(accepted.len() > answered);

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
    eprintln!("{unanswered} of {kills} kills found commands in the book that had not been answered");
    assert!(in_flight * 5 >= kills * 4, "only {in_flight} of {kills} kills hit commands in flight");
}
