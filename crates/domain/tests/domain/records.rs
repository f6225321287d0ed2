//! Records in JSON: flat under the document's column names, back as they were, and never in a state that no book has.

use nailsage_domain::{
    Event, Exit, ExitReason, LedgerEntry, Mark, Position, PositionState, PositionStatus, Signal, SignalFate,
    StateSnapshot, Strategy, StrategySnapshot, StrategyTotals, Trade,
};
use serde::{Serialize, de::DeserializeOwned};
use serde_json::{Value, from_value, json, to_value};

const AT: i64 = 1_640_991_660_000;

/// Reads the JSON, and finds the very same JSON when it is written again.
fn read_back<T: Serialize + DeserializeOwned + PartialEq + std::fmt::Debug>(json: &Value) -> T {
    let record: T = from_value(json.clone()).unwrap();
    assert_eq!(&to_value(&record).unwrap(), json);
    assert_eq!(serde_json::from_str::<T>(&serde_json::to_string(&record).unwrap()).unwrap(), record);
    record
}

/// The error of reading the JSON with one field changed.
fn refused<T: DeserializeOwned + std::fmt::Debug>(json: &Value, field: &str, value: Value) -> String {
    let mut json = json.clone();
    json[field] = value;
    from_value::<T>(json).unwrap_err().to_string()
}

fn strategy() -> Value {
    json!({
        "id": 1, "strategy_name": "dev_scalper_1m", "version": "v1", "starlisting_id": 12345, "interval": "1m",
        "model_id": "nailsage-momentum-20251127-123456", "config_path": null, "is_active": true,
        "initial_bankroll": "10000", "current_bankroll": "-0.5", "created_at": AT, "updated_at": AT,
    })
}

fn open_position() -> Value {
    json!({
        "id": 3, "strategy_id": 1, "starlisting_id": 12345, "side": "long", "size": "1000", "entry_price": "95000",
        "entry_timestamp": AT, "exit_price": null, "exit_timestamp": null, "realized_pnl": null,
        "unrealized_pnl": "1.5", "fees_paid": "0.4", "status": "open", "stop_loss_price": "90000",
        "take_profit_price": null, "exit_reason": null, "mark_price": "95150", "marked_at": AT + 60_000,
        "created_at": AT, "updated_at": AT,
    })
}

fn closed_position() -> Value {
    let mut position = open_position();
    for (field, value) in [
        ("exit_price", json!("95150")),
        ("exit_timestamp", json!(AT)),
        ("realized_pnl", json!("0.778947")),
        ("unrealized_pnl", Value::Null),
        ("status", json!("closed")),
        ("exit_reason", json!("take_profit")),
        ("mark_price", Value::Null),
        ("marked_at", Value::Null),
    ] {
        position[field] = value;
    }
    position
}

fn liquidated_position() -> Value {
    let mut position = closed_position();
    position["status"] = json!("liquidated");
    position["exit_reason"] = json!("liquidation");
    position
}

fn signal() -> Value {
    json!({
        "id": 9, "strategy_id": 1, "starlisting_id": 12345, "signal_type": "long", "confidence": 0.75,
        "price_at_signal": "95000", "timestamp": AT, "was_executed": true, "rejection_reason": null, "created_at": AT,
    })
}

fn ledger_entry() -> Value {
    json!({
        "strategy_id": 1, "seq": 3, "kind": "close", "position_id": 3, "trade_id": 6, "delta": "-15.5",
        "balance": "9984.5", "held_ms": 60_000, "reason": null, "request_key": "tick-7", "commit_seq": 12, "timestamp": AT,
        "created_at": AT,
    })
}

fn totals() -> Value {
    json!({
        "ledger_seq": 7, "num_closed": 3, "num_wins": 1, "num_losses": 2, "realized_micros": -5, "win_micros": 10,
        "loss_micros": -15, "fees_micros": 4, "duration_ms": 60_000,
    })
}

fn snapshot() -> Value {
    json!({
        "id": 1, "total_equity": "10000.5", "available_capital": "-1", "allocated_capital": "10000",
        "total_unrealized_pnl": "1.5", "total_realized_pnl": "0", "num_open_positions": 1,
        "num_strategies_active": 0, "timestamp": AT, "created_at": AT,
    })
}

#[test]
fn a_strategy_is_flat() {
    let strategy: Strategy = read_back(&strategy());
    assert_eq!(strategy.key.to_string(), "dev_scalper_1m/v1@12345");
    assert_eq!(strategy.config_path, None);
}

#[test]
fn a_position_is_flat_in_each_of_its_states() {
    let open: Position = read_back(&open_position());
    assert_eq!((open.status(), open.is_open(), open.exit()), (PositionStatus::Open, true, None));
    assert_eq!(open.mark().map(|mark| mark.price.to_string()).as_deref(), Some("95150"));
    assert_eq!(open.exit_reason(), None);

    let closed: Position = read_back(&closed_position());
    assert_eq!((closed.status(), closed.is_open(), closed.mark()), (PositionStatus::Closed, false, None));
    assert_eq!(closed.exit().map(|exit| exit.realized_pnl.micros()), Some(778_947));
    assert_eq!(closed.exit_reason(), Some(ExitReason::TakeProfit));

    let liquidated: Position = read_back(&liquidated_position());
    assert_eq!(liquidated.status(), PositionStatus::Liquidated);
    assert_eq!(liquidated.exit(), closed.exit());
    assert_eq!(liquidated.exit_reason(), Some(ExitReason::Liquidation));
}

