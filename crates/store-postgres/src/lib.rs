//! The PostgreSQL backend of NailSage's paper-trading book: one writer, a pool of readers, one database.
//!
//! It holds SQL and the mapping between rows and values, and nothing else: what a command means is decided in
//! [`nailsage_store`]. Programs open it through the crate `nailsage`.

mod connection;
mod engine;
mod fault;
mod inspect;
mod load;
mod migrate;
mod numeric;
mod pipeline;
mod plans;
mod prepared;
mod reader;
mod readers;
mod reset;
mod rows;
pub mod sql;
mod store;
mod target;
mod tls;
mod write;

pub use store::PostgresStore;
