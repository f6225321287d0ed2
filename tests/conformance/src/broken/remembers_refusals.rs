//! A store that refuses a key for ever because it refused it once.

use std::{
    collections::BTreeMap,
    sync::{Arc, Mutex, PoisonError},
    time::Duration,
};

use nailsage_domain::RequestKey;
use nailsage_store::{Answer, Command, Pending, Refused, Store};

use crate::twisted::Twist;

#[derive(Default)]
pub(super) struct RemembersRefusals {
    refused: Arc<Mutex<BTreeMap<RequestKey, Refused>>>,
}

impl Twist for RemembersRefusals {
    fn submit(&self, beneath: &Arc<dyn Store>, command: Command, timeout: Duration) -> Pending<Answer> {
        let Some(key) = command.key.clone() else {
            return beneath.submit(command, timeout);
        };
        let known = self.refused.lock().unwrap_or_else(PoisonError::into_inner).get(&key).cloned();
        if let Some(refused) = known {
            return Box::pin(std::future::ready(Ok(Answer::Refused(refused))));
        }
        let pending = beneath.submit(command, timeout);
        let refusals = Arc::clone(&self.refused);
        Box::pin(async move {
            let answer = pending.await?;
            if let Answer::Refused(refused) = &answer {
                refusals.lock().unwrap_or_else(PoisonError::into_inner).insert(key, refused.clone());
            }
            Ok(answer)
        })
    }
}
