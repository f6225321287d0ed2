//! Loading in bulk: signals without keys, through the store and through the command line, against COPY of the same
//! rows.

use std::{
    collections::VecDeque,
    env, fmt,
    fs::File,
    io::{BufWriter, Write as _},
    path::{Path, PathBuf},
    pin::pin,
    process::{Command as Process, Stdio},
    sync::Arc,
    time::{Duration, Instant},
};

use anyhow::{Context as _, ensure};
use nailsage_store::{Answer, Command, Store};
use nailsage_test_postgres::{Cluster, Database};
use tokio::runtime::Runtime;
use tokio_postgres::{Client, binary_copy::BinaryCopyInWriter, types::Type};

use super::{
    compare::{self, Spread},
    rows::{Book, Row as _, Signal},
    server,
    work::{self, Rows, Strategy},
};
use crate::{
    median, through_store,
    unit::{self, NOW, Unit, Workload},
};

/// How many signals a round has.
const SIGNALS: usize = 32_768;

/// How many commands of one signal each are in flight.
pub(crate) const IN_FLIGHT: usize = 4_096;

/// How many signals a larger command has, so that [`SIGNALS`] is a multiple of it.
pub(crate) const TOGETHER: usize = 128;

/// What one way of loading came to: signals a second, the median of the rounds, and the rounds' ratios to COPY.
#[derive(Debug, Clone)]
pub(crate) struct Bulk {
    pub(crate) what: &'static str,
    pub(crate) signals: f64,
    pub(crate) to_copy: Spread,
}

impl fmt::Display for Bulk {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{:>34}: {:>7.0} signals/s, ratio to COPY {}", self.what, self.signals, self.to_copy)
    }
}

/// Four books: what goes through the store signal by signal, in larger commands, through the command line, and by COPY.
struct Books {
    single: Side,
    together: Side,
    ingest: Side,
    copy: Side,
    client: Client,
}

struct Side {
    database: Database,
    store: Arc<dyn Store>,
}

impl Side {
    fn new(runtime: &Runtime, cluster: &Cluster) -> anyhow::Result<Self> {
        let database = cluster.database();
        let store = compare::open(runtime, database.url())?;
        through_store::prepare(runtime, &store, unit::prepare_book(Workload::Signal, 1))?;
        Ok(Self { database, store })
    }

    fn signals(&self) -> Option<String> {
        let rows = self.database.rows("SELECT md5(string_agg(t::text, ';' ORDER BY id)) FROM signals AS t");
        rows.into_iter().flatten().next().flatten()
    }
}

/// Measures all ways.
pub(super) fn compare(runtime: &Runtime, cluster: &Cluster, rounds: usize) -> anyhow::Result<Vec<Bulk>> {
    let side = || Side::new(runtime, cluster);
    let (single, together, ingest, copy) = (side()?, side()?, side()?, side()?);
    let client = runtime.block_on(server::connect(copy.database.url()))?;
    let mut books = Books { single, together, ingest, copy, client };
    books.round(runtime, 0)?;
    ensure!(books.single.signals() == books.copy.signals(), "COPY wrote other rows than the store");
    ensure!(books.single.signals() == books.ingest.signals(), "the command line wrote other rows than the store");
    let mut speeds = [Vec::new(), Vec::new(), Vec::new(), Vec::new()];
    for round in 1..=rounds {
        for (speeds, time) in speeds.iter_mut().zip(books.round(runtime, round)?) {
            speeds.push(SIGNALS as f64 / time.as_secs_f64());
        }
    }
    let copy = speeds[3].clone();
    let ways = ["one signal a command", "128 signals a command", "`nailsage ingest`, one signal a line", "COPY"];
    let mut bulks = Vec::new();
    for (what, mut speeds) in ways.into_iter().zip(speeds) {
        let to_copy = Spread::of(speeds.iter().zip(&copy).map(|(way, copy)| way / copy).collect());
        bulks.push(Bulk { what, signals: median(&mut speeds), to_copy });
    }
    Ok(bulks)
}

