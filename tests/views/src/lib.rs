//! Two books whose views were worked out by hand: their commands, and every row that the views must show, as text.
//!
//! Both backends run the same commands and compare their views with the same text, so a value that differs between
//! engines in its last digit fails on one of them.

mod columns;
mod expected;
mod recipes;
mod story;
mod text;

pub use columns::{VIEWS, View};
pub use expected::{ADDED_UP, CLOSED, OPEN, PERFORMANCE, RECENT_MAX, SIGNALS, recent_signal};
pub use recipes::{METRICS_RECIPES, RECIPES, blocks, grow_rich, trade};
pub use story::{StoryClock, play, signals, trading};
pub use text::{canonical, shown};
