//! Every page that can be asked for finds its rows by an index: for each combination of filters, with and without a place
//! to go on from, in both directions, on tables of some thousand rows, before and after they were analysed.
#![allow(clippy::unwrap_used, reason = "a test says what it expects by failing")]

use futures_util::FutureExt as _;
use nailsage_domain::{LedgerKind, PositionStatus, Severity};
use nailsage_test_postgres::{Database, server};
use tokio::runtime::{Builder, Runtime};
use tokio_postgres::{Client, NoTls};

use super::*;

mod by_time;

const ORDERS: [Order; 2] = [Order::Ascending, Order::Descending];

/// Thousands of rows in every table that pages are read from, past all rules: plans do not look at what rows mean.
const MANY_ROWS: &str = "
    INSERT INTO strategies SELECT n, 'many', n::text, n % 50 + 1, '1m', NULL, NULL, n % 2 = 0, 10000, 10000,
        1700000000000, 1700000000000 FROM generate_series(1, 3000) AS n;
    INSERT INTO strategy_totals SELECT n, 1, 0, 0, 0, 0, 0, 0, 0, 0 FROM generate_series(1, 3000) AS n;
    INSERT INTO positions SELECT n, n % 30 + 1, n % 50 + 1, 'long', 1, 1, 1700000000000, CASE WHEN n % 20 > 0 THEN 1 END,
        CASE WHEN n % 20 > 0 THEN 1700000000000 END, CASE WHEN n % 20 > 0 THEN 0 END, CASE WHEN n % 20 = 0 THEN 0 END, 0,
        CASE WHEN n % 20 > 0 THEN 'closed' ELSE 'open' END, NULL, NULL, CASE WHEN n % 20 > 0 THEN 'manual' END,
        1700000000000, 1700000000000, CASE WHEN n % 20 = 0 THEN 1 END, CASE WHEN n % 20 = 0 THEN 1700000000000 END
        FROM generate_series(1, 5000) AS n;
    INSERT INTO signals SELECT n, n % 30 + 1, n % 7 + 1, 'long', NULL, 1, 1700000000000 + n, n % 10 = 0, CASE WHEN n % 10 > 0 THEN
        'cooldown' END, 1700000000000 FROM generate_series(1, 5000) AS n;
    INSERT INTO trades SELECT n, n, n % 30 + 1, 1, 'open_long', 1, 1, 0, 0, 1700000000000 + n, NULL, 1700000000000
        FROM generate_series(1, 5000) AS n;
    INSERT INTO ledger SELECT n % 30 + 1, n / 30 + 1, CASE WHEN n < 30 THEN 'register' ELSE 'activate' END, NULL, NULL, 0,
        0, NULL, NULL, NULL, n + 1, 1700000000000, 1700000000000 FROM generate_series(0, 4999) AS n;
    INSERT INTO event_log SELECT n, 'type ' || n % 20, NULL, 'INFO', 1700000000000 + n, 1700000000000, n % 30 + 1
        FROM generate_series(2, 5000) AS n;
    INSERT INTO daily_totals SELECT n % 30 + 1, 1699920000000 + n / 30 * 86400000::int8, 1, 0, 1, 0, 0, 0
        FROM generate_series(0, 4999) AS n;
    INSERT INTO state_snapshots SELECT n, 0, 0, 0, 0, 0, 0, 0, 1700000000000 + n, 1700000000000
        FROM generate_series(1, 5000) AS n;
    INSERT INTO strategy_snapshots SELECT n, 1, 0, 0, 0, 0, 0, 0, TRUE, 1700000000000 + n, 1700000000000
        FROM generate_series(1, 5000) AS n;";

/// A book with rows, and a connection to it.
struct Planner {
    runtime: Runtime,
    client: Client,
    _database: Database,
}

