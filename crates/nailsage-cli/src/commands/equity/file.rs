//! Writing a picture in one step: whoever looks at the file sees the old picture or the new one.

use std::{
    fs,
    io::{self, Write as _},
    path::Path,
};

/// Writes beside the file and puts it in its place. Only a regular file is replaced.
pub(super) fn replace(path: &Path, bytes: &[u8]) -> io::Result<()> {
    let permissions = match fs::symlink_metadata(path) {
        Ok(found) if found.is_file() => Some(found.permissions()),
        Ok(_) => return Err(io::Error::new(io::ErrorKind::AlreadyExists, "what is there is no regular file")),
        Err(error) if error.kind() == io::ErrorKind::NotFound => None,
        Err(error) => return Err(error),
    };
    let folder = path.parent().filter(|folder| !folder.as_os_str().is_empty()).unwrap_or(Path::new("."));
    let mut builder = tempfile::Builder::new();
    builder.prefix(".nailsage-picture-");
    #[cfg(unix)]
    if permissions.is_none() {
        use std::os::unix::fs::PermissionsExt as _;

        // What any new file gets, less what the user's mask takes away; a temporary one is for its owner alone.
        builder.permissions(fs::Permissions::from_mode(0o666));
    }
    // Dropped on any error, which removes it.
    let mut beside = builder.tempfile_in(folder)?;
    beside.write_all(bytes)?;
    if let Some(permissions) = permissions {
        beside.as_file().set_permissions(permissions)?;
    }
    beside.as_file().sync_all()?;
    beside.persist(path).map_err(|error| error.error)?;
    Ok(())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_file_is_replaced_whole_and_nothing_is_left_beside_it() -> io::Result<()> {
        let folder = tempfile::tempdir()?;
        let path = folder.path().join("equity.svg");
        for bytes in [&b"a long first picture"[..], b"second"] {
            replace(&path, bytes)?;
            assert_eq!(fs::read(&path)?, bytes);
            assert_eq!(fs::read_dir(folder.path())?.count(), 1);
        }
        Ok(())
    }

    #[test]
    fn what_is_no_regular_file_stays() -> io::Result<()> {
        let folder = tempfile::tempdir()?;
        let path = folder.path().join("folder");
        fs::create_dir(&path)?;
        let error = replace(&path, b"picture").expect_err("a folder");
        assert_eq!(error.kind(), io::ErrorKind::AlreadyExists);
        assert_eq!(fs::read_dir(folder.path())?.count(), 1, "nothing is left beside it");
        #[cfg(unix)]
        {
            let (link, kept) = (folder.path().join("link"), folder.path().join("kept"));
            fs::write(&kept, b"kept")?;
            std::os::unix::fs::symlink(&kept, &link)?;
            assert!(replace(&link, b"picture").is_err());
            assert_eq!(fs::read(&kept)?, b"kept");
        }
        Ok(())
    }

    #[cfg(unix)]
    #[test]
    fn a_replaced_file_keeps_its_permissions_and_a_new_one_gets_the_usual_ones() -> io::Result<()> {
        use std::os::unix::fs::PermissionsExt as _;

        let folder = tempfile::tempdir()?;
        let mode = |path: &Path| fs::metadata(path).map(|found| found.permissions().mode() & 0o777);
        let (usual, picture) = (folder.path().join("usual"), folder.path().join("picture"));
        fs::write(&usual, b"")?;
        replace(&picture, b"picture")?;
        assert_eq!(mode(&picture)?, mode(&usual)?);
        fs::set_permissions(&picture, fs::Permissions::from_mode(0o640))?;
        replace(&picture, b"again")?;
        assert_eq!(mode(&picture)?, 0o640);
        Ok(())
    }
}
