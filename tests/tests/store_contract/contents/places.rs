//! Stores with a place for contents, on every engine and in every place, and what is really stored there.

use std::convert::Infallible;
use std::ops::Range;
use std::path::{Path as FilePath, PathBuf};
use std::sync::Arc;

use bytes::Bytes;
use chrono::{DateTime, Utc};
use ens_domain::ids::{ContentId, SpaceId};
use ens_store::{ContentPlace, ContentRef, NewContent, PutError, S3Bucket, Store, StoreError, StoredContent};
use ens_tests::{Engine, TestBucket, TestStorage};
use futures::stream::{self, Stream, StreamExt, TryStreamExt};
use object_store::aws::AmazonS3Builder;
use object_store::local::LocalFileSystem;
use object_store::path::Path;
use object_store::{ObjectStore, ObjectStoreExt};

use crate::backends::options;
use crate::persons::{email, space};

/// What a document may have at most.
pub(crate) const LIMIT: u64 = 5_000_000;

/// Where contents lie in a test.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Place {
    Folder,
    S3,
}

/// Each place, for what the engine has no part in.
pub(crate) const PLACES: [(Engine, Place); 2] = [(Engine::SqliteFile, Place::Folder), (Engine::SqliteFile, Place::S3)];

/// Each place with each engine.
pub(crate) const ALL: [(Engine, Place); 4] = [
    (Engine::SqliteFile, Place::Folder),
    (Engine::SqliteFile, Place::S3),
    (Engine::Postgres, Place::Folder),
    (Engine::Postgres, Place::S3),
];

/// A fresh store with a place for contents, and a second door to what is stored there.
pub(crate) struct Filed {
    pub(crate) store: Store,
    pub(crate) objects: Arc<dyn ObjectStore>,
    place: ContentPlace,
    bucket: Option<TestBucket>,
    pub(crate) storage: TestStorage,
}

impl Filed {
    /// These bytes of a content of the first space; nothing where they are not served.
    pub(crate) async fn part(&self, content: &ContentRef, bytes: Range<usize>) -> Option<Vec<u8>> {
        let range = u64::try_from(bytes.start).unwrap()..u64::try_from(bytes.end).unwrap();
        match self.store.contents().read(space(1), content, range).await {
            Ok(read) => collect(read).await.ok(),
            Err(_) => None,
        }
    }

    /// With a key for the first and the second space.
    pub(crate) async fn fresh((engine, place): (Engine, Place)) -> Self {
        let storage = TestStorage::fresh(engine).await;
        let (bucket, place, objects) = open(place, storage.folder()).await;
        let store = Store::open(storage.url(), options().with_contents(place.clone())).await.expect("a fresh store");
        let filed = Self { store, objects, place, bucket, storage };
        for number in [1, 2] {
            filed.store.log().seal(space(number), email()).await.expect("a key");
        }
        filed
    }

    /// A second process on the same storage.
    pub(crate) async fn reopened(&self) -> Store {
        Store::open(self.storage.url(), options().with_contents(self.place.clone())).await.expect("the same store")
    }

    pub(crate) async fn put(&self, bytes: &[u8]) -> StoredContent {
        self.put_in(space(1), bytes).await
    }

    pub(crate) async fn put_in(&self, space: SpaceId, bytes: &[u8]) -> StoredContent {
        self.store.contents().put(of(space), pieces(bytes, 10_007)).await.expect("a content that is put")
    }

    pub(crate) async fn read(&self, content: &ContentRef) -> Result<Vec<u8>, StoreError> {
        read(&self.store, space(1), content).await
    }

    /// The name of the object of a content.
    pub(crate) async fn path(&self, content: ContentId) -> Path {
        let named = self.paths().await.into_iter().find(|path| path.filename() == Some(&content.to_string()));
        named.expect("the object of a content")
    }

    /// The names of all objects.
    pub(crate) async fn paths(&self) -> Vec<Path> {
        self.objects.list(None).map_ok(|object| object.location).try_collect().await.expect("a list of objects")
    }

    /// The bytes of an object.
    pub(crate) async fn object(&self, path: &Path) -> Vec<u8> {
        self.objects.get(path).await.expect("an object").bytes().await.expect("its bytes").to_vec()
    }

