//! Stores against the model: random commands, one at a time and many at once; every answer and every row compared.
//!
//! The environment variable `PROPTEST_CASES` sets how many sequences each test runs. A sequence that failed is kept in
//! `failures.txt` of this crate, by its seed, and is tried first from then on.

use std::{
    env,
    sync::{
        Arc, OnceLock,
        atomic::{AtomicI64, Ordering},
    },
    time::Duration,
};

use futures_executor::block_on;
use nailsage_domain::{Amount, Cost, PositionId, Severity, Side, StrategyId, UnixMillis, Usdt};
use nailsage_model::{Model, generate, read};
use nailsage_store::{
    ACTIONS_MAX, Access, Action, Answer, Clock, ClosePosition, Command, EventQuery, LogEvent, MemoryStore, OpenOptions,
    OpenPosition, PositionRef, Refusal, RegisterStrategy, Size, Store, StrategyRef, refusal::RangedValue,
};
use nailsage_store_postgres::PostgresStore;
use nailsage_store_sqlite::SqliteStore;
use nailsage_test_postgres::{Database, is_asked_for, server};
use proptest::test_runner::{Config, FileFailurePersistence, TestRunner};

/// How many sequences each test runs unless told otherwise.
const CASES: u32 = 64;

/// A sequence handed over at once may take this long on a slow disk.
const TIMEOUT: Duration = Duration::from_mins(1);

/// An empty store, and where its book is kept if that has to outlive it.
type Opened = (Arc<dyn Store>, Option<Database>);

/// Opens an empty store with this clock.
type Open = fn(Arc<dyn Clock>) -> Opened;

/// Every store that must be like the model.
fn backends() -> Vec<(&'static str, Open)> {
    let mut backends: Vec<(_, Open)> = vec![
        ("memory", |clock| (Arc::new(MemoryStore::with_clock(clock)), None)),
        ("sqlite", |clock| {
            let options = OpenOptions { clock, ..OpenOptions::default() };
            (Arc::new(SqliteStore::open_private(&options).expect("a private book")), None)
        }),
    ];
    if is_asked_for() {
        backends.push(("postgres", |clock| {
            let database = server().copy_of(empty_book());
            let options = OpenOptions { clock, access: Access::Existing };
            let store = block_on(PostgresStore::open(database.url(), &options)).expect("a copied book");
            (Arc::new(store), Some(database))
        }));
    }
    backends
}

/// A book that is made once and copied for each sequence, because copying is much faster than making.
fn empty_book() -> &'static Database {
    static EMPTY: OnceLock<Database> = OnceLock::new();
    EMPTY.get_or_init(|| {
        let database = server().database();
        // Nobody may be connected to what is copied.
        drop(block_on(PostgresStore::open(database.url(), &OpenOptions::default())).expect("a new book"));
        database
    })
}

/// A clock that stands still until it is moved.
#[derive(Debug)]
struct Hands(AtomicI64);

impl Hands {
    const FIRST: i64 = 1_700_000_000_000;

    fn forward(&self) {
        self.0.fetch_add(1_000, Ordering::SeqCst);
    }
}

impl Clock for Hands {
    fn now(&self) -> UnixMillis {
        UnixMillis::new(self.0.load(Ordering::SeqCst)).expect("a test ends before the year 2100")
    }
}

/// Runs the commands through the model and a store, so many at a time, and compares all that can be seen. Returns the
/// answers.
fn compare(backend: &str, open: Open, commands: &[Command], at_once: usize) -> Vec<Answer> {
    let clock = Arc::new(Hands(AtomicI64::new(Hands::FIRST)));
    let (store, _database) = open(clock.clone());
    let store = store.as_ref();
    // A database stamps the first event by its own clock, as it makes the book.
    let made_at = block_on(store.events(EventQuery { limit: 1, ..EventQuery::default() }))
        .expect("a new book can be read")
        .items
        .first()
        .map(|event| event.timestamp);
    let mut model = Model::new(made_at.expect("making a book is its first event"), clock.now());
    let mut answers = Vec::new();
    for together in commands.chunks(at_once) {
        clock.forward();
        model.set_now(clock.now());
        let pending: Vec<_> = together.iter().map(|command| store.submit(command.clone(), TIMEOUT)).collect();
        for (command, answer) in together.iter().zip(pending) {
            let answer = block_on(answer).unwrap_or_else(|error| panic!("{backend} failed at {command:?}: {error:?}"));
            let expected = model.answer(command);
            assert_eq!(answer, expected, "{backend}, then the model, answering {command:?}");
            answers.push(answer);
        }
    }
    let expected = model.rows();
    let rows = block_on(read::rows(store)).expect("a store that answered can be read");
    // One list after the other, because all rows together are too much to look through.
    assert_eq!(rows.strategies, expected.strategies, "{backend}, then the model");
    assert_eq!(rows.positions, expected.positions, "{backend}, then the model");
    assert_eq!(rows.trades, expected.trades, "{backend}, then the model");
    assert_eq!(rows.signals, expected.signals, "{backend}, then the model");
    assert_eq!(rows.ledger, expected.ledger, "{backend}, then the model");
    assert_eq!(rows.events, expected.events, "{backend}, then the model");
    assert_eq!(rows.snapshots, expected.snapshots, "{backend}, then the model");
    assert_eq!(rows.strategy_snapshots, expected.strategy_snapshots, "{backend}, then the model");
    assert_eq!(rows, expected, "{backend}, then the model");
    for key in commands.iter().filter_map(|command| command.key.clone()) {
        let outcome = block_on(store.outcome(key.clone())).expect("a store that answered can be read");
        assert_eq!(outcome, model.outcome(&key), "{backend}, then the model: the outcome of {key}");
    }
    block_on(read::assert_queries(store, &expected)).expect("a store that answered can be read");
    answers
}

