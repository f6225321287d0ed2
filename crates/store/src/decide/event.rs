//! Logging events: what a caller reports, and that a bot carries on.

use nailsage_domain::{Event, EventData, EventId, EventType, Severity, StrategyId};
use serde_json::json;

use super::find;
use crate::{
    action::LogEvent,
    answer::{EventLogged, RecoveryRecorded},
    refusal::Refusal,
    state::Overlay,
};

pub(super) fn log(overlay: &mut Overlay<'_>, action: &LogEvent) -> Result<EventLogged, Refusal> {
    let strategy_id = match &action.strategy {
        Some(name) => Some(find::strategy(overlay, name)?.strategy.id),
        None => None,
    };
    let event_id = write(overlay, action.event_type.clone(), action.event_data.clone(), action.severity, strategy_id);
    Ok(EventLogged { event_id })
}

/// Counts what there is to carry on. Nothing in it can leave a range, so no bot is kept from carrying on.
pub(super) fn recovered(overlay: &mut Overlay<'_>) -> RecoveryRecorded {
    let strategies = overlay.strategy_ids();
    let active =
        strategies.into_iter().filter_map(|id| overlay.strategy(id)).filter(|it| it.strategy.is_active).count();
    // The command itself is counted already.
    let commit_seq = overlay.book.commit_seq - 1;
    let num_strategies_active = count(active);
    let num_open_positions = count(overlay.open_positions().len());
    let data = json!({
        "commit_seq": commit_seq,
        "num_strategies_active": num_strategies_active,
        "num_open_positions": num_open_positions,
    });
    let event_type = EventType::new("recovered").expect("the name is a short text without NUL");
    let data = EventData::from_value(&data).expect("three numbers are within the limit");
    let event_id = write(overlay, event_type, Some(data), Severity::Info, None);
    RecoveryRecorded { event_id, commit_seq, num_strategies_active, num_open_positions }
}

fn count(rows: usize) -> i64 {
    i64::try_from(rows).unwrap_or(i64::MAX)
}

fn write(
    overlay: &mut Overlay<'_>,
    event_type: EventType,
    data: Option<EventData>,
    severity: Severity,
    strategy_id: Option<StrategyId>,
) -> EventId {
    let id = overlay.book.take_event_id();
    overlay.changes.events.push(Event {
        id,
        event_type,
        data,
        severity,
        strategy_id,
        timestamp: overlay.at,
        created_at: overlay.now,
    });
    id
}
