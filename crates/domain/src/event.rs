//! The one list of all kinds of stream that may stand in the log, and with it of all events.
//!
//! A new section is one line in `streams!`; readers, the command queue and the rebuild take it from there.
//! - an event of the list has a golden sample for ever
//! - no sample was edited or deleted

use chrono::{DateTime, Utc};
use cqrs_es::{Aggregate, DomainEvent};
use serde::{Deserialize, Deserializer, Serialize};

use crate::access::document::DocumentFacts;
use crate::ids::{ItemId, NotAnId, SpaceId};
use crate::sections::consultations::{Consultation, ConsultationCommand, ConsultationEvent, ConsultationRefusal};
use crate::sections::measures::{Measure, MeasureCommand, MeasureEvent, MeasureRefusal};
use crate::sections::medical_record::{Document, DocumentCommand, DocumentEvent, DocumentRefusal};
use crate::sections::{DecisionContext, Item};
use crate::space::{HealthSpace, SpaceCommand, SpaceEvent, SpaceRefusal};
use crate::stream::{KeyEffect, NamedEvent, StreamId};

/// A type of event, as the log names it.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct EventType {
    /// The kind of stream whose event it is.
    pub kind: StreamKind,
    /// `event_type` in the log.
    pub name: &'static str,
    /// `event_version` in the log, for what is written today.
    pub version: &'static str,
}

/// One stream of the log: its kind and its id, which in the log are `aggregate_type` and `aggregate_id`.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub struct StreamKey {
    /// What the stream is about.
    pub kind: StreamKind,
    /// Whose it is.
    pub id: StreamId,
}

impl StreamKey {
    /// The stream of a space's life.
    pub const fn of_space(space: SpaceId) -> Self {
        Self { kind: StreamKind::Space, id: StreamId::of_space(space) }
    }

    /// Reads the text of an id: a space's own stream is named by the space alone, every other kind by space and item.
    ///
    /// # Errors
    /// [`NotAnId`] for any other form.
    pub fn parse(kind: StreamKind, id: &str) -> Result<Self, NotAnId> {
        let id: StreamId = id.parse()?;
        if id.item().is_none() == (kind == StreamKind::Space) { Ok(Self { kind, id }) } else { Err(NotAnId) }
    }
}

/// An event that can be read from the log: one kind of stream's, or any.
pub trait LogEvent: Sized + Send + Sync + 'static {
    /// The kinds of stream whose events it is made of.
    const KINDS: &'static [StreamKind];

    /// The event, if it is of one of these kinds.
    fn of(event: Event) -> Option<Self>;

    /// The same of a borrowed event.
    fn within(event: &Event) -> Option<&Self>;
}

impl LogEvent for Event {
    const KINDS: &'static [StreamKind] = StreamKind::ALL;

    fn of(event: Event) -> Option<Self> {
        Some(event)
    }

    fn within(event: &Event) -> Option<&Self> {
        Some(event)
    }
}

impl LogEvent for SpaceEvent {
    const KINDS: &'static [StreamKind] = &[StreamKind::Space];

    fn of(event: Event) -> Option<Self> {
        if let Event::Space(event) = event { Some(event) } else { None }
    }

    fn within(event: &Event) -> Option<&Self> {
        event.as_space()
    }
}

