//! The stored contract of a space's life: every event, as it stands in the log, grouped by what it is about.
//!
//! A group's file says everything of its events: how they are stored, the stage after each, its sentence in French, what it changes.
//! Names and fields are the storage format. A new event is a new variant; an old one is never edited. What a policy decided (a last
//! day, a validity, who is told next) stands in the event, so no replay depends on today's policy. The groups are for the reader of the
//! code: what is stored is the name of the event and its fields, `{"Opposed": {…}}`, whatever group it belongs to.
//! - the stage of the folded events is the stage of the space

mod access;
mod admission;
mod closing;
mod code;
mod destruction;
mod directory;
mod information;
mod names;
mod notice;
mod opening;
mod opposition;
mod representation;
mod suspension;

use std::fmt;

use chrono::{DateTime, Utc};
use cqrs_es::DomainEvent;
use serde::de::value::MapAccessDeserializer;
use serde::de::{Error, MapAccess, Visitor};
use serde::{Deserialize, Deserializer, Serialize};

use crate::stream::{Entry, KeyEffect, NamedEvent};

use super::life::Life;
use super::refusal::SpaceRefusal;
use super::terms::Stage;

pub use super::person::{Admission, Contacts};
pub use access::AccessEvent;
pub use admission::AdmissionEvent;
pub use closing::ClosingEvent;
pub use code::CodeEvent;
pub use destruction::DestructionEvent;
pub use directory::DirectoryEvent;
pub use information::InformationEvent;
pub(crate) use names::event_names;
pub use notice::NoticeEvent;
pub use opening::OpeningEvent;
pub use opposition::OppositionEvent;
pub use representation::RepresentationEvent;
pub use suspension::SuspensionEvent;

/// The version in which every event of a space's life is written today.
pub const EVENT_VERSION: &str = "1.0";

macro_rules! groups {
    ($($(#[$doc:meta])* $group:ident($event:ident),)+) => {
        /// One event in the life of a space, by what it is about. Every one says when (`at`).
        #[derive(Debug, Clone, PartialEq, Serialize)]
        #[serde(untagged)]
        pub enum SpaceEvent {
            $($(#[$doc])* $group($event),)+
        }

        impl SpaceEvent {
            /// The names of all events, group by group.
            pub fn names() -> impl Iterator<Item = &'static str> {
                [$($event::NAMES),+].into_iter().flatten().copied()
            }

            /// The name under which the event is stored: that of its variant, for ever.
            pub fn name(&self) -> &'static str {
                match self {
                    $(Self::$group(event) => event.name()),+
                }
            }

            /// When it happened.
            pub fn at(&self) -> DateTime<Utc> {
                match self {
                    $(Self::$group(event) => event.at()),+
                }
            }

            /// The stage after this event, or `None` where it leaves the space where it is.
            pub const fn stage(&self) -> Option<Stage> {
                match self {
                    $(Self::$group(event) => event.stage()),+
                }
            }

            /// The event in one or two French sentences, as its holder reads it. No personal value is read for it: a sentence is made
            /// of dates, numbers of receipts, RPPS and FINESS numbers and the trade's words.
            pub fn sentence(&self) -> String {
                match self {
                    $(Self::$group(event) => event.sentence()),+
                }
            }

            /// What the event changes in a space that exists. Nothing is refused here: what happened, happened.
            pub(super) fn apply(self, life: &mut Life) {
                match self {
                    $(Self::$group(event) => event.apply(life)),+
                }
            }
        }

        $(impl From<$event> for SpaceEvent {
            fn from(event: $event) -> Self {
                Self::$group(event)
            }
        })+

        impl<'de> Visitor<'de> for ByName {
            type Value = SpaceEvent;

            fn expecting(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
                formatter.write_str("an event of a space, by its name")
            }

            fn visit_map<A: MapAccess<'de>>(self, map: A) -> Result<SpaceEvent, A::Error> {
                let entry = Entry::first_of(map, &[$($event::NAMES),+])?;
                $(if $event::NAMES.contains(&entry.name) {
                    return $event::deserialize(MapAccessDeserializer::new(entry)).map(SpaceEvent::$group);
                })+
                Err(A::Error::custom("an unknown event"))
            }
        }
    };
}

groups! {
    /// Who gets a space, and what is known of them.
    Admission(AdmissionEvent),
    /// The prior notice.
    Notice(NoticeEvent),
    /// The provisional code.
    Code(CodeEvent),
    /// The opposition.
    Opposition(OppositionEvent),
    /// The opening.
    Opening(OpeningEvent),
    /// Grants and blocked professionals.
    Access(AccessEvent),
    /// The rest of the directory: who treats the person, who helps them, what they decided beforehand.
    Directory(DirectoryEvent),
    /// Who acts for the holder.
    Representation(RepresentationEvent),
    /// The suspension.
    Suspension(SuspensionEvent),
    /// The closing, the archive, a death.
    Closing(ClosingEvent),
    /// The destruction of the archive, and the new space after it.
    Destruction(DestructionEvent),
    /// Information after the fact: readings, documents, new readers.
    Information(InformationEvent),
}

/// Reads an event by the name under which it is stored.
struct ByName;

impl<'de> Deserialize<'de> for SpaceEvent {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        deserializer.deserialize_map(ByName)
    }
}

impl SpaceEvent {
    /// The space that the event begins; only an admission begins one.
    pub(super) fn begin(self) -> Option<Life> {
        let Self::Admission(event) = self else { return None };
        event.begin()
    }

    /// The refusal that this event records: an attempt that failed is an event, and the one who tried must hear of it.
    pub const fn refusal(&self) -> Option<SpaceRefusal> {
        let Self::Code(event) = self else { return None };
        event.refusal()
    }

    /// What the event does to the key under which the space's personal data is sealed.
    pub const fn key_effect(&self) -> KeyEffect {
        match self {
            Self::Destruction(event) => event.key_effect(),
            Self::Admission(_)
            | Self::Notice(_)
            | Self::Code(_)
            | Self::Opposition(_)
            | Self::Opening(_)
            | Self::Access(_)
            | Self::Directory(_)
            | Self::Representation(_)
            | Self::Suspension(_)
            | Self::Closing(_)
            | Self::Information(_) => KeyEffect::Keep,
        }
    }
}

impl DomainEvent for SpaceEvent {
    fn event_type(&self) -> String {
        self.name().to_owned()
    }

    fn event_version(&self) -> String {
        EVENT_VERSION.to_owned()
    }
}
