//! Events of the audit log.

use std::{fmt, str};

use serde::{Deserialize, Deserializer, Serialize, Serializer, de::Error as _};
use serde_json::Value;

use crate::{EventId, EventType, Problem, Severity, StrategyId, UnixMillis, ValueError};

/// The most bytes of an event's data as compact JSON.
pub const EVENT_DATA_BYTES_MAX: usize = 65_536;

const WHAT: &str = "event data";
const NOT_JSON: Problem = Problem::BadForm { expected: "JSON, at most 127 levels deep" };

/// Something that happened, for the audit log.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Event {
    /// Its number in this book.
    pub id: EventId,
    /// What kind of event.
    pub event_type: EventType,
    /// What there is to say about it; in JSON `event_data`.
    #[serde(rename = "event_data")]
    pub data: Option<EventData>,
    /// How bad it is.
    pub severity: Severity,
    /// The strategy it is about, if any.
    pub strategy_id: Option<StrategyId>,
    /// When it happened, by the caller's clock.
    pub timestamp: UnixMillis,
    /// When the book wrote it, by the book's clock.
    pub created_at: UnixMillis,
}

/// Any JSON but `null`, kept as its canonical compact text: no spaces, keys sorted, the last of equal keys.
///
/// Numbers are 64-bit integers or doubles; digits beyond are lost. In JSON it is the value itself.
///
/// ```
/// use nailsage_domain::EventData;
///
/// let data = EventData::from_text(r#"{ "reconnect": false, "exchange": "binance" }"#)?;
/// assert_eq!(data.as_str(), r#"{"exchange":"binance","reconnect":false}"#);
/// assert_eq!(data.value()["exchange"], "binance");
/// # Ok::<(), nailsage_domain::ValueError>(())
/// ```
#[derive(Debug, Clone, PartialEq, Eq, Hash)]
pub struct EventData(Box<str>);

impl EventData {
    /// Takes a JSON value.
    ///
    /// # Errors
    ///
    /// `empty` for `null` (leave the data out instead), `too_long` above [`EVENT_DATA_BYTES_MAX`], `bad_form` when it is
    /// nested too deeply.
    pub fn from_value(value: &Value) -> Result<Self, ValueError> {
        if value.is_null() {
            return Err(ValueError::new(WHAT, Problem::Empty, "null"));
        }
        // A program may have asked serde_json to keep the order of keys.
        let mut value = value.clone();
        value.sort_all_objects();
        let text = value.to_string();
        if text.len() > EVENT_DATA_BYTES_MAX {
            return Err(ValueError::new(WHAT, Problem::TooLong { bytes_max: EVENT_DATA_BYTES_MAX }, text));
        }
        // A value can be nested deeper than its text may be when it is read.
        match serde_json::from_str::<Value>(&text) {
            Ok(_) => Ok(Self(text.into_boxed_str())),
            Err(_) => Err(ValueError::new(WHAT, NOT_JSON, text)),
        }
    }

    /// Reads JSON text.
    ///
    /// # Errors
    ///
    /// Those of [`from_value`](Self::from_value), and `bad_form` when it is no JSON.
    pub fn from_text(text: &str) -> Result<Self, ValueError> {
        match serde_json::from_str::<Value>(text) {
            Ok(value) => Self::from_value(&value),
            Err(_) => Err(ValueError::new(WHAT, NOT_JSON, text)),
        }
    }

    /// The compact JSON text.
    #[must_use]
    pub fn as_str(&self) -> &str {
        &self.0
    }

    /// The JSON value.
    #[must_use]
    #[expect(clippy::missing_panics_doc, reason = "the text was read when the value was made")]
    pub fn value(&self) -> Value {
        serde_json::from_str(&self.0).expect("the text was read when the value was made")
    }
}

impl str::FromStr for EventData {
    type Err = ValueError;

    fn from_str(text: &str) -> Result<Self, ValueError> {
        Self::from_text(text)
    }
}

impl fmt::Display for EventData {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.0)
    }
}

impl Serialize for EventData {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        self.value().serialize(serializer)
    }
}

impl<'de> Deserialize<'de> for EventData {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        Self::from_value(&Value::deserialize(deserializer)?).map_err(D::Error::custom)
    }
}
