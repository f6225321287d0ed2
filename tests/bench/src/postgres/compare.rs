//! One workload at one number of submitters: the store and the two loops, round after round on three books.

use std::{fmt, sync::Arc, time::Duration};

use nailsage_store::Store;
use nailsage_store_postgres::PostgresStore;
use nailsage_test_postgres::{Cluster, Database};
use tokio::runtime::Runtime;
use tokio_postgres::Client;

use super::{at_once, server, single::Pool};
use crate::{
    options, through_store,
    unit::{self, Workload},
};

/// One of the three books, and how far it has come.
pub(super) struct Book {
    pub(super) database: Database,
    store: Arc<dyn Store>,
    next_unit: usize,
    next_position: i64,
}

/// Opens the book at a URL.
pub(super) fn open(runtime: &Runtime, url: &str) -> anyhow::Result<Arc<dyn Store>> {
    Ok(Arc::new(runtime.block_on(PostgresStore::open(url, &options()))?))
}

impl Book {
    fn new(runtime: &Runtime, cluster: &Cluster, workload: Workload, submitters: usize) -> anyhow::Result<Self> {
        let database = cluster.database();
        let store = open(runtime, database.url())?;
        through_store::prepare(runtime, &store, unit::prepare_book(workload, submitters))?;
        Ok(Self { database, store, next_unit: 0, next_position: 1 })
    }

    /// Makes what so many units need; gives the first one's number, and the id that unit 0 would close.
    fn prepare(&mut self, runtime: &Runtime, workload: Workload, units: usize) -> anyhow::Result<(usize, i64)> {
        through_store::prepare(runtime, &self.store, unit::prepare_round(workload, units))?;
        let place = (self.next_unit, self.next_position - self.next_unit as i64);
        self.next_unit += units;
        self.next_position += units as i64;
        Ok(place)
    }
}

/// Three books with the same content: one for the store, one for each loop.
pub(super) struct Trio {
    pub(super) through_store: Book,
    pub(super) single: Book,
    pub(super) at_once: Book,
    pool: Pool,
    client: Client,
    workload: Workload,
    keyed: bool,
    submitters: usize,
}

/// How long each side took.
pub(super) struct Times {
    pub(super) store: Duration,
    pub(super) single: Duration,
    pub(super) at_once: Duration,
}

impl Trio {
    pub(super) fn new(
        runtime: &Runtime,
        cluster: &Cluster,
        workload: Workload,
        keyed: bool,
        submitters: usize,
    ) -> anyhow::Result<Self> {
        let book = || Book::new(runtime, cluster, workload, submitters);
        let (through_store, single, at_once) = (book()?, book()?, book()?);
        let pool = runtime.block_on(Pool::connect(single.database.url(), submitters))?;
        let client = runtime.block_on(server::connect(at_once.database.url()))?;
        Ok(Self { through_store, single, at_once, pool, client, workload, keyed, submitters })
    }

    /// Runs units through all three. The loop with one unit a transaction takes the first `single_units` only, because
    /// it is that much slower.
    pub(super) fn round(&mut self, runtime: &Runtime, units: usize, single_units: usize) -> anyhow::Result<Times> {
        let Self { workload, keyed, submitters, .. } = *self;
        let (first, first_position) = self.through_store.prepare(runtime, workload, units)?;
        self.at_once.prepare(runtime, workload, units)?;
        let numbers = first..first + units;
        let (callers, group_units) = unit::prepare(workload, keyed, submitters, numbers, first_position);
        let (first, first_position) = self.single.prepare(runtime, workload, single_units)?;
        let mut single = unit::prepare(workload, keyed, submitters, first..first + single_units, first_position).1;
        for (unit, other) in single.iter_mut().zip(&group_units) {
            // A key is good for one unit in each book.
            unit.key.clone_from(&other.key);
        }
        Ok(Times {
            store: through_store::run(runtime, &self.through_store.store, callers)?,
            single: self.pool.run(runtime, workload, single)?,
            at_once: runtime.block_on(at_once::run(&self.client, workload, keyed, &group_units, submitters))?,
        })
    }
}

/// What one comparison came to: units a second, medians of the rounds, and the rounds' ratios.
#[derive(Debug, Clone)]
pub(crate) struct Measured {
    pub(crate) workload: Workload,
    pub(crate) keyed: bool,
    pub(crate) submitters: usize,
    pub(crate) store: f64,
    pub(crate) single: f64,
    pub(crate) at_once: f64,
    pub(crate) to_single: Spread,
    pub(crate) to_at_once: Spread,
}

/// Ratios of several rounds.
#[derive(Debug, Clone, Copy)]
pub(crate) struct Spread {
    pub(crate) median: f64,
    pub(crate) least: f64,
    pub(crate) greatest: f64,
}

impl Spread {
    pub(crate) fn of(mut ratios: Vec<f64>) -> Self {
        let median = crate::median(&mut ratios);
        Self { median, least: ratios[0], greatest: ratios[ratios.len() - 1] }
    }
}

impl fmt::Display for Spread {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let Self { median, least, greatest } = self;
        // The longer form is the report's.
        let bold = if f.alternate() { "**" } else { "" };
        write!(f, "{bold}{median:.2}{bold} ({least:.2} to {greatest:.2})")
    }
}

impl fmt::Display for Measured {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let Self { workload, submitters, store, single, at_once, to_single, to_at_once, .. } = self;
        let keys = if self.keyed { "keys" } else { "no keys" };
        write!(f, "{workload:>13} {keys:>7} {submitters:>4}: store {store:>6.0}/s, one by one {single:>5.0}/s, ")?;
        write!(f, "at once {at_once:>6.0}/s, ratios {to_single} and {to_at_once}")
    }
}

/// How many units a round has, for the store and at once, and one by one: enough for some tenths of a second. One by one
/// gains nothing from more submitters.
fn units_of(submitters: usize) -> (usize, usize) {
    ((submitters * 256).clamp(256, 8_192) / submitters * submitters, 256)
}

/// Measures one trio.
pub(super) fn compare(
    runtime: &Runtime,
    cluster: &Cluster,
    workload: Workload,
    keyed: bool,
    submitters: usize,
    rounds: usize,
) -> anyhow::Result<Measured> {
    let mut trio = Trio::new(runtime, cluster, workload, keyed, submitters)?;
    let (units, single_units) = units_of(submitters);
    trio.round(runtime, units, single_units)?;
    let mut speeds = (Vec::new(), Vec::new(), Vec::new());
    for _ in 0..rounds {
        let times = trio.round(runtime, units, single_units)?;
        speeds.0.push(units as f64 / times.store.as_secs_f64());
        speeds.1.push(single_units as f64 / times.single.as_secs_f64());
        speeds.2.push(units as f64 / times.at_once.as_secs_f64());
    }
    let ratios = |to: &[f64]| Spread::of(speeds.0.iter().zip(to).map(|(store, other)| store / other).collect());
    let (to_single, to_at_once) = (ratios(&speeds.1), ratios(&speeds.2));
    let [store, single, at_once] = [speeds.0, speeds.1, speeds.2].map(|mut speeds| crate::median(&mut speeds));
    Ok(Measured { workload, keyed, submitters, store, single, at_once, to_single, to_at_once })
}
