//! What lies in a database, found out without writing to it.

use std::sync::Arc;

use nailsage_store::{
    Access, OpenError,
    inspect::{Found, HISTORY_TABLE},
};
use tokio_postgres::{Client, Error};

use crate::{fault::open_error, pipeline::query};

/// The tables where the book's would be made. What an extension brought is nobody's.
const TABLES: &str = "SELECT c.relname::text FROM pg_class AS c WHERE c.relnamespace = current_schema()::regnamespace \
     AND c.relkind IN ('r', 'p') AND NOT EXISTS (SELECT FROM pg_depend AS d WHERE d.classid = 'pg_class'::regclass \
     AND d.objid = c.oid AND d.deptype = 'e') ORDER BY 1";

const VERSION: &str = "SELECT schema_version FROM book WHERE id = 1";

/// Whoever may not lock the book's row may write nothing.
const MAY_WRITE: &str = "SELECT has_table_privilege('book', 'UPDATE')";

/// Looks at a database and says whether it can be opened in this way.
pub(crate) async fn inspect(client: &Client, place: &str, access: Access) -> Result<Found, OpenError> {
    let failed = |error| open_error(place, "reading the schema", error);
    let tables = tables(client).await.map_err(failed)?;
    let found = if tables.iter().any(|table| table == "book") {
        let version = query(client, VERSION, &[]).await.map_err(failed)?;
        let version = version.first().map(|row| row.try_get(0)).transpose().map_err(failed)?;
        let has_history = tables.iter().any(|table| table == HISTORY_TABLE);
        let has_history = has_history && history_rows(client).await.map_err(failed)? > 0;
        Found::with_book(place, version, has_history)?
    } else {
        Found::without_book(place, "a database", &tables)?
    };
    let found = found.admit(place, access)?;
    if access != Access::ReadOnly && found != Found::Nothing && !may_write(client).await.map_err(failed)? {
        return Err(OpenError::PermissionDenied { place: place.to_owned(), source: Arc::new(MayOnlyRead) });
    }
    Ok(found)
}

async fn may_write(client: &Client) -> Result<bool, Error> {
    let rows = query(client, MAY_WRITE, &[]).await?;
    rows.first().map_or(Ok(false), |row| row.try_get(0))
}

#[derive(Debug, thiserror::Error)]
#[error("the role may read the book and not write it")]
struct MayOnlyRead;

async fn tables(client: &Client) -> Result<Vec<String>, Error> {
    query(client, TABLES, &[]).await?.iter().map(|row| row.try_get(0)).collect()
}

async fn history_rows(client: &Client) -> Result<i64, Error> {
    let rows = query(client, &format!("SELECT count(*) FROM {HISTORY_TABLE}"), &[]).await?;
    rows.first().map_or(Ok(0), |row| row.try_get(0))
}
