//! The SQL of docs/sql.md, docs/metrics.md and docs/operating.md runs as it stands there, on a database that the store wrote.

use futures_executor::block_on;
use nailsage_store::StoreExt as _;
use nailsage_test_postgres::Database;
use nailsage_views::{METRICS_RECIPES, RECIPES, blocks, grow_rich, trade};

use crate::book::{Book, at, book};

const OTHER_ENGINE: &str = "-- SQLite\n";

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
    let (_, recipes): (Vec<_>, Vec<_>) = blocks("sql.md", OTHER_ENGINE)
        .into_iter()
        .partition(|(heading, _)| heading == "Every SQL block of the source document");
    let answers: Vec<_> = recipes.iter().map(|(name, sql)| (name.as_str(), answer(&database, sql))).collect();
    let expected = RECIPES.map(|(name, answer)| (name, answer.to_owned()));
    assert_eq!(answers, expected);
    grow_rich(&store);
    assert_eq!(answer(&database, &recipes[7].1), "", "to the last digit of the largest bankrolls");
    // It sees what is wrong, too.
    database.execute("UPDATE strategies SET current_bankroll = 9998.005001 WHERE id = 1");
    assert_eq!(answer(&database, &recipes[7].1), "1|9998.005001");
}

#[test]
fn every_recipe_for_metrics_gives_what_is_in_the_book() {
    let Book { store, database } = book();
    trade(&store);
    let answers = || {
        let recipes = blocks("metrics.md", OTHER_ENGINE).into_iter();
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
    let sql: String = blocks("operating.md", OTHER_ENGINE).into_iter().map(|(_, sql)| sql).collect();
    let statements: Vec<_> = sql.split_inclusive(";\n").map(|sql| answer(&database, sql)).collect();
    let times = "2023-11-14 22:13:21; 2023-11-14 22:13:23; 2023-11-14 22:13:25";
    assert_eq!(statements[..2], [times, "1; 2; 3"]);
    assert_eq!(statements.len(), 4, "two more look at the server");
}
