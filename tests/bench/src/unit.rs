//! The three workloads and the commands that they are made of.

use std::{fmt, ops::Range};

use clap::ValueEnum;
use nailsage_domain::{Price, RequestKey, Side, StarlistingId, StrategyKey, UnixMillis};
use nailsage_store::{
    Action, ClosePosition, Command, OpenPosition, PositionRef, RecordSignal, RegisterStrategy, StrategyRef,
    fingerprint::Fingerprint, time_ordered_key,
};

/// How many strategies share the work.
pub(crate) const STRATEGIES: usize = 8;

/// The stamp of everything that is written; see [`crate::options`].
pub(crate) const NOW: i64 = 1_700_000_000_000;

/// What one unit is.
#[derive(Debug, Clone, Copy, PartialEq, Eq, ValueEnum)]
pub(crate) enum Workload {
    /// A suppressed signal.
    Signal,
    /// Closing a position, named by its id.
    Close,
    /// A signal that closes the position on its market and opens the next one.
    Tick,
}

impl Workload {
    pub(crate) const ALL: [Self; 3] = [Self::Signal, Self::Close, Self::Tick];
}

impl fmt::Display for Workload {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(match self {
            Self::Signal => "signal",
            Self::Close => "close a trade",
            Self::Tick => "tick",
        })
    }
}

fn parsed<T: std::str::FromStr<Err: fmt::Debug>>(text: &str) -> T {
    text.parse().expect("a literal of this file is well formed")
}

pub(crate) fn strategy(submitter: usize) -> StrategyKey {
    parsed(&format!("bench-{}/v1@7", submitter % STRATEGIES))
}

/// Each submitter trades on a market of its own, so that it has one open position there.
pub(crate) fn market(submitter: usize) -> StarlistingId {
    StarlistingId::new(submitter as i64 + 1).expect("a market id is positive")
}

pub(crate) fn at(second: usize) -> UnixMillis {
    UnixMillis::new(1_640_991_660_000 + second as i64 * 1_000).expect("a time in the 2020s is plausible")
}

/// A price that wanders, so that P&L is never trivial.
pub(crate) fn price(unit: usize) -> Price {
    parsed(&format!("{}.5", 46_000 + unit * 37 % 1_000))
}

/// The strategies, and for ticks an open position for each submitter.
pub(crate) fn prepare_book(workload: Workload, submitters: usize) -> Vec<Command> {
    // Fees add up over a long run; nobody goes broke here.
    let initial_bankroll = Some(parsed("1000000000"));
    let register = |it| RegisterStrategy { initial_bankroll, ..RegisterStrategy::new(strategy(it), parsed("1m")) };
    let register = (0..STRATEGIES).map(|it| register(it).into()).collect();
    let mut commands = vec![Command::of(at(0), register)];
    if workload == Workload::Tick {
        commands.extend((0..submitters).map(|submitter| Command::new(at(0), open(submitter, 0))));
    }
    commands
}

/// What a round of units needs beforehand: open positions, for closing.
pub(crate) fn prepare_round(workload: Workload, units: usize) -> Vec<Command> {
    if workload != Workload::Close {
        return Vec::new();
    }
    let opens: Vec<Action> = (0..units).map(|unit| open(unit, unit).into()).collect();
    opens.chunks(500).map(|chunk| Command::of(at(0), chunk.to_vec())).collect()
}

fn open(submitter: usize, unit: usize) -> OpenPosition {
    OpenPosition {
        starlisting_id: Some(market(submitter)),
        fees: parsed("0.4"),
        slippage: parsed("0.05"),
        size: Some(nailsage_store::Size::Usdt(parsed("1000"))),
        ..OpenPosition::new(strategy(submitter), Side::Long, price(unit))
    }
}

/// The command of one unit. `unit` counts from 0 over all rounds; `first_position` is the id of the position that unit 0
/// closes.
pub(crate) fn command(workload: Workload, keyed: bool, submitter: usize, unit: usize, first_position: i64) -> Command {
    let key: Option<RequestKey> = keyed.then(time_ordered_key);
    let action: Action = match workload {
        Workload::Signal => signal(submitter, unit, Some("cooldown"), Vec::new()),
        Workload::Close => {
            let id = nailsage_domain::PositionId::new(first_position + unit as i64).expect("ids are positive");
            close(PositionRef::Id(id), unit).into()
        }
        Workload::Tick => {
            let position = PositionRef::OnlyOpen {
                strategy: StrategyRef::Key(strategy(submitter)),
                starlisting_id: Some(market(submitter)),
            };
            let then = vec![close(position, unit).into(), open(submitter, unit).into()];
            signal(submitter, unit, None, then)
        }
    };
    Command { key, at: at(unit + 1), actions: vec![action] }
}

/// A unit as the loops take it, with everything computed beforehand that a caller would compute.
#[derive(Debug)]
pub(crate) struct Unit {
    pub(crate) key: Option<String>,
    pub(crate) fingerprint: Fingerprint,
    pub(crate) submitter: usize,
    pub(crate) number: usize,
    /// Which position it closes, for [`Workload::Close`].
    pub(crate) closes: i64,
}

/// The same units twice: each caller's commands for the store, and all of them in order for a loop.
pub(crate) fn prepare(
    workload: Workload,
    keyed: bool,
    submitters: usize,
    numbers: Range<usize>,
    first_position: i64,
) -> (Vec<Vec<Command>>, Vec<Unit>) {
    let mut callers = vec![Vec::new(); submitters];
    let mut units = Vec::with_capacity(numbers.len());
    for number in numbers {
        let submitter = number % submitters;
        let command = command(workload, keyed, submitter, number, first_position);
        units.push(Unit {
            key: command.key.as_ref().map(ToString::to_string),
            fingerprint: Fingerprint::of(&command),
            submitter,
            number,
            closes: first_position + number as i64,
        });
        callers[submitter].push(command);
    }
    (callers, units)
}

fn close(position: PositionRef, unit: usize) -> ClosePosition {
    ClosePosition { fees: parsed("0.4"), slippage: parsed("0.05"), ..ClosePosition::new(position, price(unit + 11)) }
}

fn signal(submitter: usize, unit: usize, reason: Option<&str>, then: Vec<Action>) -> Action {
    Action::RecordSignal(RecordSignal {
        strategy: StrategyRef::Key(strategy(submitter)),
        starlisting_id: Some(market(submitter)),
        signal_type: parsed("long"),
        confidence: Some(parsed("0.73")),
        price: price(unit),
        rejection_reason: reason.map(parsed),
        then,
    })
}
