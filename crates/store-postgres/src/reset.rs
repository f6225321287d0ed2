//! Emptying a book: everything in it goes and it begins anew, in one transaction.
//!
//! Others wait, or see all of it or nothing. What is not the book's stays, and so does who may use the book.

use std::sync::Arc;

use nailsage_store::{
    Access, OpenError,
    inspect::{HISTORY_TABLE, TABLES, VIEWS},
};
use tokio::time::{Duration, Instant, sleep};
use tokio_postgres::{Client, Error, error::SqlState};

use crate::{
    connection::Connector,
    fault::{is_busy, open_error, refusal},
    inspect::inspect,
    migrate::{prepare, runner, under_lock},
    pipeline::query,
};

/// The functions that the migrations make; the first one asks the table `book`.
const FUNCTIONS: [&str; 2] = ["book_is_pruning()", "book_refuse()"];

/// How long others may use the book before it is given up.
const LOCK_TIMEOUT: Duration = Duration::from_secs(30);

/// How long to wait between two attempts.
const LOCK_INTERVAL: Duration = Duration::from_millis(50);

/// The schema and its owner's role, as SQL writes them.
const PLACE: &str = "SELECT quote_ident(current_schema()), quote_ident(pg_get_userbyid(c.relowner)) FROM pg_class AS c \
     WHERE c.relnamespace = current_schema()::regnamespace AND c.relname = 'book'";

/// Empties the book.
pub(crate) async fn reset(connector: &Connector) -> Result<(), OpenError> {
    reset_within(connector, LOCK_TIMEOUT).await
}

/// With a limit to how long others are waited for.
async fn reset_within(connector: &Connector, timeout: Duration) -> Result<(), OpenError> {
    // Brought up to date first: then what is ours in it is what this version knows, and its history is written down.
    prepare(connector, Access::Migrate).await?;
    under_lock(connector, async {
        let place = &connector.target.place;
        let session = connector.connect_to_open().await?;
        let result = match inspect(&session.client, place, Access::Existing).await {
            Ok(_) => empty(&session.client, place, timeout).await,
            Err(error) => Err(error),
        };
        session.close().await;
        result
    })
    .await
}

async fn empty(client: &Client, place: &str, timeout: Duration) -> Result<(), OpenError> {
    let give_up = Instant::now() + timeout;
    loop {
        match try_to_empty(client).await {
            Ok(()) => {
                tracing::info!(book = %place, "the book is empty");
                return Ok(());
            }
            Err(error) if is_busy(&error) => {
                client.batch_execute("ROLLBACK").await.map_err(|error| open_error(place, "resetting it", error))?;
                if Instant::now() >= give_up {
                    return Err(OpenError::Busy { place: place.to_owned() });
                }
                sleep(LOCK_INTERVAL).await;
            }
            // The connection is closed behind it, and with it the transaction.
            Err(error) => return Err(meaning(place, error)),
        }
    }
}

async fn try_to_empty(client: &Client) -> Result<(), Error> {
    client.batch_execute("BEGIN ISOLATION LEVEL READ COMMITTED READ WRITE; SET LOCAL statement_timeout = 0").await?;
    let found = query(client, PLACE, &[]).await?;
    let Some(row) = found.first() else { return client.batch_execute("ROLLBACK").await };
    let (schema, owner): (String, String) = (row.try_get(0)?, row.try_get(1)?);
    client.batch_execute(&lock(&schema, &owner)).await?;
    let grants = query(client, &grants(), &[]).await?;
    let grants: Vec<String> = grants.iter().map(|row| row.try_get(0)).collect::<Result<_, _>>()?;
    client.batch_execute(&drop_all(&schema)).await?;
    for migration in runner().get_migrations() {
        client.batch_execute(migration.sql().unwrap_or_default()).await?;
        // Their history stays, since all of them are applied; a file that was edited before its release is the new one from
        // now on.
        let (checksum, version) = (migration.checksum(), migration.version());
        let applied = format!("UPDATE {schema}.{HISTORY_TABLE} SET checksum = '{checksum}' WHERE version = {version}");
        client.batch_execute(&applied).await?;
    }
    client.batch_execute(&grants.join("; ")).await?;
    client.batch_execute("COMMIT").await
}

