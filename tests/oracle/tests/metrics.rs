//! The metrics of every scenario are what the libraries say.
#![allow(clippy::unwrap_used, reason = "a test that cannot go on fails where it stands")]

use std::collections::{BTreeMap, BTreeSet};

use nailsage_domain::{
    Timeframe,
    metrics::{MetricsRefresh, PeriodMetrics},
};
use nailsage_test_oracle::{Scenario, Vector, differences, scenarios};

fn refreshed(vector: &Vector) -> MetricsRefresh {
    let mut refresh = MetricsRefresh::new(vector.refresh_at, None);
    for entry in &vector.entries().unwrap() {
        refresh.observe(entry).unwrap();
    }
    refresh
}

#[test]
fn the_metrics_of_every_scenario_are_what_the_libraries_say() {
    let mut found = Vec::new();
    for Scenario { name, vector, expectation } in scenarios().unwrap() {
        let refresh = refreshed(&vector);
        assert_eq!(refresh.as_of(), expectation.as_of, "{name}");
        let differences = differences(&expectation.rows, &refresh.finish()).into_iter();
        found.extend(differences.map(|difference| format!("{name}: {difference}")));
    }
    assert!(found.is_empty(), "{}", found.join("\n"));
}

/// So that an emptied or cut file does not pass.
#[test]
fn the_scenarios_are_all_there() {
    let scenarios = scenarios().unwrap();
    let entries: usize = scenarios.iter().map(|scenario| scenario.vector.ledger.len()).sum();
    let rows: usize = scenarios.iter().map(|scenario| scenario.expectation.rows.len()).sum();
    assert_eq!((scenarios.len(), entries, rows), (19, 948, 591));
}

#[test]
fn every_ledger_is_one_that_a_book_could_give() {
    for Scenario { name, vector, .. } in scenarios().unwrap() {
        let mut balances: BTreeMap<_, (i64, i64)> = BTreeMap::new();
        let mut rows = vector.ledger;
        rows.sort_by_key(|row| (row.strategy_id, row.seq));
        for row in rows {
            let (seq, balance) = balances.entry(row.strategy_id).or_insert((0, row.balance_micros));
            let is_next = row.seq == *seq + 1 && row.balance_micros == *balance + row.delta_micros;
            let begins = row.kind.as_str() == "register" && row.delta_micros == 0 && row.balance_micros > 0;
            assert!(is_next && (row.seq > 1 || begins), "{name}: {row:?}");
            (*seq, *balance) = (row.seq, row.balance_micros);
        }
    }
}

#[test]
fn every_figure_was_asked_of_two_libraries_where_two_have_it() {
    let mut asked: BTreeMap<String, BTreeSet<String>> = BTreeMap::new();
    for scenario in scenarios().unwrap() {
        for (figure, names) in scenario.expectation.libraries {
            let names = names.as_array().unwrap().iter().map(|name| name.as_str().unwrap().to_owned());
            asked.entry(figure).or_default().extend(names);
        }
    }
    for figure in ["total_return_pct", "growth_factor", "max_drawdown_pct", "sharpe_ratio"] {
        assert!(asked[figure].contains("empyrical") && asked[figure].contains("ffn"), "{figure}");
    }
    for figure in ["win_rate_pct", "profit_factor", "avg_win_micros", "avg_loss_micros"] {
        assert!(asked[figure].contains("quantstats"), "{figure}");
    }
}

#[test]
fn a_figure_that_is_not_the_expected_one_is_found() {
    let scenario = scenarios().unwrap().into_iter().find(|scenario| scenario.name == "realistic_month").unwrap();
    let rows = refreshed(&scenario.vector).finish();
    let found = |change: &dyn Fn(&mut Vec<PeriodMetrics>)| {
        let mut changed = rows.clone();
        change(&mut changed);
        differences(&scenario.expectation.rows, &changed)
    };
    assert_eq!(found(&|_| ()).len(), 0);
    assert_eq!(found(&|rows| rows[0].total_return_micros += 1).len(), 1);
    assert_eq!(found(&|rows| rows[0].sharpe_ratio = rows[0].sharpe_ratio.map(|ratio| ratio * (1.0 + 2e-9))).len(), 1);
    assert_eq!(found(&|rows| rows[0].profit_factor = None).len(), 1);
    assert_eq!(found(&|rows| rows.truncate(rows.len() - 1)).len(), 1);
    assert_eq!(found(&|rows| rows[0].period.timeframe = Timeframe::Daily).len(), 2);
}
