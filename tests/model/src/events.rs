//! The events that the book logs on its own, one glance at each ledger row of a command.

use nailsage_domain::{Event, EventData, EventId, EventType, LedgerEntry, LedgerKind, Severity};
use nailsage_store::{RecoveryRecorded, StrategyRef};
use serde_json::{Value, json};

use crate::book::{Run, next_id};

impl Run {
    /// Logs that a bot carries on, with what there is.
    pub(crate) fn record_recovery(&mut self) -> RecoveryRecorded {
        let event_id = EventId::new(next_id(&self.rows.events)).expect("ids count from 1");
        let (mut active, mut open) = (0, 0);
        for record in &self.rows.strategies {
            active += i64::from(record.strategy.is_active);
        }
        for position in &self.rows.positions {
            open += i64::from(position.is_open());
        }
        let before = self.rows.commit_seq - 1;
        let text =
            format!(r#"{{"commit_seq": {before}, "num_open_positions": {open}, "num_strategies_active": {active}}}"#);
        self.rows.events.push(Event {
            id: event_id,
            event_type: "recovered".parse().expect("a short text"),
            data: Some(EventData::from_text(&text).expect("it is JSON")),
            severity: Severity::Info,
            strategy_id: None,
            timestamp: self.at,
            created_at: self.now,
        });
        RecoveryRecorded { event_id, commit_seq: before, num_strategies_active: active, num_open_positions: open }
    }

    /// Logs what the ledger rows from this one on are worth telling.
    pub(crate) fn log_derived_events(&mut self, first_row: usize) {
        let rows = self.rows.ledger[first_row..].to_vec();
        for row in rows {
            match row.kind {
                LedgerKind::Register if row.seq == 1 => self.log_terms("strategy_registered", &row),
                LedgerKind::Register => self.log_terms("strategy_updated", &row),
                LedgerKind::Activate => self.log_terms("strategy_activated", &row),
                LedgerKind::Deactivate => self.log_terms("strategy_deactivated", &row),
                LedgerKind::Adjust => {
                    let data = json!({
                        "delta": row.delta.to_string(), "balance": row.balance.to_string(), "reason": row.reason,
                    });
                    self.log_derived("bankroll_adjusted", Severity::Info, &row, &data);
                }
                LedgerKind::Liquidate => {
                    let data = json!({
                        "position_id": row.position_id, "realized_pnl": row.delta.to_string(),
                        "balance": row.balance.to_string(),
                    });
                    self.log_derived("position_liquidated", Severity::Warning, &row, &data);
                }
                LedgerKind::Open | LedgerKind::Close | LedgerKind::Stops => {}
            }
            let (after, delta) = (row.balance.micros(), row.delta.micros());
            if after <= 0 && after - delta > 0 {
                let data = json!({ "balance": row.balance.to_string() });
                self.log_derived("bankroll_depleted", Severity::Warning, &row, &data);
            }
        }
    }

    /// An event about a strategy's terms: its name, its bankroll and, if one was given, the reason.
    fn log_terms(&mut self, event_type: &str, row: &LedgerEntry) {
        let strategy =
            self.strategy(&StrategyRef::Id(row.strategy_id)).expect("its ledger row was just written").strategy;
        let mut data = json!({ "strategy": strategy.key.to_string(), "balance": row.balance.to_string() });
        if let Some(reason) = &row.reason {
            data["reason"] = json!(reason);
        }
        self.log_derived(event_type, Severity::Info, row, &data);
    }

    fn log_derived(&mut self, event_type: &str, severity: Severity, row: &LedgerEntry, data: &Value) {
        self.rows.events.push(Event {
            id: EventId::new(next_id(&self.rows.events)).expect("ids count from 1"),
            event_type: EventType::new(event_type).expect("a short text"),
            data: Some(EventData::from_value(data).expect("a few short fields")),
            severity,
            strategy_id: Some(row.strategy_id),
            timestamp: self.at,
            created_at: self.now,
        });
    }
}
