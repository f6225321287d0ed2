//! What nearly every file of cases uses.

pub(crate) use nailsage_domain::{LedgerKind, PositionStatus, Side, Usdt};
pub(crate) use nailsage_store::{
    Action, Answer, Command, OpenPosition, PositionRef, RecordSignal, Refusal, Store, StoreError, StrategyRef,
};

pub(crate) use crate::{
    fixture::{Fixture, all_at_once},
    sample::{
        activate, amount, at, close, cost, deactivate, deposit, key, liquidate, log, long, mark, mark_market, market,
        named, percent, price, reason, register, set_to, short, signal, size, stamp, stops, usdt, value, withdraw,
    },
};
