//! A store that says a command's time was up, and carries it out all the same.

use std::{sync::Arc, time::Duration};

use nailsage_store::{Answer, Command, DEFAULT_TIMEOUT, Pending, Store, StoreError};

use crate::twisted::Twist;

pub(super) struct RunsAfterItsDeadline;

impl Twist for RunsAfterItsDeadline {
    fn submit(&self, beneath: &Arc<dyn Store>, command: Command, timeout: Duration) -> Pending<Answer> {
        let late = beneath.submit(command, DEFAULT_TIMEOUT);
        if timeout < Duration::from_millis(1) {
            drop(late);
            return Box::pin(std::future::ready(Err(StoreError::unavailable("the time was up"))));
        }
        late
    }
}
