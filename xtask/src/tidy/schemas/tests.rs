//! Each difference between two small schemas is found, and none in what the tables allow.

use std::fs;

use tempfile::TempDir;

use super::{check, types};
use crate::tidy::finding::Finding;
use crate::tidy::tree::Tree;
use crate::workspace::Workspace;

const SQLITE_TABLE: &str = "-- One; two.
CREATE TABLE a (
    id         INTEGER PRIMARY KEY CHECK (id > 0),
    name       TEXT    NOT NULL CHECK (length(CAST(name AS BLOB)) BETWEEN 1 AND 9 AND instr(name, char(0)) = 0),
    is_active  INTEGER NOT NULL CHECK (is_active IN (0, 1)), -- true, or not
    size       REAL    NOT NULL DEFAULT 10.0,
    price      REAL    CHECK (price < 1e12),
    confidence REAL,
    side       TEXT    CHECK (side IN ('long', 'short')),
    key        BLOB    REFERENCES b (id),
    UNIQUE (name, size),
    CONSTRAINT a_is_so CHECK ((is_active = 1) = (price IS NULL))
) STRICT;
";
const SQLITE_REST: &str = "CREATE INDEX a_name ON a (name);
CREATE INDEX a_active ON a (name, size) WHERE is_active = 1;
CREATE TRIGGER a_stays BEFORE UPDATE ON a
BEGIN SELECT CASE WHEN 1 THEN RAISE(ABORT, 'a stays') END; END;
CREATE VIEW v AS SELECT a.id, count(DISTINCT a.size) AS sizes, a.name FROM a;
";
const POSTGRES_TABLE: &str = "/* One;
   two. */
CREATE TABLE a (
    id         BIGINT PRIMARY KEY CHECK (id > 0),
    name       TEXT COLLATE \"C\" NOT NULL CHECK (octet_length(name) BETWEEN 1 AND 9),
    is_active  BOOLEAN NOT NULL,
    size       NUMERIC(20,6) NOT NULL DEFAULT 10,
    price      NUMERIC CHECK (price < 1e12),
    confidence DOUBLE PRECISION,
    side       TEXT COLLATE \"C\" CHECK (side IN ('long', 'short')),
    \"key\"      BYTEA REFERENCES b (id),
    UNIQUE (name, size),
    CONSTRAINT a_is_so CHECK (is_active = (price IS NULL))
) WITH (fillfactor = 50);
";
const POSTGRES_REST: &str = "CREATE INDEX a_name ON a (name, id);
CREATE INDEX a_active ON a (name, size) WHERE is_active;
CREATE FUNCTION refuse() RETURNS trigger LANGUAGE plpgsql AS $$ BEGIN RAISE EXCEPTION 'no; never'; END $$;
CREATE TRIGGER a_stays BEFORE UPDATE ON a FOR EACH ROW WHEN (OLD.is_active) EXECUTE FUNCTION refuse('a stays');
CREATE VIEW v AS SELECT a.id, (SELECT count(*) FROM a) AS sizes, a.name FROM a;
";

/// A tree with the migrations of both engines, in their order.
pub(super) fn tree_of(sqlite: &[&str], postgres: &[&str]) -> TempDir {
    let folder = TempDir::new().expect("a temporary folder");
    for (engine, migrations) in [("sqlite", sqlite), ("postgres", postgres)] {
        let engine = folder.path().join("schema").join(engine);
        fs::create_dir_all(&engine).expect("a new folder");
        for (index, sql) in migrations.iter().enumerate() {
            fs::write(engine.join(format!("V00{}__a.sql", index + 1)), sql).expect("a new file");
        }
    }
    folder
}

/// What is found in it.
fn found(sqlite: &[&str], postgres: &[&str]) -> Vec<Finding> {
    let folder = tree_of(sqlite, postgres);
    check(&Tree::walk(folder.path()).expect("a readable tree"))
}

fn sqlite() -> String {
    format!("{SQLITE_TABLE}{SQLITE_REST}")
}

fn postgres() -> String {
    format!("{POSTGRES_TABLE}{POSTGRES_REST}")
}

/// Asserts that PostgreSQL's schema with a change has one finding that says that, and without it none.
#[track_caller]
fn assert_found(from: &str, to: &str, expected: &str) {
    let changed = postgres().replacen(from, to, 1);
    assert_ne!(changed, postgres(), "nothing was changed");
    let findings = found(&[&sqlite()], &[&changed]);
    let [finding] = findings.as_slice() else { panic!("{findings:#?}") };
    assert!(finding.to_string().contains(expected), "{finding}");
}

#[test]
fn schemas_that_differ_as_the_tables_allow_are_allowed() {
    assert_eq!(found(&[&sqlite()], &[&postgres()]), []);
}

#[test]
fn the_rule_takes_part_in_the_run() {
    let folder = tree_of(&["CREATE TABLE a (id INTEGER);"], &["SELECT 1;"]);
    let tree = Tree::walk(folder.path()).expect("a readable tree");
    let findings = crate::tidy::check(&Workspace::default(), &tree);
    assert!(findings.iter().any(|finding| finding.rule == "schemas"), "{findings:#?}");
}

