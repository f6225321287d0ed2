//! Lists, page by page, and the names that tables show beside ids.

use std::{collections::HashMap, io};

use nailsage::{Order, PAGE_ROWS_MAX, Page, Store, StrategyId, StrategyRef, TimeCursor};

use super::App;
use crate::{
    cli::{After, Extent, Format, Id, Paging, RangePaging},
    failure::Failure,
    output::{Column, Listing, counted, note},
};

/// The newest end first, if that was asked for.
pub(crate) fn order(extent: &Extent) -> Order {
    if extent.newest { Order::Descending } else { Order::Ascending }
}

/// Prints a list: fetches pages until the limit is reached, and says how to go on.
///
/// `fetch` gets a cursor and a number of rows. `name` turns each row into what is printed.
pub(crate) async fn print<T, C, P>(
    app: &App,
    columns: &'static [Column<P>],
    extent: &Extent,
    first: Option<C>,
    empty: &str,
    mut fetch: impl AsyncFnMut(Option<C>, u32) -> Result<Page<T, C>, Failure>,
    mut name: impl AsyncFnMut(T) -> Result<P, Failure>,
) -> Result<(), Failure>
where
    C: std::fmt::Display,
{
    let mut left = if extent.all { u64::MAX } else { u64::from(extent.limit) };
    let mut after = first;
    let rows_of = |left: u64| u32::try_from(left).unwrap_or(u32::MAX).min(PAGE_ROWS_MAX);
    // Before anything is printed, so that a list that cannot be read is no beginning of one.
    let mut page = fetch(after.take(), rows_of(left)).await?;
    let mut listing = Listing::begin(app.format(), columns, io::stdout().lock())?;
    loop {
        left = left.saturating_sub(page.items.len() as u64);
        for item in page.items {
            listing.row(&name(item).await?)?;
        }
        after = page.next;
        if after.is_none() || left == 0 {
            break;
        }
        page = fetch(after.take(), rows_of(left)).await?;
    }
    let rows = listing.end(empty)?;
    if let Some(next) = after {
        note(format_args!(
            "{} shown, there may be more: add --after {next}, or --all for everything",
            counted(rows, "row")
        ));
    }
    Ok(())
}

/// The same for a list that is in the order of time if a range of time is given, and by id if none is.
pub(crate) async fn print_either<T, I: Id, P>(
    app: &App,
    columns: &'static [Column<P>],
    (paging, is_by_time): (&RangePaging, bool),
    empty: &str,
    mut by_id: impl AsyncFnMut(Option<I>, u32) -> Result<Page<T, I>, Failure>,
    mut by_time: impl AsyncFnMut(Option<TimeCursor<I>>, u32) -> Result<Page<T, TimeCursor<I>>, Failure>,
    name: impl AsyncFnMut(T) -> Result<P, Failure>,
) -> Result<(), Failure> {
    let fetch = async |after: Option<After>, rows| {
        if is_by_time {
            let place = match after {
                None => None,
                Some(After::Place(place)) => Some(place.in_time()?),
                Some(After::Id(id)) => return Err(Failure::IdInTime(id)),
            };
            let page = by_time(place, rows).await?;
            Ok(Page { items: page.items, next: page.next.map(|next| After::Place(next.into())) })
        } else {
            let id = match after {
                None => None,
                Some(After::Id(id)) => Some(I::of(id)?),
                Some(After::Place(place)) => return Err(Failure::PlaceById(place)),
            };
            let page = by_id(id, rows).await?;
            Ok(Page { items: page.items, next: page.next.map(|next| After::Id(next.number())) })
        }
    };
    print(app, columns, &paging.extent, paging.after, empty, fetch, name).await
}

/// Strategy names by id, looked up once each, and only where they are shown.
pub(crate) struct Names<'a> {
    store: &'a dyn Store,
    known: HashMap<StrategyId, String>,
    wanted: bool,
}

impl<'a> Names<'a> {
    pub(crate) fn new(app: &App, store: &'a dyn Store) -> Self {
        Self { store, known: HashMap::new(), wanted: app.format() == Format::Table }
    }

    /// With names also where programs read them.
    pub(crate) fn in_every_format(store: &'a dyn Store) -> Self {
        Self { store, known: HashMap::new(), wanted: true }
    }

    /// The strategy's name, or nothing where no name is shown.
    pub(crate) async fn of(&mut self, id: StrategyId) -> Result<String, Failure> {
        if !self.wanted {
            return Ok(String::new());
        }
        if let Some(name) = self.known.get(&id) {
            return Ok(name.clone());
        }
        let record = self.store.strategy(StrategyRef::Id(id)).await?;
        let name = record.map_or_else(|| id.to_string(), |record| record.strategy.key.to_string());
        self.known.insert(id, name.clone());
        Ok(name)
    }
}

/// The id of the strategy that a filter names, if it names one.
pub(crate) async fn filter_by(
    store: &dyn Store,
    strategy: Option<&StrategyRef>,
) -> Result<Option<StrategyId>, Failure> {
    match strategy {
        Some(strategy) => Ok(Some(super::strategy(store, strategy).await?.strategy.id)),
        None => Ok(None),
    }
}

/// `--after` as the cursor of a list by id.
pub(crate) fn cursor<C>(
    paging: &Paging,
    make: impl FnOnce(i64) -> Result<C, nailsage::ValueError>,
) -> Result<Option<C>, Failure> {
    Ok(paging.after.map(make).transpose()?)
}
