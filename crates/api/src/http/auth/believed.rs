//! Tokens that were believed a moment ago, so that a person who turns pages is not asked for a proof at each.
//!
//! - a token is believed again for ten seconds at most, and never past its end
//! - only what was believed is remembered
//!
//! By digest: no token stays in memory.

use std::collections::HashMap;
use std::sync::{Arc, Mutex, PoisonError};
use std::time::{Duration, Instant};

use chrono::Utc;
use ring::digest::{SHA256, digest};

use super::Caller;

/// How long a signature is not looked at again.
const GOOD_FOR: Duration = Duration::from_secs(10);
/// Callers remembered at most; a full memory forgets those whose time is over, else everybody.
const AT_MOST: usize = 20_000;

/// The callers of a moment ago.
#[derive(Clone, Default)]
pub(super) struct Believed(Arc<Mutex<HashMap<Mark, Known>>>);

/// The digest of a token.
#[derive(Clone, Copy, PartialEq, Eq, Hash)]
pub(super) struct Mark([u8; 32]);

#[derive(Clone)]
struct Known {
    caller: Caller,
    checked: Instant,
    /// The last second of the token, since 1970.
    last: i64,
}

impl Known {
    fn holds(&self) -> bool {
        self.checked.elapsed() < GOOD_FOR && Utc::now().timestamp() <= self.last
    }
}

impl Mark {
    pub(super) fn of(token: &str) -> Self {
        let mut mark = [0; 32];
        mark.copy_from_slice(digest(&SHA256, token.as_bytes()).as_ref());
        Self(mark)
    }
}

impl Believed {
    /// The caller, if this token was believed a moment ago and has not ended since.
    pub(super) fn caller(&self, mark: Mark) -> Option<Caller> {
        self.with(|known| known.get(&mark).filter(|known| known.holds()).map(|known| known.caller.clone()))
    }

    /// Remembers a token that was believed now and is good until its last second.
    pub(super) fn remember(&self, mark: Mark, caller: &Caller, last: i64) {
        self.with(|known| {
            if known.len() >= AT_MOST {
                known.retain(|_, known| known.holds());
            }
            if known.len() >= AT_MOST {
                known.clear();
            }
            known.insert(mark, Known { caller: caller.clone(), checked: Instant::now(), last });
        });
    }

    /// Whoever panicked while holding the map left it whole: every change is one call.
    fn with<T>(&self, act: impl FnOnce(&mut HashMap<Mark, Known>) -> T) -> T {
        act(&mut self.0.lock().unwrap_or_else(PoisonError::into_inner))
    }
}

#[cfg(test)]
mod tests {
    use axum::http::header::AUTHORIZATION;
    use axum::http::{HeaderMap, HeaderValue};

    use super::*;
    use crate::http::auth::{Actor, Keys};

    fn caller() -> Caller {
        Caller::for_test(Actor::Cnam)
    }

    #[test]
    fn a_token_is_believed_again_for_ten_seconds_at_most_and_never_past_its_end() {
        let (believed, mark) = (Believed::default(), Mark::of("a token"));
        assert!(believed.caller(mark).is_none());
        believed.remember(mark, &caller(), Utc::now().timestamp() + 60);
        assert!(believed.caller(mark).is_some() && believed.caller(Mark::of("another")).is_none());
        believed.remember(mark, &caller(), Utc::now().timestamp() - 1);
        assert!(believed.caller(mark).is_none(), "its last second is over");
        let Some(long_ago) = Instant::now().checked_sub(GOOD_FOR) else { return };
        let known = Known { caller: caller(), checked: long_ago, last: i64::MAX };
        assert!(!known.holds(), "ten seconds are over");
    }

    #[test]
    fn only_what_was_believed_is_remembered() {
        let keys = Keys::none("ens", "ens");
        let headers = HeaderMap::from_iter([(AUTHORIZATION, HeaderValue::from_static("Bearer a.b.c"))]);
        assert!(Caller::of(&headers, &keys).is_err());
        assert!(keys.believed().caller(Mark::of("a.b.c")).is_none());
        assert!(Caller::of(&headers, &keys).is_err());
    }

    #[test]
    fn a_full_memory_takes_in_the_next() {
        let believed = Believed::default();
        for number in 0..=AT_MOST {
            believed.remember(Mark::of(&number.to_string()), &caller(), i64::MAX);
        }
        assert!(believed.caller(Mark::of(&AT_MOST.to_string())).is_some());
        assert!(believed.with(|known| known.len()) <= AT_MOST);
    }
}
