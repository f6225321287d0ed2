//! Metrics: what refreshing writes, and that refreshing what changed is refreshing everything. Whether the figures are
//! right is asked of independent libraries, in `tests/oracle`.

use nailsage_domain::{StrategyId, Timeframe, UnixMillis, metrics::PeriodMetrics};
use nailsage_store::{MetricRow, MetricsOf, MetricsQuery, Order, RefreshMetrics, RegisterStrategy, SignalRecorded, TakeSnapshot};

use crate::{dump::all, prelude::*};

cases! {
    refreshed_rows_are_what_the_ledger_says,
    global_rows_are_of_all_strategies_together,
    refreshing_what_changed_equals_refreshing_everything,
    late_entry_is_worked_in,
    refreshing_again_changes_nothing_but_the_time,
    complete_days_alone_change_the_sharpe_ratio,
    row_keeps_its_id_and_its_first_time,
    empty_book_has_no_metrics,
    top_up_is_no_profit_in_any_period,
    refresh_is_a_command_of_its_own,
    metrics_are_read_by_strategy_timeframe_and_period,
    pages_of_metrics_join_in_both_orders,
    book_tells_what_the_metrics_lack,
    metrics_survive_a_restart,
    more_entries_than_one_command_takes_are_taken_day_by_day,
}

/// In minutes.
const DAY: i64 = 24 * 60;

/// So many minutes after the beginning.
fn minute(minutes: i64) -> UnixMillis {
    at(minutes * 60_000)
}

async fn refresh(f: &Fixture, minutes: i64) {
    let refreshed = f.refresh(minute(minutes), RefreshMetrics {}).await;
    assert_eq!(refreshed.left_from, None, "a few entries are taken at once");
}

/// Opens and closes a position of 1,000 USDT that earns this many USDT before fees, of which there are none.
async fn earn(f: &Fixture, strategy: StrategyId, minutes: i64, usdt: i64) {
    let opened = f.open(minute(minutes - 1), OpenPosition { size: size("1000"), ..long(strategy, "1000") }).await;
    f.close(minute(minutes), close(opened.position_id, &(1_000 + usdt).to_string())).await;
}

async fn rows(f: &Fixture, of: MetricsOf, timeframe: Timeframe) -> Vec<MetricRow> {
    all(|after| f.store().metrics(MetricsQuery { after, ..MetricsQuery::of(of, timeframe) })).await
}

async fn all_time(f: &Fixture, of: MetricsOf) -> PeriodMetrics {
    let mut rows = rows(f, of, Timeframe::AllTime).await;
    assert_eq!(rows.len(), 1, "{rows:?}");
    rows.remove(0).metrics
}

async fn refreshed_rows_are_what_the_ledger_says(f: &Fixture) {
    let bot = f.strategy("bot").await;
    earn(f, bot, 10, 100).await;
    earn(f, bot, 20, -50).await;
    earn(f, bot, 10 + DAY, 0).await;
    refresh(f, 2 * DAY).await;
    let metrics = all_time(f, MetricsOf::Strategy(bot)).await;
    assert_eq!((metrics.num_trades, metrics.num_wins, metrics.num_losses), (3, 1, 2));
    assert_eq!(metrics.total_return_micros, 50_000_000);
    assert_eq!((metrics.avg_win, metrics.avg_loss), (Some(usdt("100")), Some(usdt("-25"))));
    assert_eq!((metrics.largest_win, metrics.largest_loss), (Some(usdt("100")), Some(usdt("-50"))));
    assert_eq!((metrics.profit_factor, metrics.avg_position_duration_minutes), (Some(2.0), Some(1.0)));
    assert_eq!(metrics.max_drawdown_micros, 50_000_000);
    let growth = 1.01 * (10_050.0 / 10_100.0);
    assert!((metrics.total_return_pct.expect("there is capital") - (growth - 1.0) * 100.0).abs() < 1e-9);
    let days = rows(f, MetricsOf::Strategy(bot), Timeframe::Daily).await;
    let found: Vec<_> = days.iter().map(|row| (row.metrics.period.start_ms, row.metrics.num_trades)).collect();
    let first_day = minute(0).utc_day() * 86_400_000;
    assert_eq!(found, [(first_day, 2), (first_day + 86_400_000, 1)]);
    assert!(days.iter().all(|row| row.metrics.running_sums.is_some()));
    assert_eq!(rows(f, MetricsOf::Strategy(bot), Timeframe::Weekly).await.len(), 1);
    assert!(!rows(f, MetricsOf::Strategy(bot), Timeframe::Monthly).await.is_empty());
}

