//! docs/schema.md: every table and view with its columns, made from what the migrations say and nothing else.

#[cfg(test)]
mod tests;

use super::read::{Item, Kind, Schema};
use super::types::worked_out_on_postgres;
use super::views::{Origin, ViewColumn};
use super::{POSTGRES, SQLITE, schema_of};
use crate::tidy::finding::Finding;
use crate::tidy::tree::Tree;

/// Where the page is.
pub(crate) const PAGE: &str = "docs/schema.md";

const RULE: &str = "schema-page";

const HEAD: &str = "# Schema

Made by `cargo xtask schema` from the migrations in [schema](../schema); to change a word here, change the comment there.
Tables, views and columns are the same on both engines and hold the same values; only types are each engine's own. Money
is in USDT unless it is said to be in millionths, times are Unix milliseconds. Nobody but the program writes: what its rules would never do is refused by the
checks and guards below. How to read a book with SQL is in [sql.md](sql.md).
";

/// The page as the migrations of a tree make it; none if an engine's are missing, which another rule says.
pub(crate) fn page(tree: &Tree) -> Option<String> {
    let engines = tree.folders_in("schema");
    let has_both = engines.contains(&SQLITE) && engines.contains(&POSTGRES);
    has_both.then(|| Page { sqlite: schema_of(tree, SQLITE), postgres: schema_of(tree, POSTGRES) }.text())
}

/// Finds what has no meaning, and a committed page that is not the one that is made.
pub(in crate::tidy) fn check(tree: &Tree) -> Vec<Finding> {
    let Some(made) = page(tree) else { return Vec::new() };
    let mut findings = without_meaning(&schema_of(tree, SQLITE));
    let committed = tree.text(PAGE);
    if committed != made {
        let pairs = committed.lines().zip(made.lines());
        let same = pairs.take_while(|(committed, made)| committed == made).count();
        findings.push(Finding::new(RULE, PAGE, same + 1, "make it anew: cargo xtask schema"));
    }
    findings
}

fn without_meaning(schema: &Schema) -> Vec<Finding> {
    let mut findings = Vec::new();
    for ((kind, name), item) in &schema.items {
        let to_do = match kind {
            Kind::Table | Kind::View => format!("say in a comment above `{name}` what it is for"),
            Kind::Column => format!("say in a comment behind `{name}`, or above it, what it means"),
            _ => continue,
        };
        if item.meaning.is_empty() {
            findings.push(Finding::new(RULE, &item.path, item.line, to_do));
        }
    }
    for (view, columns) in &schema.view_columns {
        let Some(item) = schema.items.get(&(Kind::View, view.clone())) else { continue };
        for ViewColumn { name, line, origin } in columns {
            let to_do = match origin {
                Origin::WorkedOut { comment } if WorkedOut::of(name, comment).is_none() => {
                    format!("say in a comment behind `{view}.{name}` its type and meaning: `-- REAL or NULL: …`")
                }
                Origin::Column { name: of, .. } if !schema.items.contains_key(&(Kind::Column, of.clone())) => {
                    format!("take `{view}.{name}` from a table: there is no column `{of}`")
                }
                _ => continue,
            };
            findings.push(Finding::new(RULE, &item.path, *line, to_do));
        }
        if columns.is_empty() {
            findings.push(Finding::new(RULE, &item.path, item.line, "name the view's columns in its SELECT"));
        }
    }
    findings
}

/// What the comment behind a column that a view works out says: `TYPE: meaning` or `TYPE or NULL: meaning`, with the type
/// on SQLite, which knows none of its own for it.
struct WorkedOut<'a> {
    sqlite: &'a str,
    postgres: &'static str,
    may_be_null: bool,
    meaning: &'a str,
}

impl<'a> WorkedOut<'a> {
    fn of(column: &str, comment: &'a str) -> Option<Self> {
        let (kind, meaning) = comment.split_once(": ")?;
        let sqlite = kind.strip_suffix(" or NULL").unwrap_or(kind);
        let postgres = worked_out_on_postgres(column, sqlite)?;
        Some(Self { sqlite, postgres, may_be_null: sqlite != kind, meaning })
    }
}

struct Page {
    sqlite: Schema,
    postgres: Schema,
}

impl Page {
    fn text(&self) -> String {
        let mut text = format!("{HEAD}\n## Tables\n\n");
        let tables = self.sorted(Kind::Table);
        text.extend(tables.iter().map(|(name, _)| format!("- [`{name}`](#{name})\n")));
        text.push_str("\n## Views\n\n");
        let views = self.sorted(Kind::View);
        text.extend(views.iter().map(|(name, _)| format!("- [`{name}`](#{name})\n")));
        for (name, item) in tables {
            text.push_str(&section(name, item));
            text.extend(self.columns_of_table(name, item));
            text.push_str(&self.notes(name));
        }
        for (name, item) in views {
            text.push_str(&section(name, item));
            text.extend(self.columns_of_view(name));
        }
        text
    }

    /// Everything of a kind, in the order of the migrations.
    fn sorted(&self, kind: Kind) -> Vec<(&str, &Item)> {
        let items = self.sqlite.items.iter().filter(|((of, _), _)| *of == kind);
        let mut items: Vec<_> = items.map(|((_, name), item)| (name.as_str(), item)).collect();
        items.sort_by_key(|(_, item)| (&item.path, item.line));
        items
    }

    /// Those that belong to a table.
    fn of_table(&self, kind: Kind, table: &str) -> Vec<(&str, &Item)> {
        self.sorted(kind).into_iter().filter(|(_, item)| item.table == table).collect()
    }

