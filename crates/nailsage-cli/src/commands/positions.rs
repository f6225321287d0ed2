//! `nailsage positions`.

use nailsage::{Position, PositionId, PositionQuery};

use super::{App, columns, columns::Named, list};
use crate::{cli::PositionsArgs, failure::Failure};

pub(crate) async fn run(app: &App, args: &PositionsArgs) -> Result<(), Failure> {
    let store = app.read().await?;
    let strategy_id = list::filter_by(&*store, args.of.strategy.as_ref()).await?;
    let first = list::cursor(&args.paging, PositionId::new)?;
    let empty = match (args.paging.after, args.open, args.closed) {
        (Some(_), ..) => "No more positions.",
        (None, true, _) => "No open positions. --closed shows those that have been.",
        (None, _, true) => "No closed positions. --open shows those that are open.",
        (None, false, false) => {
            "No positions yet. A bot opens them through `nailsage ingest`; `nailsage demo` shows how they look."
        }
    };
    let mut names = list::Names::new(app, &*store);
    list::print(
        app,
        columns::POSITIONS,
        &args.paging.extent,
        first,
        empty,
        async |after, limit| {
            let query = PositionQuery {
                strategy_id,
                is_open: (args.open || args.closed).then_some(args.open),
                starlisting_id: args.range.market,
                side: args.side,
                exit_reason: args.reason,
                since: args.range.since,
                until: args.range.until,
                after,
                limit,
                order: list::order(&args.paging.extent),
                ..PositionQuery::default()
            };
            Ok(store.positions(query).await?)
        },
        async |record: Position| {
            let strategy = names.of(record.strategy_id).await?;
            Ok(Named { record, strategy })
        },
    )
    .await
}
