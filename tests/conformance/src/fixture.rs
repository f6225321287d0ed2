//! What a case works with: an empty book, its clock, and short ways to act and to look.

use std::{
    collections::BTreeSet,
    sync::{Arc, Mutex, MutexGuard, PoisonError},
};

use tokio::{sync::watch, task::JoinError};

use nailsage_domain::{
    Event, LedgerEntry, LedgerKind, Position, PositionId, RequestKey, Signal, StateSnapshot, StrategyId, Trade,
    UnixMillis, Usdt,
};
use nailsage_store::{
    Action, Activate, AdjustBankroll, Answer, BankrollAdjusted, ClosePosition, Command, DEFAULT_TIMEOUT, Deactivate,
    Done, EventLogged, LiquidatePosition, LogEvent, MarkMarket, MarkPosition, MarketMarked, MetricsRefreshed,
    OpenPosition, Outcome, Pending, PositionClosed, PositionMarked, PositionOpened, RecordRecovery, RecordSignal,
    RecordSnapshot, RecoveryRecorded, RefreshMetrics, Refusal, Refused, RegisterStrategy, SetStops, SignalRecorded,
    StopsSet, Store, StoreError, StrategyActivity, StrategyRecord, StrategyRef, StrategyRegistered, TakeSnapshot,
};

use crate::{
    backend::{Backend, Book, Home, Nowhere},
    clock::TestClock,
    dump::Dump,
    sample, sums,
};

/// A fresh book.
pub(crate) struct Fixture {
    store: Mutex<Option<Arc<dyn Store>>>,
    home: Box<dyn Home>,
    /// What stamps rows; it stands still.
    pub(crate) clock: Arc<TestClock>,
    /// Every key that went through here, so that a dump can ask what is known about it.
    keys: Mutex<BTreeSet<RequestKey>>,
}

impl Fixture {
    pub(crate) async fn new(backend: &dyn Backend) -> Self {
        let clock = Arc::new(TestClock::new());
        let Book { store, home } = backend.create(Arc::clone(&clock) as _).await;
        Self { store: Mutex::new(Some(store)), home, clock, keys: Mutex::default() }
    }

    /// A book of its own beside this one's, by the same clock.
    pub(crate) fn over(store: Arc<dyn Store>, clock: Arc<TestClock>) -> Self {
        Self { store: Mutex::new(Some(store)), home: Box::new(Nowhere), clock, keys: Mutex::default() }
    }

    pub(crate) fn store(&self) -> Arc<dyn Store> {
        Arc::clone(self.lock().as_ref().expect("there is no store only while it is opened again"))
    }

