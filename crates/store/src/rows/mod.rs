//! Values of the book as rows of tables: which column holds what. An engine adds its SQL texts, which name the columns in
//! the order of these functions, and how it stores each kind of cell.

pub mod read;
mod write;

pub use read::Row;
pub use write::{Batch, Cell, Table, batches};
