//! The writer's statements, prepared once, where nobody stands between the writer and the server.
//!
//! Planning a group's statements anew costs more than carrying them out, for a group of one. But a prepared statement
//! belongs to a connection of the server's, and behind a pooler the next transaction may run on another one. So the
//! connection is marked with a number that nobody else has, in the same transaction that prepares; and whoever locks the
//! book row is told the mark. A mark that is not ours, or none, means a pooler: the transaction is rolled back before
//! anything of it was used, and from then on nothing is prepared.

use std::collections::HashMap;

use futures_util::FutureExt as _;
use nailsage_store::time_ordered_key;
use tokio_postgres::{Client, Error, Row, Statement, types::ToSql};

use crate::{
    connection::Session,
    pipeline::{Failure, Request, all_at_once, command, query},
    rows::Param,
    sql,
};

/// Statements and the mark of the connection that they belong to.
pub(crate) struct Prepared {
    mark: String,
    statements: HashMap<&'static str, Statement>,
}

impl Prepared {
    /// Prepares all of the writer's statements, in one round trip.
    pub(crate) async fn on(client: &Client) -> Result<Self, Failure> {
        // Random, and plain enough to stand between quotes.
        let mark = time_ordered_key().to_string();
        let begin = format!("BEGIN; SET SESSION {} = '{mark}'", sql::MARK);
        let mut requests: Vec<Request<'_, Option<Statement>>> = vec![command(client, &begin)];
        requests.extend(sql::WRITERS.iter().map(|text| prepare(client, text)));
        requests.push(command(client, "COMMIT"));
        let statements = all_at_once(requests).await?.into_iter().flatten();
        Ok(Self { mark, statements: sql::WRITERS.into_iter().zip(statements).collect() })
    }

    /// Whether this mark is ours.
    pub(crate) fn is_marked(&self, mark: Option<&str>) -> bool {
        mark == Some(&self.mark)
    }
}

fn prepare<'a>(client: &'a Client, text: &'a str) -> Request<'a, Option<Statement>> {
    async move { client.prepare(text).await.map(Some) }.boxed()
}

impl Session {
    /// Carries out one of the writer's statements, prepared or not, and gives its rows.
    pub(crate) fn run<'a>(&'a self, text: &'static str, params: &'a [Param<'_>]) -> Request<'a, Vec<Row>> {
        match self.prepared.as_ref().and_then(|prepared| prepared.statements.get(text)) {
            Some(statement) => async move { run_prepared(&self.client, statement, params).await }.boxed(),
            None => query(&self.client, text, params),
        }
    }
}

async fn run_prepared(client: &Client, statement: &Statement, params: &[Param<'_>]) -> Result<Vec<Row>, Error> {
    let params: Vec<&(dyn ToSql + Sync)> = params.iter().map(|(value, _)| &**value as &(dyn ToSql + Sync)).collect();
    client.query(statement, &params).await
}
