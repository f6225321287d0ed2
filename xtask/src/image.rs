//! The image and the compose file, tried for real. Needs Docker, so it is not part of `cargo xtask ci`.

use std::process::Command;

use anyhow::{Context as _, Result};

use crate::cargo::run;
use crate::workspace::Workspace;

/// Its volumes are removed afterwards, so they are never those of somebody's book.
const PROJECT: &str = "nailsage-xtask";

/// Builds the image, makes a book beside a server, and looks at it with a second container.
pub(crate) fn run_image(workspace: &Workspace) -> Result<()> {
    let compose = |arguments: &[&str]| {
        let mut command = Command::new("docker");
        // Of a server that is removed below.
        command
            .args(["compose", "--project-name", PROJECT])
            .args(arguments)
            .env("DB_PASSWORD", "of-a-server-that-is-removed-again");
        run(command.current_dir(&workspace.root)).context("it needs Docker with its compose plugin")
    };
    let result = compose(&["run", "--build", "--rm", "init"])
        .and_then(|()| compose(&["run", "--rm", "nailsage", "db", "status"]));
    // Whatever came of it, nothing is left behind; what failed first is what is told.
    let removed = compose(&["down", "--volumes"]);
    result.and(removed)
}