/// Compares all stores with the model on random sequences.
fn check(at_once: usize) {
    let mut config = Config {
        failure_persistence: Some(Box::new(FileFailurePersistence::Direct(concat!(
            env!("CARGO_MANIFEST_DIR"),
            "/failures.txt"
        )))),
        ..Config::default()
    };
    if env::var_os("PROPTEST_CASES").is_none() {
        config.cases = CASES;
    }
    let outcome = TestRunner::new(config).run(&generate::commands(), |commands| {
        for (backend, open) in backends() {
            compare(backend, open, &commands, at_once);
        }
        Ok(())
    });
    if let Err(failure) = outcome {
        panic!("{failure}");
    }
}

#[test]
fn stores_are_the_model_one_command_at_a_time() {
    check(1);
}

#[test]
fn stores_are_the_model_in_small_groups() {
    check(6);
}

#[test]
fn stores_are_the_model_all_commands_at_once() {
    check(usize::MAX);
}

fn at() -> UnixMillis {
    UnixMillis::new(1_640_991_600_000).expect("a plausible time")
}

fn event() -> Action {
    LogEvent {
        event_type: "tick".parse().expect("a short text"),
        event_data: None,
        severity: Severity::Info,
        strategy: None,
    }
    .into()
}

/// Random sequences are too short for these: a command that is too long, and one of the greatest length.
#[test]
fn stores_are_the_model_at_the_longest_command() {
    let commands = [ACTIONS_MAX, ACTIONS_MAX + 1].map(|count| Command::of(at(), vec![event(); count]));
    for (backend, open) in backends() {
        let answers = compare(backend, open, &commands, 2);
        assert!(matches!(answers[0], Answer::Done(_)));
        assert_eq!(refusal(&answers[1]).code(), "too_many_actions");
    }
}

fn register(bankroll: &str) -> RegisterStrategy {
    RegisterStrategy {
        strategy: "scalper/v1@1".parse().expect("a strategy's name"),
        interval: "1m".parse().expect("an interval"),
        model_id: None,
        config_path: None,
        initial_bankroll: Some(bankroll.parse().expect("an amount")),
    }
}

fn open_long(size: Amount, fees: Cost) -> OpenPosition {
    OpenPosition {
        strategy: StrategyRef::Id(StrategyId::FIRST),
        starlisting_id: None,
        side: Side::Long,
        size: Some(Size::Usdt(size)),
        price: "1".parse().expect("a price"),
        fees,
        slippage: Cost::ZERO,
        stop_loss_price: None,
        take_profit_price: None,
    }
}

fn close_first(price: &str, fees: &str) -> ClosePosition {
    ClosePosition {
        position: PositionRef::Id(PositionId::FIRST),
        price: price.parse().expect("a price"),
        fees: fees.parse().expect("a cost"),
        slippage: Cost::ZERO,
        exit_reason: None,
    }
}

fn refusal(answer: &Answer) -> &Refusal {
    match answer {
        Answer::Refused(refused) => &refused.refusal,
        Answer::Done(_) => panic!("{answer:?} is no refusal"),
    }
}

/// It takes over a thousand of the largest fees to leave the range of the totals.
#[test]
fn stores_are_the_model_at_the_end_of_the_totals() {
    let open = open_long("1".parse().expect("an amount"), Cost::new(Usdt::MAX).expect("not below 0"));
    let in_range = usize::try_from(i64::MAX / Usdt::MAX.micros()).expect("about a thousand");
    let commands = [
        Command::new(at(), register("10000")),
        Command::of(at(), vec![open.clone().into(); ACTIONS_MAX]),
        Command::of(at(), vec![open.clone().into(); in_range - ACTIONS_MAX]),
        Command::new(at(), open),
    ];
    for (backend, open) in backends() {
        let answers = compare(backend, open, &commands, 1);
        assert_eq!(*refusal(&answers[3]), Refusal::RangeExceeded { what: RangedValue::Totals });
    }
}

/// Only the P&L after fees has to be in range.
#[test]
fn stores_are_the_model_where_fees_bring_a_gross_profit_back_into_range() {
    let commands = [
        Command::new(at(), register("0.000001")),
        Command::new(at(), open_long(Amount::new(Usdt::MAX).expect("above 0"), Cost::ZERO)),
        Command::new(at(), close_first("2.00000000000001", "0.00005")),
        Command::new(at(), close_first("2.00000000000001", "0.0001")),
    ];
    for (backend, open) in backends() {
        let answers = compare(backend, open, &commands, 1);
        assert_eq!(*refusal(&answers[2]), Refusal::RangeExceeded { what: RangedValue::RealizedPnl });
        assert!(matches!(answers[3], Answer::Done(_)), "{:?}", answers[3]);
    }
}
