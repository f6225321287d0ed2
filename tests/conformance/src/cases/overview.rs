//! How everything stands: all strategies together, each of them, and each market, as of one moment.

use std::sync::Arc;

use nailsage_domain::{Exposure, PositionId, StrategyId};
use nailsage_store::{MarketExposure, OpenPosition, Overview, RegisterStrategy, Store, Summary};

use crate::prelude::*;

cases! {
    empty_book_stands_at_nothing,
    summary_adds_up_all_strategies_active_or_not,
    allocation_is_told_for_each_strategy,
    exposure_is_told_for_each_market_long_and_short_apart,
    oldest_mark_is_that_of_the_position_marked_longest_ago,
    available_money_may_be_below_nothing,
    overview_agrees_with_a_snapshot_of_the_same_moment,
    sums_of_any_size_are_told_to_the_millionth,
    overview_is_the_same_after_a_restart,
    overview_is_of_one_moment,
}

async fn overview(f: &Fixture) -> Overview {
    f.store().overview().await.expect("an overview can be read")
}

const USDT: i128 = 1_000_000;

async fn empty_book_stands_at_nothing(f: &Fixture) {
    let found = overview(f).await;
    assert_eq!((found.summary, found.strategies.len(), found.markets.len()), (Summary::default(), 0, 0));
    assert_eq!(found.book, f.store().book().await.expect("the book's state can be read"));
}

/// `a` is long on two markets and has earned 30; `b` is short on one of them, has lost 100 and may open nothing more.
async fn two_strategies(f: &Fixture) -> (StrategyId, StrategyId) {
    let (a, b) = (f.strategy("a").await, f.strategy_with("b", "500").await);
    let first = f.open(at(1), long(a, "100")).await.position_id;
    f.close(at(2), close(first, "103")).await;
    f.open(at(3), OpenPosition { size: size("1000"), fees: cost("1.5"), ..long(a, "100") }).await;
    f.open(at(4), OpenPosition { starlisting_id: Some(market(8)), size: size("200"), ..long(a, "100") }).await;
    let lost = f.open(at(5), OpenPosition { size: size("400"), ..short(b, "100") }).await.position_id;
    f.close(at(6), close(lost, "125")).await;
    f.open(at(7), OpenPosition { size: size("300"), ..short(b, "100") }).await;
    f.mark_market(at(8), mark_market(7, "110")).await;
    f.deactivate(at(9), deactivate(b)).await;
    (a, b)
}

async fn summary_adds_up_all_strategies_active_or_not(f: &Fixture) {
    two_strategies(f).await;
    let summary = overview(f).await.summary;
    assert_eq!((summary.num_strategies, summary.num_strategies_active), (2, 1));
    assert_eq!((summary.closed.num_closed, summary.closed.num_wins, summary.closed.num_losses), (2, 1, 1));
    assert_eq!((summary.initial_bankroll_micros, summary.funds.bankroll_micros), (10_500 * USDT, 10_430 * USDT));
    assert_eq!((summary.closed.realized_micros, summary.fees_micros), (-70 * USDT, 1_500_000));
    // 100 for the long one, -30 for the short one, nothing on the other market.
    assert_eq!((summary.funds.equity_micros, summary.exposure.unrealized_micros), (10_500 * USDT, 70 * USDT));
    assert_eq!((summary.funds.allocated_micros, summary.funds.available_micros), (1_500 * USDT, 8_930 * USDT));
    assert_eq!((summary.exposure.num_long, summary.exposure.num_short, summary.exposure.num_open()), (2, 1, 3));
}

async fn allocation_is_told_for_each_strategy(f: &Fixture) {
    let (a, b) = two_strategies(f).await;
    let found = overview(f).await;
    assert_eq!(found.strategies.iter().map(|it| it.record.strategy.id).collect::<Vec<_>>(), [a, b]);
    for strategy in &found.strategies {
        assert_eq!(strategy.record, f.record(strategy.record.strategy.id).await);
    }
    let [of_a, of_b] = [found.strategies[0].funds, found.strategies[1].funds];
    assert_eq!((of_a.bankroll_micros, of_a.equity_micros), (10_030 * USDT, 10_130 * USDT));
    assert_eq!((of_a.allocated_micros, of_a.available_micros), (1_200 * USDT, 8_830 * USDT));
    assert_eq!((of_b.bankroll_micros, of_b.equity_micros, of_b.allocated_pct()), (400 * USDT, 370 * USDT, Some(75.0)));
    let markets = |index: usize| found.strategies[index].markets.iter().map(|it| it.starlisting_id).collect::<Vec<_>>();
    assert_eq!((markets(0), markets(1)), (vec![market(7), market(8)], vec![market(7)]));
}

