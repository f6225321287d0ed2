//! Refreshing metrics while others work, in pieces, and after an end in between: the figures are those of one refresh at the
//! end.

use nailsage_domain::{StrategyId, Timeframe, UnixMillis, metrics::PeriodMetrics};
use nailsage_store::{Done, MemoryStore, MetricsOf, MetricsQuery, MetricsRefreshed, RefreshMetrics, StoreExt as _};

use crate::{dump::all, fixture::done, prelude::*};

cases! {
    two_stores_refreshing_at_once_write_what_one_would,
    long_refresh_goes_on_where_it_stopped,
    other_commands_are_written_between_the_pieces_of_a_refresh,
    older_trades_can_be_imported,
}

/// In minutes.
const DAY: i64 = 24 * 60;

/// Entries of a day, so many that two days are more than one command takes.
const MANY_A_DAY: i64 = 10_500;

fn minute(minutes: i64) -> UnixMillis {
    at(minutes * 60_000)
}

/// What the metrics of a book say, whatever their ids and stamps.
async fn figures(f: &Fixture) -> Vec<PeriodMetrics> {
    let mut figures: Vec<_> = f.dump().await.metrics.into_iter().map(|row| row.metrics).collect();
    figures.sort_by_key(|it| (it.strategy_id, it.period.timeframe.as_str(), it.period.start_ms));
    figures
}

/// Fails unless the metrics are what one refresh at this time says in another book with the same ledgers.
async fn assert_as_if_refreshed_once<F>(f: &Fixture, minutes: i64, write: impl FnOnce(Fixture) -> F)
where
    F: Future<Output = Fixture>,
{
    let other = write(Fixture::over(std::sync::Arc::new(MemoryStore::with_clock(f.clock.clone())), f.clock.clone())).await;
    while refresh(&other, minutes).await.left_from.is_some() {}
    let (found, expected) = (figures(f).await, figures(&other).await);
    for (found, expected) in found.iter().zip(&expected) {
        assert_eq!(found, expected);
    }
    assert_eq!(found.len(), expected.len());
}

async fn refresh(f: &Fixture, minutes: i64) -> MetricsRefreshed {
    f.refresh(minute(minutes), RefreshMetrics {}).await
}

async fn earn(f: &Fixture, strategy: StrategyId, minutes: i64, usdt: i64) {
    let opened = f.open(minute(minutes - 1), OpenPosition { size: size("1000"), ..long(strategy, "1000") }).await;
    f.close(minute(minutes), close(opened.position_id, &(1_000 + usdt).to_string())).await;
}

/// Two days of many entries each, and a trade on both.
async fn write_many(f: &Fixture) {
    let bot = f.strategy("bot").await;
    for day in [1, 3] {
        for batch in 0..MANY_A_DAY / 500 {
            f.run(Command::of(minute(day * DAY + batch), vec![deposit(bot, "0.01").into(); 500])).await;
        }
        earn(f, bot, day * DAY + 100, 100).await;
    }
}

async fn two_stores_refreshing_at_once_write_what_one_would(f: &Fixture) {
    async fn write(f: &Fixture, bots: [StrategyId; 2], round: i64) {
        for bot in bots {
            // Every other one is late.
            let day = if round % 2 == 0 { round } else { round - 5 };
            earn(f, bot, (10 + day) * DAY, 10 * round - 30).await;
        }
    }
    let bots = [f.strategy("a").await, f.strategy("b").await];
    let second = f.second().await;
    for round in 0..6 {
        write(f, bots, round).await;
        let stores = [f.store(), second.clone()];
        let refreshing = stores.map(|store| async move {
            for _ in 0..3 {
                store.refresh_metrics(minute(20 * DAY)).await.expect("both may refresh");
            }
        });
        all_at_once(refreshing).await;
    }
    assert_as_if_refreshed_once(f, 20 * DAY, async |other| {
        let bots = [other.strategy("a").await, other.strategy("b").await];
        for round in 0..6 {
            write(&other, bots, round).await;
        }
        other
    })
    .await;
}

async fn long_refresh_goes_on_where_it_stopped(f: &Fixture) {
    write_many(f).await;
    let left_from = refresh(f, 5 * DAY).await.left_from.expect("a day is left");
    f.restart().await;
    let book = f.store().book().await.expect("the book's state can be read");
    assert_eq!(book.metrics_from, Some(left_from), "the book knows where");
    let rest = refresh(f, 5 * DAY).await;
    assert_eq!((rest.num_entries, rest.left_from), (MANY_A_DAY as u64 + 1, None), "nothing is done twice");
    assert_as_if_refreshed_once(f, 5 * DAY, async |other| {
        write_many(&other).await;
        other
    })
    .await;
}

/// Every other time is late: on the day that a refresh takes first.
fn deposited_at(number: i64) -> UnixMillis {
    let day = if number % 2 == 0 { 4 } else { 1 };
    minute(day * DAY + number)
}

async fn other_commands_are_written_between_the_pieces_of_a_refresh(f: &Fixture) {
    write_many(f).await;
    let writer = f.strategy("writer").await;
    let deposited = move |number| Command::new(deposited_at(number), deposit(writer, "1"));
    // Handed over together: the book is held for one piece only.
    let piece = || Command::new(minute(5 * DAY), RefreshMetrics {});
    let submitted = [piece(), deposited(0), piece(), deposited(1)].map(|command| f.submit(command));
    let (mut commits, mut pieces_left) = (Vec::new(), Vec::new());
    for pending in submitted {
        let outcome = done(pending).await;
        commits.push(outcome.commit_seq);
        if let Some(Done::RefreshMetrics(refreshed)) = outcome.results.first() {
            pieces_left.push(refreshed.left_from.is_some());
        }
    }
    assert_eq!(pieces_left, [true, false], "the first takes a part and leaves the rest");
    assert!(commits.is_sorted_by(|before, after| before < after), "{commits:?}");
    let second = f.second().await;
    let writing = tokio::spawn(async move {
        for number in 2..30 {
            done(second.submit(deposited(number), nailsage_store::DEFAULT_TIMEOUT)).await;
        }
    });
    for _ in 0..10 {
        refresh(f, 5 * DAY).await;
    }
    writing.await.expect("commands are written while metrics are refreshed");
    while refresh(f, 5 * DAY).await.left_from.is_some() {}
    assert_as_if_refreshed_once(f, 5 * DAY, async |other| {
        write_many(&other).await;
        let writer = other.strategy("writer").await;
        for number in 0..30 {
            other.adjust(deposited_at(number), deposit(writer, "1")).await;
        }
        other
    })
    .await;
}

async fn older_trades_can_be_imported(f: &Fixture) {
    let bot = f.register(minute(40 * DAY), register("bot")).await.strategy_id;
    refresh(f, 41 * DAY).await;
    earn(f, bot, DAY, 1_000).await;
    earn(f, bot, 3 * DAY, -550).await;
    refresh(f, 41 * DAY).await;
    for of in [MetricsOf::All, MetricsOf::Strategy(bot)] {
        let rows =
            all(|after| f.store().metrics(MetricsQuery { after, ..MetricsQuery::of(of, Timeframe::AllTime) })).await;
        let metrics = &rows[0].metrics;
        assert!((metrics.total_return_pct.expect("there is capital") - 4.5).abs() < 1e-9, "{metrics:?}");
        assert!((metrics.max_drawdown_pct - 5.0).abs() < 1e-9, "{metrics:?}");
        assert!(metrics.sharpe_ratio.is_some(), "days are counted from the first trade on");
    }
}
