//! Which backends a run tests. All of them, unless it was asked to do without PostgreSQL: not every machine can have a
//! server, and one that is expected and absent is red.

use crate::workspace::Workspace;

use super::SUITE;

/// What tells the tests which backends to run on, by name with commas between; without it, on all.
const VARIABLE: &str = "NAILSAGE_TEST_BACKENDS";

/// The backend that can be left out, and the packages that are nothing without its server.
const POSTGRES: &str = "postgres";
const POSTGRES_PACKAGES: [&str; 2] = ["nailsage-store-postgres", "nailsage-test-postgres"];

/// The backends of a run.
#[derive(Debug)]
pub(crate) struct Backends {
    /// Those that every conformance case has to run on; none before the suite has its test target.
    pub(crate) names: Vec<String>,
    is_without_postgres: bool,
}

impl Backends {
    /// The memory backend and each `store-*` crate, but for what is left out.
    pub(crate) fn of(workspace: &Workspace, is_without_postgres: bool) -> Self {
        let suite = workspace.member(SUITE.0);
        let has_suite = suite.is_some_and(|suite| suite.tests.iter().any(|test| test == SUITE.1));
        let folders = workspace.crates.iter().map(|member| member.folder.as_str());
        let engines = folders.filter_map(|folder| folder.strip_prefix("crates/store-"));
        let all = std::iter::once("memory").chain(engines).filter(|_| has_suite);
        let names = all.filter(|name| !(is_without_postgres && *name == POSTGRES)).map(str::to_owned).collect();
        Self { names, is_without_postgres }
    }

    /// What to tell cargo beyond running every test.
    pub(crate) fn arguments(&self) -> Vec<&'static str> {
        let packages = POSTGRES_PACKAGES.iter().filter(|_| self.is_without_postgres);
        packages.flat_map(|package| ["--exclude", package]).collect()
    }

    /// The variable and its value for the tests; without a value it has to be absent, whatever the terminal says.
    pub(crate) fn variable(&self) -> (&'static str, Option<String>) {
        (VARIABLE, self.is_without_postgres.then(|| self.names.join(",")))
    }

    /// What to say of a run that was not the whole.
    pub(crate) fn note(&self) -> Option<&'static str> {
        self.is_without_postgres.then_some("without PostgreSQL, as asked: nothing was tested on it")
    }
}
