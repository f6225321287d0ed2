//! Books in files.

use std::{path::Path, sync::Arc};

use nailsage_store::{OpenError, OpenOptions, Store};
use nailsage_store_sqlite::SqliteStore;

use crate::connect::bad_url;

const PRIVATE: &str = ":memory:";

pub(crate) fn open(rest: &str, options: &OpenOptions) -> Result<Arc<dyn Store>, OpenError> {
    if rest == PRIVATE {
        return Ok(Arc::new(SqliteStore::open_private(options)?));
    }
    Ok(Arc::new(SqliteStore::open(path(rest)?, options)?))
}

pub(crate) fn reset(rest: &str) -> Result<(), OpenError> {
    if rest == PRIVATE {
        return Err(bad_url("a private book is empty whenever it is opened".to_owned()));
    }
    SqliteStore::reset(path(rest)?)
}

pub(crate) fn place(rest: &str) -> Result<String, OpenError> {
    if rest == PRIVATE { Ok("a private book".to_owned()) } else { SqliteStore::place(path(rest)?) }
}

fn path(rest: &str) -> Result<&Path, OpenError> {
    // Three slashes begin a relative path and four an absolute one.
    let path = rest.strip_prefix("///").ok_or_else(|| bad_url("a file's URL begins with sqlite:///".to_owned()))?;
    if path.is_empty() {
        return Err(bad_url("the URL names no file".to_owned()));
    }
    if path.contains(['?', '#', '\0']) {
        return Err(bad_url("a file's URL has no parameters".to_owned()));
    }
    Ok(Path::new(path))
}
