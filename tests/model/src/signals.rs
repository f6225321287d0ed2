//! Signals and what they trigger.

use nailsage_domain::{Reason, Signal, SignalFate, SignalId};
use nailsage_store::{Action, RecordSignal, Refusal, SignalRecorded};

use crate::book::{Run, next_id};

impl Run {
    pub(crate) fn record_signal(&mut self, action: &RecordSignal) -> Result<SignalRecorded, Refusal> {
        if action.then.iter().any(|inner| matches!(inner, Action::RecordSignal(_))) {
            return Err(Refusal::SignalInSignal);
        }
        let strategy = self.strategy(&action.strategy)?.strategy;
        let id = SignalId::new(next_id(&self.rows.signals)).expect("ids count from 1");

        // What it triggers runs on a copy, which becomes the book if all of it went well.
        let mut after = self.clone();
        after.signal = Some(id);
        let (fate, refused, then) = match after.all(&action.then) {
            Err(refused) => {
                let reason = Reason::new(refused.refusal.code()).expect("a code is a short text");
                (SignalFate::Suppressed { reason }, Some(refused), Vec::new())
            }
            Ok(then) => {
                let has_traded = after.rows.trades.len() > self.rows.trades.len();
                let fate = match (has_traded, action.rejection_reason.clone()) {
                    (true, None) => SignalFate::Executed,
                    (true, Some(_)) => return Err(Refusal::SignalHasReason),
                    (false, Some(reason)) => SignalFate::Suppressed { reason },
                    (false, None) => return Err(Refusal::SignalNeedsReason),
                };
                after.signal = None;
                *self = after;
                (fate, None, then)
            }
        };
        let was_executed = fate == SignalFate::Executed;
        self.rows.signals.push(Signal {
            id,
            strategy_id: strategy.id,
            starlisting_id: action.starlisting_id.unwrap_or(strategy.key.starlisting_id),
            signal_type: action.signal_type,
            confidence: action.confidence,
            price_at_signal: action.price,
            timestamp: self.at,
            fate,
            created_at: self.now,
        });
        Ok(SignalRecorded { signal_id: id, was_executed, refused, then })
    }
}
