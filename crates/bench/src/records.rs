//! Medical records to read from and to deposit into: spaces that were really lived and opened, let one doctor in, and hold a document each.
//!
//! None of them is ready-made: what decides a reading is sealed under the key of its space, so a copy would let nobody in.

use axum::body::Bytes;
use chrono::Utc;
use ens_domain::access::{DocumentType, Grantee, Professional, Purpose, Reader, Scope, Visibility};
use ens_domain::calendar::paris;
use ens_domain::ids::{GrantId, ItemId, SpaceId};
use ens_domain::party::Party;
use ens_domain::personal::Personal;
use ens_domain::sections::medical_record::{
    ActDays, Content, ContentDigest, ContentSize, DocumentCommand, DocumentRequest, DocumentTitle, Explanation, MediaType, NewDocument,
};
use ens_domain::space::commands::GrantAccess;
use ens_domain::stream::StreamId;
use ens_store::{CommandEnvelope, NewContent, PutError, Store, StoredContent};
use futures::stream::{self, StreamExt, TryStreamExt};

use crate::directory::professional;
use crate::failure::Failure;
use crate::lives::{Cast, Life, Step};
use crate::request::document_of;

/// Spaces that are led together.
const BATCH: u64 = 1_000;
/// Contents that are put at once.
const AT_ONCE: usize = 16;
/// Bytes of a document: a page of text.
pub(crate) const PAGE: usize = 2_000;

/// The doctor who is let in.
pub(crate) fn doctor() -> Result<Professional, Failure> {
    professional(1)
}

/// Leads so many new spaces to their opening.
pub(crate) async fn opened(store: &Store, spaces: u64) -> Result<Vec<SpaceId>, Failure> {
    let cast = Cast::new()?;
    let mut opened = Vec::new();
    for first in (0..spaces).step_by(usize::try_from(BATCH).unwrap_or(1)) {
        let lives = (first..spaces.min(first + BATCH)).map(|_| Life::new(store)).collect::<Result<Vec<_>, _>>()?;
        for step in Step::ALL {
            let envelopes = lives.iter().map(|life| cast.envelope(store, *life, step)).collect::<Result<Vec<_>, _>>()?;
            carried_out(store, &cast, envelopes).await?;
        }
        opened.extend(lives.iter().map(|life| life.space));
    }
    Ok(opened)
}

/// Leads so many new spaces to their opening, lets the doctor in, and has another doctor put a document into each.
pub(crate) async fn shared(store: &Store, spaces: u64) -> Result<Vec<(SpaceId, ItemId)>, Failure> {
    let (cast, spaces) = (Cast::new()?, opened(store, spaces).await?);
    let grants = spaces.iter().map(|space| grant(store, *space)).collect::<Result<Vec<_>, _>>()?;
    carried_out(store, &cast, grants).await?;
    let deposits = stream::iter(spaces.iter().map(|space| deposit(store, *space))).buffered(AT_ONCE).try_collect::<Vec<_>>().await?;
    let (documents, envelopes): (Vec<ItemId>, Vec<CommandEnvelope>) = deposits.into_iter().unzip();
    carried_out(store, &cast, envelopes).await?;
    Ok(spaces.into_iter().zip(documents).collect())
}

/// As a campaign: clicks would hold back what is measured next.
async fn carried_out(store: &Store, cast: &Cast, envelopes: Vec<CommandEnvelope>) -> Result<(), Failure> {
    for answer in store.commands().execute_all(envelopes, &cast.policy).await {
        answer?;
    }
    Ok(())
}

fn grant(store: &Store, space: SpaceId) -> Result<CommandEnvelope, Failure> {
    let (at, to) = (Utc::now(), Grantee::Professional { rpps: doctor()?.rpps });
    let (grant, scope, purpose) = (GrantId::at(at, store.entropy().bytes()?), Scope::All, Purpose::Care);
    let command = GrantAccess { at, by: Party::Holder, grant, to, scope, purpose, from: None, until: None };
    Ok(CommandEnvelope::new(space, command).with_metadata("role", "holder"))
}

/// A document whose content is stored, and the command that puts it into the record.
async fn deposit(store: &Store, space: SpaceId) -> Result<(ItemId, CommandEnvelope), Failure> {
    let (at, document) = (Utc::now(), document_of(PAGE));
    let pieces = stream::once(async { Ok::<_, Failure>(Bytes::from(document)) });
    let limit = u64::from(ContentSize::MOST);
    let stored = store.contents().put(NewContent { space, at, limit }, pieces).await.map_err(not_put)?;
    let new = NewDocument {
        title: Personal::new(DocumentTitle::parse("Compte rendu de consultation").map_err(Failure::because)?),
        document_type: DocumentType::parse("11488-4").map_err(Failure::because)?,
        act: ActDays::on(paris::day_of(at)),
        content: content(&stored)?,
        visibility: None,
        to_representatives: Visibility::Shown,
        explanation: Explanation::NotNeeded,
        legacy: None,
    };
    let item = ItemId::at(at, store.entropy().bytes()?);
    let (by, request) = (Reader::Professional(professional(2)?), DocumentRequest::Deposit(new));
    let command = DocumentCommand { at, by, purpose: Purpose::Care, request };
    Ok((item, CommandEnvelope::to_stream(StreamId::of_item(space, item), command).with_metadata("role", "professional")))
}

fn content(stored: &StoredContent) -> Result<Content, Failure> {
    Ok(Content {
        id: stored.content.id,
        media_type: MediaType::Pdf,
        size: ContentSize::of(stored.content.size).map_err(Failure::because)?,
        clear_digest: Personal::new(ContentDigest::of(stored.sha256)),
        sealed_digest: ContentDigest::of(stored.sealed_sha256),
    })
}

fn not_put(error: PutError<Failure>) -> Failure {
    match error {
        PutError::Source(failure) => failure,
        PutError::Store(error) => error.into(),
        PutError::TooLong { limit } => Failure::because(format!("a content of more than {limit} bytes")),
    }
}
