//! Books for the tests of this folder, and what holds in every one of them.

use std::{
    sync::{Arc, OnceLock},
    time::Duration,
};

use futures_executor::block_on;
use nailsage_domain::{RequestKey, UnixMillis};
use nailsage_store::{
    Access, AdjustBankroll, Answer, BankrollChange, Clock, Command, OpenError, OpenOptions, OpenPosition, Outcome,
    Pending, RegisterStrategy, Size, Store, StoreError, StoreExt as _,
};
use nailsage_store_postgres::PostgresStore;
use nailsage_test_postgres::{Cluster, Database, server};

/// The schema's file, for making a book by hand.
pub(crate) const SCHEMA: &str = include_str!("../../migrations/V001__book.sql");

/// The strategy that [`register`] makes.
pub(crate) const STRATEGY: &str = "scalper/v1@7";

pub(crate) const MINUTE: Duration = Duration::from_mins(1);

/// What anything prompt may take on a busy machine: far less than waiting for what is held or frozen, which would end
/// with a deadline of [`MINUTE`], with a question's 10 s, or never.
pub(crate) const LATE: Duration = Duration::from_secs(8);

#[derive(Debug)]
struct FixedClock;

impl Clock for FixedClock {
    fn now(&self) -> UnixMillis {
        at(0)
    }
}

/// A server whose owner may do everything: make roles, change settings, end anybody's connection.
pub(crate) fn own_server() -> &'static Cluster {
    static SERVER: OnceLock<Cluster> = OnceLock::new();
    SERVER.get_or_init(|| Cluster::start(&[]))
}

/// An open book in a database of its own, with one strategy.
pub(crate) struct Book {
    // Closed before its database is dropped.
    pub(crate) store: PostgresStore,
    pub(crate) database: Database,
}

/// A book on the server of all tests.
pub(crate) fn book() -> Book {
    book_with("pool_size=15")
}

/// A URL with one parameter more. That of a server that was given may have some already.
pub(crate) fn with(url: &str, parameter: &str) -> String {
    format!("{url}{}{parameter}", if url.contains('?') { '&' } else { '?' })
}

/// The same, opened with a parameter in its URL, such as `pool_size=2`.
pub(crate) fn book_with(parameter: &str) -> Book {
    static TEMPLATE: OnceLock<Database> = OnceLock::new();
    let template = TEMPLATE.get_or_init(|| {
        let database = server().database();
        register(&create(database.url()));
        database
    });
    let database = server().copy_of(template);
    let store = open(&with(database.url(), parameter), Access::Existing).unwrap();
    Book { store, database }
}

pub(crate) fn options(access: Access) -> OpenOptions {
    OpenOptions { access, clock: Arc::new(FixedClock) }
}

pub(crate) fn open(url: &str, access: Access) -> Result<PostgresStore, OpenError> {
    block_on(PostgresStore::open(url, &options(access)))
}

pub(crate) fn create(url: &str) -> PostgresStore {
    open(url, Access::Create).unwrap()
}

pub(crate) fn at(second: i64) -> UnixMillis {
    UnixMillis::new(1_700_000_000_000 + second * 1_000).unwrap()
}

pub(crate) fn key(text: &str) -> RequestKey {
    text.parse().unwrap()
}

pub(crate) fn register(store: &PostgresStore) -> Outcome {
    register_as(store, STRATEGY)
}

pub(crate) fn register_as(store: &PostgresStore, name: &str) -> Outcome {
    let strategy = RegisterStrategy::new(name.parse().unwrap(), "1m".parse().unwrap());
    block_on(store.execute(Command::new(at(0), strategy))).unwrap()
}

pub(crate) fn deposit(amount: &str) -> AdjustBankroll {
    deposit_to(STRATEGY, amount)
}

pub(crate) fn deposit_to(strategy: &str, amount: &str) -> AdjustBankroll {
    AdjustBankroll {
        strategy: strategy.parse().unwrap(),
        change: BankrollChange::Deposit(amount.parse().unwrap()),
        reason: "a test".parse().unwrap(),
    }
}

/// A deposit that the tests' triggers look for.
pub(crate) fn poison() -> AdjustBankroll {
    AdjustBankroll { reason: "poison".parse().unwrap(), ..deposit("1") }
}

pub(crate) fn long() -> OpenPosition {
    let strategy: nailsage_domain::StrategyKey = STRATEGY.parse().unwrap();
    OpenPosition::new(strategy, "long".parse().unwrap(), "46377.5".parse().unwrap())
}

/// A command of two actions that writes seven rows: a deposit, which is a ledger row and an event, and a position with
/// its trade and its ledger row, under a key.
pub(crate) fn pair(strategy: &str, request_key: &str) -> Command {
    let open =
        OpenPosition { strategy: strategy.parse().unwrap(), size: Some(Size::Usdt("1".parse().unwrap())), ..long() };
    Command::of(at(1), vec![deposit_to(strategy, "0.01").into(), open.into()]).with_key(key(request_key))
}

