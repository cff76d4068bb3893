//! How many bytes a document has, and their SHA-256.
//!
//! - a document has 1 to 5 000 000 bytes
//! - a digest is 64 hexadecimal digits

use std::fmt;
use std::str::FromStr;

use serde::{Deserialize, Deserializer, Serialize, Serializer};

use crate::personal::PersonalData;

/// How many bytes a document has.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Serialize, Deserialize)]
#[serde(transparent)]
pub struct ContentSize(u32);

/// A size that a document cannot have.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
#[error("a document has 1 to {} bytes", ContentSize::MOST)]
pub struct ContentSizeError;

impl ContentSize {
    /// The most bytes that a document may have.
    pub const MOST: u32 = 5_000_000;

    /// This many bytes.
    ///
    /// # Errors
    /// [`ContentSizeError`] for none, or more than [`ContentSize::MOST`].
    pub fn of(bytes: u64) -> Result<Self, ContentSizeError> {
        let fits = (1..=u64::from(Self::MOST)).contains(&bytes);
        if fits { u32::try_from(bytes).map(Self).map_err(|_| ContentSizeError) } else { Err(ContentSizeError) }
    }

    /// In bytes.
    pub const fn bytes(self) -> u32 {
        self.0
    }
}

/// A SHA-256 of bytes; serialises in hexadecimal. That of the clear bytes leads to a file that somebody knows, so it is personal.
#[derive(Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub struct ContentDigest([u8; 32]);

impl PersonalData for ContentDigest {
    const KIND: &'static str = "content_digest";
}

/// A text that is not a digest.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
#[error("a content's digest has 64 hexadecimal digits")]
pub struct ContentDigestError;

impl ContentDigest {
    /// The digest with these bytes.
    pub const fn of(bytes: [u8; 32]) -> Self {
        Self(bytes)
    }

    /// Reads the hexadecimal form, in either case.
    ///
    /// # Errors
    /// [`ContentDigestError`] for anything else.
    pub fn parse(text: &str) -> Result<Self, ContentDigestError> {
        let (pairs, odd) = text.as_bytes().as_chunks::<2>();
        let byte = |[high, low]: &[u8; 2]| Some(nibble(*high)? << 4 | nibble(*low)?);
        let bytes: Option<Vec<u8>> = pairs.iter().map(byte).collect();
        let bytes = bytes.filter(|_| odd.is_empty()).ok_or(ContentDigestError)?;
        bytes.try_into().map(Self).map_err(|_| ContentDigestError)
    }

    /// The 32 bytes.
    pub const fn bytes(&self) -> &[u8; 32] {
        &self.0
    }
}

fn nibble(digit: u8) -> Option<u8> {
    // A hexadecimal digit always fits into a byte.
    char::from(digit).to_digit(16).and_then(|value| u8::try_from(value).ok())
}

impl fmt::Display for ContentDigest {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        self.0.iter().try_for_each(|byte| write!(formatter, "{byte:02x}"))
    }
}

impl fmt::Debug for ContentDigest {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        formatter.write_str("ContentDigest(…)")
    }
}

impl FromStr for ContentDigest {
    type Err = ContentDigestError;

    fn from_str(text: &str) -> Result<Self, ContentDigestError> {
        Self::parse(text)
    }
}

impl Serialize for ContentDigest {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        serializer.collect_str(self)
    }
}

impl<'de> Deserialize<'de> for ContentDigest {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        Self::parse(&String::deserialize(deserializer)?).map_err(serde::de::Error::custom)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_document_has_1_to_5_000_000_bytes() {
        assert_eq!([1, 5_000_000].map(|bytes| ContentSize::of(bytes).map(ContentSize::bytes)), [Ok(1), Ok(5_000_000)]);
        for bytes in [0, 5_000_001, u64::from(u32::MAX) + 2, u64::MAX] {
            assert_eq!(ContentSize::of(bytes), Err(ContentSizeError), "{bytes}");
        }
        assert_eq!(ContentSizeError.to_string(), "a document has 1 to 5000000 bytes");
    }

    #[test]
    fn a_digest_is_64_hexadecimal_digits() {
        let text = "0123456789abcdef".repeat(4);
        let digest = ContentDigest::parse(&text).unwrap();
        assert_eq!((digest.to_string(), ContentDigest::parse(&text.to_uppercase())), (text.clone(), Ok(digest)));
        assert_eq!(ContentDigest::of(*digest.bytes()), digest);
        assert_eq!(serde_json::to_string(&digest).unwrap(), format!("\"{text}\""));
        assert_eq!(serde_json::from_str::<ContentDigest>(&format!("\"{text}\"")).unwrap(), digest);
        assert_eq!(format!("{digest:?}"), "ContentDigest(…)");
        for other in ["", "0", &text[1..], &format!("{text}0"), &format!("{text}00"), &"é".repeat(32), &"0x".repeat(32)] {
            assert_eq!(ContentDigest::parse(other), Err(ContentDigestError), "{other}");
        }
    }
}
