//! Contents: the files of a space (documents, attachments), streamed in and out of a folder or an S3 server, sealed under the space's key.
//!
//! put --an event names it--> read --its space destroyed--> read by nobody --sweep--> gone          put --no event in a day, sweep--> gone
//! - a content comes back as it went in
//! - a content that was changed cut swapped or moved is never served
//! - what is longer than its limit leaves nothing behind
//! - what no event names is swept after a day
//! - the content of a destroyed space is read by nobody

mod download;
mod folder;
mod place;
mod sealer;
mod segments;
mod sweep;
mod sweep_order;
mod upload;

use std::collections::HashMap;
use std::ops::{Bound, Range, RangeBounds};

use bytes::Bytes;
use chrono::{DateTime, Utc};
use ens_domain::ids::{ContentId, SpaceId};
use futures::stream::{self, Stream, StreamExt, TryStreamExt};
use tokio::pin;

use crate::ground::{Entropy, OpenError, StoreError, count};
use crate::sealing::SpaceKeys;
use crate::shared::Shared;

use download::{Download, Opening};
use place::{OpenPlace, path_of};
use sealer::{Sealed, Sealer};
use segments::{SegmentCipher, generation_of};
use upload::Upload;

pub use download::ContentStream;
pub use place::{ContentPlace, S3Bucket};
pub use sweep::Swept;
pub use sweep_order::{ContentFate, SweepOrder, SweepTask};

/// A content that is to be put.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct NewContent {
    /// Whose it is.
    pub space: SpaceId,
    /// When it comes: its id is ordered by this.
    pub at: DateTime<Utc>,
    /// How many bytes it may have at most.
    pub limit: u64,
}

/// A content as an event names it.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct ContentRef {
    /// Which one.
    pub id: ContentId,
    /// How many bytes it has in clear.
    pub size: u64,
}

/// A content that was put: durable, and read by nobody until an event names it.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct StoredContent {
    /// What the event has to name.
    pub content: ContentRef,
    /// SHA-256 of its bytes in clear. It leads to a file that somebody knows, so it is personal.
    pub sha256: [u8; 32],
    /// SHA-256 of the object: anybody can check a backup with it.
    pub sealed_sha256: [u8; 32],
}

