//! The log read again from its first position: what the space and its documents were before each trace, and what the gate says of it then.

use std::collections::{BTreeMap, BTreeSet};

use cqrs_es::Aggregate;
use ens_domain::access::{AccessRefusal, AccessRequest, Action, DocumentFacts, Ground, Purpose, Reader, Target, decide};
use ens_domain::event::Event;
use ens_domain::guarded::Guarded;
use ens_domain::ids::{ItemId, SpaceId};
use ens_domain::personal::PersonalData;
use ens_domain::policy::Policy;
use ens_domain::sections::Actor;
use ens_domain::sections::consultations::{ConsultationEvent, Subject};
use ens_domain::sections::medical_record::{Document, DocumentEvent};
use ens_domain::space::{AccessEvent, HealthSpace, SpaceEvent};
use ens_domain::stream::NamedEvent;
use ens_store::{KeyRing, Recorded, Store};

use super::session::{Asked, Told};

/// Whether a reading was decided before or after what was taken away in its round.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub(crate) enum Order {
    Before,
    After,
}

/// One trace, and what the gate says at its place.
#[derive(Debug)]
pub(crate) struct Trace {
    pub(crate) asked: Asked,
    pub(crate) order: Order,
    position: u64,
    /// The reason, where it was refused.
    refused: Option<String>,
    /// Documents that stood open to the reader at some moment from the decision until something was given back.
    open: BTreeSet<String>,
    /// Documents that were closed to the reader at some such moment.
    closed: BTreeSet<String>,
}

impl Trace {
    /// What was told is what this trace permits.
    pub(crate) fn assert_permits(&self, told: &Told) {
        assert_eq!(told.refused, self.refused, "{told:?} is not what the log says: {self:?}");
        assert!(told.position.is_none_or(|position| position == self.position), "{told:?} was decided elsewhere: {self:?}");
        if told.refused.is_some() || !matches!(told.asked, Asked::List | Asked::ListForPrevention) {
            return;
        }
        let shown_though_closed: Vec<_> = told.listed.difference(&self.open).collect();
        assert!(shown_though_closed.is_empty(), "hidden before the decision, and listed: {shown_though_closed:?} in {told:?}, {self:?}");
        let missing: Vec<_> = self.open.difference(&self.closed).filter(|open| !told.listed.contains(*open)).collect();
        assert!(missing.is_empty(), "open all the time, and not listed: {missing:?} in {told:?}, {self:?}");
    }
}

/// A space as far as its log was read.
#[derive(Default)]
pub(crate) struct Replayed {
    pub(crate) traces: Vec<Trace>,
    space: HealthSpace,
    documents: BTreeMap<ItemId, Document>,
    /// Traces of this round, with who asked what for: the rows of their answers may be read at any later position of the round.
    of_this_round: Vec<(usize, Reader, Purpose)>,
    taken: bool,
}

/// Every space of the log, with its traces.
pub(crate) async fn replayed(store: &Store) -> BTreeMap<SpaceId, Replayed> {
    let mut spaces: BTreeMap<SpaceId, Replayed> = BTreeMap::new();
    for partition in store.partitions().each() {
        let mut after = 0;
        loop {
            let page = store.log().feed(partition, after, 1_000).await.expect("a page of the log");
            let Some(last) = page.last() else { break };
            after = last.position;
            let seen: Vec<Recorded<Event>> = page.iter().map(|stored| stored.decode().expect("an event")).collect();
            let named: Vec<SpaceId> = seen.iter().map(Recorded::space).collect::<BTreeSet<_>>().into_iter().collect();
            let keys = store.log().key_ring(&named).await.expect("keys");
            seen.into_iter().for_each(|seen| spaces.entry(seen.space()).or_default().take(seen, &keys));
        }
    }
    spaces
}

impl Replayed {
    fn take(&mut self, seen: Recorded<Event>, keys: &KeyRing) {
        let (space, stream, position) = (seen.space(), seen.stream.id, seen.position);
        match seen.event {
            Event::Space(event) => {
                let turn = turn_of(event.name());
                self.space.apply(opened_life(event, space, keys));
                self.turn(turn);
            }
            Event::Document(event) => {
                let turn = turn_of(event.name());
                let document = self.documents.entry(stream.item().expect("a document")).or_default();
                document.apply(opened_document(event, space, keys));
                self.turn(turn);
            }
            Event::Consultation(event) => self.trace(event, position, space, keys),
            Event::Measure(_) => panic!("nobody measures here"),
        }
    }

    fn turn(&mut self, turn: Turn) {
        match turn {
            Turn::Away => self.taken = true,
            Turn::Back => {
                self.taken = false;
                self.of_this_round.clear();
            }
            Turn::Neither => {}
        }
        for (place, reader, purpose) in self.of_this_round.clone() {
            self.look(place, &reader, purpose);
        }
    }

