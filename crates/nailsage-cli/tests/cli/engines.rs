//! One program, two engines: nobody who runs it can tell them apart.

use std::{fmt::Write as _, process::Command};

use nailsage_test_postgres::{Database, is_asked_for, server};
use num_bigint::BigInt;
use num_rational::BigRational;
use rusqlite::{Connection, types::ValueRef};

use crate::common::{Folder, Run, examples};

const STAMP: &str = "2022-02-01T00:00:00Z";

/// Every table, in the order of its key. When the schema was made is no matter of what was written, so `book` and the first
/// event are read without it, and the migrations' history not at all.
const TABLES: [(&str, &str, &str); 13] = [
    (
        "book",
        "id, schema_version, next_strategy_id, next_position_id, next_trade_id, next_signal_id, next_event_id, \
         next_snapshot_id, next_metric_id, commit_seq, metrics_from, metrics_at, pruning, updated_at",
        "id",
    ),
    ("strategies", "*", "id"),
    ("positions", "*", "id"),
    ("signals", "*", "id"),
    ("trades", "*", "id"),
    ("state_snapshots", "*", "id"),
    ("strategy_snapshots", "*", "snapshot_id, strategy_id"),
    ("performance_metrics", "*", "id"),
    (
        "event_log",
        "id, event_type, event_data, severity, strategy_id, \
         nullif(timestamp, (SELECT created_at FROM book)), nullif(created_at, (SELECT created_at FROM book))",
        "id",
    ),
    ("requests", "*", "request_key"),
    ("ledger", "*", "strategy_id, seq"),
    ("strategy_totals", "*", "strategy_id"),
    ("daily_totals", "*", "day_start, strategy_id"),
];

/// The views are compared as well: they are what people read.
const VIEWS: [(&str, &str); 4] = [
    ("v_open_positions", "id"),
    ("v_closed_positions", "id"),
    ("v_strategy_performance", "strategy_id"),
    ("v_recent_signals", "id DESC"),
];

/// A book of the same commands on each engine.
struct Pair {
    folder: Folder,
    database: Database,
}

impl Pair {
    /// None in a run that was asked to do without PostgreSQL, and says so at its end.
    fn asked_for() -> Option<Self> {
        is_asked_for().then(|| Self { folder: Folder::new(), database: server().database() })
    }

    fn on_postgres(&self, args: &[&str]) -> Command {
        let mut command = self.folder.command(args);
        command.env("DATABASE_URL", self.database.url());
        command
    }

    /// Runs the same on both and expects the same; what may differ is how long it took and where the book is.
    fn both(&self, args: &[&str], input: &[u8]) -> String {
        let sqlite = Run::with(self.folder.command(args), input);
        let postgres = Run::with(self.on_postgres(args), input);
        assert_eq!(postgres.code, sqlite.code, "{args:?}: {postgres:?}\n{sqlite:?}");
        assert_eq!(shown(&postgres), shown(&sqlite), "{args:?}");
        sqlite.stdout
    }
}

/// What a run says, without what belongs to the moment.
fn shown(run: &Run) -> String {
    let without_time = |line: &str| line.split(" recorded in ").next().unwrap_or_default().to_owned();
    let lines = |text: &str| text.lines().map(without_time).collect::<Vec<_>>().join("\n");
    format!("{}\n{}", lines(&run.stdout), lines(&run.stderr))
}

/// A number by its value and a text as it is, whatever the engine keeps it as.
fn canonical(text: &str) -> String {
    match number(text) {
        Some(number) => number.to_string(),
        None => text.to_owned(),
    }
}

fn number(text: &str) -> Option<BigRational> {
    let (mantissa, exponent) = text.split_once('e').unwrap_or((text, "0"));
    let (whole, fraction) = mantissa.split_once('.').unwrap_or((mantissa, ""));
    let digits = whole.strip_prefix('-').unwrap_or(whole);
    if digits.is_empty() || !digits.bytes().chain(fraction.bytes()).all(|byte| byte.is_ascii_digit()) {
        return None;
    }
    let exponent: i32 = exponent.parse().ok()?;
    let scale = exponent - i32::try_from(fraction.len()).ok()?;
    let value = BigRational::from_integer(format!("{whole}{fraction}").parse::<BigInt>().ok()?);
    let power = BigRational::from_integer(BigInt::from(10).pow(scale.unsigned_abs()));
    Some(if scale < 0 { value / power } else { value * power })
}

