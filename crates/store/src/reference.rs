//! How a command names a strategy or a position, so that prepared input needs no ids.

use std::fmt;

use nailsage_domain::{PositionId, RequestKey, StarlistingId, StrategyId, StrategyKey};
use serde::{
    Deserialize, Deserializer, Serialize, Serializer,
    de::{self, Visitor, value::MapAccessDeserializer},
};

/// A strategy, by id or by name. In JSON `7` or `"name/version@market"`.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum StrategyRef {
    /// By its id.
    Id(StrategyId),
    /// By its name, version and market.
    Key(StrategyKey),
}

impl From<StrategyId> for StrategyRef {
    fn from(id: StrategyId) -> Self {
        Self::Id(id)
    }
}

impl From<StrategyKey> for StrategyRef {
    fn from(key: StrategyKey) -> Self {
        Self::Key(key)
    }
}

impl fmt::Display for StrategyRef {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Id(id) => id.fmt(f),
            Self::Key(key) => key.fmt(f),
        }
    }
}

impl std::str::FromStr for StrategyRef {
    type Err = nailsage_domain::ValueError;

    /// An id (all digits) or `name/version@market`.
    fn from_str(text: &str) -> Result<Self, Self::Err> {
        if !text.is_empty() && text.bytes().all(|byte| byte.is_ascii_digit()) {
            text.parse().map(Self::Id)
        } else {
            text.parse().map(Self::Key)
        }
    }
}

impl Serialize for StrategyRef {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        match self {
            Self::Id(id) => id.serialize(serializer),
            Self::Key(key) => serializer.collect_str(key),
        }
    }
}

impl<'de> Deserialize<'de> for StrategyRef {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        struct RefVisitor;
        impl Visitor<'_> for RefVisitor {
            type Value = StrategyRef;
            fn expecting(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
                f.write_str("a strategy id such as 7, or its name as \"name/version@market\"")
            }
            fn visit_i64<E: de::Error>(self, id: i64) -> Result<StrategyRef, E> {
                StrategyId::new(id).map(StrategyRef::Id).map_err(E::custom)
            }
            fn visit_u64<E: de::Error>(self, id: u64) -> Result<StrategyRef, E> {
                self.visit_i64(i64::try_from(id).map_err(E::custom)?)
            }
            fn visit_str<E: de::Error>(self, text: &str) -> Result<StrategyRef, E> {
                text.parse().map(StrategyRef::Key).map_err(E::custom)
            }
        }
        deserializer.deserialize_any(RefVisitor)
    }
}

/// A position. In JSON `12`, `{"opened_by": "key"}` or `{"strategy": "name/version@market", "starlisting_id": 7}`.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum PositionRef {
    /// By its id.
    Id(PositionId),
    /// The position that the command with this key opened; refused when it opened none or several. A command may
    /// name its own key.
    OpenedBy(RequestKey),
    /// The only open position of a strategy on a market (its own when absent); refused when there is none or
    /// several.
    OnlyOpen {
        /// Whose position.
        strategy: StrategyRef,
        /// On which market; the strategy's own when absent.
        starlisting_id: Option<StarlistingId>,
    },
}

impl PositionRef {
    /// The only open position of a strategy on its own market.
    #[must_use]
    pub fn only_open(strategy: impl Into<StrategyRef>) -> Self {
        Self::OnlyOpen { strategy: strategy.into(), starlisting_id: None }
    }
}

impl From<PositionId> for PositionRef {
    fn from(id: PositionId) -> Self {
        Self::Id(id)
    }
}

impl fmt::Display for PositionRef {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Id(id) => id.fmt(f),
            Self::OpenedBy(key) => write!(f, "opened by {key}"),
            Self::OnlyOpen { strategy, starlisting_id: None } => write!(f, "the only open position of {strategy}"),
            Self::OnlyOpen { strategy, starlisting_id: Some(market) } => {
                write!(f, "the only open position of {strategy} on market {market}")
            }
        }
    }
}

#[derive(Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
struct PositionRefFields {
    #[serde(default, skip_serializing_if = "Option::is_none")]
    opened_by: Option<RequestKey>,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    strategy: Option<StrategyRef>,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    starlisting_id: Option<StarlistingId>,
}

impl Serialize for PositionRef {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        let (opened_by, strategy, starlisting_id) = match self {
            Self::Id(id) => return id.serialize(serializer),
            Self::OpenedBy(key) => (Some(key.clone()), None, None),
            Self::OnlyOpen { strategy, starlisting_id } => (None, Some(strategy.clone()), *starlisting_id),
        };
        PositionRefFields { opened_by, strategy, starlisting_id }.serialize(serializer)
    }
}

impl<'de> Deserialize<'de> for PositionRef {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        struct RefVisitor;
        impl<'de> Visitor<'de> for RefVisitor {
            type Value = PositionRef;
            fn expecting(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
                f.write_str(
                    "a position id such as 12, {\"opened_by\": \"key\"} or {\"strategy\": \"name/version@market\"}",
                )
            }
            fn visit_i64<E: de::Error>(self, id: i64) -> Result<PositionRef, E> {
                PositionId::new(id).map(PositionRef::Id).map_err(E::custom)
            }
            fn visit_u64<E: de::Error>(self, id: u64) -> Result<PositionRef, E> {
                self.visit_i64(i64::try_from(id).map_err(E::custom)?)
            }
            fn visit_map<A: de::MapAccess<'de>>(self, map: A) -> Result<PositionRef, A::Error> {
                let fields = PositionRefFields::deserialize(MapAccessDeserializer::new(map))?;
                match fields {
                    PositionRefFields { opened_by: Some(key), strategy: None, starlisting_id: None } => {
                        Ok(PositionRef::OpenedBy(key))
                    }
                    PositionRefFields { opened_by: None, strategy: Some(strategy), starlisting_id } => {
                        Ok(PositionRef::OnlyOpen { strategy, starlisting_id })
                    }
                    _ => Err(de::Error::custom(
                        "a position is named by either opened_by or strategy (with an optional starlisting_id)",
                    )),
                }
            }
        }
        deserializer.deserialize_any(RefVisitor)
    }
}

/// A strategy key as one text, `"name/version@market"`.
pub(crate) mod strategy_key_text {
    use nailsage_domain::StrategyKey;
    use serde::{Deserialize, Deserializer, Serializer, de::Error};

    pub(crate) fn serialize<S: Serializer>(key: &StrategyKey, serializer: S) -> Result<S::Ok, S::Error> {
        serializer.collect_str(key)
    }

    pub(crate) fn deserialize<'de, D: Deserializer<'de>>(deserializer: D) -> Result<StrategyKey, D::Error> {
        let text = std::borrow::Cow::<'de, str>::deserialize(deserializer)?;
        text.parse().map_err(D::Error::custom)
    }
}
