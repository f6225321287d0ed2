//! The page says what two small schemas say, and what it cannot say is found.

use std::fs;

use super::{PAGE, check, page};
use crate::tidy::schemas::tests::tree_of;
use crate::tidy::tree::Tree;

const SQLITE: &str = "-- The file's head.

-- Fills,
-- once each.
CREATE TABLE a (
    id    INTEGER PRIMARY KEY, -- dense; it's from 1
    -- No NUL.
    side  TEXT NOT NULL CHECK (side IN ('long', 'short'))
          CHECK (side <> '--'), -- which way
    -- what was given | taken
    size  REAL DEFAULT 10.0,
    of    INTEGER REFERENCES b (id), -- whose; NULL: nobody's
    UNIQUE (side, size),
    CONSTRAINT a_is_so CHECK (size > 0)
) STRICT;
-- Others.
CREATE TABLE b (id INTEGER PRIMARY KEY); -- dense

-- Not above it.

CREATE INDEX a_size ON a (size, side) WHERE side = 'long';
CREATE TRIGGER a_stays BEFORE UPDATE ON a BEGIN SELECT RAISE(ABORT, 'a stays'); END;
-- Long ones.
CREATE VIEW v AS
SELECT
    x.id, x.size AS amount, y.id AS other, g.side,
    sum(x.size -- REAL or NULL: all of them
        * 2) AS sizes,
    upper(x.side) AS upper_side -- TEXT: loudly
FROM a AS x
LEFT JOIN b AS y ON y.id = x.of
JOIN (SELECT * FROM a LIMIT 1) AS g ON g.id = x.id;
";

const POSTGRES: &str = "CREATE TABLE a (
    id   BIGINT PRIMARY KEY,
    side TEXT COLLATE \"C\" NOT NULL CHECK (side IN ('long', 'short')),
    size NUMERIC(20,6) DEFAULT 10,
    of   BIGINT REFERENCES b (id)
);
CREATE TABLE b (id BIGINT PRIMARY KEY);
CREATE INDEX a_size ON a (size, side, id) WHERE side = 'long';
CREATE VIEW v AS SELECT x.id, x.size AS amount FROM a AS x;
";

/// The page's sections.
const MADE: &str = "
### `a`

Fills, once each.

| column | SQLite | PostgreSQL | NULL | meaning |
|---|---|---|---|---|
| `id` | INTEGER | BIGINT | no | dense; it's from 1 |
| `side` | TEXT | TEXT COLLATE \"C\" | no | which way (`long`, `short`) |
| `size` | REAL | NUMERIC(20,6) | yes | what was given \\| taken; 10 unless given |
| `of` | INTEGER | BIGINT | yes | whose; NULL: nobody's |

