//! Refreshing the metrics of all periods.

mod book;
mod edges;
mod extremes;
mod flows;
mod incremental;
mod order;
mod stored;