    fn lock(&self) -> MutexGuard<'_, Option<Arc<dyn Store>>> {
        self.store.lock().unwrap_or_else(PoisonError::into_inner)
    }

    /// The same book through another store object, or through another handle where a book has only one.
    pub(crate) async fn second(&self) -> Arc<dyn Store> {
        match self.home.reopen() {
            Some(opening) => opening.await,
            None => self.store(),
        }
    }

    /// So many stores that are opened at the same moment where there is no book yet, or as many handles of one where a book
    /// has only one.
    pub(crate) async fn started_at_once(&self, count: usize) -> Vec<Arc<dyn Store>> {
        match self.home.start_at_once(count) {
            Some(starting) => starting.await,
            None => vec![self.store(); count],
        }
    }

    /// Drops the store and opens its book again. Where a book lives as long as its store object, the first handle is
    /// dropped and another one goes on.
    pub(crate) async fn restart(&self) {
        let first = self.lock().take();
        let next = match self.home.reopen() {
            Some(opening) => {
                drop(first);
                opening.await
            }
            None => Arc::clone(first.as_ref().expect("there is a store before it is opened again")),
        };
        *self.lock() = Some(next);
    }

    /// Hands a command over, without waiting for anything.
    pub(crate) fn submit(&self, command: Command) -> Pending<Answer> {
        self.remember(&command);
        self.store().submit(command, DEFAULT_TIMEOUT)
    }

    /// Lets dumps ask for this command's key, however it is handed over.
    pub(crate) fn remember(&self, command: &Command) {
        self.keys.lock().unwrap_or_else(PoisonError::into_inner).extend(command.key.clone());
    }

    /// The book's answer to a command.
    pub(crate) async fn answer(&self, command: Command) -> Answer {
        let asked = format!("{command:?}");
        self.submit(command).await.unwrap_or_else(|error| panic!("{error:?}\n  instead of an answer to {asked}"))
    }

    /// The outcome of a command that must be accepted.
    pub(crate) async fn run(&self, command: Command) -> Outcome {
        let asked = format!("{command:?}");
        match self.answer(command).await {
            Answer::Done(outcome) => outcome,
            Answer::Refused(refused) => panic!("refused with {refused:?}:\n  {asked}"),
        }
    }

    /// The refusal of a command that must be refused, and must change nothing at all.
    pub(crate) async fn refused(&self, command: Command) -> Refused {
        let asked = format!("{command:?}");
        self.remember(&command);
        match self.unchanged_by(self.answer(command)).await {
            Answer::Refused(refused) => refused,
            Answer::Done(outcome) => panic!("accepted with {outcome:?}:\n  {asked}"),
        }
    }

    /// The refusal of a single action, which must change nothing at all.
    pub(crate) async fn refuses(&self, at: UnixMillis, action: impl Into<Action>) -> Refusal {
        let refused = self.refused(Command::new(at, action)).await;
        assert_eq!(refused.action_index, Some(0), "it is the first action that is refused");
        refused.refusal
    }

    /// Waits for something that must leave every row of the book as it is.
    pub(crate) async fn unchanged_by<T>(&self, something: impl Future<Output = T>) -> T {
        let before = self.dump().await;
        let result = something.await;
        self.dump().await.must_be(&before);
        result
    }

    /// Everything that can be read of the book.
    pub(crate) async fn dump(&self) -> Dump {
        let keys = self.keys.lock().unwrap_or_else(PoisonError::into_inner).clone();
        Dump::of(self.store().as_ref(), keys).await
    }

    /// Fails if the book's sums do not hold. It is run after every case.
    pub(crate) async fn adds_up(&self) {
        sums::check(&self.dump().await);
    }

    /// Carries commands out while another task looks at the book again and again: between some of them for certain, in
    /// the middle of others by chance.
    pub(crate) async fn look_while<L>(
        &self,
        commands: impl IntoIterator<Item = Command>,
        look: impl Fn(Arc<dyn Store>) -> L + Send + 'static,
    ) where
        L: Future<Output = ()> + Send,
    {
        const COMMANDS_A_LOOK: usize = 10;
        let store = self.store();
        let (looked, mut looks) = watch::channel(());
        let looking = tokio::spawn(async move {
            while !looked.is_closed() {
                look(Arc::clone(&store)).await;
                looked.send_replace(());
                tokio::task::yield_now().await;
            }
        });
        for (number, command) in commands.into_iter().enumerate() {
            self.run(command).await;
            // It ends before its time only by a panic, which is the caller's below.
            if number % COMMANDS_A_LOOK == 0 && looks.changed().await.is_err() {
                break;
            }
        }
        drop(looks);
        looking.await.unwrap_or_else(|error| resume(error));
    }

    /// A new strategy with 10,000 USDT on market 7.
    pub(crate) async fn strategy(&self, name: &str) -> StrategyId {
        self.register(sample::at(0), sample::register(name)).await.strategy_id
    }

    /// A new strategy with this initial bankroll on market 7.
    pub(crate) async fn strategy_with(&self, name: &str, bankroll: &str) -> StrategyId {
        let initial_bankroll = Some(sample::amount(bankroll));
        let registered = self.register(sample::at(0), RegisterStrategy { initial_bankroll, ..sample::register(name) });
        registered.await.strategy_id
    }

    /// A new strategy whose bankroll is -2,000 USDT after losing 12,000.
    pub(crate) async fn depleted(&self, name: &str) -> StrategyId {
        let strategy = self.strategy(name).await;
        let large = OpenPosition { size: sample::size("20000"), ..sample::long(strategy, "100") };
        let opened = self.open(sample::at(0), large).await;
        self.close(sample::at(0), sample::close(opened.position_id, "40")).await;
        strategy
    }

    pub(crate) async fn record(&self, strategy: impl Into<StrategyRef>) -> StrategyRecord {
        let found = self.store().strategy(strategy.into()).await;
        found.expect("strategies can be read").expect("the strategy was registered")
    }

    pub(crate) async fn bankroll(&self, strategy: impl Into<StrategyRef>) -> Usdt {
        self.record(strategy).await.strategy.current_bankroll
    }

    pub(crate) async fn position(&self, id: PositionId) -> Position {
        let found = self.store().position(id).await;
        found.expect("positions can be read").expect("the position was opened")
    }

    pub(crate) async fn trades(&self) -> Vec<Trade> {
        self.dump().await.trades
    }

    pub(crate) async fn signals(&self) -> Vec<Signal> {
        self.dump().await.signals
    }

    /// The events after the first one, which tells that the book was made.
    pub(crate) async fn events(&self) -> Vec<Event> {
        self.dump().await.events.split_off(1)
    }

    /// A strategy's ledger.
    pub(crate) async fn ledger(&self, strategy: StrategyId) -> Vec<LedgerEntry> {
        let mut entries = self.dump().await.ledger;
        entries.retain(|entry| entry.strategy_id == strategy);
        entries
    }

    /// The kinds and amounts in a strategy's ledger.
    pub(crate) async fn ledger_lines(&self, strategy: StrategyId) -> Vec<(LedgerKind, String)> {
        self.ledger(strategy).await.iter().map(|entry| (entry.kind, entry.delta.to_string())).collect()
    }

    pub(crate) async fn commit_seq(&self) -> i64 {
        self.store().book().await.expect("the book's state can be read").commit_seq
    }
}

