//! The events that an auditor wants, worked out from what a command writes.

use nailsage_domain::{
    Event, EventData, EventId, EventType, LedgerEntry, LedgerKind, Severity, StrategyId, UnixMillis, Usdt,
};
use serde_json::{Value, json};

use crate::{inspect::SCHEMA_VERSION, plan::Changes, state::Overlay};

/// An event before it has an id.
#[derive(Debug, Clone, PartialEq)]
pub struct EventDraft {
    /// What kind of event.
    pub event_type: &'static str,
    /// Its facts.
    pub data: Value,
    /// How bad it is.
    pub severity: Severity,
    /// Which strategy it is about.
    pub strategy_id: StrategyId,
}

/// The events of a command's changes, in the order of its ledger rows.
#[must_use]
pub fn events_of(changes: &Changes) -> Vec<EventDraft> {
    changes.ledger.iter().flat_map(|entry| [event_of(changes, entry), depletion_of(entry)]).flatten().collect()
}

fn event_of(changes: &Changes, entry: &LedgerEntry) -> Option<EventDraft> {
    let draft =
        |event_type, severity, data| Some(EventDraft { event_type, data, severity, strategy_id: entry.strategy_id });
    let strategy = || {
        let name = changes.strategies.get(&entry.strategy_id).map(|(_, state)| state.strategy.key.to_string());
        json!({ "strategy": name, "balance": entry.balance })
    };
    match entry.kind {
        LedgerKind::Register if entry.seq == 1 => draft("strategy_registered", Severity::Info, strategy()),
        LedgerKind::Register => draft("strategy_updated", Severity::Info, strategy()),
        LedgerKind::Activate => draft("strategy_activated", Severity::Info, with_reason(strategy(), entry)),
        LedgerKind::Deactivate => draft("strategy_deactivated", Severity::Info, with_reason(strategy(), entry)),
        LedgerKind::Adjust => {
            let data = json!({ "delta": entry.delta, "balance": entry.balance });
            draft("bankroll_adjusted", Severity::Info, with_reason(data, entry))
        }
        LedgerKind::Liquidate => {
            let data =
                json!({ "position_id": entry.position_id, "realized_pnl": entry.delta, "balance": entry.balance });
            draft("position_liquidated", Severity::Warning, data)
        }
        LedgerKind::Open | LedgerKind::Close | LedgerKind::Stops => None,
    }
}

fn depletion_of(entry: &LedgerEntry) -> Option<EventDraft> {
    // Compared wide, because the balance before a row is only known by taking the row away again.
    let before = i128::from(entry.balance.micros()) - i128::from(entry.delta.micros());
    (before > 0 && entry.balance <= Usdt::ZERO).then(|| EventDraft {
        event_type: "bankroll_depleted",
        data: json!({ "balance": entry.balance }),
        severity: Severity::Warning,
        strategy_id: entry.strategy_id,
    })
}

fn with_reason(mut data: Value, entry: &LedgerEntry) -> Value {
    if let Some(reason) = &entry.reason {
        data["reason"] = json!(reason);
    }
    data
}

/// The first event of a book, to the second; the migrations write it where the book is a database.
#[must_use]
pub(crate) fn schema_initialized(now: UnixMillis) -> Event {
    let now = UnixMillis::new(now.get() / 1_000 * 1_000).expect("the range begins with a whole second");
    Event {
        id: EventId::FIRST,
        event_type: EventType::new("schema_initialized").expect("the name is a short text without NUL"),
        data: Some(EventData::from_value(&json!({ "schema_version": SCHEMA_VERSION })).expect("one number is JSON")),
        severity: Severity::Info,
        strategy_id: None,
        timestamp: now,
        created_at: now,
    }
}

/// Appends the derived events to a command's own.
pub(crate) fn log_derived_events(overlay: &mut Overlay<'_>) {
    for draft in events_of(&overlay.changes) {
        let id = overlay.book.take_event_id();
        overlay.changes.events.push(Event {
            id,
            event_type: EventType::new(draft.event_type).expect("the names above are short texts without NUL"),
            data: Some(EventData::from_value(&draft.data).expect("a few short fields are within the limit")),
            severity: draft.severity,
            strategy_id: Some(draft.strategy_id),
            timestamp: overlay.at,
            created_at: overlay.now,
        });
    }
}