/// Why a content was not put. Nothing of it stays behind.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum PutError<E> {
    /// Where it came from broke off.
    #[error("the content broke off")]
    Source(#[source] E),
    /// More bytes came than it may have.
    #[error("longer than {limit} bytes")]
    TooLong {
        /// How many it may have.
        limit: u64,
    },
    /// The store's.
    #[error(transparent)]
    Store(#[from] StoreError),
}

/// The contents of the spaces of a store.
#[derive(Clone)]
pub struct Contents {
    shared: Shared,
    keys: SpaceKeys,
    place: Option<OpenPlace>,
}

impl Contents {
    /// Opens the place of contents; without one, all that is asked is refused by [`StoreError::NoContents`].
    pub(crate) async fn open(shared: Shared, place: Option<ContentPlace>) -> Result<Self, StoreError> {
        let place = match place {
            Some(place) => Some(OpenPlace::open(place, shared.partitions()).await?),
            None => None,
        };
        Ok(Self { keys: SpaceKeys::of(shared.clone()), shared, place })
    }

    /// Seals a content as it comes in, and returns when it is durable. Append the event that names it within a day: without one it is swept.
    ///
    /// Holds little more than 6 MiB of it, whatever its length. If the caller goes away before the end, what was written is taken back or
    /// swept.
    ///
    /// # Errors
    /// [`PutError::TooLong`] as soon as more bytes come than the limit, [`PutError::Source`] where the stream ends by an error;
    /// [`OpenError::NoKey`] or [`OpenError::Destroyed`] where the space has no key, [`StoreError::Contents`] where the place has trouble.
    pub async fn put<E: Send>(
        &self,
        new: NewContent,
        bytes: impl Stream<Item = Result<Bytes, E>> + Send,
    ) -> Result<StoredContent, PutError<E>> {
        let (place, partition) = (self.place()?, self.shared.partition_of(new.space));
        let ring = self.keys.ring(&[new.space]).await?;
        let key = ring.latest(new.space).map_err(StoreError::from)?;
        let id = new_id(new.at, self.shared.entropy())?;
        let (sealer, header) = Sealer::begin(SegmentCipher::new(key, new.space, id)?);
        place.prepare(partition).await?;
        let mut upload = Upload::begin(place.objects().clone(), path_of(partition, id));
        upload.add(header).await?;
        match send(sealer, &mut upload, new.limit, bytes).await {
            Ok(sealed) => {
                upload.finish().await?;
                let content = ContentRef { id, size: sealed.size };
                Ok(StoredContent { content, sha256: sealed.sha256, sealed_sha256: sealed.sealed_sha256 })
            }
            Err(error) => {
                upload.abort().await;
                Err(error)
            }
        }
    }

    /// Bytes of a content, each segment of 64 KiB opened before a byte of it is given. A range is cut to the content; one that lies
    /// beyond it holds nothing.
    ///
    /// The key, the length and the first wanted segment are checked before this returns; a later segment that was altered ends the
    /// stream by an error.
    ///
    /// # Errors
    /// [`OpenError::Destroyed`] where the space was destroyed, [`OpenError::Foreign`] for a content that was changed, cut or moved, or
    /// that is not of this space or size, [`StoreError::ContentMissing`], or [`StoreError::Contents`] where the place has trouble.
    pub async fn read(&self, space: SpaceId, content: &ContentRef, range: impl RangeBounds<u64>) -> Result<ContentStream, StoreError> {
        let (place, range) = (self.place()?, within(content.size, &range));
        let ring = self.keys.ring(&[space]).await?;
        // Of a destroyed space not even the object is asked for: it may be swept already.
        ring.latest(space)?;
        let download = Download::of(place.objects().clone(), path_of(self.shared.partition_of(space), content.id), content.size);
        let segments = download.layout().segments_of(&range);
        if segments.is_empty() {
            return Ok(stream::empty().boxed());
        }
        let (header, bytes) = download.begin(&segments).await?;
        let cipher = SegmentCipher::new(ring.held(space, generation_of(&header)?)?, space, content.id)?;
        if header != cipher.header() {
            return Err(OpenError::Foreign.into());
        }
        Opening { bytes, cipher, layout: download.layout(), segments, range }.stream().await
    }

    /// Removes a content; one that is not there is no error.
    ///
    /// # Errors
    /// [`StoreError::Contents`] where the place has trouble.
    pub async fn delete(&self, space: SpaceId, content: ContentId) -> Result<(), StoreError> {
        sweep::delete(self.place()?, self.shared.partition_of(space), content).await
    }

    /// Removes in a partition what its events gave up, whatever its age, and what none of them names and is older than a day: by the clock
    /// of the place, and by that which drew the id.
    ///
    /// `fates` is given ids, and answers what the events of the partition say of them; nothing of an id that no event names. It must answer
    /// from rows that hold every event that was recorded before `now`, and fail where it cannot: what it leaves out is lost. A put under way
    /// is younger than a day, so both may go on beside each other; so may two sweeps.
    ///
    /// # Errors
    /// That of `fates`, or [`StoreError::Contents`] where the place has trouble; what was removed before stays removed.
    pub async fn sweep<F, E>(&self, order: SweepOrder, fates: impl Fn(Vec<ContentId>) -> F + Send + Sync) -> Result<Swept, E>
    where
        F: Future<Output = Result<HashMap<ContentId, ContentFate>, E>> + Send,
        E: From<StoreError>,
    {
        sweep::sweep(self.place()?, order, fates).await
    }

    fn place(&self) -> Result<&OpenPlace, StoreError> {
        self.place.as_ref().ok_or(StoreError::NoContents)
    }
}

/// Seals what comes and sends it; the object is not there yet afterwards.
async fn send<E>(
    mut sealer: Sealer,
    upload: &mut Upload,
    limit: u64,
    bytes: impl Stream<Item = Result<Bytes, E>>,
) -> Result<Sealed, PutError<E>> {
    pin!(bytes);
    while let Some(mut piece) = bytes.try_next().await.map_err(PutError::Source)? {
        if sealer.size().saturating_add(count(piece.len())) > limit {
            return Err(PutError::TooLong { limit });
        }
        while !piece.is_empty() {
            if let Some(segment) = sealer.take(&mut piece)? {
                upload.add(segment).await?;
            }
        }
    }
    let (last, sealed) = sealer.finish()?;
    upload.add(last).await?;
    Ok(sealed)
}

/// The id is drawn here and nowhere else: a content's key follows from it, and no key may seal two contents.
fn new_id(at: DateTime<Utc>, entropy: &Entropy) -> Result<ContentId, StoreError> {
    Ok(ContentId::at(at, entropy.bytes()?))
}

/// The part of a content that a range means.
fn within(size: u64, range: &impl RangeBounds<u64>) -> Range<u64> {
    let start = match range.start_bound() {
        Bound::Included(start) => *start,
        Bound::Excluded(before) => before.saturating_add(1),
        Bound::Unbounded => 0,
    };
    let end = match range.end_bound() {
        Bound::Included(last) => last.saturating_add(1),
        Bound::Excluded(end) => *end,
        Bound::Unbounded => size,
    };
    start..end.min(size)
}
