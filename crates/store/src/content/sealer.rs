//! Sealing a content as its bytes come in: pieces of any length become sealed segments, and two digests run along.

use bytes::Bytes;
use ring::digest::{Context, SHA256};

use super::segments::{End, Place, SEGMENT, SegmentCipher};
use crate::ground::StoreError;

/// A SHA-256.
pub(super) type Sha256 = [u8; 32];

/// A content on its way to be sealed; holds one segment at most.
pub(super) struct Sealer {
    cipher: SegmentCipher,
    segment: Vec<u8>,
    sealed_segments: u64,
    size: u64,
    clear: Context,
    sealed: Context,
}

/// What is known of a content when its last byte was sealed.
pub(super) struct Sealed {
    pub(super) size: u64,
    pub(super) sha256: Sha256,
    pub(super) sealed_sha256: Sha256,
}

impl Sealer {
    /// Begins a content; the bytes are its header.
    pub(super) fn begin(cipher: SegmentCipher) -> (Self, Bytes) {
        let header = Bytes::copy_from_slice(cipher.header());
        let mut sealed = Context::new(&SHA256);
        sealed.update(&header);
        (Self { cipher, segment: Vec::new(), sealed_segments: 0, size: 0, clear: Context::new(&SHA256), sealed }, header)
    }

    /// How many bytes of the content came in.
    pub(super) const fn size(&self) -> u64 {
        self.size
    }

    /// Takes the next bytes as far as the present segment has room, and gives a segment that must be full because more bytes came.
    pub(super) fn take(&mut self, piece: &mut Bytes) -> Result<Option<Bytes>, StoreError> {
        // A full segment is kept back until it is known whether it is the last one.
        let full = if self.room() == 0 && !piece.is_empty() { Some(self.seal(End::More)?) } else { None };
        let taken = piece.split_to(piece.len().min(self.room()));
        self.clear.update(&taken);
        self.size += taken.len() as u64;
        self.segment.extend_from_slice(&taken);
        Ok(full)
    }

    /// Seals what is left as the last segment.
    pub(super) fn finish(mut self) -> Result<(Bytes, Sealed), StoreError> {
        let last = self.seal(End::Last)?;
        let sealed = Sealed { size: self.size, sha256: finished(self.clear), sealed_sha256: finished(self.sealed) };
        Ok((last, sealed))
    }

    fn room(&self) -> usize {
        (SEGMENT as usize).saturating_sub(self.segment.len())
    }

    fn seal(&mut self, end: End) -> Result<Bytes, StoreError> {
        let mut segment = std::mem::take(&mut self.segment);
        self.cipher.seal(Place::new(self.sealed_segments, end)?, &mut segment)?;
        self.sealed_segments += 1;
        self.sealed.update(&segment);
        Ok(segment.into())
    }
}

fn finished(digest: Context) -> Sha256 {
    let mut bytes = [0; 32];
    bytes.iter_mut().zip(digest.finish().as_ref()).for_each(|(to, from)| *to = *from);
    bytes
}
