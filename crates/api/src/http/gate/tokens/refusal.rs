//! Why a token is refused; no reason repeats what the token holds.

use crate::http::gate::claims::ClaimsError;
use crate::http::gate::role::Role;

/// Why a token is refused.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
pub enum TokenRefused {
    /// Longer than any token of ours.
    #[error("longer than 16384 bytes")]
    TooLong,
    /// Not three parts of base64url, or not JSON in which each name stands once.
    #[error("not a signed token in compact form")]
    Malformed,
    /// The header asks for something that changes how a token is read.
    #[error("its header asks for what is not done here (crit, b64, cty, zip or enc)")]
    Extension,
    /// No signature, a shared secret, or an algorithm that is not checked here.
    #[error("its algorithm is not one of RS256, PS256, ES256 and EdDSA")]
    Algorithm,
    /// An identity token, a refresh token, or another kind.
    #[error("not an access token")]
    Kind,
    /// An issuer that is not configured.
    #[error("its issuer is not configured here")]
    Issuer,
    /// No key of its issuer has this id and algorithm.
    #[error("not signed by a key that is configured here")]
    UnknownKey,
    /// The signature is not that of the key.
    #[error("its signature does not match the key")]
    Signature,
    /// Its last second is over.
    #[error("expired")]
    Expired,
    /// Its first second is to come.
    #[error("not valid yet")]
    NotYetValid,
    /// A claim that every token needs is missing or malformed.
    #[error("needs the claim {0}")]
    Needs(&'static str),
    /// For another service.
    #[error("issued for somebody else (aud)")]
    Audience,
    /// Issued to a client that is not configured.
    #[error("issued to a client that is not configured here (azp)")]
    AuthorisedParty,
    /// The issuer may not assert this role.
    #[error("its issuer may not assert the role {role}", role = .0.name())]
    Role(Role),
    /// The authentication was weaker than the role needs.
    #[error("authenticated too weakly for this role (acr)")]
    Strength,
    /// The issuer's tokens must be bound to a certificate, and this one is not.
    #[error("not bound to a client certificate (cnf)")]
    NotBound,
    /// Bound to something that is not compared here.
    #[error("bound to something else than a client certificate (cnf)")]
    OtherBinding,
    /// Bound to a certificate, and the connection shows none.
    #[error("bound to a client certificate, and none was shown")]
    NoCertificate,
    /// Bound to a certificate, and the connection shows another.
    #[error("bound to another client certificate than the one that was shown")]
    OtherCertificate,
    /// The issuer was asked, and says that the token is not active.
    #[error("no longer active, says its issuer")]
    Inactive,
    /// A claim that the role needs is missing or malformed.
    #[error(transparent)]
    Claims(#[from] ClaimsError),
}

impl TokenRefused {
    /// Whether the issuer may mend it by saying more than the token does.
    pub(super) const fn is_for_lack_of_a_claim(self) -> bool {
        matches!(self, Self::Claims(_) | Self::Strength)
    }
}

/// A token that was not verified.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
pub enum NotVerified {
    /// It is not valid.
    #[error(transparent)]
    Refused(#[from] TokenRefused),
    /// Nobody can tell: the issuer does not answer, and was not heard for too long.
    #[error("the issuer of the token does not answer")]
    IssuerUnavailable,
}

impl From<ClaimsError> for NotVerified {
    fn from(error: ClaimsError) -> Self {
        Self::Refused(error.into())
    }
}
