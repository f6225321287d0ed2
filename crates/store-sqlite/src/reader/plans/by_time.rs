//! Pages in the order of time: each begins and ends in an index that is in this order, whatever is filtered.

use nailsage_domain::{ExitReason, Side, SignalType, SnapshotId};
use nailsage_store::by_time::{TimePlan, TimeSpan};

use super::*;
use crate::reader::by_time::{Listed, ends, select};

/// One step along this index, from one bound to the other, without sorting.
#[track_caller]
fn assert_along(
    connection: &Connection,
    select: &Select,
    (table, index): (&str, &str),
    equal: &[&str],
    key: (&str, TimeSpan),
) {
    let (time, span) = key;
    let mut bounds: Vec<_> = equal.iter().map(|column| format!("{column}=?")).collect();
    bounds.extend(span.above.map(|_| format!("{time}>(?,?)")));
    bounds.extend(span.below.map(|_| format!("{time}<(?,?)")));
    let expected = match bounds.as_slice() {
        [] => format!("SCAN {table} USING INDEX {index}"),
        bounds => format!("SEARCH {table} USING INDEX {index} ({})", bounds.join(" AND ")),
    };
    let covering = expected.replace("USING INDEX", "USING COVERING INDEX");
    let steps = steps(connection, select);
    assert!(
        steps == [expected.as_str()] || steps == [covering.as_str()],
        "{}: {steps:?} instead of {expected}",
        select.sql
    );
}

/// A page, and where its walk ends if it is one, begin and end in this index.
#[track_caller]
fn assert_list<Q: Listed>(connection: &Connection, query: &Q, index: &str, equal: &[&str]) {
    let time = format!("({},rowid)", Q::TIME);
    assert_along(connection, &select(query, None), (Q::TABLE, index), equal, (&time, query.span()));
    assert_eq!(ends(query).is_some(), matches!(query.plan(), TimePlan::Walk { .. }));
    if let Some(ends) = ends(query) {
        assert_along(connection, &ends, (Q::TABLE, index), equal, (&time, query.span()));
        let end = (UnixMillis::MAX.get(), 7);
        let bounded = select(query, Some(end));
        assert_along(connection, &bounded, (Q::TABLE, index), equal, (&time, query.span().up_to(end)));
    }
}

/// Found by an index and sorted, since there are few.
#[track_caller]
fn assert_few<Q: Listed>(connection: &Connection, query: &Q, index: &str) {
    let steps = steps(connection, &select(query, None));
    assert!(ends(query).is_none() && steps.len() == 2, "{steps:?}");
    assert!(steps[0].contains(index) && steps[1] == "USE TEMP B-TREE FOR ORDER BY", "{steps:?}");
}

/// Something for both orders, with and without a range and a place to go on from.
fn in_all_ranges<Id: Copy>(first: Id, mut check: impl FnMut(Order, [Option<UnixMillis>; 2], Option<TimeCursor<Id>>)) {
    let place = TimeCursor { timestamp: UnixMillis::new(1_700_000_000_000).unwrap(), id: first };
    for order in ORDERS {
        for since in maybe(&UnixMillis::MIN) {
            for until in maybe(&UnixMillis::MAX) {
                for after in maybe(&place) {
                    check(order, [since, until], after);
                }
            }
        }
    }
}

#[test]
fn pages_of_positions_by_time_are_read_in_order_except_for_the_few_open_ones() {
    let (_folder, connection) = reader();
    in_all_ranges(PositionId::FIRST, |order, [since, until], after| {
        for strategy_id in maybe(&StrategyId::FIRST) {
            for starlisting_id in maybe(&StarlistingId::FIRST) {
                let query = PositionQuery {
                    strategy_id,
                    starlisting_id,
                    since,
                    until,
                    after,
                    limit: 10,
                    order,
                    ..PositionQuery::default()
                };
                assert_list(&connection, &query, "idx_positions_entry_time", &[]);
                for status in [PositionStatus::Closed, PositionStatus::Liquidated] {
                    let query = PositionQuery { status: Some(status), side: Some(Side::Long), ..query.clone() };
                    assert_list(&connection, &query, "idx_positions_entry_time", &[]);
                }
                let ended =
                    PositionQuery { is_open: Some(false), exit_reason: Some(ExitReason::Manual), ..query.clone() };
                assert_list(&connection, &ended, "idx_positions_entry_time", &[]);
                for open in [
                    PositionQuery { is_open: Some(true), ..query.clone() },
                    PositionQuery { status: Some(PositionStatus::Open), side: Some(Side::Short), ..query.clone() },
                ] {
                    assert_few(&connection, &open, "idx_positions_sta");
                }
            }
        }
    });
}

