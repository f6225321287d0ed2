//! Two processes that share a book, against one: what they do together, and whether they ever deadlock.

use std::{
    env, fmt,
    io::{self, BufRead as _, BufReader, Write as _},
    process::{Child, ChildStdin, ChildStdout, Command as Process, Stdio},
    time::{Duration, Instant},
};

use anyhow::{Context as _, ensure};
use clap::ValueEnum as _;
use nailsage_test_postgres::{Cluster, Database};
use tokio::runtime::Runtime;

use super::compare::{self, Spread};
use crate::{
    median, through_store,
    unit::{self, Workload},
};

/// How many callers each process has.
pub(crate) const SUBMITTERS: usize = 64;

/// What two processes came to: units a second in total, medians of the rounds, and the rounds' ratios of two to one.
#[derive(Debug, Clone)]
pub(crate) struct Two {
    pub(crate) workload: Workload,
    pub(crate) alone: f64,
    pub(crate) together: f64,
    pub(crate) to_alone: Spread,
    pub(crate) deadlocks: u64,
}

impl fmt::Display for Two {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let Self { workload, alone, together, to_alone, deadlocks } = self;
        write!(f, "{workload:>13}: one process {alone:>6.0}/s, two {together:>6.0}/s, ratio {to_alone}, ")?;
        write!(f, "{deadlocks} deadlocks")
    }
}

/// Measures one workload, with keys.
pub(super) fn compare(runtime: &Runtime, cluster: &Cluster, workload: Workload, rounds: usize) -> anyhow::Result<Two> {
    let database = cluster.database();
    let store = compare::open(runtime, database.url())?;
    through_store::prepare(runtime, &store, unit::prepare_book(workload, 2 * SUBMITTERS))?;
    drop(store);
    let (mut first, mut second) =
        (Running::start(&database, workload, 0)?, Running::start(&database, workload, SUBMITTERS)?);
    let units = if workload == Workload::Tick { 2_048 } else { 8_192 };
    run(&mut [&mut first, &mut second], units)?;
    let (mut ones, mut twos, mut ratios) = (Vec::new(), Vec::new(), Vec::new());
    for _ in 0..rounds {
        let one = units as f64 / run(&mut [&mut first], units)?.as_secs_f64();
        let two = 2.0 * units as f64 / run(&mut [&mut first, &mut second], units)?.as_secs_f64();
        ones.push(one);
        twos.push(two);
        ratios.push(two / one);
    }
    first.end()?;
    second.end()?;
    let deadlocks = deadlocks(&database)?;
    let (alone, together) = (median(&mut ones), median(&mut twos));
    Ok(Two { workload, alone, together, to_alone: Spread::of(ratios), deadlocks })
}

/// A connection's figures are complete once it has ended, as those of both processes have.
fn deadlocks(database: &Database) -> anyhow::Result<u64> {
    let rows = database.rows("SELECT deadlocks FROM pg_stat_database WHERE datname = current_database()");
    let deadlocks = rows.into_iter().flatten().next().flatten();
    deadlocks.context("the server does not count deadlocks")?.parse().context("a count is a number")
}

/// Runs so many units in each of these processes, and tells how long the last one took.
fn run(processes: &mut [&mut Running], units: usize) -> anyhow::Result<Duration> {
    for process in &mut *processes {
        process.say(&units.to_string())?;
    }
    for process in &mut *processes {
        process.hear("ready")?;
    }
    let begun = Instant::now();
    for process in &mut *processes {
        process.say("go")?;
    }
    for process in processes {
        process.hear("done")?;
    }
    Ok(begun.elapsed())
}

/// A process of the benchmark that was started by another one.
struct Running {
    child: Child,
    input: ChildStdin,
    output: BufReader<ChildStdout>,
}

impl Running {
    fn start(database: &Database, workload: Workload, first: usize) -> anyhow::Result<Self> {
        let value = workload.to_possible_value().context("every workload can be asked for")?;
        let mut child = Process::new(env::current_exe()?)
            .args(["--partner", &first.to_string(), "--workload", value.get_name()])
            .stdin(Stdio::piped())
            .stdout(Stdio::piped())
            .spawn()
            .context("starting a second process")?;
        let input = child.stdin.take().context("its input is piped")?;
        let output = BufReader::new(child.stdout.take().context("its output is piped")?);
        let mut running = Self { child, input, output };
        // Not as an argument, where everybody could read the password.
        running.say(database.url())?;
        Ok(running)
    }

    fn say(&mut self, line: &str) -> io::Result<()> {
        writeln!(self.input, "{line}")
    }

    fn hear(&mut self, expected: &str) -> anyhow::Result<()> {
        let mut line = String::new();
        self.output.read_line(&mut line)?;
        ensure!(line.trim_end() == expected, "the other process did not say {expected} but {line:?}");
        Ok(())
    }

    fn end(mut self) -> anyhow::Result<()> {
        drop(self.input);
        ensure!(self.child.wait()?.success(), "the other process failed");
        Ok(())
    }
}

/// What such a process does: it opens the book whose URL it is told, and runs units as often as it is told how many,
/// once everybody is ready.
pub(crate) fn partner(runtime: &Runtime, workload: Workload, first_submitter: usize) -> anyhow::Result<()> {
    let mut lines = io::stdin().lines();
    let url = lines.next().context("a URL comes first")??;
    let store = compare::open(runtime, &url)?;
    let mut next = 0;
    while let Some(units) = lines.next() {
        let units: usize = units?.parse().context("then how many units")?;
        let mut callers = vec![Vec::new(); SUBMITTERS];
        for number in next..next + units {
            let caller = number % SUBMITTERS;
            callers[caller].push(unit::command(workload, true, first_submitter + caller, number, 1));
        }
        next += units;
        println!("ready");
        lines.next().context("then the word to go")??;
        through_store::run(runtime, &store, callers)?;
        println!("done");
    }
    Ok(())
}
