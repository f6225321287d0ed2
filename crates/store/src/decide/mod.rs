//! The kernel: the one place where an action meets the rules.
//!
//! [`decide`] is a pure function. It never changes the state that it is given; a refusal at any action drops all that
//! the command had done so far. Each kind of action has a file of its own here.

mod activity;
mod adjust;
mod close;
mod event;
mod find;
mod ledger;
mod mark;
mod metrics;
mod open;
mod register;
mod signal;
mod snapshot;
mod stops;

use std::sync::Arc;

use nailsage_domain::{PositionId, UnixMillis};

use crate::{
    action::{Action, RecordRecovery, RefreshMetrics, TakeSnapshot},
    answer::{Done, Outcome, Refused},
    command::ACTIONS_MAX,
    events::log_derived_events,
    footprint::Footprint,
    plan::{Plan, Request},
    refusal::Refusal,
    state::{Overlay, State},
    submission::Submission,
};

/// What the kernel says to a command.
#[derive(Debug, Clone, PartialEq)]
pub enum Decision {
    /// Do this, then answer with its outcome.
    Accepted(Box<Plan>),
    /// It was done before, under the same key; answer with its first outcome and write nothing.
    Repeated(Outcome),
    /// A rule says no; write nothing.
    Refused(Refused),
}

/// Decides a command over a state that holds its footprint.
///
/// `now` stamps `created_at` and `updated_at`, and decides nothing.
#[must_use]
pub fn decide(state: &State, submission: &Submission, now: UnixMillis) -> Decision {
    if let Some((key, fingerprint)) = submission.keyed()
        && let Some(known) = state.request(key)
    {
        return if known.fingerprint == fingerprint {
            Decision::Repeated(known.outcome.clone())
        } else {
            Decision::Refused(whole(Refusal::KeyReused { key: key.clone() }))
        };
    }
    match accept(state, submission, now) {
        Ok(plan) => Decision::Accepted(Box::new(plan)),
        Err(refused) => Decision::Refused(refused),
    }
}

fn accept(state: &State, submission: &Submission, now: UnixMillis) -> Result<Plan, Refused> {
    let command = submission.command();
    let count = submission.action_count();
    if count == 0 {
        return Err(whole(Refusal::EmptyCommand));
    }
    if count > 1 && Footprint::of(command).metrics_at.is_some() {
        return Err(whole(Refusal::RefreshIsAlone));
    }
    if count > ACTIONS_MAX {
        return Err(whole(Refusal::TooManyActions { count: count as u64, max: ACTIONS_MAX as u64 }));
    }
    let mut overlay = Overlay::new(state, command.key.as_ref(), command.at, now);
    let results = run(&mut overlay, &command.actions, Within::Command)?;
    log_derived_events(&mut overlay);

    let outcome = Outcome { commit_seq: overlay.book.commit_seq, results };
    let request = submission.keyed().map(|(key, fingerprint)| {
        Arc::new(Request {
            key: key.clone(),
            fingerprint,
            opened_position_id: only(&opened_positions(&outcome)),
            outcome: outcome.clone(),
            timestamp: command.at,
            created_at: now,
        })
    });
    let (changes, book) = overlay.into_parts();
    Ok(Plan { outcome, changes, request, book })
}

/// Whether actions stand in the command itself or inside one of its signals.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Within {
    Command,
    Signal,
}

fn run(overlay: &mut Overlay<'_>, actions: &[Action], within: Within) -> Result<Vec<Done>, Refused> {
    let step = |(index, action)| {
        decide_action(overlay, action, within).map_err(|refusal| Refused { refusal, action_index: Some(index) })
    };
    actions.iter().enumerate().map(step).collect()
}

fn decide_action(overlay: &mut Overlay<'_>, action: &Action, within: Within) -> Result<Done, Refusal> {
    Ok(match action {
        Action::RegisterStrategy(it) => Done::RegisterStrategy(register::register(overlay, it)?),
        Action::Activate(it) => Done::Activate(activity::set_active(overlay, &it.strategy, true, it.reason.as_ref())?),
        Action::Deactivate(it) => {
            Done::Deactivate(activity::set_active(overlay, &it.strategy, false, it.reason.as_ref())?)
        }
        Action::RecordSignal(it) => Done::RecordSignal(signal::record(overlay, it)?),
        Action::OpenPosition(it) => Done::OpenPosition(open::open(overlay, it)?),
        Action::ClosePosition(it) => Done::ClosePosition(close::close(overlay, it, within)?),
        Action::LiquidatePosition(it) => Done::LiquidatePosition(close::liquidate(overlay, it)?),
        Action::MarkMarket(it) => Done::MarkMarket(mark::mark_market(overlay, it)?),
        Action::MarkPosition(it) => Done::MarkPosition(mark::mark_position(overlay, it)?),
        Action::SetStops(it) => Done::SetStops(stops::set_stops(overlay, it)?),
        Action::AdjustBankroll(it) => Done::AdjustBankroll(adjust::adjust(overlay, it)?),
        Action::LogEvent(it) => Done::LogEvent(event::log(overlay, it)?),
        Action::TakeSnapshot(TakeSnapshot {}) => Done::TakeSnapshot(snapshot::take(overlay)?),
        Action::RecordSnapshot(it) => Done::RecordSnapshot(snapshot::record(overlay, it)?),
        Action::RefreshMetrics(RefreshMetrics {}) => Done::RefreshMetrics(metrics::refresh(overlay, within)?),
        Action::RecordRecovery(RecordRecovery {}) => Done::RecordRecovery(event::recovered(overlay)),
    })
}

fn whole(refusal: Refusal) -> Refused {
    Refused { refusal, action_index: None }
}

/// The positions that a command opened, signals' actions included.
pub(crate) fn opened_positions(outcome: &Outcome) -> Vec<PositionId> {
    fn gather(results: &[Done], into: &mut Vec<PositionId>) {
        for done in results {
            match done {
                Done::OpenPosition(opened) => into.push(opened.position_id),
                Done::RecordSignal(signal) => gather(&signal.then, into),
                _ => {}
            }
        }
    }
    let mut positions = Vec::new();
    gather(&outcome.results, &mut positions);
    positions
}

fn only<T: Copy>(items: &[T]) -> Option<T> {
    if let [item] = items { Some(*item) } else { None }
}
