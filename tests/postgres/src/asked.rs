//! Whether a run wants PostgreSQL at all.

use std::env;

/// Names the backends of a run, with commas between; all of them if it is not set.
const VARIABLE: &str = "NAILSAGE_TEST_BACKENDS";

/// Whether this run tests PostgreSQL. It does unless it was asked to do without: a server that is expected and absent is
/// red, not skipped.
#[must_use]
pub fn is_asked_for() -> bool {
    env::var(VARIABLE).map_or(true, |backends| backends.split(',').any(|backend| backend == "postgres"))
}
