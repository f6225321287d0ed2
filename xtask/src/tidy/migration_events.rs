//! Every migration says in the audit log that it was applied, in its own transaction.

use super::finding::Finding;
use super::tree::Tree;

const RULE: &str = "migration-events";

/// Finds migrations that write no event, or another version's.
pub(crate) fn check(tree: &Tree) -> Vec<Finding> {
    let schemas = tree.files_with(".sql").filter(|path| path.starts_with("schema/"));
    schemas.filter_map(|path| missing(path, &tree.text(path))).collect()
}

fn missing(path: &str, sql: &str) -> Option<Finding> {
    let name = path.rsplit('/').next()?;
    // A name that says no version is for the rule on migrations.
    let version: u32 = name.strip_prefix('V')?.split_once("__")?.0.parse().ok()?;
    let event = if version == 1 { "schema_initialized" } else { "schema_migrated" };
    let data = format!("\"schema_version\":{version}");
    let is_written = sql
        .split(';')
        .any(|statement| ["INSERT INTO event_log", event, data.as_str()].iter().all(|part| statement.contains(part)));
    (!is_written).then(|| {
        let to_do =
            format!("insert the event `{event}` with {{{data}}} into event_log, and count it in book.next_event_id");
        Finding::new(RULE, path, 1, to_do)
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    fn is_found(name: &str, sql: &str) -> bool {
        missing(&format!("schema/sqlite/{name}"), sql).is_some()
    }

    #[test]
    fn every_migration_writes_the_event_of_its_own_version() {
        let insert = |event: &str, version: u32| {
            format!(
                "SELECT 1; INSERT INTO event_log VALUES (1, '{event}', '{{\"schema_version\":{version}}}'); SELECT 2;"
            )
        };
        assert!(!is_found("V001__book.sql", &insert("schema_initialized", 1)));
        assert!(!is_found("V002__more.sql", &insert("schema_migrated", 2)));
        assert!(is_found("V001__book.sql", "INSERT INTO event_log SELECT 1; SELECT 'schema_initialized'"));
        assert!(is_found("V002__more.sql", &insert("schema_initialized", 2)), "only the first makes a book");
        assert!(is_found("V003__more.sql", &insert("schema_migrated", 2)), "another version's");
        assert!(is_found("V002__more.sql", ""));
        assert!(!is_found("notes.sql", ""));
    }
}
