//! The reference that a message carries outside: in its Message-ID, its return path, its letter's file name.
//!
//! space id (16 bytes) + message id (16 bytes) --Crockford base32, lower case--> 52 characters
//! - a reference survives a change of case
//! - only a reference of ours parses

use std::fmt;
use std::str::FromStr;

use chrono::{DateTime, Utc};
use ens_domain::ids::{MessageId, SpaceId};
use uuid::Uuid;

/// Crockford's alphabet: digits and letters without i, l, o, u.
const ALPHABET: &[u8; 32] = b"0123456789abcdefghjkmnpqrstvwxyz";
/// 256 bits in groups of five.
const LENGTH: usize = 52;

/// Which message of which space: says nothing about the person, and is the same over every retry.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub struct MessageRef {
    /// The space that the message is about.
    pub space: SpaceId,
    /// The message.
    pub message: MessageId,
}

impl MessageRef {
    /// When the message was ordered: its id says so.
    pub fn ordered_at(&self) -> DateTime<Utc> {
        let (seconds, nanos) = self.message.uuid().get_timestamp().map_or((0, 0), |made| made.to_unix());
        // An id outside the calendar has no instant; the epoch stands for it.
        i64::try_from(seconds).ok().and_then(|seconds| DateTime::from_timestamp(seconds, nanos)).unwrap_or_default()
    }
}

/// A text that is not a reference of ours.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
#[error("not a message reference: expected {LENGTH} letters and digits, as in a letter's file name")]
pub struct NotAReference;

impl fmt::Display for MessageRef {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        let bytes = self.space.uuid().into_bytes().into_iter().chain(self.message.uuid().into_bytes());
        let mut text = String::with_capacity(LENGTH);
        let (mut pending, mut bits) = (0_u32, 0_u32);
        for byte in bytes {
            pending = (pending << 8) | u32::from(byte);
            bits += 8;
            while bits >= 5 {
                bits -= 5;
                text.push(symbol(pending >> bits));
            }
            pending &= (1 << bits) - 1;
        }
        text.push(symbol(pending << (5 - bits)));
        formatter.write_str(&text)
    }
}

/// The symbol of the lowest five bits.
fn symbol(value: u32) -> char {
    let index = usize::try_from(value & 0x1f).unwrap_or_default();
    ALPHABET.get(index).copied().map_or('0', char::from)
}

impl FromStr for MessageRef {
    type Err = NotAReference;

    fn from_str(text: &str) -> Result<Self, Self::Err> {
        if text.len() != LENGTH {
            return Err(NotAReference);
        }
        let mut bytes = Vec::with_capacity(33);
        let (mut pending, mut bits) = (0_u32, 0_u32);
        for letter in text.bytes() {
            pending = (pending << 5) | value(letter)?;
            bits += 5;
            if bits >= 8 {
                bits -= 8;
                bytes.push(u8::try_from(pending >> bits).map_err(|_| NotAReference)?);
                pending &= (1 << bits) - 1;
            }
        }
        if pending != 0 {
            return Err(NotAReference);
        }
        let (space, message) = bytes.split_at_checked(16).ok_or(NotAReference)?;
        Ok(Self { space: SpaceId::from(time_ordered(space)?), message: MessageId::from(time_ordered(message)?) })
    }
}

/// The five bits of a symbol, whatever its case.
fn value(letter: u8) -> Result<u32, NotAReference> {
    let place = ALPHABET.iter().position(|symbol| *symbol == letter.to_ascii_lowercase()).ok_or(NotAReference)?;
    u32::try_from(place).map_err(|_| NotAReference)
}

/// Our ids are version 7, which most made-up references are not.
fn time_ordered(bytes: &[u8]) -> Result<Uuid, NotAReference> {
    let id = Uuid::from_slice(bytes).map_err(|_| NotAReference)?;
    if id.get_version_num() == 7 { Ok(id) } else { Err(NotAReference) }
}

#[cfg(test)]
mod tests {
    use chrono::DateTime;

    use super::*;

    fn reference() -> MessageRef {
        let at = DateTime::from_timestamp(1_767_225_600, 0).unwrap();
        MessageRef { space: SpaceId::at(at, [7; 10]), message: MessageId::at(at, [0xff; 10]) }
    }

    #[test]
    fn a_reference_is_read_back() {
        let text = reference().to_string();
        assert_eq!(text.len(), 52);
        assert_eq!(text.parse(), Ok(reference()));
    }

    #[test]
    fn a_reference_survives_a_change_of_case() {
        assert_eq!(reference().to_string().to_uppercase().parse(), Ok(reference()));
    }

    #[test]
    fn only_a_reference_of_ours_parses() {
        let text = reference().to_string();
        for wrong in
            ["", "abc", &text[1..], &format!("{text}0"), &"0".repeat(52), &"z".repeat(52), &text.replace('7', "u"), &"é".repeat(26)]
        {
            assert_eq!(wrong.parse::<MessageRef>(), Err(NotAReference), "{wrong}");
        }
    }
}
