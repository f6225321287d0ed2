//! `nailsage trades`.

use nailsage::{Trade, TradeId, TradeQuery};

use super::{App, columns, columns::Named, list};
use crate::{cli::TradesArgs, failure::Failure};

pub(crate) async fn run(app: &App, args: &TradesArgs) -> Result<(), Failure> {
    let store = app.read().await?;
    let strategy_id = list::filter_by(&*store, args.of.strategy.as_ref()).await?;
    let is_by_time = args.range.since.or(args.range.until).is_some();
    let empty = if args.paging.after.is_some() {
        "No more trades."
    } else if strategy_id.is_some() || args.range.is_narrowed() {
        "No trades fit these filters. Without them all are shown."
    } else if args.position.is_some() {
        "No trades of this position. `nailsage positions` lists positions."
    } else {
        "No trades yet. They come with positions: one when it is opened, one when it is closed."
    };
    let query = TradeQuery {
        strategy_id,
        position_id: args.position,
        starlisting_id: args.range.market,
        since: args.range.since,
        until: args.range.until,
        order: list::order(&args.paging.extent),
        ..TradeQuery::<TradeId>::default()
    };
    let mut names = list::Names::new(app, &*store);
    list::print_either(
        app,
        columns::TRADES,
        (&args.paging, is_by_time),
        empty,
        async |after, limit| Ok(store.trades(TradeQuery { limit, ..query.clone().read_from(after) }).await?),
        async |after, limit| Ok(store.trades_by_time(TradeQuery { limit, ..query.clone().read_from(after) }).await?),
        async |record: Trade| {
            let strategy = names.of(record.strategy_id).await?;
            Ok(Named { record, strategy })
        },
    )
    .await
}
