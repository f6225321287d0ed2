//! Making and migrating a book, under a lock that all processes honour. Resetting one takes the same lock.

use std::sync::Arc;

use nailsage_store::{
    Access, OpenError,
    inspect::{Found, SCHEMA_VERSION},
};
use refinery::{Runner, Target};
use tokio::time::{Duration, Instant, sleep};
use tokio_postgres::{Client, Error};

use crate::{
    connection::Connector,
    fault::{Meaning, open_error},
    inspect::inspect,
    pipeline::query,
};

mod embedded {
    //! The files of `schema/postgres`, which this crate reaches through its folder `migrations`.
    refinery::embed_migrations!("migrations");
}

/// Held by whoever migrates, for as long as a transaction of a connection of its own lasts: so it ends with its holder,
/// and works behind a pooler too. The number is "nailsage" in ASCII.
const LOCK: &str = "SELECT pg_try_advisory_xact_lock(7953751247684331365)";

/// Whoever holds the lock says nothing meanwhile, and a server that ends such transactions would end the lock with it.
const BEGIN: &str = "BEGIN; SET LOCAL idle_in_transaction_session_timeout = 0";

/// How often it is asked for. Whoever waited inside of the server would keep a connection there, and behind a pooler the
/// holder may need that very one.
const LOCK_INTERVAL: Duration = Duration::from_millis(50);

/// How long others may take to migrate before it is given up.
const LOCK_TIMEOUT: Duration = Duration::from_mins(1);

/// Says whether the book can be opened in this way, after making or migrating it if that is allowed.
pub(crate) async fn prepare(connector: &Connector, access: Access) -> Result<(), OpenError> {
    let session = connector.connect_to_open().await?;
    let found = inspect(&session.client, &connector.target.place, access).await;
    session.close().await;
    if found?.needs_migration() && access.migrates() { migrate(connector, access).await } else { Ok(()) }
}

async fn migrate(connector: &Connector, access: Access) -> Result<(), OpenError> {
    under_lock(connector, migrate_under_lock(connector, access)).await
}

/// Does something while nobody else makes, migrates or resets the book.
pub(crate) async fn under_lock<T>(
    connector: &Connector,
    work: impl Future<Output = Result<T, OpenError>>,
) -> Result<T, OpenError> {
    let place = &connector.target.place;
    let lock = connector.connect_to_open().await?;
    let result = match acquire(&lock.client).await {
        Ok(true) => work.await,
        Ok(false) => Err(OpenError::Busy { place: place.clone() }),
        Err(error) => Err(open_error(place, "locking it for migration", error)),
    };
    // Closing it ends the transaction, which held nothing but the lock.
    lock.close().await;
    result
}

/// Begins a transaction that holds the lock, unless others hold it for too long.
async fn acquire(client: &Client) -> Result<bool, Error> {
    let give_up = Instant::now() + LOCK_TIMEOUT;
    loop {
        client.batch_execute(BEGIN).await?;
        let rows = query(client, LOCK, &[]).await?;
        if rows.first().map_or(Ok(false), |row| row.try_get(0))? {
            return Ok(true);
        }
        client.batch_execute("ROLLBACK").await?;
        if Instant::now() >= give_up {
            return Ok(false);
        }
        sleep(LOCK_INTERVAL).await;
    }
}

async fn migrate_under_lock(connector: &Connector, access: Access) -> Result<(), OpenError> {
    let place = &connector.target.place;
    let mut session = connector.connect_to_open().await?;
    // Whoever had the lock before may have done it.
    let result = match inspect(&session.client, place, access).await {
        Ok(found) if found.needs_migration() => run(&mut session.client, place, found).await,
        found => found.map(drop),
    };
    session.close().await;
    result
}

async fn run(client: &mut Client, place: &str, found: Found) -> Result<(), OpenError> {
    let failed = |error: refinery::Error| migration_error(place, error);
    if let Found::Book { version, has_history: false } = found {
        // Made by hand from the same files: the history is written down, the files are not run again.
        let version = i32::try_from(version).unwrap_or(i32::MAX);
        runner().set_target(Target::FakeVersion(version)).run_async(client).await.map_err(failed)?;
    }
    // All files and their history in one transaction: a crash leaves the old version whole.
    runner().set_grouped(true).run_async(client).await.map_err(failed)?;
    tracing::info!(book = %place, "schema is at version {SCHEMA_VERSION}");
    Ok(())
}

pub(crate) fn runner() -> Runner {
    embedded::migrations::runner()
}

fn migration_error(place: &str, error: refinery::Error) -> OpenError {
    let error = Arc::new(error);
    let mut cause: Option<&(dyn std::error::Error + 'static)> = Some(error.as_ref());
    let mut meaning = Meaning::Other;
    while let Some(inner) = cause {
        if let Some(engine) = inner.downcast_ref() {
            meaning = Meaning::of(engine);
        }
        cause = inner.source();
    }
    meaning.error(place, "migrating the schema", error)
}
