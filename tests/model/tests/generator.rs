//! The random commands are worth running: between them they reach every answer and every way to be refused.

use std::collections::BTreeMap;

use nailsage_domain::UnixMillis;
use nailsage_model::{Model, generate};
use nailsage_store::{Answer, Done, Refusal, Refused};
use proptest::{
    strategy::{Strategy, ValueTree},
    test_runner::TestRunner,
};

const SEQUENCES: usize = 300;

/// Everything that can come of an action or a command, but a command that is too long and totals that overflow, for
/// which a random sequence is too short.
const REACHED: &[&str] = &[
    "activate, changed",
    "activate, unchanged",
    "adjust_bankroll",
    "ambiguous_position",
    "bankroll_depleted",
    "close_position",
    "deactivate, changed",
    "deactivate, unchanged",
    "empty_command",
    "exit_before_entry",
    "interval_mismatch",
    "key_reused",
    "liquidate_position",
    "liquidation_is_an_action",
    "log_event",
    "mark_market, marked",
    "mark_market, stale",
    "mark_position, marked",
    "mark_position, stale",
    "open_position",
    "position_not_open",
    "range_exceeded, bankroll",
    "range_exceeded, fees",
    "range_exceeded, realized_pnl",
    "range_exceeded, size",
    "range_exceeded, snapshot",
    "range_exceeded, unrealized_pnl",
    "record_recovery",
    "record_snapshot",
    "record_signal, executed",
    "record_signal, refused",
    "record_signal, suppressed",
    "register_strategy, created",
    "register_strategy, ignored bankroll",
    "register_strategy, known",
    "register_strategy, reactivated",
    "repeated",
    "set_stops, changed",
    "set_stops, unchanged",
    "signal_has_reason",
    "signal_in_signal",
    "signal_needs_reason",
    "size_rounds_to_zero",
    "snapshot_does_not_add_up",
    "stops_crossed",
    "strategy_inactive",
    "take_snapshot",
    "unknown_position",
    "unknown_strategy",
    "withdrawal_exceeds_bankroll",
];

#[test]
fn random_commands_reach_every_answer() {
    let mut seen = BTreeMap::new();
    let (mut done, mut refused) = (0, 0);
    let mut runner = TestRunner::deterministic();
    let sequences = generate::commands();
    for _ in 0..SEQUENCES {
        let commands = sequences.new_tree(&mut runner).expect("nothing is filtered out").current();
        let mut model = Model::new(UnixMillis::MIN, UnixMillis::MIN);
        for command in &commands {
            let commit_seq = model.rows().commit_seq;
            match model.answer(command) {
                Answer::Done(outcome) if outcome.commit_seq <= commit_seq => count(&mut seen, "repeated"),
                Answer::Done(outcome) => {
                    done += 1;
                    outcome.results.iter().for_each(|result| count_done(&mut seen, result));
                }
                Answer::Refused(it) => {
                    refused += 1;
                    count_refused(&mut seen, &it);
                }
            }
        }
    }
    println!("{done} done, {refused} refused: {seen:#?}");
    let missing: Vec<_> = REACHED.iter().filter(|name| !seen.contains_key(**name)).collect();
    assert!(missing.is_empty(), "no random command came to {missing:?}");
    let unknown: Vec<_> = seen.keys().filter(|name| !REACHED.contains(&name.as_str())).collect();
    assert!(unknown.is_empty(), "{unknown:?} should stand in the list above");
    assert!(done > refused, "{done} commands done and {refused} refused: too little happens");
}

fn count(seen: &mut BTreeMap<String, u32>, name: &str) {
    *seen.entry(name.to_owned()).or_default() += 1;
}

fn count_refused(seen: &mut BTreeMap<String, u32>, refused: &Refused) {
    match &refused.refusal {
        Refusal::RangeExceeded { what } => count(seen, &format!("range_exceeded, {what}")),
        refusal => count(seen, refusal.code()),
    }
}

fn count_done(seen: &mut BTreeMap<String, u32>, done: &Done) {
    let changed = |name: &str, changed| format!("{name}, {}", if changed { "changed" } else { "unchanged" });
    let name = match done {
        Done::RegisterStrategy(it) => {
            if it.ignored_initial_bankroll.is_some() {
                count(seen, "register_strategy, ignored bankroll");
            }
            let what = match (it.created, it.reactivated) {
                (true, _) => "created",
                (false, true) => "reactivated",
                (false, false) => "known",
            };
            format!("register_strategy, {what}")
        }
        Done::Activate(it) => changed("activate", it.changed),
        Done::Deactivate(it) => changed("deactivate", it.changed),
        Done::RecordSignal(it) => {
            it.then.iter().for_each(|inner| count_done(seen, inner));
            match &it.refused {
                Some(refused) => {
                    count_refused(seen, refused);
                    "record_signal, refused".to_owned()
                }
                None if it.was_executed => "record_signal, executed".to_owned(),
                None => "record_signal, suppressed".to_owned(),
            }
        }
        Done::OpenPosition(_) => "open_position".to_owned(),
        Done::ClosePosition(_) => "close_position".to_owned(),
        Done::LiquidatePosition(_) => "liquidate_position".to_owned(),
        Done::MarkMarket(it) => {
            if it.stale > 0 {
                count(seen, "mark_market, stale");
            }
            if it.marked == 0 {
                return;
            }
            "mark_market, marked".to_owned()
        }
        Done::MarkPosition(it) => format!("mark_position, {}", if it.marked { "marked" } else { "stale" }),
        Done::SetStops(it) => changed("set_stops", it.changed),
        Done::AdjustBankroll(_) => "adjust_bankroll".to_owned(),
        Done::LogEvent(_) => "log_event".to_owned(),
        Done::TakeSnapshot(_) => "take_snapshot".to_owned(),
        Done::RefreshMetrics(_) => "refresh_metrics".to_owned(),
        Done::RecordSnapshot(_) => "record_snapshot".to_owned(),
        Done::RecordRecovery(_) => "record_recovery".to_owned(),
    };
    count(seen, &name);
}