#[test]
fn one_engine_alone_is_not_compared() {
    let folder = TempDir::new().expect("a temporary folder");
    fs::create_dir_all(folder.path().join("schema/sqlite")).expect("a new folder");
    fs::write(folder.path().join("schema/sqlite/V001__a.sql"), sqlite()).expect("a new file");
    assert_eq!(check(&Tree::walk(folder.path()).expect("a readable tree")), []);
}

#[test]
fn what_one_engine_lacks_is_found_with_its_place_on_the_other() {
    let line_6 = "schema/sqlite/V001__a.sql:6: schemas: Column `a.size`: add it on postgres";
    assert_found("    size       NUMERIC(20,6) NOT NULL DEFAULT 10,\n", "", line_6);
    assert_found(
        "    price ",
        "    more BIGINT,\n    price ",
        "postgres/V001__a.sql:8: schemas: Column `a.more`: add it on sqlite",
    );
    assert_found("CREATE INDEX a_name ON a (name, id);", "", "Index `a_name`: add it on postgres");
    assert_found("CREATE VIEW v ", "CREATE VIEW w AS SELECT 1 AS b;\nCREATE VIEW v ", "View `w`: add it on sqlite");
    assert_found("UNIQUE (name, size),", "", "Key `a.unique(name,size)`: add it on postgres");
    assert_found("    UNIQUE", "    CONSTRAINT b CHECK (TRUE),\n    UNIQUE", "Constraint `a.b`: add it on sqlite");
    let trigger = "CREATE TRIGGER b BEFORE DELETE ON a EXECUTE FUNCTION refuse('b');\nCREATE VIEW v";
    assert_found("CREATE VIEW v", trigger, "Trigger `b`: add it on sqlite");
}

#[test]
fn a_table_that_one_engine_lacks_is_found_once() {
    let findings = found(&[&sqlite(), "CREATE TABLE b (id INTEGER);\nCREATE INDEX b_id ON b (id);\n"], &[&postgres()]);
    let [finding] = findings.as_slice() else { panic!("{findings:#?}") };
    assert!(finding.to_string().starts_with("schema/sqlite/V002__a.sql:1: schemas: Table `b`: add it"), "{finding}");
}

#[test]
fn another_order_is_found() {
    let (price, confidence) = ("    price      NUMERIC CHECK (price < 1e12),\n", "    confidence DOUBLE PRECISION,\n");
    assert_found(
        &format!("{price}{confidence}"),
        &format!("{confidence}{price}"),
        "Table `a`, columns: make it `id,name",
    );
    assert_found(
        "a.id, (SELECT",
        "a.name, (SELECT",
        "View `v`, columns: make it `id,sizes,name`, it is `name,sizes,name`",
    );
    assert_found("AS sizes", "AS size", "View `v`, columns: make it `id,sizes,name`, it is `id,size,name`");
}

#[test]
fn other_types_are_found() {
    assert_found("BIGINT PRIMARY", "INTEGER PRIMARY", "`a.id`, type: make it `BIGINT`, it is `INTEGER`");
    assert_found("BOOLEAN", "BIGINT", "type: make it `BOOLEAN`, it is `BIGINT`");
    assert_found("TEXT COLLATE \"C\"", "TEXT", "type: make it `TEXT COLLATE \"C\"`, it is `TEXT`");
    assert_found("NUMERIC(20,6)", "NUMERIC(20, 5)", "type: make it `NUMERIC(20,6)`, it is `NUMERIC(20,5)`");
    assert_found("NUMERIC CHECK", "NUMERIC(20,6) CHECK", "type: make it `NUMERIC`, it is `NUMERIC(20,6)`");
    assert_found("DOUBLE PRECISION", "REAL", "type: make it `DOUBLE PRECISION`, it is `REAL`");
    assert_found("BYTEA", "TEXT COLLATE \"C\"", "type: make it `BYTEA`");
    let findings = found(&["CREATE TABLE b (c NUMERIC);"], &["CREATE TABLE b (c NUMERIC);"]);
    assert!(findings.len() == 1 && findings[0].to_do.contains("give its type on sqlite a row"), "{findings:#?}");
}

#[test]
fn every_name_in_the_table_of_types_changes_the_type() {
    assert_eq!(types::on_postgres("marked_at", "INTEGER"), Some("BIGINT"));
    assert_eq!(types::on_postgres("pruning", "INTEGER"), Some("BOOLEAN"));
    assert_eq!(types::on_postgres("fees", "REAL"), Some("NUMERIC(20,6)"));
    assert_eq!(types::on_postgres("mark_price", "REAL"), Some("NUMERIC"));
    assert_eq!(types::on_postgres("sharpe_ratio", "REAL"), Some("DOUBLE PRECISION"));
}

