//! Lists: pages by a cursor in both orders, every filter, and nothing lost or repeated while rows are appended.

use nailsage_domain::{EventId, PositionId, Severity, StrategyId};
use nailsage_store::{
    DEFAULT_TIMEOUT, EventQuery, LedgerQuery, LogEvent, Order, PAGE_ROWS_MAX, Page, Pending, PositionQuery,
    SignalQuery, StrategyQuery, TradeQuery,
};

use crate::{
    dump::all,
    fixture::done,
    prelude::*,
};

cases! {
    pages_join_in_both_orders,
    page_that_ends_with_the_rows_is_the_last,
    limit_is_brought_inside_its_range,
    cursor_need_not_be_a_row,
    nothing_is_lost_or_repeated_while_rows_are_appended,
    newest_first_sees_no_newer_rows,
    strategies_by_activity,
    positions_by_strategy_and_status,
    trades_by_strategy_and_position,
    signals_by_strategy_and_fate,
    events_by_strategy_type_severity_and_time,
    filters_hold_across_pages,
    ledger_of_nobody_is_empty,
}

pub(super) const BOTH: [Order; 2] = [Order::Ascending, Order::Descending];

/// Several strategies, each with positions, trades, signals, ledger rows and events.
pub(super) async fn full_book(f: &Fixture) {
    for name in ["a", "b", "c"] {
        let bot = f.strategy(name).await;
        for step in 0..4 {
            let then = vec![long(bot, "100").into(), close(PositionRef::only_open(bot), "101").into()];
            f.signal(at(step), RecordSignal { then, ..signal(bot) }).await;
            f.signal(at(step), RecordSignal { rejection_reason: Some(reason("no")), ..signal(bot) }).await;
        }
        f.open(at(9), short(bot, "100")).await;
        let id = f.open(at(9), OpenPosition { starlisting_id: Some(market(8)), ..short(bot, "100") }).await.position_id;
        f.liquidate(at(9), liquidate(id, "101")).await;
    }
    f.deactivate(at(10), deactivate(named("b"))).await;
}

/// Every page of every limit, joined, is the whole list in its order.
pub(super) async fn joins<T: PartialEq + std::fmt::Debug, C: Copy>(
    whole: Vec<T>,
    page: impl Fn(Option<C>, u32, Order) -> Pending<Page<T, C>>,
) {
    assert!(whole.len() >= 3, "a list with fewer rows shows nothing");
    let mut expected = whole;
    for order in BOTH {
        for limit in [1, 2, 3, 5, 1_000] {
            let joined = all(|after| page(after, limit, order)).await;
            assert_eq!(joined, expected, "{order:?} by {limit}");
        }
        expected.reverse();
    }
}

async fn pages_join_in_both_orders(f: &Fixture) {
    full_book(f).await;
    let (dump, store) = (f.dump().await, f.store());
    joins(dump.strategies, |after, limit, order| {
        store.strategies(StrategyQuery { after, limit, order, ..StrategyQuery::default() })
    })
    .await;
    joins(dump.positions, |after, limit, order| {
        store.positions(PositionQuery { after, limit, order, ..PositionQuery::default() })
    })
    .await;
    joins(dump.trades, |after, limit, order| store.trades(TradeQuery { after, limit, order, ..TradeQuery::default() })).await;
    joins(dump.signals, |after, limit, order| store.signals(SignalQuery { after, limit, order, ..SignalQuery::default() }))
        .await;
    joins(dump.events, |after, limit, order| store.events(EventQuery { after, limit, order, ..EventQuery::default() })).await;
    for strategy_id in [1, 2, 3].map(|id| StrategyId::new(id).expect("above 0")) {
        let ledger = f.ledger(strategy_id).await;
        joins(ledger, |after, limit, order| store.ledger(LedgerQuery { after, limit, order, ..LedgerQuery::of(strategy_id) })).await;
    }
}

/// Besides the one that a book begins with.
pub(super) async fn log_events(f: &Fixture, count: usize) {
    f.run(Command::of(at(0), vec![log("x").into(); count])).await;
}

pub(super) async fn event_ids(f: &Fixture, query: EventQuery) -> (Vec<i64>, Option<i64>) {
    let page = f.store().events(query).await.expect("events can be read");
    (page.items.iter().map(|event| event.id.get()).collect(), page.next.map(EventId::get))
}

async fn page_that_ends_with_the_rows_is_the_last(f: &Fixture) {
    log_events(f, 5).await;
    for order in BOTH {
        let query = |limit| EventQuery { limit, order, ..EventQuery::default() };
        assert_eq!(event_ids(f, query(6)).await.1, None);
        assert_eq!(event_ids(f, query(7)).await.1, None);
        let (ids, next) = event_ids(f, query(5)).await;
        assert_eq!(next, ids.last().copied(), "the cursor is the last row");
    }
    assert_eq!(event_ids(f, EventQuery { limit: 3, ..EventQuery::default() }).await, (vec![1, 2, 3], Some(3)));
    let newest = EventQuery { limit: 3, order: Order::Descending, ..EventQuery::default() };
    assert_eq!(event_ids(f, newest).await, (vec![6, 5, 4], Some(4)));
}

