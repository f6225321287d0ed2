//! Random actions.

use nailsage_domain::{Amount, ExitReason, Reason, Severity, Side, SignalType, Usdt};
use nailsage_store::{
    Action, Activate, AdjustBankroll, BankrollChange, ClosePosition, Deactivate, LiquidatePosition, LogEvent,
    MarkMarket, MarkPosition, OpenPosition, PositionRef, RecordRecovery, RecordSignal, RecordSnapshot,
    RegisterStrategy, SetStops, TakeSnapshot,
};
use proptest::{collection::vec, prelude::*, sample::select};

use super::values;

/// Any action.
pub(super) fn action() -> BoxedStrategy<Action> {
    prop_oneof![
        1 => signal().prop_map(Action::from),
        4 => plain(),
    ]
    .boxed()
}

/// Any action but a signal.
fn plain() -> BoxedStrategy<Action> {
    let activity = || (values::strategy_ref(), prop::option::of(values::reason()));
    let stops = (values::position_ref(), values::stops(2));
    prop_oneof![
        5 => register().prop_map(Action::from),
        4 => activity().prop_map(|(strategy, reason)| Activate { strategy, reason }.into()),
        2 => activity().prop_map(|(strategy, reason)| Deactivate { strategy, reason }.into()),
        32 => open().prop_map(Action::from),
        16 => close().prop_map(Action::from),
        3 => liquidate().prop_map(Action::from),
        6 => (values::market(), values::price())
            .prop_map(|(starlisting_id, price)| MarkMarket { starlisting_id, price }.into()),
        4 => (values::position_ref(), values::price())
            .prop_map(|(position, price)| MarkPosition { position, price }.into()),
        4 => stops.prop_map(|(position, (stop_loss_price, take_profit_price))| {
            SetStops { position, stop_loss_price, take_profit_price }.into()
        }),
        5 => adjust().prop_map(Action::from),
        2 => log().prop_map(Action::from),
        2 => Just(TakeSnapshot {}.into()),
        1 => record_snapshot().prop_map(Action::from),
        1 => Just(RecordRecovery {}.into()),
    ]
    .boxed()
}

pub(super) fn register() -> BoxedStrategy<RegisterStrategy> {
    (values::strategy_key(), values::interval(), values::model_id(), values::config_path(), values::bankroll())
        .prop_map(|(strategy, interval, model_id, config_path, initial_bankroll)| RegisterStrategy {
            strategy,
            interval,
            model_id,
            config_path,
            initial_bankroll,
        })
        .boxed()
}

pub(super) fn open() -> BoxedStrategy<OpenPosition> {
    let place = (values::strategy_ref(), values::maybe_market());
    let money = (values::size(), values::cost(), values::cost());
    (place, select(Side::ALL), money, values::price(), values::stops(14))
        .prop_map(|((strategy, starlisting_id), side, (size, fees, slippage), price, stops)| OpenPosition {
            strategy,
            starlisting_id,
            side,
            size,
            price,
            fees,
            slippage,
            stop_loss_price: stops.0,
            take_profit_price: stops.1,
        })
        .boxed()
}

pub(super) fn close() -> BoxedStrategy<ClosePosition> {
    // Seldom `liquidation`, which is refused.
    let reason = prop_oneof![
        4 => Just(None),
        3 => select(&[ExitReason::Signal, ExitReason::StopLoss, ExitReason::TakeProfit, ExitReason::Manual][..])
            .prop_map(Some),
        1 => select(ExitReason::ALL).prop_map(Some),
    ];
    (values::position_ref(), values::price(), values::cost(), values::cost(), reason)
        .prop_map(|(position, price, fees, slippage, exit_reason)| ClosePosition {
            position,
            price,
            fees,
            slippage,
            exit_reason,
        })
        .boxed()
}

fn liquidate() -> BoxedStrategy<LiquidatePosition> {
    (values::position_ref(), values::price(), values::cost(), values::cost())
        .prop_map(|(position, price, fees, slippage)| LiquidatePosition { position, price, fees, slippage })
        .boxed()
}