async fn global_rows_are_of_all_strategies_together(f: &Fixture) {
    let (a, b) = (f.strategy("a").await, f.strategy_with("b", "30000").await);
    earn(f, a, 10, 100).await;
    earn(f, b, 20, -401).await;
    refresh(f, 30).await;
    let metrics = all_time(f, MetricsOf::All).await;
    assert_eq!((metrics.strategy_id, metrics.num_trades), (None, 2));
    assert_eq!(metrics.total_return_micros, -301_000_000);
    let growth = (40_100.0 / 40_000.0) * (39_699.0 / 40_100.0);
    assert!((metrics.total_return_pct.expect("there is capital") - (growth - 1.0) * 100.0).abs() < 1e-9);
    assert_eq!(rows(f, MetricsOf::Everyone, Timeframe::AllTime).await.len(), 3);
}

/// A book's story of a few weeks; refreshed after every step, or only at the end.
async fn story(f: &Fixture, is_refreshed: bool) {
    let steps = [
        (DAY, "a", 120),
        (DAY, "b", -300),
        (2 * DAY, "a", -20),
        (5 * DAY, "b", 0),
        (9 * DAY, "a", 250),
        // Late, by days and weeks.
        (3 * DAY, "a", -70),
        (DAY + 30, "b", 10),
        (40 * DAY, "b", 500),
        (40 * DAY, "a", -900),
    ];
    let bots = [f.strategy("a").await, f.strategy("b").await];
    let mut latest = 0;
    for (minutes, name, earned) in steps {
        let bot = bots[usize::from(name == "b")];
        earn(f, bot, minutes + 5, earned).await;
        latest = latest.max(minutes);
        if is_refreshed {
            refresh(f, latest + 10).await;
        }
        f.adjust(minute(minutes + 6), deposit(bot, "77.5")).await;
    }
    f.register(minute(4 * DAY), register("late")).await;
    refresh(f, 41 * DAY).await;
    refresh(f, 45 * DAY).await;
}

async fn refreshing_what_changed_equals_refreshing_everything(f: &Fixture) {
    story(f, true).await;
    let found = f.dump().await.metrics;
    // The same, all at once, on a book of its own beside it.
    let other = nailsage_store::MemoryStore::with_clock(f.clock.clone());
    let once = Fixture::over(std::sync::Arc::new(other), f.clock.clone());
    story(&once, false).await;
    let expected = once.dump().await.metrics;
    let figures = |rows: &[MetricRow]| {
        let mut rows: Vec<_> = rows.iter().map(|row| row.metrics.clone()).collect();
        rows.sort_by_key(|it| (it.strategy_id, it.period.timeframe.as_str(), it.period.start_ms));
        rows
    };
    for (ours, theirs) in figures(&found).iter().zip(&figures(&expected)) {
        assert_eq!(ours, theirs);
    }
    assert_eq!(found.len(), expected.len());
}

async fn late_entry_is_worked_in(f: &Fixture) {
    let bot = f.strategy("bot").await;
    earn(f, bot, 5 * DAY, 100).await;
    refresh(f, 6 * DAY).await;
    earn(f, bot, 2 * DAY, -40).await;
    refresh(f, 6 * DAY).await;
    let metrics = all_time(f, MetricsOf::Strategy(bot)).await;
    assert_eq!((metrics.num_trades, metrics.total_return_micros), (2, 60_000_000));
    assert_eq!(metrics.max_drawdown_micros, 40_000_000, "it was lost before the other was earned");
    assert_eq!(rows(f, MetricsOf::Strategy(bot), Timeframe::Daily).await.len(), 3, "registered, late and later");
}

async fn refreshing_again_changes_nothing_but_the_time(f: &Fixture) {
    let bot = f.strategy("bot").await;
    earn(f, bot, 10, 100).await;
    refresh(f, 20).await;
    let before = f.dump().await.metrics;
    f.clock.set(stamp(60_000));
    let again = f.refresh(minute(30), RefreshMetrics {}).await;
    assert_eq!((again.num_entries, again.num_rows), (0, 0));
    assert_eq!(f.dump().await.metrics, before);
}

