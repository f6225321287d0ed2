//! `nailsage ingest`: one command as JSON per line in, one answer per line out, in the same order, many in flight.
//!
//! A thread reads, parses and hands commands over without waiting; the answers are awaited and written in order here.
//! A window bounds how many are in flight: its place is taken before a command is handed over and given back when its
//! answer is written. Stopping means that no more places are given, so every command that was handed over is answered.

mod answer;
mod input;
mod lines;

use std::{
    io::{self, IsTerminal, Write},
    process::ExitCode,
    sync::Arc,
    task::{Context, Poll, Waker},
    time::{Duration, Instant},
};

use tokio::sync::{Semaphore, mpsc};

use self::{
    answer::{Reply, Status},
    input::{Input, Line, Sent},
};
use super::{App, interrupts::Interrupts};
use crate::{
    cli::IngestArgs,
    failure::{CANNOT_RUN, DONE, Failure, REFUSED},
    output::note,
};

pub(crate) async fn run(app: &App, args: &IngestArgs) -> Result<ExitCode, Failure> {
    // The input is opened first: a mistyped file name must not leave a new book behind.
    let source = input::open(args.file.as_deref())?;
    let mut interrupts = Interrupts::listen().map_err(Failure::Runtime)?;
    let store = app.create(args.stamp).await?;
    if args.file.as_deref().is_none_or(|file| file.as_os_str() == "-") && io::stdin().is_terminal() {
        note(format_args!(
            "Reading commands from the terminal, one JSON object per line; Ctrl-D ends. Help: nailsage ingest --help"
        ));
    }

    let window = usize::from(args.window.get());
    let places = Arc::new(Semaphore::new(window));
    let (sender, lines) = mpsc::channel(window);
    let input = Input {
        store,
        source,
        places: Arc::clone(&places),
        sender,
        timeout: Duration::from_secs(args.timeout.get().into()),
        strict: args.strict,
        runtime: tokio::runtime::Handle::current(),
    };
    // Not a task: nothing can interrupt a read of standard input, and the program must be able to end during one.
    std::thread::Builder::new().name("ingest-input".to_owned()).spawn(move || input.run()).map_err(Failure::Runtime)?;

    let began = Instant::now();
    let mut answers =
        Answers { lines, places, out: io::BufWriter::new(io::stdout()), counts: Counts::default(), stop: None };
    let result = answers.write_all(args.strict, &mut interrupts).await;
    let Answers { counts, stop, .. } = answers;
    match result {
        Ok(()) => {}
        // As after a kill: what was not answered may have been carried out or not.
        Err(error) if error.kind() == io::ErrorKind::BrokenPipe => {
            note(format_args!(
                "stopped, because nobody reads the answers any more; {counts}, up to line {}",
                counts.last_line
            ));
            return Ok(ExitCode::from(REFUSED));
        }
        Err(error) => return Err(error.into()),
    }
    Ok(conclude(app, &counts, stop.as_ref(), began.elapsed()))
}

/// Says how far it got, where somebody may want to know, and tells the exit code.
fn conclude(app: &App, counts: &Counts, stop: Option<&Stop>, elapsed: Duration) -> ExitCode {
    match stop {
        Some(Stop::Strict { line }) => {
            note(format_args!(
                "stopped at line {line}, which was not ok (--strict); {counts}, up to line {}",
                counts.last_line
            ));
        }
        Some(Stop::Interrupt { .. }) => note(format_args!("interrupted; {counts}, up to line {}", counts.last_line)),
        Some(Stop::Input(failure)) => {
            note(format_args!("{counts}, up to line {}", counts.last_line));
            let _ = failure.report();
        }
        None if app.global.verbose > 0 || io::stderr().is_terminal() => {
            let seconds = elapsed.as_secs_f64();
            let rate = counts.lines() as f64 / seconds.max(1e-9);
            note(format_args!("{counts} in {seconds:.2} s, {rate:.0} lines/s"));
        }
        None => {}
    }
    ExitCode::from(match stop {
        Some(Stop::Interrupt { exit_code }) => *exit_code,
        Some(Stop::Input(_)) => CANNOT_RUN,
        _ if counts.all_ok() => DONE,
        _ => REFUSED,
    })
}

