//! The sealed form of a content: a header, then segments of 64 KiB, each sealed by AES-256-GCM at its own place (STREAM).
//!
//! content = header | segment 0 | segment 1 | … | last segment          segment = up to 64 KiB of ciphertext | tag of 16 bytes
//! header = `ENSC` | version 1 | generation of the space's key (4) | commitment to the content's key (32)
//! nonce = 7 zero bytes | number of the segment (4) | 1 for the last one, else 0 (1)          numbers are big-endian
//! associated data = `ens/content/v1` 0 | header | space (16) | content (16)
//!
//! Every content has a key of its own, derived from the space's key and the content's id, so that no nonce is used twice under a key.
//! - a segment opens at its own place only
//! - a segment opens in its own content and space only
//! - a header that was altered is foreign

use std::ops::Range;

use ens_domain::ids::{ContentId, SpaceId};
use ring::aead::{AES_256_GCM, Aad, LessSafeKey, NONCE_LEN, Nonce, UnboundKey};

use crate::ground::{OpenError, StoreError};
use crate::sealing::SpaceKey;

/// How many bytes of a content are sealed together.
pub(super) const SEGMENT: u64 = 65_536;
/// What sealing adds to a segment.
const TAG: u64 = 16;
/// How long the header is.
pub(super) const HEADER: u64 = HEADER_BYTES as u64;
const HEADER_BYTES: usize = 41;
const MAGIC: &[u8; 4] = b"ENSC";
const VERSION: u8 = 1;

/// The header of a sealed content, as bytes.
pub(super) type Header = [u8; HEADER_BYTES];

/// The generation of the space's key that a header names.
pub(super) fn generation_of(header: &[u8]) -> Result<u32, OpenError> {
    let generation = header.strip_prefix(MAGIC).and_then(|rest| rest.strip_prefix(&[VERSION])).and_then(<[u8]>::first_chunk::<4>);
    generation.map(|bytes| u32::from_be_bytes(*bytes)).ok_or(OpenError::Foreign)
}

/// Where a segment stands.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) struct Place {
    number: u32,
    end: End,
}

/// Whether a segment is the last one of its content.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum End {
    More,
    Last,
}

impl Place {
    /// The place of the segment that is counted so, from 0.
    pub(super) fn new(number: u64, end: End) -> Result<Self, StoreError> {
        let number = u32::try_from(number).map_err(|_| StoreError::Unstorable("a content of more than 2^32 segments"))?;
        Ok(Self { number, end })
    }

    fn nonce(self) -> Nonce {
        let mut nonce = [0; NONCE_LEN];
        let [a, b, c, d] = self.number.to_be_bytes();
        let last = u8::from(self.end == End::Last);
        for (to, from) in nonce.iter_mut().rev().zip([last, d, c, b, a]) {
            *to = from;
        }
        Nonce::assume_unique_for_key(nonce)
    }
}

/// Seals and opens the segments of one content.
pub(super) struct SegmentCipher {
    cipher: LessSafeKey,
    header: Header,
    associated_data: Vec<u8>,
}

impl SegmentCipher {
    /// The cipher of this content of this space.
    pub(super) fn new(key: &SpaceKey, space: SpaceId, content: ContentId) -> Result<Self, StoreError> {
        let own = key.derive(&[b"content/v1\0".as_slice(), content.uuid().as_bytes()].concat())?;
        let commitment = key.derive(&[b"content-commitment/v1\0".as_slice(), content.uuid().as_bytes()].concat())?;
        let mut header = [0; HEADER_BYTES];
        let parts = [MAGIC.as_slice(), &[VERSION], &key.generation().to_be_bytes(), &commitment].concat();
        header.iter_mut().zip(parts).for_each(|(to, from)| *to = from);
        let associated_data = [b"ens/content/v1\0".as_slice(), &header, space.uuid().as_bytes(), content.uuid().as_bytes()].concat();
        let own = UnboundKey::new(&AES_256_GCM, &own).map_err(|_| StoreError::Malformed("a key has another length"))?;
        Ok(Self { cipher: LessSafeKey::new(own), header, associated_data })
    }

    /// The header of this content.
    pub(super) const fn header(&self) -> &Header {
        &self.header
    }

    /// Seals a segment in its place.
    pub(super) fn seal(&self, place: Place, segment: &mut Vec<u8>) -> Result<(), StoreError> {
        self.cipher
            .seal_in_place_append_tag(place.nonce(), Aad::from(&self.associated_data), segment)
            .map_err(|_| StoreError::Unstorable("a segment too long to be sealed"))
    }

    /// Opens a segment in its place.
    pub(super) fn open(&self, place: Place, mut segment: Vec<u8>) -> Result<Vec<u8>, OpenError> {
        let opened = self.cipher.open_in_place(place.nonce(), Aad::from(&self.associated_data), &mut segment);
        let clear = opened.map_err(|_| OpenError::Foreign)?.len();
        segment.truncate(clear);
        Ok(segment)
    }
}

/// Where the segments of a content of a given size lie.
#[derive(Debug, Clone, Copy)]
pub(super) struct Layout {
    size: u64,
}

impl Layout {
    /// The layout of a content that has so many bytes in clear.
    pub(super) const fn of(size: u64) -> Self {
        Self { size }
    }

    /// How many segments there are; an empty content has one, so that it can be told from one that was cut.
    pub(super) fn segments(self) -> u64 {
        self.size.div_ceil(SEGMENT).max(1)
    }

