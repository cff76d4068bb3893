//! The sweep of contents that no event names or that events gave up, and what is left of the contents of a destroyed space.

use std::collections::HashMap;

use chrono::{DateTime, TimeDelta, Utc};
use ens_domain::ids::ContentId;
use ens_domain::sections::medical_record::{Content, DocumentRequest};
use ens_projections::Followers;
use ens_projections::contents::fates_of;
use ens_store::{
    CommandEnvelope, ContentFate, ContentRef, NewContent, OpenError, Partition, Store, StoreError, SweepOrder, SweepTask, Swept,
};
use ens_tests::deposits::{self, deposit, handle, new_document, replace};
use object_store::ObjectStoreExt;
use object_store::path::Path;

use super::places::{ALL, Filed, PLACES, Place, document, now, of, pieces, read};
use crate::persons::{life_until_destroyed, live, monday, renew, space};

const DESTROYED: StoreError = StoreError::Open(OpenError::Destroyed);
const FOREIGN: StoreError = StoreError::Open(OpenError::Foreign);

/// The person opposed on Monday: nothing is recorded for that day.
fn tuesday() -> DateTime<Utc> {
    monday() + TimeDelta::days(1)
}

fn order(partition: Partition, after: TimeDelta, task: SweepTask) -> SweepOrder {
    SweepOrder { partition, now: now() + after, task }
}

fn all_named(contents: &[ContentId]) -> HashMap<ContentId, ContentFate> {
    contents.iter().map(|content| (*content, ContentFate::Named)).collect()
}

/// Sweeps all partitions, so long after now; `named` are the contents that events name.
async fn sweep(store: &Store, after: TimeDelta, named: &[ContentId]) -> Swept {
    sweep_by(store, after, &all_named(named), SweepTask::Remove).await
}

async fn sweep_by(store: &Store, after: TimeDelta, fates: &HashMap<ContentId, ContentFate>, task: SweepTask) -> Swept {
    let mut sum = Swept::default();
    for partition in store.partitions().each() {
        let known = async |ids: Vec<ContentId>| {
            Ok::<_, StoreError>(ids.into_iter().filter_map(|id| fates.get(&id).map(|fate| (id, *fate))).collect())
        };
        sum = sum.and(store.contents().sweep(order(partition, after, task), known).await.expect("a sweep"));
    }
    Swept { removed_bytes: 0, ..sum }
}

/// The same by what the log says: the read model is brought up to date, and asked.
async fn sweep_by_events(store: &Store, after: TimeDelta) -> Swept {
    Followers::new(store.clone()).catch_up().await.expect("level");
    let mut sum = Swept::default();
    for partition in store.partitions().each() {
        let fates = async |ids: Vec<ContentId>| fates_of(store, partition, &ids).await.map(|found| found.fates);
        sum = sum.and(store.contents().sweep(order(partition, after, SweepTask::Remove), fates).await.expect("a sweep"));
    }
    Swept { removed_bytes: 0, ..sum }
}

#[tokio::test]
async fn what_no_event_names_is_swept_after_a_day() {
    for pair in ALL {
        let filed = Filed::fresh(pair).await;
        let (named, unnamed) = (filed.put(b"named").await.content, filed.put(b"unnamed").await.content);
        let elsewhere = filed.put_in(space(2), b"named").await.content;
        filed.objects.put(&Path::from("0/notes.txt"), b"somebody's".to_vec().into()).await.expect("a file of somebody");
        let swept = sweep(&filed.store, TimeDelta::hours(25), &[named.id, elsewhere.id]).await;
        assert_eq!(swept, Swept { kept: 2, removed: 1, unknown: 1, ..Swept::default() }, "{pair:?}");
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
            let swept = sweep(&filed.store, TimeDelta::hours(hours), &[]).await;
            assert_eq!(swept, Swept { waiting: 1, ..Swept::default() }, "{pair:?}: {hours} h");
        }
        assert!(filed.read(&stored).await.is_ok(), "{pair:?}");
        // By the clock of the place it is young, by its id it is old, or the other way round.
        let old = NewContent { at: now() - TimeDelta::days(3), ..of(space(1)) };
        let old = filed.store.contents().put(old, pieces(b"old", 1)).await.expect("a content").content;
        let ahead = NewContent { at: now() + TimeDelta::days(3), ..of(space(1)) };
        let ahead = filed.store.contents().put(ahead, pieces(b"ahead", 1)).await.expect("a content").content;
        assert_eq!(sweep(&filed.store, TimeDelta::hours(1), &[stored.id]).await.waiting, 2, "{pair:?}");
        assert_eq!(sweep(&filed.store, TimeDelta::hours(25), &[stored.id]).await.waiting, 1, "{pair:?}");
        assert_eq!(
            (filed.read(&old).await, filed.read(&ahead).await),
            (Err(StoreError::ContentMissing), Ok(b"ahead".to_vec())),
            "{pair:?}"
        );
    }
}

