//! The SQL of docs/sql.md, docs/metrics.md and docs/operating.md runs as it stands there, on a database that the store wrote.

use futures_executor::block_on;
use nailsage_store::StoreExt as _;
use nailsage_views::{METRICS_RECIPES, RECIPES, blocks, grow_rich, trade};
use rusqlite::{Connection, types::Value};

use crate::book::{at, create, register};

const OTHER_ENGINE: &str = "-- PostgreSQL\n";

fn answer(connection: &Connection, sql: &str) -> String {
    let mut statement = connection.prepare(sql).unwrap();
    let columns = statement.column_count();
    let text = |value: Value| match value {
        Value::Integer(number) => number.to_string(),
        Value::Real(number) => number.to_string(),
        Value::Text(text) => text,
        Value::Null => "NULL".to_owned(),
        other @ Value::Blob(_) => format!("{other:?}"),
    };
    let rows = statement.query_map([], |row| (0..columns).map(|it| row.get(it).map(text)).collect());
    let rows: Vec<Vec<String>> = rows.unwrap().map(Result::unwrap).collect();
    rows.iter().map(|row| row.join("|")).collect::<Vec<_>>().join("; ")
}

#[test]
fn every_recipe_gives_what_is_in_the_book() {
    let folder = tempfile::tempdir().unwrap();
    let path = folder.path().join("book.db");
    let store = create(&path);
    register(&store);
    trade(&store);
    let connection = Connection::open(&path).unwrap();
    let (_, recipes): (Vec<_>, Vec<_>) = blocks("sql.md", OTHER_ENGINE)
        .into_iter()
        .partition(|(heading, _)| heading == "Every SQL block of the source document");
    let answers: Vec<_> = recipes.iter().map(|(name, sql)| (name.as_str(), answer(&connection, sql))).collect();
    let expected = RECIPES.map(|(name, answer)| (name, answer.to_owned()));
    assert_eq!(answers, expected);
    grow_rich(&store);
    assert_eq!(answer(&connection, &recipes[7].1), "", "to the last digit of the largest bankrolls");
    // It sees what is wrong, too.
    connection.execute("UPDATE strategies SET current_bankroll = 9998.005001 WHERE id = 1", []).unwrap();
    assert_eq!(answer(&connection, &recipes[7].1), "1|9998.005001");
}

#[test]
fn every_recipe_for_metrics_gives_what_is_in_the_book() {
    let folder = tempfile::tempdir().unwrap();
    let path = folder.path().join("book.db");
    let store = create(&path);
    register(&store);
    trade(&store);
    let connection = Connection::open(&path).unwrap();
    let answers = || {
        let recipes = blocks("metrics.md", OTHER_ENGINE).into_iter();
        recipes.map(|(name, sql)| (name, answer(&connection, &sql))).collect::<Vec<_>>()
    };
    assert_eq!(answers(), METRICS_RECIPES.map(|(name, before, _)| (name.to_owned(), before.to_owned())));
    block_on(store.refresh_metrics(at(8))).unwrap();
    assert_eq!(answers(), METRICS_RECIPES.map(|(name, _, after)| (name.to_owned(), after.to_owned())));
}

#[test]
fn every_statement_for_whoever_operates_a_book_runs() {
    let folder = tempfile::tempdir().unwrap();
    let path = folder.path().join("book.db");
    let store = create(&path);
    register(&store);
    trade(&store);
    let connection = Connection::open(&path).unwrap();
    let sql: String = blocks("operating.md", OTHER_ENGINE).into_iter().map(|(_, sql)| sql).collect();
    let statements: Vec<_> = sql.split_inclusive(";\n").map(|sql| answer(&connection, sql)).collect();
    let times = "2023-11-14 22:13:21.000; 2023-11-14 22:13:23.000; 2023-11-14 22:13:25.000";
    assert_eq!(statements, [times, "1; 2; 3"]);
}
