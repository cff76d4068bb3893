//! Which refusals were traced a moment ago: whoever asks for the same again within a minute is refused under the trace that is there.
//!
//! - a refusal that is repeated within a minute leaves one trace

use std::num::NonZeroUsize;
use std::sync::{Mutex, PoisonError};

use chrono::{DateTime, TimeDelta, Utc};
use ens_domain::ids::ItemId;
use lru::LruCache;

/// How long a refusal is remembered.
const REMEMBERED: TimeDelta = TimeDelta::minutes(1);
/// Refusals that are remembered at once; the one that was looked at least recently is forgotten first.
const AT_MOST: NonZeroUsize = match NonZeroUsize::new(16_384) {
    Some(number) => number,
    None => NonZeroUsize::MIN,
};

/// What was asked by whom, as a digest.
pub type Asked = [u8; 32];

/// The refusals of the last minute, with the ids of their traces.
#[derive(Debug)]
pub struct RecentRefusals(Mutex<LruCache<Asked, Traced>>);

#[derive(Debug)]
struct Traced {
    trace: ItemId,
    at: DateTime<Utc>,
}

impl Default for RecentRefusals {
    fn default() -> Self {
        Self(Mutex::new(LruCache::new(AT_MOST)))
    }
}

impl RecentRefusals {
    /// The trace of the same refusal, where there was one in the minute before.
    pub fn trace_of(&self, asked: &Asked, now: DateTime<Utc>) -> Option<ItemId> {
        let mut known = self.0.lock().unwrap_or_else(PoisonError::into_inner);
        let traced = known.get(asked)?;
        (traced.at <= now && now - traced.at < REMEMBERED).then_some(traced.trace)
    }

    /// Remembers a refusal that was traced now.
    pub fn remember(&self, asked: Asked, trace: ItemId, now: DateTime<Utc>) {
        self.0.lock().unwrap_or_else(PoisonError::into_inner).put(asked, Traced { trace, at: now });
    }

    /// Forgets a refusal: the same is permitted by now.
    pub fn forget(&self, asked: &Asked) {
        self.0.lock().unwrap_or_else(PoisonError::into_inner).pop(asked);
    }
}

#[cfg(test)]
mod tests {
    use uuid::Uuid;

    use super::*;

    #[test]
    fn a_refusal_that_is_repeated_within_a_minute_leaves_one_trace() {
        let (refusals, now) = (RecentRefusals::default(), DateTime::from_timestamp(1_800_000_000, 0).unwrap());
        let trace = ItemId::from(Uuid::from_u128(1));
        assert_eq!(refusals.trace_of(&[1; 32], now), None);
        refusals.remember([1; 32], trace, now);
        let after = |seconds| refusals.trace_of(&[1; 32], now + TimeDelta::seconds(seconds));
        assert_eq!((after(0), after(59), after(60), after(-1)), (Some(trace), Some(trace), None, None));
        assert_eq!(refusals.trace_of(&[2; 32], now), None, "another asks, or for something else");
        refusals.forget(&[1; 32]);
        assert_eq!(after(0), None);
    }
}
