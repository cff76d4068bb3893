//! Streaming contents in and out: limits, ends that come too early, ranges, and how much is held at once.

use std::io;
use std::sync::Arc;
use std::sync::atomic::{AtomicUsize, Ordering};

use ens_store::{NewContent, PutError};
use ens_tests::{Engine, eventually};
use futures::future::join_all;
use futures::{StreamExt, stream};

use super::places::{Filed, LIMIT, PLACES, Place, begun_files, collect, document, now, observed, of, pieces, too_long};
use crate::persons::space;

const MIB: usize = 1024 * 1024;

fn long() -> NewContent {
    NewContent { limit: 100 * 1024 * 1024, ..of(space(1)) }
}

#[tokio::test]
async fn what_is_longer_than_its_limit_leaves_nothing_behind() {
    for pair in PLACES {
        let filed = Filed::fresh(pair).await;
        let contents = filed.store.contents();
        let most = document(usize::try_from(LIMIT).unwrap());
        let stored = contents.put(of(space(1)), pieces(&most, 70_000)).await.expect("as long as it may be");
        contents.delete(space(1), stored.content.id).await.expect("a content that is deleted");
        assert!(too_long(&contents.put(of(space(1)), pieces(&[&most[..], &[0]].concat(), 70_000)).await), "{pair:?}");
        // One that never ends, and one that is taken apart into parts before it is refused.
        let taken = AtomicUsize::new(0);
        let endless = observed(usize::MAX, None, |bytes| taken.store(bytes, Ordering::SeqCst));
        assert!(too_long(&contents.put(of(space(1)), endless).await), "{pair:?}");
        assert!(taken.into_inner() <= most.len() + 65_536, "{pair:?}: read on after the limit");
        let refused = contents.put(NewContent { limit: 20_000_000, ..of(space(1)) }, observed(usize::MAX, None::<io::Error>, |_| {})).await;
        assert!(matches!(refused, Err(PutError::TooLong { limit: 20_000_000 })), "{pair:?}: {refused:?}");
        assert!(filed.paths().await.is_empty() && filed.unfinished().await == 0, "{pair:?}");
    }
}

#[tokio::test]
async fn a_put_that_breaks_off_leaves_nothing_behind() {
    for pair in PLACES {
        let filed = Filed::fresh(pair).await;
        for count in [0, 1, 10, 20 * MIB / 65_536] {
            let broken = observed(count, Some(io::ErrorKind::BrokenPipe), |_| {});
            let answer = filed.store.contents().put(long(), broken).await;
            assert_eq!(answer, Err(PutError::Source(io::ErrorKind::BrokenPipe)), "{pair:?}");
            assert!(filed.paths().await.is_empty() && filed.unfinished().await == 0, "{pair:?}: after {count} pieces");
        }
    }
}

#[tokio::test]
async fn a_caller_that_goes_away_leaves_nothing_behind() {
    for pair in PLACES {
        let filed = Filed::fresh(pair).await;
        let store = filed.store.clone();
        let stalled = observed(20 * MIB / 65_536, None::<io::Error>, |_| {}).chain(stream::pending());
        let caller = tokio::spawn(async move { store.contents().put(long(), stalled).await });
        eventually("parts were written", async || (filed.unfinished().await == 1).then_some(())).await;
        caller.abort();
        eventually("what was written is taken back", async || (filed.unfinished().await == 0).then_some(())).await;
        assert!(filed.paths().await.is_empty(), "{pair:?}");
    }
}

