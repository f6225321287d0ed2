//! A server of the benchmark's own, and connections to it.

use nailsage_test_postgres::Cluster;
use tokio_postgres::{Client, NoTls};

/// As a server of this size is usually set up. Everything that makes a commit durable stays as it is by default. The
/// log has room for a whole comparison, so that no side pays for a checkpoint of another's work.
const SETTINGS: &[(&str, &str)] = &[
    ("max_connections", "200"),
    ("shared_buffers", "512MB"),
    ("max_wal_size", "8GB"),
    ("checkpoint_timeout", "30min"),
];

pub(crate) fn start() -> Cluster {
    Cluster::on_disk(SETTINGS)
}

/// Connects; the runtime drives the connection.
pub(crate) async fn connect(url: &str) -> anyhow::Result<Client> {
    let (client, connection) = tokio_postgres::connect(url, NoTls).await?;
    // How it ends is heard by whoever waits for an answer.
    tokio::spawn(async move { drop(connection.await) });
    Ok(client)
}
