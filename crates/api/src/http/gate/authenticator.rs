//! `Authenticator` finds the bearer of a request's token: verified by its issuer's rules, cached for some seconds, compared with the certificate.
//!
//! token --issuer's rules--> verified, cached --the certificate that it is bound to--> caller
//! Neither a token nor its subject is written to the log of the service.
//! - only a token that was verified is cached
//! - a cached token is compared with the certificate of each request

use axum::http::HeaderMap;
use axum::http::header::AUTHORIZATION;

use crate::problem::{Problem, ProblemType};

use super::caller::Caller;
use super::thumbprint::Thumbprint;
use super::tokens::{Issuers, NotVerified, TokenCache, TokenDigest, TokenRefused, VerifiedToken};

/// Verifies tokens, and remembers for some seconds which were valid.
pub(crate) struct Authenticator {
    issuers: Issuers,
    verified: TokenCache,
}

impl Authenticator {
    /// One that accepts tokens of these issuers.
    pub(crate) fn new(issuers: Issuers) -> Self {
        Self { issuers, verified: TokenCache::default() }
    }

    /// A token that was verified a moment ago.
    pub(super) fn known(&self, token: &str) -> Option<VerifiedToken> {
        self.verified.token(TokenDigest::of(token))
    }

    /// Verifies a token that is not known.
    ///
    /// # Errors
    /// The problem to answer where it is not valid, or where nobody can tell.
    pub(super) async fn verify(&self, token: &str) -> Result<VerifiedToken, Problem> {
        let verified = self.issuers.verify(token).await.map_err(problem)?;
        self.verified.insert(TokenDigest::of(token), verified.clone());
        Ok(verified)
    }
}

/// The token of a request.
///
/// # Errors
/// The problem to answer where there is none, or more than one.
pub(super) fn bearer(headers: &HeaderMap) -> Result<&str, Problem> {
    let none = || Problem::new(ProblemType::UNAUTHENTICATED);
    let mut values = headers.get_all(AUTHORIZATION).iter();
    let (Some(only), None) = (values.next(), values.next()) else { return Err(none()) };
    // A header that is not text is no token.
    let (scheme, token) = only.to_str().ok().and_then(|text| text.split_once(' ')).ok_or_else(none)?;
    if scheme.eq_ignore_ascii_case("bearer") { Ok(token.trim()) } else { Err(none()) }
}

/// The bearer, if the connection shows the certificate that the token is bound to.
///
/// # Errors
/// The problem to answer where it shows none, or another.
pub(super) fn bearer_of(token: VerifiedToken, shown: Option<Thumbprint>) -> Result<Caller, Problem> {
    match (token.bound_to, shown) {
        (None, _) => Ok(token.caller),
        (Some(bound), Some(shown)) if bound == shown => Ok(token.caller),
        (Some(_), Some(_)) => Err(problem(TokenRefused::OtherCertificate.into())),
        (Some(_), None) => Err(problem(TokenRefused::NoCertificate.into())),
    }
}

fn problem(why: NotVerified) -> Problem {
    match why {
        NotVerified::Refused(refused) => Problem::new(ProblemType::UNAUTHENTICATED).detail(format!("the token is refused: {refused}")),
        NotVerified::IssuerUnavailable => Problem::new(ProblemType::ISSUER_UNAVAILABLE),
    }
}

#[cfg(test)]
mod tests {
    use axum::http::HeaderValue;

    use super::*;
    use crate::http::gate::actor::Actor;
    use crate::http::gate::claims::Identity;

    #[tokio::test]
    async fn only_a_token_that_was_verified_is_cached() {
        let authenticator = Authenticator::new(Issuers::default());
        assert!(authenticator.verify("a.b.c").await.is_err());
        assert!(authenticator.known("a.b.c").is_none());
    }

    #[test]
    fn a_cached_token_is_compared_with_the_certificate_of_each_request() {
        let of = |letter: &str| Thumbprint::of_claim(&letter.repeat(43)).unwrap();
        let caller = Caller::new("ens", "somebody", Identity { actor: Actor::Cnam, reason: None }, None);
        let token = |bound_to| VerifiedToken { caller: caller.clone(), bound_to, last: i64::MAX };
        assert!(bearer_of(token(None), None).is_ok() && bearer_of(token(None), Some(of("A"))).is_ok());
        assert!(bearer_of(token(Some(of("A"))), Some(of("A"))).is_ok());
        assert!(bearer_of(token(Some(of("A"))), Some(of("E"))).is_err() && bearer_of(token(Some(of("A"))), None).is_err());
    }

    #[test]
    fn two_tokens_are_none() {
        let one = (AUTHORIZATION, HeaderValue::from_static("Bearer a"));
        assert_eq!(bearer(&HeaderMap::from_iter([one.clone()])).ok(), Some("a"));
        let mut two = HeaderMap::from_iter([one.clone()]);
        two.append(one.0, one.1);
        assert!(bearer(&two).is_err());
    }
}
