//! The provisional code (*code provisoire*): made for one message, read back from a person, kept only as a keyed digest.

use std::fmt;

use hmac_sha256::HMAC;

use crate::ids::SpaceId;
use crate::parsed::{redacted, text_value};
use crate::personal::PersonalData;

/// Digits and capitals without the look-alikes 0 O, 1 I L and U V (V stays).
const ALPHABET: &[u8; 30] = b"23456789ABCDEFGHJKMNPQRSTVWXYZ";
/// How many of them make a code.
const LENGTH: usize = 12;

/// A code as a person types it, cleaned of case, spaces and dashes. Secret: never stored, shown only in its own message.
#[derive(Clone, PartialEq, Eq)]
pub struct ProvisionalCode(String);

redacted!(ProvisionalCode);

impl PersonalData for ProvisionalCode {
    const KIND: &'static str = "provisional_code";
}

/// A text that cannot be a code. Whether a possible one is *the* code, only the space can say.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
#[error("a code has 12 letters and digits, such as ABCD-EFGH-JKMN, and never 0, 1, I, L, O or U")]
pub struct CodeError;

impl ProvisionalCode {
    /// A new code from 128 bits of randomness: every code is as likely as any other to within one part in 2^69.
    pub fn generate(randomness: [u8; 16]) -> Self {
        let mut rest = u128::from_be_bytes(randomness);
        let base = ALPHABET.len() as u128;
        let mut code = String::with_capacity(LENGTH);
        for _ in 0..LENGTH {
            let place = usize::try_from(rest % base).unwrap_or_default();
            rest /= base;
            code.extend(ALPHABET.get(place).copied().map(char::from));
        }
        Self(code)
    }

    /// Reads what a person typed, without regard to case, spaces or dashes.
    ///
    /// # Errors
    /// [`CodeError`] where no code could be meant.
    pub fn parse(text: &str) -> Result<Self, CodeError> {
        let code: String =
            text.chars().filter(|letter| !is_separator(*letter)).map(|letter| letter.to_ascii_uppercase()).take(LENGTH + 1).collect();
        if code.len() == LENGTH && code.bytes().all(|byte| ALPHABET.contains(&byte)) { Ok(Self(code)) } else { Err(CodeError) }
    }

    /// The code as a message shows it, in groups of four: `ABCD-EFGH-JKMN`.
    pub fn display(&self) -> String {
        let mut shown = String::with_capacity(LENGTH + 2);
        for (place, letter) in self.0.chars().enumerate() {
            if place > 0 && place % 4 == 0 {
                shown.push('-');
            }
            shown.push(letter);
        }
        shown
    }

    fn as_str(&self) -> &str {
        &self.0
    }

    /// What a space remembers of the code. The space is part of it: the same code in another space gives another digest.
    pub fn digest(&self, key: &CodeKey, space: SpaceId) -> CodeDigest {
        let mut mac = HMAC::new(key.0);
        mac.update(b"ens/code-digest/v1\0");
        mac.update(space.uuid().as_bytes());
        mac.update(self.0.as_bytes());
        CodeDigest(mac.finalize())
    }
}

/// What people and word processors put between groups.
const fn is_separator(letter: char) -> bool {
    letter.is_whitespace() || matches!(letter, '-' | '\u{2010}'..='\u{2015}' | '\u{2212}')
}

text_value!(ProvisionalCode, CodeError);

/// The secret under which codes are digested.
#[derive(Clone)]
pub struct CodeKey([u8; 32]);

redacted!(CodeKey);

impl CodeKey {
    /// A key of 256 bits, derived from the master key.
    pub const fn new(bytes: [u8; 32]) -> Self {
        Self(bytes)
    }
}

/// The keyed digest (HMAC-SHA256) of a code in a space; all that events hold of a code. Serialises in hexadecimal.
#[derive(Clone, Copy)]
pub struct CodeDigest([u8; 32]);

/// A text that is not a digest.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
#[error("a code's digest has 64 hexadecimal digits")]
pub struct CodeDigestError;

impl CodeDigest {
    /// Reads a digest back from an event.
    ///
    /// # Errors
    /// [`CodeDigestError`] unless there are 64 hexadecimal digits.
    pub fn parse(text: &str) -> Result<Self, CodeDigestError> {
        let nibbles: Option<Vec<u8>> = text.chars().map(|digit| digit.to_digit(16).and_then(|value| u8::try_from(value).ok())).collect();
        let nibbles = nibbles.ok_or(CodeDigestError)?;
        let (pairs, odd) = nibbles.as_chunks::<2>();
        let bytes: Vec<u8> = pairs.iter().map(|[high, low]| high << 4 | low).collect();
        if odd.is_empty() { bytes.try_into().map(Self).map_err(|_| CodeDigestError) } else { Err(CodeDigestError) }
    }

    /// Whether both are of the same code, in a time that does not depend on where they differ.
    pub fn matches(&self, other: &Self) -> bool {
        self.0.iter().zip(other.0).fold(0, |difference, (ours, theirs)| difference | (ours ^ theirs)) == 0
    }
}

impl PartialEq for CodeDigest {
    fn eq(&self, other: &Self) -> bool {
        self.matches(other)
    }
}

impl Eq for CodeDigest {}

impl fmt::Display for CodeDigest {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        self.0.iter().try_for_each(|byte| write!(formatter, "{byte:02x}"))
    }
}

impl fmt::Debug for CodeDigest {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(formatter, "CodeDigest({self})")
    }
}

impl std::str::FromStr for CodeDigest {
    type Err = CodeDigestError;

    fn from_str(text: &str) -> Result<Self, Self::Err> {
        Self::parse(text)
    }
}

impl serde::Serialize for CodeDigest {
    fn serialize<S: serde::Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        serializer.collect_str(self)
    }
}

impl<'de> serde::Deserialize<'de> for CodeDigest {
    fn deserialize<D: serde::Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        let text = <String as serde::Deserialize>::deserialize(deserializer)?;
        Self::parse(&text).map_err(serde::de::Error::custom)
    }
}
