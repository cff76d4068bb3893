//! Dates and the trade's words in French, with its typography, as the sentences of events need them.

use std::collections::BTreeSet;

use chrono::{Datelike, NaiveDate};

use crate::access::document_class::DocumentClass;
use crate::access::grant::Scope;
use crate::party::Party;
use crate::space::terms::{Channel, NotificationFailure, OppositionChannel, Section};

/// The no-break space that French puts before a colon and within quotation marks.
pub const NO_BREAK_SPACE: char = '\u{a0}';

const MONTHS: [&str; 12] =
    ["janvier", "février", "mars", "avril", "mai", "juin", "juillet", "août", "septembre", "octobre", "novembre", "décembre"];

/// A day as it is written in a letter: `9 mai 2026`, `1er janvier 2027`.
pub fn date(day: NaiveDate) -> String {
    let month = MONTHS.iter().zip(1..).find_map(|(name, number)| (number == day.month()).then_some(*name)).unwrap_or_default();
    let ordinal = if day.day() == 1 { "er" } else { "" };
    format!("{}{ordinal} {month} {}", day.day(), day.year())
}

/// Such as `1 essai`, `4 essais`.
pub(crate) fn counted(count: usize, singular: &str, plural: &str) -> String {
    // In French, zero takes the singular.
    if count < 2 { format!("{count} {singular}") } else { format!("{count} {plural}") }
}

/// How a message goes: `par courriel`.
pub const fn by_channel(channel: Channel) -> &'static str {
    match channel {
        Channel::Email => "par courriel",
        Channel::Post => "par courrier",
    }
}

/// How an opposition was made: `sur le site`.
pub const fn by_way(channel: OppositionChannel) -> &'static str {
    match channel {
        OppositionChannel::Web => "sur le site",
        OppositionChannel::Phone => "par téléphone (3422)",
        OppositionChannel::Desk => "au guichet",
        OppositionChannel::Letter => "par courrier",
    }
}

/// On whose behalf something was done: `à votre demande`.
pub(crate) fn by_party(by: &Party) -> String {
    match by {
        Party::Holder => "à votre demande".to_owned(),
        Party::Representative => "à la demande de votre représentant".to_owned(),
        Party::Cnam => "par l’Assurance maladie".to_owned(),
        Party::Insurer { .. } => "par votre organisme d’assurance maladie".to_owned(),
        Party::Support { .. } => "par un agent, pour vous".to_owned(),
        Party::Professional { .. } => "par un professionnel de santé".to_owned(),
        Party::Clock => "à la date prévue".to_owned(),
    }
}

/// What will be sent next, after a space; nothing where nothing will.
pub(crate) fn to_be_told(channel: Option<Channel>) -> String {
    channel.map(|channel| format!(" Une information va vous être envoyée {}.", by_channel(channel))).unwrap_or_default()
}

/// The beginning of a sentence: which message did not arrive, and how.
pub(crate) fn undelivered(which: &str, channel: Channel, failure: NotificationFailure) -> String {
    let what = match channel {
        Channel::Email => "Le courriel",
        Channel::Post => "Le courrier",
    };
    let how = match failure {
        NotificationFailure::Refused => "a été refusé par la messagerie du destinataire",
        NotificationFailure::Bounced => "n’a pas pu être remis",
        NotificationFailure::Undeliverable => "n’a pas pu être envoyé",
        NotificationFailure::Returned => "est revenu à l’expéditeur",
    };
    format!("{what} {which} {how}")
}

/// The name of a section: `messagerie`.
pub const fn section(section: Section) -> &'static str {
    match section {
        Section::AdministrativeData => "données administratives",
        Section::MedicalRecord => "dossier médical partagé",
        Section::Reimbursements => "remboursements",
        Section::Messaging => "messagerie",
        Section::Agenda => "agenda",
        Section::Catalogue => "catalogue de services",
        Section::Authorisations => "autorisations",
        Section::Measures => "mesures de santé",
        Section::MedicalProfile => "profil médical",
    }
}

/// What an authorisation opens, after `accès`: `à tout l’espace`, `à la rubrique « agenda »`.
pub(crate) fn to_scope(scope: &Scope) -> String {
    match scope {
        Scope::All => "à tout l’espace".to_owned(),
        Scope::Sections { sections } => quoted_sections(sections),
        Scope::DocumentClasses { classes } => {
            let names: Vec<String> = classes.iter().map(|class: &DocumentClass| quoted(class.label())).collect();
            let word = if names.len() < 2 { "aux documents de la catégorie" } else { "aux documents des catégories" };
            format!("{word} {}", listed(&names))
        }
    }
}

/// Sections, after `accès`: `à la rubrique « agenda »`.
pub(crate) fn quoted_sections(sections: &BTreeSet<Section>) -> String {
    let names: Vec<String> = sections.iter().map(|name| quoted(section(*name))).collect();
    let word = if names.len() < 2 { "à la rubrique" } else { "aux rubriques" };
    format!("{word} {}", listed(&names))
}

fn quoted(name: &str) -> String {
    format!("«{NO_BREAK_SPACE}{name}{NO_BREAK_SPACE}»")
}

/// `a`, `a et b`, `a, b et c`.
fn listed(names: &[String]) -> String {
    match names {
        [] => String::new(),
        [only] => only.clone(),
        [first @ .., last] => format!("{} et {last}", first.join(", ")),
    }
}
