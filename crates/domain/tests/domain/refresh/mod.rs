//! Refreshing the metrics of all periods.

mod book;
mod edges;
mod extremes;
mod flows;
mod incremental;
mod joining;
mod order;
mod stored;
