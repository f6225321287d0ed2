//! Connections to the server, and what is asked of it before it is trusted with a book.

use std::sync::Arc;

use nailsage_store::OpenError;
use tokio::{
    task::JoinHandle,
    time::{Duration, timeout},
};
use tokio_postgres::{Client, Error, Row};
use tokio_postgres_rustls::MakeRustlsConnect;

use crate::{fault::open_error, pipeline::query, prepared::Between, target::Target, tls};

/// The oldest server that is trusted, as it numbers itself.
const SERVER_VERSION_MIN: i64 = 150_000;

/// How long finishing a handshake may take beyond reaching the server; then it is a server that hangs.
const HANDSHAKE_TIMEOUT: Duration = Duration::from_secs(5);

/// How long a connection may take to say goodbye.
const GOODBYE_TIMEOUT: Duration = Duration::from_secs(1);

const SERVER: &str = "SELECT current_setting('server_version_num')::int8, current_setting('fsync'), \
     current_setting('full_page_writes'), current_setting('synchronous_commit'), current_setting('server_encoding'), \
     pg_is_in_recovery()";

/// Makes connections.
#[derive(Clone)]
pub(crate) struct Connector {
    pub(crate) target: Arc<Target>,
    pub(crate) tls: MakeRustlsConnect,
}

impl std::fmt::Debug for Connector {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        self.target.fmt(f)
    }
}

/// A connection and the task that moves its bytes.
pub(crate) struct Session {
    // Dropped before the statements: then they are not closed one by one, which behind a pooler would close somebody else's.
    pub(crate) client: Client,
    pub(crate) between: Between,
    task: JoinHandle<()>,
}

impl std::fmt::Debug for Session {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.debug_struct("Session").field("is_closed", &self.client.is_closed()).finish_non_exhaustive()
    }
}

/// Why there is no connection.
#[derive(Debug, thiserror::Error)]
pub(crate) enum ConnectError {
    #[error("connecting to the server failed")]
    Failed(#[from] Error),
    #[error("the server did not answer in time")]
    TimedOut,
    #[error("the server cannot keep the book's promises: {0}")]
    Unfit(String),
    #[error("the server is a standby")]
    Standby,
}

impl Connector {
    pub(crate) fn new(target: Target) -> Result<Self, OpenError> {
        let tls = tls::connector(&target.tls).map_err(|error| OpenError::Failed {
            place: target.place.clone(),
            during: "setting up TLS",
            source: Arc::new(error),
        })?;
        Ok(Self { target: Arc::new(target), tls })
    }

    /// Connects, and makes sure that the server keeps what is committed. Every connection that writes asks anew: a server
    /// may have been restarted with other settings, or be another one.
    pub(crate) async fn connect(&self) -> Result<Session, ConnectError> {
        let config = &self.target.config;
        let limit = self.target.connect_limit().saturating_add(HANDSHAKE_TIMEOUT);
        let connecting = async {
            let (client, connection) = config.connect(self.tls.clone()).await?;
            let task = tokio::spawn(async move {
                if let Err(error) = connection.await {
                    tracing::debug!(%error, "a connection ended");
                }
            });
            let session = Session { client, between: Between::Somebody, task };
            match ensure_fit(&session.client).await {
                Ok(()) => Ok(session),
                Err(error) => {
                    session.abandon().await;
                    Err(error)
                }
            }
        };
        timeout(limit, connecting).await.unwrap_or(Err(ConnectError::TimedOut))
    }

    /// The same, while a book is opened.
    pub(crate) async fn connect_to_open(&self) -> Result<Session, OpenError> {
        let place = &self.target.place;
        self.connect().await.map_err(|error| match error {
            ConnectError::Failed(error) => open_error(place, "connecting", error),
            ConnectError::TimedOut => OpenError::Unreachable { place: place.clone(), source: Arc::new(error) },
            ConnectError::Unfit(missing) => OpenError::Unfit { missing },
            ConnectError::Standby => OpenError::Unfit {
                missing: "it is a standby, where answers may be older than the book; name the primary server"
                    .to_owned(),
            },
        })
    }
}

impl Session {
    /// Ends it in good order.
    pub(crate) async fn close(self) {
        let Self { client, between, mut task } = self;
        drop(client);
        drop(between);
        if timeout(GOODBYE_TIMEOUT, &mut task).await.is_err() {
            task.abort();
        }
    }

    /// Ends it at once, whatever is under way. The server rolls back what it has not committed.
    pub(crate) async fn abandon(self) {
        self.task.abort();
        // Only when the task is gone is the socket closed, and with it the transaction that may hold the book. How the
        // task ended is no news.
        drop(self.task.await);
    }
}

async fn ensure_fit(client: &Client) -> Result<(), ConnectError> {
    let rows = query(client, SERVER, &[]).await?;
    let row = rows.first().ok_or_else(|| ConnectError::Unfit("it does not tell its settings".to_owned()))?;
    let version: i64 = row.try_get(0)?;
    if version < SERVER_VERSION_MIN {
        let missing = format!("it is PostgreSQL {}, version 15 or later is needed", version / 10_000);
        return Err(ConnectError::Unfit(missing));
    }
    if row.try_get::<_, &str>(4)? != "UTF8" {
        let missing = "the database is not in UTF8; make one with createdb --encoding=UTF8 --template=template0";
        return Err(ConnectError::Unfit(missing.to_owned()));
    }
    if let Some(missing) = loses_commits(row, 1)? {
        return Err(ConnectError::Unfit(missing.to_owned()));
    }
    if row.try_get::<_, bool>(5)? {
        return Err(ConnectError::Standby);
    }
    Ok(())
}

/// What is missing for a commit to be kept, by three settings from this column on.
pub(crate) fn loses_commits(row: &Row, first: usize) -> Result<Option<&'static str>, Error> {
    let setting = |column| row.try_get::<_, &str>(first + column);
    Ok(if setting(0)? != "on" {
        Some("fsync is off, so a crash of the machine loses what was answered; set fsync = on")
    } else if setting(1)? != "on" {
        Some("full_page_writes is off, so a crash can tear a page; set full_page_writes = on")
    } else if setting(2)? == "off" {
        Some("synchronous_commit is off, so a crash loses what was answered; set synchronous_commit = on")
    } else {
        None
    })
}
