//! Whose processes servers are: PostgreSQL and PgBouncer refuse to run as root.

use std::{
    fs::Permissions,
    os::unix::{
        fs::{MetadataExt, PermissionsExt, chown},
        process::CommandExt,
    },
    path::{Path, PathBuf},
    process::Command,
};

use nix::unistd::{User, geteuid};
use rustix::fs::statvfs;
use tempfile::TempDir;

/// The account that servers run under.
#[derive(Debug)]
pub(crate) enum Account {
    /// The tests' own.
    Own,
    /// Another one, which root may choose.
    Other(User),
}

impl Account {
    pub(crate) fn for_servers() -> Self {
        if !geteuid().is_root() {
            return Self::Own;
        }
        let known = |name| User::from_name(name).ok().flatten();
        let user = known("postgres").or_else(|| known("nobody"));
        Self::Other(user.expect("a machine without the user nobody is unknown to these tests"))
    }

    /// Makes a command run under this account.
    pub(crate) fn take(&self, command: &mut Command) {
        if let Self::Other(user) = self {
            command.uid(user.uid.as_raw()).gid(user.gid.as_raw());
        }
    }

    /// Hands a file or a folder over.
    pub(crate) fn own(&self, path: &Path) {
        if let Self::Other(user) = self {
            let given = chown(path, Some(user.uid.as_raw()), Some(user.gid.as_raw()));
            given.unwrap_or_else(|error| panic!("{} cannot be given to {}: {error}", path.display(), user.name));
        }
    }

    /// A temporary folder that belongs to this account and nobody else enters; in memory if there is room and it is
    /// asked for.
    pub(crate) fn home(&self, in_memory: bool) -> TempDir {
        let parent = memory().filter(|_| in_memory).unwrap_or_else(|| self.parent());
        let home = tempfile::Builder::new().prefix("nailsage-test-").tempdir_in(&parent);
        let home = home.unwrap_or_else(|error| panic!("no folder can be made in {}: {error}", parent.display()));
        let closed = std::fs::set_permissions(home.path(), Permissions::from_mode(0o700));
        closed.expect("a folder's maker may say who enters it");
        self.own(home.path());
        home
    }

    /// The folder for temporary files of root may be closed to others, who could then not remove what is theirs.
    fn parent(&self) -> PathBuf {
        let usual = std::env::temp_dir();
        if matches!(self, Self::Own) || is_open(&usual) { usual } else { PathBuf::from("/tmp") }
    }
}

/// Linux's folder in memory. A server writes each new database to its log and its files, 15 MB that a disk takes ten
/// times as long for.
fn memory() -> Option<PathBuf> {
    const ROOM: u64 = 2 << 30;
    let folder = PathBuf::from("/dev/shm");
    let free = statvfs(&folder).ok().map(|shm| shm.f_frsize * shm.f_bavail);
    (free.is_some_and(|free| free >= ROOM) && is_open(&folder)).then_some(folder)
}

fn is_open(folder: &Path) -> bool {
    const OTHERS_MAY_WRITE: u32 = 0o002;
    folder.metadata().is_ok_and(|folder| folder.mode() & OTHERS_MAY_WRITE != 0)
}
