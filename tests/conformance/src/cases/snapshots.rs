//! Snapshots: what all strategies and each of them had, in one consistent read, and the curves that they make.

use nailsage_domain::{StateSnapshot, StrategyId, StrategySnapshot, UnixMillis};
use nailsage_store::{
    CURVE_POINTS_MIN, CurveQuery, Order, RecordSnapshot, SnapshotQuery, TakeSnapshot, TimeCursor, refusal::RangedValue,
};

use crate::{dump::all, prelude::*};

cases! {
    equity_is_the_bankrolls_and_the_unrealized_pnl,
    allocated_is_the_size_of_open_positions_and_available_the_rest,
    realized_is_all_time_and_survives_withdrawals,
    every_strategy_is_in_it_active_or_not,
    each_strategy_has_a_snapshot_of_its_own,
    snapshot_sees_what_its_own_command_did_before,
    empty_book_has_an_empty_snapshot,
    snapshot_at_the_callers_time,
    snapshot_out_of_range_is_refused,
    recorded_snapshot_is_kept_as_it_is,
    recorded_snapshot_must_add_up,
    recorded_snapshot_has_no_strategies,
    latest_is_the_latest_by_time,
    range_ends_before_its_end,
    pages_join_in_both_orders_of_time,
    curve_of_few_snapshots_is_all_of_them,
    curve_of_many_snapshots_keeps_its_extremes,
    curve_of_a_strategy_holds_its_unrealized_pnl,
    curve_takes_a_top_up_for_no_recovery,
    repeated_snapshot_is_taken_once,
}

async fn taken(f: &Fixture, minute: i64) -> StateSnapshot {
    f.snapshot(at(minute), TakeSnapshot {}).await
}

async fn of_strategy(f: &Fixture, strategy: StrategyId) -> Vec<StrategySnapshot> {
    all(|after| f.store().strategy_snapshots(strategy, SnapshotQuery { after, ..SnapshotQuery::default() })).await
}

async fn equity_is_the_bankrolls_and_the_unrealized_pnl(f: &Fixture) {
    let (a, b) = (f.strategy("a").await, f.strategy("b").await);
    f.open(at(0), long(a, "100")).await;
    f.open(at(0), short(b, "100")).await;
    f.mark_market(at(1), mark_market(7, "105")).await;
    f.adjust(at(1), deposit(b, "0.000001")).await;
    let closed = f.open(at(1), long(a, "100")).await.position_id;
    f.close(at(2), close(closed, "101")).await;
    let snapshot = taken(f, 2).await;
    // 10,000 + 10 of realized P&L, 10,000.000001, and +50 -50 unrealized.
    assert_eq!(snapshot.total_equity, usdt("20010.000001"));
    assert_eq!(snapshot.total_unrealized_pnl, usdt("0"));
    assert_eq!(snapshot.total_realized_pnl, usdt("10"));
    f.mark_market(at(3), mark_market(7, "99")).await;
    assert_eq!(taken(f, 3).await.total_equity, usdt("20010.000001"), "one wins what the other loses");
    let single = f.open(at(3), OpenPosition { size: size("500"), ..long(a, "99") }).await.position_id;
    f.mark(at(4), mark(single, "98.01")).await;
    assert_eq!(taken(f, 4).await.total_unrealized_pnl, usdt("-5"));
}

async fn allocated_is_the_size_of_open_positions_and_available_the_rest(f: &Fixture) {
    let bot = f.strategy("bot").await;
    let first = f.open(at(0), OpenPosition { size: size("2500.5"), ..long(bot, "100") }).await.position_id;
    f.open(at(0), OpenPosition { size: size("9000"), ..short(bot, "100") }).await;
    f.mark_market(at(1), mark_market(7, "110")).await;
    let snapshot = taken(f, 1).await;
    assert_eq!(snapshot.allocated_capital, usdt("11500.5"), "by their sizes at entry, whatever they are marked at");
    assert_eq!(snapshot.available_capital, usdt("-1500.5"), "opening reserves nothing, so it may be negative");
    assert_eq!(snapshot.num_open_positions, 2);
    f.close(at(2), close(first, "100")).await;
    let snapshot = taken(f, 2).await;
    assert_eq!((snapshot.allocated_capital, snapshot.available_capital), (usdt("9000"), usdt("1000")));
    assert_eq!(snapshot.num_open_positions, 1);
}

