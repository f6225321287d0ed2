//! A store that does nothing before its future is polled.

use std::{sync::Arc, time::Duration};

use nailsage_store::{Answer, Command, Pending, Store};

use crate::twisted::Twist;

pub(super) struct WaitsToBePolled;

impl Twist for WaitsToBePolled {
    fn submit(&self, beneath: &Arc<dyn Store>, command: Command, timeout: Duration) -> Pending<Answer> {
        let beneath = Arc::clone(beneath);
        Box::pin(async move { beneath.submit(command, timeout).await })
    }
}
