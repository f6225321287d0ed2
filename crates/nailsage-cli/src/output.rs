//! How answers are printed: as tables for people, as JSON and CSV for programs.

pub(crate) mod cell;
pub(crate) mod figure;
pub(crate) mod listing;
pub(crate) mod money;
pub(crate) mod pipe;
pub(crate) mod screen;
pub(crate) mod table;
pub(crate) mod time;
pub(crate) mod zone;

pub(crate) use cell::Cell;
pub(crate) use figure::Figure;
pub(crate) use listing::{Column, Listing};
