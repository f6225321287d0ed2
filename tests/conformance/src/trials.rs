//! The suite's trials: every case on every backend, then those that test the suite itself.

use std::{path::Path, sync::Arc};

use libtest_mimic::{Failed, Trial};

use crate::{backend, broken, cases, coverage, runner};

/// All trials: `promise::case [backend]` for every case and backend, `broken::…`, and `coverage::…`.
#[must_use]
pub fn trials() -> Vec<Trial> {
    let mut trials = Vec::new();
    for case in cases::all() {
        for backend in backend::backends() {
            let name = format!("{} [{}]", case.path(), backend.name());
            let run = move || runner::run(case, Arc::clone(&backend), runner::CASE_LIMIT).map_err(Failed::from);
            trials.push(Trial::test(name, run));
        }
    }
    for broken in broken::all() {
        trials.push(Trial::test(broken.trial_name(), move || broken.is_caught().map_err(Failed::from)));
    }
    trials.push(Trial::test("broken::unbroken_is_not_caught", || broken::unbroken().map_err(Failed::from)));
    trials.push(Trial::test("coverage::every_refusal_is_reached", || coverage::refusals().map_err(Failed::from)));
    trials.push(Trial::test("coverage::every_file_of_cases_is_declared", || every_file().map_err(Failed::from)));
    trials
}

/// A file that nobody declares compiles nothing and tests nothing.
fn every_file() -> Result<(), String> {
    let folder = Path::new(env!("CARGO_MANIFEST_DIR")).join("src/cases");
    let entries = folder.read_dir().map_err(|error| format!("reading {}: {error}", folder.display()))?;
    let mut undeclared = Vec::new();
    for entry in entries {
        let path = entry.map_err(|error| error.to_string())?.path();
        let name = path.file_stem().and_then(|name| name.to_str()).unwrap_or_default().to_owned();
        if !cases::FILES.contains(&name.as_str()) {
            undeclared.push(name);
        }
    }
    if undeclared.is_empty() { Ok(()) } else { Err(format!("not declared in cases.rs: {}", undeclared.join(", "))) }
}
