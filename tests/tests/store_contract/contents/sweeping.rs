//! The sweep of contents that no event names, and what is left of the contents of a destroyed space.

use std::collections::{HashMap, HashSet};

use chrono::TimeDelta;
use ens_domain::ids::{ContentId, SpaceId};
use ens_domain::space::terms::Stage;
use ens_store::{OpenError, Store, StoreError, Swept};
use object_store::ObjectStoreExt;
use object_store::path::Path;

use super::places::{ALL, Filed, PLACES, Place, document, now, of, pieces, read};
use crate::persons::{life_until_destroyed, live, renew, space};

const DESTROYED: StoreError = StoreError::Open(OpenError::Destroyed);

/// Sweeps all partitions, so long after now; `named` are the contents that events name.
async fn sweep(store: &Store, after: TimeDelta, named: &[ContentId]) -> Swept {
    let mut sum = Swept::default();
    for partition in store.partitions().each() {
        let known: HashSet<ContentId> = named.iter().copied().collect();
        let swept = store
            .contents()
            .sweep(partition, now() + after, async |ids| Ok(known.intersection(&ids.into_iter().collect()).copied().collect()));
        let Swept { kept, removed, abandoned, unknown } = swept.await.expect("a sweep");
        sum.kept += kept;
        sum.removed += removed;
        sum.abandoned += abandoned;
        sum.unknown += unknown;
    }
    sum
}

#[tokio::test]
async fn what_no_event_names_is_swept_after_a_day() {
    for pair in ALL {
        let filed = Filed::fresh(pair).await;
        let (named, unnamed) = (filed.put(b"named").await.content, filed.put(b"unnamed").await.content);
        let elsewhere = filed.put_in(space(2), b"named").await.content;
        filed.objects.put(&Path::from("0/notes.txt"), b"somebody's".to_vec().into()).await.expect("a file of somebody");
        let swept = sweep(&filed.store, TimeDelta::hours(25), &[named.id, elsewhere.id]).await;
        assert_eq!(swept, Swept { kept: 2, removed: 1, abandoned: 0, unknown: 1 }, "{pair:?}");
        assert_eq!(filed.read(&named).await, Ok(b"named".to_vec()), "{pair:?}");
        assert_eq!(read(&filed.store, space(2), &elsewhere).await, Ok(b"named".to_vec()), "{pair:?}");
        assert_eq!(filed.read(&unnamed).await, Err(StoreError::ContentMissing), "{pair:?}");
    }
}

#[tokio::test]
async fn a_content_that_was_put_within_the_last_day_is_never_swept() {
    for pair in PLACES {
        let filed = Filed::fresh(pair).await;
        let stored = filed.put(&document(100)).await.content;
        for hours in [-24, 0, 23] {
            assert_eq!(sweep(&filed.store, TimeDelta::hours(hours), &[]).await, Swept::default(), "{pair:?}: {hours} h");
        }
        assert!(filed.read(&stored).await.is_ok(), "{pair:?}");
    }
}

#[tokio::test]
async fn a_sweep_that_cannot_ask_removes_nothing() {
    for pair in PLACES {
        let filed = Filed::fresh(pair).await;
        let stored = filed.put(b"x").await.content;
        let partition = filed.store.partition_of(space(1));
        let swept = filed.store.contents().sweep(partition, now() + TimeDelta::days(2), async |_| Err(StoreError::Overtaken)).await;
        assert_eq!(swept, Err(StoreError::Overtaken), "{pair:?}");
        assert!(filed.read(&stored).await.is_ok(), "{pair:?}");
    }
}

#[tokio::test]
async fn a_file_that_a_killed_process_began_is_swept_after_a_day() {
    for pair in ALL.into_iter().filter(|(_, place)| *place == Place::Folder) {
        let filed = Filed::fresh(pair).await;
        let stored = filed.put(b"x").await.content;
        let whole = filed.folder_of_contents().join(filed.path(stored.id).await.as_ref());
        let begun = std::path::PathBuf::from(format!("{}#1", whole.display()));
        std::fs::write(&begun, b"begun").expect("a file that was begun");
        assert_eq!(sweep(&filed.store, TimeDelta::hours(23), &[]).await, Swept::default(), "{pair:?}");
        let swept = sweep(&filed.store, TimeDelta::hours(25), &[stored.id]).await;
        assert_eq!(swept, Swept { kept: 1, abandoned: 1, ..Swept::default() }, "{pair:?}");
        assert!(!begun.exists() && whole.exists(), "{pair:?}");
    }
}

#[tokio::test]
async fn many_contents_are_swept() {
    for pair in PLACES {
        let filed = Filed::fresh(pair).await;
        for number in 0..30 {
            filed.put(&[number]).await;
        }
        assert_eq!(sweep(&filed.store, TimeDelta::days(2), &[]).await.removed, 30, "{pair:?}");
        assert!(filed.paths().await.is_empty(), "{pair:?}");
    }
}

#[tokio::test]
async fn the_content_of_a_destroyed_space_is_read_by_nobody() {
    for pair in ALL {
        let filed = Filed::fresh(pair).await;
        let mut life = life_until_destroyed(space(1));
        let end = life.split_off(5);
        live(&filed.store, life).await;
        let (stored, other) = (filed.put(&document(100_000)).await.content, filed.put_in(space(2), b"alive").await.content);
        let object = filed.object(&filed.path(stored.id).await).await;
        live(&filed.store, end).await;
        // The object, the master key and the whole log are still at hand.
        assert!(filed.object(&filed.path(stored.id).await).await == object, "{pair:?}");
        assert_eq!(filed.read(&stored).await, Err(DESTROYED), "{pair:?}");
        assert_eq!(read(&filed.reopened().await, space(1), &stored).await, Err(DESTROYED), "{pair:?}");
        let refused = filed.store.contents().put(of(space(1)), pieces(b"more", 1)).await;
        assert_eq!(refused, Err(DESTROYED.into()), "{pair:?}");
        // What its events name is named no longer, so it is swept.
        let events = HashMap::from([(stored.id, space(1)), (other.id, space(2))]);
        let named = of_the_living(&filed.store, &events).await;
        assert_eq!(sweep(&filed.store, TimeDelta::hours(25), &named).await, Swept { kept: 1, removed: 1, ..Swept::default() }, "{pair:?}");
        assert_eq!(filed.read(&stored).await, Err(DESTROYED), "{pair:?}");
        // A new space under the same id has contents of its own; an old object that a backup brings back stays closed.
        live(&filed.store, vec![renew(space(1))]).await;
        let new = filed.put(b"new").await.content;
        assert_eq!(filed.read(&new).await, Ok(b"new".to_vec()), "{pair:?}");
        let partition = filed.store.partition_of(space(1));
        let id = stored.id.to_string();
        filed.overwrite(&Path::from(format!("{partition}/{}/{id}", &id[34..])), &object).await;
        assert_eq!(filed.read(&stored).await, Err(DESTROYED), "{pair:?}");
    }
}

/// The contents whose space is not destroyed, as a table would say that the destruction wipes.
async fn of_the_living(store: &Store, events: &HashMap<ContentId, SpaceId>) -> Vec<ContentId> {
    let mut living = Vec::new();
    for (content, space) in events {
        let loaded = store.log().state(*space).await.expect("a readable space");
        if loaded.is_none_or(|loaded| loaded.space.stage() != Some(Stage::Destroyed)) {
            living.push(*content);
        }
    }
    living
}
