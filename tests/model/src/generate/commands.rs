//! Random commands and their sequences, repeats and reused keys included.

use nailsage_domain::{RequestKey, StrategyKey, UnixMillis};
use nailsage_store::{Action, Command, RegisterStrategy};
use proptest::{collection::vec, prelude::*};

use super::{actions, stories, values};

/// When the first command happens; each further one is a minute later, give or take.
const START_MILLIS: i64 = 1_640_991_600_000;
const MINUTE_MILLIS: i64 = 60_000;

/// The most commands in a sequence.
const COMMANDS_MAX: usize = 40;

/// A command before its place in the sequence is known.
#[derive(Debug, Clone)]
enum Sketch {
    New {
        key: Option<RequestKey>,
        time: Time,
        actions: Vec<Action>,
    },
    /// An earlier command, once more.
    Repeat(prop::sample::Index),
    /// The key of an earlier command with another time.
    Later(prop::sample::Index),
}

#[derive(Debug, Clone, Copy)]
enum Time {
    /// So many minutes off the command's own minute.
    Minutes(i64),
    At(UnixMillis),
}

/// Sequences of commands. Most begin by registering two strategies.
pub fn commands() -> BoxedStrategy<Vec<Command>> {
    let first = prop::option::weighted(0.97, registering());
    (first, vec(sketch(), 1..=COMMANDS_MAX))
        .prop_map(|(first, sketches)| {
            let mut commands = Vec::new();
            for sketch in first.into_iter().chain(sketches) {
                let command = place(&sketch, &commands);
                commands.push(command);
            }
            commands
        })
        .boxed()
}

fn registering() -> BoxedStrategy<Sketch> {
    let register = |name: &str| {
        let strategy: StrategyKey = name.parse().expect("a strategy's name in its form");
        actions::register().prop_map(move |register| RegisterStrategy { strategy: strategy.clone(), ..register }.into())
    };
    let [one, two] = values::REGISTERED_FIRST.map(register);
    (prop::option::of(values::key()), one, two)
        .prop_map(|(key, one, two)| Sketch::New { key, time: Time::Minutes(0), actions: vec![one, two] })
        .boxed()
}

fn sketch() -> BoxedStrategy<Sketch> {
    let several = prop_oneof![
        32 => vec(actions::action(), 1),
        8 => vec(actions::action(), 2..=4),
        1 => Just(Vec::new()),
    ];
    let free = (prop::option::weighted(0.5, values::key()), several, time());
    prop_oneof![
        16 => free.prop_map(|(key, actions, time)| Sketch::New { key, time, actions }),
        4 => (stories::story(), time())
            .prop_map(|((key, actions), time)| Sketch::New { key: Some(key), time, actions }),
        2 => any::<prop::sample::Index>().prop_map(Sketch::Repeat),
        1 => any::<prop::sample::Index>().prop_map(Sketch::Later),
    ]
    .boxed()
}

fn time() -> impl Strategy<Value = Time> {
    prop_oneof![
        40 => Just(Time::Minutes(0)),
        8 => (-15_i64..=15).prop_map(Time::Minutes),
        1 => prop_oneof![Just(UnixMillis::MIN), Just(UnixMillis::MAX)].prop_map(Time::At),
    ]
}

fn place(sketch: &Sketch, earlier: &[Command]) -> Command {
    let minute = i64::try_from(earlier.len()).expect("a sequence is short");
    let off = |minutes| {
        UnixMillis::new(START_MILLIS + (minute + minutes) * MINUTE_MILLIS).expect("within the plausible range")
    };
    match sketch {
        Sketch::New { key, time, actions } => {
            let at = match time {
                Time::Minutes(minutes) => off(*minutes),
                Time::At(at) => *at,
            };
            Command { key: key.clone(), at, actions: actions.clone() }
        }
        Sketch::Repeat(_) | Sketch::Later(_) if earlier.is_empty() => {
            Command { key: None, at: off(0), actions: vec![] }
        }
        Sketch::Repeat(index) => index.get(earlier).clone(),
        Sketch::Later(index) => Command { at: off(0), ..index.get(earlier).clone() },
    }
}
