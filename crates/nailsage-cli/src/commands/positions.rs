//! `nailsage positions`.

use nailsage::{ClosedQuery, Position, PositionId, PositionQuery};

use super::{App, columns, columns::Named, list};
use crate::{cli::PositionsArgs, failure::Failure};

pub(crate) async fn run(app: &App, args: &PositionsArgs) -> Result<(), Failure> {
    let store = app.read().await?;
    let strategy_id = list::filter_by(&*store, args.of.strategy.as_ref()).await?;
    let (since, until) = (args.range.since, args.range.until);
    let is_by_time = args.by_exit || since.or(until).is_some();
    let is_narrowed = strategy_id.is_some() || args.side.is_some() || args.reason.is_some() || args.range.is_narrowed();
    let empty = match (args.paging.after, args.open, args.closed) {
        (Some(_), ..) => "No more positions.",
        (None, ..) if is_narrowed => "No positions fit these filters. Without them all are shown.",
        (None, true, _) => "No open positions. --closed shows those that have been.",
        (None, _, true) => "No closed positions. --open shows those that are open.",
        (None, false, false) => {
            "No positions yet. A bot opens them through `nailsage ingest`; `nailsage demo` shows how they look."
        }
    };
    let query = PositionQuery {
        strategy_id,
        is_open: (args.open || args.closed).then_some(args.open),
        starlisting_id: args.range.market,
        side: args.side,
        exit_reason: args.reason,
        since,
        until,
        order: list::order(&args.paging.extent),
        ..PositionQuery::<PositionId>::default()
    };
    let by_exit = strategy_id.filter(|_| args.by_exit);
    let mut names = list::Names::new(app, &*store);
    list::print_either(
        app,
        columns::POSITIONS,
        (&args.paging, is_by_time),
        empty,
        async |after, limit| Ok(store.positions(PositionQuery { limit, ..query.clone().read_from(after) }).await?),
        async |after, limit| {
            let Some(strategy_id) = by_exit else {
                return Ok(store.positions_by_time(PositionQuery { limit, ..query.clone().read_from(after) }).await?);
            };
            let order = query.order;
            Ok(store.closed_positions(ClosedQuery { strategy_id, since, until, after, limit, order }).await?)
        },
        async |record: Position| {
            let strategy = names.of(record.strategy_id).await?;
            Ok(Named { record, strategy })
        },
    )
    .await
}
