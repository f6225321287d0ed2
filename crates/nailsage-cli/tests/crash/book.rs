//! What a book must be after a crash, seen through plain SQL.

use std::{collections::BTreeSet, path::Path};

use rusqlite::Connection;

/// Each finds nothing in a whole book, and something where a command was half done.
const HALVES: [(&str, &str); 9] = [
    (
        "a bankroll that is not the initial one plus the ledger",
        "SELECT s.id FROM strategies AS s WHERE s.current_bankroll <> round(s.initial_bankroll + coalesce(
             (SELECT sum(delta_micros) FROM ledger WHERE strategy_id = s.id), 0) / 1e6, 6)",
    ),
    (
        "a position without exactly one entry, and one exit if it has ended",
        "SELECT p.id FROM positions AS p WHERE
             (SELECT count(*) FROM trades WHERE position_id = p.id AND trade_type LIKE 'open%') <> 1 OR
             (SELECT count(*) FROM trades WHERE position_id = p.id AND trade_type LIKE 'close%') <> (p.status <> 'open')",
    ),
    (
        "a position without its ledger rows",
        "SELECT p.id FROM positions AS p WHERE
             (SELECT count(*) FROM ledger WHERE position_id = p.id AND kind = 'open') <> 1 OR
             (SELECT count(*) FROM ledger WHERE position_id = p.id AND kind = 'close') <> (p.status <> 'open')",
    ),
    (
        "an executed signal without a trade",
        "SELECT g.id FROM signals AS g WHERE g.was_executed <> EXISTS (SELECT 1 FROM trades WHERE signal_id = g.id)",
    ),
    (
        "totals that are not what they count",
        "SELECT t.strategy_id FROM strategy_totals AS t WHERE
             t.num_closed <> (SELECT count(*) FROM positions WHERE strategy_id = t.strategy_id AND status <> 'open') OR
             t.ledger_seq <> (SELECT max(seq) FROM ledger WHERE strategy_id = t.strategy_id) OR
             t.ledger_seq <> (SELECT count(*) FROM ledger WHERE strategy_id = t.strategy_id)",
    ),
    (
        "a ledger row without its request",
        "SELECT seq FROM ledger AS l WHERE NOT EXISTS
             (SELECT 1 FROM requests WHERE request_key = l.request_key AND commit_seq = l.commit_seq)",
    ),
    (
        "a request without its signal",
        "SELECT request_key FROM requests WHERE outcome ->> '$.results[0].action' = 'record_signal' AND
             outcome ->> '$.results[0].signal_id' NOT IN (SELECT id FROM signals)",
    ),
    (
        "ids that are not dense",
        "SELECT 'signals' FROM book WHERE next_signal_id <> 1 + (SELECT count(*) FROM signals)
         UNION ALL SELECT 'trades' FROM book WHERE next_trade_id <> 1 + (SELECT count(*) FROM trades)
         UNION ALL SELECT 'positions' FROM book WHERE next_position_id <> 1 + (SELECT count(*) FROM positions)
         UNION ALL SELECT 'events' FROM book WHERE next_event_id <> 1 + (SELECT count(*) FROM event_log)",
    ),
    ("a command without its request", "SELECT 'book' FROM book WHERE commit_seq <> (SELECT count(*) FROM requests)"),
];

/// The keys that the book has accepted, after checking that it is whole.
pub(crate) fn accepted_keys(path: &Path) -> BTreeSet<String> {
    let connection = Connection::open(path).unwrap();
    let verdict: String = connection.query_row("PRAGMA integrity_check", [], |row| row.get(0)).unwrap();
    assert_eq!(verdict, "ok");
    let has_schema = connection.prepare("SELECT 1 FROM sqlite_schema WHERE name = 'book'").unwrap().exists([]).unwrap();
    if !has_schema {
        return BTreeSet::new();
    }
    for (what, sql) in HALVES {
        let mut statement = connection.prepare(sql).unwrap();
        let found: Vec<rusqlite::types::Value> =
            statement.query_map([], |row| row.get(0)).unwrap().map(Result::unwrap).collect();
        assert!(found.is_empty(), "{what}: {found:?}");
    }
    let mut statement = connection.prepare("SELECT request_key FROM requests").unwrap();
    statement.query_map([], |row| row.get(0)).unwrap().map(Result::unwrap).collect()
}

/// What must be the same however often the process was killed on the way: how many rows there are, and the money.
pub(crate) fn sum(path: &Path) -> String {
    let connection = Connection::open(path).unwrap();
    let sql = "SELECT json_array(
        (SELECT json_group_array(json_array(strategy_name, current_bankroll)) FROM strategies ORDER BY strategy_name),
        (SELECT count(*) FROM positions), (SELECT count(*) FROM trades), (SELECT count(*) FROM signals),
        (SELECT count(*) FROM ledger), (SELECT count(*) FROM event_log), (SELECT commit_seq FROM book))";
    connection.query_row(sql, [], |row| row.get(0)).unwrap()
}
