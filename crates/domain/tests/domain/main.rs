//! What the values and rules promise, seen from outside. One binary, so that it is linked once.
#![allow(clippy::unwrap_used, reason = "a test that cannot go on fails where it stands")]
#![allow(clippy::similar_names, reason = "side and size are what the document calls them")]

mod equity_curve;
mod generate;
mod json;
mod metrics;
mod money;
mod names;
mod periods;
mod price;
mod records;
mod refresh;
mod refusals;
mod rules;
mod schoolbook;
mod vectors;
