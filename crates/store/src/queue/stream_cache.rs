//! The cache of one partition: its head as far as it is known, and the streams that were met up to there.
//!
//! Every stream in it is as the log makes it at the head, or a later one. An append that finds the head where the cache has it proves that
//! nobody wrote in between. Whatever moved the head otherwise is read, and the streams that it touched are dropped.
//! - a cache is bounded

use std::num::NonZeroUsize;

use ens_domain::event::StreamKey;
use lru::LruCache;

use crate::log::LoadedStream;
use crate::sealing::KeyState;

/// Streams that one store caches, over all of its partitions; each takes a few kilobytes.
pub(super) const STREAMS: usize = 16_384;

/// A stream, and of a space's own stream the latest key that the space has, where that was asked.
pub(super) struct CachedStream {
    pub(super) loaded: LoadedStream,
    pub(super) key: Option<KeyState>,
}

/// The cache of one partition.
pub(super) struct StreamCache {
    head: Option<u64>,
    streams: LruCache<StreamKey, CachedStream>,
}

impl StreamCache {
    /// An empty cache, which will hold its share of [`STREAMS`].
    pub(super) fn shared_by(partitions: u16) -> Self {
        let share = NonZeroUsize::new(STREAMS / usize::from(partitions.max(1))).unwrap_or(NonZeroUsize::MIN);
        Self { head: None, streams: LruCache::new(share) }
    }

    /// The head up to which every stream in it is known.
    pub(super) fn head(&self) -> Option<u64> {
        self.head
    }

    /// The head moved by what the cache knows: by an append of this queue, or by what was read and dropped.
    pub(super) fn advance_to(&mut self, head: u64) {
        self.head = Some(head);
    }

    /// Takes a stream out, to be kept again once its batch is decided.
    pub(super) fn take(&mut self, stream: StreamKey) -> Option<CachedStream> {
        self.streams.pop(&stream)
    }

    pub(super) fn keep(&mut self, stream: StreamKey, cached: CachedStream) {
        self.streams.put(stream, cached);
    }

    pub(super) fn drop_stream(&mut self, stream: StreamKey) {
        self.streams.pop(&stream);
    }

    /// Drops everything: what happened is not known.
    pub(super) fn clear(&mut self) {
        self.head = None;
        self.streams.clear();
    }
}

#[cfg(test)]
mod tests {
    use ens_domain::event::StreamKind;
    use ens_domain::ids::SpaceId;
    use uuid::Uuid;

    use super::*;

    #[test]
    fn a_cache_is_bounded() {
        let mut cache = StreamCache::shared_by(16);
        for number in 0..5_000 {
            let stream = StreamKey::of_space(SpaceId::from(Uuid::from_u128(number)));
            cache.keep(stream, CachedStream { loaded: LoadedStream::empty(StreamKind::Space), key: None });
        }
        assert_eq!(cache.streams.len(), STREAMS / 16);
    }
}