fn of_sqlite(connection: &Connection, sql: &str) -> Vec<Vec<Option<String>>> {
    let mut statement = connection.prepare(sql).unwrap();
    let count = statement.column_count();
    let cell = |value: ValueRef<'_>| match value {
        ValueRef::Null => None,
        ValueRef::Integer(value) => Some(value.to_string()),
        // Its shortest form is the decimal that it stands for.
        ValueRef::Real(value) => Some(format!("{value}")),
        ValueRef::Text(text) => Some(String::from_utf8(text.to_vec()).unwrap()),
        ValueRef::Blob(bytes) => Some(bytes.iter().fold("\\x".to_owned(), |mut hex, byte| {
            write!(hex, "{byte:02x}").unwrap();
            hex
        })),
    };
    let rows = statement.query_map([], |row| (0..count).map(|column| row.get_ref(column).map(cell)).collect());
    rows.unwrap().map(Result::unwrap).collect()
}

/// PostgreSQL shows truth as t and f; no text in a book is only that.
fn of_postgres(database: &Database, sql: &str) -> Vec<Vec<Option<String>>> {
    let truth = |cell: String| match cell.as_str() {
        "t" => "1".to_owned(),
        "f" => "0".to_owned(),
        _ => cell,
    };
    database.rows(sql).into_iter().map(|row| row.into_iter().map(|cell| cell.map(truth)).collect()).collect()
}

fn must_be_the_same(connection: &Connection, database: &Database, name: &str, sql: &str) -> usize {
    let (sqlite, postgres) = (of_sqlite(connection, sql), of_postgres(database, sql));
    assert_eq!(sqlite.len(), postgres.len(), "rows of {name}");
    let canonical = |row: &Vec<Option<String>>| row.iter().flatten().map(|cell| canonical(cell)).collect::<Vec<_>>();
    for (index, (ours, theirs)) in sqlite.iter().zip(&postgres).enumerate() {
        let nulls = |row: &Vec<Option<String>>| row.iter().map(Option::is_none).collect::<Vec<_>>();
        assert_eq!(nulls(ours), nulls(theirs), "NULLs in row {index} of {name}:\n{ours:?}\n{theirs:?}");
        assert_eq!(canonical(ours), canonical(theirs), "row {index} of {name}, SQLite then PostgreSQL");
    }
    sqlite.len()
}

#[test]
fn the_demo_writes_the_same_rows_on_both_engines_to_the_last_digit() {
    let Some(pair) = Pair::asked_for() else { return };
    pair.both(&["demo", "--quiet", "--stamp", STAMP], b"");
    let connection = Connection::open(pair.folder.path().join("nailsage.db")).unwrap();
    let mut counts = Vec::new();
    for (table, columns, order) in TABLES {
        let sql = format!("SELECT {columns} FROM {table} ORDER BY {order}");
        counts.push((table, must_be_the_same(&connection, &pair.database, table, &sql)));
    }
    for (view, order) in VIEWS {
        must_be_the_same(&connection, &pair.database, view, &format!("SELECT * FROM {view} ORDER BY {order}"));
    }
    let written = counts.iter().filter(|(_, count)| *count > 2).count();
    assert!(written >= 11, "the demo fills the tables: {counts:?}");
    for args in [
        &["performance"][..],
        &["overview"],
        &["pnl", "days"],
        &["pnl", "leaderboard"],
        &["equity"],
        &["equity", "--points", "50", "--format", "csv"],
    ] {
        pair.both(args, b"");
    }
    let picture = |command: Command| {
        let run = Run::with(command, b"");
        assert_eq!(run.code, Some(0), "{run:?}");
        std::fs::read(pair.folder.path().join("equity.png")).unwrap()
    };
    let args = ["equity", "--strategy", "1", "--png", "equity.png"];
    assert!(picture(pair.folder.command(&args)) == picture(pair.on_postgres(&args)), "two pictures");
}

