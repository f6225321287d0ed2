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

#[cfg(test)]
mod tests {
    use std::{fs, path::Path};

    /// A block of the compose file: its lines below this one that are further in.
    fn block<'a>(text: &'a str, head: &str) -> Vec<&'a str> {
        let mut lines = text.lines().skip_while(|line| *line != head);
        assert_eq!(lines.next(), Some(head), "{text}");
        let depth = head.len() - head.trim_start().len();
        let is_inside = |line: &&str| line.is_empty() || line.len() - line.trim_start().len() > depth;
        lines.take_while(is_inside).map(str::trim).filter(|line| !line.starts_with('#')).collect()
    }

    #[test]
    fn the_compose_file_makes_the_book_before_anything_uses_it() {
        let path = Path::new(env!("CARGO_MANIFEST_DIR")).join("../docker-compose.yml");
        let text = fs::read_to_string(path).expect("the compose file");
        let all = block(&text, "x-nailsage: &nailsage").join("\n");
        assert!(all.contains("DATABASE_URL: postgresql://nailsage:${DB_PASSWORD}@postgres:5432/nailsage"), "{all}");
        let server = block(&text, "  postgres:").join("\n");
        for of_url in ["POSTGRES_DB: nailsage", "POSTGRES_USER: nailsage", "POSTGRES_PASSWORD: ${DB_PASSWORD:?"] {
            assert!(server.contains(of_url), "{server}");
        }
        assert!(server.contains("image: postgres:15") && server.contains("pg_isready"), "{server}");
        let init = block(&text, "  init:").join("\n");
        assert!(init.contains("<<: *nailsage\ncommand: [db, init]\n"), "{init}");
        assert!(init.contains("depends_on: &server\npostgres:\ncondition: service_healthy"), "{init}");
        let tool = block(&text, "  nailsage:").join("\n");
        assert!(tool.contains("<<: *server\ninit:\ncondition: service_completed_successfully"), "{tool}");
    }
}
