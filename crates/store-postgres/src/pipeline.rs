//! Many statements in one round trip.

use std::{future::poll_fn, task::Poll};

use futures_util::{FutureExt as _, future::BoxFuture};
use tokio_postgres::{
    Client, Error, Row, RowStream,
    types::{ToSql, Type},
};

use crate::rows::Param;

/// A statement on its way.
pub(crate) type Request<'a, T> = BoxFuture<'a, Result<T, Error>>;

/// The first statement that failed, in the order in which they were sent.
#[derive(Debug)]
pub(crate) struct Failure {
    pub(crate) index: usize,
    pub(crate) error: Error,
    /// Whether the last statement left. It does not when one before it could not even be sent.
    pub(crate) was_all_sent: bool,
}

/// Sends all before it waits for any, and stops at the first that fails. A request leaves when its future is first polled,
/// so they are polled in order.
pub(crate) async fn all_at_once<T>(mut requests: Vec<Request<'_, T>>) -> Result<Vec<T>, Failure> {
    let mut replies: Vec<Option<T>> = requests.iter().map(|_| None).collect();
    let mut was_all_sent = false;
    poll_fn(|context| {
        let mut is_done = true;
        for (index, (request, reply)) in requests.iter_mut().zip(&mut replies).enumerate() {
            if reply.is_some() {
                continue;
            }
            match request.poll_unpin(context) {
                Poll::Ready(Ok(value)) => *reply = Some(value),
                Poll::Ready(Err(error)) => return Poll::Ready(Err(Failure { index, error, was_all_sent })),
                Poll::Pending => is_done = false,
            }
        }
        was_all_sent = true;
        if is_done { Poll::Ready(Ok(())) } else { Poll::Pending }
    })
    .await?;
    Ok(replies.into_iter().flatten().collect())
}

fn borrowed<'a>(params: &'a [Param<'_>]) -> Vec<(&'a (dyn ToSql + Sync), Type)> {
    params.iter().map(|(value, kind)| (&**value as &(dyn ToSql + Sync), kind.clone())).collect()
}

/// Asks for rows, without preparing anything: a prepared statement belongs to a connection, and behind a pooler the next
/// transaction may run on another one.
pub(crate) fn query<'a>(client: &'a Client, sql: &'a str, params: &'a [Param<'_>]) -> Request<'a, Vec<Row>> {
    async { client.query_typed(sql, &borrowed(params)).await }.boxed()
}

/// The same, row by row as they arrive.
pub(crate) async fn stream(client: &Client, sql: &str, params: &[Param<'_>]) -> Result<RowStream, Error> {
    client.query_typed_raw(sql, borrowed(params)).await
}

/// Carries out statements without values; there are no rows.
pub(crate) fn command<'a, T: Default>(client: &'a Client, sql: &'a str) -> Request<'a, T> {
    async { client.batch_execute(sql).await.map(|()| T::default()) }.boxed()
}
