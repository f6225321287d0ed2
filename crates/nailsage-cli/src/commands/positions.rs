//! `nailsage positions`.

use nailsage::{Order, Page, Position, PositionId, PositionQuery, PositionStatus, Store};

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
            let status = args.open.then_some(PositionStatus::Open);
            let order = list::order(&args.paging.extent);
            let query = PositionQuery { strategy_id, status, after, limit, order };
            if args.closed { ended(&*store, query).await } else { Ok(store.positions(query).await?) }
        },
        async |record: Position| {
            let strategy = names.of(record.strategy_id).await?;
            Ok(Named { record, strategy })
        },
    )
    .await
}

/// Closed and liquidated positions together: the first rows of both, merged by id.
async fn ended(store: &dyn Store, query: PositionQuery) -> Result<Page<Position, PositionId>, Failure> {
    let of_status = |status| PositionQuery { status: Some(status), ..query.clone() };
    let closed = store.positions(of_status(PositionStatus::Closed)).await?;
    let liquidated = store.positions(of_status(PositionStatus::Liquidated)).await?;
    let has_more = closed.next.is_some() || liquidated.next.is_some();
    let mut items = closed.items;
    items.extend(liquidated.items);
    items.sort_by_key(|position| position.id);
    if query.order == Order::Descending {
        items.reverse();
    }
    let rows = query.rows() as usize;
    let is_cut = items.len() > rows;
    items.truncate(rows);
    let next = if has_more || is_cut { items.last().map(|position| position.id) } else { None };
    Ok(Page { items, next })
}
