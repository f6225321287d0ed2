//! docs/schema.md, which is made from the migrations' text, says what the server has made of them.

use std::{fs, path::Path};

use crate::book::book;

/// Name and type on PostgreSQL of each column of each table and view on the page, in its order.
fn on_the_page() -> Vec<String> {
    let path = Path::new(env!("CARGO_MANIFEST_DIR")).join("../../docs/schema.md");
    let text = fs::read_to_string(path).unwrap();
    let mut relation = "";
    let mut columns = Vec::new();
    for line in text.lines() {
        if let Some(name) = line.strip_prefix("### `") {
            relation = name.trim_end_matches('`');
        } else if let Some(row) = line.strip_prefix("| `") {
            let cells: Vec<_> = row.split(" | ").collect();
            columns.push(format!("{relation}.{} {}", cells[0].trim_end_matches('`'), cells[2]));
        }
    }
    columns
}

#[test]
fn the_page_of_the_schema_has_the_columns_and_types_of_the_server() {
    let book = book();
    let rows = book.database.rows(
        "SELECT c.relname || '.' || a.attname || ' ' || upper(format_type(a.atttypid, a.atttypmod))
             || CASE WHEN l.collname = 'C' THEN ' COLLATE \"C\"' ELSE '' END
         FROM pg_attribute AS a
         JOIN pg_class AS c ON c.oid = a.attrelid
         LEFT JOIN pg_collation AS l ON l.oid = a.attcollation
         WHERE c.relnamespace = current_schema()::regnamespace AND c.relkind IN ('r', 'v') AND a.attnum > 0
             AND c.relname <> 'refinery_schema_history'
         ORDER BY c.relname, a.attnum",
    );
    let on_the_server: Vec<_> = rows.into_iter().map(|mut row| row.remove(0).unwrap()).collect();
    let mut on_the_page = on_the_page();
    on_the_page.sort_by_key(|column| column.split('.').next().map(str::to_owned));
    assert!(on_the_page.len() > 150, "only {} columns", on_the_page.len());
    assert_eq!(on_the_page, on_the_server);
}
