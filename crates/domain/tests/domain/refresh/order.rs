//! What a refresh takes, and what it refuses: an entry that was refused was not taken.

use nailsage_domain::{
    LedgerEntry, LedgerKind, OutOfRange, StrategyId,
    Timeframe::{AllTime, Daily, Monthly, Weekly},
    Usdt,
    metrics::{MetricsRefresh, RefreshError},
};

use super::book::{Book, at, id, texts};

fn finished(refresh: &MetricsRefresh) -> Vec<String> {
    texts(&refresh.clone().finish())
}

fn observed(book: &Book) -> MetricsRefresh {
    let mut refresh = MetricsRefresh::new(at(0, 0), None);
    book.ordered().into_iter().for_each(|entry| refresh.observe(entry).unwrap());
    refresh
}

#[test]
fn rows_come_all_together_first_then_by_strategy_and_from_long_periods_to_short_ones() {
    let book = Book::of_one()
        .registered(2, at(0, 1), 1_000_000)
        .closed(1, at(35, 0), 1)
        .closed(1, at(36, 0), 1)
        .closed(2, at(36, 0), 1);
    let rows: Vec<_> = book
        .rows(at(36, 0))
        .iter()
        .map(|row| (row.strategy_id.map_or(0, StrategyId::get), row.period.timeframe))
        .collect();
    let long = [AllTime, Monthly, Monthly, Weekly, Weekly];
    let expected: Vec<_> = [(0, 3), (1, 3), (2, 2)]
        .into_iter()
        .flat_map(|(subject, days)| {
            long.into_iter().chain(vec![Daily; days]).map(move |timeframe| (subject, timeframe))
        })
        .collect();
    assert_eq!(rows, expected);
    let starts: Vec<_> = book.rows(at(36, 0)).iter().map(|row| (row.strategy_id, row.period)).collect();
    for pair in starts.windows(2).filter(|pair| pair[0].0 == pair[1].0 && pair[0].1.timeframe == pair[1].1.timeframe) {
        assert!(pair[0].1.start_ms < pair[1].1.start_ms);
    }
}

#[test]
fn an_entry_out_of_order_is_refused_and_not_taken() {
    let book = Book::of_one().closed(1, at(3, 5), 1_000);
    let mut refresh = observed(&book);
    let before = finished(&refresh);
    for entry in &book.entries {
        let error = refresh.observe(entry).unwrap_err();
        assert_eq!(error, RefreshError::OutOfOrder { strategy_id: id(1), seq: entry.seq });
    }
    assert_eq!(finished(&refresh), before);
}

#[test]
fn a_day_that_was_finished_takes_no_more_entries() {
    let book = Book::of_one();
    let rows = book.rows(at(0, 5));
    let mut refresh = MetricsRefresh::new(at(0, 5), None);
    for row in rows {
        if let Some(sums) = row.running_sums {
            refresh.resume(row.strategy_id, &sums).unwrap();
        }
    }
    let before = finished(&refresh);
    let same_day = book.clone().closed(1, at(0, 6), 1_000);
    let error = refresh.observe(&same_day.entries[1]).unwrap_err();
    assert_eq!(error, RefreshError::OutOfOrder { strategy_id: id(1), seq: 2 });
    assert_eq!(finished(&refresh), before);
    let next_day = book.closed(1, at(1, 0), 1_000);
    assert_eq!(refresh.observe(&next_day.entries[1]), Ok(()));
}

#[test]
fn sums_that_do_not_fit_are_refused() {
    let book = Book::of_one();
    let rows = book.rows(at(0, 5));
    let sums = |strategy: Option<i64>| {
        rows.iter().find(|row| row.strategy_id == strategy.map(id) && row.running_sums.is_some()).unwrap().running_sums
    };
    let (all, one) = (sums(None).unwrap(), sums(Some(1)).unwrap());
    let mut refresh = MetricsRefresh::new(at(0, 5), None);
    assert_eq!(refresh.resume(None, &one), Err(RefreshError::SumsDoNotFit), "those of a strategy");
    assert_eq!(refresh.resume(Some(id(1)), &all), Err(RefreshError::SumsDoNotFit), "those of all together");
    refresh.resume(Some(id(1)), &one).unwrap();
    assert_eq!(refresh.resume(Some(id(1)), &one), Err(RefreshError::SumsDoNotFit), "twice");
    let later = book.closed(1, at(1, 0), 1_000);
    assert_eq!(refresh.observe(&later.entries[1]), Err(RefreshError::SumsDoNotFit), "without all together");
    refresh.resume(None, &all).unwrap();
    refresh.observe(&later.entries[1]).unwrap();
    assert_eq!(refresh.resume(Some(id(2)), &one), Err(RefreshError::SumsDoNotFit), "after an entry");
}

#[test]
fn a_sum_beyond_64_bits_is_refused_and_not_taken() {
    let mut refresh = MetricsRefresh::new(at(0, 0), None);
    let mut refused = None;
    // No book writes such a ledger: each balance begins at nothing again.
    let entry = |seq: i64| LedgerEntry {
        delta: Usdt::MAX,
        balance: Usdt::MAX,
        ..Book::of_one().closed(1, at(0, seq), 1).entries[1].clone()
    };
    for seq in 1..2_000 {
        let before = refresh.clone();
        if let Err(error) = refresh.observe(&LedgerEntry { seq, ..entry(seq) }) {
            refused = Some((error, before));
            break;
        }
    }
    let (error, before) = refused.unwrap();
    assert_eq!(error, RefreshError::OutOfRange(OutOfRange));
    assert_eq!(finished(&refresh), finished(&before));
    let all = before.finish().remove(0).total_return_micros;
    assert!(all > i64::MAX - Usdt::MAX.micros());
}

#[test]
fn entries_that_move_no_money_may_be_left_out() {
    use LedgerKind::{Activate, Deactivate, Open, Register, Stops};
    let with = [Open, Stops, Deactivate, Register, Activate]
        .into_iter()
        .fold(Book::of_one(), |book, kind| book.write(1, kind, at(9, 0), 0, None));
    let (with, without) = (observed(&with), observed(&Book::of_one()));
    assert_eq!(finished(&with), finished(&without));
    assert_eq!(with.as_of(), at(0, 0));
}

#[test]
fn it_is_as_of_its_time_or_of_the_latest_entry_it_knows() {
    let book = Book::of_one().closed(1, at(3, 5), 1_000);
    assert_eq!(observed(&book).as_of(), at(3, 5));
    let mut later = MetricsRefresh::new(at(8, 0), None);
    assert_eq!(later.as_of(), at(8, 0));
    let mut resumed = MetricsRefresh::new(at(0, 0), None);
    for row in book.rows(at(0, 0)) {
        if let Some(sums) = row.running_sums.filter(|_| row.period.start_ms == at(3, 0).get()) {
            assert_eq!(sums.last_entry(), at(3, 5));
            resumed.resume(row.strategy_id, &sums).unwrap();
            later.resume(row.strategy_id, &sums).unwrap();
        }
    }
    assert_eq!((resumed.as_of(), later.as_of()), (at(3, 5), at(8, 0)));
}
