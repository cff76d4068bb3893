//! A cache of tokens that were verified a moment ago, so that a person who turns pages pays for one signature check, not for many.
//!
//! - a token is accepted again for ten seconds at most, and never past its end
//!
//! By digest: no token stays in memory.

use std::collections::HashMap;
use std::sync::{Arc, Mutex, PoisonError};
use std::time::{Duration, Instant};

use chrono::Utc;
use ring::digest::{SHA256, digest};

use super::caller::Caller;

/// How long a signature is not checked again.
const GOOD_FOR: Duration = Duration::from_secs(10);
/// Callers in the cache at most; a full cache drops those whose time is over, else everybody.
const CAPACITY: usize = 20_000;

/// The callers whose tokens were verified a moment ago.
#[derive(Clone, Default)]
pub(super) struct TokenCache(Arc<Mutex<HashMap<TokenDigest, CachedCaller>>>);

/// The digest of a token.
#[derive(Clone, Copy, PartialEq, Eq, Hash)]
pub(super) struct TokenDigest([u8; 32]);

#[derive(Clone)]
struct CachedCaller {
    caller: Caller,
    checked: Instant,
    /// The last second of the token, since 1970.
    last: i64,
}

impl CachedCaller {
    fn is_valid(&self) -> bool {
        self.checked.elapsed() < GOOD_FOR && Utc::now().timestamp() <= self.last
    }
}

impl TokenDigest {
    pub(super) fn of(token: &str) -> Self {
        let mut bytes = [0; 32];
        bytes.copy_from_slice(digest(&SHA256, token.as_bytes()).as_ref());
        Self(bytes)
    }
}

impl TokenCache {
    /// The caller, if this token was verified a moment ago and has not ended since.
    pub(super) fn caller(&self, token: TokenDigest) -> Option<Caller> {
        self.with(|cached| cached.get(&token).filter(|known| known.is_valid()).map(|known| known.caller.clone()))
    }

    /// Keeps a token that was verified now and is valid until its last second.
    pub(super) fn insert(&self, token: TokenDigest, caller: &Caller, last: i64) {
        self.with(|cached| {
            if cached.len() >= CAPACITY {
                cached.retain(|_, known| known.is_valid());
            }
            if cached.len() >= CAPACITY {
                cached.clear();
            }
            cached.insert(token, CachedCaller { caller: caller.clone(), checked: Instant::now(), last });
        });
    }

    /// Whoever panicked while holding the map left it whole: every change is one call.
    fn with<T>(&self, act: impl FnOnce(&mut HashMap<TokenDigest, CachedCaller>) -> T) -> T {
        act(&mut self.0.lock().unwrap_or_else(PoisonError::into_inner))
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::http::gate::actor::Actor;

    fn caller() -> Caller {
        Caller::new(Actor::Cnam, "somebody")
    }

    #[test]
    fn a_token_is_accepted_again_for_ten_seconds_at_most_and_never_past_its_end() {
        let (cache, token) = (TokenCache::default(), TokenDigest::of("a token"));
        assert!(cache.caller(token).is_none());
        cache.insert(token, &caller(), Utc::now().timestamp() + 60);
        assert!(cache.caller(token).is_some() && cache.caller(TokenDigest::of("another")).is_none());
        cache.insert(token, &caller(), Utc::now().timestamp() - 1);
        assert!(cache.caller(token).is_none(), "its last second is over");
        let Some(long_ago) = Instant::now().checked_sub(GOOD_FOR) else { return };
        let known = CachedCaller { caller: caller(), checked: long_ago, last: i64::MAX };
        assert!(!known.is_valid(), "ten seconds are over");
    }

    #[test]
    fn a_full_cache_takes_in_the_next() {
        let cache = TokenCache::default();
        for number in 0..=CAPACITY {
            cache.insert(TokenDigest::of(&number.to_string()), &caller(), i64::MAX);
        }
        assert!(cache.caller(TokenDigest::of(&CAPACITY.to_string())).is_some());
        assert!(cache.with(|cached| cached.len()) <= CAPACITY);
    }
}
