//! Documents of a doctor with real contents: put into the place of contents, deposited, replaced, taken back, and read again.

use std::convert::Infallible;

use bytes::Bytes;
use chrono::{DateTime, Utc};
use ens_domain::access::{AccessMode, DocumentType, Profession, Professional, Reader, Visibility};
use ens_domain::calendar::paris;
use ens_domain::event::Event;
use ens_domain::ids::{ItemId, SpaceId};
use ens_domain::personal::Personal;
use ens_domain::rpps::Rpps;
use ens_domain::sections::medical_record::{
    ActDays, Content, ContentDigest, ContentSize, DocumentCommand, DocumentEvent, DocumentRequest, DocumentTitle, Explanation, MediaType,
    NewDocument, NewVersion,
};
use ens_domain::stream::StreamId;
use ens_store::{CommandEnvelope, ContentRef, NewContent, Recorded, Store, StoreError};
use futures::TryStreamExt;
use futures::stream;

/// The doctor who deposits.
pub fn doctor() -> Reader {
    let rpps = Rpps::from_first10("1010000000").expect("a number");
    Reader::Professional(Professional { rpps, profession: Profession::Doctor, structure: None, mode: AccessMode::Ordinary })
}

/// Puts these bytes, at this instant.
pub async fn put(store: &Store, space: SpaceId, at: DateTime<Utc>, bytes: &[u8]) -> Content {
    let pieces = stream::iter([Ok::<_, Infallible>(Bytes::copy_from_slice(bytes))]);
    let stored = store.contents().put(NewContent { space, at, limit: 5_000_000 }, pieces).await.expect("a content that is put");
    Content {
        id: stored.content.id,
        media_type: MediaType::Text,
        size: ContentSize::of(stored.content.size).expect("a size"),
        clear_digest: Personal::new(ContentDigest::of(stored.sha256)),
        sealed_digest: ContentDigest::of(stored.sealed_sha256),
    }
}

/// A document of this space that is not there yet.
pub fn new_document(store: &Store, space: SpaceId, at: DateTime<Utc>) -> StreamId {
    StreamId::of_item(space, ItemId::at(at, store.entropy().bytes().expect("randomness")))
}

/// The doctor deposits a document with this content.
pub fn deposit(document: StreamId, content: Content, at: DateTime<Utc>) -> CommandEnvelope {
    let new = NewDocument {
        title: title(),
        document_type: DocumentType::parse("11488-4").expect("a type"),
        act: ActDays::on(paris::day_of(at)),
        content,
        visibility: Some(Visibility::Shown),
        to_representatives: Visibility::Shown,
        explanation: Explanation::NotNeeded,
        legacy: None,
    };
    handle(document, DocumentRequest::Deposit(new), at)
}

/// The doctor gives the document this content.
pub fn replace(document: StreamId, content: Content, at: DateTime<Utc>) -> CommandEnvelope {
    let version = NewVersion { title: title(), act: ActDays::on(paris::day_of(at)), content };
    handle(document, DocumentRequest::Replace(version), at)
}

/// The doctor asks this of the document.
pub fn handle(document: StreamId, request: DocumentRequest, at: DateTime<Utc>) -> CommandEnvelope {
    let by = doctor();
    let purpose = by.usual_purpose();
    CommandEnvelope::to_stream(document, DocumentCommand { at, by, purpose, request })
}

fn title() -> Personal<DocumentTitle> {
    Personal::new(DocumentTitle::parse("Compte rendu").expect("a title"))
}

/// The bytes of a content of this space.
///
/// # Errors
/// The store's.
pub async fn read(store: &Store, space: SpaceId, content: &Content) -> Result<Vec<u8>, StoreError> {
    let reference = ContentRef { id: content.id, size: u64::from(content.size.bytes()) };
    let pieces: Vec<Bytes> = store.contents().read(space, &reference, ..).await?.try_collect().await?;
    Ok(pieces.concat())
}

/// Every content that an event of the log names, in the order of the log.
pub async fn named(store: &Store) -> Vec<(SpaceId, Content)> {
    let mut named = Vec::new();
    for partition in store.partitions().each() {
        let mut after = 0;
        loop {
            let page = store.log().feed(partition, after, 1_000).await.expect("a page of the log");
            let Some(last) = page.last() else { break };
            after = last.position;
            named.extend(page.iter().filter_map(|stored| named_by(stored.decode().expect("an event"))));
        }
    }
    named
}

/// The content that this event names first.
fn named_by(seen: Recorded<Event>) -> Option<(SpaceId, Content)> {
    let Event::Document(event) = seen.event else { return None };
    let (DocumentEvent::DocumentDeposited { content, .. } | DocumentEvent::DocumentReplaced { content, .. }) = event else { return None };
    Some((seen.stream.id.space(), content))
}
