//! One thing to put right.

use std::fmt;

/// Where it is, which rule it breaks and what to do.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord)]
pub(crate) struct Finding {
    /// From the root, with `/`.
    pub(crate) path: String,
    /// From 1.
    pub(crate) line: usize,
    pub(crate) rule: &'static str,
    pub(crate) to_do: String,
}

impl Finding {
    pub(crate) fn new(rule: &'static str, path: impl Into<String>, line: usize, to_do: impl Into<String>) -> Self {
        let (path, to_do) = (path.into(), to_do.into());
        Self { path, line, rule, to_do }
    }
}

impl fmt::Display for Finding {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        let Self { path, line, rule, to_do } = self;
        write!(formatter, "{path}:{line}: {rule}: {to_do}")
    }
}
