//! Rows of metrics that somebody has deleted: all of them are made anew; a part of them is noticed. Metrics are never
//! silently wrong.

use nailsage_store::Refusal;
use nailsage_test_oracle::{Scenario, differences, scenarios};
use nailsage_test_postgres::is_asked_for;

use crate::{
    place::{Place, postgres, sqlite},
    replay::Replay,
    tables,
};

/// Parts of the table: of one subject, one timeframe, one day; the sums that a refresh goes on from, and rows that it does
/// not look at.
const PARTS: [&str; 12] = [
    "strategy_id IS NULL",
    "strategy_id IS NULL AND timeframe = 'daily'",
    "strategy_id = 1",
    "strategy_id = 3 AND timeframe = 'daily'",
    "timeframe = 'daily'",
    "timeframe = 'weekly'",
    "timeframe = 'all_time'",
    "period_start >= 1709251200000",
    "period_start < 1706745600000",
    "timeframe = 'daily' AND strategy_id = 2 AND period_start = (SELECT max(period_start) FROM performance_metrics \
     WHERE timeframe = 'daily' AND strategy_id = 2)",
    "id = (SELECT min(id) FROM performance_metrics)",
    "id = (SELECT max(id) FROM performance_metrics)",
];

/// How many entries are written only after the deletion: none, the latest, and late ones with them.
const LATER: [usize; 3] = [0, 3, 9];

fn scenario() -> Scenario {
    scenarios().unwrap().into_iter().find(|scenario| scenario.name == "older_trades_imported").unwrap()
}

/// Refreshes a book, deletes rows, writes the rest, and refreshes again; then it is as the libraries say.
fn refreshed_after(delete: &str, later: usize, place: &Place, scenario: &Scenario) -> Result<(), Refusal> {
    let mut replay = Replay::new(place.store(), &scenario.vector);
    replay.write_all_but(later);
    replay.refresh().unwrap();
    place.execute(delete);
    replay.write(later);
    replay.refresh()?;
    assert_is_right(delete, later, place, scenario);
    Ok(())
}

fn assert_is_right(delete: &str, later: usize, place: &Place, scenario: &Scenario) {
    let found = differences(&scenario.expectation.rows, &tables::metrics(place));
    assert!(found.is_empty(), "silently wrong after {delete}, {later} entries later:\n{}", found.join("\n"));
}

fn assert_all_are_made_anew(place: impl Fn() -> Place) {
    let scenario = scenario();
    for later in LATER {
        assert_eq!(refreshed_after("DELETE FROM performance_metrics", later, &place(), &scenario), Ok(()));
    }
}

fn assert_a_part_is_noticed(place: impl Fn() -> Place) {
    let scenario = scenario();
    for part in PARTS {
        for later in LATER {
            let (place, delete) = (place(), format!("DELETE FROM performance_metrics WHERE {part}"));
            if let Err(refusal) = refreshed_after(&delete, later, &place, &scenario) {
                assert_eq!(refusal, Refusal::MetricsDoNotFit, "{delete}");
                // What the refusal says to do helps.
                place.execute("DELETE FROM performance_metrics");
                Replay::new(place.store(), &scenario.vector).refresh().unwrap();
                assert_is_right(&delete, later, &place, &scenario);
            }
        }
    }
}

#[test]
fn deleted_metrics_are_made_anew_in_sqlite() {
    assert_all_are_made_anew(sqlite);
}

#[test]
fn deleted_metrics_are_made_anew_in_postgres() {
    if is_asked_for() {
        assert_all_are_made_anew(postgres);
    }
}

#[test]
fn metrics_of_which_a_part_was_deleted_are_refused_or_right_in_sqlite() {
    assert_a_part_is_noticed(sqlite);
}

#[test]
fn metrics_of_which_a_part_was_deleted_are_refused_or_right_in_postgres() {
    if is_asked_for() {
        assert_a_part_is_noticed(postgres);
    }
}
