//! Runs the conformance suite: `cargo test -p nailsage-conformance -- [FILTER] [--list]`.

use libtest_mimic::Arguments;

fn main() {
    let arguments = Arguments::from_args();
    libtest_mimic::run(&arguments, nailsage_conformance::trials()).exit();
}
