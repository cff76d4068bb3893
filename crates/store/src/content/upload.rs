//! An object on its way to the place of contents: one request where it is short, parts of one length where it is long.
//!
//! pieces --less than a part--> one put          pieces --a part is full--> parts --finished--> the object          dropped --> nothing
//! Parts have one length because some S3 servers take no others. A document is shorter than a part, so it is never taken apart.

use std::sync::Arc;

use bytes::Bytes;
use object_store::path::Path;
use object_store::{MultipartUpload, ObjectStore, PutMultipartOptions, PutOptions, PutPayload};
use tokio::runtime::Handle;

use super::place::trouble;
use crate::ground::StoreError;

/// How long a part is. S3 takes none below 5 MiB but the last; above what a document of 5 MB is with its seals.
pub(super) const PART: usize = 6 * 1024 * 1024;

/// An object that is not there before it is finished. Holds one part at most.
pub(super) struct Upload {
    store: Arc<dyn ObjectStore>,
    path: Path,
    waiting: Vec<Bytes>,
    waiting_bytes: usize,
    parts: Option<Box<dyn MultipartUpload>>,
}

impl Upload {
    /// Begins an object; nothing is sent yet.
    pub(super) fn begin(store: Arc<dyn ObjectStore>, path: Path) -> Self {
        Self { store, path, waiting: Vec::new(), waiting_bytes: 0, parts: None }
    }

    /// Adds bytes, and sends a part when one is full.
    pub(super) async fn add(&mut self, mut piece: Bytes) -> Result<(), StoreError> {
        while self.waiting_bytes + piece.len() > PART {
            let fitting = piece.split_to(PART - self.waiting_bytes);
            self.keep(fitting);
            self.send_part().await?;
        }
        self.keep(piece);
        Ok(())
    }

    /// Sends what is left. The object is there, and durable, when this returns.
    pub(super) async fn finish(mut self) -> Result<(), StoreError> {
        if self.parts.is_none() {
            let payload = self.payload();
            return self.store.put_opts(&self.path, payload, PutOptions::default()).await.map(drop).map_err(trouble);
        }
        self.send_part().await?;
        if let Some(parts) = self.parts.as_mut() {
            parts.complete().await.map_err(trouble)?;
        }
        // Complete: there is nothing to take back any more.
        self.parts = None;
        Ok(())
    }

    /// Takes back what was sent.
    pub(super) async fn abort(mut self) {
        if let Some(parts) = self.parts.take() {
            take_back(parts).await;
        }
    }

    fn keep(&mut self, piece: Bytes) {
        self.waiting_bytes += piece.len();
        self.waiting.push(piece);
    }

    fn payload(&mut self) -> PutPayload {
        self.waiting_bytes = 0;
        std::mem::take(&mut self.waiting).into_iter().collect()
    }

    async fn send_part(&mut self) -> Result<(), StoreError> {
        let payload = self.payload();
        let parts = match self.parts.take() {
            Some(parts) => parts,
            None => self.store.put_multipart_opts(&self.path, PutMultipartOptions::default()).await.map_err(trouble)?,
        };
        self.parts.insert(parts).put_part(payload).await.map_err(trouble)
    }
}

impl Drop for Upload {
    fn drop(&mut self) {
        let Some(parts) = self.parts.take() else { return };
        // Without a runtime the process is ending, as if it were killed.
        if let Ok(runtime) = Handle::try_current() {
            runtime.spawn(take_back(parts));
        }
    }
}

async fn take_back(mut parts: Box<dyn MultipartUpload>) {
    if let Err(error) = parts.abort().await.map_err(trouble) {
        tracing::warn!(%error, "parts of a content that was not finished stay behind");
    }
}
