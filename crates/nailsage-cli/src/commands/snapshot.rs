//! `nailsage snapshot`.

use std::io;

use nailsage::{
    Access, Caller, Clock as _, Page, SnapshotQuery, StateSnapshot, StoreExt as _, StrategySnapshot, SystemClock,
    TakeSnapshot, time_ordered_key,
};

use super::{App, columns, columns::Named, list};
use crate::{
    cli::{Format, ListSnapshotsArgs, Place, TakeSnapshotArgs},
    failure::Failure,
    output::{Cell, listing::print_record, time::Fineness, zone::Zone},
};

pub(crate) async fn take(app: &App, args: TakeSnapshotArgs) -> Result<(), Failure> {
    let store = app.open(Access::Existing).await?;
    let at = args.at.unwrap_or_else(|| SystemClock.now());
    let key = args.key.unwrap_or_else(time_ordered_key);
    let taken = store.take_snapshot(Caller::keyed(at, key.clone()), TakeSnapshot {}).await;
    let taken = taken.map_err(|error| Failure::of_call(error, key, at))?;
    let timestamp = match app.format() {
        // It stands alone, so it says its offset.
        Format::Table => Cell::Text(Zone::shown().full(taken.timestamp, Fineness::of(taken.timestamp))),
        Format::Json | Format::Csv => taken.timestamp.into(),
    };
    let fields = [
        ("id", "id", taken.id.get().into()),
        ("timestamp", "time", timestamp),
        ("total_equity", "equity", taken.total_equity.into()),
        ("available_capital", "available", taken.available_capital.into()),
        ("allocated_capital", "in positions", taken.allocated_capital.into()),
        ("total_unrealized_pnl", "unrealized P&L", taken.total_unrealized_pnl.into()),
        ("total_realized_pnl", "realized P&L", taken.total_realized_pnl.into()),
        ("num_open_positions", "open positions", taken.num_open_positions.into()),
        ("num_strategies_active", "active strategies", taken.num_strategies_active.into()),
    ];
    Ok(print_record(app.format(), &fields, &mut io::stdout().lock())?)
}

pub(crate) async fn list(app: &App, args: &ListSnapshotsArgs) -> Result<(), Failure> {
    let store = app.read().await?;
    let strategy_id = list::filter_by(&*store, args.of.strategy.as_ref()).await?;
    let (since, until) = (args.since, args.until);
    let query = |after: Option<Place>, limit| {
        let after = after.map(Place::in_time).transpose()?;
        Ok::<_, Failure>(SnapshotQuery { since, until, after, limit, order: list::order(&args.paging.extent) })
    };
    let empty = if args.paging.after.is_some() {
        "No more snapshots."
    } else if since.is_some() || until.is_some() {
        "No snapshots in this time. Without --since and --until all are shown."
    } else if strategy_id.is_some() {
        "No snapshots of this strategy. `nailsage snapshot take` records one of every strategy."
    } else {
        "No snapshots yet. `nailsage snapshot take` records what everything is worth now."
    };
    let extent = &args.paging.extent;
    let Some(strategy_id) = strategy_id else {
        return list::print(
            app,
            columns::SNAPSHOTS,
            extent,
            args.paging.after,
            empty,
            async |after, limit| {
                let page = store.snapshots(query(after, limit)?).await?;
                Ok(Page { items: page.items, next: page.next.map(Place::from) })
            },
            async |record: StateSnapshot| Ok(record),
        )
        .await;
    };
    let mut names = list::Names::new(app, &*store);
    list::print(
        app,
        columns::STRATEGY_SNAPSHOTS,
        extent,
        args.paging.after,
        empty,
        async |after, limit| {
            let page = store.strategy_snapshots(strategy_id, query(after, limit)?).await?;
            Ok(Page { items: page.items, next: page.next.map(Place::from) })
        },
        async |record: StrategySnapshot| {
            let strategy = names.of(record.strategy_id).await?;
            Ok(Named { record, strategy })
        },
    )
    .await
}
