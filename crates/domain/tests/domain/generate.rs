//! Random valid values, the edges of their ranges among them more often than chance would have it.

use nailsage_domain::{
    Amount, BankrollPercent, Cost, Interval, IntervalUnit, Price, Side, StarlistingId, UnixMillis, Usdt,
};
use proptest::prelude::*;

pub(crate) fn usdt() -> impl Strategy<Value = Usdt> {
    let edge = Usdt::MAX.micros();
    let micros = prop_oneof![
        4 => -edge..=edge,
        2 => -1_000_000_000_000_i64..=1_000_000_000_000,
        2 => -3_i64..=3,
        1 => edge - 1_000..=edge,
        1 => -edge..=-edge + 1_000,
    ];
    micros.prop_map(|micros| Usdt::from_micros(micros).unwrap())
}

pub(crate) fn amount() -> impl Strategy<Value = Amount> {
    usdt().prop_map(|usdt| Amount::new(if usdt == Usdt::ZERO { Usdt::MAX } else { usdt.magnitude() }).unwrap())
}

pub(crate) fn cost() -> impl Strategy<Value = Cost> {
    usdt().prop_map(|usdt| Cost::new(usdt.magnitude()).unwrap())
}

/// A price as text: up to 15 digits, the first of them anywhere from 10^-12 to 10^11.
pub(crate) fn price_text() -> impl Strategy<Value = String> {
    let digits = prop_oneof![3 => 1_u64..1_000_000_000_000_000, 2 => 1_u64..100, 1 => Just(999_999_999_999_999)];
    (digits, -12_i64..=11).prop_map(|(digits, leading)| {
        let exponent = leading - i64::from(digits.ilog10());
        format!("{digits}e{exponent}")
    })
}

pub(crate) fn price() -> impl Strategy<Value = Price> {
    price_text().prop_map(|text| text.parse().unwrap())
}

/// Prices that stay within a few per cent of each other, as an entry and an exit mostly do.
pub(crate) fn near_prices() -> impl Strategy<Value = (Price, Price)> {
    (1_u64..100_000_000_000, -6_i64..=0, 800_u64..1_250).prop_map(|(digits, exponent, permille)| {
        let price = |digits: u64, exponent: i64| format!("{digits}e{exponent}").parse::<Price>().unwrap();
        (price(digits, exponent - 3), price(digits * permille, exponent - 6))
    })
}

pub(crate) fn side() -> impl Strategy<Value = Side> {
    prop_oneof![Just(Side::Long), Just(Side::Short)]
}

pub(crate) fn percent() -> impl Strategy<Value = BankrollPercent> {
    (1_u32..=10_000_000).prop_map(|units| BankrollPercent::from_units(units).unwrap())
}

pub(crate) fn time() -> impl Strategy<Value = UnixMillis> {
    (UnixMillis::MIN.get()..=UnixMillis::MAX.get()).prop_map(|millis| UnixMillis::new(millis).unwrap())
}

pub(crate) fn market() -> impl Strategy<Value = StarlistingId> {
    (1..=i64::MAX).prop_map(|id| StarlistingId::new(id).unwrap())
}

pub(crate) fn interval() -> impl Strategy<Value = Interval> {
    (1_u16..=999, prop::sample::select(IntervalUnit::ALL)).prop_map(|(count, unit)| Interval::new(count, unit).unwrap())
}
