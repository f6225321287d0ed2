//! How far a page in the order of time looks for rows that its filters let through.

use nailsage_domain::Severity;
use nailsage_store::{LogEvent, Order, PAGE_EXAMINED_MAX, SignalQuery};

use super::{
    by_time::{EventsByTime, events, place},
    pages::{BOTH, log_events},
};
use crate::{dump::all, prelude::*};

cases! {
    walk_by_time_ends_after_a_bounded_number_of_rows_and_goes_on,
    walk_by_time_of_exactly_so_many_rows_is_the_last,
    walk_by_time_looks_at_its_last_row_and_at_none_behind,
    walks_by_time_join_in_both_orders_across_their_ends,
    range_of_time_is_no_walk,
    signals_of_a_strategy_on_a_market_and_executed_ones_are_no_walk,
}

/// One event that is worth finding at each end of time, late in coming, among many at one time that are not.
async fn haystack(f: &Fixture) -> i64 {
    for _ in 0..12 {
        log_events(f, 1_000).await;
    }
    let bad = || LogEvent { severity: Severity::Error, ..log("needle") };
    f.log(at(-1), bad()).await;
    f.log(at(1), bad()).await;
    12_000
}

/// Up to a time before the event that a book begins with.
fn bad(order: Order) -> EventsByTime {
    EventsByTime { min_severity: Some(Severity::Error), until: Some(at(99)), order, ..EventsByTime::default() }
}

async fn walk_by_time_ends_after_a_bounded_number_of_rows_and_goes_on(f: &Fixture) {
    let count = haystack(f).await;
    let (first, last) = (count + 1, count + 2);
    // The first one by time, and as many others as there is room for: their ids are their places among equal times.
    let end = PAGE_EXAMINED_MAX - 1;
    assert_eq!(events(f, bad(Order::Ascending)).await, (vec![first], Some((at(0), end))));
    let rest = EventsByTime { after: Some(place(0, end)), ..bad(Order::Ascending) };
    assert_eq!(events(f, rest).await, (vec![last], None), "that was the rest");
    let end = count - (PAGE_EXAMINED_MAX - 2);
    assert_eq!(events(f, bad(Order::Descending)).await, (vec![last], Some((at(0), end))));
    let rest = EventsByTime { after: Some(place(0, end)), ..bad(Order::Descending) };
    assert_eq!(events(f, rest).await, (vec![first], None));
    // What the range leaves out is not looked at.
    let late = EventsByTime { since: Some(at(1)), ..bad(Order::Ascending) };
    assert_eq!(events(f, late).await, (vec![last], None));
    let early = EventsByTime { until: Some(at(0)), ..bad(Order::Descending) };
    assert_eq!(events(f, early).await, (vec![first], None));
}

async fn walk_by_time_of_exactly_so_many_rows_is_the_last(f: &Fixture) {
    for _ in 0..10 {
        log_events(f, 1_000).await;
    }
    for order in BOTH {
        assert_eq!(events(f, bad(order)).await, (vec![], None));
    }
    log_events(f, 1).await;
    assert_eq!(events(f, bad(Order::Ascending)).await, (vec![], Some((at(0), PAGE_EXAMINED_MAX))));
    assert_eq!(events(f, bad(Order::Descending)).await, (vec![], Some((at(0), 2))));
}

async fn walk_by_time_looks_at_its_last_row_and_at_none_behind(f: &Fixture) {
    let found = || LogEvent { severity: Severity::Error, ..log("needle") };
    for needles in [[1, 2], [PAGE_EXAMINED_MAX, PAGE_EXAMINED_MAX + 1]] {
        let mut actions: Vec<Action> = Vec::new();
        for number in 1..=PAGE_EXAMINED_MAX + 1 {
            actions.push(if needles.contains(&number) { found().into() } else { log("x").into() });
        }
        let minute = if needles[0] == 1 { 1 } else { 2 };
        for part in actions.chunks(1_000) {
            f.run(Command::of(at(minute), part.to_vec())).await;
        }
    }
    let (since, until) = (Some(at(2)), Some(at(3)));
    let last = PAGE_EXAMINED_MAX + 1 + PAGE_EXAMINED_MAX;
    let upwards = EventsByTime { since, until, ..bad(Order::Ascending) };
    assert_eq!(events(f, upwards.clone()).await, (vec![last], Some((at(2), last))));
    let rest = EventsByTime { after: Some(place(2, last)), ..upwards };
    assert_eq!(events(f, rest).await, (vec![last + 1], None));
    let (since, until) = (Some(at(1)), Some(at(2)));
    let downwards = EventsByTime { since, until, ..bad(Order::Descending) };
    assert_eq!(events(f, downwards.clone()).await, (vec![2], Some((at(1), 2))));
    let rest = EventsByTime { after: Some(place(1, 2)), ..downwards };
    assert_eq!(events(f, rest).await, (vec![1], None));
}