async fn limit_is_brought_inside_its_range(f: &Fixture) {
    log_events(f, 1_000).await;
    log_events(f, 5).await;
    let count = async |limit| event_ids(f, EventQuery { limit, ..EventQuery::default() }).await.0.len();
    assert_eq!((count(0).await, count(1).await, count(999).await), (1, 1, 999));
    assert_eq!((count(PAGE_ROWS_MAX).await, count(1_001).await, count(u32::MAX).await), (1_000, 1_000, 1_000));
    assert_eq!(event_ids(f, EventQuery::default()).await.0.len(), 100);
}

async fn cursor_need_not_be_a_row(f: &Fixture) {
    log_events(f, 2).await;
    let after = |id, order| {
        let after = Some(EventId::new(id).expect("above 0"));
        event_ids(f, EventQuery { after, order, ..EventQuery::default() })
    };
    assert_eq!(after(3, Order::Ascending).await, (Vec::new(), None));
    assert_eq!(after(i64::MAX, Order::Ascending).await, (Vec::new(), None));
    assert_eq!(after(i64::MAX, Order::Descending).await.0, [3, 2, 1]);
    assert_eq!(after(1, Order::Descending).await, (Vec::new(), None));
    f.strategy("bot").await;
    let ledger = |after, order| {
        let query = LedgerQuery { after: Some(after), order, ..LedgerQuery::of(StrategyId::FIRST) };
        let page = f.store().ledger(query);
        async move { page.await.expect("ledgers can be read").items.len() }
    };
    assert_eq!((ledger(0, Order::Ascending).await, ledger(-5, Order::Ascending).await), (1, 1));
    assert_eq!((ledger(0, Order::Descending).await, ledger(i64::MIN, Order::Descending).await), (0, 0));
    assert_eq!((ledger(i64::MAX, Order::Descending).await, ledger(i64::MAX, Order::Ascending).await), (1, 0));
}

async fn nothing_is_lost_or_repeated_while_rows_are_appended(f: &Fixture) {
    log_events(f, 19).await;
    let store = f.store();
    let writer = tokio::spawn(async move {
        for _ in 0..40 {
            done(store.submit(Command::of(at(0), vec![log("x").into(); 3]), DEFAULT_TIMEOUT)).await;
            tokio::task::yield_now().await;
        }
    });
    let store = f.store();
    let (mut seen, mut after) = (Vec::new(), None);
    while seen.len() < 140 {
        let query = EventQuery { after, limit: 7, ..EventQuery::default() };
        let page = store.events(query).await.expect("events can be read");
        // A page that says it is the last was so when it was read; what comes later is found after its last row.
        after = page.items.last().map(|event| event.id).or(after);
        seen.extend(page.items.iter().map(|event| event.id.get()));
        tokio::task::yield_now().await;
    }
    writer.await.unwrap_or_else(|error| std::panic::resume_unwind(error.into_panic()));
    assert_eq!(seen, (1..=140).collect::<Vec<_>>());
}

async fn newest_first_sees_no_newer_rows(f: &Fixture) {
    log_events(f, 9).await;
    let (mut seen, mut after) = (Vec::new(), None);
    loop {
        let query = EventQuery { after, limit: 3, order: Order::Descending, ..EventQuery::default() };
        let page = f.store().events(query).await.expect("events can be read");
        seen.extend(page.items.iter().map(|event| event.id.get()));
        after = page.next;
        log_events(f, 2).await;
        if after.is_none() {
            break;
        }
    }
    assert_eq!(seen, (1..=10).rev().collect::<Vec<_>>());
}

async fn strategies_by_activity(f: &Fixture) {
    full_book(f).await;
    for (is_active, expected) in [(None, vec![1, 2, 3]), (Some(true), vec![1, 3]), (Some(false), vec![2])] {
        let page = f.store().strategies(StrategyQuery { is_active, ..StrategyQuery::default() });
        let page = page.await.expect("strategies can be read");
        assert_eq!(page.items.iter().map(|record| record.strategy.id.get()).collect::<Vec<_>>(), expected);
    }
}

/// Each filter alone, both together, and one that fits nothing, against the whole list.
async fn positions_by_strategy_and_status(f: &Fixture) {
    full_book(f).await;
    let whole = f.dump().await.positions;
    let nobody = StrategyId::new(99).expect("above 0");
    let strategies = [None, Some(StrategyId::FIRST), StrategyId::FIRST.next(), Some(nobody)];
    for strategy_id in strategies {
        for status in [None, Some(PositionStatus::Open), Some(PositionStatus::Closed), Some(PositionStatus::Liquidated)] {
            let page = f.store().positions(PositionQuery { strategy_id, status, ..PositionQuery::default() });
            let mut expected = whole.clone();
            expected.retain(|position| strategy_id.is_none_or(|id| id == position.strategy_id));
            expected.retain(|position| status.is_none_or(|status| status == position.status()));
            assert_eq!(expected.is_empty(), strategy_id == Some(nobody), "each status is there");
            assert_eq!(page.await.expect("positions can be read").items, expected, "{strategy_id:?} {status:?}");
        }
    }
}

