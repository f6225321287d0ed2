//! The reading side: lines become commands and are handed over, without waiting for answers.

use std::{
    fs::File,
    io::{self, BufRead, BufReader, Read as _},
    path::Path,
    sync::Arc,
    time::Duration,
};

use nailsage::{Answer, Command, Pending, Store};
use tokio::{
    runtime::Handle,
    sync::{OwnedSemaphorePermit, Semaphore, mpsc},
};

use super::lines::{LINE_BYTES_MAX, Read, read_line};
use crate::failure::Failure;

const BUFFER_BYTES: usize = 256 * 1024;

/// Where commands come from, with its name for messages.
pub(crate) struct Source {
    name: String,
    reader: Box<dyn BufRead + Send>,
}

/// Opens a file, or standard input for `-` or nothing.
pub(crate) fn open(file: Option<&Path>) -> Result<Source, Failure> {
    let Some(path) = file.filter(|path| path.as_os_str() != "-") else {
        let reader = BufReader::with_capacity(BUFFER_BYTES, io::stdin());
        return Ok(Source { name: "standard input".to_owned(), reader: Box::new(reader) });
    };
    let name = path.display().to_string();
    let failed = |source| Failure::Input { name: name.clone(), source };
    let mut file = File::open(path).map_err(failed)?;
    // A folder opens like a file and fails only here.
    file.read(&mut []).map_err(failed)?;
    let reader = BufReader::with_capacity(BUFFER_BYTES, file);
    Ok(Source { name, reader: Box::new(reader) })
}

/// A line that needs an answer.
pub(crate) struct Line {
    /// Its number, from 1; blank lines count.
    pub(crate) number: u64,
    pub(crate) sent: Sent,
    /// Its place in the window, given back when it is dropped.
    pub(crate) place: OwnedSemaphorePermit,
}

/// What became of a line.
pub(crate) enum Sent {
    /// It was handed over.
    Pending(Pending<Answer>),
    /// It is no command, and why.
    Invalid(String),
    /// The input could not be read on.
    Failed(Failure),
}

/// What the reading thread needs.
pub(crate) struct Input {
    pub(crate) store: Arc<dyn Store>,
    pub(crate) source: Source,
    pub(crate) places: Arc<Semaphore>,
    pub(crate) sender: mpsc::Sender<Line>,
    pub(crate) timeout: Duration,
    pub(crate) strict: bool,
    pub(crate) runtime: Handle,
}

impl Input {
    /// Reads until the input ends or no more places are given.
    pub(crate) fn run(mut self) {
        let mut line = Vec::new();
        let mut number = 0_u64;
        loop {
            number += 1;
            let parsed = match read_line(&mut self.source.reader, &mut line, LINE_BYTES_MAX) {
                Ok(Read::End) => return,
                Ok(Read::TooLong) => Err(format!("the line is longer than {LINE_BYTES_MAX} bytes")),
                Ok(Read::Line) => match parse(&line, number) {
                    Some(parsed) => parsed,
                    None => continue,
                },
                Err(source) => {
                    let failure = Failure::Input { name: self.source.name.clone(), source };
                    self.send(number, |_| Sent::Failed(failure));
                    return;
                }
            };
            // With --strict nothing behind a bad line is handed over, as far as that is known here already.
            let is_last = self.strict && parsed.is_err();
            let is_sent = self.send(number, |input| match parsed {
                Ok(command) => Sent::Pending(input.store.submit(command, input.timeout)),
                Err(problem) => Sent::Invalid(problem),
            });
            if !is_sent || is_last {
                return;
            }
        }
    }

    /// Takes a place, then makes what to send: nothing is handed over that could not be answered.
    fn send(&self, number: u64, make: impl FnOnce(&Self) -> Sent) -> bool {
        let place = self.runtime.block_on(async {
            let place = Arc::clone(&self.places).acquire_owned().await.ok()?;
            let slot = self.sender.reserve().await.ok()?;
            Some((place, slot))
        });
        let Some((place, slot)) = place else { return false };
        slot.send(Line { number, sent: make(self), place });
        true
    }
}

/// The command of a line; nothing if the line is blank.
fn parse(line: &[u8], number: u64) -> Option<Result<Command, String>> {
    // Some editors and shells put a byte order mark before the first line.
    let line = if number == 1 { line.strip_prefix(b"\xEF\xBB\xBF").unwrap_or(line) } else { line };
    let line = line.trim_ascii();
    if line.is_empty() {
        return None;
    }
    // serde would take a list of a command's fields for a command, too.
    if !line.starts_with(b"{") {
        return Some(Err("a command is a JSON object such as {\"at\": …, \"actions\": […]}".to_owned()));
    }
    Some(serde_json::from_slice(line).map_err(|error| problem(&error)))
}

/// What is wrong with a line. serde counts lines of its own, which would be read as ours.
fn problem(error: &serde_json::Error) -> String {
    let text = error.to_string();
    let place = format!(" at line {} column {}", error.line(), error.column());
    let text = if error.is_syntax() || error.is_eof() { format!("not JSON: {text}") } else { text };
    match text.strip_suffix(&place) {
        Some(what) if error.column() > 0 => format!("{what} (column {})", error.column()),
        Some(what) => what.to_owned(),
        None => text,
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn error_of(line: &str) -> String {
        match parse(line.as_bytes(), 7) {
            Some(Err(problem)) => problem,
            other => panic!("{line} gives {other:?}"),
        }
    }

    #[test]
    fn blank_lines_are_no_commands() {
        for line in ["", " \t", "\r"] {
            assert_eq!(parse(line.as_bytes(), 3), None);
        }
        assert_eq!(parse(b"\xEF\xBB\xBF\r", 1), None);
    }

    #[test]
    fn what_is_wrong_never_names_a_line_of_its_own() {
        insta::assert_snapshot!(
            [
                "hello",
                "[]",
                "{}",
                r#"{"at": 1640991660000}"#,
                r#"{"at": 1640991660, "actions": []}"#,
                r#"{"at": 1640991660000, "actions": [], "extra": 1}"#,
                r#"{"at": 1640991660000, "actions": [{"action": "buy"}]}"#,
                r#"{"at": 1640991660000, "actions": [{"action": "mark_market", "starlisting_id": 1, "price": "-1"}]}"#,
                r#"{"at": 1640991660000, "actions": [{"action": "mark_market", "starlisting_id": 1}]}"#,
                r#"{"at": 1640991660000, "actions": []} trailing"#,
                "{\"at\": 1640991660000, \"act",
            ]
            .map(|line| format!("{line}\n    {}", error_of(line)))
            .join("\n")
        );
    }
}
