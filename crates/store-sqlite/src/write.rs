//! Writing a group's rows: one SQL text for each kind of write, prepared once, run for each row.

use nailsage_store::{
    StoreError,
    plan::Writes,
    rows::{Batch, Table, batches},
};
use rusqlite::{Connection, Error, Result, params_from_iter};

use crate::{fault::store_error, rows::Param, sql};

/// Writes everything, in the order that the foreign keys need.
pub(crate) fn write(connection: &Connection, writes: &Writes) -> std::result::Result<(), StoreError> {
    batches(writes)?
        .iter()
        .try_for_each(|batch| write_batch(connection, batch).map_err(|error| store_error(batch.table.during(), error)))
}

fn write_batch(connection: &Connection, batch: &Batch<'_>) -> Result<()> {
    let mut statement = connection.prepare_cached(text(batch.table))?;
    for row in &batch.rows {
        match statement.execute(params_from_iter(row.iter().map(Param)))? {
            1 => {}
            count => return Err(Error::StatementChangedRows(count)),
        }
    }
    Ok(())
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
