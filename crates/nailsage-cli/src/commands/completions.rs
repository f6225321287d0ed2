//! `nailsage completions`.

use std::io::{self, Write as _};

use clap::CommandFactory as _;

use crate::{
    cli::{Cli, CompletionsArgs},
    failure::Failure,
};

pub(crate) fn run(args: &CompletionsArgs) -> Result<(), Failure> {
    let mut script = Vec::new();
    clap_complete::generate(args.shell, &mut Cli::command(), "nailsage", &mut script);
    let mut out = io::stdout().lock();
    out.write_all(&script)?;
    Ok(out.flush()?)
}
