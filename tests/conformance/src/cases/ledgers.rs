//! Parts of a ledger: by kind and time, and how far a page looks for entries that are let through.

use nailsage_domain::StrategyId;
use nailsage_store::{LedgerQuery, Order, PAGE_EXAMINED_MAX};

use super::pages::BOTH;
use crate::{dump::all, prelude::*};

cases! {
    ledger_by_kind_and_time,
    parts_of_a_ledger_join_in_both_orders,
    adjustments_among_many_entries_are_no_walk,
    walk_of_a_ledger_ends_after_a_bounded_number_of_entries_and_goes_on,
    walks_of_a_ledger_join_in_both_orders_across_their_ends,
    walk_of_a_ledger_begins_at_any_number,
}

/// A strategy with entries of every kind, some of them late.
async fn busy(f: &Fixture) -> StrategyId {
    let bot = f.strategy("bot").await;
    for minute in [1, 4, 2] {
        f.adjust(at(minute), deposit(bot, "10")).await;
        let id = f.open(at(minute), long(bot, "100")).await.position_id;
        f.set_stops(at(minute), stops(id, Some("90"), None)).await;
        f.close(at(minute), close(id, "101")).await;
        let id = f.open(at(minute), long(bot, "100")).await.position_id;
        f.liquidate(at(minute + 1), liquidate(id, "99")).await;
    }
    f.deactivate(at(6), deactivate(bot)).await;
    f.activate(at(3), activate(bot)).await;
    f.strategy("other").await;
    bot
}

async fn ledger_by_kind_and_time(f: &Fixture) {
    let bot = busy(f).await;
    let whole = f.ledger(bot).await;
    for kind in LedgerKind::ALL.iter().copied().map(Some).chain([None]) {
        for since in [None, Some(at(2)), Some(at(99))] {
            for until in [None, Some(at(4))] {
                for order in BOTH {
                    let mut expected = whole.clone();
                    expected.retain(|entry| kind.is_none_or(|kind| kind == entry.kind));
                    expected.retain(|entry| since.is_none_or(|since| entry.timestamp >= since));
                    expected.retain(|entry| until.is_none_or(|until| entry.timestamp < until));
                    assert!(!expected.is_empty() || (since, until) != (None, None), "each kind is there");
                    if order == Order::Descending {
                        expected.reverse();
                    }
                    let query = LedgerQuery { kind, since, until, order, ..LedgerQuery::of(bot) };
                    let page = f.store().ledger(query.clone()).await.expect("ledgers can be read");
                    assert_eq!((page.items, page.next), (expected, None), "{query:?}");
                }
            }
        }
    }
    let nobody = LedgerQuery { kind: Some(LedgerKind::Close), ..LedgerQuery::of(value("99")) };
    for order in BOTH {
        let page = f.store().ledger(LedgerQuery { order, ..nobody.clone() }).await.expect("ledgers can be read");
        assert_eq!((page.items, page.next), (vec![], None));
    }
}

async fn parts_of_a_ledger_join_in_both_orders(f: &Fixture) {
    let bot = busy(f).await;
    for kind in [LedgerKind::Adjust, LedgerKind::Close] {
        let mut expected = f.ledger(bot).await;
        expected.retain(|entry| entry.kind == kind);
        for order in BOTH {
            for limit in [1, 2, 100] {
                let query = LedgerQuery { kind: Some(kind), limit, order, ..LedgerQuery::of(bot) };
                let joined = all(|after| f.store().ledger(LedgerQuery { after, ..query.clone() })).await;
                assert_eq!(joined, expected, "{query:?}");
            }
            expected.reverse();
        }
    }
}

/// A ledger that begins with an adjustment, ends with one, and has many entries in between: so many in all. The strategy is
/// deactivated in the first entry that a walk downwards from its end looks at.
async fn long_ledger(f: &Fixture) -> (StrategyId, i64) {
    let bot = f.strategy("bot").await;
    f.adjust(at(0), deposit(bot, "1")).await;
    let id = f.open(at(1), long(bot, "100")).await.position_id;
    let change = async |count: i64| {
        let stops = (0..count).map(|step| stops(id, Some(if step % 2 == 0 { "90" } else { "91" }), None).into());
        f.run(Command::of(at(1), stops.collect())).await;
    };
    for count in [1_000, 1_000, 2] {
        change(count).await;
    }
    f.deactivate(at(1), deactivate(bot)).await;
    for count in [998].into_iter().chain([1_000; 9]) {
        change(count).await;
    }
    f.adjust(at(2), withdraw(bot, "1")).await;
    (bot, 12_005)
}