    /// Notes which documents a list would hold now.
    fn look(&mut self, place: usize, reader: &Reader, purpose: Purpose) {
        for (id, document) in &self.documents {
            let facts = document.facts().expect("a document");
            let listed = self.gate(reader, Action::List, Some(&facts), purpose).is_ok();
            let trace = &mut self.traces[place];
            if listed {
                trace.open.insert(id.to_string())
            } else {
                trace.closed.insert(id.to_string())
            };
        }
    }

    fn gate(&self, reader: &Reader, action: Action, document: Option<&DocumentFacts>, purpose: Purpose) -> Result<Ground, AccessRefusal> {
        let target = document.map_or(Target::Section(ens_domain::space::terms::Section::MedicalRecord), Target::Document);
        decide(&AccessRequest { reader, action, target, purpose, at: chrono::Utc::now() }, &self.space, &Policy::default().matrix)
    }

    fn trace(&mut self, event: ConsultationEvent, position: u64, space: SpaceId, keys: &KeyRing) {
        let (by, action, subject, purpose, decided) = match event {
            ConsultationEvent::AccessMade { by, action, subject, purpose, ground, .. } => (by, action, subject, purpose, Ok(ground)),
            ConsultationEvent::AccessRefused { by, action, subject, purpose, because, .. } => (by, action, subject, purpose, Err(because)),
        };
        let reader = keys.open_guarded(space, &by).expect("a reader");
        let facts = subject.document().map(|document| self.documents[&document].facts().expect("a document"));
        assert_eq!(
            self.gate(&reader, action, facts.as_ref(), purpose),
            decided,
            "{space}: the trace at {position} is not what the gate says there"
        );
        let asked = match (subject, purpose) {
            (Subject::Section { .. }, Purpose::Prevention) => Asked::ListForPrevention,
            (Subject::Section { .. }, _) => Asked::List,
            (Subject::Document { .. }, Purpose::Prevention) => Asked::ContentForPrevention,
            (Subject::Document { .. }, _) => Asked::Show,
            (Subject::Life | Subject::Directory { .. }, _) => panic!("nobody asks for it here"),
        };
        let order = if self.taken { Order::After } else { Order::Before };
        let refused = decided.err().map(|because| because.name().to_owned());
        self.traces.push(Trace { asked, order, position, refused, open: BTreeSet::new(), closed: BTreeSet::new() });
        let place = self.traces.len() - 1;
        self.of_this_round.push((place, reader.clone(), purpose));
        self.look(place, &reader, purpose);
    }
}

/// What an event does to the rounds.
#[derive(Debug, Clone, Copy)]
enum Turn {
    Away,
    Back,
    Neither,
}

fn turn_of(event: &str) -> Turn {
    match event {
        "AccessRevoked" | "ProfessionalBlocked" | "DocumentHidden" => Turn::Away,
        "AccessGranted" | "ProfessionalUnblocked" | "DocumentShown" => Turn::Back,
        _ => Turn::Neither,
    }
}

fn clear<T: PersonalData>(space: SpaceId, guarded: &Guarded<T>, keys: &KeyRing) -> Guarded<T> {
    Guarded::new(keys.open_guarded(space, guarded).expect("a value of this space"))
}

/// The event with what the gate compares in clear.
fn opened_life(event: SpaceEvent, space: SpaceId, keys: &KeyRing) -> SpaceEvent {
    let SpaceEvent::Access(event) = event else { return event };
    SpaceEvent::Access(match event {
        AccessEvent::AccessGranted { at, by, grant, to, scope, purpose, from, until } => {
            AccessEvent::AccessGranted { at, by, grant, to: clear(space, &to, keys), scope, purpose, from, until }
        }
        AccessEvent::ProfessionalBlocked { at, by, professional, ended } => {
            AccessEvent::ProfessionalBlocked { at, by, professional: clear(space, &professional, keys), ended }
        }
        AccessEvent::ProfessionalUnblocked { at, by, professional } => {
            AccessEvent::ProfessionalUnblocked { at, by, professional: clear(space, &professional, keys) }
        }
        AccessEvent::AccessRevoked { .. } | AccessEvent::AccessExpired { .. } => event,
    })
}

/// The same for a document: who deposited it, and its type.
fn opened_document(event: DocumentEvent, space: SpaceId, keys: &KeyRing) -> DocumentEvent {
    let DocumentEvent::DocumentDeposited {
        at,
        by: Actor::Professional { professional },
        ground,
        title,
        document_type,
        act,
        content,
        visibility,
        to_representatives,
        announcement,
        first_deposited_at,
    } = event
    else {
        return event;
    };
    let by = Actor::Professional { professional: clear(space, &professional, keys) };
    let document_type = clear(space, &document_type, keys);
    DocumentEvent::DocumentDeposited {
        at,
        by,
        ground,
        title,
        document_type,
        act,
        content,
        visibility,
        to_representatives,
        announcement,
        first_deposited_at,
    }
}
