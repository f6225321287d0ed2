//! The answer to one line.

use std::{
    error::Error,
    io::{self, Write},
};

use nailsage::{Answer, Outcome, Refused, RequestKey, StoreError};
use serde::Serialize;

/// What a line came to.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Status {
    Ok,
    Refused,
    Invalid,
    Error,
}

/// The answer to one line.
#[derive(Debug)]
pub(crate) enum Reply {
    Ok(Outcome),
    Refused(Refused),
    Invalid(String),
    Error(StoreError),
}

#[derive(Serialize)]
struct Envelope<'a> {
    line: u64,
    #[serde(flatten)]
    body: Body<'a>,
}

#[derive(Serialize)]
#[serde(tag = "status", rename_all = "snake_case")]
enum Body<'a> {
    Ok { outcome: &'a Outcome },
    Refused { refusal: Refusal<'a> },
    Invalid { error: &'a str },
    Error { error: StoreFailure<'a> },
}

#[derive(Serialize)]
struct Refusal<'a> {
    #[serde(flatten)]
    refused: &'a Refused,
    message: String,
}

#[derive(Serialize)]
struct StoreFailure<'a> {
    code: &'a str,
    message: String,
    #[serde(skip_serializing_if = "Option::is_none")]
    key: Option<&'a RequestKey>,
}

impl Reply {
    pub(crate) fn of(answer: Result<Answer, StoreError>) -> Self {
        match answer {
            Ok(Answer::Done(outcome)) => Self::Ok(outcome),
            Ok(Answer::Refused(refused)) => Self::Refused(refused),
            Err(error) => Self::Error(error),
        }
    }

    /// Writes it as one line of JSON.
    pub(crate) fn write(&self, line: u64, out: &mut impl Write) -> io::Result<Status> {
        let (status, body) = match self {
            Self::Ok(outcome) => (Status::Ok, Body::Ok { outcome }),
            Self::Refused(refused) => {
                let refusal = Refusal { refused, message: refused.to_string() };
                (Status::Refused, Body::Refused { refusal })
            }
            Self::Invalid(problem) => (Status::Invalid, Body::Invalid { error: problem }),
            Self::Error(error) => {
                let key = match error {
                    StoreError::Unknown { key, .. } => key.as_ref(),
                    _ => None,
                };
                let failure = StoreFailure { code: error.code(), message: with_causes(error), key };
                (Status::Error, Body::Error { error: failure })
            }
        };
        serde_json::to_writer(&mut *out, &Envelope { line, body })?;
        out.write_all(b"\n")?;
        Ok(status)
    }
}

/// An error and its causes in one line.
fn with_causes(error: &StoreError) -> String {
    let mut text = error.to_string();
    let mut cause = error.source();
    while let Some(error) = cause {
        let line = error.to_string();
        if !text.contains(&line) {
            text.push_str(": ");
            text.push_str(&line);
        }
        cause = error.source();
    }
    text
}

#[cfg(test)]
mod tests {
    use std::sync::Arc;

    use super::*;

    fn line(reply: &Reply) -> String {
        let mut out = Vec::new();
        match reply.write(4, &mut out) {
            Ok(_) => String::from_utf8_lossy(&out).into_owned(),
            Err(error) => panic!("writing to memory failed: {error}"),
        }
    }

    #[test]
    fn every_answer_says_its_line_first_and_then_its_status() {
        let refused = Refused { refusal: nailsage::Refusal::EmptyCommand, action_index: None };
        let key = "tick-1".parse().ok();
        let cause: Arc<dyn Error + Send + Sync> = Arc::new(io::Error::other("the disk is on fire"));
        insta::assert_snapshot!(
            [
                Reply::Ok(Outcome { commit_seq: 1, results: vec![] }),
                Reply::Refused(refused),
                Reply::Invalid("what is wrong".to_owned()),
                Reply::Error(StoreError::Unknown { key, source: Some(Arc::clone(&cause)) }),
                Reply::Error(StoreError::Backend { during: "commit", source: cause }),
                Reply::Error(StoreError::unavailable("the queue is full")),
                Reply::Error(StoreError::corrupt("strategy 1 has no totals")),
            ]
            .map(|reply| line(&reply))
            .join("")
        );
    }
}
