//! Every page that can be asked for is read in its own order, on a database that was never analysed: for each combination
//! of filters, with and without a place to go on from, in both directions.
#![allow(clippy::unwrap_used, reason = "a test says what it expects by failing")]

use nailsage_domain::{LedgerKind, PositionStatus, Severity};
use rusqlite::params_from_iter;

use super::*;
use crate::connection::open_reader;

mod by_time;

const ORDERS: [Order; 2] = [Order::Ascending, Order::Descending];

/// A reader as the store has it, of an empty book.
fn reader() -> (tempfile::TempDir, Connection) {
    let folder = tempfile::tempdir().unwrap();
    let path = folder.path().join("book.db");
    Connection::open(&path).unwrap().execute_batch(include_str!("../../migrations/V001__book.sql")).unwrap();
    let connection = open_reader(&path).unwrap();
    (folder, connection)
}

fn steps(connection: &Connection, select: &Select) -> Vec<String> {
    let mut statement = connection.prepare(&format!("EXPLAIN QUERY PLAN {}", select.sql)).unwrap();
    let steps = statement.query_map(params_from_iter(&select.params), |row| row.get(3)).unwrap();
    steps.map(Result::unwrap).collect()
}

#[track_caller]
fn assert_plan(connection: &Connection, select: &Select, expected: &[String]) {
    assert_eq!(steps(connection, select), expected, "{}", select.sql);
}

/// With and without one.
fn maybe<T: Clone>(value: &T) -> [Option<T>; 2] {
    [None, Some(value.clone())]
}

/// The bound that a cursor sets on a key.
fn bound<C>(key: &str, after: Option<C>, order: Order) -> Option<String> {
    let comparison = if order == Order::Ascending { '>' } else { '<' };
    after.map(|_| format!("{key}{comparison}?"))
}

/// The bounds on a key: from the cursor, and to where the page has looked at enough.
fn bounds<C: Copy>(key: &str, after: Option<C>, order: Order, is_bounded: bool) -> Option<String> {
    Some(match (after.is_some(), is_bounded, order) {
        (false, false, _) => return None,
        (true, true, _) => format!("{key}>? AND {key}<?"),
        (true, false, Order::Ascending) | (false, true, Order::Descending) => format!("{key}>?"),
        (true, false, Order::Descending) | (false, true, Order::Ascending) => format!("{key}<?"),
    })
}

/// A walk in order of ids.
fn walk<C: Copy>(table: &str, after: Option<C>, order: Order, is_bounded: bool) -> String {
    match bounds("rowid", after, order, is_bounded) {
        Some(bounds) => format!("SEARCH {table} USING INTEGER PRIMARY KEY ({bounds})"),
        None => format!("SCAN {table}"),
    }
}

/// A search by a key whose rows come in the order of the page, from the cursor.
fn search(table_and_index: &str, equality: &str, bound: Option<String>) -> String {
    let and_bound = bound.map_or_else(String::new, |bound| format!(" AND {bound}"));
    format!("SEARCH {table_and_index} ({equality}=?{and_bound})")
}

#[test]
fn pages_of_strategies_are_read_in_order() {
    let (_folder, connection) = reader();
    for order in ORDERS {
        for after in maybe(&StrategyId::FIRST) {
            for is_active in [None, Some(false), Some(true)] {
                let first = match is_active {
                    Some(_) => {
                        let bound = bound("rowid", after, order);
                        search("s USING INDEX idx_strategies_active", "is_active", bound)
                    }
                    None => walk("s", after, order, false),
                };
                let select = strategies(&StrategyQuery { is_active, after, limit: 10, order });
                let totals = "SEARCH t USING INTEGER PRIMARY KEY (rowid=?) LEFT-JOIN".to_owned();
                assert_plan(&connection, &select, &[first, totals]);
            }
        }
    }
}

#[test]
fn pages_of_positions_are_read_in_order_except_for_the_few_open_ones() {
    let (_folder, connection) = reader();
    let statuses = PositionStatus::ALL.iter().copied().map(Some);
    for status in statuses.chain([None]) {
        for order in ORDERS {
            for after in maybe(&PositionId::FIRST) {
                for strategy_id in maybe(&StrategyId::FIRST) {
                    // Both indexes hold the open positions only.
                    let expected = match (status, strategy_id) {
                        (Some(PositionStatus::Open), Some(_)) => {
                            vec![search("positions USING INDEX idx_positions_status", "strategy_id", None)]
                        }
                        (Some(PositionStatus::Open), None) => {
                            vec!["SCAN positions USING INDEX idx_positions_starlisting".to_owned()]
                        }
                        (None, Some(_)) => {
                            let bound = bound("rowid", after, order);
                            vec![search("positions USING INDEX idx_positions_of_strategy", "strategy_id", bound)]
                        }
                        _ => vec![walk("positions", after, order, status.is_some())],
                    };
                    let sorts =
                        (status == Some(PositionStatus::Open)).then(|| "USE TEMP B-TREE FOR ORDER BY".to_owned());
                    let expected: Vec<_> = expected.into_iter().chain(sorts).collect();
                    let select = positions(
                        &PositionQuery { strategy_id, status, after, limit: 10, order, ..PositionQuery::default() },
                        1_000_000,
                    );
                    assert_plan(&connection, &select, &expected);
                }
            }
        }
    }
}

