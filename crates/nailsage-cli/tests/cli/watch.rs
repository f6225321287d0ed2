//! `nailsage watch`: what it draws, that it goes on, and that the terminal is put back on every way out.

use crate::common::{Folder, Run, examples};

/// One with three strategies more than the examples have.
fn with_more(folder: &Folder, names: &[&str]) {
    let lines: Vec<String> = names
        .iter()
        .map(|name| {
            format!(
                r#"{{"at":1640991600000,"actions":[{{"action":"register_strategy","strategy":"{name}/v1@9","interval":"1m"}}]}}"#
            )
        })
        .collect();
    assert_eq!(folder.run_with(&["ingest"], lines.join("\n").as_bytes()).code, Some(0));
}

const OPEN: &str = r#"{"at":1640995260000,"actions":[{"action":"open_position","strategy":"second/v1@9","side":"long","price":"100"},{"action":"open_position","strategy":"second/v1@9","side":"long","price":"100"}]}"#;
const MARK: &str = r#"{"at":1640995320000,"actions":[{"action":"mark_market","starlisting_id":9,"price":"110"}]}"#;

/// What does not depend on the moment.
fn without_time(text: &str, folder: &Folder) -> String {
    let place = folder.path().canonicalize().unwrap().display().to_string();
    let text = text.replace(&place, "FOLDER");
    let (head, rest) = text.split_once(" at ").unwrap();
    let (_, rest) = rest.split_once('\n').unwrap();
    format!("{head} at TIME\n{rest}")
}

#[test]
fn without_a_terminal_it_prints_one_plain_picture() {
    let folder = Folder::with_examples();
    with_more(&folder, &["second", "third"]);
    assert_eq!(folder.run_with(&["ingest"], format!("{OPEN}\n{MARK}").as_bytes()).code, Some(0));
    for args in [&["watch"][..], &["watch", "--once"]] {
        let text = folder.ok(args);
        assert!(!text.contains('\u{1b}'), "{text}");
        insta::assert_snapshot!("picture", without_time(&text, &folder));
    }
    insta::assert_snapshot!("picture-csv", folder.ok(&["watch", "--format", "csv"]));
    let rows: serde_json::Value = serde_json::from_str(&folder.ok(&["watch", "--format", "json"])).unwrap();
    assert_eq!(rows[1]["num_open_positions"], 2);
    assert_eq!(rows[1]["total_unrealized_pnl"], "200");
}

#[test]
fn an_empty_book_says_what_to_do_next() {
    let folder = Folder::new();
    folder.ok(&["db", "init"]);
    assert!(folder.ok(&["watch"]).contains("No strategies yet."));
    assert_eq!(folder.ok(&["watch", "--format", "json"]), "[]\n");
}

#[test]
fn it_shows_the_same_on_both_engines() {
    use nailsage_test_postgres::{is_asked_for, server};

    if !is_asked_for() {
        return;
    }
    let (folder, database) = (Folder::with_examples(), server().database());
    let on_postgres = |args: &[&str], input: &[u8]| {
        let mut command = folder.command(args);
        command.env("DATABASE_URL", database.url());
        Run::with(command, input)
    };
    assert_eq!(on_postgres(&["ingest"], examples().join("\n").as_bytes()).code, Some(0));
    let table = |text: &str| text.split_once('\n').unwrap().1.to_owned();
    assert_eq!(table(&on_postgres(&["watch"], b"").stdout), table(&folder.ok(&["watch"])));
}

#[cfg(unix)]
mod at_a_terminal {
    use nix::sys::signal::Signal;

    use super::*;
    use crate::terminal::Terminal;

    fn watching(folder: &Folder) -> Terminal {
        let terminal = Terminal::run(folder, &["watch", "--interval", "0.1"], (24, 160), None);
        terminal.until_shown("my-bot/v1@7");
        terminal
    }

    #[test]
    fn every_way_out_puts_the_terminal_back() {
        let folder = Folder::with_examples();
        for (keys, code) in [("q", 0), ("\u{1b}", 0), ("\u{3}", 130)] {
            let mut terminal = watching(&folder);
            assert!(!terminal.is_in_order(), "keys are read one by one");
            terminal.type_in(keys);
            assert_eq!(terminal.exit_code(), Some(code), "{keys:?}");
            terminal.assert_put_back();
        }
        let signals = [(Signal::SIGINT, 130), (Signal::SIGTERM, 143), (Signal::SIGHUP, 129), (Signal::SIGQUIT, 131)];
        for (signal, code) in signals {
            let mut terminal = watching(&folder);
            terminal.send(signal);
            assert_eq!(terminal.exit_code(), Some(code), "{signal}");
            terminal.assert_put_back();
        }
    }

