//! `TokenDigest` stands for a token in a cache, so that no token stays in memory.

use ring::digest::{SHA256, digest};

/// The digest of a token.
#[derive(Clone, Copy, PartialEq, Eq, Hash)]
pub(in crate::http::gate) struct TokenDigest([u8; 32]);

impl TokenDigest {
    /// The digest of this token.
    pub(in crate::http::gate) fn of(token: &str) -> Self {
        let mut bytes = [0; 32];
        bytes.copy_from_slice(digest(&SHA256, token.as_bytes()).as_ref());
        Self(bytes)
    }
}
