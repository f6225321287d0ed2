//! A command: the only thing that changes the book.

use nailsage_domain::{RequestKey, UnixMillis};
use serde::{Deserialize, Serialize};

use crate::action::Action;

/// The most actions one command may hold, those inside signals included. It bounds what one transaction writes.
pub const ACTIONS_MAX: usize = 1_000;

/// One or more actions that happen together or not at all, at the caller's time.
///
/// With a `key`, repeating the command is safe: the first time it is accepted it is carried out, afterwards its
/// first outcome is returned and nothing is written. The same key with another command is refused. A refused
/// command is not remembered, so it may be repeated with the same key once the reason is gone.
///
/// ```
/// use nailsage_store::Command;
///
/// let command: Command = serde_json::from_str(
///     r#"{"key": "tick-1", "at": 1640991660000, "actions": [
///         {"action": "open_position", "strategy": "scalper/v1@7", "side": "long", "price": "46377"}]}"#,
/// )?;
/// assert_eq!(command.actions.len(), 1);
/// # Ok::<(), serde_json::Error>(())
/// ```
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Command {
    /// Makes repeating the command safe; unique in a book.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub key: Option<RequestKey>,
    /// When it happened, in Unix milliseconds, by the caller's clock. A repeat repeats this too.
    pub at: UnixMillis,
    /// What happened, in order.
    pub actions: Vec<Action>,
}

impl Command {
    /// A command of one action, without a key.
    #[must_use]
    pub fn new(at: UnixMillis, action: impl Into<Action>) -> Self {
        Self { key: None, at, actions: vec![action.into()] }
    }

    /// A command of several actions, without a key.
    #[must_use]
    pub fn of(at: UnixMillis, actions: Vec<Action>) -> Self {
        Self { key: None, at, actions }
    }

    /// The same command under a key.
    #[must_use]
    pub fn with_key(mut self, key: RequestKey) -> Self {
        self.key = Some(key);
        self
    }

    /// How many actions it holds, those that signals trigger included.
    #[must_use]
    pub fn action_count(&self) -> usize {
        self.actions.iter().map(Action::count).sum()
    }

    /// About how many bytes it takes, for bounding what waits and what one transaction writes.
    pub(crate) fn bytes(&self) -> usize {
        self.actions.iter().map(Action::bytes).sum()
    }
}
