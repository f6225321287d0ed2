//! The SQL texts that look for rows, pages apart, find them by an index. The plans of pages are checked beside the code
//! that puts their texts together; inserts look for nothing.

use nailsage_store_postgres::sql;
use nailsage_test_postgres::server;

use crate::{
    book::{create, register},
    session::Session,
};

/// Thousands of rows in every table that is searched, past all rules: plans do not look at what the rows mean.
pub(crate) const MANY_ROWS: &str = "
    INSERT INTO strategies SELECT n, 'many', n::text, n % 50 + 1, '1m', NULL, NULL, n % 2 = 0, 10000, 10000,
        1700000000000, 1700000000000 FROM generate_series(2, 3000) AS n;
    INSERT INTO strategy_totals SELECT n, 1, 0, 0, 0, 0, 0, 0, 0, 0 FROM generate_series(2, 3000) AS n;
    INSERT INTO positions SELECT n, n % 3000 + 1, n % 50 + 1, 'long', 1, 1, 1700000000000, CASE WHEN n % 20 > 0 THEN 1 END,
        CASE WHEN n % 20 > 0 THEN 1700000000000 END, CASE WHEN n % 20 > 0 THEN 0 END, CASE WHEN n % 20 = 0 THEN 0 END, 0,
        CASE WHEN n % 20 > 0 THEN 'closed' ELSE 'open' END, NULL, NULL, CASE WHEN n % 20 > 0 THEN 'manual' END,
        1700000000000, 1700000000000, CASE WHEN n % 20 = 0 THEN 1 END, CASE WHEN n % 20 = 0 THEN 1700000000000 END
        FROM generate_series(1, 10000) AS n;
    INSERT INTO requests SELECT 'key-' || n, decode(repeat('00', 16), 'hex'), '{}', NULL, n, 1700000000000, 1700000000000
        FROM generate_series(1, 5000) AS n;";

#[test]
fn no_statement_but_a_page_scans_a_table() {
    let database = server().database();
    register(&create(database.url()));
    let session = Session::new(database.url());
    session.run(MANY_ROWS).unwrap();
    for is_analysed in [false, true] {
        if is_analysed {
            session.run("ANALYZE").unwrap();
        }
        session.run("SET enable_seqscan = off; SET plan_cache_mode = force_generic_plan").unwrap();
        for (text, indexes) in [
            (sql::BOOK, &["book_pkey"][..]),
            (sql::BOOK_LOCKED, &["book_pkey"]),
            (sql::REQUESTS_BY_KEY, &["requests_pkey"]),
            (sql::STRATEGIES_BY_ID, &["strategies_pkey", "positions_pkey", "strategy_totals_pkey"]),
            (sql::STRATEGIES_BY_KEY, &["strategies_strategy_name_version_starlisting_id_key", "strategy_totals_pkey"]),
            (sql::POSITIONS_BY_ID, &["positions_pkey"]),
            (sql::OPEN_BY_ID, &["strategies_pkey"]),
            (sql::OPEN_BY_KEY, &["strategies_strategy_name_version_starlisting_id_key"]),
            (sql::OPEN_ON_MARKETS, &["idx_positions_starlisting"]),
            (sql::STRATEGY_SET_TERMS, &["strategies_pkey"]),
            (sql::STRATEGY_SET_BANKROLL, &["strategies_pkey"]),
            (sql::TOTALS_SET, &["strategy_totals_pkey"]),
            (sql::POSITION_END, &["positions_pkey"]),
            (sql::POSITION_REVISE, &["positions_pkey"]),
            (sql::BOOK_SET, &["book_pkey"]),
        ] {
            let plan = plan(&session, text);
            assert!(!plan.contains("Seq Scan"), "{text}\n{plan}");
            for index in indexes {
                assert!(plan.contains(index), "{index} is not used (analysed: {is_analysed}) in {text}\n{plan}");
            }
        }
    }
}

/// What recovery and refreshing metrics read grows with the strategies and with what changed, never with the history.
#[test]
fn what_recovery_and_metrics_read_is_found_by_an_index() {
    let database = server().database();
    register(&create(database.url()));
    let session = Session::new(database.url());
    session.run(MANY_ROWS).unwrap();
    for is_analysed in [false, true] {
        if is_analysed {
            session.run("ANALYZE").unwrap();
        }
        session.run("SET enable_seqscan = off; SET plan_cache_mode = force_generic_plan").unwrap();
        for (text, index, large) in [
            (sql::LAST_SIGNALS, "idx_signals_strategy", "signals"),
            (sql::STRATEGIES_TO_RECOVER, "idx_positions_", "positions"),
            (sql::OPEN_IN_ORDER, "idx_positions_", "positions"),
            (sql::RUNNING_SUMS, "idx_performance_", "performance_metrics"),
            (sql::METRICS_KNOWN, "idx_performance_", "performance_metrics"),
            (sql::MONEY_AFTER, "idx_ledger_money", "ledger"),
            (sql::MONEY, "idx_ledger_money", "ledger"),
        ] {
            let plan = plan(&session, text);
            assert!(plan.contains(index), "{index} is not used (analysed: {is_analysed}) in {text}\n{plan}");
            assert!(!plan.contains(&format!("Seq Scan on {large}")), "{text}\n{plan}");
        }
    }
}

