//! A store that keeps what a command had done before one of its actions was refused.

use std::{sync::Arc, time::Duration};

use nailsage_store::{Answer, Command, Pending, Store};

use super::split;
use crate::twisted::Twist;

pub(super) struct KeepsTheOverlay;

impl Twist for KeepsTheOverlay {
    fn submit(&self, beneath: &Arc<dyn Store>, command: Command, timeout: Duration) -> Pending<Answer> {
        let parts = split(&command);
        let pending = beneath.submit(command, timeout);
        let beneath = Arc::clone(beneath);
        Box::pin(async move {
            let answer = pending.await?;
            if let Answer::Refused(refused) = &answer {
                for part in parts.into_iter().take(refused.action_index.unwrap_or(0)) {
                    beneath.submit(part, timeout).await?;
                }
            }
            Ok(answer)
        })
    }
}
