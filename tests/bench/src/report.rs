//! The report, as it stands in `docs/benchmarks.md`.

use std::fmt::Write as _;

use crate::sqlite::Measured;

/// From this many submitters on, the goal is for groups; below, for single commands.
const GROUPED_FROM: usize = 64;

const INFALLIBLE: &str = "writing to a String does not fail";

pub(crate) fn render(rows: &[Measured], fdatasync_micros: f64) -> String {
    let mut text = format!(
        "# Benchmarks\n\n\
         Written by `cargo xtask bench`. The store, with its queue, its decisions and its audit, against a loop written \
         by hand: one thread, no queue, the store's own SQL prepared once, the same rows and indexes, reads included, \
         in transactions of as many units as there are submitters. Both sync every commit (`synchronous = FULL`). They \
         take turns in one run; the ratio is the median of the rounds' ratios. Only ratios mean something: absolute \
         figures belong to the machine and the minute.\n\n\
         Appending 4 KiB and `fdatasync` took {fdatasync_micros:.0} µs (median) on this machine.\n\n\
         Goal: a ratio of at least 0.6 alone and 0.7 from {GROUPED_FROM} submitters on.\n"
    );
    for keyed in [true, false] {
        let title = if keyed { "With request keys" } else { "Without request keys" };
        write!(text, "\n## {title}\n\n").expect(INFALLIBLE);
        text.push_str("| unit | submitters | store, units/s | by hand, units/s | ratio | least to greatest |\n");
        text.push_str("|---|--:|--:|--:|--:|--:|\n");
        for it in rows.iter().filter(|it| it.keyed == keyed) {
            writeln!(
                text,
                "| {} | {} | {:.0} | {:.0} | **{:.2}** | {:.2} to {:.2} |",
                it.workload, it.submitters, it.store, it.by_hand, it.ratio, it.spread.0, it.spread.1
            )
            .expect(INFALLIBLE);
        }
    }
    text.push_str(
        "\nA *signal* is one suppressed signal; *close a trade* closes a position by its id; a *tick* is a signal that \
         closes the position on its market and opens the next, in one command.\n",
    );
    text
}
