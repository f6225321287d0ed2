//! The loop that one would write by hand: each unit a transaction of its own, each statement prepared once on each
//! connection of a pool and awaited, each read and write about one row.

use std::{
    collections::VecDeque,
    sync::{Arc, Mutex, MutexGuard, PoisonError},
    time::{Duration, Instant},
};

use anyhow::{Context as _, ensure};
use tokio::runtime::Runtime;
use tokio_postgres::{Client, Statement, types::ToSql};

use super::{
    rows::{Bankroll, Book, Daily, Ended, Ledger, NO_MARK, Opened, Request, Row, Signal, Totals, Trade},
    server,
    work::{self, Held, Rows, Strategy},
};
use crate::unit::{self, Unit, Workload};

/// How many connections there are at most.
const POOL: usize = 15;

/// The connections, each with its statements.
pub(super) struct Pool {
    connections: Vec<Arc<Connection>>,
}

impl Pool {
    pub(super) async fn connect(url: &str, submitters: usize) -> anyhow::Result<Self> {
        let mut connections = Vec::new();
        for _ in 0..submitters.min(POOL) {
            connections.push(Arc::new(Connection::new(server::connect(url).await?).await?));
        }
        Ok(Self { connections })
    }

    /// Carries out the units: a free connection serves the caller who has waited longest. Tells how long all of them
    /// took.
    pub(super) fn run(&self, runtime: &Runtime, workload: Workload, units: Vec<Unit>) -> anyhow::Result<Duration> {
        let mut callers: Vec<VecDeque<Unit>> = Vec::new();
        for unit in units {
            callers.resize_with(callers.len().max(unit.submitter + 1), VecDeque::new);
            callers[unit.submitter].push_back(unit);
        }
        let callers = Arc::new(Mutex::new(VecDeque::from(callers)));
        let begun = Instant::now();
        let tasks: Vec<_> = self
            .connections
            .iter()
            .map(|connection| {
                let (connection, callers) = (Arc::clone(connection), Arc::clone(&callers));
                runtime.spawn(async move {
                    while let Some(mut caller) = next(&callers) {
                        let Some(unit) = caller.pop_front() else { continue };
                        connection.transact(workload, &unit).await?;
                        queue(&callers).push_back(caller);
                    }
                    anyhow::Ok(())
                })
            })
            .collect();
        for task in tasks {
            runtime.block_on(task)??;
        }
        Ok(begun.elapsed())
    }
}

type Callers = VecDeque<VecDeque<Unit>>;

fn queue(callers: &Mutex<Callers>) -> MutexGuard<'_, Callers> {
    callers.lock().unwrap_or_else(PoisonError::into_inner)
}

/// The lock is gone when this returns, as it must be while anything is awaited.
fn next(callers: &Mutex<Callers>) -> Option<VecDeque<Unit>> {
    queue(callers).pop_front()
}

struct Connection {
    client: Client,
    begin: Statement,
    commit: Statement,
    book: Statement,
    request: Statement,
    strategy_by_key: Statement,
    strategy_by_id: Statement,
    position_by_id: Statement,
    open: Statement,
    signal: Write,
    opened: Write,
    ended: Write,
    trade: Write,
    ledger: Write,
    bankroll: Write,
    totals: Write,
    daily: Write,
    request_insert: Write,
    book_set: Write,
}

/// A statement that writes one row.
struct Write(Statement);

impl Write {
    async fn run(&self, client: &Client, values: &[&(dyn ToSql + Sync)]) -> anyhow::Result<()> {
        ensure!(client.execute(&self.0, values).await? == 1, "a row was not there");
        Ok(())
    }
}

