//! Every scenario as a book that the store wrote: its ledger is the committed one, and its metrics are what the libraries
//! say. Both are read by plain SQL, as somebody who knows nothing of the program would.
#![allow(clippy::unwrap_used, reason = "a test that cannot go on fails where it stands")]

mod deleted;
mod place;
mod replay;
mod tables;

use nailsage_domain::UnixMillis;
use nailsage_test_oracle::{Scenario, differences, scenarios};
use nailsage_test_postgres::is_asked_for;

use crate::{
    place::{Place, postgres, sqlite},
    replay::Replay,
};

/// Where a scenario's book is not what is committed.
fn differences_of(scenario: &Scenario, place: &Place, refresh_every: usize) -> Vec<String> {
    let mut replay = Replay::new(place.store(), &scenario.vector);
    while replay.write(refresh_every) {
        replay.refresh().unwrap();
    }
    let mut ledger = scenario.vector.ledger.clone();
    ledger.sort_by_key(|row| (row.strategy_id, row.seq));
    let mut found: Vec<_> = tables::ledger(place)
        .into_iter()
        .zip(ledger.iter().map(tables::ledger_line))
        .filter(|(is, expected)| is != expected)
        .map(|(is, expected)| format!("the ledger says {is}, not {expected}"))
        .collect();
    let (is, expected) = (tables::ledger(place).len(), ledger.len());
    found.extend((is != expected).then(|| format!("the ledger has {is} entries, not {expected}")));
    found.extend(differences(&scenario.expectation.rows, &tables::metrics(place)));
    let as_of = tables::as_of(place);
    found.extend((as_of != scenario.expectation.as_of.get()).then(|| format!("it is as of {as_of}")));
    found
}

/// `refresh_every`: after how many entries metrics are refreshed, besides the end.
fn assert_every_scenario(place: impl Fn() -> Place, refresh_every: usize) {
    let mut found = Vec::new();
    for scenario in scenarios().unwrap() {
        let differences = differences_of(&scenario, &place(), refresh_every).into_iter();
        found.extend(differences.map(|difference| format!("{}: {difference}", scenario.name)));
    }
    assert!(found.is_empty(), "{}", found.join("\n"));
}

#[test]
fn every_scenario_comes_out_of_a_book_in_sqlite() {
    assert_every_scenario(sqlite, usize::MAX);
}

#[test]
fn every_scenario_comes_out_of_a_book_in_sqlite_that_is_refreshed_on_the_way() {
    assert_every_scenario(sqlite, 5);
}

#[test]
fn every_scenario_comes_out_of_a_book_in_postgres() {
    if is_asked_for() {
        assert_every_scenario(postgres, usize::MAX);
    }
}

#[test]
fn every_scenario_comes_out_of_a_book_in_postgres_that_is_refreshed_on_the_way() {
    if is_asked_for() {
        assert_every_scenario(postgres, 5);
    }
}

#[test]
fn a_book_that_is_not_the_scenario_is_found() {
    let mut scenario = scenarios().unwrap().into_iter().find(|scenario| scenario.name == "one_trade").unwrap();
    let exit = scenario.vector.ledger.iter_mut().find(|row| row.held_ms.is_some()).unwrap();
    exit.held_ms = exit.held_ms.map(|held_ms| held_ms + 1);
    exit.timestamp = UnixMillis::new(exit.timestamp.get() + 1).unwrap();
    let found = differences_of(&scenario, &sqlite(), usize::MAX);
    let of_all_and_one = 8;
    assert_eq!(found.len(), of_all_and_one, "a millisecond longer: {found:?}");
}
