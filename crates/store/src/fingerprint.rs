//! What makes two commands under one key the same command.

use sha2::{Digest, Sha256};

use crate::command::Command;

/// The first 16 bytes of the SHA-256 of a command's canonical JSON: its time and actions as typed values, without its
/// key. However its numbers were written on the wire, the same command has the same fingerprint, in every version of
/// this crate that can read it: fields are only added as optional, and an absent one leaves no trace.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub struct Fingerprint([u8; Self::BYTES]);

impl Fingerprint {
    /// How many bytes it has.
    pub const BYTES: usize = 16;

    /// The fingerprint of a command.
    #[must_use]
    pub fn of(command: &Command) -> Self {
        // Most commands fit, so that the buffer is allocated once.
        let mut text = Vec::with_capacity(1_024);
        serde_json::to_writer(&mut text, &(command.at, &command.actions))
            .expect("commands hold no maps and no failing serializers, the only ways for JSON to fail");
        let digest = Sha256::digest(&text);
        let mut bytes = [0; Self::BYTES];
        bytes.copy_from_slice(&digest[..Self::BYTES]);
        Self(bytes)
    }

    /// A fingerprint that was stored.
    #[must_use]
    pub fn from_bytes(bytes: [u8; Self::BYTES]) -> Self {
        Self(bytes)
    }

    /// Its bytes, for storing.
    #[must_use]
    pub fn as_bytes(&self) -> &[u8; Self::BYTES] {
        &self.0
    }
}
