//! The source document's tables, columns, indexes, keys and views are in the project's own migrations, on every engine.

use std::env;
use std::path::Path;

use super::read::{Item, Kind, Schema};
use super::{POSTGRES, SQLITE, schema_of};
use crate::tidy::tree::Tree;

/// A table of the document, or a view, with its columns in their order.
type Columns = (&'static str, &'static [&'static str]);

const TABLES: [Columns; 7] = [
    (
        "strategies",
        &[
            "id",
            "strategy_name",
            "version",
            "starlisting_id",
            "interval",
            "model_id",
            "config_path",
            "is_active",
            "initial_bankroll",
            "current_bankroll",
            "created_at",
            "updated_at",
        ],
    ),
    ("positions", POSITIONS),
    ("signals", SIGNALS),
    (
        "trades",
        &[
            "id",
            "position_id",
            "strategy_id",
            "starlisting_id",
            "trade_type",
            "size",
            "price",
            "fees",
            "slippage",
            "timestamp",
            "signal_id",
            "created_at",
        ],
    ),
    (
        "state_snapshots",
        &[
            "id",
            "total_equity",
            "available_capital",
            "allocated_capital",
            "total_unrealized_pnl",
            "total_realized_pnl",
            "num_open_positions",
            "num_strategies_active",
            "timestamp",
            "created_at",
        ],
    ),
    (
        "performance_metrics",
        &[
            "id",
            "strategy_id",
            "timeframe",
            "period_start",
            "period_end",
            "total_return_pct",
            "total_return_usdt",
            "num_trades",
            "num_wins",
            "num_losses",
            "win_rate_pct",
            "avg_win_usdt",
            "avg_loss_usdt",
            "largest_win_usdt",
            "largest_loss_usdt",
            "profit_factor",
            "avg_position_duration_minutes",
            "max_drawdown_pct",
            "max_drawdown_usdt",
            "sharpe_ratio",
            "created_at",
            "updated_at",
        ],
    ),
    ("event_log", &["id", "event_type", "event_data", "severity", "timestamp", "created_at"]),
];

const POSITIONS: &[&str] = &[
    "id",
    "strategy_id",
    "starlisting_id",
    "side",
    "size",
    "entry_price",
    "entry_timestamp",
    "exit_price",
    "exit_timestamp",
    "realized_pnl",
    "unrealized_pnl",
    "fees_paid",
    "status",
    "stop_loss_price",
    "take_profit_price",
    "exit_reason",
    "created_at",
    "updated_at",
];

const SIGNALS: &[&str] = &[
    "id",
    "strategy_id",
    "starlisting_id",
    "signal_type",
    "confidence",
    "price_at_signal",
    "timestamp",
    "was_executed",
    "rejection_reason",
    "created_at",
];

/// All columns of a table, then these.
const VIEWS_OF_TABLES: [(&str, &[&str], &[&str]); 3] = [
    ("v_open_positions", POSITIONS, &["strategy_name", "version", "interval", "entry_datetime", "updated_datetime"]),
    (
        "v_closed_positions",
        POSITIONS,
        &["strategy_name", "version", "interval", "entry_datetime", "exit_datetime", "duration_minutes"],
    ),
    ("v_recent_signals", SIGNALS, &["strategy_name", "version", "interval", "signal_datetime"]),
];

const PERFORMANCE: Columns = (
    "v_strategy_performance",
    &[
        "strategy_id",
        "strategy_name",
        "version",
        "interval",
        "num_open_positions",
        "num_closed_positions",
        "total_unrealized_pnl",
        "total_realized_pnl",
        "total_fees_paid",
        "avg_pnl_per_trade",
        "num_wins",
        "num_losses",
    ],
);

/// Each index with its table and what it finds rows by.
const INDEXES: [(&str, &str, &[&str]); 20] = [
    ("idx_strategies_active", "strategies", &["is_active"]),
    ("idx_strategies_starlisting", "strategies", &["starlisting_id"]),
    ("idx_positions_strategy", "positions", &["strategy_id"]),
    ("idx_positions_status", "positions", &["status"]),
    ("idx_positions_starlisting", "positions", &["starlisting_id"]),
    ("idx_positions_entry_time", "positions", &["entry_timestamp"]),
    ("idx_signals_strategy", "signals", &["strategy_id"]),
    ("idx_signals_timestamp", "signals", &["timestamp"]),
    ("idx_signals_executed", "signals", &["was_executed"]),
    ("idx_trades_position", "trades", &["position_id"]),
    ("idx_trades_strategy", "trades", &["strategy_id"]),
    ("idx_trades_timestamp", "trades", &["timestamp"]),
    ("idx_trades_signal", "trades", &["signal_id"]),
    ("idx_state_snapshots_timestamp", "state_snapshots", &["timestamp"]),
    ("idx_performance_strategy", "performance_metrics", &["strategy_id"]),
    ("idx_performance_timeframe", "performance_metrics", &["timeframe"]),
    ("idx_performance_period", "performance_metrics", &["period_start", "period_end"]),
    ("idx_event_log_type", "event_log", &["event_type"]),
    ("idx_event_log_severity", "event_log", &["severity"]),
    ("idx_event_log_timestamp", "event_log", &["timestamp"]),
];

const FOREIGN_KEYS: [(&str, &str); 6] = [
    ("positions.strategy_id", "strategies(id)"),
    ("signals.strategy_id", "strategies(id)"),
    ("trades.position_id", "positions(id)"),
    ("trades.strategy_id", "strategies(id)"),
    ("trades.signal_id", "signals(id)"),
    ("performance_metrics.strategy_id", "strategies(id)"),
];

/// What the document says may be one of a few, and what is added to that here.
const VALUES: [(&str, &str); 7] = [
    ("positions.side", "'long','short'"),
    ("positions.status", "'open','closed','liquidated'"),
    ("positions.exit_reason", "'signal','stop_loss','take_profit','manual','liquidation'"),
    ("signals.signal_type", "'long','short','neutral','close'"),
    ("trades.trade_type", "'open_long','open_short','close_long','close_short'"),
    ("performance_metrics.timeframe", "'daily','weekly','monthly','all_time'"),
    ("event_log.severity", "'DEBUG','INFO','WARNING','ERROR','CRITICAL'"),
];

/// The project's own schemas.
fn schemas() -> [(&'static str, Schema); 2] {
    let folder = env::var("CARGO_MANIFEST_DIR").expect("cargo runs the tests");
    let root = Path::new(&folder).parent().expect("the workspace's folder");
    let tree = Tree::walk(root).expect("a readable tree");
    [SQLITE, POSTGRES].map(|engine| (engine, schema_of(&tree, engine)))
}

fn item<'a>(schema: &'a Schema, kind: Kind, name: &str) -> &'a Item {
    let item = schema.items.get(&(kind, name.to_owned()));
    item.unwrap_or_else(|| panic!("there is no {kind:?} `{name}`"))
}

#[track_caller]
fn assert_begins_with(schema: &Schema, kind: Kind, name: &str, columns: &[&str]) {
    let has: Vec<_> = item(schema, kind, name).facts["columns"].split(',').collect();
    assert_eq!(has.get(..columns.len()), Some(columns), "{name}");
}

#[test]
fn every_table_has_the_documents_columns_first_and_in_its_order() {
    for (_, schema) in schemas() {
        for (table, columns) in TABLES {
            assert_begins_with(&schema, Kind::Table, table, columns);
            assert_eq!(item(&schema, Kind::Column, &format!("{table}.id")).facts["PRIMARY KEY"], "yes", "{table}");
        }
    }
}

#[test]
fn every_view_has_the_documents_columns_first_and_in_its_order() {
    for (_, schema) in schemas() {
        for (view, of_table, others) in VIEWS_OF_TABLES {
            assert_begins_with(&schema, Kind::View, view, &[of_table, others].concat());
        }
        assert_begins_with(&schema, Kind::View, PERFORMANCE.0, PERFORMANCE.1);
    }
}

#[test]
fn every_index_has_the_documents_name_and_serves_its_columns() {
    for (engine, schema) in schemas() {
        for (index, table, columns) in INDEXES {
            let facts = &item(&schema, Kind::Index, index).facts;
            assert_eq!(facts["table"], table, "{index} on {engine}");
            // One that holds only rows with a value finds that value too.
            let is_condition = |column: &str| {
                facts["condition"].split(|char: char| char != '_' && !char.is_alphanumeric()).any(|it| it == column)
            };
            let mut of_index = facts["columns"].split(',');
            for column in columns {
                assert!(
                    of_index.clone().any(|it| it == *column) || is_condition(column),
                    "{index} on {engine}: {column}"
                );
            }
            // Behind another column it would find nothing by itself.
            assert!(of_index.next() == Some(columns[0]) || is_condition(columns[0]), "{index} on {engine}: its first");
        }
    }
}

#[test]
fn every_key_of_the_document_is_there() {
    for (_, schema) in schemas() {
        for (column, target) in FOREIGN_KEYS {
            assert_eq!(item(&schema, Kind::Column, column).facts["REFERENCES"], target, "{column}");
        }
        item(&schema, Kind::Key, "strategies.unique(strategy_name,version,starlisting_id)");
        assert_eq!(item(&schema, Kind::Column, "performance_metrics.strategy_id").facts["NOT NULL"], "no");
        assert_eq!(item(&schema, Kind::Column, "trades.signal_id").facts["NOT NULL"], "no");
    }
}

#[test]
fn columns_hold_what_the_document_says() {
    for (_, schema) in schemas() {
        for (column, values) in VALUES {
            assert_eq!(item(&schema, Kind::Column, column).facts["values"], values, "{column}");
        }
        for column in ["initial_bankroll", "current_bankroll"] {
            assert_eq!(item(&schema, Kind::Column, &format!("strategies.{column}")).facts["DEFAULT"], "10000");
        }
        for ((kind, name), item) in &schema.items {
            let is_time = name.ends_with("_at") || name.ends_with("timestamp") || name.contains(".period_");
            if *kind == Kind::Column && is_time {
                assert!(["INTEGER", "BIGINT"].contains(&item.facts["type"].as_str()), "{name} is Unix milliseconds");
            }
        }
    }
}
