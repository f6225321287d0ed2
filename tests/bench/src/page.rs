//! The page that the report is: written as a whole, or one section of it.

use std::path::Path;

use anyhow::Context as _;

/// Makes the page from the one that is there and writes it, or prints it.
pub(crate) fn write(path: Option<&Path>, make: impl FnOnce(&str) -> String) -> anyhow::Result<()> {
    let Some(path) = path else {
        print!("{}", make(""));
        return Ok(());
    };
    // The first report of all has nothing before it.
    let before = if path.exists() { std::fs::read_to_string(path) } else { Ok(String::new()) };
    let before = before.with_context(|| format!("reading {}", path.display()))?;
    std::fs::write(path, make(&before)).with_context(|| format!("writing {}", path.display()))
}

/// The section under this title, with the empty line before it; nothing if there is none.
pub(crate) fn section<'a>(page: &'a str, title: &str) -> &'a str {
    let Some(start) = page.find(&format!("\n{title}\n")) else { return "" };
    let end = page[start + 1..].find("\n## ").map_or(page.len(), |end| start + 1 + end);
    &page[start..end]
}

/// The page with this section in place of what it had under this title, or behind everything.
pub(crate) fn with_section(page: &str, title: &str, text: &str) -> String {
    let before = section(page, title);
    if before.is_empty() { format!("{page}{text}") } else { page.replacen(before, text, 1) }
}

#[cfg(test)]
mod tests {
    use super::*;

    const PAGE: &str = "# Page\n\n## One\n\n1\n\n## Two\n\n2\n";

    #[test]
    fn a_section_is_replaced_and_the_others_stay() {
        assert_eq!(section(PAGE, "## One"), "\n## One\n\n1\n");
        assert_eq!(section(PAGE, "## Two"), "\n## Two\n\n2\n");
        assert_eq!(section(PAGE, "## Three"), "");
        assert_eq!(with_section(PAGE, "## One", "\n## One\n\n4\n"), "# Page\n\n## One\n\n4\n\n## Two\n\n2\n");
        assert_eq!(with_section(PAGE, "## Two", "\n## Two\n\n5\n"), "# Page\n\n## One\n\n1\n\n## Two\n\n5\n");
        assert_eq!(with_section(PAGE, "## Three", "\n## Three\n"), format!("{PAGE}\n## Three\n"));
    }
}
