//! Somebody else who is connected to a book's database, and what the server knows about everybody.

use std::{
    thread,
    time::{Duration, Instant},
};

use nailsage_test_postgres::Database;
use tokio::{
    runtime::{Builder, Runtime},
    task::JoinHandle,
};
use tokio_postgres::{Client, Error, NoTls, SimpleQueryMessage};

/// A connection that stays: it can hold locks and transactions open.
pub(crate) struct Session {
    client: std::sync::Arc<Client>,
    runtime: Runtime,
}

/// What a statement came to.
pub(crate) type Ran = Result<Vec<Vec<Option<String>>>, Error>;

impl Session {
    pub(crate) fn new(url: &str) -> Self {
        let runtime = Builder::new_multi_thread().worker_threads(1).enable_all().build().unwrap();
        let client = runtime.block_on(async {
            let (client, connection) = tokio_postgres::connect(url, NoTls).await.unwrap();
            tokio::spawn(connection);
            client
        });
        Self { client: std::sync::Arc::new(client), runtime }
    }

    /// Runs SQL.
    pub(crate) fn run(&self, sql: &str) -> Ran {
        self.runtime.block_on(self.begin(sql)).unwrap()
    }

    /// Sends SQL, whose answer may wait for a lock.
    pub(crate) fn begin(&self, sql: &str) -> JoinHandle<Ran> {
        let (client, sql) = (std::sync::Arc::clone(&self.client), sql.to_owned());
        self.runtime.spawn(async move {
            let messages = client.simple_query(&sql).await?;
            let rows = messages.into_iter().filter_map(|message| match message {
                SimpleQueryMessage::Row(row) => Some((0..row.len()).map(|it| row.get(it).map(str::to_owned)).collect()),
                _ => None,
            });
            Ok(rows.collect())
        })
    }

    /// Waits for such an answer.
    pub(crate) fn wait(&self, running: JoinHandle<Ran>) -> Ran {
        self.runtime.block_on(running).unwrap()
    }
}

/// The one value of a query.
pub(crate) fn value(database: &Database, sql: &str) -> String {
    database.rows(sql).remove(0).remove(0).unwrap_or_else(|| panic!("{sql} gave NULL"))
}

pub(crate) fn number(database: &Database, sql: &str) -> i64 {
    value(database, sql).parse().unwrap()
}

/// Waits until a query says true.
pub(crate) fn wait_until(database: &Database, sql: &str) {
    let deadline = Instant::now() + Duration::from_secs(30);
    while value(database, sql) != "t" {
        assert!(Instant::now() < deadline, "it never became true: {sql}");
        thread::sleep(Duration::from_millis(5));
    }
}

/// Waits until a connection of the store waits for a lock.
pub(crate) fn wait_until_locked_out(database: &Database) {
    let sql = "SELECT EXISTS (SELECT FROM pg_stat_activity WHERE datname = current_database() AND wait_event_type = 'Lock' \
               AND application_name = 'nailsage')";
    wait_until(database, sql);
}

/// No connection of the store's has a transaction open, or will have one in a moment.
pub(crate) fn assert_no_transaction_is_left(database: &Database) {
    let sql = "SELECT NOT EXISTS (SELECT FROM pg_stat_activity WHERE datname = current_database() \
               AND pid <> pg_backend_pid() AND xact_start IS NOT NULL AND application_name = 'nailsage')";
    wait_until(database, sql);
}