impl Connection {
    async fn new(client: Client) -> anyhow::Result<Self> {
        let prepare = async |text: &str| client.prepare(text).await.with_context(|| format!("preparing {text}"));
        let write = async |text: String| anyhow::Ok(Write(prepare(&text).await?));
        let strategy = |condition: &str| format!("{}WHERE {condition}", work::STRATEGIES);
        let position = |condition: &str| format!("{}WHERE {condition}", work::POSITIONS);
        Ok(Self {
            begin: prepare("BEGIN").await?,
            commit: prepare("COMMIT").await?,
            book: prepare(&Book::select(" FOR UPDATE")).await?,
            request: prepare("SELECT fingerprint, outcome FROM requests WHERE request_key = $1").await?,
            strategy_by_key: prepare(&strategy("s.strategy_name = $1 AND s.version = $2 AND s.starlisting_id = $3"))
                .await?,
            strategy_by_id: prepare(&strategy("s.id = $1")).await?,
            position_by_id: prepare(&position("id = $1")).await?,
            open: prepare(&position("strategy_id = $1 AND starlisting_id = $2 AND status = 'open'")).await?,
            signal: write(Signal::insert()).await?,
            opened: write(Opened::insert()).await?,
            ended: write(Ended::update(NO_MARK)).await?,
            trade: write(Trade::insert()).await?,
            ledger: write(Ledger::insert()).await?,
            bankroll: write(Bankroll::update("")).await?,
            totals: write(Totals::update("")).await?,
            daily: write(Daily::add()).await?,
            request_insert: write(Request::insert()).await?,
            book_set: write(Book::update("")).await?,
            client,
        })
    }

    async fn transact(&self, workload: Workload, unit: &Unit) -> anyhow::Result<()> {
        let client = &self.client;
        client.execute(&self.begin, &[]).await?;
        let mut book = Book::read(&client.query_one(&self.book, &[]).await?);
        if let Some(key) = &unit.key {
            ensure!(client.query_opt(&self.request, &[key]).await?.is_none(), "a fresh key is known");
        }
        let (mut strategy, held) = self.read(workload, unit).await?;
        let mut rows = Rows::default();
        work::carry_out(workload, unit, &mut book, &mut strategy, held.as_ref(), &mut rows)?;
        for row in &rows.signals {
            self.signal.run(client, &row.values()).await?;
        }
        for row in &rows.ended {
            self.ended.run(client, &row.values()).await?;
        }
        for row in &rows.opened {
            self.opened.run(client, &row.values()).await?;
        }
        for row in &rows.trades {
            self.trade.run(client, &row.values()).await?;
        }
        for row in &rows.ledger {
            self.ledger.run(client, &row.values()).await?;
        }
        if workload != Workload::Signal {
            self.bankroll.run(client, &strategy.bankroll().values()).await?;
            self.totals.run(client, &strategy.totals.values()).await?;
            for row in rows.days.values() {
                self.daily.run(client, &row.values()).await?;
            }
        }
        for row in &rows.requests {
            self.request_insert.run(client, &row.values()).await?;
        }
        self.book_set.run(client, &book.values()).await?;
        client.execute(&self.commit, &[]).await?;
        Ok(())
    }

    /// The strategy, and the position that is to be closed.
    async fn read(&self, workload: Workload, unit: &Unit) -> anyhow::Result<(Strategy, Option<Held>)> {
        let client = &self.client;
        if workload == Workload::Close {
            let held = Held::read(&client.query_one(&self.position_by_id, &[&unit.closes]).await?);
            let strategy = client.query_one(&self.strategy_by_id, &[&held.strategy_id]).await?;
            return Ok((Strategy::read(&strategy), Some(held)));
        }
        let key = unit::strategy(unit.submitter);
        let (name, version, market) = (key.name.as_str(), key.version.as_str(), key.starlisting_id.get());
        let strategy = client.query_one(&self.strategy_by_key, &[&name, &version, &market]).await?;
        let strategy = Strategy::read(&strategy);
        if workload == Workload::Signal {
            return Ok((strategy, None));
        }
        let market = unit::market(unit.submitter).get();
        let held = client.query_one(&self.open, &[&strategy.id(), &market]).await?;
        Ok((strategy, Some(Held::read(&held))))
    }
}
