//! The content of one version: where its bytes lie, and what they are. The bytes themselves are sealed elsewhere.
//!
//! - a document has one of six media types

use serde::{Deserialize, Serialize};

use crate::ids::ContentId;
use crate::personal::Personal;

use super::bytes::{ContentDigest, ContentSize};

/// The media types that a record takes.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, PartialOrd, Ord, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum MediaType {
    /// `application/pdf`.
    Pdf,
    /// `text/plain`.
    Text,
    /// `application/rtf`.
    Rtf,
    /// `image/jpeg`.
    Jpeg,
    /// `image/tiff`.
    Tiff,
    /// `image/png`.
    Png,
}

/// A media type that a record does not take.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
#[error("a document is PDF, plain text, RTF, JPEG, TIFF or PNG")]
pub struct MediaTypeError;

impl MediaType {
    /// Every media type, in the order of the contract.
    pub const ALL: [Self; 6] = [Self::Pdf, Self::Text, Self::Rtf, Self::Jpeg, Self::Tiff, Self::Png];

    /// Reads a media type as an HTTP header says it; parameters such as `charset` are left out, and `text/rtf` is RTF too.
    ///
    /// # Errors
    /// [`MediaTypeError`] for any other.
    pub fn parse(text: &str) -> Result<Self, MediaTypeError> {
        let essence = text.split(';').next().unwrap_or_default().trim().to_ascii_lowercase();
        if essence == "text/rtf" {
            return Ok(Self::Rtf);
        }
        Self::ALL.into_iter().find(|known| known.as_str() == essence).ok_or(MediaTypeError)
    }

    /// The ending of a file's name.
    pub const fn extension(self) -> &'static str {
        match self {
            Self::Pdf => "pdf",
            Self::Text => "txt",
            Self::Rtf => "rtf",
            Self::Jpeg => "jpg",
            Self::Tiff => "tif",
            Self::Png => "png",
        }
    }

    /// As an HTTP header says it.
    pub const fn as_str(self) -> &'static str {
        match self {
            Self::Pdf => "application/pdf",
            Self::Text => "text/plain",
            Self::Rtf => "application/rtf",
            Self::Jpeg => "image/jpeg",
            Self::Tiff => "image/tiff",
            Self::Png => "image/png",
        }
    }
}

/// The bytes of one version, as an event names them. They were stored before the event.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct Content {
    /// Where they lie.
    pub id: ContentId,
    /// What they are, as was found in the bytes themselves.
    pub media_type: MediaType,
    /// How many they are, in clear.
    pub size: ContentSize,
    /// SHA-256 of the clear bytes.
    pub clear_digest: Personal<ContentDigest>,
    /// SHA-256 of the bytes as they are stored.
    pub sealed_digest: ContentDigest,
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_document_has_one_of_six_media_types() {
        for known in MediaType::ALL {
            assert_eq!(MediaType::parse(known.as_str()), Ok(known));
        }
        assert_eq!(MediaType::parse("Text/Plain; charset=utf-8"), Ok(MediaType::Text));
        assert_eq!(MediaType::parse("text/rtf"), Ok(MediaType::Rtf));
        for other in ["", "text/html", "image/svg+xml", "application/zip", "pdf"] {
            assert_eq!(MediaType::parse(other), Err(MediaTypeError), "{other}");
        }
    }
}
