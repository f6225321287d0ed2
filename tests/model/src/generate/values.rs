//! Values from small pools and from the edges of their ranges.

use nailsage_domain::{
    Amount, BankrollPercent, Confidence, ConfigPath, Cost, EventData, EventType, Interval, ModelId, PositionId, Price,
    Reason, RequestKey, StarlistingId, StrategyId, StrategyKey, Usdt,
};
use nailsage_store::{PositionRef, Size, StrategyRef};
use proptest::{prelude::*, sample::select};

/// How many keys there are to collide on.
const KEYS: usize = 32;

/// The strategies that the first command registers and most of the others name.
pub(super) const REGISTERED_FIRST: [&str; 2] = ["scalper/v1@1", "swing/2@x/v1@2"];

fn parsed<T: std::str::FromStr<Err: std::fmt::Debug>>(text: &str) -> T {
    text.parse().unwrap_or_else(|error| panic!("the pool holds {text}: {error:?}"))
}

/// Some text of a pool as a value.
fn one_of<T>(texts: &'static [&'static str]) -> impl Strategy<Value = T>
where
    T: std::str::FromStr<Err: std::fmt::Debug> + std::fmt::Debug,
{
    select(texts).prop_map(parsed)
}

/// A strategy to be registered.
pub(super) fn strategy_key() -> BoxedStrategy<StrategyKey> {
    one_of(&["scalper/v1@1", "swing/2@x/v1@2", "scalper/v2@1", "scalper/v1@2"]).boxed()
}

/// Seldom a strategy that was never registered.
pub(super) fn strategy_ref() -> BoxedStrategy<StrategyRef> {
    let id = |id| StrategyRef::Id(StrategyId::new(id).expect("above 0"));
    let key = |name| StrategyRef::Key(parsed(name));
    prop_oneof![
        16 => Just(key(REGISTERED_FIRST[0])),
        8 => Just(key(REGISTERED_FIRST[1])),
        8 => (1_i64..=2).prop_map(id),
        1 => select(&["scalper/v2@1", "scalper/v1@2", "scalper/v1@3"][..]).prop_map(key),
        1 => select(&[3, 4, 5, i64::MAX][..]).prop_map(id),
    ]
    .boxed()
}

pub(super) fn market() -> BoxedStrategy<StarlistingId> {
    (1_i64..=3).prop_map(|id| StarlistingId::new(id).expect("above 0")).boxed()
}

/// Mostly the strategy's own.
pub(super) fn maybe_market() -> BoxedStrategy<Option<StarlistingId>> {
    prop::option::weighted(0.12, market()).boxed()
}

pub(super) fn key() -> BoxedStrategy<RequestKey> {
    (0..KEYS).prop_map(|number| parsed(&format!("key-{number}"))).boxed()
}

pub(super) fn position_ref() -> BoxedStrategy<PositionRef> {
    let id = |id| PositionRef::Id(PositionId::new(id).expect("above 0"));
    prop_oneof![
        8 => (1_i64..=5).prop_map(id),
        3 => (1_i64..=20).prop_map(id),
        10 => (strategy_ref(), maybe_market())
            .prop_map(|(strategy, starlisting_id)| PositionRef::OnlyOpen { strategy, starlisting_id }),
        3 => key().prop_map(PositionRef::OpenedBy),
        1 => Just(i64::MAX).prop_map(id),
    ]
    .boxed()
}

pub(super) fn price() -> BoxedStrategy<Price> {
    prop_oneof![
        24 => (9_500_u32..=10_500).prop_map(|cents| parsed(&format!("{cents}e-2"))),
        6 => one_of(&["1", "2", "3", "10", "60", "200", "0.333333333333333"]),
        3 => (1_u64..=999_999_999_999_999, 0_u32..15, 3_u32..=12).prop_map(|(digits, cut, decimals)| {
            parsed(&format!("{}e-{decimals}", (digits / 10_u64.pow(cut)).max(1)))
        }),
        2 => one_of(&["0.000000000001", "999999999999.999"]),
    ]
    .boxed()
}

/// Stops around the ordinary prices, sometimes crossed or equal; none at all in so many of 7 + `none` cases.
pub(super) fn stops(none: u32) -> BoxedStrategy<(Option<Price>, Option<Price>)> {
    let price = || one_of(&["80", "90", "110", "120"]);
    prop_oneof![
        none => Just((None, None)),
        2 => price().prop_map(|stop_loss| (Some(stop_loss), None)),
        2 => price().prop_map(|take_profit| (None, Some(take_profit))),
        3 => (price(), price()).prop_map(|(stop_loss, take_profit)| (Some(stop_loss), Some(take_profit))),
    ]
    .boxed()
}

