//! Running the real program in a folder of its own.

use std::{
    io::Write,
    path::{Path, PathBuf},
    process::{Command, Output, Stdio},
};

use serde_json::Value;
use tempfile::TempDir;

/// The program as it was built for this test.
pub(crate) const PROGRAM: &str = env!("CARGO_BIN_EXE_nailsage");

/// An empty folder in which the program runs.
pub(crate) struct Folder(TempDir);

/// What a run of the program came to.
#[derive(Debug)]
pub(crate) struct Run {
    pub(crate) stdout: String,
    pub(crate) stderr: String,
    pub(crate) code: Option<i32>,
}

impl Folder {
    pub(crate) fn new() -> Self {
        Self(tempfile::tempdir().expect("a temporary folder"))
    }

    pub(crate) fn path(&self) -> &Path {
        self.0.path()
    }

    /// A file in the folder.
    pub(crate) fn write(&self, name: &str, contents: &[u8]) -> PathBuf {
        let path = self.path().join(name);
        std::fs::write(&path, contents).expect("a file in a temporary folder");
        path
    }

    /// A command line that runs here, without anything from the environment that could change it.
    pub(crate) fn command(&self, args: &[&str]) -> Command {
        let mut command = Command::new(PROGRAM);
        command.args(args).current_dir(self.path()).env_remove("DATABASE_URL").env_remove("RUST_LOG");
        command
    }

    pub(crate) fn run(&self, args: &[&str]) -> Run {
        self.run_with(args, b"")
    }

    /// Runs with this on standard input.
    pub(crate) fn run_with(&self, args: &[&str], input: &[u8]) -> Run {
        Run::with(self.command(args), input)
    }

    /// Runs, and expects it to work.
    pub(crate) fn ok(&self, args: &[&str]) -> String {
        let run = self.run(args);
        assert_eq!(run.code, Some(0), "{args:?}: {run:?}");
        run.stdout
    }

    /// A list as JSON records.
    pub(crate) fn records(&self, args: &[&str]) -> Vec<Value> {
        let text = self.ok(&[args, &["--format", "json", "--all"]].concat());
        serde_json::from_str(&text).expect("a JSON array")
    }

    /// A book that holds the examples of docs/commands.md.
    pub(crate) fn with_examples() -> Self {
        let folder = Self::new();
        let input = examples().join("\n");
        let run = folder.run_with(&["ingest"], input.as_bytes());
        assert_eq!(run.code, Some(0), "{run:?}");
        folder
    }
}

impl Run {
    /// Runs a command with this on standard input.
    pub(crate) fn with(mut command: Command, input: &[u8]) -> Self {
        let command = command.stdin(Stdio::piped()).stdout(Stdio::piped()).stderr(Stdio::piped());
        let mut child = command.spawn().expect("the program starts");
        let mut stdin = child.stdin.take().expect("its input is piped");
        let input = input.to_vec();
        // On a thread, because the program may answer before it has read everything.
        let writer = std::thread::spawn(move || {
            let _ = stdin.write_all(&input);
        });
        let output = child.wait_with_output().expect("the program ends");
        writer.join().expect("the input is written");
        Self::of(&output)
    }

    pub(crate) fn of(output: &Output) -> Self {
        Self {
            stdout: String::from_utf8_lossy(&output.stdout).into_owned(),
            stderr: String::from_utf8_lossy(&output.stderr).into_owned(),
            code: output.status.code(),
        }
    }

    /// Its output as one JSON value a line.
    pub(crate) fn answers(&self) -> Vec<Value> {
        self.stdout.lines().map(|line| serde_json::from_str(line).expect("each line is JSON")).collect()
    }
}

/// The text of docs/commands.md.
pub(crate) fn commands_page() -> String {
    let path = Path::new(env!("CARGO_MANIFEST_DIR")).join("../../docs/commands.md");
    std::fs::read_to_string(path).expect("docs/commands.md is there")
}

/// The fenced blocks of a Markdown page in this language.
pub(crate) fn blocks(page: &str, language: &str) -> Vec<String> {
    let mut found = Vec::new();
    let mut lines = page.lines();
    while let Some(line) = lines.next() {
        if line.strip_prefix("```") == Some(language) {
            let block: Vec<&str> = lines.by_ref().take_while(|line| *line != "```").collect();
            found.push(block.join("\n"));
        }
    }
    found
}

/// The examples of docs/commands.md, each as one line.
pub(crate) fn examples() -> Vec<String> {
    blocks(&commands_page(), "json")
        .iter()
        .map(|block| serde_json::from_str::<Value>(block).expect("an example is JSON").to_string())
        .collect()
}
