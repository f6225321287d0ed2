//! Where this machine keeps PostgreSQL's programs.

use std::{
    env,
    path::{Path, PathBuf},
    process::Command,
};

use crate::given::OLDEST;

/// PostgreSQL's programs of one version.
#[derive(Debug, Clone)]
pub(crate) struct Binaries {
    pub(crate) folder: PathBuf,
    pub(crate) version: String,
    major: u32,
}

impl Binaries {
    /// The newest ones that will do.
    pub(crate) fn find() -> Option<Self> {
        let found = folders().into_iter().filter_map(|folder| Self::within(&folder));
        found.filter(|binaries| binaries.major >= OLDEST).max_by_key(|binaries| binaries.major)
    }

    fn within(folder: &Path) -> Option<Self> {
        // PATH may hold links to single programs; the others lie where the links lead to.
        let initdb = folder.join("initdb").canonicalize().ok()?;
        let folder = initdb.parent()?.to_owned();
        if !["pg_ctl", "postgres"].iter().all(|name| folder.join(name).is_file()) {
            return None;
        }
        let version = version_in(&said(&initdb, "--version")?)?;
        // "16.3", but also "17beta1".
        let digits = version.split(|char: char| !char.is_ascii_digit()).next()?;
        let major = digits.parse().ok()?;
        Some(Self { folder, version, major })
    }
}

/// Every folder that is worth a look, whether it is there or not.
fn folders() -> Vec<PathBuf> {
    let mut folders: Vec<_> = env::split_paths(&env::var_os("PATH").unwrap_or_default()).collect();
    // Debian keeps each version's apart, outside of PATH; so does Homebrew.
    for (parent, start) in [
        ("/usr/lib/postgresql", ""),
        ("/opt/homebrew/opt", "postgresql"),
        ("/usr/local/opt", "postgresql"),
        ("/home/linuxbrew/.linuxbrew/opt", "postgresql"),
    ] {
        let entries = Path::new(parent).read_dir().into_iter().flatten().flatten();
        let kept = entries.filter(|entry| entry.file_name().to_string_lossy().starts_with(start));
        folders.extend(kept.map(|entry| entry.path().join("bin")));
    }
    folders.extend(said(Path::new("pg_config"), "--bindir").map(|folder| PathBuf::from(folder.trim())));
    folders
}

fn said(program: &Path, argument: &str) -> Option<String> {
    let output = Command::new(program).arg(argument).output().ok().filter(|output| output.status.success())?;
    String::from_utf8(output.stdout).ok()
}

/// The version in "initdb (PostgreSQL) 15.7 (Debian 15.7-0+deb12u1)".
fn version_in(text: &str) -> Option<String> {
    let (_, after) = text.split_once("(PostgreSQL)")?;
    after.split_whitespace().next().map(str::to_owned)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_version_is_found_in_what_initdb_says() {
        let version = |text| version_in(text).unwrap_or_default();
        assert_eq!(version("initdb (PostgreSQL) 15.7 (Debian 15.7-0+deb12u1)\n"), "15.7");
        assert_eq!(version("initdb (PostgreSQL) 17beta1\n"), "17beta1");
        assert_eq!(version("something else"), "");
    }
}
