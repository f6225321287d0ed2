//! What each UTC day earned, and who earned most.

use nailsage_domain::{ClosedTotals, PositionId, StrategyId, UnixMillis};
use nailsage_store::{DailyPnl, DailyQuery, LeaderboardQuery, OpenPosition, Order, PAGE_ROWS_MAX};

use crate::{dump::all, prelude::*};

cases! {
    day_is_that_of_the_exit_in_utc,
    day_counts_wins_and_losses_with_their_sums,
    days_of_all_strategies_are_the_sums_of_each,
    payment_is_no_profit_of_a_day,
    liquidation_counts_for_its_day,
    late_close_goes_to_its_own_day,
    sums_of_any_size_are_told_to_the_millionth,
    several_closes_of_one_command_are_all_counted,
    days_join_in_both_orders_and_within_a_range,
    leaderboard_is_by_what_was_earned_then_by_id,
    leaderboard_of_some_days_leaves_out_who_ended_nothing,
    leaderboard_is_as_long_as_asked_for,
}

/// From the beginning of the samples to the next midnight in UTC.
const TO_MIDNIGHT_MS: i64 = 6_400_000;
const DAY_MS: i64 = 86_400_000;
const USDT: i128 = 1_000_000;

/// A moment of a day after the beginning; day 0 is the one that the samples begin in.
fn on(day: i64, millis: i64) -> UnixMillis {
    at(TO_MIDNIGHT_MS + (day - 1) * DAY_MS + millis)
}

async fn days(f: &Fixture, query: DailyQuery) -> Vec<DailyPnl> {
    all(|after| f.store().daily_pnl(DailyQuery { after, ..query.clone() })).await
}

/// Days with what they earned in whole USDT.
async fn earned(f: &Fixture, query: DailyQuery) -> Vec<(UnixMillis, i128)> {
    days(f, query).await.iter().map(|day| (day.day_start, day.closed.realized_micros / USDT)).collect()
}

/// Opens and closes a position that earns so many USDT.
async fn earn(f: &Fixture, strategy: StrategyId, when: UnixMillis, usdt: i64) {
    let id = f.open(at(0), long(strategy, "100")).await.position_id;
    f.close(when, close(id, &format!("{}", 100.0 + usdt as f64 / 10.0))).await;
}

async fn day_is_that_of_the_exit_in_utc(f: &Fixture) {
    let bot = f.strategy("bot").await;
    assert_eq!(days(f, DailyQuery::default()).await, []);
    earn(f, bot, on(1, -1), 10).await;
    earn(f, bot, on(1, 0), 20).await;
    earn(f, bot, on(1, DAY_MS - 1), 30).await;
    earn(f, bot, on(3, 0), -40).await;
    let expected = [(on(0, 0), 10), (on(1, 0), 50), (on(3, 0), -40)];
    assert_eq!(earned(f, DailyQuery::default()).await, expected, "a day without an exit has no row");
}

async fn day_counts_wins_and_losses_with_their_sums(f: &Fixture) {
    let bot = f.strategy("bot").await;
    for usdt in [30, -10, 0, 5] {
        earn(f, bot, on(1, 5), usdt).await;
    }
    let closed = ClosedTotals {
        num_closed: 4,
        num_wins: 2,
        num_losses: 2,
        realized_micros: 25 * USDT,
        win_micros: 35 * USDT,
        loss_micros: -10 * USDT,
    };
    let expected = [DailyPnl { day_start: on(1, 0), closed }];
    assert_eq!(days(f, DailyQuery::default()).await, expected, "nothing earned is a loss");
    assert_eq!((closed.win_rate_pct(), closed.profit_factor()), (Some(50.0), Some(3.5)));
}

async fn days_of_all_strategies_are_the_sums_of_each(f: &Fixture) {
    let (a, b) = (f.strategy("a").await, f.strategy("b").await);
    for (strategy, day, usdt) in [(a, 1, 10), (b, 1, -4), (b, 2, 7), (a, 1, 1)] {
        earn(f, strategy, on(day, 0), usdt).await;
    }
    let of = |strategy_id| DailyQuery { strategy_id: Some(strategy_id), ..DailyQuery::default() };
    assert_eq!(earned(f, of(a)).await, [(on(1, 0), 11)]);
    assert_eq!(earned(f, of(b)).await, [(on(1, 0), -4), (on(2, 0), 7)]);
    assert_eq!(earned(f, DailyQuery::default()).await, [(on(1, 0), 7), (on(2, 0), 7)]);
    let nobody = StrategyId::new(9).expect("above 0");
    assert_eq!(earned(f, of(nobody)).await, []);
}

async fn payment_is_no_profit_of_a_day(f: &Fixture) {
    let bot = f.strategy("bot").await;
    f.adjust(on(1, 0), deposit(bot, "500")).await;
    f.adjust(on(1, 0), withdraw(bot, "100")).await;
    f.open(on(1, 1), OpenPosition { fees: cost("3"), ..long(bot, "100") }).await;
    assert_eq!(days(f, DailyQuery::default()).await, []);
}

async fn liquidation_counts_for_its_day(f: &Fixture) {
    let bot = f.strategy("bot").await;
    f.open(at(0), long(bot, "100")).await;
    f.liquidate(on(2, 0), liquidate(PositionId::FIRST, "50")).await;
    assert_eq!(earned(f, DailyQuery::default()).await, [(on(2, 0), -500)]);
}

async fn late_close_goes_to_its_own_day(f: &Fixture) {
    let bot = f.strategy("bot").await;
    earn(f, bot, on(3, 0), 1).await;
    earn(f, bot, on(1, 0), 2).await;
    earn(f, bot, on(3, 1), 4).await;
    assert_eq!(earned(f, DailyQuery::default()).await, [(on(1, 0), 2), (on(3, 0), 5)]);
}