#[test]
fn pages_of_trades_are_read_in_order() {
    let (_folder, connection) = reader();
    for order in ORDERS {
        for after in maybe(&TradeId::FIRST) {
            for strategy_id in maybe(&StrategyId::FIRST) {
                for position_id in maybe(&PositionId::FIRST) {
                    let bound = bound("rowid", after, order);
                    let expected = match (position_id, strategy_id) {
                        (Some(_), _) => search("trades USING INDEX idx_trades_position", "position_id", bound),
                        (None, Some(_)) => search("trades USING INDEX idx_trades_strategy", "strategy_id", bound),
                        (None, None) => walk("trades", after, order, false),
                    };
                    let select = trades(
                        &TradeQuery { strategy_id, position_id, after, limit: 10, order, ..TradeQuery::default() },
                        1_000_000,
                    );
                    assert_plan(&connection, &select, &[expected]);
                }
            }
        }
    }
}

#[test]
fn pages_of_signals_are_read_in_order() {
    let (_folder, connection) = reader();
    for order in ORDERS {
        for after in maybe(&SignalId::FIRST) {
            for strategy_id in maybe(&StrategyId::FIRST) {
                for was_executed in [None, Some(false), Some(true)] {
                    let expected = match (was_executed, strategy_id) {
                        (None, Some(_)) => {
                            let bound = bound("rowid", after, order);
                            search("signals USING INDEX idx_signals_of_strategy", "strategy_id", bound)
                        }
                        _ => walk("signals", after, order, was_executed.is_some()),
                    };
                    let select = signals(
                        &SignalQuery { strategy_id, was_executed, after, limit: 10, order, ..SignalQuery::default() },
                        1_000_000,
                    );
                    assert_plan(&connection, &select, &[expected]);
                }
            }
        }
    }
}

#[test]
fn pages_of_a_ledger_are_read_in_order() {
    let (_folder, connection) = reader();
    for order in ORDERS {
        for after in maybe(&1) {
            for kind in [None, Some(LedgerKind::Adjust), Some(LedgerKind::Close)] {
                for since in maybe(&UnixMillis::MIN) {
                    let query = LedgerQuery { kind, since, after, order, ..LedgerQuery::of(StrategyId::FIRST) };
                    let index = match kind {
                        Some(LedgerKind::Adjust) => "ledger USING INDEX idx_ledger_adjustments",
                        _ => "ledger USING PRIMARY KEY",
                    };
                    let bounds = bounds("seq", after, order, query.walk().is_some());
                    assert_plan(&connection, &ledger(&query, 1_000_000), &[search(index, "strategy_id", bounds)]);
                }
            }
        }
    }
}

#[test]
fn pages_of_events_are_read_in_order() {
    let (_folder, connection) = reader();
    for order in ORDERS {
        for after in maybe(&EventId::FIRST) {
            for event_type in maybe(&"start".parse().unwrap()) {
                for (severity, min_severity) in [(0, 0), (1, 0), (0, 1), (1, 1)] {
                    for strategy_id in maybe(&StrategyId::FIRST) {
                        for since in maybe(&UnixMillis::MIN) {
                            let query = EventQuery {
                                strategy_id,
                                event_type: event_type.clone(),
                                severity: Some(Severity::Error).filter(|_| severity == 1),
                                min_severity: Some(Severity::Error).filter(|_| min_severity == 1),
                                since,
                                after,
                                limit: 10,
                                order,
                                ..EventQuery::default()
                            };
                            assert_events_in_order(&connection, &query);
                        }
                    }
                }
            }
        }
    }
}

