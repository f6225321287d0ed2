//! Group commit without the I/O: which commands run together, what they come to, and who is told what.
//!
//! Commands that wait together become one transaction. A [`Writer`](crate::writer::Writer) drives this:
//!
//! 1. [`Scheduler::take`] forms a group; the engine begins a transaction and loads the group's [`footprint`].
//! 2. [`Scheduler::begin`] says who is still waiting; [`fold`] decides them one after the other.
//! 3. The engine writes what the fold came to and commits.
//! 4. [`Scheduler::settle`] answers everyone, or arranges for the group to be tried again.
//!
//! Forming a group takes what is queued, up to the limits below. It waits for more only as [`Scheduler::is_gathering`]
//! says.

mod fold;
mod scheduler;
#[cfg(test)]
mod tests;

pub use fold::{Folded, fold};
pub use scheduler::{Reply, Scheduler, Settlement};

use std::{sync::Arc, time::Duration};

use crate::{footprint::Footprint, submission::Submission};

/// The most commands in one group.
pub const GROUP_COMMANDS_MAX: usize = 512;

/// The most actions in one group; an action writes a handful of rows. A larger command forms a group of its own.
pub const GROUP_ACTIONS_MAX: usize = 2_048;

/// About the most bytes in one group. A larger command forms a group of its own.
pub const GROUP_BYTES_MAX: usize = 8 << 20;

/// The most commands that wait in a store.
pub const QUEUE_COMMANDS_MAX: usize = 65_536;

/// About the most bytes that the waiting commands take. A larger command is taken when nothing else waits.
pub const QUEUE_BYTES_MAX: usize = 256 << 20;

/// The longest that a group waits for returning callers, however slow the last commit was.
pub const GATHER_MAX: Duration = Duration::from_millis(1);

/// The longest that a group is decided, in milliseconds; what is left goes into the next one.
pub const GROUP_FOLD_MS_MAX: u64 = 50;

/// How large a share of the last group's time the next one may wait for the callers who were just answered: a half.
pub const GATHER_SHARE: u32 = 2;

/// How often in a row a group is tried again as a whole after something that was not its doing.
pub const INTERRUPTIONS_MAX: u32 = 3;

/// What a group touches.
#[must_use]
pub fn footprint(members: &[Arc<Submission>]) -> Footprint {
    let mut footprint = Footprint::default();
    for member in members {
        footprint.add(member.command());
    }
    footprint
}
