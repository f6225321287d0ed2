//! `nailsage signals`.

use nailsage::{Signal, SignalId, SignalQuery};

use super::{App, columns, columns::Named, list};
use crate::{cli::SignalsArgs, failure::Failure};

pub(crate) async fn run(app: &App, args: &SignalsArgs) -> Result<(), Failure> {
    let store = app.read().await?;
    let strategy_id = list::filter_by(&*store, args.of.strategy.as_ref()).await?;
    let was_executed = (args.executed || args.suppressed).then_some(args.executed);
    let first = list::cursor(&args.paging, SignalId::new)?;
    let empty = match (args.paging.after, was_executed) {
        (Some(_), _) => "No more signals.",
        (None, Some(true)) => "No executed signals. --suppressed shows those that were not traded.",
        (None, Some(false)) => "No suppressed signals. --executed shows those that were traded.",
        (None, None) => {
            "No signals yet. A bot records them through `nailsage ingest`; `nailsage demo` shows how they look."
        }
    };
    let mut names = list::Names::new(app, &*store);
    list::print(
        app,
        columns::SIGNALS,
        &args.paging.extent,
        first,
        empty,
        async |after, limit| {
            let order = list::order(&args.paging.extent);
            Ok(store
                .signals(SignalQuery {
                    strategy_id,
                    was_executed,
                    starlisting_id: args.range.market,
                    signal_type: args.signal_type,
                    rejection_reason: args.reason.clone(),
                    since: args.range.since,
                    until: args.range.until,
                    after,
                    limit,
                    order,
                })
                .await?)
        },
        async |record: Signal| {
            let strategy = names.of(record.strategy_id).await?;
            Ok(Named { record, strategy })
        },
    )
    .await
}
