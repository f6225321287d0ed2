//! Where the columns of a view come from.

use std::collections::BTreeMap;

use super::comments::Comments;
use super::facts::select_of_view;
use super::tokens::Token;

/// A column of a view.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) struct ViewColumn {
    pub(super) name: String,
    /// From 1.
    pub(super) line: usize,
    pub(super) origin: Origin,
}

/// What is in it.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) enum Origin {
    /// A column of a table, as it is.
    Column {
        /// `table.column`.
        name: String,
        /// Whether the table's row may be missing.
        may_be_missing: bool,
    },
    /// What the view works out, and what a comment behind it says of that.
    WorkedOut { comment: String },
}

/// The columns of a view, given what follows its own name; none if it is anything but a plain SELECT.
pub(super) fn columns(tokens: &[Token], comments: &Comments) -> Vec<ViewColumn> {
    let Some((columns, after)) = select_of_view(tokens) else { return Vec::new() };
    let tables = tables(after);
    let columns = columns.into_iter().filter_map(|column| {
        let last = column.last()?;
        let origin = match column {
            [alias, point, name] | [alias, point, name, _, _] if point.is(".") => {
                tables.get(alias.text.as_str()).map(|(table, may_be_missing)| Origin::Column {
                    name: format!("{table}.{}", name.text),
                    may_be_missing: *may_be_missing,
                })
            }
            _ => None,
        };
        let origin = origin.unwrap_or_else(|| Origin::WorkedOut { comment: comments.behind(column) });
        Some(ViewColumn { name: last.text.clone(), line: last.line, origin })
    });
    columns.collect()
}

/// The tables behind FROM by what they are called there, and whether their rows may be missing. A SELECT in parentheses
/// is taken for its own first table.
fn tables(after: &[Token]) -> BTreeMap<&str, (&str, bool)> {
    let mut tables = BTreeMap::new();
    for (index, _) in after.iter().enumerate().filter(|(_, token)| token.is("as")) {
        let (Some(alias), Some(before)) = (after.get(index + 1), index.checked_sub(1)) else { continue };
        let start = if after[before].is(")") { opening(&after[..index]) } else { before };
        let table = match &after[start..index] {
            [table] => Some(table),
            select => select.iter().skip_while(|token| !token.is("from")).nth(1),
        };
        let is_left = start >= 2 && after[start - 1].is("join") && after[start - 2].is("left");
        if let Some(table) = table {
            tables.insert(alias.text.as_str(), (table.text.as_str(), is_left));
        }
    }
    tables
}

/// Where the parentheses begin that these tokens end with.
fn opening(tokens: &[Token]) -> usize {
    let mut depth = 0_usize;
    let found = tokens.iter().rposition(|token| {
        match token.text.as_str() {
            ")" => depth += 1,
            "(" => depth = depth.saturating_sub(1),
            _ => {}
        }
        depth == 0
    });
    found.unwrap_or(0)
}
