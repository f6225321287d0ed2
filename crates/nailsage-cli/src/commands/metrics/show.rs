//! `nailsage metrics show`.

use std::io;

use nailsage::{MetricRow, MetricsOf, MetricsQuery, Page, Timeframe};

use super::columns::METRICS;
use crate::{
    cli::{Place, ShowMetricsArgs},
    commands::{App, columns::Named, list, staleness::Staleness},
    failure::Failure,
};

pub(crate) async fn show(app: &App, args: &ShowMetricsArgs) -> Result<(), Failure> {
    let store = app.read().await?;
    let of = match list::filter_by(&*store, args.strategy.as_ref()).await? {
        Some(strategy_id) => MetricsOf::Strategy(strategy_id),
        None if args.all_strategies => MetricsOf::All,
        None => MetricsOf::Everyone,
    };
    let staleness = Staleness::of(&store.book().await?);
    let timeframe = Timeframe::from(args.timeframe);
    let empty = if args.paging.after.is_some() {
        "No more metrics."
    } else if timeframe == Timeframe::AllTime && args.since.is_some() {
        "No such metrics: all times begin before every --since. --timeframe daily, weekly and monthly have periods."
    } else if args.since.is_some() || args.until.is_some() {
        "No metrics of periods that begin in this time."
    } else {
        "No metrics yet."
    };
    let mut names = list::Names::new(app, &*store);
    list::print(
        app,
        METRICS,
        &args.paging.extent,
        args.paging.after,
        empty,
        async |after: Option<Place>, limit| {
            let after = after.map(Place::of_metrics).transpose()?;
            let order = list::order(&args.paging.extent);
            let query = MetricsQuery {
                since: args.since,
                until: args.until,
                after,
                limit,
                order,
                ..MetricsQuery::of(of, timeframe)
            };
            let page = store.metrics(query).await?;
            Ok(Page { items: page.items, next: page.next.map(Place::from) })
        },
        async |record: MetricRow| {
            let strategy = match record.metrics.strategy_id {
                Some(id) => names.of(id).await?,
                None => String::new(),
            };
            Ok(Named { record, strategy })
        },
    )
    .await?;
    Ok(staleness.tell(app, &mut io::stdout().lock())?)
}