#[test]
fn what_columns_and_constraints_say_is_compared() {
    assert_found("BOOLEAN NOT NULL", "BOOLEAN", "`a.is_active`, NOT NULL: make it `yes`, it is `no`");
    assert_found("BIGINT PRIMARY KEY", "BIGINT NOT NULL", "`a.id`, PRIMARY KEY: make it `yes`, it is `no`");
    assert_found("DOUBLE PRECISION", "DOUBLE PRECISION UNIQUE", "`a.confidence`, UNIQUE: make it `no`, it is `yes`");
    assert_found("REFERENCES b (id)", "", "`a.key`, REFERENCES: make it `b(id)`, it is nothing");
    assert_found("b (id)", "b (id) ON DELETE CASCADE", "make it `b(id)`, it is `b(id)on delete cascade`");
    assert_found("DEFAULT 10", "DEFAULT 11", "`a.size`, DEFAULT: make it `10`, it is `11`");
    assert_found("'short')", "'flat')", "`a.side`, values: make it `'long','short'`, it is `'long','flat'`");
    assert_found("(is_active = (price", "(is_active <> (price", "Constraint `a.a_is_so`, condition: make it");
}

#[test]
fn what_indexes_and_triggers_say_is_compared() {
    assert_found("a (name, id)", "a (size, id)", "Index `a_name`, columns: make it `name`, it is `size,id`");
    assert_found("(name, size) WHERE", "(size, name) WHERE", "`a_active`, columns: make it `name,size`");
    assert_found("WHERE is_active", "WHERE NOT is_active", "condition: make it `is_active`, it is `not is_active`");
    assert_found(" WHERE is_active;", ";", "condition: make it `is_active`, it is nothing");
    assert_found("INDEX a_active ON a", "INDEX a_active ON b", "Index `a_active`, table: make it `a`, it is `b`");
    assert_found("INDEX a_active", "UNIQUE INDEX a_active", "`a_active`, UNIQUE: make it `no`, it is `yes`");
    let unique = SQLITE_REST.replacen("INDEX a_name", "UNIQUE INDEX a_name", 1);
    let too = POSTGRES_REST.replacen("INDEX a_name", "UNIQUE INDEX a_name", 1);
    let findings = found(&[SQLITE_TABLE, &unique], &[POSTGRES_TABLE, &too]);
    assert!(findings.len() == 1 && findings[0].to_do.contains("make it `name`, it is `name,id`"), "{findings:#?}");
    assert_found("BEFORE UPDATE", "AFTER UPDATE", "event: make it `before update on a`, it is `after update on a`");
    assert_found("('a stays')", "('a goes')", "Trigger `a_stays`, message: make it `'a stays'`, it is `'a goes'`");
}

#[test]
fn only_listed_triggers_may_be_on_postgres_alone_and_they_have_to_be() {
    let table = "CREATE TABLE ledger (seq INTEGER);";
    let theirs = "CREATE TABLE ledger (seq BIGINT);";
    let guard = "CREATE TRIGGER ledger_is_never_truncated BEFORE TRUNCATE ON ledger EXECUTE FUNCTION refuse('no');";
    assert_eq!(found(&[table], &[theirs, guard]), []);
    let findings = found(&[table], &[theirs]);
    assert!(findings.len() == 1 && findings[0].to_do.contains("guard `ledger`"), "{findings:#?}");
    let other = guard.replace("ON ledger", "ON a");
    assert_eq!(found(&[table], &[theirs, &other]).len(), 1 + 1, "the guard is of another table");
}

#[test]
fn later_migrations_are_read_in_their_order() {
    let ours = "ALTER TABLE a ADD COLUMN more INTEGER;\nDROP VIEW v;\nDROP INDEX IF EXISTS a_name;\n";
    let theirs = ours.replace("more INTEGER", "more BIGINT");
    assert_eq!(found(&[&sqlite(), ours], &[&postgres(), &theirs]), []);
    let findings = found(&[&sqlite(), ours], &[&postgres(), ours]);
    assert!(findings.len() == 1 && findings[0].path.ends_with("postgres/V002__a.sql"), "{findings:#?}");
    let dropped = "DROP TABLE a;\nDROP VIEW v;\nDROP FUNCTION refuse();\n";
    assert_eq!(found(&[&sqlite(), dropped], &[&postgres(), dropped]), []);
}

#[test]
fn a_change_that_is_not_understood_is_found() {
    let view = "CREATE VIEW w AS WITH b AS (SELECT 1 AS c) SELECT c FROM b;";
    let changes =
        ["ALTER TABLE a DROP COLUMN size;", "CREATE MATERIALIZED VIEW m AS SELECT 1;", "DROP SEQUENCE s;", view];
    for change in changes {
        let findings = found(&[&sqlite()], &[&postgres(), change]);
        let [finding] = findings.as_slice() else { panic!("{change}: {findings:#?}") };
        assert!(finding.to_do.contains("teach it"), "{finding}");
    }
}
