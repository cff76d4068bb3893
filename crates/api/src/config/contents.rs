//! Where the contents of documents lie: a folder beside the store, another folder, or a bucket of an S3 server.

use std::path::{Path, PathBuf};
use std::str::FromStr;

use clap::Args;
use ens_store::{ContentPlace, S3Bucket};

/// Where contents lie. Credentials of an S3 server come from the variables that its own tools read.
#[derive(Debug, Clone, Default, Args)]
#[command(next_help_heading = "Contents")]
pub struct ContentSettings {
    /// Folder, or s3://BUCKET, of the contents of documents (default: beside the embedded store, else contents in the data folder)
    #[arg(id = "contents", long = "contents", env = "ENS_CONTENTS", global = true, value_name = "PLACE", hide_short_help = true)]
    pub place: Option<ContentAddress>,
    /// Address of the S3 server, if it is not Amazon's
    #[arg(long, env = "ENS_CONTENTS_ENDPOINT", global = true, value_name = "URL", hide_short_help = true, requires = "contents")]
    pub contents_endpoint: Option<String>,
    /// Region of the S3 server
    #[arg(long, env = "ENS_CONTENTS_REGION", global = true, value_name = "REGION", hide_short_help = true, requires = "contents")]
    pub contents_region: Option<String>,
}

/// A folder or a bucket.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum ContentAddress {
    /// A folder of this machine.
    Folder(PathBuf),
    /// The name of a bucket.
    Bucket(String),
}

/// A text that names neither a folder nor a bucket.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
#[error("expected a folder, or s3://BUCKET with nothing after it")]
pub struct NotAPlace;

impl FromStr for ContentAddress {
    type Err = NotAPlace;

    fn from_str(text: &str) -> Result<Self, Self::Err> {
        let bucket = text.strip_prefix("s3://").map(|bucket| bucket.trim_end_matches('/'));
        match bucket {
            Some(bucket) if bucket.is_empty() || bucket.contains('/') => Err(NotAPlace),
            Some(bucket) => Ok(Self::Bucket(bucket.to_owned())),
            None if text.is_empty() => Err(NotAPlace),
            None => Ok(Self::Folder(text.into())),
        }
    }
}

impl ContentSettings {
    /// The place that is meant, for a store in this file, or in none, with this data folder.
    pub(super) fn place(&self, file: Option<&Path>, data: &Path) -> ContentPlace {
        match &self.place {
            Some(ContentAddress::Folder(folder)) => ContentPlace::Folder(folder.clone()),
            Some(ContentAddress::Bucket(bucket)) => ContentPlace::S3(S3Bucket {
                bucket: bucket.clone(),
                endpoint: self.contents_endpoint.clone(),
                region: self.contents_region.clone(),
            }),
            None => ContentPlace::Folder(file.map_or_else(|| data.join("contents"), beside)),
        }
    }
}

/// Named as the file of the keys is.
fn beside(file: &Path) -> PathBuf {
    let mut name = file.as_os_str().to_owned();
    name.push("-contents");
    name.into()
}
