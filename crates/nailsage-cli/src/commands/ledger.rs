//! `nailsage ledger`.

use nailsage::{LedgerQuery, StrategyRef};

use super::{App, columns, list, strategy};
use crate::{cli::Paging, failure::Failure};

pub(crate) async fn run(app: &App, of: &StrategyRef, paging: &Paging) -> Result<(), Failure> {
    let store = app.read().await?;
    let strategy_id = strategy(&*store, of).await?.strategy.id;
    list::print(
        app,
        columns::LEDGER,
        &paging.extent,
        paging.after,
        // A ledger begins with its strategy, so it is empty only behind a cursor.
        "No more ledger entries.",
        async |after, limit| {
            let order = list::order(&paging.extent);
            Ok(store.ledger(LedgerQuery { after, limit, order, ..LedgerQuery::of(strategy_id) }).await?)
        },
        async |entry| Ok(entry),
    )
    .await
}
