//! Lists in the order of time: their pages, and every filter.

use nailsage_domain::{EventId, ExitReason, PositionId, Severity, SignalType, StrategyId, TradeId, UnixMillis};
use nailsage_store::{
    EventQuery, LogEvent, Order, PositionQuery, SignalQuery, TimeCursor, TradeQuery,
};

use super::pages::{BOTH, full_book, joins};
use crate::prelude::*;

cases! {
    pages_by_time_join_in_both_orders_among_equal_times,
    late_row_has_its_place_among_the_earlier_ones,
    range_of_time_ends_before_its_end,
    place_need_be_neither_a_row_nor_in_the_range,
    positions_by_time_with_every_filter,
    trades_by_time_with_every_filter,
    signals_by_time_with_every_filter,
    events_by_time_with_every_filter,
    filters_hold_across_pages_by_time,
}

/// All filters but the range.
fn ranges() -> [[Option<UnixMillis>; 2]; 5] {
    [[None, None], [Some(at(1)), None], [None, Some(at(3))], [Some(at(1)), Some(at(3))], [Some(at(3)), Some(at(1))]]
}

fn is_within(time: UnixMillis, [since, until]: [Option<UnixMillis>; 2]) -> bool {
    since.is_none_or(|since| time >= since) && until.is_none_or(|until| time < until)
}

/// Rows with equal times, and others that came late.
async fn shuffled_book(f: &Fixture) {
    full_book(f).await;
    f.log(at(2), log("late")).await;
    let bot = StrategyId::FIRST;
    f.open(at(1), OpenPosition { starlisting_id: Some(market(9)), ..long(bot, "100") }).await;
    f.signal(at(1), RecordSignal { rejection_reason: Some(reason("late")), ..signal(bot) }).await;
}

async fn pages_by_time_join_in_both_orders_among_equal_times(f: &Fixture) {
    shuffled_book(f).await;
    let (mut dump, store) = (f.dump().await, f.store());
    dump.positions.sort_by_key(|it| (it.entry_timestamp, it.id));
    dump.trades.sort_by_key(|it| (it.timestamp, it.id));
    dump.signals.sort_by_key(|it| (it.timestamp, it.id));
    dump.events.sort_by_key(|it| (it.timestamp, it.id));
    joins(dump.positions, |after, limit, order| {
        store.positions_by_time(PositionQuery { after, limit, order, ..PositionQuery::default() })
    })
    .await;
    joins(dump.trades, |after, limit, order| {
        store.trades_by_time(TradeQuery { after, limit, order, ..TradeQuery::default() })
    })
    .await;
    joins(dump.signals, |after, limit, order| {
        store.signals_by_time(SignalQuery { after, limit, order, ..SignalQuery::default() })
    })
    .await;
    joins(dump.events, |after, limit, order| {
        store.events_by_time(EventQuery { after, limit, order, ..EventQuery::default() })
    })
    .await;
}

pub(super) type EventsByTime = EventQuery<TimeCursor<EventId>>;

/// A book begins with an event of its own, which is later than those of the cases. Theirs are numbered from behind it.
const OWN_EVENTS: i64 = 1;

/// The numbers of a page's events, and the time and number after which the next page begins.
pub(super) async fn events(f: &Fixture, query: EventsByTime) -> (Vec<i64>, Option<(UnixMillis, i64)>) {
    let page = f.store().events_by_time(query).await.expect("events can be read");
    let number = |id: EventId| id.get() - OWN_EVENTS;
    let next = page.next.map(|next| (next.timestamp, number(next.id)));
    (page.items.iter().map(|event| number(event.id)).filter(|number| *number > 0).collect(), next)
}

pub(super) fn place(minute: i64, number: i64) -> TimeCursor<EventId> {
    TimeCursor { timestamp: at(minute), id: EventId::new(number.saturating_add(OWN_EVENTS)).expect("above 0") }
}

async fn late_row_has_its_place_among_the_earlier_ones(f: &Fixture) {
    for minute in [5, 1, 3, 3, 9] {
        f.log(at(minute), log("x")).await;
    }
    let query = |after, order| EventsByTime { until: Some(at(99)), after, order, limit: 3, ..EventsByTime::default() };
    assert_eq!(events(f, query(None, Order::Ascending)).await, (vec![2, 3, 4], Some((at(3), 4))));
    // Behind the place it is found, before it not.
    f.log(at(4), log("x")).await;
    f.log(at(2), log("x")).await;
    assert_eq!(events(f, query(Some(place(3, 4)), Order::Ascending)).await, (vec![6, 1, 5], None));
    assert_eq!(events(f, query(Some(place(3, 4)), Order::Descending)).await, (vec![3, 7, 2], None));
    assert_eq!(events(f, query(None, Order::Descending)).await, (vec![5, 1, 6], Some((at(4), 6))));
}

