//! Whole numbers as they come in.

use std::{fmt, marker::PhantomData};

use serde::de::{self, Visitor};

use crate::{Problem, ValueError, decimal::Decimal};

/// A type that is a whole number from outside.
pub(crate) trait FromInteger: Sized {
    /// What the value is called in errors.
    const WHAT: &'static str;
    /// What a deserialiser expects.
    const EXPECTED: &'static str;
    /// What a whole number beyond 64 bits is.
    const BEYOND: Problem;

    fn from_integer(integer: i64) -> Result<Self, ValueError>;
}

/// Reads `-?digits`.
pub(crate) fn from_text<T: FromInteger>(text: &str) -> Result<T, ValueError> {
    let digits = text.strip_prefix('-').unwrap_or(text);
    let problem = if !digits.is_empty() && digits.bytes().all(|byte| byte.is_ascii_digit()) {
        match text.parse() {
            Ok(integer) => return T::from_integer(integer),
            Err(_) => T::BEYOND,
        }
    } else if Decimal::from_text(text).is_some() {
        Problem::BadForm { expected: "a whole number" }
    } else {
        Problem::NotANumber
    };
    Err(ValueError::new(T::WHAT, problem, text))
}

/// Takes a whole number, not a string: ids and times have no spelling to preserve.
pub(crate) struct IntegerVisitor<T>(pub(crate) PhantomData<T>);

impl<T: FromInteger> Visitor<'_> for IntegerVisitor<T> {
    type Value = T;

    fn expecting(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(T::EXPECTED)
    }

    fn visit_i64<E: de::Error>(self, integer: i64) -> Result<T, E> {
        T::from_integer(integer).map_err(E::custom)
    }

    fn visit_u64<E: de::Error>(self, integer: u64) -> Result<T, E> {
        match i64::try_from(integer) {
            Ok(integer) => self.visit_i64(integer),
            Err(_) => Err(E::custom(ValueError::new(T::WHAT, T::BEYOND, integer))),
        }
    }
}

/// `FromStr`, `Display` and serde of a whole-number type with `get`.
macro_rules! integer_text_and_serde {
    ($type:ident) => {
        impl std::str::FromStr for $type {
            type Err = $crate::ValueError;

            fn from_str(text: &str) -> Result<Self, Self::Err> {
                $crate::integer::from_text(text)
            }
        }

        impl std::fmt::Display for $type {
            fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
                self.0.fmt(f)
            }
        }

        impl serde::Serialize for $type {
            fn serialize<S: serde::Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
                serializer.serialize_i64(self.0)
            }
        }

        impl<'de> serde::Deserialize<'de> for $type {
            fn deserialize<D: serde::Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
                deserializer.deserialize_i64($crate::integer::IntegerVisitor(std::marker::PhantomData))
            }
        }
    };
}

pub(crate) use integer_text_and_serde;
