//! The commands of the two books, and a clock for them.

use std::time::Duration;

use futures_executor::block_on;
use nailsage_domain::UnixMillis;
use nailsage_store::{Answer, Clock, Command, Store};
use serde_json::{Value, json};

const TIMEOUT: Duration = Duration::from_mins(1);

/// Stands at a time with milliseconds of its own.
#[derive(Debug)]
pub struct StoryClock;

impl Clock for StoryClock {
    fn now(&self) -> UnixMillis {
        UnixMillis::new(1_700_000_000_123).expect("a time in 2023 is plausible")
    }
}

/// Trades of six strategies: ended in every way, open, none at all, in millionths and in thousands of millions.
///
/// # Panics
///
/// If the file beside this one is no list of commands.
#[must_use]
pub fn trading() -> Vec<Command> {
    let lines = include_str!("trading.ndjson").lines();
    lines.map(|line| serde_json::from_str(line).unwrap_or_else(|error| panic!("{error} in {line}"))).collect()
}

/// A hundred and five signals of the same moment, and one that comes last and is said to be earlier.
#[must_use]
pub fn signals() -> Vec<Command> {
    let register = json!({"action": "register_strategy", "strategy": "alpha/v1@7", "interval": "1m"});
    let suppressed = |number: u32| {
        json!({"action": "record_signal", "strategy": "alpha/v1@7", "signal_type": "short", "confidence": 0.5,
            "price": (46_000 + number).to_string(), "rejection_reason": "cooldown"})
    };
    let open = json!({"action": "open_position", "strategy": "alpha/v1@7", "side": "long", "price": "47000"});
    let executed = json!({"action": "record_signal", "strategy": "alpha/v1@7", "signal_type": "long",
        "confidence": 0.73, "price": "46999.5", "then": [open]});
    let first = command(1_700_000_000_000, &register);
    let last = command(1_700_000_004_001, &executed);
    let same_moment = (1..=105).map(|number| command(1_700_000_005_000, &suppressed(number)));
    std::iter::once(first).chain(same_moment).chain([last]).collect()
}

fn command(at: i64, action: &Value) -> Command {
    serde_json::from_value(json!({"at": at, "actions": [action]})).expect("a command of this file is well formed")
}

/// Carries them out, one after the other; all are accepted.
///
/// # Panics
///
/// If one is not.
pub fn play(store: &dyn Store, commands: &[Command]) {
    for command in commands {
        let answer = block_on(store.submit(command.clone(), TIMEOUT));
        assert!(matches!(answer, Ok(Answer::Done(_))), "{command:?} was to be carried out: {answer:?}");
    }
}
