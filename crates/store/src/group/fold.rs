//! Deciding a group: each command over the state that the ones before it left.

use std::{
    panic::{AssertUnwindSafe, catch_unwind},
    sync::Arc,
};

use crate::{
    answer::Answer,
    audit::audit,
    clock::Clock,
    decide::{Decision, decide},
    error::StoreError,
    plan::{Gathering, Writes},
    state::State,
    submission::Submission,
};

/// What a group comes to.
#[derive(Debug)]
pub struct Folded {
    /// One answer for each command, in order, valid once the writes are committed. Fewer than the commands if the time
    /// was up.
    pub answers: Vec<Result<Answer, StoreError>>,
    /// The rows to write.
    pub writes: Writes,
}

/// Decides commands one after the other until `is_time_up`, but at least one.
///
/// A command that is refused, or that panics, leaves the state as it was for the ones after it.
pub fn fold(
    state: &mut State,
    members: &[Arc<Submission>],
    clock: &dyn Clock,
    mut is_time_up: impl FnMut() -> bool,
) -> Folded {
    let mut gathering = Gathering::new();
    let mut answers = Vec::with_capacity(members.len());
    for member in members {
        if !answers.is_empty() && is_time_up() {
            break;
        }
        answers.push(match decide_safely(state, member, clock) {
            Ok(Decision::Accepted(plan)) => {
                state.apply(&plan);
                let answer = Answer::Done(plan.outcome.clone());
                gathering.add(*plan);
                Ok(answer)
            }
            Ok(Decision::Repeated(outcome)) => Ok(Answer::Done(outcome)),
            Ok(Decision::Refused(refused)) => Ok(Answer::Refused(refused)),
            Err(error) => Err(error),
        });
    }
    Folded { answers, writes: gathering.into_writes(state) }
}

/// Decides and audits. The state is only read here, so it is whole after a panic.
fn decide_safely(state: &State, member: &Submission, clock: &dyn Clock) -> Result<Decision, StoreError> {
    let decided = catch_unwind(AssertUnwindSafe(|| {
        let decision = decide(state, member, clock.now());
        let audited = match &decision {
            Decision::Accepted(plan) => audit(state, plan),
            Decision::Repeated(_) | Decision::Refused(_) => Ok(()),
        };
        audited.map(|()| decision)
    }));
    match decided {
        Ok(audited) => audited.map_err(|error| StoreError::backend("the audit of a plan", error)),
        Err(payload) => Err(StoreError::panicked("a decision", payload.as_ref())),
    }
}
