//! Equity curves: in the terminal, as data and as pictures.

use std::path::Path;

use crate::common::Folder;
use serde_json::Value;

fn demo() -> Folder {
    let folder = Folder::new();
    folder.ok(&["demo", "--quiet"]);
    folder
}

fn points(folder: &Folder, args: &[&str]) -> Vec<Value> {
    let args = [&["equity", "--format", "json"][..], args].concat();
    serde_json::from_str(&folder.ok(&args)).unwrap()
}

#[test]
fn the_curves_of_the_demo_are_as_agreed() {
    let folder = demo();
    insta::assert_snapshot!("equity-all", folder.ok(&["equity"]));
    insta::assert_snapshot!("equity-one", folder.ok(&["equity", "--strategy", "trend/v1@1", "--since", "2024-01-15"]));
}

#[test]
fn the_picture_in_the_documentation_is_what_the_demo_draws() {
    let folder = demo();
    folder.ok(&["equity", "--svg", "equity.svg"]);
    let drawn = std::fs::read_to_string(folder.path().join("equity.svg")).unwrap();
    let path = Path::new(env!("CARGO_MANIFEST_DIR")).join("../../docs/equity.svg");
    let kept = std::fs::read_to_string(&path).unwrap_or_default();
    assert!(
        drawn == kept.replace("\r\n", "\n"),
        "docs/equity.svg is outdated: `nailsage demo`, then `nailsage equity --svg docs/equity.svg`"
    );
}

#[test]
fn the_points_are_the_snapshots_and_few_of_them_keep_the_extremes() {
    let folder = demo();
    for (of, money) in [(&[][..], "total_equity"), (&["--strategy", "2"], "equity")] {
        let snapshots = folder.records(&[&["snapshot", "list"][..], of].concat());
        let all = points(&folder, of);
        assert_eq!(all.len(), snapshots.len());
        for (point, snapshot) in all.iter().zip(&snapshots) {
            assert_eq!((&point["timestamp"], &point["equity"]), (&snapshot["timestamp"], &snapshot[money]));
        }
        let few = points(&folder, &[of, &["--points", "50"]].concat());
        assert!(few.len() <= 50 && few.len() > 10, "{}", few.len());
        assert_eq!((few.first(), few.last()), (all.first(), all.last()));
        let deepest = |points: &[Value]| {
            points.iter().map(|point| point["drawdown_pct"].as_f64().unwrap()).fold(0.0, f64::max).to_bits()
        };
        assert_eq!(deepest(&few), deepest(&all));
    }
    let csv = folder.ok(&["equity", "--format", "csv", "--until", "2024-01-01T02:00:00Z"]);
    assert!(csv.starts_with("timestamp,equity,pnl,drawdown_pct\n1704067200000,30000,0,0.0\n"), "{csv}");
    assert_eq!(csv.lines().count(), 3, "{csv}");
}

#[test]
fn a_picture_replaces_a_file_and_nothing_else() {
    let folder = demo();
    for (option, name, begins) in [("--png", "equity.png", &b"\x89PNG"[..]), ("--svg", "equity.svg", b"<svg ")] {
        let path = folder.write(name, b"an old file");
        let said = folder.ok(&["equity", option, name, "--width", "800", "--height", "500"]);
        assert_eq!(said, format!("{name}: 800 by 500 pixels, 721 points of 721 snapshots.\n"));
        assert!(std::fs::read(&path).unwrap().starts_with(begins));
        let json = folder.ok(&["equity", option, name, "--format", "json"]);
        let json: Value = serde_json::from_str(&json).unwrap();
        assert_eq!((&json["file"], &json["width"]), (&Value::from(name), &Value::from(1200)));

        std::fs::create_dir(folder.path().join(option)).unwrap();
        let target = format!("./{option}");
        let run = folder.run(&["equity", option, &target]);
        assert_eq!(run.code, Some(2));
        assert!(run.stderr.contains("what is there is no regular file"), "{run:?}");
        let nowhere = folder.run(&["equity", option, "nowhere/equity"]);
        assert!(nowhere.code == Some(2) && nowhere.stderr.contains("nowhere/equity"), "{nowhere:?}");
    }
}

#[test]
fn payments_are_marked_and_are_no_profit() {
    let folder = Folder::with_examples();
    let at = |hour: u32| format!("2022-01-02T{hour:02}:00:00Z");
    folder.ok(&["snapshot", "take", "--at", &at(1)]);
    folder.ok(&["bankroll", "deposit", "1", "250.5", "--reason", "bonus", "--at", &at(2)]);
    folder.ok(&["snapshot", "take", "--at", &at(3)]);
    let shown = folder.ok(&["equity", "--since", &at(1)]);
    assert!(shown.contains("Paid in 250.50 USDT, paid out 0.00 USDT") && shown.contains("bonus"), "{shown}");
    let points = points(&folder, &["--since", &at(1)]);
    assert_eq!(points[0]["pnl"], points[1]["pnl"]);
    folder.ok(&["equity", "--since", &at(1), "--svg", "equity.svg"]);
    let svg = std::fs::read_to_string(folder.path().join("equity.svg")).unwrap();
    assert!(svg.contains("+250.50") && svg.contains("paid in") && svg.contains("P&amp;L 0.00 USDT"), "{svg}");
}

#[test]
fn without_snapshots_there_is_no_picture_and_it_says_what_to_do() {
    let folder = Folder::new();
    folder.ok(&["db", "init"]);
    assert!(folder.ok(&["equity"]).contains("snapshot take"));
    assert_eq!(folder.ok(&["equity", "--format", "json"]), "[]\n");
    for option in ["--png", "--svg"] {
        let run = folder.run(&["equity", option, "picture"]);
        assert_eq!(run.code, Some(1));
        assert!(run.stderr.contains("no snapshot was taken yet") && run.stderr.contains("snapshot take"), "{run:?}");
        assert!(!folder.path().join("picture").exists());
    }
    let alone = folder.run(&["equity", "--width", "900"]);
    assert_eq!(alone.code, Some(2), "a width of what? {alone:?}");
}
