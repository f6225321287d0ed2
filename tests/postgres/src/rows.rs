//! Running SQL and taking its rows as text.

use std::{thread, time::Duration};

use tokio_postgres::{Client, Config, NoTls, SimpleQueryMessage, error::SqlState};

/// Rows of text; `None` is NULL.
pub(crate) type Rows = Vec<Vec<Option<String>>>;

/// How long a connection may take to be made: a frozen server must not freeze its test.
pub(crate) const CONNECT_LIMIT: Duration = Duration::from_secs(10);

/// How long SQL may take.
pub(crate) const RUN_LIMIT: Duration = Duration::from_mins(1);

/// What a server said, or why it said nothing.
#[derive(Debug, Clone)]
pub(crate) struct SqlError {
    pub(crate) state: String,
    pub(crate) message: String,
}

impl SqlError {
    /// Nothing was heard from the server.
    pub(crate) fn unreachable(message: impl Into<String>) -> Self {
        Self { state: SqlState::CONNECTION_EXCEPTION.code().to_owned(), message: message.into() }
    }
}

impl From<tokio_postgres::Error> for SqlError {
    fn from(error: tokio_postgres::Error) -> Self {
        if let Some(said) = error.as_db_error() {
            let detail = said.detail().map(|detail| format!(" ({detail})")).unwrap_or_default();
            Self { state: said.code().code().to_owned(), message: format!("{}{detail}", said.message()) }
        } else {
            let cause = std::error::Error::source(&error).map(|cause| format!(": {cause}")).unwrap_or_default();
            Self::unreachable(format!("{error}{cause}"))
        }
    }
}

/// A runtime on this thread, as every thread that talks to a server needs one.
pub(crate) fn runtime() -> tokio::runtime::Runtime {
    let runtime = tokio::runtime::Builder::new_current_thread().enable_all().build();
    runtime.expect("a runtime on the calling thread needs a poll descriptor, no more")
}

/// Connects; the connection is driven by the runtime that this runs on.
pub(crate) async fn connect(config: &Config) -> Result<Client, SqlError> {
    let connecting = tokio::time::timeout(CONNECT_LIMIT, config.connect(NoTls)).await;
    let connected = connecting.map_err(|_| SqlError::unreachable(format!("no connection within {CONNECT_LIMIT:?}")))?;
    let (client, connection) = connected?;
    // How it ends is heard by whoever waits for an answer.
    tokio::spawn(async move { drop(connection.await) });
    Ok(client)
}

/// Runs statements, and gives back all their rows.
pub(crate) async fn run(client: &Client, sql: &str) -> Result<Rows, SqlError> {
    let running = tokio::time::timeout(RUN_LIMIT, client.simple_query(sql)).await;
    let messages = running.map_err(|_| SqlError::unreachable(format!("no answer within {RUN_LIMIT:?} to {sql}")))??;
    let rows = messages.into_iter().filter_map(|message| match message {
        SimpleQueryMessage::Row(row) => Some((0..row.len()).map(|column| row.get(column).map(str::to_owned)).collect()),
        _ => None,
    });
    Ok(rows.collect())
}

/// Runs statements over a connection of their own, on a thread of its own: the caller's may belong to a runtime, which
/// must not block.
pub(crate) fn run_once(config: &Config, sql: &str) -> Result<Rows, SqlError> {
    let here = || runtime().block_on(async { run(&connect(config).await?, sql).await });
    thread::scope(|scope| scope.spawn(here).join()).expect("running SQL does not panic")
}
