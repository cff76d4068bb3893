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
        // A hexadecimal digit always fits into a byte.
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

#[cfg(test)]
mod tests {
    use chrono::DateTime;
    use proptest::prelude::*;

    use super::*;

    fn space(randomness: u8) -> SpaceId {
        SpaceId::at(DateTime::UNIX_EPOCH, [randomness; 10])
    }

    #[test]
    fn code_is_read_without_regard_to_case_spaces_or_dashes() {
        let code = ProvisionalCode::parse("ABCD-EFGH-JKMN").unwrap();
        for text in ["abcdefghjkmn", " ABCD EFGH JKMN ", "abcd\u{a0}efgh\u{2013}jkmn\n", "A-B-C-D-E-F-G-H-J-K-M-N"] {
            assert!(ProvisionalCode::parse(text) == Ok(code.clone()), "{text:?}");
        }
        assert_eq!(code.display(), "ABCD-EFGH-JKMN");
    }

    #[test]
    fn code_has_no_look_alikes() {
        for twin in ['0', 'O', '1', 'I', 'L', 'U'] {
            assert!(!ALPHABET.contains(&(twin as u8)));
            assert!(ProvisionalCode::parse(&format!("ABCDEFGHJKM{twin}")).is_err());
        }
    }

    #[test]
    fn code_of_another_length_is_none() {
        for text in ["", "ABCD-EFGH-JKM", "ABCD-EFGH-JKMN-P", "ABCD-EFGH-JKMé", &"A".repeat(1_000_000)] {
            assert_eq!(ProvisionalCode::parse(text).err(), Some(CodeError));
        }
    }

    #[test]
    fn code_and_its_key_are_never_shown_by_debug() {
        let code = ProvisionalCode::parse("ABCD-EFGH-JKMN").unwrap();
        assert_eq!(format!("{code:?} {:?}", CodeKey::new([7; 32])), "ProvisionalCode(…) CodeKey(…)");
    }

    #[test]
    fn code_digest_is_of_one_code_in_one_space_under_one_key() {
        let key = CodeKey::new([7; 32]);
        let code = ProvisionalCode::parse("ABCD-EFGH-JKMN").unwrap();
        let digest = code.digest(&key, space(1));
        assert!(digest.matches(&ProvisionalCode::parse("abcdefghjkmn").unwrap().digest(&key, space(1))));
        assert!(!digest.matches(&code.digest(&key, space(2))));
        assert!(!digest.matches(&code.digest(&CodeKey::new([8; 32]), space(1))));
        assert!(!digest.matches(&ProvisionalCode::parse("ABCD-EFGH-JKMP").unwrap().digest(&key, space(1))));
    }

    #[test]
    fn code_digest_is_stored_in_hexadecimal() {
        let digest = ProvisionalCode::generate([3; 16]).digest(&CodeKey::new([7; 32]), space(1));
        let json = serde_json::to_string(&digest).unwrap();
        assert_eq!(json.len(), 66);
        assert_eq!(serde_json::from_str::<CodeDigest>(&json).unwrap(), digest);
        for text in ["", "0", &"0".repeat(63), &"0".repeat(65), &"0".repeat(66), &"g".repeat(64), &"é".repeat(32)] {
            assert_eq!(CodeDigest::parse(text), Err(CodeDigestError), "{text}");
        }
    }

    /// With 3,000 codes a place holds each letter 100 times, give or take 10: six such steps away is no chance.
    #[test]
    fn code_uses_every_letter_evenly_in_every_place() {
        let mut counts = [[0i32; 30]; LENGTH];
        for draw in 0u64..3_000 {
            let randomness = HMAC::mac(draw.to_be_bytes(), [0; 32]);
            let code = ProvisionalCode::generate(randomness[..16].try_into().unwrap());
            for (place, letter) in code.0.bytes().enumerate() {
                counts[place][ALPHABET.iter().position(|known| *known == letter).unwrap()] += 1;
            }
        }
        assert!(counts.as_flattened().iter().all(|count| (40..=160).contains(count)), "{counts:?}");
    }

    proptest! {
        #[test]
        fn code_made_is_a_code_read(randomness in any::<[u8; 16]>()) {
            let code = ProvisionalCode::generate(randomness);
            prop_assert!(ProvisionalCode::parse(&code.display()) == Ok(code.clone()));
            prop_assert!(ProvisionalCode::parse(&code.display().to_lowercase()) == Ok(code.clone()));
            let json = serde_json::to_string(&code).unwrap();
            prop_assert!(serde_json::from_str::<ProvisionalCode>(&json).unwrap() == code);
        }

        #[test]
        fn code_digest_differs_wherever_one_byte_does(bytes in any::<[u8; 32]>(), place in 0usize..32, flip in 1u8..) {
            let mut other = bytes;
            other[place] ^= flip;
            prop_assert!(CodeDigest(bytes).matches(&CodeDigest(bytes)));
            prop_assert!(!CodeDigest(bytes).matches(&CodeDigest(other)));
            prop_assert_eq!(CodeDigest::parse(&CodeDigest(bytes).to_string()), Ok(CodeDigest(bytes)));
        }
    }
}