async fn complete_days_alone_change_the_sharpe_ratio(f: &Fixture) {
    let bot = f.strategy("bot").await;
    earn(f, bot, 10, 100).await;
    earn(f, bot, 10 + DAY, 50).await;
    refresh(f, 20 + DAY).await;
    assert_eq!(all_time(f, MetricsOf::Strategy(bot)).await.sharpe_ratio, None, "one day is complete");
    refresh(f, 2 * DAY).await;
    let two_days = all_time(f, MetricsOf::Strategy(bot)).await.sharpe_ratio.expect("two days are complete");
    refresh(f, 3 * DAY).await;
    let three_days = all_time(f, MetricsOf::Strategy(bot)).await.sharpe_ratio.expect("three days are complete");
    let expected = |returns: &[f64]| {
        let count = returns.len() as f64;
        let mean = returns.iter().sum::<f64>() / count;
        let variance = returns.iter().map(|it| (it - mean).powi(2)).sum::<f64>() / (count - 1.0);
        mean / variance.sqrt() * 365_f64.sqrt()
    };
    let second = 50.0 / 10_100.0;
    assert!((two_days - expected(&[0.01, second])).abs() < 1e-9);
    assert!((three_days - expected(&[0.01, second, 0.0])).abs() < 1e-9);
}

async fn row_keeps_its_id_and_its_first_time(f: &Fixture) {
    let bot = f.strategy("bot").await;
    refresh(f, 5).await;
    let before = f.dump().await.metrics;
    f.clock.set(stamp(60_000));
    earn(f, bot, 10, 100).await;
    refresh(f, 20).await;
    let after = f.dump().await.metrics;
    let ids = |rows: &[MetricRow]| rows.iter().map(|row| (row.id, row.created_at, row.place())).collect::<Vec<_>>();
    assert_eq!(ids(&after), ids(&before));
    assert!(after.iter().zip(&before).all(|(new, old)| new.updated_at > old.updated_at));
}

async fn empty_book_has_no_metrics(f: &Fixture) {
    let refreshed = f.refresh(minute(0), RefreshMetrics {}).await;
    assert_eq!((refreshed.num_entries, refreshed.num_rows, refreshed.as_of), (0, 0, minute(0)));
    assert_eq!(f.dump().await.metrics, []);
}

async fn top_up_is_no_profit_in_any_period(f: &Fixture) {
    let bot = f.strategy("bot").await;
    let opened = f.open(minute(1), OpenPosition { size: size("10000"), ..long(bot, "100") }).await.position_id;
    f.close(minute(DAY), close(opened, "50")).await;
    refresh(f, 3 * DAY).await;
    let before = all_time(f, MetricsOf::Strategy(bot)).await;
    f.adjust(minute(DAY + 1), set_to(bot, "10000")).await;
    refresh(f, 3 * DAY).await;
    let after = all_time(f, MetricsOf::Strategy(bot)).await;
    assert_eq!(after, before, "the top-up moves nothing");
    assert_eq!((after.total_return_pct, after.max_drawdown_pct.to_string()), (Some(-50.0), "50".to_owned()));
}

async fn refresh_is_a_command_of_its_own(f: &Fixture) {
    let bot = f.strategy("bot").await;
    let two = vec![RefreshMetrics {}.into(), TakeSnapshot {}.into()];
    assert_eq!(f.refused(Command::of(minute(0), two)).await.refusal, Refusal::RefreshIsAlone);
    let in_signal = RecordSignal { then: vec![RefreshMetrics {}.into()], ..signal(bot) };
    let recorded: SignalRecorded = f.signal(minute(0), in_signal).await;
    assert_eq!(recorded.refused.map(|it| it.refusal), Some(Refusal::RefreshIsAlone));
}

async fn starts(f: &Fixture, query: MetricsQuery) -> Vec<(i64, Option<i64>)> {
    let day_zero = minute(0).utc_day();
    let page = f.store().metrics(query).await.expect("metrics can be read");
    let place = |row: &MetricRow| {
        (row.metrics.period.start_ms / 86_400_000 - day_zero, row.metrics.strategy_id.map(StrategyId::get))
    };
    page.items.iter().map(place).collect()
}

async fn metrics_are_read_by_strategy_timeframe_and_period(f: &Fixture) {
    let (a, b) = (f.strategy("a").await, f.strategy("b").await);
    for day in 1..4 {
        earn(f, a, day * DAY, 10).await;
    }
    earn(f, b, 2 * DAY, 10).await;
    refresh(f, 10 * DAY).await;
    let daily = |of| MetricsQuery::of(of, Timeframe::Daily);
    assert_eq!(starts(f, daily(MetricsOf::Strategy(b))).await, [(0, Some(2)), (2, Some(2))]);
    assert_eq!(starts(f, daily(MetricsOf::All)).await, [0, 1, 2, 3].map(|day| (day, None)));
    let midnight = |day: i64| UnixMillis::new((minute(0).utc_day() + day) * 86_400_000).expect("a plausible time");
    let within = MetricsQuery { since: Some(midnight(1)), until: Some(midnight(3)), ..daily(MetricsOf::Everyone) };
    assert_eq!(starts(f, within).await, [(1, None), (1, Some(1)), (2, None), (2, Some(1)), (2, Some(2))]);
    let newest = MetricsQuery { limit: 2, order: Order::Descending, ..daily(MetricsOf::Everyone) };
    assert_eq!(starts(f, newest).await, [(3, Some(1)), (3, None)]);
    let nobody = StrategyId::new(99).expect("above 0");
    assert_eq!(starts(f, daily(MetricsOf::Strategy(nobody))).await, []);
}

