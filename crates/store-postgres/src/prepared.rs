//! The writer's statements, prepared once, where nobody stands between the writer and the server.
//!
//! Planning a group's statements anew costs more than carrying them out, for a group of one. But a prepared statement
//! belongs to a connection of the server's, and behind a pooler the next transaction may run on another one. So the
//! writer marks its connection with a number that nobody else has, and whoever locks the book row is told the mark. After
//! a few groups that have met it, the statements are prepared, in a transaction that meets it as well. A group that meets
//! another mark, or none, runs elsewhere: then somebody stands in between, and nothing is prepared from then on.

use std::collections::HashMap;

use futures_util::FutureExt as _;
use nailsage_store::time_ordered_key;
use tokio_postgres::{Client, Error, Row, Statement, types::ToSql};

use crate::{
    connection::Session,
    fault::Fault,
    pipeline::{Failure, Request, all_at_once, command, query},
    plans::Plans,
    rows::Param,
    sql,
};

/// So many groups have to meet the mark before anything is prepared. A program that hands over a command or two is spared
/// the work, too.
const GROUPS_BEFORE: u32 = 3;

/// What is known of who stands between the writer and the server.
pub(crate) enum Between {
    /// The connection was not marked, or did not keep its mark: nothing is prepared.
    Somebody,
    /// So many groups have met the mark.
    Asked { mark: String, groups: u32 },
    /// Nobody, so far; every group meets the mark before it uses what the statements gave.
    Nobody { mark: String, statements: HashMap<&'static str, Statement>, plans: Plans },
}

impl Between {
    /// A group has met this mark.
    pub(crate) fn meet(&mut self, met: Option<&str>) -> Result<(), Fault> {
        match self {
            Self::Somebody => {}
            Self::Asked { mark, groups } if met == Some(mark) => *groups += 1,
            Self::Asked { .. } => *self = Self::Somebody,
            Self::Nobody { mark, .. } if met == Some(mark) => {}
            Self::Nobody { .. } => return Err(Fault::Elsewhere),
        }
        Ok(())
    }

    /// The plans of what was prepared, if anything was.
    pub(crate) fn plans(&mut self) -> Option<&mut Plans> {
        match self {
            Self::Nobody { plans, .. } => Some(plans),
            Self::Somebody | Self::Asked { .. } => None,
        }
    }
}

impl Session {
    /// Marks the connection.
    pub(crate) async fn mark(&mut self) -> Result<(), Error> {
        // Random, and plain enough to stand between quotes.
        let mark = time_ordered_key().to_string();
        self.client.batch_execute(&format!("SET SESSION {} = '{mark}'", sql::MARK)).await?;
        self.between = Between::Asked { mark, groups: 0 };
        Ok(())
    }

    /// Prepares the writer's statements, in one round trip, once enough groups have met the mark.
    pub(crate) async fn prepare(&mut self) -> Result<(), Failure> {
        let Between::Asked { mark, groups: GROUPS_BEFORE.. } = &self.between else { return Ok(()) };
        let begin = format!(
            // Nothing is prepared where the mark is not: the transaction has failed by then.
            "BEGIN READ ONLY; SELECT 1 / (current_setting('{}', true) IS NOT DISTINCT FROM '{mark}')::int",
            sql::MARK
        );
        let mut requests: Vec<Request<'_, Option<Statement>>> = vec![command(&self.client, &begin)];
        requests.extend(sql::WRITERS.iter().map(|text| prepare(&self.client, text)));
        requests.push(command(&self.client, "COMMIT"));
        let statements = all_at_once(requests).await?.into_iter().flatten();
        let statements = sql::WRITERS.into_iter().zip(statements).collect();
        self.between = Between::Nobody { mark: mark.clone(), statements, plans: Plans::default() };
        Ok(())
    }

    /// Carries out one of the writer's statements, prepared or not, and gives its rows.
    pub(crate) fn run<'a>(&'a self, text: &'static str, params: &'a [Param<'_>]) -> Request<'a, Vec<Row>> {
        if let Between::Nobody { statements, .. } = &self.between
            && let Some(statement) = statements.get(text)
        {
            return async move { run_prepared(&self.client, statement, params).await }.boxed();
        }
        query(&self.client, text, params)
    }
}

fn prepare<'a>(client: &'a Client, text: &'a str) -> Request<'a, Option<Statement>> {
    async move { client.prepare(text).await.map(Some) }.boxed()
}

async fn run_prepared(client: &Client, statement: &Statement, params: &[Param<'_>]) -> Result<Vec<Row>, Error> {
    let params: Vec<&(dyn ToSql + Sync)> = params.iter().map(|(value, _)| &**value as &(dyn ToSql + Sync)).collect();
    client.query(statement, &params).await
}