/// Hands a command over and waits.
pub(crate) fn submit(store: &PostgresStore, command: Command, timeout: Duration) -> Result<Answer, StoreError> {
    block_on(store.submit(command, timeout))
}

/// The answer's outcome.
pub(crate) fn done(answer: Result<Answer, StoreError>) -> Outcome {
    match answer {
        Ok(Answer::Done(outcome)) => outcome,
        other => panic!("it was to be carried out: {other:?}"),
    }
}

/// Waits for commands that were handed over, all of which are carried out.
pub(crate) fn all_done(pending: Vec<Pending<Answer>>) {
    for pending in pending {
        done(block_on(pending));
    }
}

/// Nothing of any command is missing or there twice, and every sum holds.
pub(crate) fn assert_whole(database: &Database) {
    for (what, sql) in WRONG {
        let wrong = database.rows(sql);
        assert!(wrong.is_empty(), "{what}: {wrong:?}");
    }
}

/// What must not be there, each with the query that finds it.
const WRONG: [(&str, &str); 11] = [
    (
        "a bankroll that is not the sum of its ledger",
        "SELECT s.id, s.current_bankroll FROM strategies AS s LEFT JOIN ledger AS l ON l.strategy_id = s.id GROUP BY s.id \
         HAVING (s.current_bankroll - s.initial_bankroll) * 1000000 <> coalesce(sum(l.delta_micros), 0)",
    ),
    (
        "a balance that does not follow from the one before",
        "SELECT * FROM (SELECT strategy_id, seq, balance_micros, delta_micros, lag(balance_micros) OVER (PARTITION BY \
         strategy_id ORDER BY seq) AS before FROM ledger) AS l WHERE before + delta_micros <> balance_micros",
    ),
    (
        "a ledger with gaps",
        "SELECT t.strategy_id FROM strategy_totals AS t LEFT JOIN ledger AS l USING (strategy_id) GROUP BY t.strategy_id \
         HAVING count(l.seq) <> t.ledger_seq OR coalesce(max(l.seq), 0) <> t.ledger_seq",
    ),
    (
        "a ledger row whose position or trade is missing",
        "SELECT l.* FROM ledger AS l LEFT JOIN positions AS p ON p.id = l.position_id LEFT JOIN trades AS t \
         ON t.id = l.trade_id WHERE l.position_id IS NOT NULL AND (p.id IS NULL OR t.id IS NULL OR t.position_id <> p.id)",
    ),
    (
        "a position without its one entry trade or its ledger row",
        "SELECT p.id FROM positions AS p WHERE 1 <> (SELECT count(*) FROM trades AS t WHERE t.position_id = p.id AND \
         t.trade_type LIKE 'open%') OR 1 <> (SELECT count(*) FROM ledger AS l WHERE l.position_id = p.id AND l.kind = 'open')",
    ),
    (
        "a ledger row whose request is missing, or of another commit",
        "SELECT l.* FROM ledger AS l LEFT JOIN requests AS r USING (request_key) WHERE l.request_key IS NOT NULL AND \
         (r.request_key IS NULL OR r.commit_seq <> l.commit_seq)",
    ),
    (
        "a request whose position is missing",
        "SELECT r.* FROM requests AS r LEFT JOIN positions AS p ON p.id = r.opened_position_id \
         WHERE r.opened_position_id IS NOT NULL AND p.id IS NULL",
    ),
    (
        "a request that stands twice in the ledger, or only in part",
        "SELECT request_key, count(*) FROM ledger WHERE request_key LIKE 'pair-%' GROUP BY request_key HAVING count(*) <> 2 \
         OR count(DISTINCT commit_seq) <> 1 UNION ALL SELECT request_key, 0 FROM requests AS r WHERE request_key LIKE \
         'pair-%' AND NOT EXISTS (SELECT FROM ledger AS l WHERE l.request_key = r.request_key)",
    ),
    (
        "an adjustment without its event",
        "SELECT count(*) FROM ledger WHERE kind = 'adjust' HAVING count(*) <> (SELECT count(*) FROM event_log \
         WHERE event_type = 'bankroll_adjusted')",
    ),
    (
        "ids with gaps, or another count of them in the book",
        "SELECT b.* FROM book AS b WHERE NOT EXISTS (SELECT FROM (SELECT count(*) + 1 AS n, coalesce(max(id), 0) + 1 AS m \
         FROM positions) AS p, (SELECT count(*) + 1 AS n, coalesce(max(id), 0) + 1 AS m FROM trades) AS t, (SELECT \
         count(*) + 1 AS n, coalesce(max(id), 0) + 1 AS m FROM event_log) AS e WHERE b.next_position_id = p.n AND p.n = p.m \
         AND b.next_trade_id = t.n AND t.n = t.m AND b.next_event_id = e.n AND e.n = e.m)",
    ),
    (
        "a commit that the book does not count",
        "SELECT commit_seq FROM book WHERE commit_seq <> (SELECT count(DISTINCT commit_seq) FROM ledger)",
    ),
];
