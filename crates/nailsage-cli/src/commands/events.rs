//! `nailsage events`.

use nailsage::{Event, EventId, EventQuery};

use super::{App, columns, columns::Named, list};
use crate::{cli::EventsArgs, failure::Failure};

pub(crate) async fn run(app: &App, args: &EventsArgs) -> Result<(), Failure> {
    let filter = &args.filter;
    let store = app.read().await?;
    let strategy_id = list::filter_by(&*store, filter.of.strategy.as_ref()).await?;
    let is_by_time = args.since.or(args.until).is_some();
    let empty = if args.paging.after.is_some() {
        "No more events."
    } else {
        "No such events. `nailsage events list` without options shows all."
    };
    let query = EventQuery {
        strategy_id,
        event_type: filter.event_type.clone(),
        severity: filter.severity,
        min_severity: filter.min_severity,
        since: args.since,
        until: args.until,
        order: list::order(&args.paging.extent),
        ..EventQuery::<EventId>::default()
    };
    let mut names = list::Names::new(app, &*store);
    list::print_either(
        app,
        columns::EVENTS,
        (&args.paging, is_by_time),
        empty,
        async |after, limit| Ok(store.events(EventQuery { limit, ..query.clone().read_from(after) }).await?),
        async |after, limit| Ok(store.events_by_time(EventQuery { limit, ..query.clone().read_from(after) }).await?),
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
