//! A refresh of what changed equals working everything out anew, to the last bit.

use nailsage_domain::{LedgerEntry, LedgerKind, Performance, Timeframe, UnixMillis};
use proptest::prelude::*;

use super::book::{Book, MONDAY, Table, at, texts};

/// One thing that happens in a book: to which strategy, what, and when, on a day that may lie before those already there.
#[derive(Debug, Clone)]
pub(super) struct Happening {
    strategy: i64,
    kind: Kind,
    day: i64,
    day_ms: i64,
    /// If it is a registration, how many days later: its trades may be dated before it.
    registered_days: i64,
}

#[derive(Debug, Clone)]
enum Kind {
    /// A P&L in permille of what is there (or of 1,000 USDT when nothing is).
    Closed(i64),
    Liquidated,
    /// Everything, or more, is lost.
    Ruined(i64),
    Paid(i64),
    Moneyless(LedgerKind),
}

pub(super) fn happening() -> impl Strategy<Value = Happening> {
    use LedgerKind::{Activate, Deactivate, Open, Register, Stops};
    let kind = prop_oneof![
        8 => (-300_i64..400).prop_map(Kind::Closed),
        1 => Just(Kind::Liquidated),
        1 => (0_i64..3).prop_map(Kind::Ruined),
        3 => (-2_000_i64..5_000).prop_map(Kind::Paid),
        1 => prop::sample::select(vec![Activate, Deactivate, Open, Register, Stops]).prop_map(Kind::Moneyless),
    ];
    // Few milliseconds, so that many entries share one; many weeks, so that months and years change.
    let day = prop_oneof![4 => 0_i64..20, 2 => 20_i64..70, 1 => 330_i64..400];
    let registered_days = prop_oneof![2 => Just(0_i64), 1 => 1_i64..100];
    (1_i64..=3, kind, day, prop_oneof![0_i64..3, Just(86_399_999)], registered_days).prop_map(
        |(strategy, kind, day, day_ms, registered_days)| Happening { strategy, kind, day, day_ms, registered_days },
    )
}

pub(super) fn happen(book: Book, happening: &Happening) -> Book {
    let Happening { strategy, ref kind, day, day_ms, registered_days } = *happening;
    let when = at(day, day_ms);
    if !book.has(strategy) {
        return book.registered(strategy, at(day + registered_days, day_ms), 5_000_000_000 + strategy);
    }
    let balance = book.balance_micros(strategy);
    match *kind {
        Kind::Closed(permille) => {
            let base = if balance > 0 { balance } else { 1_000_000_000 };
            book.closed(strategy, when, base / 1_000 * permille)
        }
        Kind::Liquidated => book.write(strategy, LedgerKind::Liquidate, when, -balance.abs() / 2, Some(1)),
        Kind::Ruined(below) => book.closed(strategy, when, -balance.abs() - below * 1_000_000),
        Kind::Paid(usdt) => book.adjusted(strategy, when, usdt * 1_000_000),
        Kind::Moneyless(kind) => {
            let held_ms = None;
            book.write(strategy, kind, when, 0, held_ms)
        }
    }
}

/// What happens until the next refresh, the day of that (none, so also before the last entry), and days a chunk.
fn rounds() -> impl Strategy<Value = Vec<(Vec<Happening>, i64, i64)>> {
    let refresh_day = prop_oneof![0_i64..25, 25_i64..80, 395_i64..402];
    let chunk_days = prop_oneof![Just(10_000_i64), 1_i64..40];
    prop::collection::vec((prop::collection::vec(happening(), 0..12), refresh_day, chunk_days), 1..6)
}

