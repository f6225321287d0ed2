//! SQL as tokens and statements: as much of the language as it takes to find where things begin and end.

/// A word (in small letters), number, text (with its quotes) or sign.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) struct Token {
    /// From 1.
    pub(super) line: usize,
    pub(super) text: String,
}

impl Token {
    pub(super) fn is(&self, text: &str) -> bool {
        self.text == text
    }

    fn is_sign(&self) -> bool {
        !self.text.starts_with(|first: char| first.is_alphanumeric() || "_'\"$".contains(first))
    }
}

/// The statements, without their semicolons. Those between BEGIN and END are part of what they are the body of.
pub(super) fn statements(sql: &str) -> Vec<Vec<Token>> {
    let mut statements = vec![Vec::new()];
    let mut depth = 0_usize;
    for token in tokens(sql) {
        let Some(statement) = statements.last_mut() else { break };
        // Only what is created has a body: any other BEGIN is a transaction's.
        let has_body = statement.first().is_some_and(|first: &Token| first.is("create"));
        match token.text.as_str() {
            "(" => depth += 1,
            "begin" | "case" if has_body => depth += 1,
            ")" => depth = depth.saturating_sub(1),
            "end" if has_body => depth = depth.saturating_sub(1),
            ";" if depth == 0 => {
                statements.push(Vec::new());
                continue;
            }
            _ => {}
        }
        statement.push(token);
    }
    statements.retain(|statement| !statement.is_empty());
    statements
}

/// The text in one spelling: a blank between words, none around signs.
pub(super) fn text_of(tokens: &[Token]) -> String {
    let mut text = String::new();
    let mut after_word = false;
    for token in tokens {
        let is_word = !token.is_sign();
        if after_word && is_word {
            text.push(' ');
        }
        text.push_str(&token.text);
        after_word = is_word;
    }
    text
}

/// The pieces between the commas that stand in no parentheses.
pub(super) fn split_at_commas(tokens: &[Token]) -> Vec<&[Token]> {
    let mut depth = 0_usize;
    let pieces = tokens.split(|token| {
        match token.text.as_str() {
            "(" => depth += 1,
            ")" => depth = depth.saturating_sub(1),
            _ => {}
        }
        depth == 0 && token.is(",")
    });
    pieces.filter(|piece| !piece.is_empty()).collect()
}

/// What the parentheses that it begins with hold, and what follows them.
pub(super) fn parentheses(tokens: &[Token]) -> Option<(&[Token], &[Token])> {
    if !tokens.first()?.is("(") {
        return None;
    }
    let mut depth = 0_usize;
    for (index, token) in tokens.iter().enumerate() {
        match token.text.as_str() {
            "(" => depth += 1,
            ")" if depth == 1 => return Some((&tokens[1..index], &tokens[index + 1..])),
            ")" => depth -= 1,
            _ => {}
        }
    }
    None
}

/// A comment from `--` to the end of its line, without the dashes.
#[derive(Debug, PartialEq, Eq)]
pub(super) struct Comment {
    /// From 1.
    pub(super) line: usize,
    pub(super) text: String,
    /// Whether nothing stands before it on its line.
    pub(super) is_alone: bool,
}

/// The comments of that kind.
pub(super) fn comments(sql: &str) -> Vec<Comment> {
    let lines: Vec<_> = sql.lines().collect();
    let pieces = pieces(sql).into_iter();
    let comments = pieces.filter_map(|(line, piece)| {
        let text = piece.strip_prefix("--")?.trim().to_owned();
        let is_alone = lines.get(line - 1).is_some_and(|line| line.trim_start().starts_with("--"));
        Some(Comment { line, text, is_alone })
    });
    comments.collect()
}

fn tokens(sql: &str) -> Vec<Token> {
    let is_comment = |piece: &str| piece.len() > 1 && (piece.starts_with("--") || piece.starts_with("/*"));
    let pieces = pieces(sql).into_iter().filter(|(_, piece)| !is_comment(piece));
    pieces.map(|(line, piece)| Token { line, text: spelled(piece) }).collect()
}

/// The text taken apart, comments included, without what is blank; each piece with the line that it begins on.
fn pieces(sql: &str) -> Vec<(usize, &str)> {
    let mut pieces = Vec::new();
    let mut rest = sql;
    let mut line = 1;
    while let Some(first) = rest.chars().next() {
        let length = match first {
            '-' if rest.starts_with("--") => rest.find('\n').unwrap_or(rest.len()),
            '/' if rest.starts_with("/*") => rest.find("*/").map_or(rest.len(), |at| at + 2),
            '\'' | '"' => quoted(rest, first),
            '$' => dollar_quoted(rest),
            _ if is_of_word(first) => rest.find(|char| !is_of_word(char) && char != '.').unwrap_or(rest.len()),
            _ => first.len_utf8(),
        };
        // A point belongs to a number, but parts the words of a name.
        let length =
            if first.is_alphabetic() || first == '_' { rest[..length].find('.').unwrap_or(length) } else { length };
        let (piece, after) = rest.split_at(length);
        if !first.is_whitespace() {
            pieces.push((line, piece));
        }
        line += piece.matches('\n').count();
        rest = after;
    }
    pieces
}

fn is_of_word(char: char) -> bool {
    char == '_' || char.is_alphanumeric()
}

/// Words in small letters, and without quotes that they do not need.
fn spelled(piece: &str) -> String {
    if piece.starts_with(['\'', '$']) {
        return piece.to_owned();
    }
    match piece.strip_prefix('"').and_then(|inner| inner.strip_suffix('"')) {
        Some(inner) if inner.chars().all(|char| is_of_word(char) && !char.is_uppercase()) => inner.to_owned(),
        Some(_) => piece.to_owned(),
        None => piece.to_lowercase(),
    }
}

/// The length of the quotes that it starts with. A doubled quote reads as two texts in a row, which does no harm here.
fn quoted(rest: &str, quote: char) -> usize {
    rest[1..].find(quote).map_or(rest.len(), |at| at + 2)
}

/// The length of the text between `$tag$` that it starts with; 1 if it is a parameter.
fn dollar_quoted(rest: &str) -> usize {
    let Some(end) = rest[1..].find(|char| !is_of_word(char)).map(|at| at + 1) else { return 1 };
    if !rest[end..].starts_with('$') {
        return 1;
    }
    let tag = &rest[..=end];
    rest[tag.len()..].find(tag).map_or(rest.len(), |at| at + 2 * tag.len())
}
