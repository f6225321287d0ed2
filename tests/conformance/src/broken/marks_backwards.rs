//! A store that lets an older mark replace a later one.

use std::{
    sync::{Arc, Mutex, PoisonError},
    time::Duration,
};

use nailsage_domain::UnixMillis;
use nailsage_store::{Action, Answer, Command, Pending, Store};

use crate::twisted::Twist;

#[derive(Default)]
pub(super) struct MarksBackwards {
    latest: Mutex<Option<UnixMillis>>,
}

impl Twist for MarksBackwards {
    fn submit(&self, beneath: &Arc<dyn Store>, mut command: Command, timeout: Duration) -> Pending<Answer> {
        let mut latest = self.latest.lock().unwrap_or_else(PoisonError::into_inner);
        let is_mark = |action: &Action| matches!(action, Action::MarkMarket(_) | Action::MarkPosition(_));
        if !command.actions.is_empty() && command.actions.iter().all(is_mark) {
            command.at = latest.map_or(command.at, |latest| latest.max(command.at));
        }
        *latest = latest.max(Some(command.at));
        beneath.submit(command, timeout)
    }
}
