//! `nailsage events tail`: the last events, then new ones as they come.

use std::{
    convert::Infallible,
    io::{self, Write as _},
    process::ExitCode,
};

use nailsage::{Event, EventId, EventQuery, OpenError, Order, PAGE_ROWS_MAX, Store, StoreError, StrategyId};

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
#[derive(Debug, Clone, Default)]
struct Seen {
    commit_seq: i64,
    event: i64,
    /// The event of that id. Events never change, so that one which is another means a reset, however much is in the book
    /// again.
    mark: Option<Event>,
}

impl Seen {
    /// Everything up to there, whether it was asked for or not. Ids are dense, in the order of commits.
    async fn all_of(store: &dyn Store) -> Result<Self, Failure> {
        let book = store.book().await?;
        let mark = event_of(store, book.events).await?;
        Ok(Self { commit_seq: book.commit_seq, event: book.events, mark })
    }

    /// Whether the book still has what was seen of it.
    async fn is_there(&self, store: &dyn Store) -> Result<bool, Failure> {
        Ok(event_of(store, self.event).await? == self.mark)
    }
}

/// The event of this id, if there is one.
async fn event_of(store: &dyn Store, id: i64) -> Result<Option<Event>, Failure> {
    let after = if id > 1 { Some(EventId::new(id - 1)?) } else { None };
    let page = store.events(EventQuery { after, limit: 1, ..EventQuery::default() }).await?;
    Ok(page.items.into_iter().find(|event| event.id.get() == id))
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
        let mut last = match seen.take() {
            Some(seen) => seen,
            None => print_last(app, args, &*store, strategy_id, &mut names).await?,
        };
        'look: loop {
            *seen = Some(last.clone());
            let book = store.book().await?;
            let has_less = last.commit_seq > book.commit_seq || last.event > book.events;
            let was_reset = has_less || !last.is_there(&*store).await?;
            if trouble.take().is_some() {
                note("going on");
            }
            if was_reset {
                note("the book was reset; its events follow from the first");
                *seen = Some(Seen::default());
                // Names and ids mean something else now.
                continue 'book;
            }
            while last.event < book.events {
                let query = query_after(args, strategy_id, last.event)?;
                let page = store.events(query).await?;
                let reached = page.items.last().map_or(last.event, |event| event.id.get());
                // A page that has looked at many events without finding one goes on behind them.
                let event = page.next.map_or(reached.max(book.events), EventId::get);
                let mark = event_of(&*store, event).await?;
                // It may have been reset since; then these are another book's events, and names mean something else.
                if !last.is_there(&*store).await? {
                    continue 'look;
                }
                print(app, page.items, &mut names).await?;
                (last.event, last.mark) = (event, mark);
                // What was printed is not printed again, whatever happens next.
                *seen = Some(last.clone());
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
    let mut seen = Seen::all_of(store).await?;
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
        if let Some(last) = events.last().filter(|last| last.id.get() > seen.event) {
            (seen.event, seen.mark) = (last.id.get(), Some(last.clone()));
        }
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
