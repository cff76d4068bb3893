//! `Authenticator` verifies the bearer token of a request, returns its `Caller`, and caches verified tokens for some seconds.
//!
//! token --signature, issuer, audience, period of validity--> claims --role and the identifiers that it needs--> caller
//! Neither a token nor its subject is written to the log of the service.
//! - only a token that was verified is cached

use axum::http::header::AUTHORIZATION;
use axum::http::{HeaderMap, HeaderValue};

use crate::problem::{Problem, ProblemType};

use super::caller::Caller;
use super::keys::{Keys, TokenRefused};
use super::token_cache::{TokenCache, TokenDigest};

/// Verifies tokens, and remembers for some seconds which were valid.
pub(crate) struct Authenticator {
    keys: Keys,
    verified: TokenCache,
}

impl Authenticator {
    /// One that accepts tokens under these keys.
    pub(crate) fn new(keys: Keys) -> Self {
        Self { keys, verified: TokenCache::default() }
    }

    /// The bearer of the request's token.
    ///
    /// # Errors
    /// The problem to answer where there is no token, or one that is not valid.
    pub(super) fn caller(&self, headers: &HeaderMap) -> Result<Caller, Problem> {
        let token = bearer(headers).ok_or_else(|| Problem::new(ProblemType::UNAUTHENTICATED))?;
        let digest = TokenDigest::of(token);
        if let Some(caller) = self.verified.caller(digest) {
            return Ok(caller);
        }
        let claims = self.keys.verify(token).map_err(refused)?;
        let actor = claims.actor().map_err(|why| refused(why.into()))?;
        let caller = Caller::new(actor, &claims.sub);
        self.verified.insert(digest, &caller, Keys::last_second(&claims));
        Ok(caller)
    }
}

fn refused(why: TokenRefused) -> Problem {
    Problem::new(ProblemType::UNAUTHENTICATED).detail(format!("the token is refused: {why}"))
}

fn bearer(headers: &HeaderMap) -> Option<&str> {
    let value = headers.get(AUTHORIZATION).map(HeaderValue::to_str)?;
    // A header that is not text is no token.
    let (scheme, token) = value.ok()?.split_once(' ')?;
    scheme.eq_ignore_ascii_case("bearer").then_some(token.trim())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn only_a_token_that_was_verified_is_cached() {
        let authenticator = Authenticator::new(Keys::none("ens", "ens"));
        let headers = HeaderMap::from_iter([(AUTHORIZATION, HeaderValue::from_static("Bearer a.b.c"))]);
        assert!(authenticator.caller(&headers).is_err());
        assert!(authenticator.verified.caller(TokenDigest::of("a.b.c")).is_none());
        assert!(authenticator.caller(&headers).is_err());
    }
}