    #[test]
    fn a_mistyped_place_is_told_before_anything_is_drawn() {
        let folder = Folder::new();
        let mut terminal = Terminal::run(&folder, &["watch"], (24, 80), None);
        assert_eq!(terminal.exit_code(), Some(2));
        terminal.until("it says so", |terminal| terminal.seen().contains("there is no book at"));
        assert!(!terminal.seen().contains("\u{1b}[?1049h"), "{:?}", terminal.seen());
    }

    #[test]
    fn what_changes_is_drawn_in_place() {
        let folder = Folder::with_examples();
        let mut terminal = watching(&folder);
        with_more(&folder, &["newcomer"]);
        terminal.until_shown("newcomer/v1@9");
        terminal.until_shown("2 strategies");
        folder.ok(&["bankroll", "set", "newcomer/v1@9", "4321", "--reason", "less"]);
        terminal.until_shown("4,321.00");
        terminal.until_shown("bankroll_adjusted");
        folder.ok(&["db", "reset", "--yes"]);
        terminal.until_shown("No strategies yet.");
        terminal.type_in("q");
        assert_eq!(terminal.exit_code(), Some(0));
    }

    #[test]
    fn a_book_that_does_not_answer_is_waited_for() {
        let folder = Folder::with_examples();
        let mut terminal = watching(&folder);
        let other = rusqlite::Connection::open(folder.path().join("nailsage.db")).unwrap();
        // No whole number of millionths has this double.
        other.execute("UPDATE strategies SET current_bankroll = 0.12345678", []).unwrap();
        terminal.until_shown("RECONNECTING");
        assert!(terminal.picture().join("\n").contains("my-bot/v1@7"), "the last table stays");
        other.execute("UPDATE strategies SET current_bankroll = 7654.5", []).unwrap();
        terminal.until_shown("7,654.50");
        assert!(!terminal.picture().join("\n").contains("RECONNECTING"));
        terminal.type_in("q");
        assert_eq!(terminal.exit_code(), Some(0));
    }

    #[test]
    fn a_server_that_goes_and_comes_back_is_waited_for() {
        use nailsage_test_postgres::{Cluster, is_asked_for};

        if !is_asked_for() {
            return;
        }
        let cluster = Cluster::on_disk(&[]);
        let (folder, database) = (Folder::new(), cluster.database());
        let mut command = folder.command(&["ingest"]);
        command.env("DATABASE_URL", database.url());
        assert_eq!(Run::with(command, examples().join("\n").as_bytes()).code, Some(0));
        let mut terminal = Terminal::run(&folder, &["watch", "--interval", "0.1"], (24, 160), Some(database.url()));
        terminal.until_shown("my-bot/v1@7");
        cluster.stop_immediately();
        terminal.until_shown("RECONNECTING");
        assert!(terminal.picture().join("\n").contains("my-bot/v1@7"), "the last table stays");
        assert!(!terminal.seen().contains("WARN"), "logs would spoil the picture: {}", terminal.seen());
        cluster.start_again();
        terminal.until("it goes on", |terminal| !terminal.picture().join("\n").contains("RECONNECTING"));
        terminal.send(Signal::SIGTERM);
        assert_eq!(terminal.exit_code(), Some(143));
        terminal.assert_put_back();
    }

    #[test]
    fn a_small_window_shows_what_fits_and_the_totals() {
        let folder = Folder::with_examples();
        let names: Vec<String> = (0..20).map(|number| format!("more-{number}")).collect();
        with_more(&folder, &names.iter().map(String::as_str).collect::<Vec<_>>());
        let mut terminal = Terminal::run(&folder, &["watch", "--interval", "0.1"], (12, 80), None);
        terminal.until_shown("21 strategies");
        let picture = terminal.picture();
        assert!(picture.len() <= 12, "{picture:#?}");
        assert!(picture.iter().all(|line| line.chars().count() <= 80), "{picture:#?}");
        assert!(picture.join("\n").contains("… 18 more"), "{picture:#?}");
        terminal.type_in("q");
        assert_eq!(terminal.exit_code(), Some(0));
        // The fewer lines there are, the more goes before a strategy and the totals do.
        for height in 7..12 {
            let mut terminal = Terminal::run(&folder, &["watch", "--interval", "0.1"], (height, 80), None);
            terminal.until_shown("21 strategies");
            let picture = terminal.picture();
            assert!(picture.len() <= usize::from(height), "{picture:#?}");
            assert!(picture.join("\n").contains("my-bot/v1@7"), "{picture:#?}");
            terminal.type_in("q");
            assert_eq!(terminal.exit_code(), Some(0));
        }
    }
}
