//! Positions that have ended, in the order in which they did.

use nailsage_domain::{PositionId, StrategyId};
use nailsage_store::{ClosedQuery, Order, TimeCursor};

use super::pages::{BOTH, joins};
use crate::prelude::*;

cases! {
    closed_positions_come_in_the_order_of_their_exits,
    liquidated_ones_have_ended_and_open_ones_have_not,
    closed_positions_of_a_range_by_the_time_of_exit,
    pages_of_closed_positions_join_in_both_orders,
    position_that_ends_late_has_its_place_among_the_earlier_ones,
    strategy_that_closed_nothing_has_no_closed_positions,
}

/// Positions that end at these minutes, in this order.
async fn ended_at(f: &Fixture, bot: StrategyId, minutes: &[i64]) {
    for minute in minutes {
        let id = f.open(at(0), long(bot, "100")).await.position_id;
        f.close(at(*minute), close(id, "101")).await;
    }
}

async fn ids(f: &Fixture, query: ClosedQuery) -> Vec<i64> {
    let page = f.store().closed_positions(query).await.expect("positions can be read");
    page.items.iter().map(|position| position.id.get()).collect()
}

async fn closed_positions_come_in_the_order_of_their_exits(f: &Fixture) {
    let (bot, other) = (f.strategy("bot").await, f.strategy("other").await);
    ended_at(f, bot, &[5, 3, 4, 3]).await;
    ended_at(f, other, &[1]).await;
    assert_eq!(ids(f, ClosedQuery::of(bot)).await, [2, 4, 3, 1]);
    let newest = ClosedQuery { order: Order::Descending, limit: 2, ..ClosedQuery::of(bot) };
    assert_eq!(ids(f, newest).await, [1, 3]);
    assert_eq!(ids(f, ClosedQuery::of(other)).await, [5]);
}

async fn liquidated_ones_have_ended_and_open_ones_have_not(f: &Fixture) {
    let bot = f.strategy("bot").await;
    f.open(at(0), short(bot, "100")).await;
    ended_at(f, bot, &[2]).await;
    let id = f.open(at(0), OpenPosition { starlisting_id: Some(market(8)), ..long(bot, "100") }).await.position_id;
    f.liquidate(at(1), liquidate(id, "50")).await;
    for order in BOTH {
        let mut expected = vec![3, 2];
        if order == Order::Descending {
            expected.reverse();
        }
        for (since, until) in [(None, None), (Some(at(1)), None), (None, Some(at(3)))] {
            let query = ClosedQuery { order, since, until, ..ClosedQuery::of(bot) };
            assert_eq!(ids(f, query).await, expected, "{order:?}");
        }
    }
}

async fn closed_positions_of_a_range_by_the_time_of_exit(f: &Fixture) {
    let bot = f.strategy("bot").await;
    ended_at(f, bot, &[1, 2, 3, 4]).await;
    let within = async |since, until| ids(f, ClosedQuery { since, until, ..ClosedQuery::of(bot) }).await;
    assert_eq!(within(Some(at(2)), Some(at(4))).await, [2, 3]);
    assert_eq!(within(Some(at(4)), None).await, [4]);
    assert_eq!(within(None, Some(at(2))).await, [1]);
    assert_eq!(within(None, Some(at(1))).await, Vec::<i64>::new());
}

async fn pages_of_closed_positions_join_in_both_orders(f: &Fixture) {
    let bot = f.strategy("bot").await;
    f.open(at(0), OpenPosition { starlisting_id: Some(market(8)), ..long(bot, "100") }).await;
    ended_at(f, bot, &[9, 1, 1, 5, 1, 7, 5]).await;
    let mut expected = f.dump().await.positions;
    expected.retain(|position| !position.is_open());
    expected.sort_by_key(|position| (position.exit().map(|exit| exit.timestamp), position.id));
    let store = f.store();
    joins(expected, |after, limit, order| {
        store.closed_positions(ClosedQuery { after, limit, order, ..ClosedQuery::of(bot) })
    })
    .await;
}

async fn position_that_ends_late_has_its_place_among_the_earlier_ones(f: &Fixture) {
    let bot = f.strategy("bot").await;
    ended_at(f, bot, &[2, 4]).await;
    let first = f.store().closed_positions(ClosedQuery { limit: 1, ..ClosedQuery::of(bot) }).await;
    let after = first.expect("positions can be read").next;
    assert_eq!(after, Some(TimeCursor { timestamp: at(2), id: PositionId::FIRST }));
    ended_at(f, bot, &[3, 1]).await;
    assert_eq!(ids(f, ClosedQuery { after, ..ClosedQuery::of(bot) }).await, [3, 2]);
}

async fn strategy_that_closed_nothing_has_no_closed_positions(f: &Fixture) {
    let bot = f.strategy("bot").await;
    f.open(at(0), long(bot, "100")).await;
    for strategy in [bot, StrategyId::new(99).expect("above 0")] {
        assert_eq!(ids(f, ClosedQuery::of(strategy)).await, Vec::<i64>::new());
    }
}