    /// Puts other bytes where an object was.
    pub(crate) async fn overwrite(&self, path: &Path, bytes: &[u8]) {
        self.objects.put(path, bytes.to_vec().into()).await.expect("an object that is overwritten");
    }

    /// How much is there beside whole objects: files that were begun in the folder, uploads that were begun on the server.
    pub(crate) async fn unfinished(&self) -> usize {
        match &self.bucket {
            Some(bucket) => bucket.unfinished_uploads().await,
            None => begun_files(&self.folder_of_contents()).len(),
        }
    }

    /// The folder of contents, where they are in one.
    pub(crate) fn folder_of_contents(&self) -> PathBuf {
        contents_in(self.storage.folder())
    }
}

/// The files that were begun in a folder.
pub(crate) fn begun_files(folder: &FilePath) -> Vec<PathBuf> {
    files_under(folder).into_iter().filter(|path| path.to_string_lossy().contains('#')).collect()
}

pub(crate) fn of(space: SpaceId) -> NewContent {
    NewContent { space, at: now(), limit: LIMIT }
}

pub(crate) fn now() -> DateTime<Utc> {
    Utc::now()
}

pub(crate) async fn read(store: &Store, space: SpaceId, content: &ContentRef) -> Result<Vec<u8>, StoreError> {
    collect(store.contents().read(space, content, ..).await?).await
}

pub(crate) async fn collect(bytes: impl Stream<Item = Result<Bytes, StoreError>>) -> Result<Vec<u8>, StoreError> {
    let pieces: Vec<Bytes> = bytes.try_collect().await?;
    Ok(pieces.concat())
}

/// Bytes in pieces of a length, as a client sends them.
pub(crate) fn pieces(bytes: &[u8], length: usize) -> impl Stream<Item = Result<Bytes, Infallible>> + Send + 'static {
    let pieces: Vec<_> = bytes.chunks(length).map(|piece| Ok(Bytes::copy_from_slice(piece))).collect();
    stream::iter(pieces)
}

/// So many bytes of which no two segments are alike.
pub(crate) fn document(size: usize) -> Vec<u8> {
    (0..size).map(|at| u8::try_from((at / 251 + at % 251) % 256).expect("below 256")).collect()
}

/// Pieces of 64 KiB, told to `seen` as they are taken, and an end.
pub(crate) fn observed<E>(count: usize, end: Option<E>, mut seen: impl FnMut(usize) + Send) -> impl Stream<Item = Result<Bytes, E>> + Send
where
    E: Send,
{
    let pieces = stream::iter(0..count).map(move |number| {
        seen(number * 65_536);
        Ok(Bytes::from(vec![u8::try_from(number % 256).expect("below 256"); 65_536]))
    });
    pieces.chain(stream::iter(end.map(Err)))
}

pub(crate) fn too_long(answer: &Result<StoredContent, PutError<Infallible>>) -> bool {
    *answer == Err(PutError::TooLong { limit: LIMIT })
}

async fn open(place: Place, folder: &FilePath) -> (Option<TestBucket>, ContentPlace, Arc<dyn ObjectStore>) {
    match place {
        Place::Folder => {
            let folder = contents_in(folder);
            std::fs::create_dir_all(&folder).expect("a folder");
            let objects = LocalFileSystem::new_with_prefix(&folder).expect("the folder");
            (None, ContentPlace::Folder(folder), Arc::new(objects))
        }
        Place::S3 => {
            let bucket = TestBucket::fresh().await;
            let given = S3Bucket {
                bucket: bucket.name().to_owned(),
                endpoint: Some(bucket.endpoint().to_owned()),
                region: Some("eu-west-3".to_owned()),
            };
            let objects = AmazonS3Builder::from_env()
                .with_bucket_name(bucket.name())
                .with_endpoint(bucket.endpoint())
                .with_region("eu-west-3")
                .with_allow_http(true)
                .build()
                .expect("the bucket");
            (Some(bucket), ContentPlace::S3(given), Arc::new(objects))
        }
    }
}

fn contents_in(folder: &FilePath) -> PathBuf {
    folder.join("contents")
}

fn files_under(folder: &FilePath) -> Vec<PathBuf> {
    let entries = std::fs::read_dir(folder).expect("a folder").map(|entry| entry.expect("an entry").path());
    entries.flat_map(|path| if path.is_dir() { files_under(&path) } else { vec![path] }).collect()
}