impl Planner {
    fn new() -> Self {
        let database = server().database();
        let runtime = Builder::new_multi_thread().worker_threads(1).enable_all().build().unwrap();
        let client = runtime.block_on(async {
            let (client, connection) = tokio_postgres::connect(database.url(), NoTls).await.unwrap();
            tokio::spawn(connection.map(drop));
            client.batch_execute(include_str!("../../migrations/V001__book.sql")).await.unwrap();
            client.batch_execute(MANY_ROWS).await.unwrap();
            client.batch_execute("SET enable_seqscan = off").await.unwrap();
            client
        });
        Self { runtime, client, _database: database }
    }

    fn analyse(&self) {
        self.runtime.block_on(self.client.batch_execute("ANALYZE")).unwrap();
    }

    /// The plan for these very values, as the server makes it for the store.
    fn plan(&self, select: &Select) -> String {
        let text = format!("EXPLAIN {}", select.sql);
        let rows = self.runtime.block_on(crate::pipeline::query(&self.client, &text, &select.params));
        let rows = rows.unwrap_or_else(|error| panic!("{error:?} in {text}"));
        rows.iter().map(|row| row.get::<_, String>(0)).collect::<Vec<_>>().join("\n")
    }

    /// No table is read from one end to the other without an index; and the one named is used, if one is.
    #[track_caller]
    fn assert_index(&self, select: &Select, index: Option<&str>) {
        let plan = self.plan(select);
        assert!(!plan.contains("Seq Scan"), "{}\n{plan}", select.sql);
        if let Some(index) = index {
            assert!(plan.contains(index), "{index} is not used in {}\n{plan}", select.sql);
        }
    }
}

impl Planner {
    /// The rows are found by this index, along which they stand in order. The server may sort them all the same if it
    /// takes them for few; that it need not is seen where it had better not.
    #[track_caller]
    fn assert_in_order(&self, select: &Select, index: &str) {
        self.assert_index(select, Some(index));
        self.assert_needs_no_sort(select, index);
    }

    /// The rows stand in order along this index, whatever the server does with few of them.
    #[track_caller]
    fn assert_needs_no_sort(&self, select: &Select, index: &str) {
        self.runtime.block_on(self.client.batch_execute("SET enable_sort = off; SET enable_bitmapscan = off")).unwrap();
        self.assert_index(select, Some(index));
        let plan = self.plan(select);
        assert!(!plan.contains("Sort"), "{}\n{plan}", select.sql);
        self.runtime.block_on(self.client.batch_execute("RESET enable_sort; RESET enable_bitmapscan")).unwrap();
    }
}

/// With and without one.
fn maybe<T: Clone>(value: &T) -> [Option<T>; 2] {
    [None, Some(value.clone())]
}

/// Something for both orders, before and after the tables were analysed.
fn in_all_ways(mut check: impl FnMut(&Planner, Order)) {
    let planner = Planner::new();
    for is_analysed in [false, true] {
        if is_analysed {
            planner.analyse();
        }
        for order in ORDERS {
            check(&planner, order);
        }
    }
}

#[test]
fn pages_of_strategies_and_ledgers_are_found_by_an_index() {
    in_all_ways(|planner, order| {
        for after in maybe(&StrategyId::FIRST) {
            for is_active in [None, Some(false), Some(true)] {
                let select = strategies(&StrategyQuery { is_active, after, limit: 10, order });
                planner.assert_index(&select, Some("strategy_totals_pkey"));
            }
        }
        for after in maybe(&1) {
            let select = ledger(&LedgerQuery { after, order, ..LedgerQuery::of(StrategyId::FIRST) });
            planner.assert_index(&select, Some("ledger_pkey"));
        }
    });
}

#[test]
fn pages_of_positions_are_found_by_an_index() {
    in_all_ways(|planner, order| {
        let statuses = PositionStatus::ALL.iter().copied().map(Some);
        for status in statuses.chain([None]) {
            for after in maybe(&PositionId::FIRST) {
                for strategy_id in maybe(&StrategyId::FIRST) {
                    let select = positions(&PositionQuery {
                        strategy_id,
                        status,
                        after,
                        limit: 10,
                        order,
                        ..PositionQuery::default()
                    });
                    planner.assert_index(&select, None);
                    if strategy_id.is_some() && status.is_none() {
                        planner.assert_needs_no_sort(&select, "idx_positions_of_strategy");
                    }
                }
            }
        }
    });
}

