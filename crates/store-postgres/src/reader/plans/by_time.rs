//! Pages in the order of time: each begins and ends in an index that is in this order, whatever is filtered.

use nailsage_domain::Side;
use nailsage_store::by_time::{TimePlan, TimeSpan};

use super::*;
use crate::reader::by_time::{Listed, ends, select};

/// Read along this index from one bound to the other, which are found by all of their columns.
#[track_caller]
fn assert_along(planner: &Planner, select: &Select, index: &str, (key, span): (&str, TimeSpan)) {
    planner.assert_in_order(select, index);
    let plan = planner.plan(select).replace('"', "");
    let is_bounded = |bound: Option<_>, comparison: &str| {
        bound.is_none()
            || plan
                .lines()
                .any(|line| line.contains("Index Cond") && line.contains(&format!("ROW({key}) {comparison}")))
    };
    assert!(is_bounded(span.above, ">") && is_bounded(span.below, "<"), "{}\n{plan}", select.sql);
}

/// A page, and where its walk ends if it is one, begin and end in this index.
#[track_caller]
fn assert_list<Q: Listed>(planner: &Planner, query: &Q, index: &str) {
    let key = format!("{}, id", Q::TIME);
    assert_along(planner, &select(query), index, (&key, query.span()));
    assert_eq!(ends(query).is_some(), matches!(query.plan(), TimePlan::Walk { .. }));
    if let Some(ends) = ends(query) {
        assert_along(planner, &ends, index, (&key, query.span()));
    }
}

/// The row in the middle of a table, at this time after the first.
fn middle<Id>(new: fn(i64) -> Result<Id, ValueError>, after_ms: i64) -> TimeCursor<Id> {
    TimeCursor { timestamp: UnixMillis::new(1_700_000_000_000 + after_ms).unwrap(), id: new(2_500).unwrap() }
}

/// Something for both orders, with and without a range and a place to go on from, before and after the tables were
/// analysed.
fn in_all_ranges<Id: Copy>(
    place: TimeCursor<Id>,
    mut check: impl FnMut(&Planner, Order, [Option<UnixMillis>; 2], Option<TimeCursor<Id>>),
) {
    in_all_ways(|planner, order| {
        for since in maybe(&UnixMillis::MIN) {
            for until in maybe(&UnixMillis::MAX) {
                for after in maybe(&place) {
                    check(planner, order, [since, until], after);
                }
            }
        }
    });
}

#[test]
fn pages_of_positions_by_time_are_read_in_order_except_for_the_few_open_ones() {
    in_all_ranges(middle(PositionId::new, 0), |planner, order, [since, until], after| {
        for strategy_id in maybe(&StrategyId::FIRST) {
            let any = PositionQuery { strategy_id, since, until, after, limit: 10, order, ..PositionQuery::default() };
            assert_list(planner, &any, "idx_positions_entry_time");
            let ended = PositionQuery { is_open: Some(false), side: Some(Side::Long), ..any.clone() };
            assert_list(planner, &ended, "idx_positions_entry_time");
            let open = PositionQuery { is_open: Some(true), ..any };
            planner.assert_index(&select(&open), Some("idx_positions_sta"));
            assert!(ends(&open).is_none());
        }
    });
}

#[test]
fn pages_of_closed_positions_are_read_in_the_order_of_their_exits() {
    in_all_ranges(middle(PositionId::new, 0), |planner, order, [since, until], after| {
        let query = ClosedQuery { since, until, after, limit: 10, order, ..ClosedQuery::of(StrategyId::FIRST) };
        assert_list(planner, &query, "idx_positions_strategy");
    });
}

#[test]
fn pages_of_trades_by_time_are_read_in_order_except_for_the_few_of_a_position() {
    in_all_ranges(middle(TradeId::new, 2_500), |planner, order, [since, until], after| {
        for strategy_id in maybe(&StrategyId::FIRST) {
            let query = TradeQuery { strategy_id, since, until, after, limit: 10, order, ..TradeQuery::default() };
            assert_list(planner, &query, "idx_trades_timestamp");
            let of_position = TradeQuery { position_id: Some(PositionId::FIRST), ..query };
            planner.assert_index(&select(&of_position), Some("idx_trades_position"));
            assert!(ends(&of_position).is_none());
        }
    });
}

#[test]
fn pages_of_signals_by_time_are_read_in_order() {
    in_all_ranges(middle(SignalId::new, 2_500), |planner, order, [since, until], after| {
        for strategy_id in maybe(&StrategyId::FIRST) {
            for starlisting_id in maybe(&StarlistingId::FIRST) {
                for was_executed in [None, Some(false), Some(true)] {
                    let any = SignalQuery {
                        strategy_id,
                        starlisting_id,
                        was_executed,
                        since,
                        until,
                        ..SignalQuery::default()
                    };
                    let query = SignalQuery { after, limit: 10, order, ..any };
                    let index = match (strategy_id, starlisting_id, was_executed) {
                        (Some(_), _, Some(true)) => "idx_signals_executed",
                        (Some(_), Some(_), _) => "idx_signals_strategy",
                        _ => "idx_signals_timestamp",
                    };
                    assert_list(planner, &query, index);
                }
            }
        }
    });
}

#[test]
fn pages_of_events_by_time_are_read_in_order() {
    in_all_ranges(middle(EventId::new, 2_500), |planner, order, [since, until], after| {
        for strategy_id in maybe(&StrategyId::FIRST) {
            for event_type in maybe(&"type 7".parse().unwrap()) {
                for severity in maybe(&Severity::Error) {
                    let event_type = event_type.clone();
                    let any = EventQuery { strategy_id, event_type, severity, since, until, ..EventQuery::default() };
                    let query = EventQuery { after, limit: 10, order, ..any };
                    assert_list(planner, &query, "idx_event_log_timestamp");
                }
            }
        }
    });
}

#[test]
fn pages_of_snapshots_and_curves_are_read_in_the_order_of_time() {
    in_all_ranges(middle(SnapshotId::new, 2_500), |planner, order, [since, until], after| {
        let query = SnapshotQuery { since, until, after, limit: 10, order };
        let of_all = ("timestamp, id", query.span());
        assert_along(planner, &snapshots(&query), "idx_state_snapshots_timestamp", of_all);
        let of_one = ("timestamp, snapshot_id", query.span());
        assert_along(planner, &strategy_snapshots(StrategyId::FIRST, &query), "idx_strategy_snapshots_time", of_one);
    });
    in_all_ways(|planner, _| {
        let query = |strategy_id| CurveQuery { strategy_id, ..CurveQuery::default() };
        planner.assert_index(&equity(&query(None)), None);
        planner.assert_index(&equity(&query(Some(StrategyId::FIRST))), Some("strategy_snapshots_time"));
    });
}
