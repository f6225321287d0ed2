//! Values and actions that cases are made of. Whatever a case does not care about is filled in here.

use std::{fmt::Debug, str::FromStr};

use nailsage_domain::{
    Amount, Cost, Price, Reason, RequestKey, Severity, Side, SignalType, StarlistingId, StrategyKey, UnixMillis, Usdt,
};
use nailsage_store::{
    Activate, AdjustBankroll, BankrollChange, ClosePosition, Deactivate, LiquidatePosition, LogEvent, MarkMarket,
    MarkPosition, OpenPosition, PositionRef, RecordSignal, RegisterStrategy, SetStops, Size, StrategyRef,
};

/// When every sample begins.
const BEGINNING_MILLIS: i64 = 1_700_000_000_000;

/// What the fixture's clock shows at first: another day than any command's, so that no stamp is taken for a time.
const STAMP_MILLIS: i64 = 1_900_000_000_000;

/// So many milliseconds after the beginning, by the caller's clock.
pub(crate) fn at(millis: i64) -> UnixMillis {
    UnixMillis::new(BEGINNING_MILLIS + millis).expect("samples are within a few years")
}

/// So many milliseconds after the first time that the store's clock shows.
pub(crate) fn stamp(millis: i64) -> UnixMillis {
    UnixMillis::new(STAMP_MILLIS + millis).expect("samples are within a few years")
}

/// Any value from its text.
pub(crate) fn value<T: FromStr<Err: Debug>>(text: &str) -> T {
    text.parse().unwrap_or_else(|error| panic!("the sample {text:?} is no value: {error:?}"))
}

pub(crate) fn usdt(text: &str) -> Usdt {
    value(text)
}

pub(crate) fn amount(text: &str) -> Amount {
    value(text)
}

pub(crate) fn cost(text: &str) -> Cost {
    value(text)
}

pub(crate) fn price(text: &str) -> Price {
    value(text)
}

pub(crate) fn reason(text: &str) -> Reason {
    value(text)
}

pub(crate) fn key(text: &str) -> RequestKey {
    value(text)
}

pub(crate) fn market(id: i64) -> StarlistingId {
    StarlistingId::new(id).expect("samples are above 0")
}

/// A fixed size in USDT.
#[expect(clippy::unnecessary_wraps, reason = "it is written where an action has an optional size")]
pub(crate) fn size(text: &str) -> Option<Size> {
    Some(Size::Usdt(amount(text)))
}

/// A size in percent of the bankroll.
#[expect(clippy::unnecessary_wraps, reason = "it is written where an action has an optional size")]
pub(crate) fn percent(text: &str) -> Option<Size> {
    Some(Size::Percent(value(text)))
}

/// The strategy of this name, version v1, on market 7.
pub(crate) fn named(name: &str) -> StrategyKey {
    value(&format!("{name}/v1@7"))
}

/// Registers a strategy of this name, version v1, on market 7, with candles of a minute.
pub(crate) fn register(name: &str) -> RegisterStrategy {
    RegisterStrategy {
        strategy: named(name),
        interval: value("1m"),
        model_id: None,
        config_path: None,
        initial_bankroll: None,
    }
}

pub(crate) fn activate(strategy: impl Into<StrategyRef>) -> Activate {
    Activate { strategy: strategy.into(), reason: None }
}

pub(crate) fn deactivate(strategy: impl Into<StrategyRef>) -> Deactivate {
    Deactivate { strategy: strategy.into(), reason: None }
}

/// A long signal at a price of 100 that triggers nothing and has no reason for it.
pub(crate) fn signal(strategy: impl Into<StrategyRef>) -> RecordSignal {
    RecordSignal {
        strategy: strategy.into(),
        starlisting_id: None,
        signal_type: SignalType::Long,
        confidence: None,
        price: price("100"),
        rejection_reason: None,
        then: Vec::new(),
    }
}

/// Opens a position of 1,000 USDT on the strategy's own market, free of costs.
pub(crate) fn open(strategy: impl Into<StrategyRef>, side: Side, fill: &str) -> OpenPosition {
    OpenPosition {
        strategy: strategy.into(),
        starlisting_id: None,
        side,
        size: size("1000"),
        price: price(fill),
        fees: Cost::ZERO,
        slippage: Cost::ZERO,
        stop_loss_price: None,
        take_profit_price: None,
    }
}

/// [`open`] a long position.
pub(crate) fn long(strategy: impl Into<StrategyRef>, fill: &str) -> OpenPosition {
    open(strategy, Side::Long, fill)
}

/// [`open`] a short position.
pub(crate) fn short(strategy: impl Into<StrategyRef>, fill: &str) -> OpenPosition {
    open(strategy, Side::Short, fill)
}

pub(crate) fn close(position: impl Into<PositionRef>, fill: &str) -> ClosePosition {
    ClosePosition {
        position: position.into(),
        price: price(fill),
        fees: Cost::ZERO,
        slippage: Cost::ZERO,
        exit_reason: None,
    }
}

pub(crate) fn liquidate(position: impl Into<PositionRef>, fill: &str) -> LiquidatePosition {
    LiquidatePosition { position: position.into(), price: price(fill), fees: Cost::ZERO, slippage: Cost::ZERO }
}

pub(crate) fn mark_market(id: i64, to: &str) -> MarkMarket {
    MarkMarket { starlisting_id: market(id), price: price(to) }
}

pub(crate) fn mark(position: impl Into<PositionRef>, to: &str) -> MarkPosition {
    MarkPosition { position: position.into(), price: price(to) }
}

pub(crate) fn stops(position: impl Into<PositionRef>, stop_loss: Option<&str>, take_profit: Option<&str>) -> SetStops {
    SetStops {
        position: position.into(),
        stop_loss_price: stop_loss.map(price),
        take_profit_price: take_profit.map(price),
    }
}

fn adjust(strategy: impl Into<StrategyRef>, change: BankrollChange) -> AdjustBankroll {
    AdjustBankroll { strategy: strategy.into(), change, reason: reason("sample") }
}

pub(crate) fn deposit(strategy: impl Into<StrategyRef>, text: &str) -> AdjustBankroll {
    adjust(strategy, BankrollChange::Deposit(amount(text)))
}

pub(crate) fn withdraw(strategy: impl Into<StrategyRef>, text: &str) -> AdjustBankroll {
    adjust(strategy, BankrollChange::Withdraw(amount(text)))
}

pub(crate) fn set_to(strategy: impl Into<StrategyRef>, text: &str) -> AdjustBankroll {
    adjust(strategy, BankrollChange::SetTo(amount(text)))
}

pub(crate) fn log(event_type: &str) -> LogEvent {
    LogEvent { event_type: value(event_type), event_data: None, severity: Severity::Info, strategy: None }
}
