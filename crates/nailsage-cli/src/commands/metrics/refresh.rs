//! `nailsage metrics refresh`: one command after the other until nothing is left, so that it can be watched and stopped.

use std::{
    io::{self, IsTerminal as _, Write as _},
    process::ExitCode,
};

use indicatif::{ProgressBar, ProgressDrawTarget, ProgressStyle};
use nailsage::{
    Access, CallError, Clock as _, MetricsRefreshed, RefreshMetrics, StoreError, StoreExt as _, SystemClock, UnixMillis,
};

use crate::{
    cli::{Format, RefreshArgs},
    commands::{App, interrupts::Interrupts},
    failure::{DONE, Failure},
    output::{Cell, counted, listing::print_record, money, note, time::Fineness, zone::Zone},
};

pub(crate) async fn refresh(app: &App, args: &RefreshArgs) -> Result<ExitCode, Failure> {
    let store = app.open(Access::Existing).await?;
    let now = SystemClock.now();
    let at = args.at.unwrap_or(now);
    let mut interrupts = Interrupts::listen()?;
    let progress = Progress::new(store.book().await?.metrics_from, at);
    let mut all: Option<MetricsRefreshed> = None;
    let interrupted_by = loop {
        let part = store.refresh_some_metrics(at, RefreshMetrics {}).await.map_err(|error| match error {
            CallError::Refused(refused) => Failure::Refused(refused),
            CallError::Store(source @ StoreError::Unknown { .. }) => Failure::RefreshUnsettled(source),
            CallError::Store(error) => Failure::Store(error),
        })?;
        let sum = |before: fn(&MetricsRefreshed) -> u64| all.as_ref().map_or(0, before) + before(&part);
        let done =
            MetricsRefreshed { num_entries: sum(|part| part.num_entries), num_rows: sum(|part| part.num_rows), ..part };
        all = Some(done);
        let Some(left_from) = done.left_from else { break None };
        if let Some(exit_code) = interrupts.try_first() {
            break Some(exit_code);
        }
        progress.show(left_from);
    };
    progress.clear();
    if let Some(done) = all {
        print(app, &done)?;
    }
    if interrupted_by.is_some() {
        note(format_args!(
            "interrupted; what was refreshed stays, and the next {} goes on",
            app.to_type("metrics refresh")
        ));
    }
    if at > now {
        note(format_args!(
            "{} lies ahead: the days until then count as days without a trade, until the next {}",
            Zone::shown().full(at, Fineness::of(at)),
            app.to_type("metrics refresh")
        ));
    }
    Ok(ExitCode::from(interrupted_by.unwrap_or(DONE)))
}

fn print(app: &App, done: &MetricsRefreshed) -> Result<(), Failure> {
    let mut out = io::stdout().lock();
    let count = |number: u64| i64::try_from(number).unwrap_or(i64::MAX);
    if app.format() == Format::Table {
        let time = |time: UnixMillis| Zone::shown().full(time, Fineness::of(time).min(Fineness::Seconds));
        writeln!(
            out,
            "{} ledger {} taken, {} of metrics written, as of {}.",
            money::grouped(count(done.num_entries).saturating_mul(1_000_000), 0),
            if done.num_entries == 1 { "entry" } else { "entries" },
            counted(done.num_rows, "row"),
            time(done.as_of)
        )?;
        if let Some(left_from) = done.left_from {
            writeln!(out, "What happened from {} on is left.", time(left_from))?;
        }
        return Ok(());
    }
    let fields = [
        ("num_entries", "", count(done.num_entries).into()),
        ("num_rows", "", count(done.num_rows).into()),
        ("as_of", "", done.as_of.into()),
        ("left_from", "", done.left_from.map_or(Cell::Null, Cell::from)),
    ];
    Ok(print_record(app.format(), &fields, &mut out)?)
}

/// How far it has come in time, on a terminal. It is drawn only when one command was not enough.
struct Progress {
    bar: ProgressBar,
    from: Option<UnixMillis>,
}

impl Progress {
    fn new(from: Option<UnixMillis>, at: UnixMillis) -> Self {
        let bar = ProgressBar::with_draw_target(from.map(|from| span(from, at)), ProgressDrawTarget::hidden());
        bar.set_style(
            ProgressStyle::with_template("{msg} {wide_bar} {percent} %")
                .unwrap_or_else(|_| ProgressStyle::default_bar()),
        );
        bar.set_message("refreshing metrics");
        Self { bar, from }
    }

    fn show(&self, left_from: UnixMillis) {
        if let Some(from) = self.from
            && io::stderr().is_terminal()
        {
            self.bar.set_draw_target(ProgressDrawTarget::stderr());
            self.bar.set_position(span(from, left_from));
        }
    }

    fn clear(&self) {
        self.bar.finish_and_clear();
    }
}

fn span(from: UnixMillis, until: UnixMillis) -> u64 {
    u64::try_from(until.millis_since(from)).unwrap_or(0)
}
