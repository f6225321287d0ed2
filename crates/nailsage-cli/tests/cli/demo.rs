//! The demo on its synthetic month: every number in the book is checked by arithmetic that shares nothing with it.

use std::{
    collections::{BTreeMap, BTreeSet},
    fmt::Write as _,
};

use crate::common::Folder;
use num_bigint::BigInt;
use num_rational::BigRational;
use serde_json::Value;

/// Everything that a run wrote.
struct Book {
    strategies: Vec<Value>,
    positions: Vec<Value>,
    trades: Vec<Value>,
    signals: Vec<Value>,
    events: Vec<Value>,
    ledgers: Vec<Vec<Value>>,
}

impl Book {
    fn of(folder: &Folder) -> Self {
        let strategies = folder.records(&["strategies"]);
        let ledgers = strategies
            .iter()
            .map(|strategy| folder.records(&["ledger", "show", &strategy["id"].to_string()]))
            .collect();
        Self {
            positions: folder.records(&["positions"]),
            trades: folder.records(&["trades"]),
            signals: folder.records(&["signals", "list"]),
            events: folder.records(&["events", "list"]),
            strategies,
            ledgers,
        }
    }

    fn tables(&mut self) -> Vec<&mut Vec<Value>> {
        let mut tables =
            vec![&mut self.strategies, &mut self.positions, &mut self.trades, &mut self.signals, &mut self.events];
        tables.extend(&mut self.ledgers);
        tables
    }

    /// Without what depends on when it was written.
    fn without_stamps(mut self) -> Vec<Vec<Value>> {
        for table in self.tables() {
            for row in table {
                row.as_object_mut().unwrap().retain(|name, _| name != "created_at" && name != "updated_at");
            }
        }
        // When the book was made.
        self.events[0].as_object_mut().unwrap().remove("timestamp");
        self.tables().into_iter().map(std::mem::take).collect()
    }
}

fn decimal(value: &Value) -> BigRational {
    let text = value.as_str().unwrap_or_else(|| panic!("{value} is no decimal string"));
    let (whole, fraction) = text.split_once('.').unwrap_or((text, ""));
    let digits: BigInt = format!("{whole}{fraction}").parse().unwrap();
    BigRational::new(digits, BigInt::from(10).pow(u32::try_from(fraction.len()).unwrap()))
}

/// Rounds half to even at the sixth decimal.
fn to_micros(value: &BigRational) -> BigRational {
    let million = BigRational::from_integer(BigInt::from(1_000_000));
    let scaled = value * &million;
    let floor = scaled.floor();
    let rest = &scaled - &floor;
    let half = BigRational::new(BigInt::from(1), BigInt::from(2));
    let is_even = (floor.to_integer() % BigInt::from(2)) == BigInt::from(0);
    let up = rest > half || (rest == half && !is_even);
    (floor + BigRational::from_integer(BigInt::from(i32::from(up)))) / million
}

/// ±size × (price − entry) / entry, rounded once.
fn gross(position: &Value, price: &Value) -> BigRational {
    let entry = decimal(&position["entry_price"]);
    let moved = decimal(&position["size"]) * (decimal(price) - &entry) / entry;
    to_micros(&if position["side"] == "long" { moved } else { -moved })
}

fn text(value: &Value) -> &str {
    value.as_str().unwrap()
}

fn demo() -> (Folder, String) {
    let folder = Folder::new();
    let shown = folder.ok(&["demo"]);
    (folder, shown)
}

#[test]
fn every_number_of_the_synthetic_month_is_right() {
    let (folder, _) = demo();
    let book = Book::of(&folder);
    assert_eq!(book.strategies.len(), 3);

    let mut trades_of: BTreeMap<i64, Vec<&Value>> = BTreeMap::new();
    for trade in &book.trades {
        trades_of.entry(trade["position_id"].as_i64().unwrap()).or_default().push(trade);
    }
    assert!(book.positions.len() > 100, "only {} positions", book.positions.len());
    for position in &book.positions {
        check_position(position, &trades_of[&position["id"].as_i64().unwrap()]);
    }
    assert_eq!(trades_of.len(), book.positions.len());
    for (strategy, ledger) in book.strategies.iter().zip(&book.ledgers) {
        check_ledger(strategy, ledger, &book.positions);
    }
    check_signals(&book);
}