/// Locks the tables, as their owner, who is to own the new ones as well.
///
/// The book comes first: whoever writes holds its row before anything else, so none can be in the middle. Those who read hold
/// tables in any order; waiting for them while holding others could be a deadlock, hence only for a moment each.
fn lock(schema: &str, owner: &str) -> String {
    let tables: Vec<_> = TABLES.iter().map(|table| format!("{schema}.{table}")).collect();
    // What is made by the migrations has no schema in its name, and another role may look elsewhere first.
    format!(
        "SET LOCAL ROLE {owner}; SET LOCAL search_path = {schema}, pg_temp; SET LOCAL lock_timeout = '5s'; \
         LOCK TABLE {schema}.book IN ACCESS EXCLUSIVE MODE; SET LOCAL lock_timeout = '200ms'; \
         LOCK TABLE {} IN ACCESS EXCLUSIVE MODE",
        tables.join(", ")
    )
}

/// Drops what is ours. What depends on it and is not ours makes it fail.
fn drop_all(schema: &str) -> String {
    let all = |kind: &str, names: &[&str]| {
        let names: Vec<_> = names.iter().map(|name| format!("{schema}.{name}")).collect();
        format!("DROP {kind} {}; ", names.join(", "))
    };
    // Triggers need the functions, and a function the book.
    let (book, others): (Vec<&str>, Vec<&str>) = TABLES.iter().partition(|table| **table == "book");
    [all("VIEW", &VIEWS), all("TABLE", &others), all("FUNCTION", &FUNCTIONS), all("TABLE", &book)].concat()
}

/// Asks for the statements that let others use the new tables as they might use the old ones.
fn grants() -> String {
    let names: Vec<_> = TABLES.iter().chain(&VIEWS).map(|name| format!("'{name}'")).collect();
    format!(
        "SELECT format('GRANT %s ON %I.%I TO %s%s', a.privilege_type, n.nspname, c.relname, \
         CASE a.grantee WHEN 0 THEN 'PUBLIC' ELSE quote_ident(pg_get_userbyid(a.grantee)) END, \
         CASE WHEN a.is_grantable THEN ' WITH GRANT OPTION' ELSE '' END) \
         FROM pg_class AS c JOIN pg_namespace AS n ON n.oid = c.relnamespace CROSS JOIN LATERAL aclexplode(c.relacl) AS a \
         WHERE n.oid = current_schema()::regnamespace AND c.relname IN ({}) AND a.grantee <> c.relowner",
        names.join(", ")
    )
}

fn meaning(place: &str, error: Error) -> OpenError {
    let depends = refusal(&error).filter(|said| *said.code() == SqlState::DEPENDENT_OBJECTS_STILL_EXIST);
    let Some(said) = depends else { return open_error(place, "resetting it", error) };
    // The server's own hint is to drop those as well, unseen.
    let what = said.detail().unwrap_or_else(|| said.message()).replace('\n', "; ");
    OpenError::Failed { place: place.to_owned(), during: "resetting it", source: Arc::new(Depends { what }) }
}

#[derive(Debug, thiserror::Error)]
#[error("something that is not the book's needs it, and has to go first: {what}")]
struct Depends {
    what: String,
}

#[cfg(test)]
#[allow(clippy::unwrap_used, reason = "a test says what it expects by failing")]
mod tests {
    use nailsage_test_postgres::{is_asked_for, server};
    use tokio::runtime::Builder;
    use tokio_postgres::NoTls;

    use super::*;
    use crate::target::Target;

    #[test]
    fn a_book_that_others_hold_for_too_long_is_busy_and_whole() {
        if !is_asked_for() {
            return;
        }
        let database = server().database();
        let connector = Connector::new(Target::from_url(database.url()).unwrap()).unwrap();
        let runtime = Builder::new_multi_thread().worker_threads(1).enable_all().build().unwrap();
        runtime.block_on(async {
            prepare(&connector, Access::Create).await.unwrap();
            let (other, connection) = tokio_postgres::connect(database.url(), NoTls).await.unwrap();
            tokio::spawn(connection);
            other.batch_execute("BEGIN; UPDATE book SET next_event_id = 5; SELECT 1 FROM trades").await.unwrap();
            let error = reset_within(&connector, Duration::from_millis(50)).await.unwrap_err();
            assert!(matches!(error, OpenError::Busy { .. }), "{error:?}");
            other.batch_execute("COMMIT").await.unwrap();
        });
        assert_eq!(database.rows("SELECT next_event_id FROM book"), [[Some("5".to_owned())]]);
    }
}
