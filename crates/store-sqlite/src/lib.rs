//! The SQLite backend of NailSage's paper-trading book: one writer thread, a few readers, one file.
//!
//! It holds SQL and the mapping between rows and values, and nothing else: what a command means is decided in
//! [`nailsage_store`]. Programs open it through the crate `nailsage`.

mod connection;
mod engine;
mod fault;
mod inspect;
mod load;
mod migrate;
mod place;
mod reader;
mod readers;
mod reset;
mod rows;
pub mod sql;
mod store;
mod write;

pub use store::SqliteStore;
