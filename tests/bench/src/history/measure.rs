//! The same question to the young book and to the old one, in turns.

use std::{
    sync::Arc,
    time::{Duration, Instant},
};

use nailsage_store::Store;
use tokio::runtime::Runtime;

use super::{
    Asked, memory,
    questions::{QUESTIONS, Question},
};
use crate::median;

/// Rounds of each question; fewer if they take too long, yet some.
const ROUNDS: usize = 51;
const ROUNDS_MIN: usize = 5;
const TIME_MAX: Duration = Duration::from_secs(4);

/// A book and how many closed positions it has.
#[derive(Debug, Clone)]
pub(crate) struct Opened {
    pub(crate) store: Arc<dyn Store>,
    pub(crate) closed: i64,
}

/// The median milliseconds of both, after one round that does not count, and the rows of the second.
pub(crate) fn in_turns(
    mut young: impl FnMut() -> anyhow::Result<usize>,
    mut old: impl FnMut() -> anyhow::Result<usize>,
) -> anyhow::Result<((f64, f64), usize)> {
    let begun = Instant::now();
    let mut times = (Vec::new(), Vec::new());
    young()?;
    let rows = old()?;
    while times.0.len() < ROUNDS_MIN || (times.0.len() < ROUNDS && begun.elapsed() < TIME_MAX) {
        times.0.push(milliseconds(&mut young)?);
        times.1.push(milliseconds(&mut old)?);
    }
    Ok(((median(&mut times.0), median(&mut times.1)), rows))
}

fn milliseconds(ask: &mut impl FnMut() -> anyhow::Result<usize>) -> anyhow::Result<f64> {
    let begun = Instant::now();
    ask()?;
    Ok(begun.elapsed().as_secs_f64() * 1e3)
}

/// Every question through both stores.
pub(crate) fn questions(runtime: &Runtime, young: &Opened, old: &Opened) -> anyhow::Result<Vec<Asked>> {
    let ask = |question: &Question, opened: &Opened| {
        Ok(runtime.block_on((question.ask)(opened.store.as_ref(), opened.closed))?)
    };
    let mut asked = Vec::new();
    for question in QUESTIONS {
        let (milliseconds, rows) = in_turns(|| ask(question, young), || ask(question, old))?;
        eprintln!("{:>50}: {:.3} ms, {:.3} ms", question.name, milliseconds.0, milliseconds.1);
        asked.push(Asked { name: question.name, rows, work: None, milliseconds });
    }
    Ok(asked)
}

/// The most memory of this process while it asks everything through a store, and plain SQL.
pub(crate) fn memory_mib(
    runtime: &Runtime,
    opened: &Opened,
    mut plain_sql: impl FnMut() -> anyhow::Result<()>,
) -> anyhow::Result<Option<f64>> {
    memory::forget_the_most();
    plain_sql()?;
    for question in QUESTIONS {
        runtime.block_on((question.ask)(opened.store.as_ref(), opened.closed))?;
    }
    Ok(memory::most_mib())
}