- Primary key: `id`
- `of` is one of [`b`](#b)`.id`
- Unique: `side, size`
- Index `a_size` on `size, side`, on PostgreSQL `size, side, id`, of rows with `side = 'long'`
- Check `a_is_so`
- Guard `a_stays`: a stays

### `b`

Others.

| column | SQLite | PostgreSQL | NULL | meaning |
|---|---|---|---|---|
| `id` | INTEGER | BIGINT | no | dense |

- Primary key: `id`

### `v`

Long ones.

| column | SQLite | PostgreSQL | NULL | meaning |
|---|---|---|---|---|
| `id` | INTEGER | BIGINT | no | `a.id`: dense; it's from 1 |
| `amount` | REAL | NUMERIC(20,6) | yes | `a.size`: what was given \\| taken |
| `other` | INTEGER | BIGINT | yes | `b.id`: dense |
| `side` | TEXT | TEXT COLLATE \"C\" | no | `a.side`: which way (`long`, `short`) |
| `sizes` | REAL | NUMERIC | yes | all of them |
| `upper_side` | TEXT | TEXT | no | loudly |
";

/// What is found in a tree whose page is the one that its migrations make, except for what is changed in it.
fn found(sqlite: &str, change_of_page: impl Fn(String) -> String) -> Vec<String> {
    let folder = tree_of(&[sqlite], &[POSTGRES]);
    let tree = Tree::walk(folder.path()).expect("a readable tree");
    let made = page(&tree).expect("both engines' migrations");
    fs::create_dir_all(folder.path().join("docs")).expect("a new folder");
    fs::write(folder.path().join(PAGE), change_of_page(made)).expect("a new file");
    check(&tree).iter().map(ToString::to_string).collect()
}

#[track_caller]
fn assert_found(from: &str, to: &str, finding: &str) {
    assert_eq!(SQLITE.matches(from).count(), 1, "{from}");
    let findings = found(&SQLITE.replace(from, to), |page| page);
    assert_eq!(findings, [format!("schema/sqlite/V001__a.sql:{finding}")]);
}

#[test]
fn the_page_says_what_the_migrations_say() {
    let folder = tree_of(&[SQLITE], &[POSTGRES]);
    let page = page(&Tree::walk(folder.path()).expect("a readable tree")).expect("both engines' migrations");
    let (_, sections) = page.split_once("(#v)\n").expect("lists of tables and views");
    assert_eq!(sections, MADE);
    assert_eq!(found(SQLITE, |page| page), [] as [String; 0]);
}

#[test]
fn a_later_migration_is_on_the_page() {
    let later = "ALTER TABLE b ADD COLUMN more INTEGER; -- what came later\nDROP INDEX a_size;\n";
    let folder = tree_of(&[SQLITE, later], &[POSTGRES, &later.replace("INTEGER", "BIGINT")]);
    let page = page(&Tree::walk(folder.path()).expect("a readable tree")).expect("both engines' migrations");
    assert!(page.contains("| `more` | INTEGER | BIGINT | yes | what came later |\n"), "{page}");
    assert!(!page.contains("a_size"), "{page}");
}

#[test]
fn a_page_that_is_not_the_one_made_is_found_at_its_first_difference() {
    let finding = |line: usize| [format!("docs/schema.md:{line}: schema-page: make it anew: cargo xtask schema")];
    assert_eq!(found(SQLITE, |page| page.replacen("# Schema", "# schema", 1)), finding(1));
    assert_eq!(found(SQLITE, |_| String::new()), finding(1));
    let last = |page: &str| page.lines().count();
    let folder = tree_of(&[SQLITE], &[POSTGRES]);
    let page = page(&Tree::walk(folder.path()).expect("a readable tree")).expect("both engines' migrations");
    assert_eq!(found(SQLITE, |page| page + "more\n"), finding(last(&page) + 1));
    assert_eq!(found(SQLITE, |page| page.replace("loudly", "softly")), finding(last(&page)));
}

#[test]
fn what_has_no_meaning_is_found() {
    assert_found("-- Fills,\n-- once each.\n", "", "3: schema-page: say in a comment above `a` what it is for");
    assert_found("-- Long ones.\n", "", "23: schema-page: say in a comment above `v` what it is for");
    assert_found(
        " -- whose; NULL: nobody's",
        "",
        "12: schema-page: say in a comment behind `a.of`, or above it, what it means",
    );
    assert_found(
        "    -- what was given | taken\n",
        "",
        "10: schema-page: say in a comment behind `a.size`, or above it, what it means",
    );
    let worked_out =
        "29: schema-page: say in a comment behind `v.upper_side` its type and meaning: `-- REAL or NULL: …`";
    assert_found(" -- TEXT: loudly", "", worked_out);
    assert_found("TEXT: loudly", "loudly", worked_out);
    assert_found("TEXT: loudly", "DATE: loudly", worked_out);
    assert_found(
        "x.size AS amount",
        "x.length AS amount",
        "26: schema-page: take `v.amount` from a table: there is no column `a.length`",
    );
}
