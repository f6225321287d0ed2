//! docs/schema.md: written here, checked by tidy.

use std::fs;

use anyhow::{Context as _, Result};

use crate::tidy::{Tree, schema_page};
use crate::workspace::Workspace;

/// Writes the page that the migrations make.
pub(crate) fn write_page(workspace: &Workspace) -> Result<()> {
    let tree = Tree::walk(&workspace.root)?;
    let page = schema_page::page(&tree).context("`schema/sqlite` or `schema/postgres` is missing")?;
    let path = tree.path(schema_page::PAGE);
    fs::write(&path, page).with_context(|| format!("cannot write {}", path.display()))
}
