//! A private book is gone when the program has ended.

#![allow(clippy::unwrap_used, reason = "a test says what it expects by failing")]

use std::{fs, process::Command};

#[test]
fn a_private_book_leaves_nothing_behind() {
    let folder = tempfile::tempdir().unwrap();
    let mut nailsage = Command::new(env!("CARGO_BIN_EXE_nailsage"));
    nailsage.env("TMPDIR", folder.path()).args(["--db", "sqlite::memory:", "db", "init"]);
    assert!(nailsage.status().unwrap().success());
    assert_eq!(fs::read_dir(folder.path()).unwrap().count(), 0);
}
