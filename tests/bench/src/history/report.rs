//! The section of the report about long histories.

use std::fmt::Write as _;

use super::{Asked, History, SNAPSHOTS, book};

/// The section's heading, by which it is found again.
pub(crate) const TITLE: &str = "## A long history";

const WORK_RATIO_MAX: f64 = 1.5;
const TIME_RATIO_MAX: f64 = 2.0;
const QUESTION_MILLISECONDS_MAX: f64 = 10.0;

const INFALLIBLE: &str = "writing to a String does not fail";

/// The section, from the empty line before its heading on.
pub(crate) fn render(histories: &[History]) -> String {
    let mut text = format!(
        "\n{TITLE}\n\n\
         Written by `cargo xtask bench --part history`, which is left out of a whole run because it takes minutes and \
         gigabytes. The same questions, in turns, to a young book and to an old one. The young one has as many strategies \
         (50), open positions ({}) and snapshots ({}); what grows is the number of closed positions, with two \
         trades, two ledger rows and a signal each, an event for every tenth, and a day of metrics for every 8640. One \
         strategy made its positions first of all and has been silent since. Times are medians with everything in memory \
         that fits there; a row's ratio is old to young. **Bold** misses its goal.\n\n\
         Goals: work at most {WORK_RATIO_MAX} times, time at most {TIME_RATIO_MAX} times; each question through the store \
         below {QUESTION_MILLISECONDS_MAX} ms.\n\n\
         What to know where a goal is missed: PostgreSQL counts a page each time it is touched, so a plan that looks up the \
         strategy of each of 50 rows touches a hundred more than one that joins once; which of them it takes rests on \
         statistics, and neither grows with the history. A curve reads every snapshot of its range, so no index makes it \
         cheap; give it a range. SQLite keeps up to 64 MiB of pages a connection, which an old book fills and a young one \
         cannot.\n",
        book::OPEN,
        count(SNAPSHOTS)
    );
    for history in histories {
        render_engine(&mut text, history);
    }
    text
}

fn render_engine(text: &mut String, history: &History) {
    let History { engine, unit, closed, views, questions, memory_mib } = history;
    let (young, old) = (count(closed.0), count(closed.1));
    let what = match *unit {
        "steps" => "Steps are instructions of SQLite's virtual machine",
        _ => "Buffers are pages that execution touched, in memory or not",
    };
    write!(
        text,
        "\n### {engine}, {young} and {old} closed positions\n\n{what}.\n\n\
         | view | rows | {unit}, {young} | {unit}, {old} | ratio | ms, {young} | ms, {old} | ratio |\n\
         |---|--:|--:|--:|--:|--:|--:|--:|\n"
    )
    .expect(INFALLIBLE);
    for asked in views {
        let (young, old) = asked.work.unwrap_or_default();
        let work = young as f64..old as f64;
        let ratio = marked(work.end / work.start, WORK_RATIO_MAX);
        writeln!(text, "| {} | {} | {young} | {old} | {ratio} | {} |", asked.name, asked.rows, times(asked, None))
            .expect(INFALLIBLE);
    }
    write!(text, "\n| through the store | rows | ms, {young} | ms, {old} | ratio |\n|---|--:|--:|--:|--:|\n")
        .expect(INFALLIBLE);
    for asked in questions {
        let times = times(asked, Some(QUESTION_MILLISECONDS_MAX));
        writeln!(text, "| {} | {} | {times} |", asked.name, asked.rows).expect(INFALLIBLE);
    }
    if let Some((young, old)) = memory_mib {
        let ratio = old / young;
        writeln!(
            text,
            "\nThe asking process had at most {young:.1} MiB of memory while it asked all of this of the young book and \
             {old:.1} MiB of the old one, {ratio:.2} times as much."
        )
        .expect(INFALLIBLE);
    }
}

/// Both times and their ratio. Where there is a limit in milliseconds, that is the goal.
fn times(asked: &Asked, limit: Option<f64>) -> String {
    let (young, old) = asked.milliseconds;
    let ratio = old / young;
    match limit {
        Some(limit) => format!("{young:.3} | {} | {ratio:.2}", marked_with(old, limit, 3)),
        None => format!("{young:.3} | {old:.3} | {}", marked(ratio, TIME_RATIO_MAX)),
    }
}

fn marked(ratio: f64, limit: f64) -> String {
    marked_with(ratio, limit, 2)
}

fn marked_with(value: f64, limit: f64, digits: usize) -> String {
    if value > limit { format!("**{value:.digits$}**") } else { format!("{value:.digits$}") }
}

/// With a comma at each thousand.
fn count(number: i64) -> String {
    let digits = number.to_string();
    let mut text = String::new();
    for (index, digit) in digits.chars().enumerate() {
        if index > 0 && (digits.len() - index).is_multiple_of(3) {
            text.push(',');
        }
        text.push(digit);
    }
    text
}
