//! Databases for tests, each one empty or a copy, and gone with its value.

use std::{
    sync::{
        Arc,
        atomic::{AtomicU64, Ordering},
    },
    thread,
    time::{Duration, Instant},
};

use tokio_postgres::{Config, error::SqlState};

use crate::{
    admin::Admin,
    random,
    rows::{Rows, SqlError, run_once},
};

/// How databases for tests are called; then comes the process that made them, and their number.
pub(crate) const NAME_START: &str = "nailsage_test_";

/// How long a copy waits for the connections that its template had.
const LEAVING_LIMIT: Duration = Duration::from_secs(20);

/// A database of a test's own, dropped with this value.
#[derive(Debug)]
pub struct Database {
    databases: Arc<Databases>,
    name: String,
    url: String,
}

/// Where databases are made: a server, as its administrator sees it.
#[derive(Debug)]
pub(crate) struct Databases {
    address: Address,
    admin: Admin,
    are_dropped: bool,
    run: String,
    next: AtomicU64,
}

/// How a server's databases are reached.
#[derive(Debug, Clone)]
pub(crate) struct Address {
    /// Everything before the database's name.
    pub(crate) before: String,
    /// Everything after it: empty, or parameters.
    pub(crate) after: String,
    /// The database over which others are made.
    pub(crate) admin: String,
}

impl Address {
    /// A server on this machine.
    #[cfg(unix)]
    pub(crate) fn local(host: &str, port: u16, user: &str, password: &str) -> Self {
        let before = format!("postgresql://{user}:{password}@{host}:{port}/");
        Self { before, after: String::new(), admin: "postgres".to_owned() }
    }

    fn url(&self, database: &str) -> String {
        format!("{}{database}{}", self.before, self.after)
    }
}

impl Databases {
    /// # Errors
    ///
    /// What is wrong with the address; it is not yet known whether a server answers.
    pub(crate) fn at(address: Address, are_dropped: bool) -> Result<Self, String> {
        let run = random::word();
        let url = address.url(&address.admin);
        let mut config: Config = url.parse().map_err(|error: tokio_postgres::Error| SqlError::from(error).message)?;
        // By this name a later run knows that the owner of databases still lives.
        config.application_name(format!("{NAME_START}{run}"));
        Ok(Self { address, admin: Admin::new(config), are_dropped, run, next: AtomicU64::new(1) })
    }

    /// Asks the server as its administrator.
    pub(crate) fn ask(&self, sql: impl Into<String>) -> Result<Rows, SqlError> {
        self.admin.run(sql)
    }

    /// A fresh empty database.
    pub(crate) fn create(self: &Arc<Self>) -> Database {
        let database = self.named();
        let created = self.ask(format!(
            // Whatever the server's own template is like: the book wants this encoding, and no locale decides an order.
            "CREATE DATABASE {} TEMPLATE template0 ENCODING 'UTF8' LOCALE 'C' STRATEGY {STRATEGY}",
            database.name
        ));
        created.unwrap_or_else(|error| panic!("no database can be made: {} [{}]", error.message, error.state));
        database
    }

    /// A fresh database with the content of another one.
    pub(crate) fn copy_of(self: &Arc<Self>, template: &Database) -> Database {
        let database = self.named();
        let copy = format!("CREATE DATABASE {} TEMPLATE {} STRATEGY {STRATEGY}", database.name, template.name);
        let deadline = Instant::now() + LEAVING_LIMIT;
        loop {
            self.wait_until_left(&template.name, deadline);
            match self.ask(&copy) {
                Ok(_) => return database,
                // Somebody came between the question and the copy.
                Err(error) if error.state == SqlState::OBJECT_IN_USE.code() && Instant::now() < deadline => {}
                Err(error) => panic!("{} cannot be copied: {} [{}]", template.name, error.message, error.state),
            }
        }
    }

    /// A client that has closed its connection leaves a server process behind for some milliseconds. The server itself
    /// looks for it only every 100 milliseconds, which would be most of what a copy costs.
    fn wait_until_left(&self, database: &str, deadline: Instant) {
        let others = format!("SELECT 1 FROM pg_stat_activity WHERE datname = '{database}'");
        while self.ask(&others).is_ok_and(|rows| !rows.is_empty()) && Instant::now() < deadline {
            thread::sleep(Duration::from_millis(2));
        }
    }

    /// A database that is yet to be made.
    fn named(self: &Arc<Self>) -> Database {
        let name = format!("{NAME_START}{}_{}", self.run, self.next.fetch_add(1, Ordering::Relaxed));
        let url = self.address.url(&name);
        Database { databases: Arc::clone(self), name, url }
    }
}

/// How the content of a new database is copied. Through the log, it needs no checkpoint.
const STRATEGY: &str = "WAL_LOG";

impl Database {
    /// `postgresql://user:password@host:port/name`, ready to connect.
    #[must_use]
    pub fn url(&self) -> &str {
        &self.url
    }

    /// The database's name, which needs no quotes in SQL.
    #[must_use]
    pub fn name(&self) -> &str {
        &self.name
    }

    /// Runs SQL as the owner, several statements allowed.
    ///
    /// # Panics
    ///
    /// With the server's message.
    pub fn execute(&self, sql: &str) {
        drop(self.rows(sql));
    }

    /// The rows of SQL as text, those of several statements one after the other; `None` is NULL.
    ///
    /// # Panics
    ///
    /// With the server's message.
    #[must_use]
    pub fn rows(&self, sql: &str) -> Vec<Vec<Option<String>>> {
        self.try_rows(sql).unwrap_or_else(|(state, message)| panic!("{message} [{state}]\n  in {sql}"))
    }

    /// Like [`Database::rows`].
    ///
    /// # Errors
    ///
    /// The SQLSTATE and the message of the server; `08000` if nothing was heard from it.
    pub fn try_rows(&self, sql: &str) -> Result<Vec<Vec<Option<String>>>, (String, String)> {
        let config: Config = self.url.parse().expect("it was put together here");
        run_once(&config, sql).map_err(|error| (error.state, error.message))
    }
}

impl Drop for Database {
    fn drop(&mut self) {
        let Self { databases, name, .. } = self;
        if !databases.are_dropped {
            return;
        }
        // Dropping would do this too, and then look every 100 milliseconds whether they have left.
        let others = format!("SELECT pg_terminate_backend(pid) FROM pg_stat_activity WHERE datname = '{name}'");
        let dropped = databases.ask(others).and_then(|_| {
            databases.wait_until_left(name, Instant::now() + LEAVING_LIMIT);
            databases.ask(format!("DROP DATABASE IF EXISTS {name} WITH (FORCE)"))
        });
        if let Err(error) = dropped {
            // A panic here would hide the test's own.
            eprintln!("{name} is left behind: {} [{}]", error.message, error.state);
        }
    }
}
