//! The engines' schemas say the same: every table, column, key, constraint, index, view and trigger is on both, and
//! differs only as the tables here and in `types` allow.

mod comments;
#[cfg(test)]
mod document;
mod facts;
pub(crate) mod page;
mod read;
#[cfg(test)]
mod tests;
mod tokens;
mod types;
mod views;

use std::collections::BTreeSet;

use super::finding::Finding;
use super::tree::Tree;

use self::read::{Item, Kind, Schema};

const RULE: &str = "schemas";

const SQLITE: &str = "sqlite";
const POSTGRES: &str = "postgres";

/// A trigger that only PostgreSQL has.
struct Alone {
    name: &'static str,
    table: &'static str,
}

/// SQLite has no TRUNCATE, which fires none of the triggers that guard single rows.
const ALONE: &[Alone] = &[
    Alone { name: "ledger_is_never_truncated", table: "ledger" },
    Alone { name: "trades_are_never_truncated", table: "trades" },
    Alone { name: "signals_are_never_truncated", table: "signals" },
    Alone { name: "event_log_is_never_truncated", table: "event_log" },
    Alone { name: "positions_are_never_truncated", table: "positions" },
];

/// Finds where the two differ.
pub(crate) fn check(tree: &Tree) -> Vec<Finding> {
    let engines = tree.folders_in("schema");
    // A schema that is not there at all is for the rule on migrations.
    if !engines.contains(&SQLITE) || !engines.contains(&POSTGRES) {
        return Vec::new();
    }
    let (sqlite, postgres) = (schema_of(tree, SQLITE), schema_of(tree, POSTGRES));
    let mut findings = Vec::new();
    for (path, line) in sqlite.not_read.iter().chain(&postgres.not_read) {
        findings.push(Finding::new(RULE, path, *line, "write it in a way that this rule can read, or teach it to"));
    }
    let names: BTreeSet<_> = sqlite.items.keys().chain(postgres.items.keys()).collect();
    for name in names {
        match (sqlite.items.get(name), postgres.items.get(name)) {
            (Some(ours), Some(theirs)) => findings.extend(compare(name, ours, theirs)),
            (Some(item), None) => findings.extend(missing(name, item, &sqlite, (&postgres, POSTGRES))),
            (None, Some(item)) if !is_alone(name, item) => {
                findings.extend(missing(name, item, &postgres, (&sqlite, SQLITE)));
            }
            (None, _) => {}
        }
    }
    for Alone { name, table } in ALONE {
        let trigger = postgres.items.get(&(Kind::Trigger, (*name).to_owned()));
        let is_there = trigger.is_some_and(|trigger| trigger.table == *table);
        if let (false, Some(item)) = (is_there, postgres.table(table)) {
            let to_do = format!("guard `{table}` by the trigger `{name}`, or take it out of the list of this rule");
            findings.push(Finding::new(RULE, &item.path, item.line, to_do));
        }
    }
    findings
}

fn schema_of(tree: &Tree, engine: &str) -> Schema {
    let mut schema = Schema::default();
    let folder = format!("schema/{engine}/");
    for path in tree.files_with(".sql").filter(|path| path.starts_with(&folder)) {
        schema.read(path, &tree.text(path));
    }
    schema
}

fn is_alone((kind, name): &(Kind, String), item: &Item) -> bool {
    *kind == Kind::Trigger && ALONE.iter().any(|alone| alone.name == name && alone.table == item.table)
}

/// Says that the other engine lacks it, unless it lacks the whole table, which is said once.
fn missing(
    (kind, name): &(Kind, String),
    item: &Item,
    here: &Schema,
    (there, engine): (&Schema, &str),
) -> Option<Finding> {
    let is_said = *kind != Kind::Table && here.table(&item.table).is_some() && there.table(&item.table).is_none();
    let to_do = format!("{kind:?} `{name}`: add it on {engine}, or take it away here");
    (!is_said).then(|| Finding::new(RULE, &item.path, item.line, to_do))
}

fn compare((kind, name): &(Kind, String), sqlite: &Item, postgres: &Item) -> Vec<Finding> {
    let labels: BTreeSet<_> = sqlite.facts.keys().chain(postgres.facts.keys()).collect();
    let differences = labels.into_iter().filter_map(|label| {
        let ours = sqlite.facts.get(label).map_or("", String::as_str);
        let theirs = postgres.facts.get(label).map_or("", String::as_str);
        let wanted = match (kind, *label) {
            (Kind::Column, "type") => {
                let column = name.rsplit('.').next().unwrap_or(name);
                types::on_postgres(column, ours).unwrap_or("(give its type on sqlite a row in the table of types)")
            }
            (Kind::Table, "columns") => return order(ours, theirs).map(|wanted| (label, theirs.to_owned(), wanted)),
            (Kind::Index, "columns") if may_end_in_id(sqlite, ours, theirs) => theirs,
            _ => ours,
        };
        (theirs != wanted).then(|| (label, theirs.to_owned(), wanted.to_owned()))
    });
    let findings = differences.map(|(label, is, wanted)| {
        let shown = |text: &str| if text.is_empty() { "nothing".to_owned() } else { format!("`{text}`") };
        let to_do = format!("{kind:?} `{name}`, {label}: make it {}, it is {}", shown(&wanted), shown(&is));
        Finding::new(RULE, &postgres.path, postgres.line, to_do)
    });
    findings.collect()
}

/// The order on SQLite of the columns that both have, if PostgreSQL has another.
fn order(sqlite: &str, postgres: &str) -> Option<String> {
    let common = |list: &str, other: &str| -> Vec<String> {
        let other: Vec<_> = other.split(',').collect();
        list.split(',').filter(|column| other.contains(column)).map(str::to_owned).collect()
    };
    let wanted = common(sqlite, postgres);
    (wanted != common(postgres, sqlite)).then(|| wanted.join(","))
}

/// On SQLite an index ends in the row's id by itself. Where rows are read in that order, PostgreSQL has to name it.
fn may_end_in_id(sqlite: &Item, ours: &str, theirs: &str) -> bool {
    sqlite.facts.get("UNIQUE").is_some_and(|unique| unique == "no") && theirs.strip_suffix(",id") == Some(ours)
}