fn adjust() -> BoxedStrategy<AdjustBankroll> {
    let change = prop_oneof![
        2 => values::amount().prop_map(BankrollChange::SetTo),
        2 => values::amount().prop_map(BankrollChange::Deposit),
        1 => values::amount().prop_map(BankrollChange::Withdraw),
        // What strategies start with, so that some end at exactly nothing.
        1 => Just(BankrollChange::Withdraw(Amount::DEFAULT_BANKROLL)),
    ];
    (values::strategy_ref(), change, values::reason())
        .prop_map(|(strategy, change, reason)| AdjustBankroll { strategy, change, reason })
        .boxed()
}

fn log() -> BoxedStrategy<LogEvent> {
    let strategy = prop::option::of(values::strategy_ref());
    (values::event_type(), values::event_data(), select(Severity::ALL), strategy)
        .prop_map(|(event_type, event_data, severity, strategy)| LogEvent {
            event_type,
            event_data,
            severity,
            strategy,
        })
        .boxed()
}

/// Mostly one that adds up.
fn record_snapshot() -> BoxedStrategy<RecordSnapshot> {
    let money = || (-2_000_000_i64..2_000_000).prop_map(|micros| Usdt::from_micros(micros).expect("it is small"));
    (money(), values::cost(), money(), money(), 0..3_u32, select(&[0, 0, 0, 1][..]))
        .prop_map(|(available, allocated, unrealized, realized, count, off)| {
            let parts = available.micros() + allocated.usdt().micros() + unrealized.micros() + off;
            RecordSnapshot {
                // What is too large for an amount does not add up.
                total_equity: Usdt::from_micros(parts).unwrap_or(Usdt::ZERO),
                available_capital: available,
                allocated_capital: allocated,
                total_unrealized_pnl: unrealized,
                total_realized_pnl: realized,
                num_open_positions: count,
                num_strategies_active: count,
            }
        })
        .boxed()
}

/// A signal that does nothing, trades, turns a position around, or breaks the rules for signals.
fn signal() -> BoxedStrategy<RecordSignal> {
    let nesting = (plain(), silent()).prop_map(|(plain, silent)| vec![plain, silent.into()]);
    let turning = (traded(Just(Vec::new())), close(), open()).prop_map(|(signal, close, open)| {
        let position = PositionRef::only_open(signal.strategy.clone());
        let close = ClosePosition { position, ..close };
        let open = OpenPosition { strategy: signal.strategy.clone(), ..open };
        RecordSignal { then: vec![close.into(), open.into()], ..signal }
    });
    prop_oneof![
        6 => silent(),
        8 => traded(vec(plain(), 1..=3)),
        8 => traded(vec(open().prop_map(Action::from), 1)),
        8 => turning,
        1 => traded(nesting),
    ]
    .boxed()
}

/// A signal that triggers nothing, mostly with the reason that it needs then.
fn silent() -> BoxedStrategy<RecordSignal> {
    told(0.85, Just(Vec::new()))
}

/// A signal that triggers something, seldom with a reason that it must not have then.
pub(super) fn traded(then: impl Strategy<Value = Vec<Action>> + 'static) -> BoxedStrategy<RecordSignal> {
    told(0.08, then)
}

fn told(reason_probability: f64, then: impl Strategy<Value = Vec<Action>> + 'static) -> BoxedStrategy<RecordSignal> {
    let reason: BoxedStrategy<Option<Reason>> = prop::option::weighted(reason_probability, values::reason()).boxed();
    let place = (values::strategy_ref(), values::maybe_market());
    (place, select(SignalType::ALL), values::confidence(), values::price(), reason, then)
        .prop_map(|((strategy, starlisting_id), signal_type, confidence, price, rejection_reason, then)| RecordSignal {
            strategy,
            starlisting_id,
            signal_type,
            confidence,
            price,
            rejection_reason,
            then,
        })
        .boxed()
}
