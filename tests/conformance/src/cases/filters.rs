//! Filters by market, side, type, reason and time, and how far a page looks for rows that they let through.

use nailsage_domain::{EventId, ExitReason, PositionId, PositionStatus, Severity, Side, SignalType, Trade};
use nailsage_store::{
    ClosePosition, EventQuery, LogEvent, Order, PAGE_EXAMINED_MAX, PositionQuery, SignalQuery, TradeQuery,
};

use super::pages::{event_ids, full_book, log_events};
use crate::{dump::all, prelude::*};

cases! {
    positions_by_market_side_reason_and_time,
    trades_by_market_and_time,
    signals_by_market_type_reason_and_time,
    events_until_a_time,
    events_of_exactly_one_severity,
    events_of_one_type_strategy_or_severity_are_no_walk,
    page_that_finds_nothing_ends_after_a_bounded_number_of_rows_and_goes_on,
    walks_join_in_both_orders_across_their_ends,
}

async fn position_ids(f: &Fixture, query: PositionQuery) -> Vec<i64> {
    all(|after| f.store().positions(PositionQuery { after, ..query.clone() }))
        .await
        .iter()
        .map(|position| position.id.get())
        .collect()
}

async fn positions_by_market_side_reason_and_time(f: &Fixture) {
    let bot = f.strategy("bot").await;
    for (minute, side, on) in [(1, Side::Long, 7), (2, Side::Short, 8), (3, Side::Long, 8), (4, Side::Short, 7)] {
        let starlisting_id = Some(market(on));
        f.open(at(minute), OpenPosition { starlisting_id, side, ..long(bot, "100") }).await;
    }
    let id = |number: i64| PositionId::new(number).expect("above 0");
    f.close(at(5), ClosePosition { exit_reason: Some(ExitReason::TakeProfit), ..close(id(1), "100") }).await;
    f.liquidate(at(6), liquidate(id(2), "100")).await;
    let all = PositionQuery::default;
    assert_eq!(position_ids(f, PositionQuery { starlisting_id: Some(market(8)), ..all() }).await, [2, 3]);
    assert_eq!(position_ids(f, PositionQuery { side: Some(Side::Short), ..all() }).await, [2, 4]);
    assert_eq!(position_ids(f, PositionQuery { since: Some(at(2)), until: Some(at(4)), ..all() }).await, [2, 3]);
    let by = |reason| PositionQuery { exit_reason: Some(reason), ..PositionQuery::default() };
    assert_eq!(position_ids(f, by(ExitReason::TakeProfit)).await, [1]);
    assert_eq!(position_ids(f, by(ExitReason::Liquidation)).await, [2]);
    assert_eq!(position_ids(f, by(ExitReason::Manual)).await, Vec::<i64>::new());
    assert_eq!(position_ids(f, PositionQuery { is_open: Some(true), ..all() }).await, [3, 4]);
    assert_eq!(position_ids(f, PositionQuery { is_open: Some(false), ..all() }).await, [1, 2], "closed or liquidated");
    let open_there = PositionQuery { is_open: Some(true), starlisting_id: Some(market(7)), ..all() };
    assert_eq!(position_ids(f, open_there).await, [4]);
    let everything = PositionQuery {
        strategy_id: Some(bot),
        status: Some(PositionStatus::Open),
        starlisting_id: Some(market(8)),
        side: Some(Side::Long),
        since: Some(at(3)),
        until: Some(at(4)),
        ..all()
    };
    assert_eq!(position_ids(f, everything).await, [3]);
}

