//! `nailsage trades`.

use nailsage::{Trade, TradeId, TradeQuery};

use super::{App, columns, columns::Named, list};
use crate::{cli::TradesArgs, failure::Failure};

pub(crate) async fn run(app: &App, args: &TradesArgs) -> Result<(), Failure> {
    let store = app.read().await?;
    let strategy_id = list::filter_by(&*store, args.of.strategy.as_ref()).await?;
    let first = list::cursor(&args.paging, TradeId::new)?;
    let empty = if args.paging.after.is_some() {
        "No more trades."
    } else if args.position.is_some() {
        "No trades of this position. `nailsage positions` lists positions."
    } else {
        "No trades yet. They come with positions: one when it is opened, one when it is closed."
    };
    let mut names = list::Names::new(app, &*store);
    list::print(
        app,
        columns::TRADES,
        &args.paging.extent,
        first,
        empty,
        async |after, limit| {
            let order = list::order(&args.paging.extent);
            let query = TradeQuery {
                strategy_id,
                position_id: args.position,
                starlisting_id: args.range.market,
                since: args.range.since,
                until: args.range.until,
                after,
                limit,
                order,
            };
            Ok(store.trades(query).await?)
        },
        async |record: Trade| {
            let strategy = names.of(record.strategy_id).await?;
            Ok(Named { record, strategy })
        },
    )
    .await
}