#[test]
fn a_position_that_no_book_has_does_not_deserialise() {
    let (open, closed, liquidated) = (open_position(), closed_position(), liquidated_position());
    for field in ["mark_price", "marked_at", "unrealized_pnl"] {
        refused::<Position>(&open, field, Value::Null);
        refused::<Position>(&closed, field, open[field].clone());
    }
    for field in ["exit_price", "exit_timestamp", "realized_pnl", "exit_reason"] {
        refused::<Position>(&closed, field, Value::Null);
        refused::<Position>(&liquidated, field, Value::Null);
        refused::<Position>(&open, field, closed[field].clone());
    }
    for status in ["open", "liquidated", "gone"] {
        refused::<Position>(&closed, "status", json!(status));
    }
    refused::<Position>(&closed, "exit_reason", json!("liquidation"));
    refused::<Position>(&liquidated, "exit_reason", json!("signal"));
    assert!(refused::<Position>(&closed, "exit_timestamp", json!(AT - 1)).contains("exit is not before its entry"));
    assert!(refused::<Position>(&open, "marked_at", json!(AT - 1)).contains("mark is not before its entry"));
    assert!(refused::<Position>(&open, "take_profit_price", json!("90000")).contains("not crossed"));
    refused::<Position>(&open, "size", json!("0"));
    refused::<Position>(&open, "fees_paid", json!("-1"));
    refused::<Position>(&open, "entry_timestamp", json!(AT / 1_000));
}

#[test]
fn a_position_built_wrong_by_hand_fails_its_check() {
    let mut position: Position = from_value(closed_position()).unwrap();
    assert_eq!(position.check(), Ok(()));
    let exit: Exit = *position.exit().unwrap();
    position.state = PositionState::Closed { exit, reason: ExitReason::Liquidation };
    assert_eq!(position.check().map_err(|error| error.code()), Err("bad_form"));
    position.state = PositionState::Open {
        mark: Mark { price: exit.price, at: position.entry_timestamp, unrealized_pnl: exit.realized_pnl },
    };
    assert_eq!(position.check(), Ok(()));
}

#[test]
fn a_trade_has_the_columns_of_the_document() {
    let trade = json!({
        "id": 6, "position_id": 3, "strategy_id": 1, "starlisting_id": 12345, "trade_type": "close_long",
        "size": "1000", "price": "95150", "fees": "0.4", "slippage": "0", "timestamp": AT, "signal_id": null,
        "created_at": AT,
    });
    let _: Trade = read_back(&trade);
    refused::<Trade>(&trade, "trade_type", json!("close"));
    refused::<Trade>(&trade, "slippage", json!("-0.1"));
}

#[test]
fn a_signal_is_either_executed_or_has_a_reason() {
    let executed: Signal = read_back(&signal());
    assert!(executed.was_executed() && executed.rejection_reason().is_none());

    let mut suppressed = signal();
    suppressed["was_executed"] = json!(false);
    suppressed["rejection_reason"] = json!("cooldown");
    suppressed["confidence"] = Value::Null;
    let record: Signal = read_back(&suppressed);
    assert!(!record.was_executed());
    assert!(matches!(&record.fate, SignalFate::Suppressed { reason } if reason.as_str() == "cooldown"));

    refused::<Signal>(&signal(), "was_executed", json!(false));
    refused::<Signal>(&signal(), "rejection_reason", json!("cooldown"));
    refused::<Signal>(&suppressed, "was_executed", json!(true));
    refused::<Signal>(&suppressed, "rejection_reason", json!(""));
}

#[test]
fn a_ledger_entry_fits_its_kind() {
    let entry: LedgerEntry = read_back(&ledger_entry());
    assert_eq!(entry.balance_before().unwrap().to_string(), "10000");

    let kinds = [
        ("register", false, false, true),
        ("activate", false, false, false),
        ("deactivate", false, false, false),
        ("open", true, true, false),
        ("close", true, true, true),
        ("liquidate", true, true, true),
        ("stops", true, false, false),
        ("adjust", false, false, true),
    ];
    for (kind, has_position, has_trade, moves_money) in kinds {
        let mut entry = ledger_entry();
        entry["kind"] = json!(kind);
        entry["position_id"] = if has_position { json!(3) } else { Value::Null };
        entry["held_ms"] = if ["close", "liquidate"].contains(&kind) { json!(0) } else { Value::Null };
        entry["trade_id"] = if has_trade { json!(6) } else { Value::Null };
        entry["delta"] = if moves_money { json!("-15.5") } else { json!("0") };
        entry["reason"] = json!("as agreed");
        let _: LedgerEntry = read_back(&entry);
        let other = |there: bool, id: i64| if there { Value::Null } else { json!(id) };
        refused::<LedgerEntry>(&entry, "position_id", other(has_position, 3));
        refused::<LedgerEntry>(&entry, "trade_id", other(has_trade, 6));
        refused::<LedgerEntry>(&entry, "held_ms", other(entry["held_ms"].is_number(), 1));
        if !moves_money {
            refused::<LedgerEntry>(&entry, "delta", json!("1"));
        }
        if kind == "adjust" {
            refused::<LedgerEntry>(&entry, "reason", Value::Null);
        }
    }
    refused::<LedgerEntry>(&ledger_entry(), "seq", json!(0));
    refused::<LedgerEntry>(&ledger_entry(), "held_ms", json!(-1));
    refused::<LedgerEntry>(&ledger_entry(), "commit_seq", json!(-1));
    let mut beyond = ledger_entry();
    beyond["balance"] = json!("8589934591");
    assert!(refused::<LedgerEntry>(&beyond, "delta", json!("-8589934591")).contains("2^33"));
}