async fn trades_by_market_and_time(f: &Fixture) {
    full_book(f).await;
    let trades = f.trades().await;
    let all_of = async |query: TradeQuery| all(|after| f.store().trades(TradeQuery { after, ..query.clone() })).await;
    let there = TradeQuery { starlisting_id: Some(market(8)), ..TradeQuery::default() };
    let expected: Vec<_> = trades.iter().filter(|trade| trade.starlisting_id == market(8)).cloned().collect();
    assert_eq!((all_of(there).await, expected.len()), (expected, 6));
    let strategy_id = Some(trades[0].strategy_id);
    let within = TradeQuery { strategy_id, since: Some(at(1)), until: Some(at(3)), ..TradeQuery::default() };
    let is_within = |trade: &&Trade| {
        Some(trade.strategy_id) == strategy_id && (at(1)..at(3)).contains(&trade.timestamp)
    };
    let expected: Vec<_> = trades.iter().filter(is_within).cloned().collect();
    assert_eq!((all_of(within).await, expected.len()), (expected, 4));
}

async fn signals_by_market_type_reason_and_time(f: &Fixture) {
    let bot = f.strategy("bot").await;
    for (minute, kind, on, why) in [
        (1, SignalType::Long, 7, "cooldown"),
        (2, SignalType::Short, 8, "cooldown"),
        (3, SignalType::Long, 8, "duplicate"),
        (4, SignalType::Neutral, 7, "duplicate"),
    ] {
        let rejection_reason = Some(reason(why));
        let starlisting_id = Some(market(on));
        let signal = RecordSignal { signal_type: kind, starlisting_id, rejection_reason, ..signal(bot) };
        f.signal(at(minute), signal).await;
    }
    let ids = async |query: SignalQuery| {
        let found = all(|after| f.store().signals(SignalQuery { after, ..query.clone() })).await;
        found.iter().map(|signal| signal.id.get()).collect::<Vec<_>>()
    };
    let any = SignalQuery::default;
    assert_eq!(ids(SignalQuery { starlisting_id: Some(market(8)), ..any() }).await, [2, 3]);
    assert_eq!(ids(SignalQuery { signal_type: Some(SignalType::Long), ..any() }).await, [1, 3]);
    assert_eq!(ids(SignalQuery { rejection_reason: Some(reason("duplicate")), ..any() }).await, [3, 4]);
    assert_eq!(ids(SignalQuery { since: Some(at(2)), until: Some(at(4)), ..any() }).await, [2, 3]);
    let all_at_once = SignalQuery {
        strategy_id: Some(bot),
        was_executed: Some(false),
        starlisting_id: Some(market(8)),
        signal_type: Some(SignalType::Long),
        rejection_reason: Some(reason("duplicate")),
        since: Some(at(3)),
        until: Some(at(4)),
        ..any()
    };
    assert_eq!(ids(all_at_once).await, [3]);
}

async fn events_until_a_time(f: &Fixture) {
    for minute in [1, 2, 3] {
        f.log(at(minute), log("x")).await;
    }
    let within = |since, until| EventQuery { since, until, ..EventQuery::default() };
    assert_eq!(event_ids(f, within(Some(at(1)), Some(at(3)))).await.0, [2, 3]);
    assert_eq!(event_ids(f, within(Some(at(2)), Some(at(3)))).await.0, [3]);
    assert_eq!(event_ids(f, within(None, Some(at(1)))).await.0, Vec::<i64>::new());
}

async fn events_of_exactly_one_severity(f: &Fixture) {
    for severity in Severity::ALL {
        f.log(at(0), LogEvent { severity: *severity, ..log("x") }).await;
    }
    // Besides the one that a book begins with.
    for (severity, id) in Severity::ALL.iter().zip(2_i64..) {
        for order in [Order::Ascending, Order::Descending] {
            let until = Some(at(1));
            let query = EventQuery { severity: Some(*severity), until, order, ..EventQuery::default() };
            assert_eq!(event_ids(f, query.clone()).await, (vec![id], None));
            let least = Some(Severity::Warning);
            let expected = if *severity >= Severity::Warning { vec![id] } else { vec![] };
            assert_eq!(event_ids(f, EventQuery { min_severity: least, ..query }).await.0, expected);
        }
    }
}

