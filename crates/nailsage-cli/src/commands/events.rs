//! `nailsage events`.

use nailsage::{Event, EventId, EventQuery};

use super::{App, columns, columns::Named, list};
use crate::{cli::EventsArgs, failure::Failure};

pub(crate) async fn run(app: &App, args: &EventsArgs) -> Result<(), Failure> {
    let filter = &args.filter;
    let store = app.read().await?;
    let strategy_id = list::filter_by(&*store, filter.of.strategy.as_ref()).await?;
    let first = list::cursor(&args.paging, EventId::new)?;
    let empty = if args.paging.after.is_some() {
        "No more events."
    } else {
        "No such events. `nailsage events list` without options shows all."
    };
    let mut names = list::Names::new(app, &*store);
    list::print(
        app,
        columns::EVENTS,
        &args.paging.extent,
        first,
        empty,
        async |after, limit| {
            let query = EventQuery {
                strategy_id,
                event_type: filter.event_type.clone(),
                min_severity: filter.min_severity,
                since: args.since,
                until: args.until,
                after,
                limit,
                order: list::order(&args.paging.extent),
            };
            Ok(store.events(query).await?)
        },
        async |record: Event| {
            let strategy = match record.strategy_id {
                Some(id) => names.of(id).await?,
                None => String::new(),
            };
            Ok(Named { record, strategy })
        },
    )
    .await
}