async fn trades_by_strategy_and_position(f: &Fixture) {
    full_book(f).await;
    let whole = f.dump().await.trades;
    for strategy_id in [None, Some(StrategyId::FIRST), StrategyId::FIRST.next(), StrategyId::new(99).ok()] {
        for position_id in [None, Some(PositionId::FIRST), PositionId::new(7).ok(), PositionId::new(999).ok()] {
            let page = f.store().trades(TradeQuery { strategy_id, position_id, ..TradeQuery::default() });
            let mut expected = whole.clone();
            expected.retain(|trade| strategy_id.is_none_or(|id| id == trade.strategy_id));
            expected.retain(|trade| position_id.is_none_or(|id| id == trade.position_id));
            assert_eq!(page.await.expect("trades can be read").items, expected, "{strategy_id:?} {position_id:?}");
        }
    }
}

async fn signals_by_strategy_and_fate(f: &Fixture) {
    full_book(f).await;
    let whole = f.dump().await.signals;
    for strategy_id in [None, Some(StrategyId::FIRST), StrategyId::FIRST.next(), StrategyId::new(99).ok()] {
        for was_executed in [None, Some(true), Some(false)] {
            let page = f.store().signals(SignalQuery { strategy_id, was_executed, ..SignalQuery::default() });
            let mut expected = whole.clone();
            expected.retain(|signal| strategy_id.is_none_or(|id| id == signal.strategy_id));
            expected.retain(|signal| was_executed.is_none_or(|executed| executed == signal.was_executed()));
            assert_eq!(page.await.expect("signals can be read").items, expected, "{strategy_id:?} {was_executed:?}");
        }
    }
}

async fn events_by_strategy_type_severity_and_time(f: &Fixture) {
    let bots = [f.strategy("a").await, f.strategy("b").await];
    for (severity, step) in Severity::ALL.iter().zip(0_i64..) {
        for strategy in [None, Some(StrategyRef::Id(bots[0])), Some(StrategyRef::Id(bots[1]))] {
            f.log(at(step), LogEvent { severity: *severity, strategy: strategy.clone(), ..log("tick") }).await;
            f.log(at(-step), LogEvent { severity: *severity, strategy, ..log("tock") }).await;
        }
    }
    let whole = f.dump().await.events;
    for strategy_id in [None, Some(bots[1])] {
        for event_type in [None, Some("tick"), Some("Tick"), Some("strategy_registered")] {
            for min_severity in [None, Some(Severity::Debug), Some(Severity::Warning), Some(Severity::Critical)] {
                for since in [None, Some(at(-2)), Some(at(2)), Some(at(99))] {
                    let event_type = event_type.map(value);
                    let mut expected = whole.clone();
                    expected.retain(|event| strategy_id.is_none() || event.strategy_id == strategy_id);
                    expected.retain(|event| event_type.as_ref().is_none_or(|wanted| *wanted == event.event_type));
                    expected.retain(|event| min_severity.is_none_or(|least| event.severity >= least));
                    expected.retain(|event| since.is_none_or(|since| event.timestamp >= since));
                    let query = EventQuery { strategy_id, event_type, min_severity, since, ..EventQuery::default() };
                    let page = f.store().events(query.clone()).await.expect("events can be read");
                    assert_eq!(page.items, expected, "{query:?}");
                }
            }
        }
    }
}

/// A filter must not eat into the limit, nor a page end before the last fitting row.
async fn filters_hold_across_pages(f: &Fixture) {
    full_book(f).await;
    let store = f.store();
    let mut expected = f.dump().await.signals;
    expected.retain(|signal| signal.was_executed() && signal.strategy_id == StrategyId::FIRST);
    joins(expected, |after, limit, order| {
        let (strategy_id, was_executed) = (Some(StrategyId::FIRST), Some(true));
        store.signals(SignalQuery { strategy_id, was_executed, after, limit, order, ..SignalQuery::default() })
    })
    .await;
    let mut expected = f.dump().await.positions;
    expected.retain(nailsage_domain::Position::is_open);
    joins(expected, |after, limit, order| {
        store.positions(PositionQuery { status: Some(PositionStatus::Open), after, limit, order, ..PositionQuery::default() })
    })
    .await;
}

async fn ledger_of_nobody_is_empty(f: &Fixture) {
    f.strategy("bot").await;
    let nobody = StrategyId::new(2).expect("above 0");
    let page = f.store().ledger(LedgerQuery::of(nobody)).await.expect("ledgers can be read");
    assert_eq!((page.items.len(), page.next), (0, None));
}
