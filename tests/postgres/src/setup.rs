//! Installing what the tests need on Debian and its kin, by the same script that prepares a fresh machine.

use std::{
    fs::File,
    path::PathBuf,
    process::{Command, Stdio},
};

use nix::unistd::geteuid;

/// Runs the script, unless what is wanted has appeared by then.
///
/// # Errors
///
/// Why that did not help.
pub(crate) fn install<T>(find: impl Fn() -> Option<T>) -> Result<T, String> {
    let script = PathBuf::from(env!("CARGO_MANIFEST_DIR")).join("../../xtask/setup-debian.sh");
    if !succeeds(Command::new("apt-get").arg("--version")) {
        return Err("this machine has no apt-get".to_owned());
    }
    if !geteuid().is_root() && !succeeds(Command::new("sudo").args(["--non-interactive", "true"])) {
        return Err("apt-get needs root, or sudo without a password".to_owned());
    }
    // Several test processes may have come this far; the lock ends with the file.
    let lock = File::open(&script).and_then(|file| file.lock().map(|()| file));
    let _lock = lock.map_err(|error| format!("{}: {error}", script.display()))?;
    if let Some(found) = find() {
        return Ok(found);
    }
    crate::say("installing what the tests need with xtask/setup-debian.sh");
    let output = Command::new(&script).stdin(Stdio::null()).output();
    let output = output.map_err(|error| format!("{}: {error}", script.display()))?;
    find().ok_or_else(|| {
        let said = [output.stdout, output.stderr].concat();
        format!("xtask/setup-debian.sh did not help:\n{}", String::from_utf8_lossy(&said))
    })
}

fn succeeds(command: &mut Command) -> bool {
    let status = command.stdin(Stdio::null()).stdout(Stdio::null()).stderr(Stdio::null()).status();
    status.is_ok_and(|status| status.success())
}
