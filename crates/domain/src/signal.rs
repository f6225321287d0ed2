//! Signals: what the strategies' models said, acted upon or not.

use serde::{Deserialize, Serialize};

use crate::{
    Confidence, Price, Problem, Reason, SignalId, SignalType, StarlistingId, StrategyId, UnixMillis, ValueError,
};

/// What a model said about a market. In JSON its fate is `was_executed` and `rejection_reason`.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(try_from = "SignalFields", into = "SignalFields")]
pub struct Signal {
    /// Its number in this book.
    pub id: SignalId,
    /// Whose it is.
    pub strategy_id: StrategyId,
    /// About which market.
    pub starlisting_id: StarlistingId,
    /// What it says.
    pub signal_type: SignalType,
    /// How sure the model was, if it told.
    pub confidence: Option<Confidence>,
    /// The market's price when the signal was made.
    pub price_at_signal: Price,
    /// When it was made, by the caller's clock.
    pub timestamp: UnixMillis,
    /// Whether it was traded, or why not.
    pub fate: SignalFate,
    /// When the book wrote it, by the book's clock.
    pub created_at: UnixMillis,
}

/// What came of a signal.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum SignalFate {
    /// It led to a trade.
    Executed,
    /// It led to none.
    Suppressed {
        /// Why.
        reason: Reason,
    },
}

impl Signal {
    /// Whether it led to a trade.
    #[must_use]
    pub const fn was_executed(&self) -> bool {
        matches!(self.fate, SignalFate::Executed)
    }

    /// Why it led to none, if it did not.
    #[must_use]
    pub const fn rejection_reason(&self) -> Option<&Reason> {
        match &self.fate {
            SignalFate::Executed => None,
            SignalFate::Suppressed { reason } => Some(reason),
        }
    }
}

/// A signal as JSON and as a database row have it.
#[derive(Serialize, Deserialize)]
struct SignalFields {
    id: SignalId,
    strategy_id: StrategyId,
    starlisting_id: StarlistingId,
    signal_type: SignalType,
    confidence: Option<Confidence>,
    price_at_signal: Price,
    timestamp: UnixMillis,
    was_executed: bool,
    rejection_reason: Option<Reason>,
    created_at: UnixMillis,
}

impl From<Signal> for SignalFields {
    fn from(signal: Signal) -> Self {
        let was_executed = signal.was_executed();
        let rejection_reason = match signal.fate {
            SignalFate::Executed => None,
            SignalFate::Suppressed { reason } => Some(reason),
        };
        Self {
            id: signal.id,
            strategy_id: signal.strategy_id,
            starlisting_id: signal.starlisting_id,
            signal_type: signal.signal_type,
            confidence: signal.confidence,
            price_at_signal: signal.price_at_signal,
            timestamp: signal.timestamp,
            was_executed,
            rejection_reason,
            created_at: signal.created_at,
        }
    }
}

impl TryFrom<SignalFields> for Signal {
    type Error = ValueError;

    fn try_from(fields: SignalFields) -> Result<Self, ValueError> {
        let fate = match (fields.was_executed, fields.rejection_reason) {
            (true, None) => SignalFate::Executed,
            (false, Some(reason)) => SignalFate::Suppressed { reason },
            _ => {
                let problem = Problem::BadForm { expected: "either executed or have a rejection reason" };
                return Err(ValueError::new("signal", problem, format_args!("signal {}", fields.id)));
            }
        };
        Ok(Self {
            id: fields.id,
            strategy_id: fields.strategy_id,
            starlisting_id: fields.starlisting_id,
            signal_type: fields.signal_type,
            confidence: fields.confidence,
            price_at_signal: fields.price_at_signal,
            timestamp: fields.timestamp,
            fate,
            created_at: fields.created_at,
        })
    }
}