async fn walks_by_time_join_in_both_orders_across_their_ends(f: &Fixture) {
    haystack(f).await;
    for (order, expected) in [(Order::Ascending, [-1, 1]), (Order::Descending, [1, -1])] {
        for limit in [1, 2, 100] {
            let found = all(|after| f.store().events_by_time(EventsByTime { after, limit, ..bad(order) })).await;
            let places: Vec<_> = found.iter().map(|event| event.timestamp).collect();
            assert_eq!(places, expected.map(at), "{order:?} by {limit}");
        }
    }
}

async fn range_of_time_is_no_walk(f: &Fixture) {
    let count = haystack(f).await;
    for order in BOTH {
        let late = EventsByTime { since: Some(at(1)), until: Some(at(2)), order, ..EventsByTime::default() };
        assert_eq!(events(f, late).await, (vec![count + 2], None));
        let middle = EventsByTime { since: Some(at(0)), until: Some(at(1)), limit: 1_000, order, ..EventsByTime::default() };
        let found = all(|after| f.store().events_by_time(EventsByTime { after, ..middle.clone() })).await;
        assert_eq!(found.len(), 12_000, "{order:?}");
    }
}

async fn signals_of_a_strategy_on_a_market_and_executed_ones_are_no_walk(f: &Fixture) {
    let (busy, rare) = (f.strategy("busy").await, f.strategy("rare").await);
    let suppressed = |bot, on| {
        let (rejection_reason, starlisting_id) = (Some(reason("no")), Some(market(on)));
        RecordSignal { rejection_reason, starlisting_id, ..signal(bot) }
    };
    for step in 0..12 {
        let bot = if step % 2 == 0 { busy } else { rare };
        f.run(Command::of(at(0), vec![suppressed(bot, 7).into(); 1_000])).await;
    }
    f.signal(at(1), suppressed(rare, 9)).await;
    f.signal(at(1), RecordSignal { then: vec![long(rare, "100").into()], ..signal(rare) }).await;
    let ids = async |query: SignalQuery<_>| {
        let page = f.store().signals_by_time(query).await.expect("signals can be read");
        (page.items.iter().map(|signal| signal.id.get()).collect::<Vec<_>>(), page.next.is_some())
    };
    let of = |strategy| SignalQuery { strategy_id: Some(strategy), limit: 5, ..SignalQuery::default() };
    let there = SignalQuery { starlisting_id: Some(market(9)), ..of(rare) };
    let executed = SignalQuery { was_executed: Some(true), ..of(rare) };
    assert_eq!(ids(there.clone()).await, (vec![12_001], false));
    assert_eq!(ids(executed.clone()).await, (vec![12_002], false));
    // Filters besides look only at what these have found.
    assert_eq!(ids(SignalQuery { was_executed: Some(false), ..there }).await, (vec![12_001], false));
    assert_eq!(ids(SignalQuery { starlisting_id: Some(market(7)), ..executed.clone() }).await, (vec![12_002], false));
    assert_eq!(ids(SignalQuery { starlisting_id: Some(market(9)), ..executed }).await, (vec![], false));
    // Neither is so with the strategy or the market alone.
    assert_eq!(ids(SignalQuery { starlisting_id: Some(market(9)), ..SignalQuery::default() }).await, (vec![], true));
    assert_eq!(ids(SignalQuery { was_executed: Some(true), ..SignalQuery::default() }).await, (vec![], true));
    let reason = Some(reason("yes"));
    assert_eq!(ids(SignalQuery { rejection_reason: reason, ..of(rare) }).await, (vec![], true));
}