impl Books {
    fn round(&mut self, runtime: &Runtime, round: usize) -> anyhow::Result<[Duration; 4]> {
        let numbers = round * SIGNALS..(round + 1) * SIGNALS;
        let (mut callers, units) = unit::prepare(Workload::Signal, false, 1, numbers, 1);
        let commands = callers.pop().unwrap_or_default();
        let together: Vec<Command> = commands.chunks(TOGETHER).map(merged).collect();
        let file = write_lines(&commands)?;
        Ok([
            hand_over(runtime, &self.single.store, commands, IN_FLIGHT)?,
            hand_over(runtime, &self.together.store, together, IN_FLIGHT / TOGETHER)?,
            ingest(file.path(), self.ingest.database.url())?,
            runtime.block_on(copy(&mut self.client, &units))?,
        ])
    }
}

fn write_lines(commands: &[Command]) -> anyhow::Result<tempfile::NamedTempFile> {
    let file = tempfile::NamedTempFile::new()?;
    let mut out = BufWriter::new(file.as_file());
    for command in commands {
        serde_json::to_writer(&mut out, command)?;
        out.write_all(b"\n")?;
    }
    out.flush()?;
    drop(out);
    Ok(file)
}

fn merged(commands: &[Command]) -> Command {
    Command::of(commands[0].at, commands.iter().flat_map(|command| command.actions.clone()).collect())
}

/// One task hands over all commands, so many at once.
fn hand_over(
    runtime: &Runtime,
    store: &Arc<dyn Store>,
    commands: Vec<Command>,
    in_flight: usize,
) -> anyhow::Result<Duration> {
    let begun = Instant::now();
    runtime.block_on(async {
        let mut pending = VecDeque::with_capacity(in_flight);
        let mut commands = commands.into_iter();
        loop {
            while pending.len() < in_flight
                && let Some(command) = commands.next()
            {
                pending.push_back(store.submit(command, Duration::from_mins(1)));
            }
            let Some(oldest) = pending.pop_front() else { return Ok(()) };
            let answer = oldest.await?;
            ensure!(matches!(answer, Answer::Done(_)), "a command was refused: {answer:?}");
        }
    })?;
    Ok(begun.elapsed())
}

/// The program as a user runs it, from its start to its end.
fn ingest(lines: &Path, url: &str) -> anyhow::Result<Duration> {
    let program = program()?;
    let begun = Instant::now();
    let ended = Process::new(&program)
        .args(["ingest", "--window", "4096", "--timeout", "60", "--stamp", &NOW.to_string()])
        .env("DATABASE_URL", url)
        .stdin(File::open(lines)?)
        .stdout(Stdio::null())
        .status()
        .with_context(|| format!("running {}", program.display()))?;
    ensure!(ended.success(), "nailsage ingest failed");
    Ok(begun.elapsed())
}

/// It lies beside the benchmark, if it was built the same way.
fn program() -> anyhow::Result<PathBuf> {
    let program = env::current_exe()?.with_file_name(format!("nailsage{}", env::consts::EXE_SUFFIX));
    ensure!(program.is_file(), "{} is missing: cargo xtask bench builds it", program.display());
    Ok(program)
}

/// One COPY of all rows and one update of the book row, in one transaction.
async fn copy(client: &mut Client, units: &[Unit]) -> anyhow::Result<Duration> {
    let strategies = client.query(&format!("{}ORDER BY s.id", work::STRATEGIES), &[]).await?;
    let strategies: Vec<Strategy> = strategies.iter().map(Strategy::read).collect();
    let mut book = Book::read(&client.query_one(&Book::select(""), &[]).await?);
    let mut rows = Rows::default();
    for unit in units {
        let strategy = &mut strategies[unit.submitter % unit::STRATEGIES].clone();
        work::carry_out(Workload::Signal, unit, &mut book, strategy, None, &mut rows)?;
    }
    let set_book = client.prepare(&Book::update("")).await?;
    let types: Vec<Type> = Signal::columns().into_iter().map(|(_, kind)| kind).collect();
    let begun = Instant::now();
    let transaction = client.transaction().await?;
    transaction.query_one(&Book::select(" FOR UPDATE"), &[]).await?;
    let sink = transaction.copy_in(&format!("COPY signals ({}) FROM STDIN BINARY", Signal::names())).await?;
    let mut writer = pin!(BinaryCopyInWriter::new(sink, &types));
    for row in &rows.signals {
        writer.as_mut().write(&row.values()).await?;
    }
    writer.finish().await?;
    transaction.execute(&set_book, &book.values()).await?;
    transaction.commit().await?;
    Ok(begun.elapsed())
}