async fn realized_is_all_time_and_survives_withdrawals(f: &Fixture) {
    let bot = f.strategy("bot").await;
    for fill in ["110", "95"] {
        let id = f.open(at(0), OpenPosition { size: size("1000"), ..long(bot, "100") }).await.position_id;
        f.close(at(1), close(id, fill)).await;
    }
    f.adjust(at(2), withdraw(bot, "10000")).await;
    let snapshot = taken(f, 3).await;
    assert_eq!((snapshot.total_realized_pnl, snapshot.total_equity), (usdt("50"), usdt("50")));
}

async fn every_strategy_is_in_it_active_or_not(f: &Fixture) {
    f.strategy("a").await;
    f.strategy("b").await;
    f.deactivate(at(1), deactivate(named("b"))).await;
    let snapshot = taken(f, 2).await;
    assert_eq!((snapshot.total_equity, snapshot.num_strategies_active), (usdt("20000"), 1));
}

async fn each_strategy_has_a_snapshot_of_its_own(f: &Fixture) {
    let (a, b) = (f.strategy("a").await, f.strategy_with("b", "500").await);
    f.open(at(0), OpenPosition { size: size("100"), ..short(b, "100") }).await;
    f.mark_market(at(1), mark_market(7, "90")).await;
    f.deactivate(at(1), deactivate(named("a"))).await;
    let snapshot = taken(f, 2).await;
    let expected = |strategy_id, sums: [&str; 5], num_open_positions, is_active| StrategySnapshot {
        snapshot_id: snapshot.id,
        strategy_id,
        equity: usdt(sums[0]),
        available_capital: usdt(sums[1]),
        allocated_capital: usdt(sums[2]),
        unrealized_pnl: usdt(sums[3]),
        realized_pnl: usdt(sums[4]),
        num_open_positions,
        is_active,
        timestamp: at(2),
        created_at: snapshot.created_at,
    };
    assert_eq!(of_strategy(f, a).await, [expected(a, ["10000", "10000", "0", "0", "0"], 0, false)]);
    assert_eq!(of_strategy(f, b).await, [expected(b, ["510", "400", "100", "10", "0"], 1, true)]);
}

async fn snapshot_sees_what_its_own_command_did_before(f: &Fixture) {
    let bot = f.strategy("bot").await;
    let position = f.open(at(0), long(bot, "100")).await.position_id;
    let actions = vec![
        TakeSnapshot {}.into(),
        mark(position, "110").into(),
        TakeSnapshot {}.into(),
        close(position, "110").into(),
        register("new").into(),
        long(named("new"), "50").into(),
        TakeSnapshot {}.into(),
    ];
    f.run(Command::of(at(1), actions)).await;
    let seen: Vec<_> = f.dump().await.snapshots.iter().map(|it| (it.total_equity, it.num_open_positions)).collect();
    assert_eq!(seen, [(usdt("10000"), 1), (usdt("10100"), 1), (usdt("20100"), 1)]);
}

async fn empty_book_has_an_empty_snapshot(f: &Fixture) {
    let snapshot = taken(f, 0).await;
    assert_eq!((snapshot.total_equity, snapshot.num_open_positions, snapshot.num_strategies_active), (usdt("0"), 0, 0));
    assert_eq!(f.dump().await.snapshots, [snapshot]);
}

async fn snapshot_at_the_callers_time(f: &Fixture) {
    let snapshot = taken(f, 77).await;
    assert_eq!(snapshot.timestamp, at(77));
    assert_eq!(snapshot.id.get(), 1);
}

async fn snapshot_out_of_range_is_refused(f: &Fixture) {
    f.strategy_with("a", "8589934591").await;
    f.strategy_with("b", "1").await;
    let refusal = f.refuses(at(0), TakeSnapshot {}).await;
    assert_eq!(refusal, Refusal::RangeExceeded { what: RangedValue::Snapshot });
}

fn given() -> RecordSnapshot {
    RecordSnapshot {
        total_equity: usdt("1005.5"),
        available_capital: usdt("-100"),
        allocated_capital: value("1100"),
        total_unrealized_pnl: usdt("5.5"),
        total_realized_pnl: usdt("-17.25"),
        num_open_positions: 3,
        num_strategies_active: 2,
    }
}