fn micros() -> BoxedStrategy<i64> {
    prop_oneof![
        16 => (1_i64..=200_000).prop_map(|cents| cents * 10_000),
        8 => 1_i64..=5_000_000_000,
        3 => 1_i64..=9,
        3 => (1..=Usdt::MAX.micros(), 0_u32..50).prop_map(|(micros, shift)| (micros >> shift).max(1)),
        1 => Just(Usdt::MAX.micros()),
    ]
    .boxed()
}

fn usdt(micros: i64) -> Usdt {
    Usdt::from_micros(micros).expect("within the range")
}

pub(super) fn amount() -> BoxedStrategy<Amount> {
    micros().prop_map(|micros| Amount::new(usdt(micros)).expect("above 0")).boxed()
}

pub(super) fn bankroll() -> BoxedStrategy<Option<Amount>> {
    prop_oneof![
        4 => Just(None),
        2 => one_of(&["100", "10000", "10000.000005"]).prop_map(Some),
        1 => amount().prop_map(Some),
        1 => Just(Some(Amount::new(Usdt::MAX).expect("above 0"))),
    ]
    .boxed()
}

pub(super) fn cost() -> BoxedStrategy<Cost> {
    let cost = |micros| Cost::new(usdt(micros)).expect("not below 0");
    prop_oneof![
        12 => Just(Cost::ZERO),
        12 => (0_i64..=200_0000).prop_map(cost),
        1 => micros().prop_map(cost),
    ]
    .boxed()
}

pub(super) fn size() -> BoxedStrategy<Option<Size>> {
    let percent = |units| Size::Percent(BankrollPercent::from_units(units).expect("within the range"));
    prop_oneof![
        8 => Just(None),
        6 => amount().prop_map(|amount| Some(Size::Usdt(amount))),
        6 => select(&[10_000, 333_333, 1_000_000, 10_000_000][..]).prop_map(move |units| Some(percent(units))),
        1 => (1_u32..=10).prop_map(move |units| Some(percent(units))),
        1 => (1_u32..=10_000_000).prop_map(move |units| Some(percent(units))),
    ]
    .boxed()
}

/// Mostly the same one.
pub(super) fn interval() -> BoxedStrategy<Interval> {
    prop_oneof![15 => one_of(&["1m"]), 1 => one_of(&["60s", "1h"])].boxed()
}

pub(super) fn model_id() -> BoxedStrategy<Option<ModelId>> {
    prop::option::weighted(0.4, one_of(&["model-a", "model-b"])).boxed()
}

pub(super) fn config_path() -> BoxedStrategy<Option<ConfigPath>> {
    prop::option::weighted(0.3, one_of(&["strategies/a.yaml", "strategies/ü b.yaml"])).boxed()
}

pub(super) fn reason() -> BoxedStrategy<Reason> {
    prop_oneof![
        12 => one_of(&["cooldown", "duplicate", "said \"no\" \\ naïvely ✓\n", "position_not_open"]),
        1 => Just(parsed(&"x".repeat(nailsage_domain::TEXT_BYTES_MAX))),
    ]
    .boxed()
}

pub(super) fn confidence() -> BoxedStrategy<Option<Confidence>> {
    prop::option::of(
        prop_oneof![Just(0.0), Just(-0.0), Just(1.0), 0.0..=1.0]
            .prop_map(|confidence| Confidence::new(confidence).expect("within the range")),
    )
    .boxed()
}

pub(super) fn event_type() -> BoxedStrategy<EventType> {
    one_of(&["websocket_connect", "strategy_start", "bankroll_adjusted"]).boxed()
}

pub(super) fn event_data() -> BoxedStrategy<Option<EventData>> {
    const TEXTS: &[&str] = &[
        "{}",
        "[]",
        "7",
        "\"just text\"",
        "false",
        "{\"b\": 1, \"a\": [1.5, null, \"é\\n\", {\"nested\": -0.0}]}",
        "18446744073709551615",
    ];
    prop::option::of(select(TEXTS).prop_map(|text| EventData::from_text(text).expect("the pool holds JSON"))).boxed()
}