#[tokio::test]
async fn a_sweep_that_cannot_ask_removes_nothing() {
    for pair in PLACES {
        let filed = Filed::fresh(pair).await;
        let stored = filed.put(b"x").await.content;
        let partition = filed.store.partition_of(space(1));
        let order = order(partition, TimeDelta::days(2), SweepTask::Remove);
        let swept = filed.store.contents().sweep(order, async |_| Err(StoreError::Overtaken)).await;
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
        let young = sweep(&filed.store, TimeDelta::hours(23), &[stored.id]).await;
        assert_eq!(young, Swept { kept: 1, ..Swept::default() }, "{pair:?}");
        let counted = sweep_by(&filed.store, TimeDelta::hours(25), &all_named(&[stored.id]), SweepTask::Count).await;
        assert_eq!((counted.abandoned, begun.exists()), (1, true), "{pair:?}: counted, and left");
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
async fn a_content_that_events_gave_up_is_swept_whatever_its_age() {
    for pair in PLACES {
        let filed = Filed::fresh(pair).await;
        let (gone, named) = (filed.put(b"gone").await.content, filed.put(b"named").await.content);
        let fates = HashMap::from([(gone.id, ContentFate::Gone), (named.id, ContentFate::Named)]);
        let expected = Swept { kept: 1, removed: 1, ..Swept::default() };
        assert_eq!(sweep_by(&filed.store, TimeDelta::zero(), &fates, SweepTask::Count).await, expected, "{pair:?}");
        assert!(filed.read(&gone).await.is_ok(), "{pair:?}: counted, and left");
        assert_eq!(sweep_by(&filed.store, TimeDelta::zero(), &fates, SweepTask::Remove).await, expected, "{pair:?}");
        assert_eq!(filed.read(&gone).await, Err(StoreError::ContentMissing), "{pair:?}");
        assert!(filed.read(&named).await.is_ok(), "{pair:?}");
    }
}

#[tokio::test]
async fn a_sweep_says_how_many_bytes_it_removed() {
    for pair in PLACES {
        let filed = Filed::fresh(pair).await;
        let stored = filed.put(&document(1_000)).await.content;
        let object = filed.object(&filed.path(stored.id).await).await;
        let order = order(filed.store.partition_of(space(1)), TimeDelta::days(2), SweepTask::Remove);
        let swept = filed.store.contents().sweep(order, async |_| Ok::<_, StoreError>(HashMap::new())).await.expect("a sweep");
        assert_eq!((swept.removed, swept.removed_bytes), (1, u64::try_from(object.len()).unwrap()), "{pair:?}");
    }
}

#[tokio::test]
async fn two_sweeps_at_once_do_no_harm() {
    for pair in PLACES {
        let filed = Filed::fresh(pair).await;
        let other = filed.reopened().await;
        let mut named = Vec::new();
        for number in 0..40 {
            let stored = filed.put(&[number]).await.content;
            if number % 4 == 0 {
                named.push(stored);
            }
        }
        let ids: Vec<ContentId> = named.iter().map(|content| content.id).collect();
        let (one, two) = tokio::join!(sweep(&filed.store, TimeDelta::days(2), &ids), sweep(&other, TimeDelta::days(2), &ids));
        assert!(one.removed.max(two.removed) <= 30 && one.removed + two.removed >= 30, "{pair:?}: {one:?} {two:?}");
        for content in &named {
            assert!(filed.read(content).await.is_ok(), "{pair:?}");
        }
        assert_eq!(filed.paths().await.len(), 10, "{pair:?}");
    }
}

#[tokio::test]
async fn the_log_decides_which_contents_stay() {
    for pair in ALL {
        let filed = Filed::fresh(pair).await;
        let store = &filed.store;
        live(store, life_until_destroyed(space(1)).into_iter().take(3).collect()).await;
        let content = async |words: &str| deposits::put(store, space(1), now(), words.as_bytes()).await;
        let document = || new_document(store, space(1), tuesday());
        let (kept, withdrawn, moved) = (document(), document(), document());
        let stay = [content("first").await, content("second").await, content("withdrawn").await];
        let go = [content("another person's").await, content("its second version").await];
        let waits = content("no event yet").await;
        let act = async |envelope: CommandEnvelope| drop(live(store, vec![envelope]).await);
        act(deposit(kept, stay[0].clone(), tuesday())).await;
        act(replace(kept, stay[1].clone(), tuesday())).await;
        act(deposit(withdrawn, stay[2].clone(), tuesday())).await;
        act(handle(withdrawn, DocumentRequest::Withdraw, tuesday())).await;
        act(deposit(moved, go[0].clone(), tuesday())).await;
        act(replace(moved, go[1].clone(), tuesday())).await;
        assert_eq!(sweep_by_events(store, TimeDelta::zero()).await, Swept { kept: 5, waiting: 1, ..Swept::default() }, "{pair:?}");
        act(handle(moved, DocumentRequest::MoveOut, tuesday())).await;
        let swept = sweep_by_events(store, TimeDelta::zero()).await;
        assert_eq!(swept, Swept { kept: 3, waiting: 1, removed: 2, ..Swept::default() }, "{pair:?}");
        assert_eq!(sweep_by_events(store, TimeDelta::hours(25)).await, Swept { kept: 3, removed: 1, ..Swept::default() }, "{pair:?}");
        for content in &stay {
            assert!(deposits::read(store, space(1), content).await.is_ok(), "{pair:?}: an event names it");
        }
        for content in go.iter().chain([&waits]) {
            assert_eq!(deposits::read(store, space(1), content).await, Err(StoreError::ContentMissing), "{pair:?}");
        }
    }
}

/// The bytes of the object of a content, and where it lies.
async fn sealed(filed: &Filed, content: &Content) -> (Path, Vec<u8>) {
    let path = filed.path(content.id).await;
    let object = filed.object(&path).await;
    (path, object)
}

#[tokio::test]
async fn a_file_of_a_destroyed_space_is_read_by_nobody_with_everything_else_at_hand() {
    for pair in ALL {
        let filed = Filed::fresh(pair).await;
        let store = &filed.store;
        let mut life = life_until_destroyed(space(1));
        let end = life.split_off(3);
        live(store, life).await;
        let content = deposits::put(store, space(1), now(), &document(100_000)).await;
        live(store, vec![deposit(new_document(store, space(1), tuesday()), content.clone(), tuesday())]).await;
        let (path, object) = sealed(&filed, &content).await;
        live(store, end).await;
        // Its age does not matter.
        assert_eq!(sweep_by_events(store, TimeDelta::zero()).await, Swept { removed: 1, ..Swept::default() }, "{pair:?}");
        assert!(filed.paths().await.is_empty(), "{pair:?}: nothing is left");
        // A copy from before is put back; the database, the master key and the keys of all other spaces are at hand.
        filed.overwrite(&path, &object).await;
        assert_eq!(deposits::read(&filed.reopened().await, space(1), &content).await, Err(DESTROYED), "{pair:?}");
        live(store, vec![renew(space(1))]).await;
        assert_eq!(deposits::read(store, space(1), &content).await, Err(DESTROYED), "{pair:?}: nor with the key of its new life");
        // The same file, said to be under the new key; and as a content of another space.
        let new = filed.put(b"new").await.content;
        let header = filed.object(&filed.path(new.id).await).await[..9].to_vec();
        filed.overwrite(&path, &[&header[..], &object[9..]].concat()).await;
        assert_eq!(deposits::read(store, space(1), &content).await, Err(FOREIGN), "{pair:?}");
        let id = content.id.to_string();
        let elsewhere = Path::from(format!("{}/{}/{id}", store.partition_of(space(2)), &id[34..]));
        filed.overwrite(&elsewhere, &object).await;
        let reference = ContentRef { id: content.id, size: u64::from(content.size.bytes()) };
        assert!(read(store, space(2), &reference).await.is_err(), "{pair:?}");
        // And the sweep takes what was put back.
        assert!(sweep_by_events(store, TimeDelta::zero()).await.removed >= 1, "{pair:?}");
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
        // No event names it, so it is swept.
        let swept = sweep(&filed.store, TimeDelta::hours(25), &[other.id]).await;
        assert_eq!(swept, Swept { kept: 1, removed: 1, ..Swept::default() }, "{pair:?}");
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