/// P&L, and one entry and one exit trade that agree with the position.
fn check_position(position: &Value, trades: &[&Value]) {
    let is_open = position["status"] == "open";
    assert_eq!(trades.len(), if is_open { 1 } else { 2 }, "{position}");
    let side = text(&position["side"]);
    let fees: BigRational = trades.iter().map(|trade| decimal(&trade["fees"])).sum();
    assert_eq!(fees, decimal(&position["fees_paid"]), "{position}");
    assert_eq!(trades[0]["trade_type"], format!("open_{side}"));
    assert_eq!(
        (&trades[0]["price"], &trades[0]["timestamp"]),
        (&position["entry_price"], &position["entry_timestamp"])
    );
    for trade in trades {
        assert_eq!(trade["size"], position["size"]);
        assert!(decimal(&trade["fees"]) > BigRational::from_integer(BigInt::from(0)));
        assert!(decimal(&trade["slippage"]) > BigRational::from_integer(BigInt::from(0)));
    }
    if is_open {
        assert_eq!(decimal(&position["unrealized_pnl"]), gross(position, &position["mark_price"]), "{position}");
        return;
    }
    assert_eq!(decimal(&position["realized_pnl"]), gross(position, &position["exit_price"]) - fees, "{position}");
    assert_eq!(trades[1]["trade_type"], format!("close_{side}"));
    assert_eq!((&trades[1]["price"], &trades[1]["timestamp"]), (&position["exit_price"], &position["exit_timestamp"]));
}

/// The bankroll is what it began with and every delta of the ledger, each of which is a position's P&L.
fn check_ledger(strategy: &Value, ledger: &[Value], positions: &[Value]) {
    let mut balance = decimal(&strategy["initial_bankroll"]);
    let mut realized = BigRational::from_integer(BigInt::from(0));
    for (place, entry) in ledger.iter().enumerate() {
        assert_eq!(entry["seq"], place + 1);
        let delta = decimal(&entry["delta"]);
        if entry["kind"] == "close" {
            let position = positions.iter().find(|position| position["id"] == entry["position_id"]).unwrap();
            assert_eq!(position["strategy_id"], strategy["id"]);
            assert_eq!(entry["delta"], position["realized_pnl"]);
            realized += &delta;
        } else {
            assert_eq!(entry["delta"], "0", "{entry}");
        }
        balance += delta;
        assert_eq!(decimal(&entry["balance"]), balance, "{entry}");
    }
    assert_eq!(decimal(&strategy["current_bankroll"]), balance);
    assert_eq!(decimal(&strategy["total_realized_pnl"]), realized);
    let closed = positions.iter().filter(|row| row["strategy_id"] == strategy["id"] && row["status"] != "open").count();
    assert_eq!(strategy["num_closed_positions"], closed);
    assert_eq!(ledger.iter().filter(|entry| entry["kind"] == "close").count(), closed);
}

/// Executed signals have trades, suppressed ones a reason, and all that the demo promises to show is there.
fn check_signals(book: &Book) {
    let mut trades_of: BTreeMap<i64, Vec<&str>> = BTreeMap::new();
    for trade in &book.trades {
        let position = &book.positions[usize::try_from(trade["position_id"].as_i64().unwrap()).unwrap() - 1];
        let is_entry = text(&trade["trade_type"]).starts_with("open");
        let by_signal = is_entry || position["exit_reason"] == "signal";
        assert_eq!(trade["signal_id"].is_i64(), by_signal, "{trade} of {position}");
        if let Some(signal) = trade["signal_id"].as_i64() {
            trades_of.entry(signal).or_default().push(text(&trade["trade_type"]));
        }
    }
    // All pages were read: ids are dense.
    assert_eq!(book.signals.last().unwrap()["id"], book.signals.len());
    let mut reasons = BTreeSet::new();
    for signal in &book.signals {
        let is_traded = trades_of.contains_key(&signal["id"].as_i64().unwrap());
        assert_eq!(signal["was_executed"], is_traded, "{signal}");
        if is_traded {
            assert!(signal["rejection_reason"].is_null(), "{signal}");
        } else {
            reasons.insert(text(&signal["rejection_reason"]).to_owned());
        }
    }
    for reason in ["cooldown", "duplicate", "low_confidence"] {
        assert!(reasons.contains(reason), "no signal was suppressed for {reason}: {reasons:?}");
    }
    assert!(trades_of.values().any(|types| types.len() == 2 && types[0] != types[1]), "there was no reversal");
    let exits: BTreeSet<&str> = book.positions.iter().filter_map(|row| row["exit_reason"].as_str()).collect();
    assert_eq!(exits, BTreeSet::from(["signal", "stop_loss", "take_profit"]));
    assert!(book.ledgers.iter().flatten().any(|entry| entry["kind"] == "stops"), "no stop was moved");
}

