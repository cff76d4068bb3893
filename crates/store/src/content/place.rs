//! The place of contents, as an operator gives it and as it was opened: a folder, or a bucket of an S3 server.
//!
//! An object is named `PARTITION/xx/ID`: the partition of its space, the last two digits of its id, its id. The id is random but for
//! the instant at which it was drawn.

use std::path::PathBuf;
use std::sync::Arc;
use std::time::Duration;

use ens_domain::ids::ContentId;
use object_store::aws::AmazonS3Builder;
use object_store::local::LocalFileSystem;
use object_store::path::Path;
use object_store::{ClientOptions, ObjectStore, RetryConfig};

use super::folder::Folder;
use crate::ground::{Partition, Partitions, StoreError};

/// Where the contents of a store lie.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum ContentPlace {
    /// In a folder of this machine, which is made where it is not there.
    Folder(PathBuf),
    /// In a bucket of an S3 server.
    S3(S3Bucket),
}

/// A bucket of an S3 server. Credentials, and what else is not named here, come from the variables `AWS_…` of the environment, as the
/// crate object_store reads them: `AWS_ACCESS_KEY_ID`, `AWS_SECRET_ACCESS_KEY`, `AWS_SESSION_TOKEN`, `AWS_ALLOW_HTTP`, ….
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct S3Bucket {
    /// Its name; it must be there.
    pub bucket: String,
    /// The address of the server; Amazon's where there is none. Without TLS only on this machine, or with `AWS_ALLOW_HTTP=true`.
    pub endpoint: Option<String>,
    /// The region of the server.
    pub region: Option<String>,
}

/// A place that was opened; clones are the same one.
#[derive(Clone)]
pub(super) struct OpenPlace {
    store: Arc<dyn ObjectStore>,
    folder: Option<Folder>,
}

impl OpenPlace {
    /// Opens a place for the contents of so many partitions.
    pub(super) async fn open(place: ContentPlace, partitions: Partitions) -> Result<Self, StoreError> {
        match place {
            ContentPlace::Folder(path) => {
                let folder = Folder::make(path, partitions).await?;
                // Durable as S3 is: the file and the folder that names it are on the disk when a put returns.
                let files = LocalFileSystem::new_with_prefix(folder.path()).map_err(trouble)?.with_fsync(true);
                Ok(Self { store: Arc::new(files), folder: Some(folder) })
            }
            ContentPlace::S3(bucket) => Ok(Self { store: Arc::new(bucket.open()?), folder: None }),
        }
    }

    /// The objects.
    pub(super) fn objects(&self) -> &Arc<dyn ObjectStore> {
        &self.store
    }

    /// The folder, where the place is one.
    pub(super) const fn folder(&self) -> Option<&Folder> {
        self.folder.as_ref()
    }

    /// Makes what must be there before an object of this partition is put.
    pub(super) async fn prepare(&self, partition: Partition) -> Result<(), StoreError> {
        match &self.folder {
            Some(folder) => folder.prepare(partition).await,
            None => Ok(()),
        }
    }
}

impl S3Bucket {
    fn open(self) -> Result<object_store::aws::AmazonS3, StoreError> {
        // Fails where the process has a provider already, which serves as well.
        drop(rustls::crypto::ring::default_provider().install_default());
        let mut builder = AmazonS3Builder::from_env().with_bucket_name(self.bucket).with_retry(patience());
        if let Some(region) = self.region {
            builder = builder.with_region(region);
        }
        if let Some(endpoint) = self.endpoint {
            if is_of_this_machine(&endpoint) {
                builder = builder.with_client_options(ClientOptions::new().with_allow_http(true));
            }
            builder = builder.with_endpoint(endpoint);
        }
        builder.build().map_err(trouble)
    }
}

/// Somebody waits for the answer, and may ask again.
fn patience() -> RetryConfig {
    RetryConfig { max_retries: 4, retry_timeout: Duration::from_secs(20), ..RetryConfig::default() }
}

fn is_of_this_machine(endpoint: &str) -> bool {
    ["http://127.0.0.1", "http://localhost", "http://[::1]"].iter().any(|own| {
        let rest = endpoint.strip_prefix(own);
        rest.is_some_and(|rest| rest.is_empty() || rest.starts_with([':', '/']))
    })
}

/// The name of an object.
pub(super) fn path_of(partition: Partition, content: ContentId) -> Path {
    let id = content.to_string();
    let end = id.get(id.len().saturating_sub(2)..).unwrap_or_default();
    Path::from(format!("{partition}/{end}/{id}"))
}

/// The beginning of the names of all objects of a partition.
pub(super) fn prefix_of(partition: Partition) -> Path {
    Path::from(partition.to_string())
}

/// The content that an object holds; nothing where the name is none of ours.
pub(super) fn content_of(path: &Path) -> Option<ContentId> {
    // Another name is no error: somebody else may have put it there.
    path.filename()?.parse().ok()
}

/// What an error of the place is for a caller. Says no more of refused credentials than that they were: the answer of a server may repeat them.
pub(super) fn trouble(error: object_store::Error) -> StoreError {
    use object_store::Error;
    if matches!(error, Error::NotFound { .. }) {
        return StoreError::ContentMissing;
    }
    if matches!(error, Error::PermissionDenied { .. } | Error::Unauthenticated { .. }) {
        return StoreError::Contents("the server refused the credentials, or what they may do".to_owned());
    }
    StoreError::Contents(error.to_string())
}

#[cfg(test)]
mod tests {
    use uuid::Uuid;

    use super::*;

    #[test]
    fn the_name_of_an_object_is_its_partition_the_end_of_its_id_and_its_id() {
        let id = ContentId::from(Uuid::from_u128(0x01890a5d_ac96_774b_bcce_b302099a8057));
        let path = path_of(Partition::new(7), id);
        assert_eq!(path.as_ref(), "7/57/01890a5d-ac96-774b-bcce-b302099a8057");
        assert!(path.prefix_matches(&prefix_of(Partition::new(7))));
        assert!(!path_of(Partition::new(70), id).prefix_matches(&prefix_of(Partition::new(7))));
        assert_eq!(content_of(&path), Some(id));
        assert_eq!(content_of(&Path::from("7/57/notes.txt")), None);
    }

    #[test]
    fn only_a_server_of_this_machine_is_asked_without_tls() {
        for own in ["http://127.0.0.1:9000", "http://localhost", "http://localhost/", "http://[::1]:9000"] {
            assert!(is_of_this_machine(own), "{own}");
        }
        for other in ["https://127.0.0.1", "http://localhost.example.org", "http://127.0.0.1.example.org:9000", "http://s3.example.org"] {
            assert!(!is_of_this_machine(other), "{other}");
        }
    }
}