    fn columns_of_table(&self, table: &str, item: &Item) -> Vec<String> {
        let columns = fact(item, "columns").split(',');
        let rows = columns.filter_map(|column| {
            let name = format!("{table}.{column}");
            let of_column = self.column(&name)?;
            let default = fact(of_column.sqlite, "DEFAULT");
            let default = if default.is_empty() { String::new() } else { format!("; {default} unless given") };
            let meaning = format!("{}{default}", of_column.meaning());
            Some(row(column, of_column.types(), of_column.may_be_null(), &meaning))
        });
        rows.collect()
    }

    fn columns_of_view(&self, view: &str) -> Vec<String> {
        let columns = self.sqlite.view_columns.get(view).into_iter().flatten();
        let rows = columns.filter_map(|ViewColumn { name, origin, .. }| match origin {
            Origin::Column { name: of, may_be_missing } => {
                let of_column = self.column(of)?;
                let meaning = format!("`{of}`: {}", of_column.meaning());
                Some(row(name, of_column.types(), of_column.may_be_null() || *may_be_missing, &meaning))
            }
            Origin::WorkedOut { comment } => {
                let WorkedOut { sqlite, postgres, may_be_null, meaning } = WorkedOut::of(name, comment)?;
                Some(row(name, (sqlite, postgres), may_be_null, meaning))
            }
        });
        rows.collect()
    }

    fn column(&self, name: &str) -> Option<OfColumn<'_>> {
        let name = (Kind::Column, name.to_owned());
        Some(OfColumn { sqlite: self.sqlite.items.get(&name)?, postgres: self.postgres.items.get(&name)? })
    }

    /// What is said of a table besides its columns.
    fn notes(&self, table: &str) -> String {
        let mut notes = Vec::new();
        for (name, item) in self.of_table(Kind::Column, table) {
            let column = name.rsplit('.').next().unwrap_or(name);
            if fact(item, "PRIMARY KEY") == "yes" {
                notes.push(format!("Primary key: `{column}`"));
            }
            let references = fact(item, "REFERENCES");
            if let Some((other, rest)) = references.split_once('(') {
                let (of, then) = rest.split_once(')').unwrap_or((rest, ""));
                notes.push(format!("`{column}` is one of [`{other}`](#{other})`.{of}` {then}").trim_end().to_owned());
            }
        }
        for (name, _) in self.of_table(Kind::Key, table) {
            let key = name.split_once('.').map_or(name, |(_, key)| key);
            let (words, rest) = key.split_once('(').unwrap_or((key, ""));
            let mut words = words.to_owned();
            if let Some(first) = words.get_mut(..1) {
                first.make_ascii_uppercase();
            }
            notes.push(format!("{words}: `{}`", spaced(rest.trim_end_matches(')'))));
        }
        for (name, item) in self.of_table(Kind::Index, table) {
            notes.push(self.index(name, item));
        }
        for (name, _) in self.of_table(Kind::Constraint, table) {
            notes.push(format!("Check `{}`", name.rsplit('.').next().unwrap_or(name)));
        }
        for (name, item) in self.of_table(Kind::Trigger, table) {
            notes.push(format!("Guard `{name}`: {}", fact(item, "message").trim_matches('\'')));
        }
        if notes.is_empty() { String::new() } else { format!("\n- {}\n", notes.join("\n- ")) }
    }

    fn index(&self, name: &str, item: &Item) -> String {
        let columns = fact(item, "columns");
        let unique = if fact(item, "UNIQUE") == "yes" { "Unique index" } else { "Index" };
        let theirs = self.postgres.items.get(&(Kind::Index, name.to_owned())).map_or(columns, |it| fact(it, "columns"));
        let on_postgres =
            if theirs == columns { String::new() } else { format!(", on PostgreSQL `{}`", spaced(theirs)) };
        let of_rows = match fact(item, "condition") {
            "" => String::new(),
            condition => format!(", of rows with `{}`", spaced(condition).replace('=', " = ").replace("in(", "in (")),
        };
        format!("{unique} `{name}` on `{}`{on_postgres}{of_rows}", spaced(columns))
    }
}

/// A column of a table on both engines.
struct OfColumn<'a> {
    sqlite: &'a Item,
    postgres: &'a Item,
}

impl<'a> OfColumn<'a> {
    fn types(&self) -> (&'a str, &'a str) {
        (fact(self.sqlite, "type"), fact(self.postgres, "type"))
    }

    /// What it means, and what it may be if that is one of a few texts.
    fn meaning(&self) -> String {
        let meaning = &self.sqlite.meaning;
        match fact(self.sqlite, "values") {
            "" => meaning.clone(),
            values => format!("{meaning} (`{}`)", spaced(values).replace('\'', "").replace(", ", "`, `")),
        }
    }

    fn may_be_null(&self) -> bool {
        fact(self.sqlite, "NOT NULL") == "no"
    }
}

fn fact<'a>(item: &'a Item, label: &str) -> &'a str {
    item.facts.get(label).map_or("", String::as_str)
}

fn section(name: &str, item: &Item) -> String {
    let purpose = &item.meaning;
    format!("\n### `{name}`\n\n{purpose}\n\n| column | SQLite | PostgreSQL | NULL | meaning |\n|---|---|---|---|---|\n")
}

fn row(column: &str, (sqlite, postgres): (&str, &str), may_be_null: bool, meaning: &str) -> String {
    let null = if may_be_null { "yes" } else { "no" };
    format!("| `{column}` | {sqlite} | {postgres} | {null} | {} |\n", meaning.replace('|', "\\|"))
}

/// A list as people write it.
fn spaced(list: &str) -> String {
    list.replace(',', ", ")
}
