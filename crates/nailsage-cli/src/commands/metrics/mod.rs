//! `nailsage metrics`.

mod columns;
mod period;
mod refresh;
mod show;

pub(crate) use self::{refresh::refresh, show::show};