async fn range_of_time_ends_before_its_end(f: &Fixture) {
    for minute in [4, 1, 3, 2] {
        f.log(at(minute), log("x")).await;
    }
    for order in BOTH {
        let within = async |since, until| {
            let query = EventsByTime { since, until, order, ..EventsByTime::default() };
            let (mut ids, next) = events(f, query).await;
            assert_eq!(next, None);
            if order == Order::Descending {
                ids.reverse();
            }
            ids
        };
        assert_eq!(within(Some(at(2)), Some(at(4))).await, [4, 3]);
        assert_eq!(within(Some(at(4)), None).await, [1]);
        assert_eq!(within(None, Some(at(2))).await, [2]);
        assert_eq!(within(None, Some(at(1))).await, Vec::<i64>::new());
        assert_eq!(within(Some(at(3)), Some(at(2))).await, Vec::<i64>::new());
    }
}

async fn place_need_be_neither_a_row_nor_in_the_range(f: &Fixture) {
    for minute in [1, 2, 2, 3] {
        f.log(at(minute), log("x")).await;
    }
    let from = async |after, order| {
        let query = EventsByTime { since: Some(at(2)), until: Some(at(3)), after: Some(after), order, ..EventsByTime::default() };
        events(f, query).await
    };
    for (after, upwards, downwards) in [
        (place(0, 9), vec![2, 3], vec![]),
        (place(1, i64::MAX), vec![2, 3], vec![]),
        (place(2, 1), vec![2, 3], vec![]),
        (place(2, 2), vec![3], vec![]),
        (place(2, i64::MAX), vec![], vec![3, 2]),
        (place(3, 1), vec![], vec![3, 2]),
        (place(99, 1), vec![], vec![3, 2]),
    ] {
        assert_eq!(from(after, Order::Ascending).await, (upwards, None), "{after:?}");
        assert_eq!(from(after, Order::Descending).await, (downwards, None), "{after:?}");
    }
}

async fn positions_by_time_with_every_filter(f: &Fixture) {
    shuffled_book(f).await;
    let mut whole = f.dump().await.positions;
    whole.sort_by_key(|it| (it.entry_timestamp, it.id));
    let statuses = [None, Some(PositionStatus::Open), Some(PositionStatus::Closed), Some(PositionStatus::Liquidated)];
    for [since, until] in ranges() {
        for strategy_id in [None, Some(StrategyId::FIRST)] {
            for status in statuses {
                for is_open in [None, Some(true), Some(false)] {
                    for starlisting_id in [None, Some(market(8))] {
                        for (side, exit_reason) in
                            [(None, None), (Some(Side::Short), None), (None, Some(ExitReason::Liquidation))]
                        {
                            let query = PositionQuery {
                                strategy_id,
                                status,
                                is_open,
                                starlisting_id,
                                side,
                                exit_reason,
                                since,
                                until,
                                ..PositionQuery::default()
                            };
                            let mut expected = whole.clone();
                            expected.retain(|it| strategy_id.is_none_or(|id| id == it.strategy_id));
                            expected.retain(|it| status.is_none_or(|status| status == it.status()));
                            expected.retain(|it| is_open.is_none_or(|is_open| is_open == it.is_open()));
                            expected.retain(|it| starlisting_id.is_none_or(|market| market == it.starlisting_id));
                            expected.retain(|it| side.is_none_or(|side| side == it.side));
                            expected.retain(|it| exit_reason.is_none() || exit_reason == it.exit_reason());
                            expected.retain(|it| is_within(it.entry_timestamp, [since, until]));
                            let page = f.store().positions_by_time(query.clone()).await;
                            assert_eq!(page.expect("positions can be read").items, expected, "{query:?}");
                        }
                    }
                }
            }
        }
    }
}

async fn trades_by_time_with_every_filter(f: &Fixture) {
    shuffled_book(f).await;
    let mut whole = f.dump().await.trades;
    whole.sort_by_key(|it| (it.timestamp, it.id));
    for [since, until] in ranges() {
        for strategy_id in [None, Some(StrategyId::FIRST), StrategyId::new(99).ok()] {
            for position_id in [None, Some(PositionId::FIRST), PositionId::new(999).ok()] {
                for starlisting_id in [None, Some(market(8))] {
                    let query = TradeQuery {
                        strategy_id,
                        position_id,
                        starlisting_id,
                        since,
                        until,
                        ..TradeQuery::<TimeCursor<TradeId>>::default()
                    };
                    let mut expected = whole.clone();
                    expected.retain(|it| strategy_id.is_none_or(|id| id == it.strategy_id));
                    expected.retain(|it| position_id.is_none_or(|id| id == it.position_id));
                    expected.retain(|it| starlisting_id.is_none_or(|market| market == it.starlisting_id));
                    expected.retain(|it| is_within(it.timestamp, [since, until]));
                    let page = f.store().trades_by_time(query.clone()).await;
                    assert_eq!(page.expect("trades can be read").items, expected, "{query:?}");
                }
            }
        }
    }
}