macro_rules! use_cases {
    ($($name:ident($action:ident) -> $variant:ident($outcome:ident);)*) => {
        impl Fixture {
            $(/// A command of this one action, which must be accepted.
            pub(crate) async fn $name(&self, at: UnixMillis, action: $action) -> $outcome {
                match self.run(Command::new(at, action)).await.results.pop() {
                    Some(Done::$variant(outcome)) => outcome,
                    other => panic!("the outcome of another action: {other:?}"),
                }
            })*
        }
    };
}

use_cases! {
    register(RegisterStrategy) -> RegisterStrategy(StrategyRegistered);
    activate(Activate) -> Activate(StrategyActivity);
    deactivate(Deactivate) -> Deactivate(StrategyActivity);
    signal(RecordSignal) -> RecordSignal(SignalRecorded);
    open(OpenPosition) -> OpenPosition(PositionOpened);
    close(ClosePosition) -> ClosePosition(PositionClosed);
    liquidate(LiquidatePosition) -> LiquidatePosition(PositionClosed);
    mark_market(MarkMarket) -> MarkMarket(MarketMarked);
    mark(MarkPosition) -> MarkPosition(PositionMarked);
    set_stops(SetStops) -> SetStops(StopsSet);
    adjust(AdjustBankroll) -> AdjustBankroll(BankrollAdjusted);
    log(LogEvent) -> LogEvent(EventLogged);
    snapshot(TakeSnapshot) -> TakeSnapshot(StateSnapshot);
    refresh(RefreshMetrics) -> RefreshMetrics(MetricsRefreshed);
    record_snapshot(RecordSnapshot) -> RecordSnapshot(StateSnapshot);
    record_recovery(RecordRecovery) -> RecordRecovery(RecoveryRecorded);
}

/// The answer of a store object that is not the fixture's own.
pub(crate) async fn done(pending: Pending<Answer>) -> Outcome {
    match pending.await {
        Ok(Answer::Done(outcome)) => outcome,
        Ok(Answer::Refused(refused)) => panic!("refused with {refused:?}"),
        Err(error) => panic!("{error:?} instead of an answer"),
    }
}

/// The error of a command that must not be answered.
pub(crate) async fn failed(pending: Pending<Answer>) -> StoreError {
    match pending.await {
        Ok(answer) => panic!("{answer:?} instead of an error"),
        Err(error) => error,
    }
}

/// Runs tasks side by side on several threads; the first panic among them becomes the caller's.
pub(crate) async fn all_at_once<T: Send + 'static>(
    tasks: impl IntoIterator<Item = impl Future<Output = T> + Send + 'static>,
) -> Vec<T> {
    let running: Vec<_> = tasks.into_iter().map(tokio::spawn).collect();
    let mut results = Vec::with_capacity(running.len());
    for task in running {
        results.push(task.await.unwrap_or_else(|error| resume(error)));
    }
    results
}

fn resume(error: JoinError) -> ! {
    match error.try_into_panic() {
        Ok(panic) => std::panic::resume_unwind(panic),
        Err(error) => panic!("a task was cancelled: {error}"),
    }
}
