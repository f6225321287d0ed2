//! `nailsage events tail`: the last events, then new ones as they come.

use std::{
    convert::Infallible,
    io::{self, Write as _},
    process::ExitCode,
};

use nailsage::{
    BookStatus, Event, EventId, EventQuery, OpenError, Order, PAGE_ROWS_MAX, Store, StoreError, StrategyId, UnixMillis,
};

use super::{
    App,
    columns::{EVENTS, Named},
    interrupts::Interrupts,
    list::{self, Names},
};
use crate::{
    cli::{Format, TailArgs},
    failure::Failure,
    output::{
        Cell,
        listing::{csv_line, write_object},
        note, pipe,
        time::Fineness,
        zone::Zone,
    },
};

pub(crate) async fn run(app: &App, args: &TailArgs) -> Result<ExitCode, Failure> {
    let mut interrupts = Interrupts::listen().map_err(Failure::Runtime)?;
    // Lines are written whole between two waits, so none is cut off.
    tokio::select! {
        exit_code = interrupts.first() => Ok(ExitCode::from(exit_code)),
        ended = follow(app, args) => ended.map(|never| match never {}),
    }
}

/// How far the book was seen.
#[derive(Debug, Clone, Copy)]
struct Seen {
    /// When the book's first event was recorded, which is that of its making: after a reset it is another one.
    made_at: Option<UnixMillis>,
    commit_seq: i64,
    event: i64,
}

impl Seen {
    /// Everything up to there, whether it was asked for or not. Ids are dense, in the order of commits.
    fn all_of(made_at: Option<UnixMillis>, book: &BookStatus) -> Self {
        Self { made_at, commit_seq: book.commit_seq, event: book.events }
    }

    /// Whether this is another book, or has less in it than it had.
    fn is_of_another(self, made_at: Option<UnixMillis>, book: &BookStatus) -> bool {
        self.made_at != made_at || self.commit_seq > book.commit_seq || self.event > book.events
    }
}

async fn made_at(store: &dyn Store) -> Result<Option<UnixMillis>, Failure> {
    let first = EventQuery { limit: 1, ..EventQuery::default() };
    Ok(store.events(first).await?.items.first().map(|event| event.created_at))
}

/// Follows the book until something is wrong that waiting does not mend.
async fn follow(app: &App, args: &TailArgs) -> Result<Infallible, Failure> {
    if app.format() == Format::Csv {
        let names = EVENTS.iter().filter_map(|column| column.field).map(str::to_owned).collect();
        write_out(&csv_line(names)?)?;
    }
    let mut seen = None;
    let mut trouble = None;
    loop {
        let Err(failure) = follow_one(app, args, &mut seen, &mut trouble).await;
        // At first whoever has mistyped something wants to hear of it.
        if seen.is_none() || !may_pass(&failure) {
            return Err(failure);
        }
        let text = failure.to_string();
        if trouble.as_ref() != Some(&text) {
            note(format_args!("waiting: {text}"));
            trouble = Some(text);
        }
        wait(args).await?;
    }
}

/// Whether it may be over in a while.
fn may_pass(failure: &Failure) -> bool {
    matches!(
        failure,
        Failure::Store(StoreError::Unavailable { .. })
            | Failure::Open(OpenError::Unreachable { .. } | OpenError::Busy { .. })
            // It was there, and the book was reset.
            | Failure::NoStrategy(_)
    )
}

async fn wait(args: &TailArgs) -> Result<(), Failure> {
    tokio::time::sleep(args.interval).await;
    if pipe::is_reader_gone() { Err(Failure::Output(io::ErrorKind::BrokenPipe.into())) } else { Ok(()) }
}

/// Opens the book and follows it until that fails.
async fn follow_one(
    app: &App,
    args: &TailArgs,
    seen: &mut Option<Seen>,
    trouble: &mut Option<String>,
) -> Result<Infallible, Failure> {
    let store = app.read().await?;
    'book: loop {
        let strategy_id = list::filter_by(&*store, args.filter.of.strategy.as_ref()).await?;
        let mut names = Names::new(app, &*store);
        let mut last = match *seen {
            Some(seen) => seen,
            None => print_last(app, args, &*store, strategy_id, &mut names).await?,
        };
        'look: loop {
            *seen = Some(last);
            let book = store.book().await?;
            let made = made_at(&*store).await?;
            if trouble.take().is_some() {
                note("going on");
            }
            if last.is_of_another(made, &book) {
                note("the book was reset; its events follow from the first");
                *seen = Some(Seen { made_at: made, commit_seq: 0, event: 0 });
                // Names and ids mean something else now.
                continue 'book;
            }
            while last.event < book.events {
                let query = query_after(args, strategy_id, last.event)?;
                let page = store.events(query).await?;
                // It may have been reset since; then these are another book's events, and names mean something else.
                if made_at(&*store).await? != last.made_at {
                    continue 'look;
                }
                let reached = page.items.last().map_or(last.event, |event| event.id.get());
                let next = page.next;
                print(app, page.items, &mut names).await?;
                // A page that has looked at many events without finding one goes on behind them.
                last.event = next.map_or(reached.max(book.events), EventId::get);
                // What was printed is not printed again, whatever happens next.
                *seen = Some(last);
            }
            last.commit_seq = book.commit_seq;
            wait(args).await?;
        }
    }
}