async fn seqs(f: &Fixture, query: LedgerQuery) -> (Vec<i64>, Option<i64>) {
    let page = f.store().ledger(query).await.expect("ledgers can be read");
    (page.items.iter().map(|entry| entry.seq).collect(), page.next)
}

async fn adjustments_among_many_entries_are_no_walk(f: &Fixture) {
    let (bot, count) = long_ledger(f).await;
    let adjustments = LedgerQuery { kind: Some(LedgerKind::Adjust), ..LedgerQuery::of(bot) };
    assert_eq!(seqs(f, adjustments.clone()).await, (vec![2, count], None));
    let newest = LedgerQuery { order: Order::Descending, limit: 1, ..adjustments.clone() };
    assert_eq!(seqs(f, newest).await, (vec![count], Some(count)));
    assert_eq!(seqs(f, LedgerQuery { after: Some(2), ..adjustments }).await, (vec![count], None));
}

async fn walk_of_a_ledger_ends_after_a_bounded_number_of_entries_and_goes_on(f: &Fixture) {
    let (bot, count) = long_ledger(f).await;
    let late = LedgerQuery { since: Some(at(2)), ..LedgerQuery::of(bot) };
    assert_eq!(seqs(f, late.clone()).await, (vec![], Some(PAGE_EXAMINED_MAX)));
    let rest = LedgerQuery { after: Some(PAGE_EXAMINED_MAX), ..late.clone() };
    assert_eq!(seqs(f, rest).await, (vec![count], None));
    // An index that serves one filter makes no walk of two shorter.
    let late_adjustments = LedgerQuery { kind: Some(LedgerKind::Adjust), ..late };
    assert_eq!(seqs(f, late_adjustments).await, (vec![], Some(PAGE_EXAMINED_MAX)));
    let first = LedgerQuery { kind: Some(LedgerKind::Open), order: Order::Descending, ..LedgerQuery::of(bot) };
    let end = count + 1 - PAGE_EXAMINED_MAX;
    assert_eq!(seqs(f, first.clone()).await, (vec![], Some(end)));
    assert_eq!(seqs(f, LedgerQuery { after: Some(end), ..first }).await, (vec![3], None));
    let edge = LedgerQuery { kind: Some(LedgerKind::Deactivate), order: Order::Descending, ..LedgerQuery::of(bot) };
    assert_eq!(seqs(f, edge.clone()).await, (vec![end], Some(end)), "the last one that it looks at");
    assert_eq!(seqs(f, LedgerQuery { after: Some(end), ..edge }).await, (vec![], None));
    let early = LedgerQuery { until: Some(at(1)), order: Order::Descending, ..LedgerQuery::of(bot) };
    assert_eq!(seqs(f, early.clone()).await, (vec![], Some(end)));
    assert_eq!(seqs(f, LedgerQuery { after: Some(end), ..early }).await, (vec![2, 1], None));
}

async fn walks_of_a_ledger_join_in_both_orders_across_their_ends(f: &Fixture) {
    let (bot, count) = long_ledger(f).await;
    let mut expected: Vec<_> = (4..count).filter(|seq| *seq != count + 1 - PAGE_EXAMINED_MAX).collect();
    for order in BOTH {
        let query = LedgerQuery { kind: Some(LedgerKind::Stops), limit: 1_000, order, ..LedgerQuery::of(bot) };
        let joined = all(|after| f.store().ledger(LedgerQuery { after, ..query.clone() })).await;
        assert_eq!(joined.iter().map(|entry| entry.seq).collect::<Vec<_>>(), expected, "{order:?}");
        expected.reverse();
    }
}

async fn walk_of_a_ledger_begins_at_any_number(f: &Fixture) {
    let bot = busy(f).await;
    let closed = |after, order| LedgerQuery {
        kind: Some(LedgerKind::Close),
        after: Some(after),
        order,
        ..LedgerQuery::of(bot)
    };
    let all = seqs(f, closed(0, Order::Ascending)).await;
    assert_eq!(all.0.len(), 3);
    for nowhere in [-5, i64::MIN] {
        assert_eq!(seqs(f, closed(nowhere, Order::Ascending)).await, all);
        assert_eq!(seqs(f, closed(nowhere, Order::Descending)).await, (vec![], None));
    }
    assert_eq!(seqs(f, closed(i64::MAX, Order::Ascending)).await, (vec![], None));
    assert_eq!(seqs(f, closed(i64::MAX, Order::Descending)).await.0.len(), 3);
}
