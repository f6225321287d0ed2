//! The server of a test process, and which way it is come by.

use std::{
    fmt::Debug,
    sync::{Arc, OnceLock},
};

use crate::{
    database::{Database, Databases},
    given::{self, OLDEST, VARIABLE},
};

/// The server that all tests of this process share.
#[derive(Debug)]
pub struct Server {
    how: String,
    databases: Arc<Databases>,
    /// What must live as long as the server.
    _keeper: Option<Box<dyn Debug + Send + Sync>>,
}

/// The server of this test process, provisioned when it is first asked for.
///
/// # Panics
///
/// With what to do, if none can be had. No test is skipped for want of a server.
pub fn server() -> &'static Server {
    // What was found missing once is missing for every test: it is not looked for again.
    static SERVER: OnceLock<Result<Server, String>> = OnceLock::new();
    let provisioned = SERVER.get_or_init(|| {
        let server = provision();
        if let Ok(server) = &server {
            crate::say(&format!("PostgreSQL for tests: {}", server.how));
        }
        server
    });
    provisioned.as_ref().unwrap_or_else(|to_do| panic!("{to_do}"))
}

impl Server {
    /// Which way was taken and what it is, in one sentence.
    #[must_use]
    pub fn how(&self) -> &str {
        &self.how
    }

    /// A fresh empty database of its own, dropped with its value, whoever is connected to it.
    #[must_use]
    pub fn database(&self) -> Database {
        self.databases.create()
    }

    /// A fresh database with the content of another one, to which nobody is connected any more. It waits for those who
    /// are just leaving.
    #[must_use]
    pub fn copy_of(&self, template: &Database) -> Database {
        self.databases.copy_of(template)
    }
}

fn provision() -> Result<Server, String> {
    if let Some(url) = std::env::var(VARIABLE).ok().filter(|url| !url.is_empty()) {
        // Who names a server means that one and no other.
        let (databases, how) =
            given::databases(&url).map_err(|error| format!("{VARIABLE} names a server of no use: {error}"))?;
        return Ok(Server { how, databases, _keeper: None });
    }
    made_here()
}

/// In Docker, from programs that are there, from programs that can be installed.
#[cfg(unix)]
fn made_here() -> Result<Server, String> {
    use crate::{Cluster, binaries::Binaries, docker::Container, setup};

    let no_container = match Container::start() {
        Ok(container) => {
            let (how, databases) = (container.how.clone(), Arc::clone(&container.databases));
            return Ok(Server { how, databases, _keeper: Some(Box::new(container)) });
        }
        Err(reason) => reason,
    };
    let binaries = Binaries::find().map_or_else(|| setup::install(Binaries::find), Ok);
    let binaries = binaries.map_err(|no_package| {
        format!(
            "The tests need PostgreSQL {OLDEST} or newer. Any of these will do:\n\
             - {VARIABLE} set to postgresql://user:password@host:port/database, with a role that may create databases\n\
             - Docker, with the image postgres:15-alpine or a way to pull it ({no_container})\n\
             - PostgreSQL's programs (initdb, pg_ctl, postgres) on PATH or where Debian or Homebrew put them\n\
             - Debian or its kin, and the right to install packages ({no_package})"
        )
    })?;
    let cluster = Cluster::for_all(&binaries);
    let how = format!("{}, as {no_container}", cluster.how());
    Ok(Server { how, databases: cluster.databases(), _keeper: Some(Box::new(cluster)) })
}

#[cfg(not(unix))]
fn made_here() -> Result<Server, String> {
    Err(format!(
        "The tests need PostgreSQL {OLDEST} or newer: set {VARIABLE} to postgresql://user:password@host:port/database, \
         with a role that may create databases. Servers of their own the tests start on Unix only."
    ))
}
