//! Many statements in one round trip.

use std::{future::poll_fn, pin::Pin, task::Poll};

use futures_util::{
    FutureExt as _,
    future::{BoxFuture, MaybeDone, maybe_done},
};
use tokio_postgres::{
    Client, Error, Row,
    types::{ToSql, Type},
};

use crate::rows::Param;

/// Sends all before it waits for any. A request leaves when its future is first polled, so they are polled in order.
pub(crate) async fn all_at_once<T>(requests: Vec<BoxFuture<'_, T>>) -> Vec<T> {
    let mut requests: Vec<MaybeDone<_>> = requests.into_iter().map(maybe_done).collect();
    poll_fn(|context| {
        let mut is_done = true;
        for request in &mut requests {
            is_done &= request.poll_unpin(context).is_ready();
        }
        if is_done { Poll::Ready(()) } else { Poll::Pending }
    })
    .await;
    requests.iter_mut().map(|request| Pin::new(request).take_output().expect("all of them are done")).collect()
}

fn borrowed<'a>(params: &'a [Param<'_>]) -> Vec<(&'a (dyn ToSql + Sync), Type)> {
    params.iter().map(|(value, kind)| (&**value as &(dyn ToSql + Sync), kind.clone())).collect()
}

/// Asks for rows, without preparing anything: a prepared statement belongs to a connection, and behind a pooler the next
/// transaction may run on another one.
pub(crate) async fn query(client: &Client, sql: &str, params: &[Param<'_>]) -> Result<Vec<Row>, Error> {
    client.query_typed(sql, &borrowed(params)).await
}

/// Carries out a statement; any rows are passed over.
pub(crate) async fn execute(client: &Client, sql: &str, params: &[Param<'_>]) -> Result<(), Error> {
    client.execute_typed(sql, &borrowed(params)).await.map(drop)
}