/// Why reading stopped before the end of the input.
enum Stop {
    Strict { line: u64 },
    Interrupt { exit_code: u8 },
    Input(Failure),
}

/// How many lines came to what.
#[derive(Debug, Default)]
struct Counts {
    ok: u64,
    refused: u64,
    invalid: u64,
    errors: u64,
    last_line: u64,
}

impl Counts {
    fn add(&mut self, line: u64, status: Status) {
        self.last_line = line;
        match status {
            Status::Ok => self.ok += 1,
            Status::Refused => self.refused += 1,
            Status::Invalid => self.invalid += 1,
            Status::Error => self.errors += 1,
        }
    }

    fn lines(&self) -> u64 {
        self.ok + self.refused + self.invalid + self.errors
    }

    fn all_ok(&self) -> bool {
        self.lines() == self.ok
    }
}

impl std::fmt::Display for Counts {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        let Self { ok, refused, invalid, errors, .. } = self;
        write!(f, "{} answered: {ok} ok, {refused} refused, {invalid} invalid, {errors} errors", self.lines())
    }
}

/// The writing side.
struct Answers<W: Write> {
    lines: mpsc::Receiver<Line>,
    places: Arc<Semaphore>,
    out: io::BufWriter<W>,
    counts: Counts,
    stop: Option<Stop>,
}

impl<W: Write> Answers<W> {
    /// Writes every answer in order. It flushes whenever it would have to wait, so a bot that waits for an answer gets
    /// it at once, and bulk input is written in large blocks.
    async fn write_all(&mut self, strict: bool, interrupts: &mut Interrupts) -> io::Result<()> {
        while let Some(line) = self.next_line(interrupts).await? {
            // Bulk input may never make it wait, which is when it would notice otherwise.
            if let Some(exit_code) = interrupts.try_first() {
                self.stop_reading(Stop::Interrupt { exit_code });
            }
            let Line { number, sent, place } = line;
            let reply = match sent {
                Sent::Invalid(problem) => Reply::Invalid(problem),
                Sent::Failed(failure) => {
                    self.stop_reading(Stop::Input(failure));
                    continue;
                }
                Sent::Pending(mut pending) => {
                    let ready = pending.as_mut().poll(&mut Context::from_waker(Waker::noop()));
                    match ready {
                        Poll::Ready(answer) => Reply::of(answer),
                        Poll::Pending => {
                            self.out.flush()?;
                            Reply::of(self.wait_for(pending, interrupts).await)
                        }
                    }
                }
            };
            let status = reply.write(number, &mut self.out)?;
            self.counts.add(number, status);
            if strict && status != Status::Ok {
                self.stop_reading(Stop::Strict { line: number });
            }
            // After that, or the next command could slip in.
            drop(place);
        }
        self.out.flush()
    }

    async fn next_line(&mut self, interrupts: &mut Interrupts) -> io::Result<Option<Line>> {
        match self.lines.try_recv() {
            Ok(line) => return Ok(Some(line)),
            Err(mpsc::error::TryRecvError::Disconnected) => return Ok(None),
            Err(mpsc::error::TryRecvError::Empty) => self.out.flush()?,
        }
        loop {
            tokio::select! {
                biased;
                exit_code = interrupts.first() => self.stop_reading(Stop::Interrupt { exit_code }),
                line = self.lines.recv() => return Ok(line),
            }
        }
    }

    async fn wait_for<T>(
        &mut self,
        mut pending: nailsage::Pending<T>,
        interrupts: &mut Interrupts,
    ) -> Result<T, nailsage::StoreError> {
        loop {
            tokio::select! {
                biased;
                answer = &mut pending => return answer,
                exit_code = interrupts.first() => self.stop_reading(Stop::Interrupt { exit_code }),
            }
        }
    }

    /// Gives no more places. The first reason stays.
    fn stop_reading(&mut self, stop: Stop) {
        self.stop.get_or_insert(stop);
        self.places.close();
        self.lines.close();
    }
}
