//! How large a position is to be.

use std::fmt;

use nailsage_domain::{Amount, BankrollPercent};
use serde::{
    Deserialize, Deserializer, Serialize, Serializer,
    de::{
        self, Visitor,
        value::{F64Deserializer, I64Deserializer, MapAccessDeserializer, StrDeserializer, U64Deserializer},
    },
};

/// A position's size: USDT of notional at entry. In JSON `"1000"`, or `{"percent": "10"}` of the bankroll.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Size {
    /// So many USDT.
    Usdt(Amount),
    /// A share of the bankroll as it stands at that action.
    Percent(BankrollPercent),
}

impl From<Amount> for Size {
    fn from(amount: Amount) -> Self {
        Self::Usdt(amount)
    }
}

impl From<BankrollPercent> for Size {
    fn from(percent: BankrollPercent) -> Self {
        Self::Percent(percent)
    }
}

#[derive(Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
struct PercentFields {
    percent: BankrollPercent,
}

impl Serialize for Size {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        match self {
            Self::Usdt(amount) => amount.serialize(serializer),
            Self::Percent(percent) => PercentFields { percent: *percent }.serialize(serializer),
        }
    }
}

impl<'de> Deserialize<'de> for Size {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        struct SizeVisitor;
        impl<'de> Visitor<'de> for SizeVisitor {
            type Value = Size;
            fn expecting(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
                f.write_str("a size in USDT such as \"1000\", or {\"percent\": \"10\"} of the bankroll")
            }
            fn visit_i64<E: de::Error>(self, value: i64) -> Result<Size, E> {
                Amount::deserialize(I64Deserializer::new(value)).map(Size::Usdt)
            }
            fn visit_u64<E: de::Error>(self, value: u64) -> Result<Size, E> {
                Amount::deserialize(U64Deserializer::new(value)).map(Size::Usdt)
            }
            fn visit_f64<E: de::Error>(self, value: f64) -> Result<Size, E> {
                Amount::deserialize(F64Deserializer::new(value)).map(Size::Usdt)
            }
            fn visit_str<E: de::Error>(self, value: &str) -> Result<Size, E> {
                Amount::deserialize(StrDeserializer::new(value)).map(Size::Usdt)
            }
            fn visit_map<A: de::MapAccess<'de>>(self, map: A) -> Result<Size, A::Error> {
                let fields = PercentFields::deserialize(MapAccessDeserializer::new(map))?;
                Ok(Size::Percent(fields.percent))
            }
        }
        deserializer.deserialize_any(SizeVisitor)
    }
}
