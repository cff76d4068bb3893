//! A content on its way out: the segments that a range needs, each opened before any of its bytes is given.
//!
//! - a range reads only the segments that it needs
//! - a content that was cut is foreign before its first byte

use std::ops::Range;
use std::sync::Arc;

use bytes::Bytes;
use futures::stream::{self, BoxStream, StreamExt, TryStreamExt};
use object_store::path::Path;
use object_store::{GetOptions, GetResult, GetResultPayload, ObjectStore};
use tokio::io::{AsyncReadExt, AsyncSeekExt};
use tokio_util::io::ReaderStream;

use super::place::trouble;
use super::segments::{HEADER, Layout, SEGMENT, SegmentCipher};
use crate::ground::{OpenError, StoreError, count};

/// How much of a file is read at once.
const FROM_FILE: usize = 256 * 1024;

/// Bytes of a content in clear.
pub type ContentStream = BoxStream<'static, Result<Bytes, StoreError>>;

/// An object that is to be read.
pub(super) struct Download {
    store: Arc<dyn ObjectStore>,
    path: Path,
    layout: Layout,
}

/// The sealed bytes of an object, from its header or from one of its segments on.
pub(super) struct SealedBytes {
    source: BoxStream<'static, Result<Bytes, StoreError>>,
    pending: Bytes,
}

impl Download {
    /// The object of a content that has so many bytes in clear.
    pub(super) fn of(store: Arc<dyn ObjectStore>, path: Path, size: u64) -> Self {
        Self { store, path, layout: Layout::of(size) }
    }

    pub(super) const fn layout(&self) -> Layout {
        self.layout
    }

    /// The header, and what comes from the first of these segments on. One request where the first segment is among them, else two.
    pub(super) async fn begin(&self, segments: &Range<u64>) -> Result<(Vec<u8>, SealedBytes), StoreError> {
        let sealed = self.layout.sealed_range(segments);
        if segments.start == 0 {
            let mut bytes = self.get(0..sealed.end).await?;
            return Ok((bytes.exactly(HEADER).await?, bytes));
        }
        let header = self.get(0..HEADER).await?.exactly(HEADER).await?;
        Ok((header, self.get(sealed).await?))
    }

    /// Some bytes of the object, which must be as long as the content says.
    async fn get(&self, range: Range<u64>) -> Result<SealedBytes, StoreError> {
        let wanted = GetOptions { range: Some(range.into()), ..GetOptions::default() };
        match self.store.get_opts(&self.path, wanted).await {
            Ok(found) if found.meta.size == self.layout.sealed_size() => SealedBytes::of(found).await,
            Ok(_) => Err(OpenError::Foreign.into()),
            Err(error) => Err(self.cut_or(error).await),
        }
    }

    /// A range that the object does not have is an error of its own in every place: then its length says that it was cut.
    async fn cut_or(&self, error: object_store::Error) -> StoreError {
        let error = trouble(error);
        if error == StoreError::ContentMissing {
            return error;
        }
        let head = GetOptions { head: true, ..GetOptions::default() };
        match self.store.get_opts(&self.path, head).await {
            Ok(found) if found.meta.size != self.layout.sealed_size() => OpenError::Foreign.into(),
            // What went wrong first is what the caller should read.
            Ok(_) | Err(_) => error,
        }
    }
}

impl SealedBytes {
    async fn of(found: GetResult) -> Result<Self, StoreError> {
        let source = match found.payload {
            GetResultPayload::Stream(bytes) => bytes.map_err(trouble).boxed(),
            // object_store would read 8 KiB at a time, each on another thread.
            GetResultPayload::File(file, _) => {
                let unreadable = |error: std::io::Error| StoreError::Contents(error.to_string());
                let mut file = tokio::fs::File::from_std(file);
                file.seek(std::io::SeekFrom::Start(found.range.start)).await.map_err(unreadable)?;
                let wanted = file.take(found.range.end.saturating_sub(found.range.start));
                ReaderStream::with_capacity(wanted, FROM_FILE).map_err(unreadable).boxed()
            }
        };
        Ok(Self { source, pending: Bytes::new() })
    }

    /// The next bytes, as many as wanted. An end before them is a content that was cut.
    async fn exactly(&mut self, wanted: u64) -> Result<Vec<u8>, StoreError> {
        let wanted = usize::try_from(wanted).map_err(|_| StoreError::Malformed("a segment is longer than memory"))?;
        let mut bytes = Vec::with_capacity(wanted);
        while bytes.len() < wanted {
            if self.pending.is_empty() {
                self.pending = self.source.try_next().await?.ok_or(OpenError::Foreign)?;
            }
            let taken = self.pending.split_to(self.pending.len().min(wanted - bytes.len()));
            bytes.extend_from_slice(&taken);
        }
        Ok(bytes)
    }
}

/// What opens the segments of one content, one after the other.
pub(super) struct Opening {
    pub(super) bytes: SealedBytes,
    pub(super) cipher: SegmentCipher,
    pub(super) layout: Layout,
    /// The segments that are still to come.
    pub(super) segments: Range<u64>,
    /// Which bytes of the content are wanted.
    pub(super) range: Range<u64>,
}

impl Opening {
    /// The wanted bytes. The first segment is opened before this returns, so that most of what is wrong is an error and no broken stream.
    pub(super) async fn stream(mut self) -> Result<ContentStream, StoreError> {
        let first = self.next().await?;
        let rest = stream::try_unfold(self, |mut opening| async move { Ok(opening.next().await?.map(|bytes| (bytes, opening))) });
        Ok(stream::iter(first.map(Ok)).chain(rest).boxed())
    }

    /// The wanted bytes of the next segment.
    async fn next(&mut self) -> Result<Option<Bytes>, StoreError> {
        let Some(segment) = self.segments.next() else { return Ok(None) };
        let sealed = self.bytes.exactly(self.layout.sealed_length(segment)).await?;
        let clear = self.cipher.open(self.layout.place(segment)?, sealed)?;
        let start = segment * SEGMENT;
        let within = |at: u64| usize::try_from(at.saturating_sub(start).min(count(clear.len()))).unwrap_or_default();
        let (from, to) = (within(self.range.start), within(self.range.end));
        Ok(Some(Bytes::from(clear).slice(from..to)))
    }
}
