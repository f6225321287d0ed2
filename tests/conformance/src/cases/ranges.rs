//! The range in which the book is exact: whatever would leave it is refused by name.

use nailsage_domain::Amount;
use nailsage_store::{ClosePosition, RefreshMetrics, refusal::RangedValue};

use crate::prelude::*;

cases! {
    size_of_a_position,
    fees_of_a_position,
    realized_pnl_of_a_position,
    unrealized_pnl_of_a_position,
    bankroll_by_closing,
    bankroll_by_paying_in,
    bankroll_by_setting_it,
    totals_of_a_strategy,
    metrics_of_all_strategies_together,
    closing_beyond_the_range_can_wait,
}

async fn refuses(f: &Fixture, action: impl Into<Action>, what: RangedValue) {
    assert_eq!(f.refuses(at(1), action).await, Refusal::RangeExceeded { what });
}

async fn size_of_a_position(f: &Fixture) {
    let bot = f.strategy_with("bot", "8000000000").await;
    refuses(f, OpenPosition { size: percent("1000"), ..long(bot, "100") }, RangedValue::Size).await;
    refuses(f, OpenPosition { size: percent("107.3742"), ..long(bot, "100") }, RangedValue::Size).await;
    f.open(at(1), OpenPosition { size: percent("107.3741"), ..long(bot, "100") }).await;
}

async fn fees_of_a_position(f: &Fixture) {
    let bot = f.strategy("bot").await;
    let id = f.open(at(0), OpenPosition { fees: cost("8000000000"), ..long(bot, "100") }).await.position_id;
    refuses(f, ClosePosition { fees: cost("589934592"), ..close(id, "100") }, RangedValue::Fees).await;
}

async fn realized_pnl_of_a_position(f: &Fixture) {
    let bot = f.strategy("bot").await;
    let id = f.open(at(0), OpenPosition { size: size("8000000000"), ..long(bot, "1") }).await.position_id;
    refuses(f, close(id, "3"), RangedValue::RealizedPnl).await;
    refuses(f, liquidate(id, "999999999999"), RangedValue::RealizedPnl).await;
}

async fn unrealized_pnl_of_a_position(f: &Fixture) {
    let bot = f.strategy("bot").await;
    let id = f.open(at(0), OpenPosition { size: size("8000000000"), ..long(bot, "1") }).await.position_id;
    refuses(f, mark(id, "3"), RangedValue::UnrealizedPnl).await;
    let marked = f.mark_market(at(1), mark_market(7, "3")).await;
    assert_eq!((marked.marked, marked.stale, marked.out_of_range), (0, 0, vec![id]));
    assert_eq!(f.mark(at(1), mark(id, "2")).await.unrealized_pnl, usdt("8000000000"));
}

async fn bankroll_by_closing(f: &Fixture) {
    let bot = f.strategy_with("bot", "8000000000").await;
    let id = f.open(at(0), OpenPosition { size: size("1000000000"), ..long(bot, "1") }).await.position_id;
    refuses(f, close(id, "1.6"), RangedValue::Bankroll).await;
    assert_eq!(f.close(at(1), close(id, "1.5")).await.bankroll, usdt("8500000000"));
}

async fn bankroll_by_paying_in(f: &Fixture) {
    let bot = f.strategy("bot").await;
    refuses(f, deposit(bot, "8589924592"), RangedValue::Bankroll).await;
    assert_eq!(f.adjust(at(1), deposit(bot, "8589924591.999999")).await.bankroll, Usdt::MAX);
    refuses(f, deposit(bot, "0.000001"), RangedValue::Bankroll).await;
}

/// The target is in the range, the way to it is not.
async fn bankroll_by_setting_it(f: &Fixture) {
    let bot = f.strategy("bot").await;
    let entry = OpenPosition { size: size("4000000000"), ..short(bot, "1") };
    let id = f.open(at(0), entry).await.position_id;
    assert_eq!(f.close(at(1), close(id, "3")).await.bankroll, usdt("-7999990000"));
    refuses(f, set_to(bot, "589944592"), RangedValue::Bankroll).await;
    assert_eq!(f.adjust(at(1), set_to(bot, "589944591.999999")).await.delta, Usdt::MAX);
}

/// 2^63 micro-USDT of fees are 1,074 times the largest amount.
async fn totals_of_a_strategy(f: &Fixture) {
    let bot = f.strategy("bot").await;
    let largest = Amount::new(Usdt::MAX).expect("it is above 0").to_string();
    let dear = OpenPosition { fees: cost(&largest), ..long(bot, "100") };
    f.run(Command::of(at(0), vec![dear.clone().into(); 1_000])).await;
    f.run(Command::of(at(0), vec![dear.clone().into(); 73])).await;
    refuses(f, dear, RangedValue::Totals).await;
    let one_more = OpenPosition { fees: cost("0.000001"), ..long(bot, "100") };
    let id = f.open(at(1), one_more).await.position_id;
    f.close(at(1), close(id, "100")).await;
}

async fn closing_beyond_the_range_can_wait(f: &Fixture) {
    let bot = f.strategy_with("bot", "8000000000").await;
    let id = f.open(at(0), OpenPosition { size: size("1000000000"), ..long(bot, "1") }).await.position_id;
    refuses(f, close(id, "1.6"), RangedValue::Bankroll).await;
    assert!(f.position(id).await.is_open());
    f.adjust(at(1), withdraw(bot, "1000000000")).await;
    assert_eq!(f.close(at(2), close(id, "1.6")).await.bankroll, usdt("7600000000"));
}

async fn metrics_of_all_strategies_together(f: &Fixture) {
    let bots = [f.strategy("a").await, f.strategy("b").await];
    for bot in bots {
        let open = OpenPosition { size: size("5000000000"), ..long(bot, "1") };
        let id = f.open(at(0), open).await.position_id;
        f.close(at(0), close(id, "2")).await;
    }
    refuses(f, RefreshMetrics {}, RangedValue::Metrics).await;
    // Nothing is lost by it: once the sum is in range again, they can be told.
    let id = f.open(at(1), OpenPosition { size: size("5000000000"), ..long(bots[0], "2") }).await.position_id;
    f.close(at(1), close(id, "1")).await;
    assert_eq!(f.refresh(at(2), RefreshMetrics {}).await.left_from, None);
}
