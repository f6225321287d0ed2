//! The report, as it stands in `docs/benchmarks.md`.

use std::fmt::Write as _;

use crate::{
    postgres::{self, Results},
    sqlite::Measured,
};

/// From this many submitters on, the goal is for groups; below, for single commands.
const GROUPED_FROM: usize = 64;

const INFALLIBLE: &str = "writing to a String does not fail";

pub(crate) fn render(sqlite: Option<&[Measured]>, postgres: Option<&Results>, fdatasync_micros: f64) -> String {
    let mut text = format!(
        "# Benchmarks\n\n\
         Written by `cargo xtask bench`. The store, with its queue, its decisions and its audit, against loops written by \
         hand that write the same rows and indexes, which is checked before anything is measured. All sides make every \
         commit durable. They take turns in one run; a ratio is the median of the rounds' ratios, with the least and the \
         greatest of them. Only ratios mean something: absolute figures belong to the machine and the minute.\n\n\
         Reading a long history takes minutes and up to 20 GB of disk, so a whole run leaves it out and keeps the section \
         at the end, which `cargo xtask bench --part history` measures and replaces.\n\n\
         Appending 4 KiB and `fdatasync` took {fdatasync_micros:.0} µs (median) on this machine.\n\n\
         A *signal* is one suppressed signal; *close a trade* closes a position by its id; a *tick* is a signal that \
         closes the position on its market and opens the next, in one command.\n"
    );
    if let Some(rows) = sqlite {
        render_sqlite(&mut text, rows);
    }
    if let Some(results) = postgres {
        render_postgres(&mut text, results);
    }
    text
}

fn line(text: &mut String, line: &str) {
    text.push_str(line);
    text.push('\n');
}

fn render_sqlite(text: &mut String, rows: &[Measured]) {
    write!(
        text,
        "\n## SQLite\n\n\
         By hand is one thread without a queue, with the store's own SQL prepared once, reads included, in transactions \
         of as many units as there are submitters (`synchronous = FULL`).\n\n\
         Goal: a ratio of at least 0.6 alone and 0.7 from {GROUPED_FROM} submitters on.\n"
    )
    .expect(INFALLIBLE);
    for keyed in [true, false] {
        write_title(text, keyed);
        line(text, "| unit | submitters | store, units/s | by hand, units/s | ratio | least to greatest |");
        line(text, "|---|--:|--:|--:|--:|--:|");
        for it in rows.iter().filter(|it| it.keyed == keyed) {
            writeln!(
                text,
                "| {} | {} | {:.0} | {:.0} | **{:.2}** | {:.2} to {:.2} |",
                it.workload, it.submitters, it.store, it.by_hand, it.ratio, it.spread.0, it.spread.1
            )
            .expect(INFALLIBLE);
        }
    }
}

fn write_title(text: &mut String, keyed: bool) {
    let title = if keyed { "With request keys" } else { "Without request keys" };
    write!(text, "\n### {title}\n\n").expect(INFALLIBLE);
}

fn render_postgres(text: &mut String, results: &Results) {
    write!(
        text,
        "\n## PostgreSQL\n\n\
         Server {}, on this machine and a disk, set up to keep its commits. *One by one* is what one would write by hand: \
         each unit a transaction that locks the book row, reads, writes row by row and commits, each statement prepared \
         and awaited, on as many connections as there are submitters, 15 at most. *At once* is the most that one could \
         do: one connection, the only writer, that remembers everything instead of reading it and writes as many units \
         as there are submitters with one prepared statement.\n\n\
         Goals: at least 2.5 times one by one at {GROUPED_FROM} submitters, not slower than it alone, and at least 0.6 \
         of at once.\n",
        results.version
    )
    .expect(INFALLIBLE);
    for keyed in [true, false].into_iter().filter(|keyed| results.units.iter().any(|it| it.keyed == *keyed)) {
        write_title(text, keyed);
        line(
            text,
            "| unit | submitters | store, units/s | one by one, units/s | at once, units/s | ratio to one by one | \
             ratio to at once |",
        );
        line(text, "|---|--:|--:|--:|--:|--:|--:|");
        for it in results.units.iter().filter(|it| it.keyed == keyed) {
            writeln!(
                text,
                "| {} | {} | {:.0} | {:.0} | {:.0} | {:#} | {:#} |",
                it.workload, it.submitters, it.store, it.single, it.at_once, it.to_single, it.to_at_once
            )
            .expect(INFALLIBLE);
        }
    }
    render_bulk(text, results);
    render_two(text, results);
}

fn render_bulk(text: &mut String, results: &Results) {
    if results.bulk.is_empty() {
        return;
    }
    let (in_flight, together) = (postgres::IN_FLIGHT, postgres::TOGETHER);
    write!(
        text,
        "\n### In bulk\n\n\
         Signals without keys, {in_flight} in flight from one task, as commands of one signal and of {together}; and the \
         command line from start to end, reading a file. Against one binary COPY of the same rows into the same indexed \
         table, prepared in memory beforehand.\n\n\
         Goal: at least 0.4 of COPY.\n\n"
    )
    .expect(INFALLIBLE);
    line(text, "| way | signals/s | ratio to COPY |");
    line(text, "|---|--:|--:|");
    for it in &results.bulk {
        writeln!(text, "| {} | {:.0} | {:#} |", it.what, it.signals, it.to_copy).expect(INFALLIBLE);
    }
}

fn render_two(text: &mut String, results: &Results) {
    if results.two.is_empty() {
        return;
    }
    let submitters = postgres::SUBMITTERS;
    write!(
        text,
        "\n### Two processes\n\n\
         Two processes with {submitters} submitters each that share a book, against one of them alone with its \
         {submitters}: units a second in total, with request keys.\n\n\
         Goals: at least 0.9 of one process, and no deadlock.\n\n"
    )
    .expect(INFALLIBLE);
    line(text, "| unit | one process, units/s | two, units/s | ratio | deadlocks |");
    line(text, "|---|--:|--:|--:|--:|");
    for it in &results.two {
        let postgres::Two { workload, alone, together, to_alone, deadlocks } = it;
        writeln!(text, "| {workload} | {alone:.0} | {together:.0} | {to_alone:#} | {deadlocks} |").expect(INFALLIBLE);
    }
}