#[test]
fn pages_of_closed_positions_are_read_in_the_order_of_their_exits() {
    let (_folder, connection) = reader();
    in_all_ranges(PositionId::FIRST, |order, [since, until], after| {
        let query = ClosedQuery { since, until, after, order, ..ClosedQuery::of(StrategyId::FIRST) };
        assert_list(&connection, &query, "idx_positions_strategy", &["strategy_id"]);
    });
}

#[test]
fn pages_of_trades_by_time_are_read_in_order_except_for_the_few_of_a_position() {
    let (_folder, connection) = reader();
    in_all_ranges(TradeId::FIRST, |order, [since, until], after| {
        for strategy_id in maybe(&StrategyId::FIRST) {
            for starlisting_id in maybe(&StarlistingId::FIRST) {
                let query = TradeQuery {
                    strategy_id,
                    starlisting_id,
                    since,
                    until,
                    after,
                    limit: 10,
                    order,
                    ..TradeQuery::default()
                };
                assert_list(&connection, &query, "idx_trades_timestamp", &[]);
                let of_position = TradeQuery { position_id: Some(PositionId::FIRST), ..query };
                assert_few(&connection, &of_position, "idx_trades_position (position_id=?)");
            }
        }
    });
}

#[test]
fn pages_of_signals_by_time_are_read_in_order() {
    let (_folder, connection) = reader();
    in_all_ranges(SignalId::FIRST, |order, [since, until], after| {
        for strategy_id in maybe(&StrategyId::FIRST) {
            for starlisting_id in maybe(&StarlistingId::FIRST) {
                for was_executed in [None, Some(false), Some(true)] {
                    for signal_type in maybe(&SignalType::Long) {
                        for rejection_reason in maybe(&"cooldown".parse().unwrap()) {
                            let query = SignalQuery {
                                strategy_id,
                                starlisting_id,
                                was_executed,
                                signal_type,
                                rejection_reason,
                                since,
                                until,
                                after,
                                limit: 10,
                                order,
                            };
                            let (index, equal): (_, &[&str]) = match (strategy_id, starlisting_id, was_executed) {
                                (Some(_), _, Some(true)) => ("idx_signals_executed", &["strategy_id"]),
                                (Some(_), Some(_), _) => ("idx_signals_strategy", &["strategy_id", "starlisting_id"]),
                                _ => ("idx_signals_timestamp", &[]),
                            };
                            assert_list(&connection, &query, index, equal);
                        }
                    }
                }
            }
        }
    });
}

#[test]
fn pages_of_events_by_time_are_read_in_order() {
    let (_folder, connection) = reader();
    in_all_ranges(EventId::FIRST, |order, [since, until], after| {
        for strategy_id in maybe(&StrategyId::FIRST) {
            for event_type in maybe(&"start".parse().unwrap()) {
                for severity in maybe(&Severity::Error) {
                    for min_severity in maybe(&Severity::Error) {
                        let query = EventQuery {
                            strategy_id,
                            event_type: event_type.clone(),
                            severity,
                            min_severity,
                            since,
                            until,
                            after,
                            limit: 10,
                            order,
                        };
                        assert_list(&connection, &query, "idx_event_log_timestamp", &[]);
                    }
                }
            }
        }
    });
}

#[test]
fn pages_of_snapshots_are_read_in_the_order_of_time() {
    let (_folder, connection) = reader();
    in_all_ranges(SnapshotId::FIRST, |order, [since, until], after| {
        let query = SnapshotQuery { since, until, after, limit: 10, order };
        let of_all = ("state_snapshots", "idx_state_snapshots_timestamp");
        assert_along(&connection, &snapshots(&query), of_all, &[], ("(timestamp,rowid)", query.span()));
        let of_one = ("strategy_snapshots", "idx_strategy_snapshots_time");
        let select = strategy_snapshots(StrategyId::FIRST, &query);
        assert_along(&connection, &select, of_one, &["strategy_id"], ("(timestamp,snapshot_id)", query.span()));
    });
}

#[test]
fn curves_are_read_in_the_order_of_time() {
    let (_folder, connection) = reader();
    for since in maybe(&UnixMillis::MIN) {
        for until in maybe(&UnixMillis::MAX) {
            let query = |strategy_id| CurveQuery { strategy_id, since, until, points_max: 10 };
            for (strategy_id, index) in
                [(None, "idx_state_snapshots_timestamp"), (Some(StrategyId::FIRST), "idx_strategy_snapshots_time")]
            {
                let steps = steps(&connection, &equity(&query(strategy_id)));
                assert!(steps.len() == 1 && steps[0].contains(index), "{steps:?}");
                let is_bounded = since.or(until).is_some() || strategy_id.is_some();
                assert_eq!(steps[0].starts_with("SEARCH"), is_bounded, "{steps:?}");
            }
        }
    }
}
