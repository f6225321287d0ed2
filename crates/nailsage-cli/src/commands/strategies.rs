//! `nailsage strategies`.

use nailsage::{StrategyId, StrategyQuery};

use super::{App, columns, list};
use crate::{cli::StrategiesArgs, failure::Failure};

pub(crate) async fn run(app: &App, args: &StrategiesArgs) -> Result<(), Failure> {
    let store = app.read().await?;
    let is_active = (args.active || args.inactive).then_some(args.active);
    let empty = match (args.paging.after, is_active) {
        (Some(_), _) => "No more strategies.",
        (None, Some(true)) => "No active strategies. --inactive shows the others.",
        (None, Some(false)) => "No inactive strategies.",
        (None, None) => {
            "No strategies yet. Bots register theirs through `nailsage ingest`; `nailsage demo` adds three examples."
        }
    };
    let first = list::cursor(&args.paging, StrategyId::new)?;
    list::print(
        app,
        columns::STRATEGIES,
        &args.paging.extent,
        first,
        empty,
        async |after, limit| {
            let order = list::order(&args.paging.extent);
            Ok(store.strategies(StrategyQuery { is_active, after, limit, order }).await?)
        },
        async |record| Ok(record),
    )
    .await
}
