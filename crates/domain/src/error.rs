//! What is wrong with a value that was not accepted.

use std::fmt;

use thiserror::Error;

/// How many characters of a refused value an error repeats; the rest would only fill logs.
const GIVEN_CHARS_MAX: usize = 64;

/// A value that breaks the rules of its type.
///
/// ```
/// use nailsage_domain::Price;
///
/// let error = "-1".parse::<Price>().unwrap_err();
/// assert_eq!(error.to_string(), "price must be greater than 0, got -1");
/// assert_eq!(error.code(), "not_positive");
/// ```
#[derive(Debug, Clone, PartialEq, Eq, Error)]
pub struct ValueError {
    what: &'static str,
    problem: Problem,
    given: String,
}

impl ValueError {
    pub(crate) fn new(what: &'static str, problem: Problem, given: impl fmt::Display) -> Self {
        let given = given.to_string();
        let given = match given.char_indices().nth(GIVEN_CHARS_MAX) {
            Some((end, _)) => format!("{}…", &given[..end]),
            None => given,
        };
        Self { what, problem, given }
    }

    /// What kind of value it should have been, such as `price`.
    #[must_use]
    pub fn what(&self) -> &'static str {
        self.what
    }

    /// Which rule it breaks.
    #[must_use]
    pub fn problem(&self) -> Problem {
        self.problem
    }

    /// The name of the broken rule for programs, such as `not_positive`; it does not change between versions.
    #[must_use]
    pub fn code(&self) -> &'static str {
        self.problem.code()
    }

    /// The refused value as text, cut after 64 characters.
    #[must_use]
    pub fn given(&self) -> &str {
        &self.given
    }
}

impl fmt::Display for ValueError {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let Self { what, problem, given } = self;
        match problem {
            Problem::NotANumber => write!(f, "{what} must be a finite number, got {given:?}"),
            Problem::NotPositive => write!(f, "{what} must be greater than 0, got {given}"),
            Problem::Negative => write!(f, "{what} must not be negative, got {given}"),
            Problem::OutOfRange { allowed } => write!(f, "{what} must be {allowed}, got {given}"),
            Problem::TooPrecise { limit } => write!(f, "{what} must have {limit}, got {given}"),
            Problem::Empty => write!(f, "{what} must not be empty"),
            Problem::TooLong { bytes_max } => {
                write!(f, "{what} must have at most {bytes_max} bytes, got {given:?}")
            }
            Problem::NulCharacter => {
                write!(f, "{what} must not contain the NUL character, got {given:?}")
            }
            Problem::UnknownName { known } => {
                write!(f, "{what} must be one of {}, got {given:?}", known.join(", "))
            }
            Problem::InSeconds => write!(
                f,
                "{what} must be in Unix milliseconds, got {given}, which looks like seconds; multiply it by 1000"
            ),
            Problem::BadCharacter { forbidden } => {
                write!(f, "{what} must not contain {forbidden}, got {given:?}")
            }
            Problem::BadForm { expected } => write!(f, "{what} must be {expected}, got {given:?}"),
        }
    }
}

/// Which rule a refused value breaks.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
#[non_exhaustive]
pub enum Problem {
    /// It is no number at all, or NaN or infinite.
    NotANumber,
    /// It must be greater than 0.
    NotPositive,
    /// It must not be below 0.
    Negative,
    /// It is outside the allowed range.
    OutOfRange {
        /// The range in words.
        allowed: &'static str,
    },
    /// It has more digits than the type can hold exactly.
    TooPrecise {
        /// How many digits there may be, in words.
        limit: &'static str,
    },
    /// It is empty.
    Empty,
    /// It is too long.
    TooLong {
        /// The most bytes it may have.
        bytes_max: usize,
    },
    /// It contains the character U+0000, which `PostgreSQL` cannot store.
    NulCharacter,
    /// It is none of the known names.
    UnknownName {
        /// All names there are.
        known: &'static [&'static str],
    },
    /// It is a time in seconds where milliseconds are needed.
    InSeconds,
    /// It contains a character that it must not contain.
    BadCharacter {
        /// Those characters, in words.
        forbidden: &'static str,
    },
    /// It is not of the right form.
    BadForm {
        /// The right form, in words.
        expected: &'static str,
    },
}

impl Problem {
    /// The name of the rule for programs; it does not change between versions.
    #[must_use]
    pub fn code(self) -> &'static str {
        match self {
            Self::NotANumber => "not_a_number",
            Self::NotPositive => "not_positive",
            Self::Negative => "negative",
            Self::OutOfRange { .. } => "out_of_range",
            Self::TooPrecise { .. } => "too_precise",
            Self::Empty => "empty",
            Self::TooLong { .. } => "too_long",
            Self::NulCharacter => "nul_character",
            Self::UnknownName { .. } => "unknown_name",
            Self::InSeconds => "in_seconds",
            Self::BadCharacter { .. } => "bad_character",
            Self::BadForm { .. } => "bad_form",
        }
    }
}

/// The result of a calculation with valid values leaves the range that the book can hold.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, Error)]
#[error("the result leaves the book's range of ±2^33 USDT")]
pub struct OutOfRange;
