//! `nailsage metrics`.

mod columns;
pub(super) mod period;
mod refresh;
mod show;

pub(crate) use self::{refresh::refresh, show::show};
