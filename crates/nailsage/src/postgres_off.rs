//! Instead of books on a server: the feature `postgres` is off.

use std::{
    future::{Ready, ready},
    sync::Arc,
};

use nailsage_store::{OpenError, OpenOptions, Store};

use crate::connect::feature_off;

pub(crate) fn open(url: &str, _options: &OpenOptions) -> Ready<Result<Arc<dyn Store>, OpenError>> {
    ready(Err(feature_off(url, "postgres")))
}

pub(crate) fn reset(url: &str) -> Ready<Result<(), OpenError>> {
    ready(place(url).map(drop))
}

pub(crate) fn place(url: &str) -> Result<String, OpenError> {
    Err(feature_off(url, "postgres"))
}
