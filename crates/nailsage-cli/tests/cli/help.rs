//! The help of every command, word for word.

use crate::common::Folder;

/// Every command with a help page of its own.
pub(crate) const COMMANDS: [&str; 39] = [
    "",
    "demo",
    "ingest",
    "db",
    "db init",
    "db migrate",
    "db status",
    "db reset",
    "strategies",
    "positions",
    "trades",
    "signals",
    "signals list",
    "signals funnel",
    "recover",
    "ledger",
    "ledger show",
    "bankroll",
    "bankroll show",
    "bankroll set",
    "bankroll deposit",
    "bankroll withdraw",
    "events",
    "events list",
    "events tail",
    "overview",
    "pnl",
    "pnl days",
    "pnl leaderboard",
    "performance",
    "equity",
    "snapshot",
    "snapshot take",
    "snapshot list",
    "metrics",
    "metrics refresh",
    "metrics show",
    "watch",
    "completions",
];

#[test]
fn the_help_of_every_command_is_as_agreed() {
    let folder = Folder::new();
    for command in COMMANDS {
        let args: Vec<&str> = command.split_whitespace().chain(["--help"]).collect();
        let run = folder.run(&args);
        let name = if command.is_empty() { "nailsage".to_owned() } else { command.replace(' ', "-") };
        insta::assert_snapshot!(name, format!("{}{}", run.stdout, run.stderr));
    }
}

#[test]
fn short_help_fits_a_screen() {
    let run = Folder::new().run(&["-h"]);
    assert_eq!(run.code, Some(0));
    assert!(run.stdout.lines().count() <= 40, "{}", run.stdout);
    assert!(run.stdout.lines().all(|line| line.chars().count() <= 100), "{}", run.stdout);
}

#[test]
fn without_a_command_it_says_what_there_is() {
    let run = Folder::new().run(&[]);
    assert_eq!(run.code, Some(2));
    assert!(run.stderr.contains("nailsage demo"), "{run:?}");
}

#[test]
fn a_password_in_the_environment_is_never_shown() {
    let folder = Folder::new();
    let url = "postgresql://me:s3cret@host/db";
    for args in [&["--help"][..], &["strategies"], &["db", "init"], &["strategies", "--nonsense"]] {
        let output = folder.command(args).env("DATABASE_URL", url).output().expect("the program runs");
        let run = crate::common::Run::of(&output);
        assert!(!format!("{run:?}").contains("s3cret"), "{run:?}");
    }
}