async fn pages_of_metrics_join_in_both_orders(f: &Fixture) {
    story(f, false).await;
    for timeframe in [Timeframe::Daily, Timeframe::Weekly, Timeframe::Monthly, Timeframe::AllTime] {
        for of in [MetricsOf::Everyone, MetricsOf::All, MetricsOf::Strategy(StrategyId::FIRST)] {
            let mut expected = rows(f, of, timeframe).await;
            assert!(!expected.is_empty());
            for order in [Order::Ascending, Order::Descending] {
                for limit in [1, 2, 3] {
                    let query = |after| MetricsQuery { after, limit, order, ..MetricsQuery::of(of, timeframe) };
                    let joined = all(|after| f.store().metrics(query(after))).await;
                    assert_eq!(joined, expected, "{timeframe} of {of:?}, {order:?} by {limit}");
                }
                expected.reverse();
            }
        }
    }
}

async fn book_tells_what_the_metrics_lack(f: &Fixture) {
    let lacks = async || {
        let book = f.store().book().await.expect("the book's state can be read");
        (book.metrics_from, book.metrics_at)
    };
    assert_eq!(lacks().await, (None, None));
    let bot = f.strategy("bot").await;
    assert_eq!(lacks().await, (Some(minute(0)), None));
    refresh(f, 5).await;
    assert_eq!(lacks().await, (None, Some(minute(5))));
    let position = f.open(minute(9), long(bot, "100")).await.position_id;
    assert_eq!(lacks().await, (None, Some(minute(5))), "opening realizes nothing");
    let with_model = RegisterStrategy { model_id: Some(value("m1")), ..register("bot") };
    f.register(minute(1), with_model).await;
    f.run(Command::of(minute(9), vec![deactivate(bot).into(), activate(bot).into()])).await;
    assert_eq!(lacks().await, (None, Some(minute(5))), "nor does registering again");
    f.close(minute(20), close(position, "100")).await;
    f.adjust(minute(15), deposit(bot, "1")).await;
    assert_eq!(lacks().await, (Some(minute(15)), Some(minute(5))), "the earliest");
    f.refuses(minute(1), withdraw(bot, "99999")).await;
    assert_eq!(lacks().await.0, Some(minute(15)));
}

async fn metrics_survive_a_restart(f: &Fixture) {
    story(f, false).await;
    let before = f.dump().await.metrics;
    f.restart().await;
    assert_eq!(f.dump().await.metrics, before);
    earn(f, StrategyId::FIRST, 46 * DAY, 5).await;
    refresh(f, 47 * DAY).await;
    let metrics = all_time(f, MetricsOf::Strategy(StrategyId::FIRST)).await;
    assert_eq!(metrics.num_trades, 6);
}

async fn more_entries_than_one_command_takes_are_taken_day_by_day(f: &Fixture) {
    let bot = f.strategy("bot").await;
    // Two days of more entries together than are taken at once, so that the second day is left for the next command.
    let deposits = |minutes: i64| Command::of(minute(minutes), vec![deposit(bot, "0.01").into(); 1_000]);
    for batch in 0..11 {
        f.run(deposits(DAY + batch)).await;
        f.run(deposits(3 * DAY + batch)).await;
    }
    let first = f.refresh(minute(4 * DAY), RefreshMetrics {}).await;
    assert_eq!(first.num_entries, 11_001, "with the one that began the strategy");
    let left_from = first.left_from.expect("a day is left");
    assert_eq!(left_from.get(), (minute(0).utc_day() + 3) * 86_400_000, "from its start");
    let second = f.refresh(minute(4 * DAY), RefreshMetrics {}).await;
    assert_eq!((second.num_entries, second.left_from), (11_000, None));
    assert_eq!(rows(f, MetricsOf::Strategy(bot), Timeframe::Daily).await.len(), 3);
}
