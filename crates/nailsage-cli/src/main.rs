//! The program `nailsage`: paper trading from the command line.
//!
//! Exit codes: 0 done, 1 a rule refused something or a line was not accepted, 2 it could not run. Whoever stops
//! reading our output early (`nailsage trades | head`) has what they wanted, so a broken pipe is no error.

mod cli;
mod commands;
mod failure;
mod output;

use std::{
    io::{self, IsTerminal as _},
    process::ExitCode,
};

use clap::Parser;

use crate::{cli::Cli, output::screen};

fn main() -> ExitCode {
    let cli = Cli::parse();
    log_to_stderr(cli.global.verbose);
    let runtime = match tokio::runtime::Builder::new_multi_thread().worker_threads(1).enable_all().build() {
        Ok(runtime) => runtime,
        Err(error) => return failure::Failure::Runtime(error).report(),
    };
    let result = runtime.block_on(commands::run(cli));
    // Not waiting for its threads: one may sit in a read of standard input that never ends.
    runtime.shutdown_background();
    match result {
        Ok(code) => code,
        Err(failure) => failure.report(),
    }
}

/// Standard error, but not into a picture on the same terminal, which says itself what is wrong.
fn stderr_unless_drawn_on() -> Box<dyn io::Write> {
    if screen::is_there() && io::stderr().is_terminal() { Box::new(io::sink()) } else { Box::new(io::stderr()) }
}

/// Logs go to standard error, so that standard output holds nothing but answers.
fn log_to_stderr(verbose: u8) {
    use tracing_subscriber::{EnvFilter, filter::LevelFilter};

    let level = match verbose {
        0 => LevelFilter::WARN,
        1 => LevelFilter::INFO,
        2 => LevelFilter::DEBUG,
        _ => LevelFilter::TRACE,
    };
    let filter = EnvFilter::builder().with_default_directive(level.into()).from_env_lossy();
    tracing_subscriber::fmt()
        .with_env_filter(filter)
        .with_writer(stderr_unless_drawn_on)
        .with_ansi(io::stderr().is_terminal())
        .init();
}
