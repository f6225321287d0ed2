//! The fastest that one could write: one connection that is the only writer, remembers everything, reads nothing, and
//! writes a group of units as one prepared statement, which is its transaction.

use std::{
    collections::{BTreeMap, BTreeSet},
    time::{Duration, Instant},
};

use anyhow::Context as _;
use tokio_postgres::{Client, Statement, types::ToSql};

use super::{
    rows::{Bankroll, Book, Daily, Ended, Ledger, NO_MARK, Opened, Param, Request, Row, Signal, Totals, Trade},
    work::{self, Held, Rows, Strategy},
};
use crate::unit::{Unit, Workload};

/// What the writer remembers.
pub(super) struct Memory {
    book: Book,
    /// By the place of their submitters; they were registered in that order.
    strategies: Vec<Strategy>,
    /// By id where units name one, else by market.
    open: BTreeMap<i64, Held>,
}

impl Memory {
    pub(super) async fn read(client: &Client, workload: Workload) -> anyhow::Result<Self> {
        let book = client.query_one(&Book::select(""), &[]).await?;
        let strategies = client.query(&format!("{}ORDER BY s.id", work::STRATEGIES), &[]).await?;
        let open = client.query(&format!("{}WHERE status = 'open'", work::POSITIONS), &[]).await?;
        let of = |held: Held| (if workload == Workload::Close { held.id } else { held.market }, held);
        Ok(Self {
            book: Book::read(&book),
            strategies: strategies.iter().map(Strategy::read).collect(),
            open: open.iter().map(|row| of(Held::read(row))).collect(),
        })
    }
}

/// The text of a workload's statement, put together from what it writes.
struct Text {
    parts: Vec<String>,
    params: usize,
}

impl Text {
    fn with<R: Row>(mut self, write: impl FnOnce(usize) -> String) -> Self {
        self.parts.push(write(self.params));
        self.params += R::columns().len();
        self
    }

    fn of(workload: Workload, keyed: bool) -> String {
        let mut text = Self { parts: Vec::new(), params: 0 }.with::<Book>(|before| Book::update_many(before, ""));
        if workload != Workload::Close {
            text = text.with::<Signal>(Signal::insert_many);
        }
        if workload != Workload::Signal {
            text = text
                .with::<Ended>(|before| Ended::update_many(before, NO_MARK))
                .with::<Trade>(Trade::insert_many)
                .with::<Ledger>(Ledger::insert_many)
                .with::<Bankroll>(|before| Bankroll::update_many(before, ""))
                .with::<Totals>(|before| Totals::update_many(before, ""))
                .with::<Daily>(Daily::add_many);
        }
        if workload == Workload::Tick {
            text = text.with::<Opened>(Opened::insert_many);
        }
        if keyed {
            text = text.with::<Request>(Request::insert_many);
        }
        let last = text.parts.pop().expect("the book is always written");
        let parts = text.parts.iter().enumerate().map(|(index, part)| format!("w{index} AS ({part})"));
        format!("WITH {} {last}", parts.collect::<Vec<_>>().join(", "))
    }
}

/// Carries out the units in groups of `size` and tells how long all of them took.
pub(super) async fn run(
    client: &Client,
    workload: Workload,
    keyed: bool,
    units: &[Unit],
    size: usize,
) -> anyhow::Result<Duration> {
    let text = Text::of(workload, keyed);
    let statement = client.prepare(&text).await.with_context(|| format!("preparing {text}"))?;
    let mut memory = Memory::read(client, workload).await?;
    let begun = Instant::now();
    for group in units.chunks(size) {
        write(client, &statement, workload, &mut memory, group).await?;
    }
    Ok(begun.elapsed())
}

async fn write(
    client: &Client,
    statement: &Statement,
    workload: Workload,
    memory: &mut Memory,
    group: &[Unit],
) -> anyhow::Result<()> {
    let (mut rows, mut touched) = (Rows::default(), BTreeSet::new());
    for unit in group {
        let held = match workload {
            Workload::Signal => None,
            Workload::Close => memory.open.remove(&unit.closes),
            Workload::Tick => memory.open.remove(&crate::unit::market(unit.submitter).get()),
        };
        let place = held.as_ref().map_or(unit.submitter % crate::unit::STRATEGIES, |held| place(memory, held));
        let strategy = &mut memory.strategies[place];
        let opened = work::carry_out(workload, unit, &mut memory.book, strategy, held.as_ref(), &mut rows)?;
        memory.open.extend(opened.map(|held| (held.market, held)));
        touched.insert(place);
    }
    let books = [memory.book.clone()];
    let bankrolls: Vec<_> = touched.iter().map(|place| memory.strategies[*place].bankroll()).collect();
    let totals: Vec<_> = touched.iter().map(|place| memory.strategies[*place].totals.clone()).collect();
    let days: Vec<_> = rows.days.values().cloned().collect();
    let mut arrays: Vec<Param<'_>> = Book::arrays(&books);
    let mut add = |more: Vec<_>| arrays.extend(more);
    if workload != Workload::Close {
        add(Signal::arrays(&rows.signals));
    }
    if workload != Workload::Signal {
        add(Ended::arrays(&rows.ended));
        add(Trade::arrays(&rows.trades));
        add(Ledger::arrays(&rows.ledger));
        add(Bankroll::arrays(&bankrolls));
        add(Totals::arrays(&totals));
        add(Daily::arrays(&days));
    }
    if workload == Workload::Tick {
        add(Opened::arrays(&rows.opened));
    }
    if !rows.requests.is_empty() {
        add(Request::arrays(&rows.requests));
    }
    let params: Vec<&(dyn ToSql + Sync)> = arrays.iter().map(|it| &**it as &(dyn ToSql + Sync)).collect();
    client.execute(statement, &params).await?;
    Ok(())
}

fn place(memory: &Memory, held: &Held) -> usize {
    let place = memory.strategies.iter().position(|strategy| strategy.id() == held.strategy_id);
    place.expect("strategies stay as they were registered")
}