#[tokio::test]
async fn a_range_is_that_part_of_the_content() {
    for pair in PLACES {
        let filed = Filed::fresh(pair).await;
        let bytes = document(3 * 65_536 + 10);
        let (contents, stored, size) = (filed.store.contents(), filed.put(&bytes).await.content, bytes.len());
        let edges = [0, 1, 65_535, 65_536, 65_537, 131_072, 196_607, 196_608, size - 1, size];
        for (start, end) in edges.into_iter().flat_map(|start| edges.map(|end| (start, end))).filter(|(start, end)| start <= end) {
            let range = u64::try_from(start).unwrap()..u64::try_from(end).unwrap();
            let read = collect(contents.read(space(1), &stored, range).await.expect("a range")).await;
            assert!(read.as_deref() == Ok(&bytes[start..end]), "{pair:?}: {start}..{end}");
        }
        let last = collect(contents.read(space(1), &stored, 196_600..).await.expect("the end")).await;
        assert!(last.as_deref() == Ok(&bytes[196_600..]), "{pair:?}");
        for beyond in [stored.size..stored.size + 10, stored.size + 1..u64::MAX] {
            assert_eq!(collect(contents.read(space(1), &stored, beyond).await.expect("a range")).await, Ok(Vec::new()), "{pair:?}");
        }
    }
}

#[tokio::test]
async fn a_range_reads_only_the_segments_that_it_needs() {
    for pair in PLACES {
        let filed = Filed::fresh(pair).await;
        let bytes = document(4 * 65_536);
        let (contents, stored) = (filed.store.contents(), filed.put(&bytes).await.content);
        let path = filed.path(stored.id).await;
        let object = filed.object(&path).await;
        for spoiled in 0..4 {
            let mut changed = object.clone();
            changed[41 + spoiled * 65_552 + 7] ^= 1;
            filed.overwrite(&path, &changed).await;
            for wanted in 0..4 {
                let (start, end) = (wanted * 65_536, (wanted + 1) * 65_536);
                let range = u64::try_from(start).unwrap()..u64::try_from(end).unwrap();
                let read = contents.read(space(1), &stored, range).await;
                assert_eq!(read.is_err(), wanted == spoiled, "{pair:?}: {wanted} of {spoiled}");
                let Ok(read) = read else { continue };
                assert!(collect(read).await.as_deref() == Ok(&bytes[start..end]), "{pair:?}: {wanted} of {spoiled}");
            }
        }
    }
}

#[tokio::test]
async fn a_long_content_is_never_held_whole() {
    let filed = Filed::fresh((Engine::SqliteFile, Place::Folder)).await;
    // What was taken from the client and is not in the file yet is in memory.
    let most = Arc::new(AtomicUsize::new(0));
    let folder = filed.folder_of_contents();
    let seen = Arc::clone(&most);
    let bytes = observed(50 * MIB / 65_536, None::<io::Error>, move |taken| {
        let written = begun_files(&folder).first().map_or(0, |file| std::fs::metadata(file).expect("a file").len());
        seen.fetch_max(taken - usize::try_from(written).unwrap().min(taken), Ordering::SeqCst);
    });
    let stored = filed.store.contents().put(long(), bytes).await.expect("50 MB").content;
    let most = most.load(Ordering::SeqCst);
    assert!((MIB..8 * MIB).contains(&most), "{most} bytes were held");
    let mut read = filed.store.contents().read(space(1), &stored, ..).await.expect("50 MB");
    let mut size = 0;
    while let Some(piece) = read.next().await {
        let piece = piece.expect("a piece");
        assert!(piece.len() <= 65_536, "a piece of {} bytes", piece.len());
        size += piece.len();
    }
    assert_eq!(size, 50 * MIB);
}

#[tokio::test]
async fn a_long_content_comes_back_in_every_place() {
    for pair in PLACES {
        let filed = Filed::fresh(pair).await;
        let bytes = document(14 * MIB + 5);
        let stored = filed.store.contents().put(NewContent { at: now(), ..long() }, pieces(&bytes, 100_000)).await.expect("14 MB").content;
        assert!(filed.read(&stored).await == Ok(bytes), "{pair:?}");
        assert_eq!(filed.unfinished().await, 0, "{pair:?}");
    }
}

#[tokio::test]
async fn many_contents_are_put_and_read_at_once() {
    for pair in PLACES {
        let filed = Filed::fresh(pair).await;
        let stored = join_all((0..32).map(|number| {
            let filed = &filed;
            async move { (number, filed.put(&document(1_000 * number)).await.content) }
        }))
        .await;
        for (number, content) in stored {
            assert!(filed.read(&content).await == Ok(document(1_000 * number)), "{pair:?}: {number}");
        }
    }
}
