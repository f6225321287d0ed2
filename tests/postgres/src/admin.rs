//! The connection over which databases are made and dropped: one for each server, kept open on a thread of its own.

use std::{sync::mpsc, thread};

use tokio::sync::mpsc::{UnboundedReceiver, UnboundedSender, unbounded_channel};
use tokio_postgres::Config;

use crate::rows::{Rows, SqlError, connect, run, runtime};

/// A connection that is opened when it is needed, and again when it is gone.
#[derive(Debug)]
pub(crate) struct Admin {
    requests: UnboundedSender<Request>,
}

#[derive(Debug)]
struct Request {
    sql: String,
    reply: mpsc::Sender<Result<Rows, SqlError>>,
}

impl Admin {
    pub(crate) fn new(config: Config) -> Self {
        let (requests, received) = unbounded_channel();
        let serve = move || runtime().block_on(serve(config, received));
        thread::Builder::new().name("postgres-admin".to_owned()).spawn(serve).expect("a thread can be started");
        Self { requests }
    }

    /// Runs one statement after those of everybody else.
    pub(crate) fn run(&self, sql: impl Into<String>) -> Result<Rows, SqlError> {
        let (reply, answer) = mpsc::channel();
        let sent = self.requests.send(Request { sql: sql.into(), reply });
        sent.map_err(|_| SqlError::unreachable("the administrator's thread has ended"))?;
        answer.recv().map_err(|_| SqlError::unreachable("the administrator's thread has ended"))?
    }
}

/// Waiting for requests drives the connection too, so that its end is noticed before the next request meets it.
async fn serve(config: Config, mut requests: UnboundedReceiver<Request>) {
    let mut connected = None;
    while let Some(Request { sql, reply }) = requests.recv().await {
        let usable = connected.take().filter(|client: &tokio_postgres::Client| !client.is_closed());
        let client = match usable {
            Some(client) => Ok(client),
            None => connect(&config).await,
        };
        let result = match &client {
            Ok(client) => run(client, &sql).await,
            Err(error) => Err(error.clone()),
        };
        connected = client.ok();
        // Whoever asked may have gone.
        let _ = reply.send(result);
    }
}