/// Ten thousand open positions and as many closed ones, of a hundred strategies on many markets.
const MANY_OPEN: &str = "
    INSERT INTO strategies SELECT n, 'many', n::text, n % 50 + 1, '1m', NULL, NULL, n % 2 = 0, 10000, 10000,
        1700000000000, 1700000000000 FROM generate_series(2, 100) AS n;
    INSERT INTO positions SELECT n, n % 99 + 2, n % 5000 + 1, 'long', 1, 1, 1700000000000, CASE WHEN n % 2 > 0 THEN 1 END,
        CASE WHEN n % 2 > 0 THEN 1700000000000 END, CASE WHEN n % 2 > 0 THEN 0 END, CASE WHEN n % 2 = 0 THEN 0 END, 0,
        CASE WHEN n % 2 > 0 THEN 'closed' ELSE 'open' END, NULL, NULL, CASE WHEN n % 2 > 0 THEN 'manual' END,
        1700000000000, 1700000000000, CASE WHEN n % 2 = 0 THEN 1 END, CASE WHEN n % 2 = 0 THEN 1700000000000 END
        FROM generate_series(1, 20000) AS n;";

#[test]
fn open_positions_are_looked_up_one_by_one_however_many_others_are_open() {
    let database = server().database();
    register(&create(database.url()));
    let session = Session::new(database.url());
    session.run(MANY_OPEN).unwrap();
    let settings =
        "SET enable_seqscan = off; SET enable_hashjoin = off; SET enable_mergejoin = off; SET plan_cache_mode = ";
    for is_analysed in [false, true] {
        if is_analysed {
            session.run("ANALYZE").unwrap();
        }
        for mode in ["force_generic_plan", "force_custom_plan"] {
            session.run(&format!("{settings} {mode}")).unwrap();
            for (text, values) in [
                (
                    sql::OPEN_BY_ID,
                    "(SELECT array_agg(n) FROM generate_series(2, 65) AS n), array_fill(7::int8, ARRAY[64])",
                ),
                (
                    sql::OPEN_BY_KEY,
                    "array_fill('many'::text, ARRAY[64]), (SELECT array_agg(n::text) FROM generate_series(2, 65) AS n), \
                     (SELECT array_agg(n % 50 + 1) FROM generate_series(2, 65) AS n), array_fill(7::int8, ARRAY[64])",
                ),
            ] {
                let values = session.run(&format!("SELECT {values}")).unwrap().remove(0);
                let values: Vec<_> = values.into_iter().flatten().map(|value| format!("'{value}'")).collect();
                let analysed = format!(
                    "PREPARE p AS {text}; EXPLAIN (ANALYZE, TIMING OFF) EXECUTE p({}); DEALLOCATE p",
                    values.join(", ")
                );
                let rows = session.run(&analysed).unwrap();
                let plan = rows.into_iter().flatten().flatten().collect::<Vec<_>>().join("\n");
                // Before the first ANALYZE the server cannot know which of the two indexes tells more apart.
                let looked_up = if is_analysed {
                    "Index Cond: ((strategy_id = strategies.id) AND (starlisting_id = COALESCE("
                } else {
                    "(starlisting_id = COALESCE("
                };
                assert!(plan.contains(looked_up), "analysed: {is_analysed}, {mode}\n{plan}");
                assert!(!plan.contains("Join Filter"), "analysed: {is_analysed}, {mode}\n{plan}");
                assert!(!is_analysed || plan.contains("idx_positions_status"), "{mode}\n{plan}");
            }
        }
    }
}

/// The plan for whatever values may come.
fn plan(session: &Session, text: &str) -> String {
    let count = (1..=30).take_while(|number| text.contains(&format!("${number}"))).count();
    let values = if count == 0 { String::new() } else { format!("({})", vec!["NULL"; count].join(", ")) };
    let sql = format!("PREPARE p AS {text}; EXPLAIN EXECUTE p{values}; DEALLOCATE p");
    let rows = session.run(&sql).unwrap_or_else(|error| panic!("{error:?} in {text}"));
    rows.into_iter().flatten().flatten().collect::<Vec<_>>().join("\n")
}
