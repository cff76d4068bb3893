//! Whom something that is due concerns: read from the log, and, for who had read a document, from the accesses.

use std::time::Duration;

use ens_domain::access::{Announcement, DocumentAuthor, DocumentFacts, DocumentState, Visibility, shows_by_itself_on};
use ens_domain::event::State;
use ens_domain::guarded::Guarded;
use ens_domain::ids::{ItemId, SpaceId};
use ens_domain::rpps::Rpps;
use ens_domain::space::telling::InformationOccasion;
use ens_domain::stream::StreamId;
use ens_projections::accesses::{Accesses, readers_of};
use ens_projections::messages_due::{MessageDue, MessageDueKind};
use ens_projections::{Projection, Waited, wait_for_position};
use ens_store::{CommandContext, StoreError};

/// One occasion, and whom it concerns besides the attending doctor.
pub(super) struct Concerned {
    pub(super) occasion: InformationOccasion,
    /// What names the occasion in its space; two of the same name are one.
    pub(super) name: String,
    pub(super) holder: HolderConcern,
    /// Whether those who act for the holder may hear of it.
    pub(super) to_representatives: Visibility,
    /// Professionals who had read.
    pub(super) readers: Vec<Rpps>,
}

/// Whether the holder's side is told.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum HolderConcern {
    Concerned,
    Unconcerned,
}

/// Finds out whom an occasion concerns.
pub(super) struct Occasions<'a> {
    pub(super) context: &'a CommandContext,
}

impl Occasions<'_> {
    /// The occasions of a row; none where the rows lag behind what happened, and another round will see more.
    pub(super) async fn of(&self, due: &MessageDue) -> Result<Vec<Concerned>, StoreError> {
        match (due.kind, due.document()) {
            (MessageDueKind::WrongPatient, Some(document)) => Ok(self.wrong_patient(due, document).await?.into_iter().collect()),
            (MessageDueKind::Announcement, Some(document)) => Ok(self.announcement(due.space, document).await?.into_iter().collect()),
            (MessageDueKind::EmergencyReadings | MessageDueKind::NewReaders, _)
            | (MessageDueKind::WrongPatient | MessageDueKind::Announcement, None) => Ok(of_readers(due)),
        }
    }

    /// Whoever had read the document, but for its author, who moved it out.
    async fn wrong_patient(&self, due: &MessageDue, document: ItemId) -> Result<Option<Concerned>, StoreError> {
        let store = &self.context.store;
        match wait_for_position(store, Accesses::NAME, due.partition, due.position, Duration::ZERO).await? {
            Waited::Reflected => {}
            Waited::Behind(_) => return Ok(None),
        }
        let Some(facts) = self.facts(due.space, document).await? else { return Ok(None) };
        let past = readers_of(store, due.space, document).await?;
        let is_author = |professional: &Rpps| matches!(&facts.author, DocumentAuthor::Professional { rpps, .. } if rpps == professional);
        // A row holds the number of a professional as it was parsed before.
        let professionals = past.iter().filter(|past| past.role == "professional").filter_map(|past| Rpps::parse(&past.reader).ok());
        let readers = professionals.filter(|professional| !is_author(professional)).collect();
        let holder_read = past.iter().any(|past| past.role == "holder" || past.role == "representative");
        Ok(Some(Concerned {
            occasion: InformationOccasion::WrongPatient { document },
            name: format!("wrong-patient/{document}"),
            holder: if holder_read { HolderConcern::Concerned } else { HolderConcern::Unconcerned },
            to_representatives: facts.to_representatives,
            readers,
        }))
    }

    /// A document that still awaits its announcement.
    async fn announcement(&self, space: SpaceId, document: ItemId) -> Result<Option<Concerned>, StoreError> {
        let Some(facts) = self.facts(space, document).await? else { return Ok(None) };
        if facts.announcement != Announcement::Awaited || facts.state == DocumentState::Withdrawn {
            return Ok(None);
        }
        let visible_from = shows_by_itself_on(facts.deposited_at);
        Ok(Some(Concerned {
            occasion: InformationOccasion::AnnouncementAwaited { document, visible_from },
            name: format!("announcement/{document}"),
            holder: HolderConcern::Concerned,
            to_representatives: facts.to_representatives,
            readers: Vec::new(),
        }))
    }

    async fn facts(&self, space: SpaceId, document: ItemId) -> Result<Option<DocumentFacts>, StoreError> {
        let loaded = self.context.store.log().stream(StreamId::of_item(space, document)).await?;
        Ok(loaded.as_ref().and_then(|loaded| State::document_facts(&loaded.state)))
    }
}

fn of_readers(due: &MessageDue) -> Vec<Concerned> {
    let occasion = |owed: &ens_projections::readers_due::ReaderDue| {
        let (reader, day) = (Guarded::new(owed.reader.clone()), owed.day);
        let (kind, occasion) = match due.kind {
            MessageDueKind::EmergencyReadings => ("emergency", InformationOccasion::EmergencyReading { reader, day }),
            MessageDueKind::NewReaders => ("new-reader", InformationOccasion::NewReader { reader, day }),
            MessageDueKind::WrongPatient | MessageDueKind::Announcement => return None,
        };
        let name = format!("{kind}/{}/{day}", owed.name());
        let (holder, to_representatives) = (HolderConcern::Concerned, Visibility::Shown);
        Some(Concerned { occasion, name, holder, to_representatives, readers: Vec::new() })
    };
    due.readers.owed().filter_map(occasion).collect()
}
