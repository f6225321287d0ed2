//! A command made ready on its caller's thread: whatever can be worked out before the book is seen.

use nailsage_domain::RequestKey;

use crate::{command::Command, fingerprint::Fingerprint, footprint::Footprint};

/// A command with its fingerprint and measures.
#[derive(Debug)]
pub struct Submission {
    command: Command,
    /// Only a command with a key is ever compared with another.
    fingerprint: Option<Fingerprint>,
    is_wide: bool,
    action_count: usize,
    bytes: usize,
}

impl Submission {
    /// Makes a command ready.
    #[must_use]
    pub fn new(command: Command) -> Self {
        Self {
            fingerprint: command.key.is_some().then(|| Fingerprint::of(&command)),
            is_wide: Footprint::is_wide(&command),
            action_count: command.action_count(),
            bytes: command.bytes(),
            command,
        }
    }

    /// The command.
    #[must_use]
    pub fn command(&self) -> &Command {
        &self.command
    }

    /// Its key with its fingerprint, if it has a key.
    #[must_use]
    pub fn keyed(&self) -> Option<(&RequestKey, Fingerprint)> {
        self.command.key.as_ref().zip(self.fingerprint)
    }

    /// Whether it touches a whole market, so that it forms a group of its own.
    #[must_use]
    pub fn is_wide(&self) -> bool {
        self.is_wide
    }

    /// How many actions it holds, those that signals trigger included.
    #[must_use]
    pub fn action_count(&self) -> usize {
        self.action_count
    }

    /// About how many bytes it takes in memory and in a transaction.
    #[must_use]
    pub fn bytes(&self) -> usize {
        self.bytes
    }
}
