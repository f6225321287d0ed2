//! A clock that stands still, and that stops or panics when a case asks it to.
//!
//! A store asks its clock once while it decides a command. So the clock is where a case can get into the middle of a
//! command without any door in the product.

use std::{
    sync::{Arc, Condvar, Mutex, MutexGuard, PoisonError},
    time::Duration,
};

use nailsage_domain::UnixMillis;
use nailsage_store::Clock;

use crate::sample;

/// What the clock says when it panics; the panic hook keeps quiet about it.
pub(crate) const CLOCK_PANIC: &str = "the clock panics because the case asked it to";

/// The clock of a fixture.
#[derive(Debug)]
pub(crate) struct TestClock {
    hands: Mutex<Hands>,
    is_released: Condvar,
}

#[derive(Debug)]
struct Hands {
    now: UnixMillis,
    calls_before_panic: Option<u32>,
    is_held: bool,
    waiting: u32,
}

impl TestClock {
    pub(crate) fn new() -> Self {
        let hands = Hands { now: sample::stamp(0), calls_before_panic: None, is_held: false, waiting: 0 };
        Self { hands: Mutex::new(hands), is_released: Condvar::new() }
    }

    /// Puts it to another time.
    pub(crate) fn set(&self, now: UnixMillis) {
        self.lock().now = now;
    }

    /// Makes one call panic: the first one after this many others.
    pub(crate) fn panic_after(&self, calls: u32) {
        self.lock().calls_before_panic = Some(calls);
    }

    /// Makes whoever asks wait until the hold is dropped.
    pub(crate) fn hold(self: &Arc<Self>) -> Hold {
        self.lock().is_held = true;
        Hold { clock: Arc::clone(self) }
    }

    /// The panic happens without the lock, so the hands are whole whatever became of it.
    fn lock(&self) -> MutexGuard<'_, Hands> {
        self.hands.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

impl Clock for TestClock {
    fn now(&self) -> UnixMillis {
        let mut hands = self.lock();
        hands.waiting += 1;
        let mut hands =
            self.is_released.wait_while(hands, |hands| hands.is_held).unwrap_or_else(PoisonError::into_inner);
        hands.waiting -= 1;
        let now = hands.now;
        let is_to_panic = hands.calls_before_panic == Some(0);
        hands.calls_before_panic = hands.calls_before_panic.and_then(|calls| calls.checked_sub(1));
        drop(hands);
        assert!(!is_to_panic, "{CLOCK_PANIC}");
        now
    }
}

/// A clock that is held.
#[derive(Debug)]
pub(crate) struct Hold {
    clock: Arc<TestClock>,
}

impl Hold {
    /// Waits until somebody has asked the clock: then a command is in the middle of being decided.
    pub(crate) async fn is_reached(&self) {
        while self.clock.lock().waiting == 0 {
            tokio::time::sleep(Duration::from_millis(1)).await;
        }
    }
}

impl Drop for Hold {
    fn drop(&mut self) {
        self.clock.lock().is_held = false;
        self.clock.is_released.notify_all();
    }
}
