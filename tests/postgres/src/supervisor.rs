//! A shell that holds what a test process started, and clears it away however that process ends.
//!
//! Nothing that runs inside the test process could: `std::process::exit` drops no statics, and SIGKILL asks nobody. But
//! the end of a process closes its pipes, and that the shell sees.

use std::{
    io::{BufRead, BufReader, Write},
    os::unix::process::CommandExt,
    path::Path,
    process::{Child, ChildStdin, ChildStdout, Command, Stdio},
    sync::{Mutex, PoisonError},
};

use crate::account::Account;

/// It runs each line that it reads, and says how that ended. Signals from a terminal or a runner, which mean to end
/// everything at once, must not end it before it has cleared away.
const SCRIPT: &str = r#"
trap '' HUP INT TERM PIPE
while IFS= read -r command; do
    { eval "$command"; } </dev/null >>"$log" 2>&1
    echo $?
done
exec >/dev/null 2>&1 </dev/null
eval "$clean_up"
"#;

/// The shell. It clears away when this value is dropped, too.
#[derive(Debug)]
pub(crate) struct Supervisor {
    child: Child,
    talk: Mutex<Talk>,
}

#[derive(Debug)]
struct Talk {
    /// Closed to end the shell.
    commands: Option<ChildStdin>,
    results: BufReader<ChildStdout>,
}

impl Supervisor {
    /// Starts the shell, with variables for its commands. What these say goes to `log`; the last one is `clean_up`.
    pub(crate) fn start(account: &Account, log: &Path, clean_up: &str, variables: &[(&str, &Path)]) -> Self {
        let mut shell = Command::new("/bin/sh");
        shell.args(["-c", SCRIPT]).env("clean_up", clean_up).env("log", log).envs(variables.iter().copied());
        // What runs under another account may not be able to enter the tests' folder.
        shell.current_dir("/").stdin(Stdio::piped()).stdout(Stdio::piped()).stderr(Stdio::null());
        // A group of its own does not get the Ctrl-C that ends the tests.
        shell.process_group(0);
        account.take(&mut shell);
        let mut child = shell.spawn().expect("there is a shell on every Unix");
        let commands = child.stdin.take();
        let results = BufReader::new(child.stdout.take().expect("it is piped"));
        Self { child, talk: Mutex::new(Talk { commands, results }) }
    }

    /// Runs a command in the shell and says whether it succeeded.
    pub(crate) fn run(&self, command: &str) -> bool {
        let mut talk = self.talk.lock().unwrap_or_else(PoisonError::into_inner);
        let Talk { commands, results } = &mut *talk;
        let commands = commands.as_mut().expect("it is closed only when this value is dropped");
        let mut result = String::new();
        let said = writeln!(commands, "{command}").and_then(|()| results.read_line(&mut result));
        said.unwrap_or_else(|error| panic!("the supervising shell has ended before `{command}`: {error}"));
        result.trim() == "0"
    }
}

impl Drop for Supervisor {
    fn drop(&mut self) {
        let talk = self.talk.get_mut().unwrap_or_else(PoisonError::into_inner);
        drop(talk.commands.take());
        // It has nothing left to do once this returns; how it ended changes nothing.
        let _ = self.child.wait();
    }
}
