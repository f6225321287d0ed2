//! A store that carries a command out again when it is repeated.

use std::{
    collections::BTreeSet,
    sync::{Arc, Mutex, PoisonError},
    time::Duration,
};

use nailsage_domain::RequestKey;
use nailsage_store::{Answer, Command, Pending, Store};

use crate::twisted::Twist;

#[derive(Default)]
pub(super) struct ForgetsKeys {
    seen: Mutex<BTreeSet<RequestKey>>,
}

impl Twist for ForgetsKeys {
    fn submit(&self, beneath: &Arc<dyn Store>, mut command: Command, timeout: Duration) -> Pending<Answer> {
        let mut seen = self.seen.lock().unwrap_or_else(PoisonError::into_inner);
        // The first time the key goes through, so that positions can be named by it.
        command.key = command.key.filter(|key| seen.insert(key.clone()));
        beneath.submit(command, timeout)
    }
}