    /// How many bytes the sealed content has.
    pub(super) fn sealed_size(self) -> u64 {
        self.size.saturating_add(self.segments().saturating_mul(TAG)).saturating_add(HEADER)
    }

    /// The segments that hold a range, or all of them for the whole content; none where the range holds nothing.
    pub(super) fn segments_of(self, range: &Range<u64>) -> Range<u64> {
        if *range == (0..self.size) {
            return 0..self.segments();
        }
        let end = range.end.min(self.size);
        if range.start >= end { 0..0 } else { range.start / SEGMENT..end.div_ceil(SEGMENT) }
    }

    /// The bytes of the sealed content at which these segments stand.
    pub(super) fn sealed_range(self, segments: &Range<u64>) -> Range<u64> {
        let begin = |segment: u64| HEADER.saturating_add(segment.saturating_mul(SEGMENT + TAG));
        begin(segments.start)..begin(segments.end).min(self.sealed_size())
    }

    /// How many bytes a sealed segment has.
    pub(super) fn sealed_length(self, segment: u64) -> u64 {
        let Range { start, end } = self.sealed_range(&(segment..segment + 1));
        end.saturating_sub(start)
    }

    /// The place of a segment.
    pub(super) fn place(self, segment: u64) -> Result<Place, StoreError> {
        Place::new(segment, if segment + 1 == self.segments() { End::Last } else { End::More })
    }
}

#[cfg(test)]
mod tests {
    use uuid::Uuid;

    use super::*;

    fn cipher(secret: u8, space: u128, content: u128) -> SegmentCipher {
        let key = SpaceKey::new(1, &[secret; 32]).unwrap();
        SegmentCipher::new(&key, Uuid::from_u128(space).into(), Uuid::from_u128(content).into()).unwrap()
    }

    fn place(number: u64, end: End) -> Place {
        Place::new(number, end).unwrap()
    }

    fn sealed() -> (SegmentCipher, Vec<u8>) {
        let (cipher, mut segment) = (cipher(7, 1, 2), b"a document".to_vec());
        cipher.seal(place(1, End::More), &mut segment).unwrap();
        (cipher, segment)
    }

    #[test]
    fn a_segment_opens_at_its_own_place_only() {
        let (cipher, segment) = sealed();
        assert_eq!(cipher.open(place(1, End::More), segment.clone()).unwrap(), b"a document");
        for elsewhere in [place(0, End::More), place(2, End::More), place(256, End::More), place(1, End::Last)] {
            assert_eq!(cipher.open(elsewhere, segment.clone()), Err(OpenError::Foreign), "{elsewhere:?}");
        }
        for at in 0..segment.len() {
            let mut altered = segment.clone();
            altered[at] ^= 1;
            assert_eq!(cipher.open(place(1, End::More), altered), Err(OpenError::Foreign), "{at}");
            assert_eq!(cipher.open(place(1, End::More), segment[..at].to_vec()), Err(OpenError::Foreign), "{at}");
        }
    }

    #[test]
    fn a_segment_opens_in_its_own_content_and_space_only() {
        let (_, segment) = sealed();
        for other in [cipher(8, 1, 2), cipher(7, 3, 2), cipher(7, 1, 3)] {
            assert_eq!(other.open(place(1, End::More), segment.clone()), Err(OpenError::Foreign));
        }
    }

    #[test]
    fn a_header_that_was_altered_is_foreign() {
        let header = *cipher(7, 1, 2).header();
        assert_eq!(generation_of(&header), Ok(1));
        for at in 0..=MAGIC.len() {
            let mut altered = header;
            altered[at] ^= 1;
            assert_eq!(generation_of(&altered), Err(OpenError::Foreign), "{at}");
        }
        assert_eq!(generation_of(&header[..8]), Err(OpenError::Foreign));
        // Another key, space or content has another header or another associated data.
        assert_ne!(header, *cipher(8, 1, 2).header());
        assert_ne!(header, *cipher(7, 1, 3).header());
    }

    #[test]
    fn a_content_lies_where_its_size_says() {
        // size, segments, sealed size
        let sizes = [(0, 1, 57), (1, 1, 58), (65_535, 1, 65_592), (65_536, 1, 65_593), (65_537, 2, 65_610), (131_072, 2, 131_145)];
        for (size, segments, sealed) in sizes {
            let layout = Layout::of(size);
            assert_eq!((layout.segments(), layout.sealed_size()), (segments, sealed), "{size}");
            let lengths: u64 = (0..segments).map(|segment| layout.sealed_length(segment)).sum();
            assert_eq!(lengths + HEADER, sealed, "{size}");
        }
    }

    #[test]
    fn a_range_needs_the_segments_that_hold_it_and_no_other() {
        let layout = Layout::of(200_000);
        let cases = [
            (0..200_000, 0..4),
            (0..1, 0..1),
            (65_535..65_536, 0..1),
            (65_536..65_537, 1..2),
            (65_535..65_537, 0..2),
            (199_999..300_000, 3..4),
            (200_000..300_000, 0..0),
            (5..5, 0..0),
        ];
        for (range, segments) in cases {
            assert_eq!(layout.segments_of(&range), segments, "{range:?}");
        }
        assert_eq!(Layout::of(0).segments_of(&(0..0)), 0..1);
        assert_eq!(layout.sealed_range(&(3..4)), HEADER + 3 * 65_552..layout.sealed_size());
    }
}
