//! One document as the log has it: the row that its events make now, without a wait for the read model, and the contents of its versions.

use chrono::{DateTime, Utc};
use ens_domain::event::{Event, LogEvent, StreamKey, StreamKind};
use ens_domain::ids::{ItemId, SpaceId};
use ens_domain::sections::medical_record::{Content, DocumentEvent};
use ens_domain::stream::StreamId;
use ens_store::{KeyRing, Recorded, Store, StoreError, StoredEvent};
use futures::try_join;

use crate::change::Fold;
use crate::projection::Projection;
use crate::read_model::narrowed;

use super::documents::{DocumentRow, Documents, document};

/// A version of a document.
#[derive(Debug, Clone, PartialEq)]
pub struct DocumentVersion {
    /// When it was deposited.
    pub at: DateTime<Utc>,
    /// Its bytes.
    pub content: Content,
}

/// The versions of a document, oldest first; the last is in force.
///
/// # Errors
/// The store could not be read.
pub async fn versions_in_log(store: &Store, space: SpaceId, item: ItemId) -> Result<Vec<DocumentVersion>, StoreError> {
    Ok(versions(&decoded(&store.log().events_of(StreamId::of_item(space, item)).await?)?))
}

/// A document as the log has it.
pub struct DocumentInLog {
    /// What the read model holds of it once it reflects the log. When the holder first read it stands in other streams: that is taken from
    /// the read model, which may be a moment behind.
    pub row: DocumentRow,
    /// Oldest first; the last is in force.
    pub versions: Vec<DocumentVersion>,
    /// The keys that open what is sealed in both.
    pub keys: KeyRing,
}

/// A document as the log has it now.
///
/// # Errors
/// The store could not be read.
pub async fn document_in_log(store: &Store, space: SpaceId, item: ItemId) -> Result<Option<DocumentInLog>, StoreError> {
    let stream = StreamKey { kind: StreamKind::Document, id: StreamId::of_item(space, item) };
    let log = store.log();
    let ((events, keys), known) = try_join!(log.shown(stream), document(store, space, item))?;
    let events = decoded(&events)?;
    let Some(mut row) = folded(&events) else { return Ok(None) };
    row.read_at = known.filter(|known| known.versions == row.versions).and_then(|known| known.read_at);
    Ok(Some(DocumentInLog { row, versions: versions(&events), keys }))
}

fn decoded(events: &[StoredEvent]) -> Result<Vec<Recorded<Event>>, StoreError> {
    Ok(events.iter().map(StoredEvent::decode::<Event>).collect::<Result<_, _>>()?)
}

/// The row that these events of one stream make; nothing where they do not begin with a deposit.
pub(crate) fn folded(events: &[Recorded<Event>]) -> Option<DocumentRow> {
    let mut fold = Fold::over(Vec::new());
    for seen in events {
        let changes = Documents::project(&narrowed::<Event>(seen)?);
        fold.take(seen.position, changes).ok()?; // What amends a document that was never deposited makes none.
    }
    fold.finish().put.pop()
}

pub(crate) fn versions(events: &[Recorded<Event>]) -> Vec<DocumentVersion> {
    let mut found = Vec::new();
    for seen in events {
        let event = DocumentEvent::within(&seen.event);
        if let Some(DocumentEvent::DocumentDeposited { at, content, first_deposited_at, .. }) = event {
            found.push(DocumentVersion { at: first_deposited_at.unwrap_or(*at), content: content.clone() });
        }
        if let Some(DocumentEvent::DocumentReplaced { at, content, .. }) = event {
            found.push(DocumentVersion { at: *at, content: content.clone() });
        }
    }
    found
}