async fn recorded_snapshot_is_kept_as_it_is(f: &Fixture) {
    let snapshot = f.record_snapshot(at(5), given()).await;
    assert_eq!((snapshot.total_equity, snapshot.total_realized_pnl), (usdt("1005.5"), usdt("-17.25")));
    assert_eq!((snapshot.num_open_positions, snapshot.num_strategies_active), (3, 2));
    assert_eq!((snapshot.available_capital, snapshot.allocated_capital), (usdt("-100"), usdt("1100")));
    assert_eq!((snapshot.total_unrealized_pnl, snapshot.timestamp), (usdt("5.5"), at(5)));
    assert_eq!(f.dump().await.snapshots, [snapshot]);
}

async fn recorded_snapshot_must_add_up(f: &Fixture) {
    let refusal = f.refuses(at(5), RecordSnapshot { total_equity: usdt("1005.500001"), ..given() }).await;
    assert_eq!(refusal, Refusal::SnapshotDoesNotAddUp { total_equity: usdt("1005.500001") });
}

async fn recorded_snapshot_has_no_strategies(f: &Fixture) {
    let bot = f.strategy("bot").await;
    f.record_snapshot(at(5), given()).await;
    assert_eq!(of_strategy(f, bot).await, []);
}

async fn latest_is_the_latest_by_time(f: &Fixture) {
    for minute in [3, 9, 9, 5] {
        taken(f, minute).await;
    }
    let latest = f.store().snapshots(SnapshotQuery::latest()).await.expect("snapshots can be read").items;
    let found: Vec<_> = latest.iter().map(|snapshot| (snapshot.timestamp, snapshot.id.get())).collect();
    assert_eq!(found, [(at(9), 3)], "of two at the same time the one that was taken later");
}

async fn minutes(f: &Fixture, since: Option<UnixMillis>, until: Option<UnixMillis>) -> Vec<UnixMillis> {
    let query = SnapshotQuery { since, until, ..SnapshotQuery::default() };
    let page = f.store().snapshots(query).await.expect("snapshots can be read");
    page.items.iter().map(|snapshot| snapshot.timestamp).collect()
}

async fn range_ends_before_its_end(f: &Fixture) {
    for minute in [4, 1, 3, 2] {
        taken(f, minute).await;
    }
    assert_eq!(minutes(f, None, None).await, [1, 2, 3, 4].map(at));
    assert_eq!(minutes(f, Some(at(2)), Some(at(4))).await, [2, 3].map(at));
    assert_eq!(minutes(f, Some(at(4)), None).await, [at(4)]);
    assert_eq!(minutes(f, None, Some(at(1))).await, []);
}

async fn pages_join_in_both_orders_of_time(f: &Fixture) {
    let bot = f.strategy("bot").await;
    for minute in [5, 1, 1, 1, 3, 2, 9] {
        taken(f, minute).await;
    }
    let mut expected: Vec<_> = f.dump().await.snapshots.iter().map(|it| (it.timestamp, it.id)).collect();
    expected.sort_unstable();
    for order in [Order::Ascending, Order::Descending] {
        for limit in [1, 2, 3, 7] {
            let query = |after| SnapshotQuery { after, limit, order, ..SnapshotQuery::default() };
            let joined = all(|after| f.store().snapshots(query(after))).await;
            let found: Vec<_> = joined.iter().map(|it| (it.timestamp, it.id)).collect();
            assert_eq!(found, expected, "{order:?} by {limit}");
            let joined = all(|after| f.store().strategy_snapshots(bot, query(after))).await;
            let found: Vec<_> = joined.iter().map(|it| (it.timestamp, it.snapshot_id)).collect();
            assert_eq!(found, expected, "of the strategy, {order:?} by {limit}");
        }
        expected.reverse();
    }
    // A cursor need not be a row.
    let after = Some(TimeCursor { timestamp: at(4), id: value("1") });
    let page = f.store().snapshots(SnapshotQuery { after, ..SnapshotQuery::default() }).await;
    assert_eq!(page.expect("snapshots can be read").items.len(), 2);
}

async fn points(f: &Fixture, query: CurveQuery) -> Vec<(UnixMillis, String, String)> {
    let curve = f.store().equity_curve(query).await.expect("a curve can be read");
    let shown = |drawdown: f64| format!("{drawdown:.3}");
    curve.points.iter().map(|it| (it.timestamp, it.equity.to_string(), shown(it.drawdown_pct))).collect()
}

fn expected(points: &[(i64, &str, &str)]) -> Vec<(UnixMillis, String, String)> {
    points.iter().map(|(minute, equity, drawdown)| (at(*minute), (*equity).to_owned(), (*drawdown).to_owned())).collect()
}

