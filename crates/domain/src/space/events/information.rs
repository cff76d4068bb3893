//! Events of information after the fact: who was told of a reading or a document, and whether the holder asked to hear of new readers.

use chrono::{DateTime, Utc};
use serde::{Deserialize, Serialize};

use crate::french::{NO_BREAK_SPACE, by_channel, counted};
use crate::party::Party;
use crate::space::life::Life;
use crate::space::telling::{Addressee, InformationOccasion, Telling, TellingOutcome, Untold};
use crate::space::terms::{ReaderMessages, Stage};

use super::names::event_names;

/// Who was told of something after it had happened.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[expect(missing_docs, reason = "a variant's sentence says what its fields are; a field that needs more has its own")]
pub enum InformationEvent {
    /// Those whom the occasion concerns were written to, or could not be. `told` is empty where it concerns nobody.
    InformationSent {
        at: DateTime<Utc>,
        occasion: InformationOccasion,
        told: Vec<Telling>,
        /// The version of the wording of the messages.
        wording: String,
    },
    /// The holder asked to be told by e-mail of each new reader, or no longer.
    ReaderMessagesChosen { at: DateTime<Utc>, by: Party, messages: ReaderMessages },
}

event_names!(InformationEvent { InformationSent, ReaderMessagesChosen });

impl InformationEvent {
    /// The stage after this event: none of them moves the space.
    pub const fn stage(&self) -> Option<Stage> {
        None
    }

    /// The event, as its holder reads it. Who read and what is inside is not said, for others read the history too.
    pub fn sentence(&self) -> String {
        match self {
            Self::InformationSent { occasion, told, .. } => {
                let to_holder = told.iter().find(|telling| telling.to == Addressee::Holder).map(|telling| &telling.outcome);
                format!("{}{}", holder_told(about(occasion), to_holder), professionals_told(told))
            }
            Self::ReaderMessagesChosen { messages, .. } => match messages {
                ReaderMessages::Wanted => {
                    "Chaque nouveau lecteur de l’espace de santé sera signalé par courriel, une fois par jour au plus.".to_owned()
                }
                ReaderMessages::Unwanted => "Les nouveaux lecteurs de l’espace de santé ne seront plus signalés par courriel.".to_owned(),
            },
        }
    }

    /// What the event changes.
    pub(crate) fn apply(self, life: &mut Life) {
        match self {
            Self::InformationSent { .. } => {}
            Self::ReaderMessagesChosen { messages, .. } => life.reader_messages = messages,
        }
    }
}

const fn about(occasion: &InformationOccasion) -> &'static str {
    match occasion {
        InformationOccasion::EmergencyReading { .. } | InformationOccasion::NewReader { .. } => "sur un accès à l’espace de santé",
        InformationOccasion::WrongPatient { .. } | InformationOccasion::AnnouncementAwaited { .. } => "sur un document du dossier médical",
    }
}

fn holder_told(about: &str, outcome: Option<&TellingOutcome>) -> String {
    match outcome {
        Some(TellingOutcome::Sent { channel, .. }) => format!("Une information {about} vous a été envoyée {}.", by_channel(*channel)),
        Some(TellingOutcome::NotSent { why: Untold::NoContact | Untold::NoMailbox }) => {
            format!("Une information {about} n’a pas pu vous être envoyée{NO_BREAK_SPACE}: aucune adresse utilisable n’est connue.")
        }
        Some(TellingOutcome::NotSent { why: Untold::NotForRepresentatives | Untold::SpaceClosed | Untold::TooLate | Untold::NotAsked })
        | None => format!("Une information {about} n’avait pas à vous être envoyée."),
    }
}

fn professionals_told(told: &[Telling]) -> String {
    let professionals = || told.iter().filter(|telling| telling.to != Addressee::Holder);
    let reached = professionals().filter(|telling| matches!(telling.outcome, TellingOutcome::Sent { .. })).count();
    let missed = professionals().count() - reached;
    let mut sentence = String::new();
    if reached > 0 {
        let who = counted(reached, "professionnel de santé en a été informé", "professionnels de santé en ont été informés");
        sentence.push_str(&format!(" {who}."));
    }
    if missed > 0 {
        let who =
            counted(missed, "professionnel de santé n’a pas pu en être informé", "professionnels de santé n’ont pas pu en être informés");
        sentence.push_str(&format!(" {who}{NO_BREAK_SPACE}: aucune messagerie sécurisée n’est connue."));
    }
    sentence
}