#[test]
fn the_same_data_gives_the_same_rows() {
    let one = Book::of(&demo().0).without_stamps();
    let other = Book::of(&demo().0).without_stamps();
    assert!(one == other, "two runs differ");
}

#[test]
fn a_second_run_adds_a_set_of_its_own_and_touches_nothing() {
    let (folder, _) = demo();
    let first = Book::of(&folder);
    folder.ok(&["demo", "--quiet"]);
    let both = Book::of(&folder);
    assert_eq!(both.strategies[..3], first.strategies);
    assert_eq!(both.positions[..first.positions.len()], first.positions);
    assert_eq!(both.ledgers[..3], first.ledgers);
    for (one, other) in first.strategies.iter().zip(&both.strategies[3..]) {
        assert_eq!((&other["version"], &other["starlisting_id"]), (&Value::from("v2"), &Value::from(2)));
        assert_eq!(one["strategy_name"], other["strategy_name"]);
        assert_eq!(one["current_bankroll"], other["current_bankroll"]);
    }
}

#[test]
fn the_report_is_as_agreed() {
    let (_, shown) = demo();
    let shown = shown.replace(crate::common::PROGRAM, "nailsage");
    // Its speed is the machine's.
    let lines = shown.lines().map(|line| match line.split_once(" commands recorded in ") {
        Some((commands, _)) => format!("{commands} commands recorded in SECONDS"),
        None => line.to_owned(),
    });
    insta::assert_snapshot!(lines.collect::<Vec<_>>().join("\n"));
}

#[test]
fn the_report_for_programs_agrees_with_the_book() {
    let folder = Folder::new();
    let report: Value = serde_json::from_str(&folder.ok(&["demo", "--format", "json"])).unwrap();
    assert_eq!(report["run"]["data"]["source"], "synthetic");
    assert_eq!(report["run"]["data"]["seed"], 1);
    let status: Value = serde_json::from_str(&folder.ok(&["db", "status", "--format", "json"])).unwrap();
    assert_eq!(report["run"]["commands"], status["commit_seq"]);
    let strategies = folder.records(&["strategies"]);
    for (result, strategy) in report["strategies"].as_array().unwrap().iter().zip(&strategies) {
        assert_eq!(result["current_bankroll"], strategy["current_bankroll"]);
        assert_eq!(result["num_trades"], strategy["num_closed_positions"]);
        assert_eq!(result["total_return_usdt"], strategy["total_realized_pnl"]);
    }
    let csv = Folder::new().ok(&["demo", "--format", "csv"]);
    assert_eq!(csv.lines().count(), 4, "{csv}");
}

#[test]
fn a_file_of_a_few_candles_with_a_gap_is_traded_without_statistics() {
    let folder = Folder::new();
    let mut csv = "timestamp,open,high,low,close,volume\n".to_owned();
    for minute in [0, 1, 2, 7, 8] {
        writeln!(csv, "2022-01-01 00:{minute:02}:00.000000,100.5,101.0,100.0,100.7,12.5").unwrap();
    }
    folder.write("few.csv", csv.as_bytes());
    let shown = folder.ok(&["demo", "--candles", "few.csv", "--quiet"]);
    let shown: Vec<&str> = shown.lines().filter(|line| !line.contains("recorded in")).collect();
    insta::assert_snapshot!(shown.join("\n"));
}

#[test]
fn a_market_that_somebody_trades_is_left_alone() {
    let folder = Folder::new();
    let register =
        r#"{"at":1640991600000,"actions":[{"action":"register_strategy","strategy":"mine/v1@1","interval":"1m"}]}"#;
    folder.run_with(&["ingest"], register.as_bytes());
    folder.ok(&["demo", "--quiet"]);
    let keys: Vec<_> = folder
        .records(&["strategies"])
        .iter()
        .map(|row| (text(&row["version"]).to_owned(), row["starlisting_id"].as_i64().unwrap()))
        .collect();
    assert_eq!(keys[1..], [("v1".to_owned(), 2), ("v1".to_owned(), 2), ("v1".to_owned(), 2)]);
}