async fn curve_of_few_snapshots_is_all_of_them(f: &Fixture) {
    let bot = f.strategy("bot").await;
    let position = f.open(at(0), long(bot, "100")).await.position_id;
    for (minute, price) in [(1, "120"), (2, "90"), (3, "95")] {
        f.mark(at(minute), mark(position, price)).await;
        taken(f, minute).await;
    }
    let all = expected(&[(1, "10200", "0.000"), (2, "9900", "2.941"), (3, "9950", "2.451")]);
    assert_eq!(points(f, CurveQuery::default()).await, all);
    assert_eq!(points(f, CurveQuery { since: Some(at(2)), ..CurveQuery::default() }).await[0].2, "0.000");
    assert_eq!(points(f, CurveQuery { until: Some(at(2)), ..CurveQuery::default() }).await, all[..1]);
}

async fn curve_of_many_snapshots_keeps_its_extremes(f: &Fixture) {
    let bot = f.strategy("bot").await;
    let position = f.open(at(0), long(bot, "100")).await.position_id;
    let mut actions = Vec::new();
    for minute in 1..=200_i64 {
        // One deep fall and one high peak among small moves.
        let price = match minute {
            61 => "20".to_owned(),
            150 => "300".to_owned(),
            _ => (100 + minute % 3).to_string(),
        };
        actions.push(Command::of(at(minute), vec![mark(position, &price).into(), TakeSnapshot {}.into()]));
    }
    for command in actions {
        f.run(command).await;
    }
    let curve = points(f, CurveQuery { points_max: 20, ..CurveQuery::default() }).await;
    assert!(curve.len() <= 20, "{} points", curve.len());
    assert_eq!((curve[0].0, curve[curve.len() - 1].0), (at(1), at(200)));
    for equity in ["9200", "12000"] {
        assert!(curve.iter().any(|point| point.1 == equity), "{equity} is missing in {curve:?}");
    }
    // Fewer than the fewest are as many as those.
    let fewest = points(f, CurveQuery { points_max: 0, ..CurveQuery::default() }).await;
    assert!(fewest.len() <= CURVE_POINTS_MIN as usize && fewest.len() >= 4, "{fewest:?}");
    let counted = f.store().equity_curve(CurveQuery::default()).await.expect("a curve can be read");
    assert_eq!((counted.num_snapshots, counted.points.len()), (200, 200));
}

async fn curve_of_a_strategy_holds_its_unrealized_pnl(f: &Fixture) {
    let (a, b) = (f.strategy("a").await, f.strategy("b").await);
    let position = f.open(at(0), long(a, "100")).await.position_id;
    taken(f, 1).await;
    f.mark(at(2), mark(position, "50")).await;
    taken(f, 2).await;
    let of = |strategy| CurveQuery { strategy_id: Some(strategy), ..CurveQuery::default() };
    assert_eq!(points(f, of(a)).await, expected(&[(1, "10000", "0.000"), (2, "9500", "5.000")]));
    assert_eq!(points(f, of(b)).await, expected(&[(1, "10000", "0.000"), (2, "10000", "0.000")]));
    let nobody = StrategyId::new(99).expect("above 0");
    assert_eq!(points(f, of(nobody)).await, []);
}

async fn curve_takes_a_top_up_for_no_recovery(f: &Fixture) {
    let bot = f.strategy("bot").await;
    taken(f, 0).await;
    let position = f.open(at(0), OpenPosition { size: size("10000"), ..long(bot, "100") }).await.position_id;
    f.close(at(1), close(position, "50")).await;
    taken(f, 1).await;
    f.adjust(at(2), set_to(bot, "10000")).await;
    taken(f, 2).await;
    let all = expected(&[(0, "10000", "0.000"), (1, "5000", "50.000"), (2, "10000", "50.000")]);
    assert_eq!(points(f, CurveQuery::default()).await, all);
}

async fn repeated_snapshot_is_taken_once(f: &Fixture) {
    let bot = f.strategy("bot").await;
    let command = Command::new(at(1), TakeSnapshot {}).with_key(key("minute-1"));
    let first = f.run(command.clone()).await;
    f.adjust(at(2), deposit(bot, "5")).await;
    assert_eq!(f.run(command).await, first, "the first outcome, with what was there then");
    assert_eq!(f.dump().await.snapshots.len(), 1);
}