macro_rules! streams {
    ($($(#[$doc:meta])* $kind:ident: $state:ident, $command:ident, $event:ident, $refusal:ident;)+) => {
        /// A kind of stream.
        #[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, PartialOrd, Ord)]
        pub enum StreamKind {
            /// The life of a space.
            Space,
            $($(#[$doc])* $kind,)+
        }

        impl StreamKind {
            /// Every kind.
            pub const ALL: &'static [Self] = &[Self::Space, $(Self::$kind),+];

            /// `aggregate_type` in the log.
            pub const fn name(self) -> &'static str {
                match self {
                    Self::Space => <HealthSpace as Aggregate>::TYPE,
                    $(Self::$kind => <$state as Aggregate>::TYPE,)+
                }
            }

            /// The kind that has this name; nothing for one that this program does not know.
            pub fn named(name: &str) -> Option<Self> {
                Self::ALL.iter().copied().find(|kind| kind.name() == name)
            }
        }

        /// An event of any kind of stream.
        #[derive(Debug, Clone, PartialEq, Serialize)]
        #[serde(untagged)]
        pub enum Event {
            /// Of the life of a space.
            Space(SpaceEvent),
            $($(#[$doc])* $kind($event),)+
        }

        impl Event {
            /// Reads the stored form of an event of this kind.
            ///
            /// # Errors
            /// The deserializer's: an unknown event, or another shape.
            pub fn read<'de, D: Deserializer<'de>>(kind: StreamKind, stored: D) -> Result<Self, D::Error> {
                match kind {
                    StreamKind::Space => SpaceEvent::deserialize(stored).map(Self::Space),
                    $(StreamKind::$kind => $event::deserialize(stored).map(Self::$kind),)+
                }
            }

            /// The kind of stream whose event it is.
            pub const fn kind(&self) -> StreamKind {
                match self {
                    Self::Space(_) => StreamKind::Space,
                    $(Self::$kind(_) => StreamKind::$kind,)+
                }
            }

            /// `event_type` in the log.
            pub fn name(&self) -> &'static str {
                match self {
                    Self::Space(event) => event.name(),
                    $(Self::$kind(event) => event.name(),)+
                }
            }

            /// `event_version` in the log.
            pub fn version(&self) -> String {
                match self {
                    Self::Space(event) => event.event_version(),
                    $(Self::$kind(event) => event.event_version(),)+
                }
            }

            /// When it happened.
            pub fn at(&self) -> DateTime<Utc> {
                match self {
                    Self::Space(event) => event.at(),
                    $(Self::$kind(event) => event.at(),)+
                }
            }

            /// The event in one or two French sentences, as the holder of the space reads it.
            pub fn sentence(&self) -> String {
                match self {
                    Self::Space(event) => event.sentence(),
                    $(Self::$kind(event) => event.sentence(),)+
                }
            }

            /// What the event does to the key of its space: only the life of the space does anything.
            pub const fn key_effect(&self) -> KeyEffect {
                match self {
                    Self::Space(event) => event.key_effect(),
                    $(Self::$kind(_))|+ => KeyEffect::Keep,
                }
            }

            /// The refusal that the event records, which whoever asked must hear although something was written.
            pub fn refusal(&self) -> Option<Refusal> {
                match self {
                    Self::Space(event) => event.refusal().map(Refusal::Space),
                    $(Self::$kind(event) => <$state as Item>::refusal(event).map(Refusal::$kind),)+
                }
            }

            /// The event of the life of a space, if it is one.
            pub const fn as_space(&self) -> Option<&SpaceEvent> {
                match self {
                    Self::Space(event) => Some(event),
                    $(Self::$kind(_))|+ => None,
                }
            }
        }

        /// A request to any kind of stream.
        #[derive(Debug, Clone, PartialEq)]
        pub enum Command {
            /// To the life of a space.
            Space(SpaceCommand),
            $($(#[$doc])* $kind($command),)+
        }

        impl Command {
            /// The kind of stream that it is a request to.
            pub const fn kind(&self) -> StreamKind {
                match self {
                    Self::Space(_) => StreamKind::Space,
                    $(Self::$kind(_) => StreamKind::$kind,)+
                }
            }

            /// The name of the request, for logs and metrics.
            pub const fn name(&self) -> &'static str {
                match self {
                    Self::Space(command) => command.name(),
                    $(Self::$kind(command) => command.name(),)+
                }
            }

            /// The document that its decision looks at besides the stream and its space, if any.
            pub fn document(&self) -> Option<ItemId> {
                match self {
                    Self::Space(_) => None,
                    $(Self::$kind(command) => <$state as Item>::document(command),)+
                }
            }

            /// Whether it may be the first thing that is asked of a stream.
            pub const fn may_begin(&self) -> bool {
                match self {
                    Self::Space(command) => command.may_begin(),
                    $(Self::$kind(command) => command.may_begin(),)+
                }
            }
        }

        /// What the events of one stream make of it.
        #[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
        #[expect(clippy::large_enum_variant, reason = "most states that are loaded are spaces, and a box would cost each an allocation")]
        pub enum State {
            /// A space.
            Space(HealthSpace),
            $($(#[$doc])* $kind($state),)+
        }

        impl State {
            /// A stream of this kind that has no event yet.
            pub fn empty(kind: StreamKind) -> Self {
                match kind {
                    StreamKind::Space => Self::Space(HealthSpace::default()),
                    $(StreamKind::$kind => Self::$kind($state::default()),)+
                }
            }

            /// The kind of stream whose state it is.
            pub const fn kind(&self) -> StreamKind {
                match self {
                    Self::Space(_) => StreamKind::Space,
                    $(Self::$kind(_) => StreamKind::$kind,)+
                }
            }

            /// The space, where it is one.
            pub const fn space(&self) -> Option<&HealthSpace> {
                match self {
                    Self::Space(space) => Some(space),
                    $(Self::$kind(_))|+ => None,
                }
            }

            /// The state after one more event of its kind; an event of another kind changes nothing.
            pub fn apply(&mut self, event: Event) {
                match (self, event) {
                    (Self::Space(space), Event::Space(event)) => space.apply(event),
                    $((Self::$kind(item), Event::$kind(event)) => item.apply(event),)+
                    (Self::Space(_), $(Event::$kind(_))|+) | ($(Self::$kind(_))|+, _) => {}
                }
            }

            /// What happens if this is asked, of an item together with what its decision looks at.
            ///
            /// # Errors
            /// The first rule that refuses; [`Refusal::OtherKind`] for a request to another kind of stream.
            pub fn decide(&self, command: Command, context: &DecisionContext<'_>) -> Result<Vec<Event>, Refusal> {
                match (self, command) {
                    (Self::Space(own), Command::Space(command)) => {
                        Ok(own.decide(command, context.policy)?.into_iter().map(Event::Space).collect())
                    }
                    $((Self::$kind(item), Command::$kind(command)) => {
                        Ok(item.decide(command, context)?.into_iter().map(Event::$kind).collect())
                    })+
                    (Self::Space(_), $(Command::$kind(_))|+) | ($(Self::$kind(_))|+, _) => Err(Refusal::OtherKind),
                }
            }
        }

        /// Why a request is refused, whatever it was to.
        #[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
        pub enum Refusal {
            /// By the life of a space.
            #[error(transparent)]
            Space(#[from] SpaceRefusal),
            $($(#[$doc])* #[error(transparent)] $kind(#[from] $refusal),)+
            /// The request is to another kind of stream than its id names.
            #[error("this id names something of another kind")]
            OtherKind,
        }

        impl From<SpaceEvent> for Event {
            fn from(event: SpaceEvent) -> Self {
                Self::Space(event)
            }
        }

        impl From<SpaceCommand> for Command {
            fn from(command: SpaceCommand) -> Self {
                Self::Space(command)
            }
        }

        $(impl From<$event> for Event {
            fn from(event: $event) -> Self {
                Self::$kind(event)
            }
        }

        impl From<$command> for Command {
            fn from(command: $command) -> Self {
                Self::$kind(command)
            }
        }

        impl LogEvent for $event {
            const KINDS: &'static [StreamKind] = &[StreamKind::$kind];

            fn of(event: Event) -> Option<Self> {
                if let Event::$kind(event) = event { Some(event) } else { None }
            }

            fn within(event: &Event) -> Option<&Self> {
                if let Event::$kind(event) = event { Some(event) } else { None }
            }
        })+

        /// All events, kind by kind and in the order of their contract.
        pub fn event_types() -> impl Iterator<Item = EventType> {
            let of = |kind, name| EventType { kind, name, version: VERSION };
            let space = SpaceEvent::names().map(move |name| of(StreamKind::Space, name));
            space$(.chain($event::NAMES.iter().map(move |name| of(StreamKind::$kind, name))))+
        }
    };
}

/// The version in which every event is written today.
const VERSION: &str = "1.0";

streams! {
    /// A measure of the holder's health.
    Measure: Measure, MeasureCommand, MeasureEvent, MeasureRefusal;
    /// A document of the medical record.
    Document: Document, DocumentCommand, DocumentEvent, DocumentRefusal;
    /// An access to the space, or an attempt at one.
    Consultation: Consultation, ConsultationCommand, ConsultationEvent, ConsultationRefusal;
}

impl State {
    /// What the gate looks at of a document; nothing where it is something else, was never deposited, or is sealed.
    pub fn document_facts(&self) -> Option<DocumentFacts> {
        match self {
            Self::Document(document) => document.facts(),
            Self::Space(_) | Self::Measure(_) | Self::Consultation(_) => None,
        }
    }
}

impl EventType {
    /// Whether today's code writes and reads an event of this kind, name and version.
    pub fn is_known(kind: StreamKind, name: &str, version: &str) -> bool {
        event_types().any(|known| known.kind == kind && known.name == name && known.version == version)
    }
}