#[test]
fn the_few_open_positions_of_a_strategy_are_found_by_their_own_index() {
    in_all_ways(|planner, order| {
        let (strategy_id, status) = (Some(StrategyId::FIRST), Some(PositionStatus::Open));
        let select = positions(&PositionQuery {
            strategy_id,
            status,
            after: None,
            limit: 1_000,
            order,
            ..PositionQuery::default()
        });
        planner.assert_index(&select, Some("idx_positions_status"));
    });
}

#[test]
fn pages_of_trades_are_found_by_an_index() {
    in_all_ways(|planner, order| {
        for after in maybe(&TradeId::FIRST) {
            for strategy_id in maybe(&StrategyId::FIRST) {
                for position_id in maybe(&PositionId::FIRST) {
                    let index = match (after, position_id, strategy_id) {
                        // Beyond this id there is everything or nothing, and the server knows it.
                        (Some(_), ..) => None,
                        (None, Some(_), _) => Some("idx_trades_position"),
                        (None, None, Some(_)) => Some("idx_trades_strategy"),
                        (None, None, None) => Some("trades_pkey"),
                    };
                    let select = trades(&TradeQuery {
                        strategy_id,
                        position_id,
                        after,
                        limit: 10,
                        order,
                        ..TradeQuery::default()
                    });
                    planner.assert_index(&select, index);
                }
            }
        }
    });
}

#[test]
fn pages_of_signals_are_found_by_an_index() {
    in_all_ways(|planner, order| {
        for after in maybe(&SignalId::FIRST) {
            for strategy_id in maybe(&StrategyId::FIRST) {
                for was_executed in [None, Some(false), Some(true)] {
                    let select = signals(&SignalQuery {
                        strategy_id,
                        was_executed,
                        after,
                        limit: 10,
                        order,
                        ..SignalQuery::default()
                    });
                    planner.assert_index(&select, None);
                    if strategy_id.is_some() && was_executed.is_none() {
                        planner.assert_needs_no_sort(&select, "idx_signals_of_strategy");
                    }
                }
            }
        }
    });
}

#[test]
fn pages_of_events_are_found_by_an_index() {
    in_all_ways(|planner, order| {
        for after in maybe(&EventId::FIRST) {
            for event_type in maybe(&"type 7".parse().unwrap()) {
                for severity in maybe(&Severity::Error) {
                    for min_severity in Severity::ALL.iter().copied().map(Some).chain([None]) {
                        for strategy_id in maybe(&StrategyId::FIRST) {
                            for since in maybe(&UnixMillis::MIN) {
                                let query = EventQuery {
                                    strategy_id,
                                    event_type: event_type.clone(),
                                    severity,
                                    min_severity,
                                    since,
                                    after,
                                    limit: 10,
                                    order,
                                    ..EventQuery::default()
                                };
                                planner.assert_index(&events(&query), None);
                            }
                        }
                    }
                }
            }
        }
    });
}

#[test]
fn events_of_one_type_strategy_or_severity_are_read_in_order() {
    in_all_ways(|planner, order| {
        let any = || EventQuery { limit: 10, order, ..EventQuery::default() };
        for (query, index) in [
            (EventQuery { event_type: "type 7".parse().ok(), ..any() }, "idx_event_log_type"),
            (EventQuery { strategy_id: Some(StrategyId::FIRST), ..any() }, "idx_event_log_strategy"),
            (EventQuery { severity: Some(Severity::Error), ..any() }, "idx_event_log_severity"),
        ] {
            planner.assert_in_order(&events(&query), index);
        }
    });
}

