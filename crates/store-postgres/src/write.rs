//! Writing a group's rows: one statement for each kind of write, all of them and the commit in one round trip.

use crate::{
    connection::Session,
    fault::{cause, is_cancelled, is_conflict, is_held, is_lost, refusal, store_error},
    pipeline::{Failure, all_at_once, command},
    rows::{Param, array},
    sql,
};
use nailsage_store::{
    group::Settlement,
    rows::{Batch, Table},
};

/// Writes everything and commits.
pub(crate) async fn write_and_commit(session: &Session, batches: &[Batch<'_>]) -> Settlement {
    let params: Vec<Vec<Param<'_>>> = batches.iter().map(columns).collect();
    let writes = batches.iter().zip(&params).map(|(batch, params)| session.run(text(batch.table), params));
    let requests = writes.chain([command(&session.client, "COMMIT")]).collect();
    match all_at_once(requests).await {
        // The reply to COMMIT alone proves nothing: after an error it is a rollback that went well.
        Ok(_) => Settlement::Committed,
        Err(failure) => failed(batches.get(failure.index).map(|batch| batch.table.during()), failure),
    }
}

/// What an error means for the transaction; `during` is absent if it was the commit's own.
fn failed(during: Option<&'static str>, Failure { error, was_all_sent, .. }: Failure) -> Settlement {
    let is_unsent = !was_all_sent;
    match during {
        // Somebody else has locked a table or row. That passes, and the group waits for it as it waits for the book.
        Some(_) if is_held(&error) => Settlement::Held(cause(error)),
        _ if is_conflict(&error) => Settlement::Interrupted(store_error(during.unwrap_or("commit"), error.into())),
        // The connection was gone before the commit could leave.
        Some(during) if is_unsent && is_lost(&error) => Settlement::Interrupted(store_error(during, error.into())),
        // A server that cancels a commit has not written its record: from then on it takes no cancelling. Any other error
        // of the commit's own may be that of somebody in between.
        None if is_cancelled(&error) => Settlement::NotCommitted(store_error("commit", error.into())),
        // The server has seen this error before the commit, and so it does not commit; or there was no commit to see.
        Some(during) if is_unsent || refusal(&error).is_some() => {
            Settlement::NotCommitted(store_error(during, error.into()))
        }
        Some(_) | None => Settlement::Unknown(cause(error)),
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
        Table::DailyTotals => sql::DAILY_TOTALS_ADD,
        Table::Events => sql::EVENT_INSERT,
        Table::Snapshots => sql::SNAPSHOT_INSERT,
        Table::StrategySnapshots => sql::STRATEGY_SNAPSHOT_INSERT,
        Table::Metrics => sql::METRIC_PUT,
        Table::Requests => sql::REQUEST_INSERT,
        Table::Book => sql::BOOK_SET,
    }
}
