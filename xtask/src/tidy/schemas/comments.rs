//! What the comments of a migration say of the things beside them.

use std::collections::BTreeMap;

use super::tokens::{Comment, Token, comments};

/// The comments by their lines.
#[derive(Debug, Default)]
pub(super) struct Comments {
    alone: BTreeMap<usize, String>,
    behind: BTreeMap<usize, String>,
}

impl Comments {
    pub(super) fn of(sql: &str) -> Self {
        let mut all = Self::default();
        for Comment { line, text, is_alone } in comments(sql) {
            let place = if is_alone { &mut all.alone } else { &mut all.behind };
            place.insert(line, text);
        }
        all
    }

    /// The block that ends directly above a line.
    pub(super) fn above(&self, line: usize) -> String {
        let mut block: Vec<_> = (1..line).rev().map_while(|line| self.alone.get(&line)).map(String::as_str).collect();
        block.reverse();
        block.join(" ")
    }

    /// What stands behind a part of a table or a view. If nothing does, the block above it: with something behind it, that
    /// block gives reasons, which are for those who change the part.
    pub(super) fn of_part(&self, part: &[Token]) -> String {
        let behind = self.behind(part);
        if !behind.is_empty() {
            return behind;
        }
        part.first().map_or(String::new(), |first| self.above(first.line))
    }

    /// What stands behind it, on any of its lines.
    pub(super) fn behind(&self, part: &[Token]) -> String {
        let (Some(first), Some(last)) = (part.first(), part.last()) else { return String::new() };
        let texts: Vec<_> = self.behind.range(first.line..=last.line).map(|(_, text)| text.as_str()).collect();
        texts.join(" ")
    }
}
