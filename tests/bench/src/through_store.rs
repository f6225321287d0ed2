//! Units through the store, handed over by so many callers at once.

use std::{
    sync::Arc,
    time::{Duration, Instant},
};

use anyhow::ensure;
use nailsage_store::{Answer, Command, DEFAULT_TIMEOUT, Store};
use tokio::runtime::Runtime;

/// Hands over each caller's commands, one after the other, and tells how long all of them took.
pub(crate) fn run(runtime: &Runtime, store: &Arc<dyn Store>, callers: Vec<Vec<Command>>) -> anyhow::Result<Duration> {
    let begun = Instant::now();
    let tasks: Vec<_> = callers
        .into_iter()
        .map(|commands| {
            let store = Arc::clone(store);
            runtime.spawn(async move {
                for command in commands {
                    let answer = store.submit(command, DEFAULT_TIMEOUT).await?;
                    ensure!(matches!(answer, Answer::Done(_)), "a unit was refused: {answer:?}");
                }
                Ok(())
            })
        })
        .collect();
    for task in tasks {
        runtime.block_on(task)??;
    }
    Ok(begun.elapsed())
}

/// Carries out commands that are not measured, as fast as they go.
pub(crate) fn prepare(runtime: &Runtime, store: &Arc<dyn Store>, commands: Vec<Command>) -> anyhow::Result<()> {
    let pending: Vec<_> = commands.into_iter().map(|it| store.submit(it, Duration::from_mins(5))).collect();
    for pending in pending {
        let answer = runtime.block_on(pending)?;
        ensure!(matches!(answer, Answer::Done(_)), "the preparation was refused: {answer:?}");
    }
    Ok(())
}
