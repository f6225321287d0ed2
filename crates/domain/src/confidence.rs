//! How sure a model is of its signal.

use std::{cmp::Ordering, fmt, hash, str};

use serde::{Deserialize, Deserializer, Serialize, Serializer, de::Error as _};

use crate::{Problem, ValueError, decimal::Decimal};

const WHAT: &str = "confidence";

/// A model's confidence from 0 to 1, a number in JSON.
///
/// It is a measurement, not money: a plain double that is compared and stored as it came.
///
/// ```
/// use nailsage_domain::Confidence;
///
/// assert_eq!(Confidence::new(0.75)?.get(), 0.75);
/// assert_eq!(Confidence::new(f64::NAN).unwrap_err().code(), "not_a_number");
/// # Ok::<(), nailsage_domain::ValueError>(())
/// ```
#[derive(Clone, Copy)]
pub struct Confidence(f64);

impl Confidence {
    /// Takes a number from 0 to 1. -0 becomes 0.
    ///
    /// # Errors
    ///
    /// `not_a_number` for NaN and infinities, `out_of_range` below 0 and above 1.
    pub fn new(confidence: f64) -> Result<Self, ValueError> {
        Self::checked(confidence).map_err(|problem| ValueError::new(WHAT, problem, format_args!("{confidence:?}")))
    }

    /// The number.
    #[must_use]
    pub const fn get(self) -> f64 {
        self.0
    }

    fn checked(confidence: f64) -> Result<Self, Problem> {
        if !confidence.is_finite() {
            return Err(Problem::NotANumber);
        }
        if !(0.0..=1.0).contains(&confidence) {
            return Err(Problem::OutOfRange { allowed: "from 0 to 1" });
        }
        // The magnitude, so that equal values have equal bits: of the negative numbers only -0 came here.
        Ok(Self(confidence.abs()))
    }
}

impl PartialEq for Confidence {
    fn eq(&self, other: &Self) -> bool {
        self.0.to_bits() == other.0.to_bits()
    }
}

impl Eq for Confidence {}

impl Ord for Confidence {
    fn cmp(&self, other: &Self) -> Ordering {
        self.0.total_cmp(&other.0)
    }
}

impl PartialOrd for Confidence {
    fn partial_cmp(&self, other: &Self) -> Option<Ordering> {
        Some(self.cmp(other))
    }
}

impl hash::Hash for Confidence {
    fn hash<H: hash::Hasher>(&self, state: &mut H) {
        self.0.to_bits().hash(state);
    }
}

impl fmt::Display for Confidence {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        self.0.fmt(f)
    }
}

impl fmt::Debug for Confidence {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "Confidence({self})")
    }
}

impl str::FromStr for Confidence {
    type Err = ValueError;

    fn from_str(text: &str) -> Result<Self, ValueError> {
        // Through `Decimal` first: Rust's own reading of floats also takes "+1", "inf" and "1.".
        Decimal::from_text(text)
            .and_then(|_| text.parse().ok())
            .ok_or(Problem::NotANumber)
            .and_then(Self::checked)
            .map_err(|problem| ValueError::new(WHAT, problem, text))
    }
}

impl Serialize for Confidence {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        serializer.serialize_f64(self.0)
    }
}

impl<'de> Deserialize<'de> for Confidence {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        Self::new(f64::deserialize(deserializer)?).map_err(D::Error::custom)
    }
}
