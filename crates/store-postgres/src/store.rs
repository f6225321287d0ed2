//! A book in a PostgreSQL database.

use std::{future::ready, sync::Arc, time::Duration};

use nailsage_store::{Access, Answer, Command, OpenError, OpenOptions, Pending, Store, StoreError, writer::Writer};

use crate::{
    connection::Connector,
    engine::Engine,
    migrate::prepare,
    readers::{Readers, no_thread},
    reset::reset,
    target::Target,
};

/// A book in a PostgreSQL database, with one connection that writes and a pool of those that read.
///
/// Its futures need no particular runtime: it brings its own threads. Several stores, in one process or in many, may share
/// a book; they take turns. Dropping it carries out what was handed over first, and blocks meanwhile: with a server that does not
/// answer, until the last deadline of what was handed over.
#[derive(Debug)]
pub struct PostgresStore {
    pub(crate) readers: Readers,
    writer: Option<Writer>,
}

impl PostgresStore {
    /// Opens the book at a URL, `postgresql://user:password@host:5432/database`.
    ///
    /// # Errors
    ///
    /// See [`OpenError`]; nothing has been written, and none repeats the password.
    pub async fn open(url: &str, options: &OpenOptions) -> Result<Self, OpenError> {
        let connector = Connector::new(Target::from_url(url)?)?;
        let place = connector.target.place.clone();
        let readers = Readers::start(&connector).map_err(|error| no_thread(&place, error))?;
        let (access, to_prepare) = (options.access, connector.clone());
        run(&readers, &place, "preparing it", async move { prepare(&to_prepare, access).await }).await?;
        let writer = match options.access {
            Access::ReadOnly => None,
            Access::Create | Access::Migrate | Access::Existing => {
                let engine = Engine::new(connector).map_err(|error| no_thread(&place, error))?;
                let writer = Writer::start(engine, Arc::clone(&options.clock));
                Some(writer.map_err(|error| no_thread(&place, error))?)
            }
        };
        Ok(Self { readers, writer })
    }

    /// Removes everything in the book at a URL. It is empty then, with ids from 1 on, for every store that has it open, too.
    ///
    /// Nothing else in the database is touched, and whoever might use the book still may. It waits half a minute for those who
    /// use it.
    ///
    /// # Errors
    ///
    /// See [`OpenError`], [`OpenError::Busy`] before all; nothing has been removed, unless the connection was lost at the very
    /// end. Then everything has been, or nothing, and it can be repeated.
    pub async fn reset(url: &str) -> Result<(), OpenError> {
        let connector = Connector::new(Target::from_url(url)?)?;
        let place = connector.target.place.clone();
        let readers = Readers::start(&connector).map_err(|error| no_thread(&place, error))?;
        run(&readers, &place, "resetting it", async move { reset(&connector).await }).await
    }

    /// What errors call the book at a URL: where it is, without user and password. Nothing is opened.
    ///
    /// # Errors
    ///
    /// [`OpenError::BadUrl`].
    pub fn place(url: &str) -> Result<String, OpenError> {
        Ok(Target::from_url(url)?.place)
    }
}

/// Does something on the thread of the readers; dropping the future stops it. It begins at once, so that what is returned
/// holds only the wait for it.
fn run(
    readers: &Readers,
    place: &str,
    during: &'static str,
    work: impl Future<Output = Result<(), OpenError>> + Send + 'static,
) -> impl Future<Output = Result<(), OpenError>> {
    let place = place.to_owned();
    let done = readers.run_while_wanted(work);
    async move { done.await.map_err(|source| OpenError::Failed { place, during, source: Arc::new(source) })? }
}

impl Store for PostgresStore {
    fn submit(&self, command: Command, timeout: Duration) -> Pending<Answer> {
        match &self.writer {
            Some(writer) => writer.submit(command, timeout),
            None => Box::pin(ready(Err(StoreError::unavailable("it was opened for reading only")))),
        }
    }
}
