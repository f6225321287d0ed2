//! Files that may not be read or written. Changing who asks for one thread alone is Linux's.

use std::{fs, os::unix::fs::PermissionsExt as _, thread};

use nailsage_store::{Access, OpenError};
use nix::unistd::{Uid, setfsuid};

use crate::{
    book::{create, open},
    open::ALL,
};

/// Runs something as nobody, as far as files are concerned; root may otherwise read everything.
fn as_nobody<T: Send + 'static>(act: impl FnOnce() -> T + Send + 'static) -> T {
    let act = move || {
        if Uid::effective().is_root() {
            // It changes the calling thread only.
            setfsuid(Uid::from_raw(65_534));
        }
        act()
    };
    thread::spawn(act).join().unwrap()
}

#[test]
fn no_permission_is_refused_as_such() {
    let folder = tempfile::tempdir().unwrap();
    fs::set_permissions(folder.path(), fs::Permissions::from_mode(0o755)).unwrap();
    let path = folder.path().join("book.db");
    drop(create(&path));
    fs::set_permissions(&path, fs::Permissions::from_mode(0o000)).unwrap();
    for access in ALL {
        let path = path.clone();
        let error = as_nobody(move || open(&path, access)).unwrap_err();
        assert!(matches!(error, OpenError::PermissionDenied { .. }), "{error:?}");
    }

    // A folder in which nothing can be made.
    fs::set_permissions(folder.path(), fs::Permissions::from_mode(0o555)).unwrap();
    let new = folder.path().join("new.db");
    let error = as_nobody(move || open(&new, Access::Create)).unwrap_err();
    assert!(matches!(error, OpenError::PermissionDenied { .. }), "{error:?}");

    // A file that may be read and not written.
    fs::set_permissions(&path, fs::Permissions::from_mode(0o444)).unwrap();
    let error = as_nobody(move || open(&path, Access::Existing)).unwrap_err();
    assert!(matches!(error, OpenError::PermissionDenied { .. }), "{error:?}");
    fs::set_permissions(folder.path(), fs::Permissions::from_mode(0o755)).unwrap();
}
