//! Logging an event that a caller reports.

use nailsage_domain::Event;

use super::find;
use crate::{action::LogEvent, answer::EventLogged, refusal::Refusal, state::Overlay};

pub(super) fn log(overlay: &mut Overlay<'_>, action: &LogEvent) -> Result<EventLogged, Refusal> {
    let strategy_id = match &action.strategy {
        Some(name) => Some(find::strategy(overlay, name)?.strategy.id),
        None => None,
    };
    let event_id = overlay.book.take_event_id();
    overlay.changes.events.push(Event {
        id: event_id,
        event_type: action.event_type.clone(),
        data: action.event_data.clone(),
        severity: action.severity,
        strategy_id,
        timestamp: overlay.at,
        created_at: overlay.now,
    });
    Ok(EventLogged { event_id })
}