/// Several filters are served by the index of the first of type, strategy and severity.
#[track_caller]
fn assert_events_in_order(connection: &Connection, query: &EventQuery) {
    let is_bounded = query.walk().is_some();
    let bounds = bounds("rowid", query.after, query.order, is_bounded);
    let expected = match (&query.event_type, query.strategy_id, query.severity) {
        (Some(_), ..) => search("event_log USING INDEX idx_event_log_type", "event_type", bounds),
        (None, Some(_), _) => search("event_log USING INDEX idx_event_log_strategy", "strategy_id", bounds),
        (None, None, Some(_)) => search("event_log USING INDEX idx_event_log_severity", "severity", bounds),
        (None, None, None) => walk("event_log", query.after, query.order, is_bounded),
    };
    assert_plan(connection, &events(query, 1_000_000), &[expected]);
}

#[test]
fn pages_of_days_are_read_in_order() {
    let (_folder, connection) = reader();
    for order in ORDERS {
        for after in maybe(&UnixMillis::MIN) {
            for since in maybe(&UnixMillis::MIN) {
                let query = DailyQuery { since, after, order, ..DailyQuery::default() };
                let bounds = match (since.is_some(), after.is_some(), order) {
                    (false, false, _) => None,
                    (true, true, Order::Descending) => Some("day_start>? AND day_start<?"),
                    (false, true, Order::Descending) => Some("day_start<?"),
                    _ => Some("day_start>?"),
                };
                let all = bounds.map_or_else(
                    || "SCAN daily_totals".to_owned(),
                    |bounds| format!("SEARCH daily_totals USING PRIMARY KEY ({bounds})"),
                );
                assert_plan(&connection, &dashboard::days(&query), &[all]);
                let query = DailyQuery { strategy_id: Some(StrategyId::FIRST), ..query };
                let index = "daily_totals USING INDEX idx_daily_totals_strategy";
                let of_one = search(index, "strategy_id", bounds.map(str::to_owned));
                assert_plan(&connection, &dashboard::days(&query), &[of_one]);
            }
        }
    }
}

#[test]
fn leaderboard_reads_only_the_days_that_it_is_about() {
    let (_folder, connection) = reader();
    for since in maybe(&UnixMillis::MIN) {
        for until in maybe(&UnixMillis::MAX) {
            let select = dashboard::leaderboard(&LeaderboardQuery { since, until, limit: 10 });
            let bounds = match (since, until) {
                (None, None) => {
                    // All days of a strategy together are its totals.
                    let steps = ["SCAN strategy_totals", "USE TEMP B-TREE FOR ORDER BY"];
                    assert_plan(&connection, &select, &steps.map(str::to_owned));
                    continue;
                }
                (Some(_), None) => "day_start>?",
                (None, Some(_)) => "day_start<?",
                (Some(_), Some(_)) => "day_start>? AND day_start<?",
            };
            let search = format!("SEARCH daily_totals USING PRIMARY KEY ({bounds})");
            let sorts = ["USE TEMP B-TREE FOR GROUP BY", "USE TEMP B-TREE FOR ORDER BY"].map(str::to_owned);
            assert_plan(&connection, &select, &[vec![search], sorts.to_vec()].concat());
        }
    }
}

#[test]
fn overview_finds_open_positions_without_walking_past_closed_ones() {
    let (_folder, connection) = reader();
    let select = Select::new(sql::OPEN_HOLDINGS);
    assert_plan(&connection, &select, &["SCAN positions USING INDEX idx_positions_starlisting".to_owned()]);
}

#[test]
fn funnel_counts_no_signals_outside_of_its_strategy_or_range() {
    let (_folder, connection) = reader();
    let (bot, market) = (Some(StrategyId::FIRST), Some(StarlistingId::FIRST));
    let (since, until) = (Some(UnixMillis::MIN), Some(UnixMillis::MAX));
    for (query, found_by) in [
        (FunnelQuery { strategy_id: bot, ..FunnelQuery::default() }, "idx_signals_strategy (strategy_id=?)"),
        (FunnelQuery { since, until, ..FunnelQuery::default() }, "idx_signals_timestamp (timestamp>? AND timestamp<?)"),
        (
            FunnelQuery { starlisting_id: market, since, ..FunnelQuery::default() },
            "idx_signals_timestamp (timestamp>?)",
        ),
        (
            FunnelQuery { strategy_id: bot, starlisting_id: market, since, until },
            "idx_signals_strategy (strategy_id=? AND starlisting_id=? AND timestamp>? AND timestamp<?)",
        ),
    ] {
        let search = format!("SEARCH signals USING INDEX {found_by}");
        let sorts = ["USE TEMP B-TREE FOR GROUP BY", "USE TEMP B-TREE FOR ORDER BY"].map(str::to_owned);
        assert_plan(&connection, &funnel(&query), &[vec![search], sorts.to_vec()].concat());
    }
}
