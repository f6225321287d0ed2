//! What a definition says, in one spelling for both engines.

use std::collections::BTreeMap;

use super::tokens::{Token, parentheses, split_at_commas, text_of};
use super::types::is_flag;

/// Words that end a column's type.
const AFTER_TYPE: [&str; 9] =
    ["not", "null", "primary", "unique", "check", "references", "default", "constraint", "generated"];

pub(super) fn yes_or_no(is_so: bool) -> String {
    if is_so { "yes" } else { "no" }.to_owned()
}

/// What a column's definition says after its name.
pub(super) fn facts_of_column(rest: &[Token]) -> BTreeMap<&'static str, String> {
    let end = rest.iter().position(|token| AFTER_TYPE.contains(&token.text.as_str())).unwrap_or(rest.len());
    let (of_type, rest) = rest.split_at(end);
    // What a CHECK says is each engine's own way of saying it, so it is taken out before words are looked for.
    let mut depth = 0_usize;
    let outside: Vec<_> = (rest.iter())
        .filter(|token| {
            depth += usize::from(token.is("("));
            let is_outside = depth == 0;
            depth -= usize::from(token.is(")") && depth > 0);
            is_outside
        })
        .map(|token| token.text.as_str())
        .collect();
    let has = |words: [&str; 2]| outside.windows(2).any(|pair| pair == words);
    let is_primary = has(["primary", "key"]);
    let after = |word: &str| rest.iter().position(|token| token.is(word)).map(|at| &rest[at + 1..]);
    let references = after("references").map_or(String::new(), |rest| {
        let ends = |token: &&Token| !["not", "null", "unique", "check", "default"].contains(&token.text.as_str());
        text_of(&rest.iter().take_while(ends).cloned().collect::<Vec<_>>())
    });
    let default = after("default").and_then(<[Token]>::first).map_or(String::new(), |value| {
        value.text.parse::<f64>().map_or_else(|_| value.text.clone(), |number| number.to_string())
    });
    BTreeMap::from([
        ("type", text_of(of_type).to_uppercase()),
        ("NOT NULL", yes_or_no(is_primary || has(["not", "null"]))),
        ("PRIMARY KEY", yes_or_no(is_primary)),
        ("UNIQUE", yes_or_no(outside.contains(&"unique"))),
        ("REFERENCES", references),
        ("DEFAULT", default),
        ("values", values_of(rest)),
    ])
}

/// The texts that a column's CHECK names, if it is one of these.
fn values_of(rest: &[Token]) -> String {
    let is_text = |token: &Token| token.text.starts_with('\'') || token.is(",");
    let mut lists = rest.iter().enumerate().filter(|(_, token)| token.is("in")).filter_map(|(at, _)| {
        let (values, _) = parentheses(&rest[at + 1..])?;
        values.iter().all(is_text).then(|| text_of(values))
    });
    lists.next().unwrap_or_default()
}

/// A condition in one spelling: `flag = 1` is `flag`, and so is `(flag)`.
pub(super) fn condition_of(tokens: &[Token]) -> String {
    let mut kept: Vec<Token> = Vec::new();
    let mut rest = tokens;
    while let Some((token, after)) = rest.split_first() {
        kept.push(token.clone());
        rest = after;
        if let ([equals, value, after @ ..], true) = (rest, is_flag(&token.text))
            && equals.is("=")
            && (value.is("1") || value.is("true"))
        {
            rest = after;
        }
        if let ([.., open, flag], [close, after @ ..]) = (kept.as_slice(), rest)
            && open.is("(")
            && is_flag(&flag.text)
            && close.is(")")
        {
            kept = [&kept[..kept.len() - 2], &kept[kept.len() - 1..]].concat();
            rest = after;
        }
    }
    text_of(&kept)
}

/// The names of a view's columns, or none if they cannot be told, given what follows its own name.
pub(super) fn columns_of_view(tokens: &[Token]) -> Option<String> {
    if let Some((names, _)) = parentheses(tokens) {
        return Some(text_of(names));
    }
    let (columns, _) = select_of_view(tokens)?;
    let names = columns.iter().filter_map(|column| Some(column.last()?.text.as_str()));
    Some(names.collect::<Vec<_>>().join(","))
}

/// What a view selects, column by column, and what follows. None with anything but a plain SELECT after AS, where this
/// would be the wrong list.
pub(super) fn select_of_view(tokens: &[Token]) -> Option<(Vec<&[Token]>, &[Token])> {
    let mut words = tokens.iter().enumerate().skip_while(|(_, token)| !token.is("as")).skip(1);
    let (select, _) = words.next().filter(|(_, token)| token.is("select"))?;
    let list = &tokens[select + 1..];
    let mut depth = 0_usize;
    let end = list.iter().position(|token| {
        match token.text.as_str() {
            "(" => depth += 1,
            ")" => depth = depth.saturating_sub(1),
            _ => {}
        }
        depth == 0 && token.is("from")
    });
    let (list, after) = list.split_at(end.unwrap_or(list.len()));
    Some((split_at_commas(list), after))
}
