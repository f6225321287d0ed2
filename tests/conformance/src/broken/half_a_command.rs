//! A store that carries a command out action by action, each in a commit of its own.

use std::{sync::Arc, time::Duration};

use nailsage_store::{Answer, Command, Pending, Store};

use super::{join, split};
use crate::twisted::Twist;

pub(super) struct ShowsHalfACommand;

impl Twist for ShowsHalfACommand {
    fn submit(&self, beneath: &Arc<dyn Store>, command: Command, timeout: Duration) -> Pending<Answer> {
        if command.actions.len() < 2 {
            return beneath.submit(command, timeout);
        }
        let mut parts = split(&command);
        // The last part carries the key, so that repeating is the one thing that still works.
        if let Some(last) = parts.last_mut() {
            last.key = command.key;
        }
        let beneath = Arc::clone(beneath);
        Box::pin(async move {
            let mut answers = Vec::new();
            for part in parts {
                answers.push(beneath.submit(part, timeout));
                tokio::task::yield_now().await;
            }
            join(answers).await
        })
    }
}