async fn exposure_is_told_for_each_market_long_and_short_apart(f: &Fixture) {
    two_strategies(f).await;
    let found = overview(f).await;
    let busy = Exposure {
        num_long: 1,
        num_short: 1,
        long_micros: 1_000 * USDT,
        short_micros: 300 * USDT,
        unrealized_micros: 70 * USDT,
        oldest_mark_at: Some(at(8)),
    };
    let calm = Exposure { num_long: 1, long_micros: 200 * USDT, oldest_mark_at: Some(at(4)), ..Exposure::default() };
    let expected = [(7, busy), (8, calm)]
        .map(|(number, exposure)| MarketExposure { starlisting_id: market(number), exposure });
    assert_eq!(found.markets, expected);
    assert_eq!((busy.gross_micros(), busy.net_micros()), (1_300 * USDT, 700 * USDT));
    f.close(at(20), close(PositionId::new(3).expect("above 0"), "100")).await;
    let left = overview(f).await.markets;
    assert_eq!(left.iter().map(|it| it.starlisting_id).collect::<Vec<_>>(), [market(7)], "a market without positions is left out");
}

async fn oldest_mark_is_that_of_the_position_marked_longest_ago(f: &Fixture) {
    let bot = f.strategy("bot").await;
    for minute in [1, 2, 3] {
        f.open(at(minute), long(bot, "100")).await;
    }
    f.mark(at(9), mark(PositionId::FIRST, "101")).await;
    let found = overview(f).await;
    assert_eq!(found.summary.exposure.oldest_mark_at, Some(at(2)));
    assert_eq!(found.strategies[0].exposure, found.summary.exposure);
}

async fn available_money_may_be_below_nothing(f: &Fixture) {
    let bot = f.strategy_with("bot", "100").await;
    f.open(at(1), OpenPosition { size: size("250"), ..long(bot, "100") }).await;
    assert_eq!(overview(f).await.summary.funds.available_micros, -150 * USDT);
}

async fn overview_agrees_with_a_snapshot_of_the_same_moment(f: &Fixture) {
    two_strategies(f).await;
    let found = overview(f).await.summary;
    let snapshot = f.snapshot(at(10), nailsage_store::TakeSnapshot {}).await;
    let of_snapshot = [
        snapshot.total_equity,
        snapshot.available_capital,
        snapshot.allocated_capital,
        snapshot.total_unrealized_pnl,
        snapshot.total_realized_pnl,
    ];
    let of_overview = [
        found.funds.equity_micros,
        found.funds.available_micros,
        found.funds.allocated_micros,
        found.exposure.unrealized_micros,
        found.closed.realized_micros,
    ];
    assert_eq!(of_snapshot.map(|amount| i128::from(amount.micros())), of_overview);
    assert_eq!(snapshot.num_open_positions, found.exposure.num_open());
    assert_eq!(snapshot.num_strategies_active, found.num_strategies_active);
}

/// Together they have more than 64 bits of millionths.
async fn sums_of_any_size_are_told_to_the_millionth(f: &Fixture) {
    let rich = |number: usize| RegisterStrategy { initial_bankroll: Some(amount("8500000000.000001")), ..register(&format!("s{number}")) };
    for numbers in [0..600, 600..1_200] {
        f.run(Command::of(at(0), numbers.map(|number| rich(number).into()).collect())).await;
    }
    let summary = overview(f).await.summary;
    let expected = 1_200 * (8_500_000_000 * USDT + 1);
    assert!(expected > i128::from(i64::MAX));
    assert_eq!((summary.num_strategies, summary.funds.equity_micros, summary.funds.available_micros), (1_200, expected, expected));
}

async fn overview_is_the_same_after_a_restart(f: &Fixture) {
    two_strategies(f).await;
    let before = overview(f).await;
    f.restart().await;
    assert_eq!(overview(f).await, before);
}

/// Each command closes a position at a loss and opens two, so every moment has its own sums.
async fn overview_is_of_one_moment(f: &Fixture) {
    let bot = f.strategy_with("bot", "1000000").await;
    f.open(at(0), long(bot, "100")).await;
    let commands = (1..=60).map(|number| {
        let id = PositionId::new(number).expect("above 0");
        Command::of(at(number), vec![close(id, "99").into(), long(bot, "100").into(), long(bot, "100").into()])
    });
    let look = |store: Arc<dyn Store>| async move {
        let found = store.overview().await.expect("an overview can be read");
        let closed = found.summary.closed.num_closed;
        assert_eq!(found.book.commit_seq, 2 + closed, "the book row is of the same command");
        assert_eq!(found.summary.exposure.num_open(), 1 + closed, "so are the positions");
        let lost_micros = 10 * USDT * i128::from(closed);
        assert_eq!(found.summary.closed.realized_micros, -lost_micros, "so are the totals");
        assert_eq!(found.summary.funds.bankroll_micros, 1_000_000 * USDT - lost_micros, "so is the bankroll");
    };
    f.look_while(commands, look).await;
}
