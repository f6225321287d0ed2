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
