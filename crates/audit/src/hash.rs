//! A SHA-256 hash of the tree, and the two prefixes of RFC 6962 that keep a leaf from passing for a node.

use std::fmt;
use std::str::FromStr;

use ring::digest::{Context, SHA256};

/// The byte before a leaf's entry (RFC 6962, section 2.1).
const LEAF: &[u8] = &[0];
/// The byte before a node's two children (RFC 6962, section 2.1).
const NODE: &[u8] = &[1];

/// A SHA-256 hash; its text is 64 lower-case hexadecimal digits.
#[derive(Clone, Copy, PartialEq, Eq, Hash)]
pub struct Hash([u8; 32]);

/// A text that is not a hash.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct NotAHash;

impl Hash {
    /// The root of a tree without leaves: SHA-256 of nothing.
    pub fn of_nothing() -> Self {
        Self::of(&[])
    }

    /// The hash of a leaf with this entry.
    pub fn of_leaf(entry: &[u8]) -> Self {
        Self::of(&[LEAF, entry])
    }

    /// The hash of the node over two subtrees.
    pub fn of_node(left: &Self, right: &Self) -> Self {
        Self::of(&[NODE, &left.0, &right.0])
    }

    /// The 32 bytes.
    pub const fn bytes(&self) -> &[u8; 32] {
        &self.0
    }

    pub(crate) fn of(parts: &[&[u8]]) -> Self {
        let mut context = Context::new(&SHA256);
        for part in parts {
            context.update(part);
        }
        let mut bytes = [0; 32];
        bytes.copy_from_slice(context.finish().as_ref());
        Self(bytes)
    }
}

impl From<[u8; 32]> for Hash {
    fn from(bytes: [u8; 32]) -> Self {
        Self(bytes)
    }
}

impl fmt::Display for Hash {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        self.0.iter().try_for_each(|byte| write!(formatter, "{byte:02x}"))
    }
}

impl fmt::Debug for Hash {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        fmt::Display::fmt(self, formatter)
    }
}

impl FromStr for Hash {
    type Err = NotAHash;

    fn from_str(text: &str) -> Result<Self, Self::Err> {
        // Digits only: the parser of numbers would take a sign too.
        if text.len() != 64 || !text.bytes().all(|byte| byte.is_ascii_hexdigit()) {
            return Err(NotAHash);
        }
        let mut bytes = [0; 32];
        for (byte, digits) in bytes.iter_mut().zip(text.as_bytes().chunks(2)) {
            let digits = std::str::from_utf8(digits).map_err(|_| NotAHash)?;
            *byte = u8::from_str_radix(digits, 16).map_err(|_| NotAHash)?;
        }
        Ok(Self(bytes))
    }
}

impl fmt::Display for NotAHash {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        formatter.write_str("not a hash: expected 64 hexadecimal digits")
    }
}

impl std::error::Error for NotAHash {}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_hash_is_read_back_from_its_text() {
        let hash = Hash::of_leaf(b"entry");
        assert_eq!(hash.to_string().parse(), Ok(hash));
    }

    #[test]
    fn a_text_that_is_not_a_hash_is_refused() {
        for text in ["", "e3b0", &"g".repeat(64), &"+1".repeat(32), &"é".repeat(32)] {
            assert_eq!(text.parse::<Hash>(), Err(NotAHash), "{text}");
        }
    }

    #[test]
    fn a_leaf_never_passes_for_a_node() {
        let (left, right) = (Hash::of_leaf(b"left"), Hash::of_leaf(b"right"));
        let pair = [left.bytes().as_slice(), right.bytes().as_slice()].concat();
        assert_ne!(Hash::of_leaf(&pair), Hash::of_node(&left, &right));
    }
}