/// By each alone they are found at once among many others; with a second filter a page looks at so many and goes on.
async fn events_of_one_type_strategy_or_severity_are_no_walk(f: &Fixture) {
    for _ in 0..12 {
        log_events(f, 1_000).await;
    }
    let bot = f.strategy("bot").await;
    let strategy = Some(StrategyRef::Id(bot));
    let id = 12_003;
    f.log(at(0), LogEvent { severity: Severity::Error, strategy, ..log("needle") }).await;
    let any = EventQuery::default;
    let by_type = EventQuery { event_type: Some(value("needle")), ..any() };
    let by_strategy = EventQuery { strategy_id: Some(bot), ..any() };
    let by_severity = EventQuery { severity: Some(Severity::Error), ..any() };
    assert_eq!(event_ids(f, by_type.clone()).await, (vec![id], None));
    assert_eq!(event_ids(f, by_strategy.clone()).await, (vec![id - 1, id], None), "that it was registered, and this");
    assert_eq!(event_ids(f, by_severity.clone()).await, (vec![id], None));
    for two in [
        EventQuery { strategy_id: Some(bot), ..by_type.clone() },
        EventQuery { severity: Some(Severity::Error), ..by_type },
        EventQuery { severity: Some(Severity::Error), ..by_strategy.clone() },
        EventQuery { min_severity: Some(Severity::Error), ..by_severity },
        EventQuery { since: Some(at(0)), ..by_strategy },
    ] {
        assert_eq!(event_ids(f, two.clone()).await, (vec![], Some(PAGE_EXAMINED_MAX)), "{two:?}");
        let after = Some(EventId::new(PAGE_EXAMINED_MAX).expect("above 0"));
        let (found, next) = event_ids(f, EventQuery { after, ..two }).await;
        assert_eq!((found.last(), next), (Some(&id), None));
    }
}

/// One event that is worth finding at each end of many that are not.
async fn haystack(f: &Fixture) -> i64 {
    let bad = || LogEvent { severity: Severity::Error, ..log("needle") };
    f.log(at(0), bad()).await;
    for _ in 0..12 {
        log_events(f, 1_000).await;
    }
    f.log(at(1), bad()).await;
    12_003
}

async fn page_that_finds_nothing_ends_after_a_bounded_number_of_rows_and_goes_on(f: &Fixture) {
    let count = haystack(f).await;
    let worst = EventQuery { min_severity: Some(Severity::Critical), ..EventQuery::default() };
    assert_eq!(event_ids(f, worst.clone()).await, (vec![], Some(PAGE_EXAMINED_MAX)), "it has looked at so many");
    let after = Some(EventId::new(PAGE_EXAMINED_MAX).expect("above 0"));
    assert_eq!(event_ids(f, EventQuery { after, ..worst.clone() }).await, (vec![], None), "that was the rest");
    let newest = EventQuery { order: Order::Descending, ..worst };
    assert_eq!(event_ids(f, newest.clone()).await, (vec![], Some(count + 1 - PAGE_EXAMINED_MAX)));
    let after = Some(EventId::new(count + 1 - PAGE_EXAMINED_MAX).expect("above 0"));
    assert_eq!(event_ids(f, EventQuery { after, ..newest }).await, (vec![], None));
}

async fn walks_join_in_both_orders_across_their_ends(f: &Fixture) {
    let count = haystack(f).await;
    for (order, expected) in [(Order::Ascending, [2, count]), (Order::Descending, [count, 2])] {
        for limit in [1, 2, 100] {
            let query = EventQuery { min_severity: Some(Severity::Error), limit, order, ..EventQuery::default() };
            let found = all(|after| f.store().events(EventQuery { after, ..query.clone() })).await;
            let ids: Vec<_> = found.iter().map(|event| event.id.get()).collect();
            assert_eq!(ids, expected, "{order:?} by {limit}");
        }
    }
    // A cursor beyond the end begins at the end.
    let after = Some(EventId::new(i64::MAX - 1).expect("above 0"));
    let query = EventQuery { min_severity: Some(Severity::Error), order: Order::Descending, ..EventQuery::default() };
    assert_eq!(event_ids(f, EventQuery { after, ..query.clone() }).await, event_ids(f, query).await);
}
