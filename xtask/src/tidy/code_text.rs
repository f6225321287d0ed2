//! A Rust source without its comments and texts, so that a rule finds code and not talk about code.

/// The source with comments, strings and characters blanked; its lines stay where they are.
pub(crate) fn code(source: &str) -> String {
    let mut out = String::with_capacity(source.len());
    let mut rest = source;
    let mut is_in_word = false;
    while let Some(first) = rest.chars().next() {
        let skipped = match first {
            '/' if rest.starts_with("//") => rest.find('\n').unwrap_or(rest.len()),
            '/' if rest.starts_with("/*") => block_comment(rest),
            '"' => text(rest),
            '\'' => character(rest),
            'r' | 'b' | 'c' if !is_in_word => prefixed_text(rest),
            _ => 0,
        };
        is_in_word = first == '_' || first.is_alphanumeric();
        if skipped == 0 {
            out.push(first);
            rest = &rest[first.len_utf8()..];
        } else {
            let blanked = rest[..skipped].chars();
            out.extend(blanked.map(|char| if char == '\n' { '\n' } else { ' ' }));
            rest = &rest[skipped..];
            is_in_word = false;
        }
    }
    out
}

/// The words and signs of such a text, each with its line, from 1; `::` is one sign.
pub(crate) fn words(code: &str) -> Vec<(usize, &str)> {
    let mut words = Vec::new();
    for (index, line) in code.lines().enumerate() {
        let mut rest = line.trim_start();
        while let Some(first) = rest.chars().next() {
            let is_word = |char: char| char == '_' || char.is_alphanumeric();
            let end = if is_word(first) {
                rest.find(|char| !is_word(char)).unwrap_or(rest.len())
            } else if rest.starts_with("::") {
                2
            } else {
                first.len_utf8()
            };
            words.push((index + 1, &rest[..end]));
            rest = rest[end..].trim_start();
        }
    }
    words
}

/// The length of the block comment that it starts with; they nest.
fn block_comment(rest: &str) -> usize {
    let mut depth = 0_usize;
    let mut at = 0;
    while at < rest.len() {
        if rest[at..].starts_with("/*") {
            depth += 1;
            at += 2;
        } else if rest[at..].starts_with("*/") {
            depth -= 1;
            at += 2;
            if depth == 0 {
                return at;
            }
        } else {
            at += rest[at..].chars().next().map_or(1, char::len_utf8);
        }
    }
    rest.len()
}

/// The length of the string in quotes that it starts with.
fn text(rest: &str) -> usize {
    let mut is_escaped = false;
    for (at, char) in rest.char_indices().skip(1) {
        match char {
            _ if is_escaped => is_escaped = false,
            '\\' => is_escaped = true,
            '"' => return at + 1,
            _ => {}
        }
    }
    rest.len()
}

/// The length of the character that it starts with; 0 if it is a lifetime.
fn character(rest: &str) -> usize {
    let mut chars = rest.char_indices().skip(1);
    match (chars.next(), chars.next()) {
        (Some((_, '\\')), _) => rest[3.min(rest.len())..].find('\'').map_or(0, |at| at + 4),
        (Some(_), Some((at, '\''))) => at + 1,
        _ => 0,
    }
}

/// The length of the string with a prefix (raw, bytes, C) that it starts with; 0 if it starts with a word.
fn prefixed_text(rest: &str) -> usize {
    let after = rest.trim_start_matches(['r', 'b', 'c']);
    let prefix = rest.len() - after.len();
    let is_raw = rest[..prefix].contains('r');
    let hashes = after.len() - after.trim_start_matches('#').len();
    let quoted = &after[hashes..];
    if prefix > 2 || !quoted.starts_with('"') || hashes > 0 && !is_raw {
        return 0;
    }
    if !is_raw {
        return prefix + text(quoted);
    }
    let end = format!("\"{}", "#".repeat(hashes));
    let length = quoted[1..].find(&end).map_or(quoted.len(), |at| 1 + at + end.len());
    prefix + hashes + length
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn comments_and_texts_are_blanked_and_lines_stay() {
        let source = "a /* b /* c */\n d */ e // f\n\"g \\\" h\" i r#\"j \" k\"# l b\"m\" br\"n\\\" o 'p' '\\'' q";
        let code = code(source);
        assert_eq!(code.split_whitespace().collect::<String>(), "aeiloq");
        assert_eq!(code.lines().count(), source.lines().count());
    }

    #[test]
    fn lifetimes_and_raw_names_are_code() {
        let source = "fn f<'a>(r#type: &'a str, crab: u8) -> &'a str";
        assert_eq!(code(source), source);
    }

    #[test]
    fn words_know_their_lines() {
        assert_eq!(words("a::b\n#[c]"), [(1, "a"), (1, "::"), (1, "b"), (2, "#"), (2, "["), (2, "c"), (2, "]")]);
    }
}
