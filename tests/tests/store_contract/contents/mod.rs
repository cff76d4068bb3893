//! Contents: what was put comes back or is refused, whatever was done to it, in a folder and on an S3 server, with each engine.

mod hostile;
mod places;
mod streaming;
mod sweeping;

use ens_domain::ids::ContentId;
use ens_store::{OpenError, Store, StoreError, SweepOrder, SweepTask};
use places::{ALL, Filed, PLACES, document, now, of, pieces, read};
use ring::digest::{SHA256, digest};
use uuid::Uuid;

use crate::backends::options;
use crate::persons::{email, space};
use ens_tests::{Engine, TestStorage};

#[tokio::test]
async fn a_content_comes_back_as_it_went_in() {
    for pair in ALL {
        let filed = Filed::fresh(pair).await;
        for size in [0, 1, 65_535, 65_536, 65_537, 5_000_000] {
            let bytes = document(size);
            let stored = filed.put(&bytes).await;
            assert_eq!(stored.content.size, u64::try_from(size).unwrap(), "{pair:?}");
            assert_eq!(stored.sha256, digest(&SHA256, &bytes).as_ref(), "{pair:?}: {size}");
            let object = filed.object(&filed.path(stored.content.id).await).await;
            assert_eq!(stored.sealed_sha256, digest(&SHA256, &object).as_ref(), "{pair:?}: {size}");
            assert!(filed.read(&stored.content).await == Ok(bytes), "{pair:?}: {size} bytes came back otherwise");
        }
        assert_eq!(filed.unfinished().await, 0, "{pair:?}");
    }
}

#[tokio::test]
async fn another_process_reads_what_was_put() {
    for pair in PLACES {
        let filed = Filed::fresh(pair).await;
        let (bytes, other) = (document(100_000), filed.reopened().await);
        let stored = filed.put(&bytes).await;
        assert!(read(&other, space(1), &stored.content).await == Ok(bytes), "{pair:?}");
        other.contents().delete(space(1), stored.content.id).await.expect("a content that is deleted");
        other.contents().delete(space(1), stored.content.id).await.expect("one that is gone already");
        assert_eq!(filed.read(&stored.content).await, Err(StoreError::ContentMissing), "{pair:?}");
        assert!(filed.paths().await.is_empty(), "{pair:?}");
    }
}

#[tokio::test]
async fn nothing_of_a_content_stands_in_its_object_or_leads_from_its_name_to_a_person() {
    for pair in ALL {
        let filed = Filed::fresh(pair).await;
        let words = b"Mme CANARIBIRD, 12 RUE DES CANARIS".repeat(100);
        let stored = filed.put(&words).await;
        let path = filed.path(stored.content.id).await;
        let object = filed.object(&path).await;
        assert!(!object.windows(10).any(|at| at == b"CANARIBIRD"), "{pair:?}");
        let id = stored.content.id.to_string();
        assert_eq!(path.as_ref(), format!("{}/{}/{id}", filed.store.partition_of(space(1)), &id[34..]), "{pair:?}");
        assert!(!object.windows(16).any(|at| at == space(1).uuid().as_bytes()), "{pair:?}");
        // Twice the same is not to be seen.
        let again = filed.put(&words).await;
        assert_ne!(again.sealed_sha256, stored.sealed_sha256, "{pair:?}");
    }
}

#[tokio::test]
async fn contents_are_refused_where_they_have_no_place() {
    let storage = TestStorage::fresh(Engine::SqliteMemory).await;
    let store = Store::open(storage.url(), options()).await.expect("a fresh store");
    store.log().seal(space(1), email()).await.expect("a key");
    let put = store.contents().put(of(space(1)), pieces(b"x", 1)).await;
    assert_eq!(put, Err(StoreError::NoContents.into()));
    let id = ContentId::from(Uuid::now_v7());
    assert_eq!(store.contents().delete(space(1), id).await, Err(StoreError::NoContents));
    let order = SweepOrder { partition: store.partition_of(space(1)), now: now(), task: SweepTask::Remove };
    let swept = store.contents().sweep::<_, StoreError>(order, async |_| panic!("nothing is asked")).await;
    assert_eq!(swept, Err(StoreError::NoContents));
}

#[tokio::test]
async fn a_space_without_a_key_has_no_contents() {
    for pair in PLACES {
        let filed = Filed::fresh(pair).await;
        let put = filed.store.contents().put(of(space(3)), pieces(b"x", 1)).await;
        assert_eq!(put, Err(StoreError::Open(OpenError::NoKey).into()), "{pair:?}");
        assert!(filed.paths().await.is_empty(), "{pair:?}");
    }
}
