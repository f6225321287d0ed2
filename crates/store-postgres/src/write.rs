//! Writing a group's rows: one statement for each kind of write, all of them and the commit in one round trip.

use std::sync::Arc;

use futures_util::FutureExt as _;
use nailsage_store::{
    StoreError,
    group::Settlement,
    rows::{Batch, Table},
};
use tokio_postgres::{Client, Error};

use crate::{
    fault::{Fault, is_conflict, refusal, store_error},
    pipeline::{all_at_once, execute},
    rows::{Param, array},
    sql,
};

/// Writes everything and commits.
pub(crate) async fn write_and_commit(client: &Client, batches: &[Batch<'_>]) -> Settlement {
    let params: Vec<Vec<Param<'_>>> = batches.iter().map(columns).collect();
    let mut requests: Vec<_> =
        batches.iter().zip(&params).map(|(batch, params)| execute(client, text(batch.table), params).boxed()).collect();
    requests.push(client.batch_execute("COMMIT").boxed());
    let mut replies = all_at_once(requests).await;
    let commit = replies.pop().expect("COMMIT was sent");
    // The reply to COMMIT proves nothing: after an error before it, it is a rollback that went well.
    for (batch, reply) in batches.iter().zip(replies) {
        if let Err(error) = reply {
            return failed(batch.table.during(), error);
        }
    }
    match commit {
        Ok(()) => Settlement::Committed,
        Err(error) if is_conflict(&error) => Settlement::Interrupted(StoreError::backend("commit", error)),
        Err(error) => Settlement::Unknown(Arc::new(error)),
    }
}

/// What a write's error means for the transaction, whose commit is on its way behind it.
fn failed(during: &'static str, error: Error) -> Settlement {
    if is_conflict(&error) {
        Settlement::Interrupted(StoreError::backend(during, error))
    } else if refusal(&error).is_some() {
        // The server has seen this error before the commit, and so it does not commit.
        Settlement::NotCommitted(store_error(during, Fault::Engine(error)))
    } else {
        Settlement::Unknown(Arc::new(error))
    }
}

fn columns<'a>(batch: &'a Batch<'a>) -> Vec<Param<'a>> {
    (0..batch.rows[0].len()).map(|column| array(&batch.rows, column)).collect()
}

fn text(table: Table) -> &'static str {
    match table {
        Table::NewStrategies => sql::STRATEGY_INSERT,
        Table::StrategyTerms => sql::STRATEGY_SET_TERMS,
        Table::StrategyBankrolls => sql::STRATEGY_SET_BANKROLL,
        Table::NewTotals => sql::TOTALS_INSERT,
        Table::Totals => sql::TOTALS_SET,
        Table::Signals => sql::SIGNAL_INSERT,
        Table::NewPositions => sql::POSITION_INSERT,
        Table::EndedPositions => sql::POSITION_END,
        Table::RevisedPositions => sql::POSITION_REVISE,
        Table::Trades => sql::TRADE_INSERT,
        Table::Ledger => sql::LEDGER_INSERT,
        Table::Events => sql::EVENT_INSERT,
        Table::Requests => sql::REQUEST_INSERT,
        Table::Book => sql::BOOK_SET,
    }
}