fn query(args: &TailArgs, strategy_id: Option<StrategyId>) -> EventQuery {
    EventQuery {
        strategy_id,
        event_type: args.filter.event_type.clone(),
        severity: args.filter.severity,
        min_severity: args.filter.min_severity,
        ..EventQuery::default()
    }
}

fn query_after(args: &TailArgs, strategy_id: Option<StrategyId>, event: i64) -> Result<EventQuery, Failure> {
    // There is no event 0 to be after.
    let after = if event > 0 { Some(EventId::new(event)?) } else { None };
    Ok(EventQuery { after, limit: PAGE_ROWS_MAX, ..query(args, strategy_id) })
}

/// Prints the last events, and tells how far they reach.
async fn print_last(
    app: &App,
    args: &TailArgs,
    store: &dyn Store,
    strategy_id: Option<StrategyId>,
    names: &mut Names<'_>,
) -> Result<Seen, Failure> {
    // Looked at first: what comes in between is in the answer below, or found later.
    let made_at = made_at(store).await?;
    let mut seen = Seen::all_of(made_at, &store.book().await?);
    if args.lines > 0 {
        let mut last = EventQuery { limit: args.lines, order: Order::Descending, ..query(args, strategy_id) };
        let mut events = Vec::new();
        loop {
            let page = store.events(last.clone()).await?;
            events.extend(page.items);
            last.limit = args.lines.saturating_sub(u32::try_from(events.len()).unwrap_or(u32::MAX));
            last.after = page.next;
            if last.after.is_none() || last.limit == 0 {
                break;
            }
        }
        events.reverse();
        seen.event = events.last().map_or(0, |event| event.id.get()).max(seen.event);
        print(app, events, names).await?;
    }
    Ok(seen)
}

async fn print(app: &App, events: Vec<Event>, names: &mut Names<'_>) -> Result<(), Failure> {
    let mut lines = Vec::new();
    for record in events {
        let strategy = match record.strategy_id {
            Some(id) => names.of(id).await?,
            None => String::new(),
        };
        line(app.format(), &Named { record, strategy }, &mut lines)?;
    }
    Ok(write_out(&lines)?)
}

fn line(format: Format, event: &Named<Event>, out: &mut Vec<u8>) -> io::Result<()> {
    match format {
        Format::Table => writeln!(out, "{}", text(event)),
        Format::Json => {
            let cells: Vec<_> =
                EVENTS.iter().filter_map(|column| Some((column.field?, (column.cell)(event)))).collect();
            write_object(out, cells.iter().map(|(name, cell)| (*name, cell)))?;
            out.write_all(b"\n")
        }
        Format::Csv => {
            let cells = EVENTS.iter().filter(|column| column.field.is_some()).map(|column| (column.cell)(event).csv());
            out.write_all(&csv_line(cells.collect())?)
        }
    }
}

/// An event as a line for people.
fn text(event: &Named<Event>) -> String {
    let record = &event.record;
    let look = Cell::Null.look();
    let mut text = format!(
        "{} {:<8} {}",
        Zone::shown().full(record.timestamp, Fineness::Millis),
        record.severity.to_string(),
        Cell::text(&record.event_type).shown(look),
    );
    let strategy = (!event.strategy.is_empty()).then(|| Cell::text(&event.strategy));
    let data = record.data.as_ref().map(|data| Cell::Json(data.value()));
    for cell in strategy.into_iter().chain(data) {
        text.push(' ');
        text.push_str(&cell.shown(look));
    }
    text
}

fn write_out(bytes: &[u8]) -> io::Result<()> {
    let mut out = io::stdout().lock();
    out.write_all(bytes)?;
    out.flush()
}
