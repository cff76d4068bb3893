//! What somebody could do to the objects in the place of contents, and that none of it is ever served as a document.

use ens_store::{ContentRef, OpenError, StoreError};
use futures::StreamExt;

use super::places::{ALL, Filed, PLACES, document, read};
use crate::persons::space;

const FOREIGN: StoreError = StoreError::Open(OpenError::Foreign);
const HEADER: usize = 41;
const SEALED: usize = 65_536 + 16;
/// Three segments, the last one short.
const SIZE: usize = 2 * 65_536 + 100;

/// The object with one thing changed, and the segments before the change.
fn hostile_changes(object: &[u8], other: &[u8]) -> Vec<(String, Vec<u8>)> {
    let mut changes = Vec::new();
    // Magic, version, commitment; first and last byte and tag of each segment.
    let ends = [HEADER, HEADER + SEALED, HEADER + 2 * SEALED, object.len()];
    let bytes = ends.windows(2).flat_map(|ends| [ends[0], ends[0] + 50, ends[1] - 16, ends[1] - 1]);
    for at in [0, 4, 9, 40].into_iter().chain(bytes) {
        let mut changed = object.to_vec();
        changed[at] ^= 0x20;
        changes.push((format!("byte {at} is another"), changed));
    }
    for length in [0, 1, HEADER, HEADER + SEALED, HEADER + 2 * SEALED, object.len() - 1] {
        changes.push((format!("cut to {length}"), object[..length].to_vec()));
    }
    changes.push(("a byte more".to_owned(), [object, &[0]].concat()));
    let [first, second, last] = segments(object);
    let header = &object[..HEADER];
    let [_, foreign, _] = segments(other);
    for (what, parts) in [
        ("two segments are swapped", [header, second, first, last]),
        ("a segment stands twice", [header, first, first, last]),
        ("a segment of another content stands in its place", [header, first, foreign, last]),
        ("the header of another content", [&other[..HEADER], first, second, last]),
    ] {
        changes.push((what.to_owned(), parts.concat()));
    }
    changes.push(("a segment is left out".to_owned(), [header, first, last].concat()));
    changes.push(("another content of the same length".to_owned(), other.to_vec()));
    changes
}

fn segments(object: &[u8]) -> [&[u8]; 3] {
    let (first, rest) = object[HEADER..].split_at(SEALED);
    let (second, last) = rest.split_at(SEALED);
    [first, second, last]
}

#[tokio::test]
async fn a_content_that_was_changed_cut_swapped_or_moved_is_never_served() {
    for pair in PLACES {
        let filed = Filed::fresh(pair).await;
        let bytes = document(SIZE);
        let (stored, other) = (filed.put(&bytes).await.content, filed.put(&document(SIZE)).await.content);
        let path = filed.path(stored.id).await;
        let (object, other) = (filed.object(&path).await, filed.object(&filed.path(other.id).await).await);
        for (what, changed) in hostile_changes(&object, &other) {
            filed.overwrite(&path, &changed).await;
            let (served, error) = serve(&filed, &stored).await;
            assert_eq!(error, Some(FOREIGN), "{pair:?}: {what}");
            // Whole segments before the change may have left; of the changed one not a byte.
            let unchanged = common_prefix(&object, &changed).saturating_sub(HEADER) / SEALED * 65_536;
            assert!(served.len() <= unchanged && bytes.starts_with(&served), "{pair:?}: {what}: {} bytes served", served.len());
        }
        filed.overwrite(&path, &object).await;
        assert!(filed.read(&stored).await == Ok(bytes), "{pair:?}");
    }
}

#[tokio::test]
async fn a_content_that_was_cut_is_foreign_before_its_first_byte() {
    for pair in PLACES {
        let filed = Filed::fresh(pair).await;
        let stored = filed.put(&document(SIZE)).await.content;
        let path = filed.path(stored.id).await;
        let object = filed.object(&path).await;
        for length in [0, HEADER, HEADER + SEALED, object.len() - 1] {
            filed.overwrite(&path, &object[..length]).await;
            for range in [0..10, 70_000..70_010, 131_080..131_090] {
                let read = filed.store.contents().read(space(1), &stored, range.clone()).await;
                assert_eq!(read.err(), Some(FOREIGN), "{pair:?}: cut to {length}, {range:?}");
            }
        }
    }
}

#[tokio::test]
async fn a_content_belongs_to_its_space_its_id_and_its_size() {
    for pair in ALL {
        let filed = Filed::fresh(pair).await;
        let (stored, other) = (filed.put(&document(SIZE)).await.content, filed.put(&document(SIZE)).await.content);
        let path = filed.path(stored.id).await;
        // Under the name of another content; under the same name in another space, wherever its partition is.
        filed.overwrite(&filed.path(other.id).await, &filed.object(&path).await).await;
        assert_eq!(filed.read(&other).await, Err(FOREIGN), "{pair:?}");
        let there =
            path.as_ref().replacen(&filed.store.partition_of(space(1)).to_string(), &filed.store.partition_of(space(2)).to_string(), 1);
        filed.overwrite(&there.into(), &filed.object(&path).await).await;
        assert_eq!(read(&filed.store, space(2), &stored).await, Err(FOREIGN), "{pair:?}");
        for size in [0, stored.size - 1, stored.size + 1, stored.size + 65_536] {
            assert_eq!(filed.read(&ContentRef { size, ..stored }).await, Err(FOREIGN), "{pair:?}: {size}");
        }
    }
}

/// What is served before the end or an error.
async fn serve(filed: &Filed, content: &ContentRef) -> (Vec<u8>, Option<StoreError>) {
    let mut served = Vec::new();
    let mut bytes = match filed.store.contents().read(space(1), content, ..).await {
        Ok(bytes) => bytes,
        Err(error) => return (served, Some(error)),
    };
    while let Some(piece) = bytes.next().await {
        match piece {
            Ok(piece) => served.extend_from_slice(&piece),
            Err(error) => return (served, Some(error)),
        }
    }
    (served, None)
}

fn common_prefix(one: &[u8], other: &[u8]) -> usize {
    one.iter().zip(other).take_while(|(one, other)| one == other).count()
}
