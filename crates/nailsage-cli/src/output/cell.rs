//! One value of a list, and how each format writes it.

use nailsage::{Price, UnixMillis, Usdt};
use serde_json::Value;

use super::{figure::Figure, money, time::Fineness, zone::Zone};

/// Money shows at least cents, also when it happens to be whole.
const MONEY_DECIMALS_MIN: usize = 2;

/// How the values of a column are shown: all alike, so that they stand below each other.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) struct Look {
    pub(crate) money_decimals: usize,
    pub(crate) fineness: Fineness,
}

impl Look {
    /// What shows both exactly.
    pub(crate) fn and(self, other: Self) -> Self {
        Self {
            money_decimals: self.money_decimals.max(other.money_decimals),
            fineness: self.fineness.max(other.fineness),
        }
    }
}

/// One value of a list.
#[derive(Debug, Clone, PartialEq)]
pub(crate) enum Cell {
    /// Nothing: null in JSON, empty in CSV.
    Null,
    Text(String),
    /// A text of a few words that is never broken over lines.
    Label(&'static str),
    Int(i64),
    Bool(bool),
    /// Money in millionths of a USDT: a decimal string in JSON.
    Micros(i128),
    /// A decimal string in JSON.
    Price(Price),
    /// Unix ms in JSON and CSV, ISO in tables.
    Time(UnixMillis),
    /// A ratio or a confidence; never money.
    Number(f64),
    /// The same where a table rounds it; JSON and CSV have every digit.
    Figure(f64, Figure),
    /// Free JSON, such as the data of an event.
    Json(Value),
}

impl Cell {
    pub(crate) fn text(value: impl std::fmt::Display) -> Self {
        Self::Text(value.to_string())
    }

    /// A sum of money in millionths of a USDT.
    pub(crate) fn micros(micros: impl Into<i128>) -> Self {
        Self::Micros(micros.into())
    }

    pub(crate) fn money(amount: Usdt) -> Self {
        Self::Micros(amount.micros().into())
    }

    /// The value in JSON.
    pub(crate) fn json(&self) -> Value {
        match self {
            Self::Null => Value::Null,
            Self::Text(text) => Value::from(text.as_str()),
            Self::Label(text) => Value::from(*text),
            Self::Int(number) => Value::from(*number),
            Self::Bool(flag) => Value::from(*flag),
            Self::Micros(micros) => Value::from(money::plain(*micros)),
            Self::Price(price) => Value::from(price.to_string()),
            Self::Time(at) => Value::from(at.get()),
            Self::Number(number) | Self::Figure(number, _) => Value::from(*number),
            Self::Json(value) => value.clone(),
        }
    }

    /// The value in CSV.
    pub(crate) fn csv(&self) -> String {
        match self.json() {
            Value::Null => String::new(),
            Value::String(text) => text,
            other => other.to_string(),
        }
    }

    /// The value in a table whose column shows its values like this. A time is without its offset, which the title says.
    pub(crate) fn shown(&self, look: Look) -> String {
        match self {
            Self::Null => "–".to_owned(),
            Self::Text(text) => without_control_characters(text),
            Self::Label(text) => (*text).to_owned(),
            Self::Bool(true) => "yes".to_owned(),
            Self::Bool(false) => "no".to_owned(),
            Self::Micros(micros) => money::grouped(*micros, look.money_decimals),
            Self::Time(at) => Zone::shown().bare(*at, look.fineness),
            Self::Figure(number, figure) => figure.shown(*number),
            Self::Json(value) => without_control_characters(&value.to_string()),
            Self::Int(_) | Self::Price(_) | Self::Number(_) => self.csv(),
        }
    }

    /// How it must be shown so that nothing of it is lost.
    pub(crate) fn look(&self) -> Look {
        let mut look = Look { money_decimals: MONEY_DECIMALS_MIN, fineness: Fineness::Minutes };
        match self {
            Self::Micros(micros) => look.money_decimals = money::decimals_needed(*micros).max(MONEY_DECIMALS_MIN),
            Self::Time(at) => look.fineness = Fineness::of(*at),
            _ => {}
        }
        look
    }

    /// The time that it is, if it is one.
    pub(crate) fn time(&self) -> Option<UnixMillis> {
        match self {
            Self::Time(at) => Some(*at),
            _ => None,
        }
    }

    /// Whether it may be broken over several lines; a name or a number could not be read or copied any more.
    pub(crate) fn is_prose(&self) -> bool {
        match self {
            Self::Text(text) => text.contains(' '),
            Self::Json(_) => true,
            _ => false,
        }
    }

    /// Whether a table aligns it at the right.
    pub(crate) fn is_number(&self) -> bool {
        matches!(self, Self::Int(_) | Self::Micros(_) | Self::Price(_) | Self::Number(_) | Self::Figure(..))
    }
}

impl<T: Into<Self>> From<Option<T>> for Cell {
    fn from(value: Option<T>) -> Self {
        value.map_or(Self::Null, Into::into)
    }
}

impl From<Usdt> for Cell {
    fn from(amount: Usdt) -> Self {
        Self::money(amount)
    }
}

impl From<Price> for Cell {
    fn from(price: Price) -> Self {
        Self::Price(price)
    }
}

impl From<UnixMillis> for Cell {
    fn from(at: UnixMillis) -> Self {
        Self::Time(at)
    }
}

impl From<i64> for Cell {
    fn from(number: i64) -> Self {
        Self::Int(number)
    }
}

impl From<String> for Cell {
    fn from(text: String) -> Self {
        Self::Text(text)
    }
}

impl From<&str> for Cell {
    fn from(text: &str) -> Self {
        Self::Text(text.to_owned())
    }
}

/// Bots choose names and reasons; a terminal must not obey them.
pub(crate) fn without_control_characters(text: &str) -> String {
    text.chars().fold(String::with_capacity(text.len()), |mut shown, character| {
        if character.is_control() {
            shown.extend(character.escape_default());
        } else {
            shown.push(character);
        }
        shown
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_terminal_never_sees_a_control_character_from_the_book() {
        assert_eq!(Cell::text("red\u{1b}[31m\n").shown(Cell::Null.look()), "red\\u{1b}[31m\\n");
    }

    #[test]
    fn money_is_a_decimal_string_in_json() {
        assert_eq!(Cell::Micros(-15_789_474).json(), Value::from("-15.789474"));
        assert_eq!(Cell::Null.csv(), "");
    }
}
