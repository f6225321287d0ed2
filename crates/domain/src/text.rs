//! Texts from outside, checked once: what databases cannot store and logs should not hold never gets in.

use crate::{Problem, ValueError};

/// The most bytes of UTF-8 in any of these texts.
pub const TEXT_BYTES_MAX: usize = 1_000;

fn check(text: &str, forbidden: &[char]) -> Result<(), Problem> {
    if text.is_empty() {
        Err(Problem::Empty)
    } else if text.len() > TEXT_BYTES_MAX {
        Err(Problem::TooLong { bytes_max: TEXT_BYTES_MAX })
    } else if text.contains('\0') {
        Err(Problem::NulCharacter)
    } else if text.contains(forbidden) {
        Err(Problem::BadCharacter { forbidden: "'/' or '@'" })
    } else {
        Ok(())
    }
}

/// A strategy is written `name/version@market` and read from the right, so a version holds neither separator.
const KEY_SEPARATORS: &[char] = &['/', '@'];

macro_rules! text {
    ($(#[$doc:meta])* $type:ident, $what:literal, $errors:literal, $forbidden:expr) => {
        $(#[$doc])*
        #[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord, Hash)]
        pub struct $type(Box<str>);

        impl $type {
            /// Takes a text of 1 to [`TEXT_BYTES_MAX`] bytes without NUL characters.
            ///
            /// # Errors
            ///
            #[doc = $errors]
            pub fn new(text: impl Into<String>) -> Result<Self, ValueError> {
                let text = text.into();
                match check(&text, $forbidden) {
                    Ok(()) => Ok(Self(text.into_boxed_str())),
                    Err(problem) => Err(ValueError::new($what, problem, text)),
                }
            }

            /// The text.
            #[must_use]
            pub fn as_str(&self) -> &str {
                &self.0
            }
        }

        impl std::str::FromStr for $type {
            type Err = ValueError;

            fn from_str(text: &str) -> Result<Self, ValueError> {
                Self::new(text)
            }
        }

        impl AsRef<str> for $type {
            fn as_ref(&self) -> &str {
                &self.0
            }
        }

        impl From<$type> for String {
            fn from(text: $type) -> Self {
                text.0.into_string()
            }
        }

        impl std::fmt::Display for $type {
            fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
                f.pad(&self.0)
            }
        }

        impl serde::Serialize for $type {
            fn serialize<S: serde::Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
                serializer.serialize_str(&self.0)
            }
        }

        impl<'de> serde::Deserialize<'de> for $type {
            fn deserialize<D: serde::Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
                Self::new(String::deserialize(deserializer)?).map_err(serde::de::Error::custom)
            }
        }
    };
}

text! {
    /// What a strategy is called, such as `dev_scalper_1m`.
    ///
    /// ```
    /// use nailsage_domain::StrategyName;
    ///
    /// assert_eq!(StrategyName::new("dev_scalper_1m")?.as_str(), "dev_scalper_1m");
    /// assert_eq!(StrategyName::new("").unwrap_err().code(), "empty");
    /// # Ok::<(), nailsage_domain::ValueError>(())
    /// ```
    StrategyName, "strategy name", "`empty`, `too_long` or `nul_character`.", &[]
}
text! {
    /// A strategy's version, such as `v1`, without `/` and `@`.
    Version, "version", "`empty`, `too_long`, `nul_character`, or `bad_character` for `/` and `@`.", KEY_SEPARATORS
}
text! {
    /// The model behind a strategy, as the model registry names it.
    ModelId, "model id", "`empty`, `too_long` or `nul_character`.", &[]
}
text! {
    /// Where a strategy's configuration lives.
    ConfigPath, "config path", "`empty`, `too_long` or `nul_character`.", &[]
}
text! {
    /// Why something was done, or not done.
    Reason, "reason", "`empty`, `too_long` or `nul_character`.", &[]
}
text! {
    /// What kind of event happened, such as `websocket_connect`.
    EventType, "event type", "`empty`, `too_long` or `nul_character`.", &[]
}
text! {
    /// The caller's name for a command; with it, repeating the command is safe.
    RequestKey, "request key", "`empty`, `too_long` or `nul_character`.", &[]
}
