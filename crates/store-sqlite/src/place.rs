//! Where a book lies: its path, and whether SQLite can be trusted there.

use std::{
    io,
    path::{Path, PathBuf},
};

use nailsage_store::OpenError;

/// The folder of a path that may be a bare file name.
pub(crate) fn folder_of(path: &Path) -> PathBuf {
    match path.parent() {
        Some(parent) if !parent.as_os_str().is_empty() => parent.to_owned(),
        _ => PathBuf::from("."),
    }
}

/// How many symbolic links may lead to a book, as in the kernel.
const LINKS_MAX: usize = 40;

/// The one path by which a book is known, whatever it was called: absolute, with its links followed, also where there is
/// no file yet. So two names of one file share a lock, and no name means anything else to SQLite, to which `file:` and
/// `:memory:` do.
pub(crate) fn resolve(path: &Path) -> io::Result<PathBuf> {
    let mut path = std::path::absolute(path)?;
    for _ in 0..LINKS_MAX {
        let Ok(target) = std::fs::read_link(&path) else { break };
        // A relative target is relative to the link's folder; an absolute one replaces it.
        path = folder_of(&path).join(target);
    }
    let name = path.file_name().ok_or_else(|| io::Error::from(io::ErrorKind::InvalidInput))?;
    match std::fs::canonicalize(folder_of(&path)) {
        Ok(folder) => Ok(folder.join(name)),
        // A folder that is not there is told apart later, with the path as it is.
        Err(error) if error.kind() == io::ErrorKind::NotFound => Ok(path),
        Err(error) => Err(error),
    }
}

/// Refuses a network file system: its locks and shared memory do not keep what SQLite's write-ahead log needs.
pub(crate) fn ensure_local(path: &Path) -> Result<(), OpenError> {
    match network_kind(&folder_of(path)) {
        Some(kind) => Err(OpenError::NetworkFileSystem { place: path.display().to_string(), kind }),
        None => Ok(()),
    }
}

#[cfg(any(target_os = "linux", target_os = "android"))]
fn network_kind(folder: &Path) -> Option<String> {
    /// Kernel names of network file systems and their magic numbers (statfs(2), linux/magic.h). FUSE is not among them:
    /// it serves local disks as well.
    const NETWORK: [(i64, &str); 9] = [
        (0x0102_1997, "9p"),
        (0x6969, "nfs"),
        (0xff53_4d42, "cifs"),
        (0xfe53_4d42, "smb2"),
        (0x517b, "smb"),
        (0x564c, "ncp"),
        (0x0bd0_0bd0, "lustre"),
        (0x00c3_6400, "ceph"),
        (0x5346_414f, "afs"),
    ];
    // A folder that cannot be asked is left to opening the file, which says better what is wrong.
    let kind = nix::sys::statfs::statfs(folder).ok()?.filesystem_type().0;
    NETWORK.iter().find(|(magic, _)| i128::from(*magic) == i128::from(kind)).map(|(_, name)| (*name).to_owned())
}

#[cfg(any(target_os = "macos", target_os = "ios", target_os = "freebsd", target_os = "openbsd"))]
fn network_kind(folder: &Path) -> Option<String> {
    // A folder that cannot be asked is left to opening the file, which says better what is wrong.
    let stat = nix::sys::statfs::statfs(folder).ok()?;
    let is_local = stat.flags().contains(nix::mount::MntFlags::MNT_LOCAL);
    (!is_local).then(|| stat.filesystem_type_name().to_owned())
}

#[cfg(not(any(
    target_os = "linux",
    target_os = "android",
    target_os = "macos",
    target_os = "ios",
    target_os = "freebsd",
    target_os = "openbsd"
)))]
fn network_kind(folder: &Path) -> Option<String> {
    use std::path::{Component, Prefix};
    let full = std::path::absolute(folder).ok()?;
    match full.components().next() {
        Some(Component::Prefix(prefix)) if matches!(prefix.kind(), Prefix::UNC(..) | Prefix::VerbatimUNC(..)) => {
            Some("a network share".to_owned())
        }
        _ => None,
    }
}
