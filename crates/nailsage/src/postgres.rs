//! Books on a server.

use std::sync::Arc;

use nailsage_store::{OpenError, OpenOptions, Store};
use nailsage_store_postgres::PostgresStore;

pub(crate) async fn open(url: &str, options: &OpenOptions) -> Result<Arc<dyn Store>, OpenError> {
    Ok(Arc::new(PostgresStore::open(url, options).await?))
}

pub(crate) async fn reset(url: &str) -> Result<(), OpenError> {
    PostgresStore::reset(url).await
}

pub(crate) fn place(url: &str) -> Result<String, OpenError> {
    PostgresStore::place(url)
}
