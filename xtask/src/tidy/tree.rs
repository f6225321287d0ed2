//! The project's files, without what was built.

use std::fs;
use std::io;
use std::path::{Path, PathBuf};

use anyhow::{Context as _, Result};

/// The files below a folder. Links are neither followed nor listed: what they lead to is listed where it is.
#[derive(Debug)]
pub(crate) struct Tree {
    root: PathBuf,
    files: Vec<String>,
}

impl Tree {
    pub(crate) fn walk(root: &Path) -> Result<Self> {
        let mut files = Vec::new();
        walk(root, "", &mut files).with_context(|| format!("cannot read {}", root.display()))?;
        files.sort();
        Ok(Self { root: root.to_owned(), files })
    }

    /// All files, from the root, with `/`, sorted.
    pub(crate) fn files(&self) -> &[String] {
        &self.files
    }

    /// Those with that ending.
    pub(crate) fn files_with(&self, ending: &str) -> impl Iterator<Item = &str> {
        let files = self.files.iter().map(String::as_str);
        files.filter(move |path| path.ends_with(ending))
    }

    /// Names of the folders directly in that one.
    pub(crate) fn folders_in(&self, folder: &str) -> Vec<&str> {
        let prefix = format!("{folder}/");
        let below = self.files.iter().filter_map(|path| path.strip_prefix(&prefix));
        let mut names: Vec<_> = below.filter_map(|rest| Some(rest.split_once('/')?.0)).collect();
        names.dedup();
        names
    }

    /// A path of it as the system knows it.
    pub(crate) fn path(&self, path: &str) -> PathBuf {
        self.root.join(path)
    }

    /// A file's bytes; none if it cannot be read, which the rule that wants it has to say.
    pub(crate) fn bytes(&self, path: &str) -> Vec<u8> {
        fs::read(self.path(path)).unwrap_or_default()
    }

    /// A file's text, with `\n` at its lines' ends even where git checks out others.
    pub(crate) fn text(&self, path: &str) -> String {
        String::from_utf8_lossy(&self.bytes(path)).replace('\r', "")
    }
}

fn walk(folder: &Path, prefix: &str, files: &mut Vec<String>) -> io::Result<()> {
    for entry in fs::read_dir(folder)? {
        let entry = entry?;
        let name = entry.file_name().to_string_lossy().into_owned();
        let path = format!("{prefix}{name}");
        let kind = entry.file_type()?;
        if kind.is_file() {
            files.push(path);
        } else if kind.is_dir() && !is_built(&entry.path(), &name) {
            walk(&entry.path(), &format!("{path}/"), files)?;
        }
    }
    Ok(())
}

/// Cargo marks its target folders, whatever they are called, with this file.
fn is_built(folder: &Path, name: &str) -> bool {
    name == ".git" || folder.join("CACHEDIR.TAG").exists()
}