#[test]
fn every_command_prints_the_same_on_both_engines() {
    let Some(pair) = Pair::asked_for() else { return };
    let input = examples().join("\n");
    pair.both(&["ingest", "--stamp", STAMP], input.as_bytes());
    // A second time, every keyed line is a repeat.
    pair.both(&["ingest", "--stamp", STAMP], input.as_bytes());
    let change = ["--reason", "why", "--at", "2022-01-01T00:00:00Z", "--key"];
    for (what, amount) in [("deposit", "5"), ("withdraw", "2.5"), ("set", "12000"), ("withdraw", "1000000")] {
        pair.both(&[&["bankroll", what, "my-bot/v1@7", amount][..], &change, &[what]].concat(), b"");
    }
    let at = ["--at", "2022-01-02T00:00:00Z"];
    pair.both(&[&["snapshot", "take", "--key", "snapshot"][..], &at].concat(), b"");
    for list in [&["performance"][..], &["metrics", "show"]] {
        pair.both(list, b"");
    }
    pair.both(&[&["metrics", "refresh"][..], &at].concat(), b"");
    for list in [
        &["strategies"][..],
        &["snapshot", "list"],
        &["snapshot", "list", "--strategy", "my-bot/v1@7", "--newest", "--limit", "1"],
        &["metrics", "show"],
        &["metrics", "show", "--timeframe", "daily", "--strategy", "1", "--limit", "1"],
        &["metrics", "show", "--timeframe", "weekly", "--all-strategies", "--since", "2021-12-01"],
        &["performance"],
        &["performance", "--strategy", "1", "--sort", "name"],
        &["overview"],
        &["pnl", "days"],
        &["pnl", "days", "--strategy", "1", "--newest", "--limit", "1"],
        &["pnl", "leaderboard", "--since", "2021-12-31"],
        &["equity"],
        &["equity", "--strategy", "1", "--since", "2021-12-31", "--until", "2022-01-01"],
        &["strategies", "--inactive"],
        &["positions"],
        &["positions", "--open", "--newest", "--limit", "2"],
        &["positions", "--closed", "--strategy", "my-bot/v1@7"],
        &["trades", "--position", "1"],
        &["trades", "--after", "2"],
        &["signals", "list", "--suppressed"],
        &["signals", "list", "--executed"],
        &["ledger", "show", "my-bot/v1@7"],
        &["ledger", "show", "nobody/v1@7"],
        &["bankroll", "show", "1"],
        &["events", "list", "--min-severity", "warning"],
        &["events", "list", "--since", "2021-12-31", "--after", "1"],
        &["events", "list", "--since", "9000d", "--after", "1"],
        &["db", "status"],
    ] {
        for format in ["table", "csv", "json"] {
            // The last changes were stamped by the machine's clock.
            let args = [list, &["--format", format]].concat();
            let (sqlite, postgres) = (pair.folder.run(&args), Run::with(pair.on_postgres(&args), b""));
            assert_eq!(postgres.code, sqlite.code, "{args:?}: {postgres:?}");
            assert_eq!(
                crate::lists::without_row_stamps(&shown(&postgres)),
                crate::lists::without_row_stamps(&shown(&sqlite))
            );
        }
    }
}

#[test]
fn making_a_book_is_the_same_on_both_engines() {
    let Some(pair) = Pair::asked_for() else { return };
    for args in [&["strategies"][..], &["db", "status"], &["bankroll", "set", "1", "5", "--reason", "why"]] {
        let (sqlite, postgres) = (pair.folder.run(args), Run::with(pair.on_postgres(args), b""));
        assert_eq!((sqlite.code, postgres.code), (Some(2), Some(2)), "{args:?}: {postgres:?}");
        assert!(postgres.stderr.starts_with("error: there is no book at postgresql://"), "{postgres:?}");
    }
    assert_eq!(pair.database.rows("SELECT 1 FROM pg_class WHERE relname = 'book'").len(), 0, "nothing was made");
    pair.both(&["db", "init"], b"");
    pair.both(&["db", "init"], b"");
    pair.both(&["demo", "--help"], b"");
}

const REGISTER: &str =
    r#"{"at":1640991660000,"actions":[{"action":"register_strategy","strategy":"bot/v1@7","interval":"1m"}]}"#;