#[test]
fn totals_add_up() {
    let _: StrategyTotals = read_back(&totals());
    assert_eq!(to_value(StrategyTotals::default()).unwrap().as_object().unwrap().len(), 9);
    for (field, value) in [
        ("num_closed", 4),
        ("num_wins", -1),
        ("realized_micros", 5),
        ("win_micros", 11),
        ("loss_micros", 15),
        ("fees_micros", -1),
        ("duration_ms", -1),
        ("ledger_seq", -1),
    ] {
        refused::<StrategyTotals>(&totals(), field, json!(value));
    }
    let mut no_wins = totals();
    no_wins["num_wins"] = json!(0);
    refused::<StrategyTotals>(&no_wins, "num_losses", json!(3));
}

#[test]
fn totals_that_would_overflow_stay_as_they_were() {
    let mut totals = StrategyTotals { duration_ms: i64::MAX, ..StrategyTotals::default() };
    let before = totals;
    totals.add_closed(nailsage_domain::Usdt::whole(1), nailsage_domain::Cost::ZERO, 1).unwrap_err();
    assert_eq!(totals, before);
}

#[test]
fn a_snapshot_counts_from_0() {
    let _: StateSnapshot = read_back(&snapshot());
    for field in ["num_open_positions", "num_strategies_active"] {
        refused::<StateSnapshot>(&snapshot(), field, json!(-1));
    }
    refused::<StateSnapshot>(&snapshot(), "allocated_capital", json!("-1"));
}

#[test]
fn a_snapshot_adds_up() {
    for field in ["total_equity", "available_capital", "allocated_capital", "total_unrealized_pnl"] {
        let said = refused::<StateSnapshot>(&snapshot(), field, json!("7"));
        assert!(said.contains("available, allocated and unrealized"), "{said}");
    }
    let of_strategy = json!({
        "snapshot_id": 1, "strategy_id": 2, "equity": "10000.5", "available_capital": "-1", "allocated_capital": "10000",
        "unrealized_pnl": "1.5", "realized_pnl": "0", "num_open_positions": 1, "is_active": true, "timestamp": AT,
        "created_at": AT,
    });
    let _: StrategySnapshot = read_back(&of_strategy);
    for field in ["equity", "available_capital", "allocated_capital", "unrealized_pnl"] {
        refused::<StrategySnapshot>(&of_strategy, field, json!("7"));
    }
    refused::<StrategySnapshot>(&of_strategy, "num_open_positions", json!(-1));
}

#[test]
fn an_event_carries_its_data_as_json() {
    let event = json!({
        "id": 1, "event_type": "websocket_connect", "event_data": {"exchange": "binance", "reconnect": false},
        "severity": "INFO", "strategy_id": null, "timestamp": AT, "created_at": AT,
    });
    let record: Event = read_back(&event);
    assert_eq!(record.data.unwrap().as_str(), r#"{"exchange":"binance","reconnect":false}"#);
    let mut bare = event.clone();
    bare["event_data"] = Value::Null;
    let _: Event = read_back(&bare);
    refused::<Event>(&event, "severity", json!("info"));
}

#[test]
fn absent_fields_are_null_and_unknown_ones_are_left_alone() {
    let mut position = open_position();
    for field in ["exit_price", "exit_timestamp", "realized_pnl", "take_profit_price", "exit_reason"] {
        position.as_object_mut().unwrap().remove(field);
    }
    position["strategy_name"] = json!("a column of a view");
    let whole: Position = from_value(open_position()).unwrap();
    assert_eq!(from_value::<Position>(position).unwrap(), whole);
    let error: Result<Position, _> = from_value(json!({"id": 1}));
    assert!(error.unwrap_err().to_string().contains("missing field"));
}

#[test]
fn a_broken_record_says_which_one_it_is() {
    assert!(refused::<Position>(&closed_position(), "exit_timestamp", json!(AT - 1)).contains("position 3"));
    assert!(refused::<LedgerEntry>(&ledger_entry(), "trade_id", Value::Null).contains("seq 3 of strategy 1"));
}
