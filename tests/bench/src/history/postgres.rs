//! On PostgreSQL: two databases of one server, and the pages of its buffers.

use std::{sync::Arc, time::Instant};

use anyhow::Context as _;
use nailsage_store_postgres::PostgresStore;
use nailsage_test_postgres::Database;
use serde_json::Value;
use tokio::runtime::Runtime;
use tokio_postgres::{Client, Row, SimpleQueryMessage};

use super::{
    Asked, History, SNAPSHOTS,
    book::{self, Size},
    measure::{self, Opened, in_turns},
    questions::{VIEWS, ViewUse},
};
use crate::{
    options,
    postgres::server::{self, connect},
};

/// Of one session. Every rule of the schema but its foreign keys is checked while loading; those cost more than all else,
/// and only an owner of the server may leave them out.
const SETTINGS: &str = "SET maintenance_work_mem = '256MB'; SET synchronous_commit = off; \
    SELECT set_config('session_replication_role', 'replica', FALSE) FROM pg_roles WHERE rolname = current_user AND rolsuper";

/// Makes a book of this size. Indexes are made when the rows are there, and statistics, as autovacuum would.
pub(crate) async fn load(url: &str, size: Size) -> anyhow::Result<()> {
    drop(PostgresStore::open(url, &options()).await?);
    let client = connect(url).await?;
    client.batch_execute(SETTINGS).await?;
    let indexes = client
        .query(
            "SELECT indexname::text, indexdef FROM pg_indexes WHERE schemaname = 'public' AND NOT EXISTS \
             (SELECT FROM pg_constraint WHERE conname = indexname) AND tablename <> 'refinery_schema_history'",
            &[],
        )
        .await?;
    let indexes: Vec<(String, String)> = indexes.iter().map(|row| (row.get(0), row.get(1))).collect();
    for (name, _) in &indexes {
        client.batch_execute(&format!("DROP INDEX {name}")).await?;
    }
    for statement in book::statements(size)? {
        client.batch_execute(&statement).await?;
    }
    for (_, definition) in &indexes {
        client.batch_execute(definition).await?;
    }
    client.batch_execute("VACUUM (ANALYZE)").await?;
    Ok(())
}

/// Pages that a view touches, found in memory or read, planning not included.
pub(crate) async fn buffers(client: &Client, view: &ViewUse) -> anyhow::Result<u64> {
    let messages = client.simple_query(&format!("EXPLAIN (ANALYZE, BUFFERS, FORMAT JSON) {}", view.sql)).await?;
    let plan = messages.iter().find_map(|message| match message {
        SimpleQueryMessage::Row(row) => row.get(0),
        _ => None,
    });
    let plan: Value = serde_json::from_str(plan.context("a plan is one row")?)?;
    let plan = &plan[0]["Plan"];
    let count = |name: &str| plan[name].as_u64().with_context(|| format!("no {name} in {plan}"));
    Ok(count("Shared Hit Blocks")? + count("Shared Read Blocks")?)
}

async fn rows(client: &Client, view: &ViewUse) -> anyhow::Result<Vec<Row>> {
    Ok(client.query(view.sql, &[]).await?)
}

struct Book {
    opened: Opened,
    client: Client,
    _database: Database,
}

impl Book {
    fn all_views(&self, runtime: &Runtime) -> anyhow::Result<()> {
        VIEWS.iter().try_for_each(|view| runtime.block_on(rows(&self.client, view)).map(drop))
    }
}

pub(super) fn run(runtime: &Runtime, closed: (i64, i64)) -> anyhow::Result<History> {
    let cluster = server::start();
    let open = |closed| -> anyhow::Result<Book> {
        let (database, begun) = (cluster.database(), Instant::now());
        let (store, client) = runtime.block_on(async {
            load(database.url(), Size { closed, snapshots: SNAPSHOTS }).await?;
            let store = PostgresStore::open(database.url(), &options()).await?;
            anyhow::Ok((store, connect(database.url()).await?))
        })?;
        eprintln!("PostgreSQL: {closed} closed positions made in {:.0} s", begun.elapsed().as_secs_f64());
        Ok(Book { opened: Opened { store: Arc::new(store), closed }, client, _database: database })
    };
    let (young, old) = (open(closed.0)?, open(closed.1)?);
    let memory_mib = (
        measure::memory_mib(runtime, &young.opened, || young.all_views(runtime))?,
        measure::memory_mib(runtime, &old.opened, || old.all_views(runtime))?,
    );
    let mut views = Vec::new();
    for view in &VIEWS {
        let pages = |book: &Book| {
            runtime.block_on(buffers(&book.client, view))?;
            runtime.block_on(buffers(&book.client, view))
        };
        let work = (pages(&young)?, pages(&old)?);
        let count = |book: &Book| Ok(runtime.block_on(rows(&book.client, view))?.len());
        let (milliseconds, rows) = in_turns(|| count(&young), || count(&old))?;
        eprintln!("{:>50}: {work:?} buffers, {:.3} ms, {:.3} ms", view.name, milliseconds.0, milliseconds.1);
        views.push(Asked { name: view.name, rows, work: Some(work), milliseconds });
    }
    Ok(History {
        engine: "PostgreSQL",
        unit: "buffers",
        closed,
        views,
        questions: measure::questions(runtime, &young.opened, &old.opened)?,
        memory_mib: memory_mib.0.zip(memory_mib.1),
    })
}
