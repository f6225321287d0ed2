//! The SQL of docs/sql.md, docs/metrics.md and docs/operating.md runs as it stands there, on a database that the store wrote.

use std::{fs, path::Path};

use futures_executor::block_on;
use nailsage_store::{
    Action, ClosePosition, Command, OpenPosition, PositionRef, RecordSignal, StoreExt as _, TakeSnapshot,
};
use nailsage_store_postgres::PostgresStore;
use nailsage_test_postgres::Database;

use crate::book::{Book, at, book, long};

const OTHER_ENGINE: &str = "-- SQLite\n";

/// The SQL blocks of a page that are for this engine, each with the heading that it stands under. One whose first line
/// names an engine is for that one.
fn blocks(page: &str) -> Vec<(String, String)> {
    let path = Path::new(env!("CARGO_MANIFEST_DIR")).join("../../docs").join(page);
    let text = fs::read_to_string(path).unwrap();
    let mut heading = "";
    let mut block: Option<String> = None;
    let mut blocks = Vec::new();
    for line in text.lines() {
        match &mut block {
            Some(sql) if line == "```" => {
                if !sql.starts_with(OTHER_ENGINE) {
                    blocks.push((heading.to_owned(), sql.clone()));
                }
                block = None;
            }
            Some(sql) => sql.extend([line, "\n"]),
            None if line == "```sql" => block = Some(String::new()),
            None => heading = line.strip_prefix('#').map_or(heading, |line| line.trim_start_matches('#').trim()),
        }
    }
    blocks
}

/// Two trades, of which the second lost, a third that is open, a signal that was suppressed, and two snapshots.
fn trade(store: &PostgresStore) {
    let run = |second: i64, action: Action| block_on(store.execute(Command::new(at(second), action))).unwrap();
    let open = || OpenPosition { fees: "0.5".parse().unwrap(), ..long() };
    let close = |price: &str| ClosePosition::new(PositionRef::only_open(long().strategy), price.parse().unwrap());
    run(0, TakeSnapshot {}.into());
    run(1, open().into());
    run(2, close("51015.25").into());
    run(3, open().into());
    run(4, close("41739.75").into());
    run(5, open().into());
    let suppressed = RecordSignal {
        strategy: "scalper/v1@7".parse().unwrap(),
        starlisting_id: None,
        signal_type: "short".parse().unwrap(),
        confidence: None,
        price: "46500".parse().unwrap(),
        rejection_reason: Some("cooldown".parse().unwrap()),
        then: Vec::new(),
    };
    run(6, suppressed.into());
    run(7, TakeSnapshot {}.into());
}

/// What each recipe says of that book; numbers by their value, for they are written differently on each engine.
const RECIPES: [(&str, &str); 8] = [
    ("Equity, and how far it is below its peak", "1700000000000|10000|0|0; 1700000007000|9998.005|-1.995|1"),
    ("Win rate", "scalper|v1|7|1|1|50"),
    ("Suppressed signals by reason", "cooldown|short|1|1700000006000"),
    ("Profit and loss by day", "1|2023-11-14|2|-1.995"),
    ("Exposure by market", "7|1|999.8005|999.8005|0|1700000005000"),
    ("Fees", "1|5|1.5|0|2.99"),
    ("The trades that cost most", "1|2|manual|-101.495|-1"),
    ("Bankrolls that are not what their ledgers say", ""),
];

fn answer(database: &Database, sql: &str) -> String {
    let text = |cell: Option<String>| {
        let cell = cell.unwrap_or_else(|| "NULL".to_owned());
        cell.parse::<f64>().map_or(cell, |number| number.to_string())
    };
    let rows = database.rows(sql).into_iter();
    let rows = rows.map(|row| row.into_iter().map(text).collect::<Vec<_>>().join("|"));
    rows.collect::<Vec<_>>().join("; ")
}

#[test]
fn every_recipe_gives_what_is_in_the_book() {
    let Book { store, database } = book();
    trade(&store);
    let (_, recipes): (Vec<_>, Vec<_>) =
        blocks("sql.md").into_iter().partition(|(heading, _)| heading == "Every SQL block of the source document");
    let answers: Vec<_> = recipes.iter().map(|(name, sql)| (name.as_str(), answer(&database, sql))).collect();
    let expected = RECIPES.map(|(name, answer)| (name, answer.to_owned()));
    assert_eq!(answers, expected);
    // The last one sees what is wrong, too.
    database.execute("UPDATE strategies SET current_bankroll = 9998.005001");
    assert_eq!(answer(&database, &recipes[7].1), "1|9998.005001");
}

/// What each recipe of the page about metrics says, before a refresh and after it.
const METRICS_RECIPES: [(&str, &str, &str); 3] = [
    ("All times, side by side", "", "all together|2|-1.995|-0.02|1|NULL; scalper|2|-1.995|-0.02|1|NULL"),
    ("Month by month", "", "1|1698796800000|2|1|-1.995|-0.02"),
    ("Whether they are of now", "NULL|1700000000000|3", ""),
];

#[test]
fn every_recipe_for_metrics_gives_what_is_in_the_book() {
    let Book { store, database } = book();
    trade(&store);
    let answers = || {
        let recipes = blocks("metrics.md").into_iter();
        recipes.map(|(name, sql)| (name, answer(&database, &sql))).collect::<Vec<_>>()
    };
    assert_eq!(answers(), METRICS_RECIPES.map(|(name, before, _)| (name.to_owned(), before.to_owned())));
    block_on(store.refresh_metrics(at(8))).unwrap();
    assert_eq!(answers(), METRICS_RECIPES.map(|(name, _, after)| (name.to_owned(), after.to_owned())));
}

#[test]
fn every_statement_for_whoever_operates_a_book_runs() {
    let Book { store, database } = book();
    trade(&store);
    let sql: String = blocks("operating.md").into_iter().map(|(_, sql)| sql).collect();
    let statements: Vec<_> = sql.split_inclusive(";\n").map(|sql| answer(&database, sql)).collect();
    let times = "2023-11-14 22:13:21; 2023-11-14 22:13:23; 2023-11-14 22:13:25";
    assert_eq!(statements[..2], [times, "1; 2; 3"]);
    assert_eq!(statements.len(), 4, "two more look at the server");
}
