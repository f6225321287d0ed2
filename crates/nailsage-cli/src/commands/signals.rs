//! `nailsage signals`.

use nailsage::{Signal, SignalId, SignalQuery};

use super::{App, columns, columns::Named, list};
use crate::{cli::SignalsArgs, failure::Failure};

pub(crate) async fn run(app: &App, args: &SignalsArgs) -> Result<(), Failure> {
    let store = app.read().await?;
    let strategy_id = list::filter_by(&*store, args.of.strategy.as_ref()).await?;
    let was_executed = (args.executed || args.suppressed).then_some(args.executed);
    let is_by_time = args.range.since.or(args.range.until).is_some();
    let is_narrowed =
        strategy_id.is_some() || args.signal_type.is_some() || args.reason.is_some() || args.range.is_narrowed();
    let empty = match (args.paging.after, was_executed) {
        (Some(_), _) => "No more signals.",
        (None, _) if is_narrowed => "No signals fit these filters. Without them all are shown.",
        (None, Some(true)) => "No executed signals. --suppressed shows those that were not traded.",
        (None, Some(false)) => "No suppressed signals. --executed shows those that were traded.",
        (None, None) => {
            "No signals yet. A bot records them through `nailsage ingest`; `nailsage demo` shows how they look."
        }
    };
    let query = SignalQuery {
        strategy_id,
        was_executed,
        starlisting_id: args.range.market,
        signal_type: args.signal_type,
        rejection_reason: args.reason.clone(),
        since: args.range.since,
        until: args.range.until,
        order: list::order(&args.paging.extent),
        ..SignalQuery::<SignalId>::default()
    };
    let mut names = list::Names::new(app, &*store);
    list::print_either(
        app,
        columns::SIGNALS,
        (&args.paging, is_by_time),
        empty,
        async |after, limit| Ok(store.signals(SignalQuery { limit, ..query.clone().read_from(after) }).await?),
        async |after, limit| Ok(store.signals_by_time(SignalQuery { limit, ..query.clone().read_from(after) }).await?),
        async |record: Signal| {
            let strategy = names.of(record.strategy_id).await?;
            Ok(Named { record, strategy })
        },
    )
    .await
}
