//! A cache of tokens that were verified a moment ago, so that a person who turns pages pays for one signature check, not for many.
//!
//! - a token is accepted again for ten seconds at most, and never past its end
//!
//! By digest: no token stays in memory.

use std::collections::HashMap;
use std::sync::{Arc, Mutex, PoisonError};
use std::time::{Duration, Instant};

use chrono::Utc;

use super::issuer::VerifiedToken;
use super::token_digest::TokenDigest;

/// How long a signature is not checked again.
const GOOD_FOR: Duration = Duration::from_secs(10);
/// Tokens in the cache at most; a full cache drops those whose time is over, else all.
const CAPACITY: usize = 20_000;

/// The tokens that were verified a moment ago.
#[derive(Clone, Default)]
pub(in crate::http::gate) struct TokenCache(Arc<Mutex<HashMap<TokenDigest, CachedToken>>>);

#[derive(Clone)]
struct CachedToken {
    token: VerifiedToken,
    checked: Instant,
}

impl CachedToken {
    fn is_valid(&self) -> bool {
        self.checked.elapsed() < GOOD_FOR && Utc::now().timestamp() <= self.token.last
    }
}

impl TokenCache {
    /// The token, if it was verified a moment ago and has not ended since.
    pub(in crate::http::gate) fn token(&self, digest: TokenDigest) -> Option<VerifiedToken> {
        self.with(|cached| cached.get(&digest).filter(|known| known.is_valid()).map(|known| known.token.clone()))
    }

    /// Keeps a token that was verified now.
    pub(in crate::http::gate) fn insert(&self, digest: TokenDigest, token: VerifiedToken) {
        self.with(|cached| {
            if cached.len() >= CAPACITY {
                cached.retain(|_, known| known.is_valid());
            }
            if cached.len() >= CAPACITY {
                cached.clear();
            }
            cached.insert(digest, CachedToken { token, checked: Instant::now() });
        });
    }

    /// Whoever panicked while holding the map left it whole: every change is one call.
    fn with<T>(&self, act: impl FnOnce(&mut HashMap<TokenDigest, CachedToken>) -> T) -> T {
        act(&mut self.0.lock().unwrap_or_else(PoisonError::into_inner))
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::http::gate::actor::Actor;
    use crate::http::gate::caller::Caller;
    use crate::http::gate::claims::Identity;

    fn token(last: i64) -> VerifiedToken {
        let caller = Caller::new("ens", "somebody", Identity { actor: Actor::Cnam, reason: None }, None);
        VerifiedToken { caller, bound_to: None, last }
    }

    #[test]
    fn a_token_is_accepted_again_for_ten_seconds_at_most_and_never_past_its_end() {
        let (cache, digest) = (TokenCache::default(), TokenDigest::of("a token"));
        assert!(cache.token(digest).is_none());
        cache.insert(digest, token(Utc::now().timestamp() + 60));
        assert!(cache.token(digest).is_some() && cache.token(TokenDigest::of("another")).is_none());
        cache.insert(digest, token(Utc::now().timestamp() - 1));
        assert!(cache.token(digest).is_none(), "its last second is over");
        let Some(long_ago) = Instant::now().checked_sub(GOOD_FOR) else { return };
        let known = CachedToken { token: token(i64::MAX), checked: long_ago };
        assert!(!known.is_valid(), "ten seconds are over");
    }

    #[test]
    fn a_full_cache_takes_in_the_next() {
        let cache = TokenCache::default();
        for number in 0..=CAPACITY {
            cache.insert(TokenDigest::of(&number.to_string()), token(i64::MAX));
        }
        assert!(cache.token(TokenDigest::of(&CAPACITY.to_string())).is_some());
        assert!(cache.with(|cached| cached.len()) <= CAPACITY);
    }
}
