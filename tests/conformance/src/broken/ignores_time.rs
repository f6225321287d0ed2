//! A store for which everything happens at the same time.

use std::{sync::Arc, time::Duration};

use nailsage_store::{Answer, Command, Pending, Store};

use crate::{sample, twisted::Twist};

pub(super) struct IgnoresTime;

impl Twist for IgnoresTime {
    fn submit(&self, beneath: &Arc<dyn Store>, mut command: Command, timeout: Duration) -> Pending<Answer> {
        command.at = sample::at(0);
        beneath.submit(command, timeout)
    }
}
