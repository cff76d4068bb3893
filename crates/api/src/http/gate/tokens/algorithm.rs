//! The signature algorithms that are accepted: asymmetric ones, by their names in JSON Web Algorithms (RFC 7518, RFC 8037).

use jsonwebtoken::Algorithm;

/// An accepted signature algorithm.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum SignatureAlgorithm {
    Rs256,
    Ps256,
    Es256,
    EdDsa,
}

impl SignatureAlgorithm {
    /// The algorithm of this name; `None` for no signature, a shared secret, and all that is not checked here.
    pub(super) fn named(name: &str) -> Option<Self> {
        match name {
            "RS256" => Some(Self::Rs256),
            "PS256" => Some(Self::Ps256),
            "ES256" => Some(Self::Es256),
            "EdDSA" => Some(Self::EdDsa),
            _ => None,
        }
    }

    /// As the library that verifies names it.
    pub(super) const fn of_library(self) -> Algorithm {
        match self {
            Self::Rs256 => Algorithm::RS256,
            Self::Ps256 => Algorithm::PS256,
            Self::Es256 => Algorithm::ES256,
            Self::EdDsa => Algorithm::EdDSA,
        }
    }
}
