//! What each strategy earned, at a glance.

use crate::common::{Folder, PROGRAM};
use serde_json::Value;

fn demo() -> Folder {
    let folder = Folder::new();
    folder.ok(&["demo", "--quiet"]);
    folder
}

fn rows(folder: &Folder, args: &[&str]) -> Vec<Value> {
    let args = [&["performance", "--format", "json"][..], args].concat();
    serde_json::from_str(&folder.ok(&args)).unwrap()
}

/// Money in millionths.
fn micros(value: &Value) -> i128 {
    let (whole, fraction) = value.as_str().unwrap().split_once('.').unwrap_or((value.as_str().unwrap(), ""));
    format!("{whole}{fraction:0<6}").parse().unwrap()
}

#[test]
fn the_performance_of_the_demo_is_as_agreed() {
    let folder = demo();
    insta::assert_snapshot!("table-performance", folder.ok(&["performance"]));
    insta::assert_snapshot!("csv-performance", folder.ok(&["performance", "--format", "csv"]));
    insta::assert_snapshot!("table-metrics", folder.ok(&["metrics", "show"]));
}

#[test]
fn figures_are_those_of_the_book_and_the_last_line_is_their_total() {
    let folder = demo();
    let rows = rows(&folder, &[]);
    let (total, lines) = rows.split_last().unwrap();
    assert!(total["strategy_id"].is_null());
    for name in ["current_bankroll", "total_realized_pnl"] {
        assert_eq!(micros(&total[name]), lines.iter().map(|line| micros(&line[name])).sum::<i128>(), "{name}");
    }
    for name in ["num_open_positions", "num_closed_positions"] {
        let sum: i64 = lines.iter().map(|line| line[name].as_i64().unwrap()).sum();
        assert_eq!(total[name], sum, "{name}");
    }
    let open: i128 =
        folder.records(&["positions", "--open"]).iter().map(|position| micros(&position["unrealized_pnl"])).sum();
    assert_eq!(micros(&total["total_unrealized_pnl"]), open);

    let strategies = folder.records(&["strategies"]);
    let metrics = folder.records(&["metrics", "show"]);
    for row in &rows {
        let metrics = metrics.iter().find(|metrics| metrics["strategy_id"] == row["strategy_id"]).unwrap();
        for name in ["total_return_pct", "max_drawdown_pct", "sharpe_ratio", "profit_factor", "win_rate_pct"] {
            assert_eq!(row[name], metrics[name], "{name} of {row}");
        }
        if let Some(strategy) = strategies.iter().find(|strategy| strategy["id"] == row["strategy_id"]) {
            assert_eq!(row["current_bankroll"], strategy["current_bankroll"]);
        }
    }
}

#[test]
fn lines_are_sorted_by_what_was_asked_for_the_best_first() {
    let folder = demo();
    let names = |args: &[&str]| -> Vec<String> {
        let name = |row: &Value| row["strategy"].as_str().unwrap_or("total").split('/').next().unwrap().to_owned();
        rows(&folder, args).iter().map(name).collect()
    };
    let (trend, mean, breakout) = ("trend", "mean-reversion", "breakout");
    for (by, expected) in [
        ("return", [trend, mean, breakout]),
        ("name", [breakout, mean, trend]),
        ("bankroll", [trend, mean, breakout]),
        ("realized", [trend, mean, breakout]),
        ("unrealized", [breakout, trend, mean]),
        ("closed", [breakout, mean, trend]),
        ("win-rate", [mean, trend, breakout]),
        ("drawdown", [mean, breakout, trend]),
        ("sharpe", [trend, mean, breakout]),
        ("profit-factor", [trend, breakout, mean]),
    ] {
        assert_eq!(names(&["--sort", by]), [&expected[..], &["total"]].concat(), "{by}");
    }
    assert_eq!(names(&["--strategy", "trend/v1@1"]), [trend], "one has no total");
}

#[test]
fn without_metrics_it_shows_the_money_and_says_how_to_get_them() {
    let folder = Folder::new();
    let register =
        r#"{"at":1640991600000,"actions":[{"action":"register_strategy","strategy":"bot/v1@7","interval":"1m"}]}"#;
    folder.run_with(&["ingest"], register.as_bytes());
    let shown = folder.ok(&["performance"]).replace(PROGRAM, "nailsage");
    assert!(shown.contains("bot/v1@7") && shown.contains("10,000.00"), "{shown}");
    assert!(
        shown.ends_with("\nThe metrics have never been worked out. To do so: nailsage metrics refresh\n"),
        "{shown}"
    );
    assert!(rows(&folder, &[])[0]["total_return_pct"].is_null());
    assert_eq!(folder.records(&["metrics", "show"]).len(), 0, "looking does not refresh");
}