/// Two strategies win and lose so much on one day that either sum has more than 64 bits of millionths.
async fn sums_of_any_size_are_told_to_the_millionth(f: &Fixture) {
    let mut expected = ClosedTotals::default();
    let mut next = PositionId::FIRST;
    for name in ["a", "b"] {
        let bot = f.strategy(name).await;
        for _ in 0..6 {
            let mut actions = Vec::new();
            for _ in 0..100 {
                for side in [Side::Long, Side::Short] {
                    actions.push(OpenPosition { size: size("8000000000"), side, ..long(bot, "100") }.into());
                    actions.push(close(next, "200").into());
                    let pnl = usdt(if side == Side::Long { "8000000000" } else { "-8000000000" });
                    expected.add(pnl);
                    next = next.next().expect("there are more ids");
                }
            }
            f.run(Command::of(on(1, 0), actions)).await;
        }
    }
    assert!(expected.win_micros > i128::from(i64::MAX) && expected.loss_micros < i128::from(i64::MIN));
    assert_eq!(days(f, DailyQuery::default()).await, [DailyPnl { day_start: on(1, 0), closed: expected }]);
    assert_eq!(board(f, LeaderboardQuery::default()).await, [(1, 0), (2, 0)]);
}

async fn several_closes_of_one_command_are_all_counted(f: &Fixture) {
    let (a, b) = (f.strategy("a").await, f.strategy("b").await);
    for strategy in [a, a, b] {
        f.open(at(0), long(strategy, "100")).await;
    }
    let ids = [1, 2, 3].map(|id| PositionId::new(id).expect("above 0"));
    f.run(Command::of(on(1, 0), ids.map(|id| close(id, "101").into()).to_vec())).await;
    let totals = days(f, DailyQuery::default()).await;
    assert_eq!((totals.len(), totals[0].closed.num_closed, totals[0].closed.realized_micros), (1, 3, 30 * USDT));
}

async fn days_join_in_both_orders_and_within_a_range(f: &Fixture) {
    let (a, b) = (f.strategy("a").await, f.strategy("b").await);
    for day in 1..=6 {
        earn(f, a, on(day, 0), day).await;
        earn(f, b, on(day, 0), 0).await;
    }
    for strategy_id in [None, Some(a)] {
        for order in [Order::Ascending, Order::Descending] {
            for limit in [1, 2, 3, PAGE_ROWS_MAX] {
                let query = DailyQuery { strategy_id, order, limit, ..DailyQuery::default() };
                let mut expected: Vec<_> = (1..=6).map(|day| (on(day, 0), i128::from(day))).collect();
                let some = DailyQuery { since: Some(on(2, 0)), until: Some(on(5, 0)), ..query.clone() };
                let mut middle = expected[1..4].to_vec();
                if order == Order::Descending {
                    expected.reverse();
                    middle.reverse();
                }
                assert_eq!(earned(f, query).await, expected);
                assert_eq!(earned(f, some).await, middle);
            }
        }
    }
    // A day that has begun already is not in the range.
    let late = DailyQuery { since: Some(on(6, 1)), ..DailyQuery::default() };
    assert_eq!(earned(f, late).await, []);
    let page = f.store().daily_pnl(DailyQuery { limit: 6, ..DailyQuery::default() }).await.expect("days can be read");
    assert_eq!(page.next, None, "a page that ends with the rows is the last");
}

async fn board(f: &Fixture, query: LeaderboardQuery) -> Vec<(i64, i128)> {
    let rows = f.store().leaderboard(query).await.expect("a leaderboard can be read");
    rows.iter().map(|row| (row.strategy_id.get(), row.closed.realized_micros / USDT)).collect()
}

async fn leaderboard_is_by_what_was_earned_then_by_id(f: &Fixture) {
    let bots = [f.strategy("a").await, f.strategy("b").await, f.strategy("c").await, f.strategy("d").await];
    for (bot, day, usdt) in [(0, 1, -5), (1, 1, 10), (3, 1, 4), (3, 2, 6), (0, 2, 1)] {
        earn(f, bots[bot], on(day, 0), usdt).await;
    }
    assert_eq!(board(f, LeaderboardQuery::default()).await, [(2, 10), (4, 10), (1, -4)]);
}

async fn leaderboard_of_some_days_leaves_out_who_ended_nothing(f: &Fixture) {
    let (a, b) = (f.strategy("a").await, f.strategy("b").await);
    for (bot, day, usdt) in [(a, 1, 3), (b, 2, 5), (a, 3, 1), (b, 4, 9)] {
        earn(f, bot, on(day, 0), usdt).await;
    }
    let within = |since, until| LeaderboardQuery { since, until, ..LeaderboardQuery::default() };
    assert_eq!(board(f, within(None, Some(on(2, 0)))).await, [(1, 3)]);
    assert_eq!(board(f, within(Some(on(2, 0)), Some(on(4, 0)))).await, [(2, 5), (1, 1)]);
    assert_eq!(board(f, within(Some(on(2, 1)), None)).await, [(2, 9), (1, 1)]);
    assert_eq!(board(f, within(Some(on(5, 0)), None)).await, []);
}

async fn leaderboard_is_as_long_as_asked_for(f: &Fixture) {
    for name in ["a", "b", "c"] {
        let bot = f.strategy(name).await;
        earn(f, bot, on(1, 0), bot.get()).await;
    }
    let top = |limit| LeaderboardQuery { limit, ..LeaderboardQuery::default() };
    assert_eq!(board(f, top(2)).await, [(3, 3), (2, 2)]);
    assert_eq!(board(f, top(0)).await.len(), 1, "a limit is brought inside its range");
    assert_eq!(board(f, top(u32::MAX)).await.len(), 3);
}
