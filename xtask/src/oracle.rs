//! The oracle: what public libraries say about the committed ledgers is what was committed. The tests compare the
//! metrics with that; here it is worked out anew, in a Python environment of its own.

use std::fs;
use std::path::{Path, PathBuf};
use std::process::Command;

use anyhow::{Context as _, Result};

use crate::cargo::run;
use crate::workspace::Workspace;

/// Its folder from the root.
const FOLDER: &str = "tests/oracle";

const NEEDS_PYTHON: &str = "the oracle needs Python 3.11 or later with its module venv, as `python3`: on Debian xtask/setup-debian.sh installs it";
const NEEDS_NETWORK: &str = "the oracle's libraries could not be installed: let pip reach a package index (the network, or PIP_INDEX_URL \
     for a mirror) and run `cargo xtask oracle` again; once installed they are kept in the target folder";
const HAS_CHANGED: &str = "the libraries do not say what is committed, or do not agree. If the change is meant: `cargo xtask oracle --accept`, \
     then read the difference";

/// Compares what is committed, or with `accepts` replaces it.
pub(crate) fn run_oracle(workspace: &Workspace, accepts: bool) -> Result<()> {
    let source = workspace.root.join(FOLDER);
    let environment = Environment { folder: workspace.target_folder.join("oracle") };
    let requirements = source.join("requirements.txt");
    let wanted =
        fs::read_to_string(&requirements).with_context(|| format!("cannot read {}", requirements.display()))?;
    if !environment.has(&wanted) {
        environment.install(&requirements, &wanted)?;
    }
    let script = source.join("oracle.py");
    run(environment.python().arg(script).arg(if accepts { "accept" } else { "check" })).context(HAS_CHANGED)
}

/// A Python environment, and a note of what was installed in it.
struct Environment {
    folder: PathBuf,
}

impl Environment {
    /// Whether just that is installed.
    fn has(&self, wanted: &str) -> bool {
        fs::read_to_string(self.note()).is_ok_and(|installed| installed == wanted)
    }

    fn install(&self, requirements: &Path, wanted: &str) -> Result<()> {
        // What is no longer wanted would otherwise stay, and a half-made environment would be taken for a whole one.
        if self.folder.exists() {
            fs::remove_dir_all(&self.folder).with_context(|| format!("cannot remove {}", self.folder.display()))?;
        }
        let program = if cfg!(windows) { "python" } else { "python3" };
        run(Command::new(program).args(["-m", "venv"]).arg(self.venv())).context(NEEDS_PYTHON)?;
        let arguments = ["-m", "pip", "install", "--quiet", "--disable-pip-version-check", "--requirement"];
        run(self.python().args(arguments).arg(requirements)).context(NEEDS_NETWORK)?;
        fs::write(self.note(), wanted).with_context(|| format!("cannot write {}", self.note().display()))
    }

    /// Its interpreter, which writes nothing outside of the environment.
    fn python(&self) -> Command {
        let program = if cfg!(windows) { "Scripts/python.exe" } else { "bin/python" };
        let mut command = Command::new(self.venv().join(program));
        let cache = self.folder.join("cache");
        command.env("PYTHONDONTWRITEBYTECODE", "1").env("MPLCONFIGDIR", &cache).env("XDG_CACHE_HOME", &cache);
        command
    }

    fn venv(&self) -> PathBuf {
        self.folder.join("venv")
    }

    fn note(&self) -> PathBuf {
        self.folder.join("installed.txt")
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn libraries_are_installed_again_when_others_are_wanted_and_only_then() {
        let folder = tempfile::tempdir().unwrap();
        let environment = Environment { folder: folder.path().to_owned() };
        assert!(!environment.has("pandas==1"), "nothing is installed yet");
        fs::write(environment.note(), "pandas==1").unwrap();
        assert!(environment.has("pandas==1"));
        assert!(!environment.has("pandas==2"));
    }
}