fn first_day(entries: &[LedgerEntry]) -> Option<i64> {
    entries.iter().map(|entry| entry.timestamp.utc_day()).min()
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(200))]

    #[test]
    fn what_changed_and_everything_are_the_same_to_the_last_bit(rounds in rounds()) {
        let (mut book, mut table, mut known) = (Book::default(), Table::default(), 0);
        for (happenings, refresh_day, chunk_days) in rounds {
            book = happenings.iter().fold(book, happen);
            let refresh_at: UnixMillis = at(refresh_day, 1_000);
            // A late entry makes it start from its day; without new entries there is only the time that has changed.
            let from_day = first_day(&book.entries[known..]).unwrap_or(MONDAY + 10_000);
            known = book.entries.len();
            table.refresh(&book, from_day, refresh_at, chunk_days);
            prop_assert_eq!(table.texts(), texts(&book.rows(refresh_at)));
        }
    }

    #[test]
    fn the_row_of_all_times_tells_what_performance_tells(happenings in prop::collection::vec(happening(), 1..40)) {
        let book = happenings.iter().fold(Book::default(), happen);
        for row in book.rows(at(500, 0)).iter().filter(|row| row.period.timeframe == Timeframe::AllTime) {
            let Some(strategy_id) = row.strategy_id else { continue };
            let mut performance = Performance::new();
            for entry in book.ordered().into_iter().filter(|entry| entry.strategy_id == strategy_id) {
                performance.observe(entry).unwrap();
            }
            prop_assert_eq!(row.total_return_pct, performance.total_return_pct());
            prop_assert_eq!(row.growth_factor, performance.growth_factor());
            prop_assert_eq!(row.total_return_micros, performance.total_return_micros());
            prop_assert_eq!(row.num_trades, performance.num_trades());
            prop_assert_eq!((row.num_wins, row.num_losses), (performance.num_wins(), performance.num_losses()));
            prop_assert_eq!(row.win_rate_pct, performance.win_rate_pct());
            prop_assert_eq!((row.avg_win, row.avg_loss), (performance.avg_win(), performance.avg_loss()));
            prop_assert_eq!(row.largest_win, performance.largest_win());
            prop_assert_eq!(row.largest_loss, performance.largest_loss());
            prop_assert_eq!(row.profit_factor, performance.profit_factor());
            prop_assert_eq!(row.avg_position_duration_minutes, performance.avg_position_duration_minutes());
            prop_assert_eq!(row.max_drawdown_pct.to_bits(), performance.max_drawdown_pct().to_bits());
            prop_assert_eq!(row.max_drawdown_micros, performance.max_drawdown_micros());
        }
    }

    #[test]
    fn starting_from_any_earlier_day_gives_the_same(
        happenings in prop::collection::vec(happening(), 1..30), from_day in 0_i64..70, chunk_days in 1_i64..30,
    ) {
        let book = happenings.iter().fold(Book::default(), happen);
        let refresh_at = at(60, 0);
        let mut table = Table::default();
        table.refresh(&book, MONDAY, refresh_at, chunk_days);
        let all = texts(&book.rows(refresh_at));
        prop_assert_eq!(table.texts(), &all[..]);
        table.refresh(&book, MONDAY + from_day, refresh_at, chunk_days);
        prop_assert_eq!(table.texts(), all);
    }
}

#[test]
fn a_day_that_passes_without_entries_changes_the_sharpe_of_what_it_lies_in_and_nothing_else() {
    let book = Book::of_one().closed(1, at(1, 0), 100_000_000);
    let mut table = Table::default();
    table.refresh(&book, MONDAY, at(1, 5), 10_000);
    let mut refreshed = |day: i64| {
        let before = table.texts();
        let written = table.refresh(&book, MONDAY + 10_000, at(day, 0), 10_000);
        assert_eq!(table.texts(), texts(&book.rows(at(day, 0))));
        let changed = table.texts().iter().filter(|text| !before.contains(text)).count();
        assert_eq!(written, changed, "what did not change is not written again");
        changed
    };
    assert_eq!(refreshed(1), 0, "the same day");
    assert_eq!(refreshed(2), 6, "week, month and all times, of the strategy and of all together");
    assert_eq!(refreshed(7), 6);
    assert_eq!(refreshed(8), 4, "the week is over");
    assert_eq!(refreshed(31), 4);
    assert_eq!(refreshed(40), 2, "the month is over, too");
    assert_eq!(refreshed(39), 2, "and back");
}
