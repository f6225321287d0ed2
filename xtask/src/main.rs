//! `cargo xtask`: the project's checks and its test run. Everything the CI does is a command here.

mod bench;
mod cargo;
mod checks;
mod ci;
mod deny;
mod image;
mod oracle;
mod package;
mod schema;
mod soak;
mod test;
mod tidy;
mod workspace;

use std::process::ExitCode;

use clap::{Parser, Subcommand};

use crate::workspace::Workspace;

#[derive(Debug, Parser)]
#[command(name = "cargo xtask", about = "The project's checks and its test run")]
struct Arguments {
    #[command(subcommand)]
    command: Command,
}

#[derive(Debug, Clone, Subcommand)]
enum Command {
    /// Run every test and print the table of conformance cases by backend
    Test {
        /// Leave out what needs a PostgreSQL server, on a machine that can have none
        #[arg(long)]
        without_postgres: bool,
    },
    /// Run every check: tidy, fmt, clippy, docs, features, oracle, package
    Ci,
    /// Check the house rules: crate arrows, file heads and lengths, migrations, manifests
    Tidy,
    /// Check the formatting
    Fmt,
    /// Lint every target, warnings are errors
    Clippy,
    /// Build the documentation, warnings are errors
    Docs,
    /// Lint the facade with each of its feature sets
    Features,
    /// Ask public libraries about the committed ledgers and compare with what is committed; needs Python, once the network
    Oracle {
        /// Replace what is committed by what the libraries say
        #[arg(long)]
        accept: bool,
    },
    /// Package every publishable crate and build what was packaged
    Package,
    /// Compare the store with a loop written by hand and write docs/benchmarks.md; further arguments go to the benchmark
    Bench {
        /// For example `--submitters 64 --workload tick`, or `--part history` for what is left out otherwise; `-- --help` lists
        /// them
        #[arg(trailing_var_arg = true, allow_hyphen_values = true)]
        arguments: Vec<String>,
    },
    /// Write docs/schema.md from the migrations
    Schema,
    /// Build the image and make a book beside a server, with Docker
    Image,
    /// Run the long form of the crash and model tests: every fault, a hundred kills, thousands of random sequences
    Soak,
    /// Build everything with the oldest supported toolchain, which has to be installed
    Msrv,
    /// Check the dependencies for known defects, licences and sources; needs cargo-deny and the network
    Deny,
}

fn main() -> ExitCode {
    let command = Arguments::parse().command;
    let result = Workspace::load().and_then(|workspace| match command {
        Command::Test { without_postgres } => test::run(&workspace, without_postgres),
        Command::Ci => ci::run(&workspace),
        Command::Tidy => tidy::run(&workspace),
        Command::Fmt => checks::fmt(&workspace),
        Command::Clippy => checks::clippy(&workspace),
        Command::Docs => checks::docs(&workspace),
        Command::Features => checks::features(&workspace),
        Command::Oracle { accept } => oracle::run_oracle(&workspace, accept),
        Command::Package => package::run(&workspace),
        Command::Bench { arguments } => bench::run_benchmark(&workspace, &arguments),
        Command::Schema => schema::write_page(&workspace),
        Command::Soak => soak::run_soak(&workspace),
        Command::Msrv => checks::msrv(&workspace),
        Command::Image => image::run_image(&workspace),
        Command::Deny => deny::run_deny(&workspace),
    });
    match result {
        Ok(()) => ExitCode::SUCCESS,
        // The test run has said everything already, and its closing line has to stay the last one.
        Err(error) if error.is::<test::Red>() => ExitCode::FAILURE,
        Err(error) => {
            eprintln!("error: {error:#}");
            ExitCode::FAILURE
        }
    }
}
