//! `nailsage ledger`.

use nailsage::LedgerQuery;

use super::{App, columns, list, strategy};
use crate::{cli::LedgerArgs, failure::Failure};

pub(crate) async fn run(app: &App, args: &LedgerArgs) -> Result<(), Failure> {
    let store = app.read().await?;
    let strategy_id = strategy(&*store, &args.strategy).await?.strategy.id;
    let (kind, since, until) = (args.kind, args.since, args.until);
    let is_filtered = kind.is_some() || since.or(until).is_some();
    let empty = if is_filtered && args.paging.after.is_none() {
        "No such ledger entries. Without --kind, --since and --until all are shown."
    } else {
        // A ledger begins with its strategy, so it is empty only behind a cursor.
        "No more ledger entries."
    };
    list::print(
        app,
        columns::LEDGER,
        &args.paging.extent,
        args.paging.after,
        empty,
        async |after, limit| {
            let order = list::order(&args.paging.extent);
            Ok(store.ledger(LedgerQuery { strategy_id, kind, since, until, after, limit, order }).await?)
        },
        async |entry| Ok(entry),
    )
    .await
}