async fn signals_by_time_with_every_filter(f: &Fixture) {
    shuffled_book(f).await;
    let mut whole = f.dump().await.signals;
    whole.sort_by_key(|it| (it.timestamp, it.id));
    for [since, until] in ranges() {
        for strategy_id in [None, Some(StrategyId::FIRST)] {
            for was_executed in [None, Some(true), Some(false)] {
                for starlisting_id in [None, Some(market(7)), Some(market(8))] {
                    for signal_type in [None, Some(SignalType::Long), Some(SignalType::Close)] {
                        for rejection_reason in [None, Some(reason("late"))] {
                            let mut expected = whole.clone();
                            expected.retain(|it| strategy_id.is_none_or(|id| id == it.strategy_id));
                            expected.retain(|it| was_executed.is_none_or(|executed| executed == it.was_executed()));
                            expected.retain(|it| starlisting_id.is_none_or(|market| market == it.starlisting_id));
                            expected.retain(|it| signal_type.is_none_or(|kind| kind == it.signal_type));
                            expected.retain(|it| {
                                rejection_reason.is_none() || it.rejection_reason() == rejection_reason.as_ref()
                            });
                            expected.retain(|it| is_within(it.timestamp, [since, until]));
                            let query = SignalQuery {
                                strategy_id,
                                was_executed,
                                starlisting_id,
                                signal_type,
                                rejection_reason,
                                since,
                                until,
                                ..SignalQuery::default()
                            };
                            let page = f.store().signals_by_time(query.clone()).await;
                            assert_eq!(page.expect("signals can be read").items, expected, "{query:?}");
                        }
                    }
                }
            }
        }
    }
}

async fn events_by_time_with_every_filter(f: &Fixture) {
    let bots = [f.strategy("a").await, f.strategy("b").await];
    for (severity, step) in Severity::ALL.iter().zip(0_i64..) {
        for strategy in [None, Some(StrategyRef::Id(bots[0])), Some(StrategyRef::Id(bots[1]))] {
            f.log(at(4 - step), LogEvent { severity: *severity, strategy, ..log("tick") }).await;
        }
    }
    let mut whole = f.dump().await.events;
    whole.sort_by_key(|it| (it.timestamp, it.id));
    for [since, until] in ranges() {
        for strategy_id in [None, Some(bots[1])] {
            for event_type in [None, Some("tick"), Some("strategy_registered")] {
                for severity in [None, Some(Severity::Info), Some(Severity::Critical)] {
                    for min_severity in [None, Some(Severity::Debug), Some(Severity::Warning)] {
                        let event_type = event_type.map(value);
                        let mut expected = whole.clone();
                        expected.retain(|it| strategy_id.is_none() || it.strategy_id == strategy_id);
                        expected.retain(|it| event_type.as_ref().is_none_or(|wanted| *wanted == it.event_type));
                        expected.retain(|it| severity.is_none_or(|severity| it.severity == severity));
                        expected.retain(|it| min_severity.is_none_or(|least| it.severity >= least));
                        expected.retain(|it| is_within(it.timestamp, [since, until]));
                        let any = EventsByTime { since, until, ..EventsByTime::default() };
                        let query = EventQuery { strategy_id, event_type, severity, min_severity, ..any };
                        let page = f.store().events_by_time(query.clone()).await;
                        assert_eq!(page.expect("events can be read").items, expected, "{query:?}");
                    }
                }
            }
        }
    }
}

/// A filter must not eat into the limit, nor a page end before the last fitting row: of each kind of plan one list.
async fn filters_hold_across_pages_by_time(f: &Fixture) {
    shuffled_book(f).await;
    let (mut dump, store) = (f.dump().await, f.store());
    dump.signals.sort_by_key(|it| (it.timestamp, it.id));
    dump.positions.sort_by_key(|it| (it.entry_timestamp, it.id));
    let strategy_id = Some(StrategyId::FIRST);
    let [mut executed, mut suppressed, mut there] = [dump.signals.clone(), dump.signals.clone(), dump.signals];
    executed.retain(|it| it.was_executed() && Some(it.strategy_id) == strategy_id);
    suppressed.retain(|it| !it.was_executed());
    there.retain(|it| it.starlisting_id == market(7) && Some(it.strategy_id) == strategy_id);
    for (expected, query) in [
        (executed, SignalQuery { strategy_id, was_executed: Some(true), ..SignalQuery::default() }),
        (suppressed, SignalQuery { was_executed: Some(false), ..SignalQuery::default() }),
        (there, SignalQuery { strategy_id, starlisting_id: Some(market(7)), ..SignalQuery::default() }),
    ] {
        joins(expected, |after, limit, order| {
            store.signals_by_time(SignalQuery { after, limit, order, ..query.clone() })
        })
        .await;
    }
    dump.positions.retain(nailsage_domain::Position::is_open);
    joins(dump.positions, |after, limit, order| {
        store.positions_by_time(PositionQuery { is_open: Some(true), after, limit, order, ..PositionQuery::default() })
    })
    .await;
}
