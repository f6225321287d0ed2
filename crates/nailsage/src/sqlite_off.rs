//! Instead of books in files: the feature `sqlite` is off.

use std::sync::Arc;

use nailsage_store::{OpenError, OpenOptions, Store};

use crate::connect::feature_off;

pub(crate) fn open(_rest: &str, _options: &OpenOptions) -> Result<Arc<dyn Store>, OpenError> {
    Err(feature_off("sqlite", "sqlite"))
}

pub(crate) fn reset(rest: &str) -> Result<(), OpenError> {
    place(rest).map(drop)
}

pub(crate) fn place(_rest: &str) -> Result<String, OpenError> {
    Err(feature_off("sqlite", "sqlite"))
}
