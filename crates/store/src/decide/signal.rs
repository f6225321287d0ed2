//! Recording a signal and what it triggers.

use nailsage_domain::{Reason, Signal, SignalFate, SignalId};

use super::{Within, find, run};
use crate::{
    action::{Action, RecordSignal},
    answer::{Done, Refused, SignalRecorded},
    refusal::Refusal,
    state::Overlay,
};

pub(super) fn record(overlay: &mut Overlay<'_>, action: &RecordSignal) -> Result<SignalRecorded, Refusal> {
    if action.then.iter().any(|action| matches!(action, Action::RecordSignal(_))) {
        return Err(Refusal::SignalInSignal);
    }
    let strategy = &find::strategy(overlay, &action.strategy)?.strategy;
    let strategy_id = strategy.id;
    let starlisting_id = action.starlisting_id.unwrap_or(strategy.key.starlisting_id);
    let signal_id = overlay.book.take_signal_id();

    let Triggered { then, refused, has_traded } = trigger(overlay, signal_id, &action.then);
    let fate = match (&refused, has_traded, &action.rejection_reason) {
        (Some(refused), _, _) => SignalFate::Suppressed { reason: reason_of(&refused.refusal) },
        (None, true, None) => SignalFate::Executed,
        (None, true, Some(_)) => return Err(Refusal::SignalHasReason),
        (None, false, Some(reason)) => SignalFate::Suppressed { reason: reason.clone() },
        (None, false, None) => return Err(Refusal::SignalNeedsReason),
    };
    let was_executed = fate == SignalFate::Executed;
    overlay.changes.signals.push(Signal {
        id: signal_id,
        strategy_id,
        starlisting_id,
        signal_type: action.signal_type,
        confidence: action.confidence,
        price_at_signal: action.price,
        timestamp: overlay.at,
        fate,
        created_at: overlay.now,
    });
    Ok(SignalRecorded { signal_id, was_executed, refused, then })
}

struct Triggered {
    then: Vec<Done>,
    refused: Option<Refused>,
    has_traded: bool,
}

/// Carries the actions out over an overlay of their own, so that a refused one takes the others with it.
fn trigger(overlay: &mut Overlay<'_>, signal_id: SignalId, actions: &[Action]) -> Triggered {
    if actions.is_empty() {
        return Triggered { then: Vec::new(), refused: None, has_traded: false };
    }
    let mut nested = overlay.nested();
    match run(&mut nested, actions, Within::Signal) {
        Ok(then) => {
            let has_traded = !nested.changes.trades.is_empty();
            for trade in &mut nested.changes.trades {
                trade.signal_id = Some(signal_id);
            }
            let parts = nested.into_parts();
            overlay.absorb(parts);
            Triggered { then, refused: None, has_traded }
        }
        Err(refused) => Triggered { then: Vec::new(), refused: Some(refused), has_traded: false },
    }
}

fn reason_of(refusal: &Refusal) -> Reason {
    Reason::new(refusal.code()).expect("a refusal's code is a short text without NUL")
}
