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

#[cfg(test)]
mod tests {
    //! What is stored must be found again by every later version, so these bytes never change.

    use super::Fingerprint;
    use crate::command::Command;

    fn fingerprint(text: &str) -> String {
        let command: Command = serde_json::from_str(text).unwrap();
        format!("{:032x}", u128::from_be_bytes(*Fingerprint::of(&command).as_bytes()))
    }

    #[test]
    fn fingerprints_of_known_commands_never_change() {
        let tick = r#"{"key":"any","at":1640991660000,"actions":[{"action":"record_signal","strategy":"scalper/v1@7",
            "signal_type":"long","confidence":0.73,"price":46377.5,"then":[
            {"action":"close_position","position":{"strategy":"scalper/v1@7"},"price":"46377.5","fees":0.4},
            {"action":"open_position","strategy":3,"side":"long","size":{"percent":2.5},"price":"1e-7"}]}]}"#;
        assert_eq!(fingerprint(tick), "b50b5b490d6d3efc04010d722259892b");
        let event = r#"{"at":1640991660000,"actions":[{"action":"log_event","event_type":"start",
            "event_data":{"b":[1,2.5,1e300],"a":"\u00e9"}}]}"#;
        assert_eq!(fingerprint(event), "ae386b23d1c489211c8de18606788bb7");
    }

    #[test]
    fn how_a_command_is_written_is_no_matter() {
        let open = |price: &str, rest: &str| {
            let action =
                format!(r#"{{"action":"open_position","side":"long","price":{price},"strategy":"a/b@1"{rest}}}"#);
            fingerprint(&format!(r#"{{"at":1640991660000,"actions":[{action}]}}"#))
        };
        assert_eq!(open("46377.5", ""), open("\"46377.50\"", r#","fees":0,"size":null"#));
        assert_ne!(open("46377.5", ""), open("46377.6", ""));
        assert_ne!(open("1", r#","stop_loss_price":"2""#), open("1", r#","take_profit_price":"2""#));
    }
}
