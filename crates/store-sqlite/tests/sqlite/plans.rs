//! The SQL texts that look for rows, pages apart, find them by an index, on a database that was never analysed. The plans
//! of pages are checked beside the code that puts their texts together; inserts look for nothing.

use nailsage_store_sqlite::sql;
use rusqlite::Connection;

use crate::book::create;

fn plan(connection: &Connection, sql: &str) -> Vec<String> {
    let mut statement = connection.prepare(&format!("EXPLAIN QUERY PLAN {sql}")).unwrap();
    let nulls = vec![None::<i64>; statement.parameter_count()];
    let params = rusqlite::params_from_iter(nulls);
    statement.query_map(params, |row| row.get(3)).unwrap().map(Result::unwrap).collect()
}

#[test]
fn no_statement_but_a_page_scans_a_table() {
    let folder = tempfile::tempdir().unwrap();
    let path = folder.path().join("book.db");
    drop(create(&path));
    let connection = Connection::open(&path).unwrap();
    for sql in [
        sql::BOOK,
        sql::REQUEST_BY_KEY,
        sql::STRATEGY_BY_ID,
        sql::STRATEGY_BY_KEY,
        sql::POSITION_BY_ID,
        sql::OPEN_OF_STRATEGY,
        sql::OPEN_ON_MARKET,
        sql::STRATEGY_SET_TERMS,
        sql::STRATEGY_SET_BANKROLL,
        sql::TOTALS_SET,
        sql::POSITION_END,
        sql::POSITION_REVISE,
        sql::BOOK_SET,
    ] {
        let steps = plan(&connection, sql);
        assert!(!steps.is_empty(), "{sql}");
        let scans = steps.iter().find(|step| step.starts_with("SCAN") || step.contains("TEMP B-TREE"));
        assert!(scans.is_none(), "{scans:?} in {sql}");
    }
    assert!(plan(&connection, sql::OPEN_OF_STRATEGY)[0].contains("idx_positions_status"));
    assert!(plan(&connection, sql::OPEN_ON_MARKET)[0].contains("idx_positions_starlisting"));
}

/// What recovery and refreshing metrics read grows with the strategies and with what changed, never with the history.
#[test]
fn what_recovery_and_metrics_read_is_found_by_an_index() {
    let folder = tempfile::tempdir().unwrap();
    let path = folder.path().join("book.db");
    drop(create(&path));
    let connection = Connection::open(&path).unwrap();
    for (sql, index, large) in [
        (sql::LAST_SIGNALS, "idx_signals_strategy", "signals"),
        (sql::STRATEGIES_TO_RECOVER, "idx_positions_status", "positions"),
        (sql::OPEN_IN_ORDER, "idx_positions_", "positions"),
        (
            sql::RUNNING_SUMS,
            "idx_performance_strategy (strategy_id=? AND timeframe=? AND period_start<?)",
            "performance_metrics",
        ),
        (sql::METRICS_KNOWN, "idx_performance_period", "performance_metrics"),
        (sql::MONEY_AFTER, "idx_ledger_money", "ledger"),
        (sql::MONEY, "idx_ledger_money", "ledger"),
    ] {
        let steps = plan(&connection, sql);
        assert!(steps.iter().any(|step| step.contains(index)), "{index} is not used in {sql}: {steps:?}");
        let is_scan =
            |step: &&String| step.starts_with("SCAN") && step.contains(large) && !step.contains("idx_positions_");
        assert!(steps.iter().find(is_scan).is_none(), "{steps:?} in {sql}");
    }
    for sql in [sql::MONEY_AFTER, sql::MONEY] {
        assert!(!plan(&connection, sql).iter().any(|step| step.contains("TEMP B-TREE")), "the index is in its order");
    }
}