/// A cent paid in twice, as one command.
fn deposit(key: &str) -> String {
    let action = r#"{"action":"adjust_bankroll","strategy":"bot/v1@7","change":{"deposit":"0.005"},"reason":"test"}"#;
    format!(r#"{{"key":"{key}","at":1640991660000,"actions":[{action},{action}]}}"#)
}

#[test]
fn eight_processes_that_start_at_once_make_one_book() {
    let Some(pair) = Pair::asked_for() else { return };
    let starting: Vec<_> = (0..8).map(|_| pair.on_postgres(&["db", "init"])).collect();
    let starting = starting.into_iter().map(|command| std::thread::spawn(move || Run::with(command, b"")));
    for starter in starting.collect::<Vec<_>>() {
        let run = starter.join().unwrap();
        assert_eq!(run.code, Some(0), "{run:?}");
    }
    assert_eq!(pair.database.rows("SELECT version FROM refinery_schema_history").len(), 1);
}

#[test]
fn two_processes_write_to_one_database_and_lose_nothing() {
    let Some(pair) = Pair::asked_for() else { return };
    let register =
        r#"{"at":1640991660000,"actions":[{"action":"register_strategy","strategy":"bot/v1@7","interval":"1m"}]}"#;
    assert_eq!(Run::with(pair.on_postgres(&["ingest"]), register.as_bytes()).code, Some(0));
    // Half of the keys are sent by both: those happen once.
    let lines = |process: usize| {
        let own = (0..500).map(move |index| deposit(&format!("{process}-{index}")));
        let shared = (0..500).map(|index| deposit(&format!("shared-{index}")));
        own.zip(shared).flat_map(|(own, shared)| [own, shared]).collect::<Vec<_>>().join("\n")
    };
    let writing = [0, 1].map(|process| {
        let (command, input) = (pair.on_postgres(&["ingest"]), lines(process));
        std::thread::spawn(move || Run::with(command, input.as_bytes()))
    });
    for process in writing {
        let run = process.join().unwrap();
        assert_eq!(run.code, Some(0), "{}", run.stderr);
        assert_eq!(run.answers().len(), 1_000);
    }
    assert_eq!(pair.database.rows("SELECT current_bankroll FROM strategies"), [[Some("10015.000000".to_owned())]]);
    let ledger = pair.database.rows("SELECT count(*), sum(delta_micros), max(seq) FROM ledger");
    assert_eq!(ledger, [["3001", "15000000", "3001"].map(|text| Some(text.to_owned()))]);
}

/// What was answered is there, nothing is there by half, and sending everything again completes it.
#[cfg(unix)]
#[test]
fn an_ingest_that_is_killed_loses_nothing_that_it_answered() {
    use std::{
        io::{BufRead as _, BufReader, Write as _},
        process::Stdio,
    };

    let Some(pair) = Pair::asked_for() else { return };
    assert_eq!(Run::with(pair.on_postgres(&["ingest"]), REGISTER.as_bytes()).code, Some(0));
    let lines: Vec<_> = (0..2_000).map(|index| deposit(&format!("k{index}"))).collect();
    for round in 0..4 {
        let mut command = pair.on_postgres(&["ingest"]);
        let mut child = command.stdin(Stdio::piped()).stdout(Stdio::piped()).stderr(Stdio::null()).spawn().unwrap();
        let (mut stdin, input) = (child.stdin.take().unwrap(), lines[..500 * (round + 1)].join("\n"));
        // The process dies while it is written to.
        let writer = std::thread::spawn(move || drop(stdin.write_all(input.as_bytes())));
        let mut answers = BufReader::new(child.stdout.take().unwrap()).lines();
        // The first lines were answered in earlier rounds; those after them are new.
        let answered = answers.by_ref().take(500 * round + 100).map(Result::unwrap).count();
        child.kill().unwrap();
        child.wait().unwrap();
        // A line that was cut off is no answer.
        let answered = answered + answers.map_while(Result::ok).filter(|line| line.ends_with('}')).count();
        writer.join().unwrap();
        let known = pair.database.rows("SELECT request_key FROM requests");
        let known: std::collections::BTreeSet<_> = known.into_iter().flatten().flatten().collect();
        let missing = (0..answered).find(|index| !known.contains(&format!("k{index}")));
        assert_eq!(missing, None, "answered and not there");
        let half =
            "SELECT request_key FROM ledger WHERE request_key IS NOT NULL GROUP BY request_key HAVING count(*) <> 2";
        assert!(pair.database.rows(half).is_empty(), "there by half");
    }
    let again = Run::with(pair.on_postgres(&["ingest"]), lines.join("\n").as_bytes());
    assert_eq!(again.code, Some(0), "{}", again.stderr);
    assert_eq!(pair.database.rows("SELECT current_bankroll FROM strategies"), [[Some("10020.000000".to_owned())]]);
}
