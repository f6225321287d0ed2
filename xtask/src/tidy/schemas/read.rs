//! Migrations as a schema: what there is after the last of them, each thing with its place and what is said of it.

use std::collections::BTreeMap;

use super::comments::Comments;
use super::facts::{columns_of_view, condition_of, facts_of_column, yes_or_no};
use super::tokens::{Token, parentheses, split_at_commas, statements, text_of};
use super::views::{ViewColumn, columns};

/// What kind of thing; it is shown as it is written here.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub(super) enum Kind {
    Table,
    Column,
    Key,
    Constraint,
    Index,
    View,
    Trigger,
}

/// One of them. Parts of a table are named `table.part`.
#[derive(Debug, Clone)]
pub(super) struct Item {
    pub(super) path: String,
    pub(super) line: usize,
    /// The table that it is on.
    pub(super) table: String,
    /// What is said of it, each under a label.
    pub(super) facts: BTreeMap<&'static str, String>,
    /// What a comment says it is for.
    pub(super) meaning: String,
}

/// All of them.
#[derive(Debug, Default)]
pub(super) struct Schema {
    pub(super) items: BTreeMap<(Kind, String), Item>,
    /// The columns of each view, in their order.
    pub(super) view_columns: BTreeMap<String, Vec<ViewColumn>>,
    /// Path and line of each statement that changes a schema in a way that is not understood here.
    pub(super) not_read: Vec<(String, usize)>,
}

impl Schema {
    /// Adds what a migration does.
    pub(super) fn read(&mut self, path: &str, sql: &str) {
        let comments = Comments::of(sql);
        for statement in statements(sql) {
            let line = statement[0].line;
            let (verb, rest) = (statement[0].text.as_str(), &statement[1..]);
            let understood = match verb {
                "create" => self.create(Item::at(path, line, comments.above(line)), rest, &comments),
                "alter" => self.alter(path, rest, &comments),
                "drop" => self.remove(rest),
                // Rows and settings are each engine's own.
                _ => Some(()),
            };
            if understood.is_none() {
                self.not_read.push((path.to_owned(), line));
            }
        }
    }

    /// A table of that name.
    pub(super) fn table(&self, name: &str) -> Option<&Item> {
        self.items.get(&(Kind::Table, name.to_owned()))
    }

    fn create(&mut self, mut item: Item, rest: &[Token], comments: &Comments) -> Option<()> {
        let unique = rest.first()?.is("unique");
        let (what, rest) = rest[usize::from(unique)..].split_first()?;
        let (name, rest) = named(rest)?;
        let kind = match what.text.as_str() {
            "table" => {
                item.table.clone_from(name);
                let path = item.path.clone();
                self.items.insert((Kind::Table, name.clone()), item);
                let (parts, _) = parentheses(rest)?;
                let mut parts = split_at_commas(parts).into_iter();
                return parts.try_for_each(|part| self.add_part(&path, name, part, comments));
            }
            "index" => {
                let (columns, after) = parentheses(&rest[rest.iter().position(|token| token.is("("))?..])?;
                let condition = after.iter().position(|token| token.is("where")).map(|at| &after[at + 1..]);
                item.table.clone_from(&rest.get(1)?.text);
                item.facts.insert("table", item.table.clone());
                item.facts.insert("UNIQUE", yes_or_no(unique));
                item.facts.insert("columns", text_of(columns));
                item.facts.insert("condition", condition.map(condition_of).unwrap_or_default());
                Kind::Index
            }
            "view" => {
                item.facts.insert("columns", columns_of_view(rest)?);
                self.view_columns.insert(name.clone(), columns(rest, comments));
                Kind::View
            }
            "trigger" => {
                let on = rest.iter().position(|token| token.is("on"))?;
                let message = rest.iter().rfind(|token| token.text.starts_with('\''))?;
                item.table.clone_from(&rest.get(on + 1)?.text);
                item.facts.insert("event", text_of(&rest[..on + 2]));
                item.facts.insert("message", message.text.clone());
                Kind::Trigger
            }
            // What triggers call; SQLite has none.
            "function" => return Some(()),
            _ => return None,
        };
        self.items.insert((kind, name.clone()), item);
        Some(())
    }

    fn alter(&mut self, path: &str, rest: &[Token], comments: &Comments) -> Option<()> {
        let (what, rest) = rest.split_first()?;
        let (table, rest) = named(rest)?;
        let (first, part) = rest.split_first()?;
        let part = if part.first()?.is("column") { &part[1..] } else { part };
        if !what.is("table") || !first.is("add") {
            return None;
        }
        self.add_part(path, table, part, comments)
    }

    fn remove(&mut self, rest: &[Token]) -> Option<()> {
        let (what, rest) = rest.split_first()?;
        let (name, _) = named(rest)?;
        let kind = match what.text.as_str() {
            "table" => Kind::Table,
            "index" => Kind::Index,
            "view" => Kind::View,
            "trigger" => Kind::Trigger,
            "function" => return Some(()),
            _ => return None,
        };
        self.items.remove(&(kind, name.clone()));
        if kind == Kind::Table {
            self.items.retain(|_, item| item.table != *name);
        }
        Some(())
    }

    /// A column, key or constraint of a table.
    fn add_part(&mut self, path: &str, table: &str, part: &[Token], comments: &Comments) -> Option<()> {
        let first = part.first()?;
        let mut item = Item::at(path, first.line, comments.of_part(part));
        table.clone_into(&mut item.table);
        let (kind, name) = match first.text.as_str() {
            "constraint" => {
                item.facts.insert("condition", condition_of(part.get(2..)?));
                (Kind::Constraint, part[1].text.clone())
            }
            "primary" | "unique" | "foreign" | "check" => (Kind::Key, text_of(part)),
            column => {
                let columns = &mut self.items.get_mut(&(Kind::Table, table.to_owned()))?.facts;
                let columns = columns.entry("columns").or_default();
                columns.push_str(if columns.is_empty() { "" } else { "," });
                columns.push_str(column);
                item.facts = facts_of_column(&part[1..]);
                (Kind::Column, column.to_owned())
            }
        };
        self.items.insert((kind, format!("{table}.{name}")), item);
        Some(())
    }
}

impl Item {
    fn at(path: &str, line: usize, meaning: String) -> Self {
        Self { path: path.to_owned(), line, table: String::new(), facts: BTreeMap::new(), meaning }
    }
}

/// The name that it begins with, after `IF NOT EXISTS`, and what follows it.
fn named(rest: &[Token]) -> Option<(&String, &[Token])> {
    let skipped = rest.iter().take_while(|token| ["if", "not", "exists"].contains(&token.text.as_str())).count();
    let (name, rest) = rest[skipped..].split_first()?;
    Some((&name.text, rest))
}