#[test]
fn the_few_adjustments_of_a_ledger_are_read_in_order() {
    in_all_ways(|planner, order| {
        for after in maybe(&1) {
            let kind = Some(LedgerKind::Adjust);
            let select = ledger(&LedgerQuery { kind, after, order, ..LedgerQuery::of(StrategyId::FIRST) });
            planner.assert_in_order(&select, "idx_ledger_adjustments");
            for kind in [None, Some(LedgerKind::Close)] {
                let since = Some(UnixMillis::MIN);
                let select = ledger(&LedgerQuery { kind, since, after, order, ..LedgerQuery::of(StrategyId::FIRST) });
                planner.assert_in_order(&select, "ledger_pkey");
            }
        }
    });
}

#[test]
fn pages_of_days_are_read_in_order() {
    in_all_ways(|planner, order| {
        for after in maybe(&UnixMillis::new(1_705_000_000_000).unwrap()) {
            for since in maybe(&UnixMillis::new(1_705_000_000_000).unwrap()) {
                let query = DailyQuery { since, after, order, ..DailyQuery::default() };
                planner.assert_index(&dashboard::days(&query), Some("daily_totals_pkey"));
                let query = DailyQuery { strategy_id: Some(StrategyId::FIRST), ..query };
                planner.assert_index(&dashboard::days(&query), Some("idx_daily_totals_strategy"));
            }
        }
    });
}

#[test]
fn funnel_counts_no_signals_outside_of_its_strategy_or_range() {
    in_all_ways(|planner, _| {
        let (bot, market) = (Some(StrategyId::FIRST), Some(StarlistingId::FIRST));
        let since = UnixMillis::new(1_700_000_004_900).ok();
        for (query, index) in [
            (FunnelQuery { strategy_id: bot, ..FunnelQuery::default() }, None),
            (FunnelQuery { since, ..FunnelQuery::default() }, Some("idx_signals_timestamp")),
            (FunnelQuery { starlisting_id: market, since, ..FunnelQuery::default() }, Some("idx_signals_timestamp")),
            (FunnelQuery { strategy_id: bot, starlisting_id: market, since, until: None }, None),
        ] {
            planner.assert_index(&funnel(&query), index);
        }
    });
}

#[test]
fn leaderboard_reads_only_the_days_that_it_is_about() {
    in_all_ways(|planner, _| {
        let since = UnixMillis::new(1_713_000_000_000).ok();
        let some = LeaderboardQuery { since, ..LeaderboardQuery::default() };
        planner.assert_index(&dashboard::leaderboard(&some), Some("daily_totals_pkey"));
        let all = planner.plan(&dashboard::leaderboard(&LeaderboardQuery::default()));
        assert!(!all.contains("daily_totals"), "all days of a strategy together are its totals: {all}");
    });
}

#[test]
fn rows_of_one_owner_are_never_looked_for_past_those_of_others() {
    in_all_ways(|planner, order| {
        for after in maybe(&1_000) {
            let strategy_id = Some(StrategyId::FIRST);
            let trade = after.and_then(|id| TradeId::new(id).ok());
            let of_strategy = TradeQuery { strategy_id, after: trade, order, ..TradeQuery::default() };
            planner.assert_needs_no_sort(&trades(&of_strategy), "idx_trades_strategy");
            let event = after.and_then(|id| EventId::new(id).ok());
            let all = EventQuery { after: event, order, ..EventQuery::default() };
            let of_type = EventQuery { event_type: "type 7".parse().ok(), ..all.clone() };
            planner.assert_needs_no_sort(&events(&of_type), "idx_event_log_type");
            let of_strategy = EventQuery { strategy_id, ..all.clone() };
            planner.assert_needs_no_sort(&events(&of_strategy), "idx_event_log_strategy");
            let of_severity = EventQuery { severity: Some(Severity::Info), ..all };
            planner.assert_needs_no_sort(&events(&of_severity), "idx_event_log_severity");
        }
    });
}
