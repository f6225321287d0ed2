//! Starting cargo from within a program that cargo started.

use std::env;
use std::ffi::OsStr;
use std::path::Path;
use std::process::Command;

use anyhow::{Context as _, Result, bail};

/// The cargo that runs this program, in `folder`.
pub(crate) fn cargo(folder: &Path) -> Command {
    let program = env::var_os("CARGO").unwrap_or_else(|| "cargo".into());
    clean(Command::new(program), folder)
}

/// The cargo of another toolchain, chosen by rustup, in `folder`.
pub(crate) fn cargo_of_toolchain(toolchain: &str, folder: &Path) -> Command {
    let mut command = clean(Command::new("cargo"), folder);
    command.env_remove("CARGO").env_remove("RUSTUP_TOOLCHAIN").arg(format!("+{toolchain}"));
    command
}

/// Runs it with its output left as it is; an error unless it succeeds.
pub(crate) fn run(command: &mut Command) -> Result<()> {
    let line = shown(command);
    println!("$ {line}");
    let status = command.status().with_context(|| format!("cannot start `{line}`"))?;
    if !status.success() {
        bail!("`{line}` failed ({status})");
    }
    Ok(())
}

/// The command as one would type it.
pub(crate) fn shown(command: &Command) -> String {
    let program = Path::new(command.get_program()).file_stem().unwrap_or_default().to_string_lossy().into_owned();
    let words = command.get_args().map(OsStr::to_string_lossy);
    std::iter::once(program.into()).chain(words).collect::<Vec<_>>().join(" ")
}

/// Takes out what `cargo run` told this program about itself: build scripts that watch those variables would
/// otherwise run again each time one changes between a terminal and this program.
fn clean(mut command: Command, folder: &Path) -> Command {
    for (name, _) in env::vars_os() {
        let text = name.to_string_lossy();
        if text.starts_with("CARGO_PKG_") || text.starts_with("CARGO_MANIFEST_") {
            command.env_remove(&name);
        }
    }
    command.current_dir(folder);
    command
}
